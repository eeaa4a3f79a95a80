"""Reports of attempts at hotspots, as a hub keeps them: acknowledged when they are on the disk."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from proso.errors import BadReport, StoreBusy, StoreFull, Unavailable
from proso.hub.hotspots import FOLDER
from proso.reports.hotspot_report import SUBJECT_PREFIX, HotspotReport
from proso.reports.report import Refusal

FILE: Final = "reports.sqlite"
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS report ("
    "id TEXT PRIMARY KEY, region TEXT NOT NULL, fields TEXT NOT NULL) WITHOUT ROWID"
)


class HotspotReports:
    """The reports in one file below the hub's directory; append-only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, directory: Path) -> Self:
        """The reports of a hub; made where there are none.

        Raises:
            Unavailable: the file cannot be used.
        """
        folder = directory / FOLDER
        try:
            folder.mkdir(exist_ok=True)
            connection = sqlite3.connect(
                folder / FILE, timeout=10, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(_TABLE)
        except (sqlite3.Error, OSError) as error:
            raise _unavailable(error) from error
        return cls(connection)

    def append(self, reports: Iterable[HotspotReport]) -> int:
        """Keeps reports; on return they are on the disk.

        Returns:
            How many were new: a report whose id is known adds nothing.

        Raises:
            StoreFull: no room; none of these was kept.
            StoreBusy: another process writes.
        """
        rows = [(one.report_id, one.region, json.dumps(one.as_fields())) for one in reports]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            before = self._connection.total_changes
            self._connection.executemany("INSERT OR IGNORE INTO report VALUES (?, ?, ?)", rows)
            added = self._connection.total_changes - before
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise _unavailable(error) from error
        return added

    def of(self, region: str, *, now: datetime) -> list[HotspotReport]:
        """The reports of a region up to a moment, by id."""
        rows = self._connection.execute(
            "SELECT fields FROM report WHERE region = ? ORDER BY id", (region,)
        )
        return [HotspotReport.parse(json.loads(fields), now=now) for (fields,) in rows]

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def is_about_hotspot(row: Mapping[str, object]) -> bool:
    """Whether a row of a batch is about a hotspot rather than a number."""
    return str(row.get("subject", "")).startswith(SUBJECT_PREFIX)


def parse_hotspot_batch(
    rows: Iterable[tuple[int, Mapping[str, object]]], *, now: datetime
) -> tuple[list[HotspotReport], list[Refusal]]:
    """Reads rows (place in the batch, row); a bad one costs only itself."""
    reports, refusals = [], []
    for place, row in rows:
        try:
            reports.append(HotspotReport.parse(row, now=now))
        except BadReport as error:
            refusals.append(Refusal(place, str(error)))
    return reports, refusals


def _unavailable(error: Exception) -> Unavailable:
    kinds = {"full": StoreFull, "locked": StoreBusy, "busy": StoreBusy}
    kind = next((kinds[word] for word in kinds if word in str(error)), Unavailable)
    return kind(
        found=f"reports of hotspots that cannot be kept ({error})",
        expected="room and a free database",
        remedy="nothing was lost: send them again",
    )
