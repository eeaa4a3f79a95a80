"""Reports that wait on the device until their owner sends them.

SQLite of the standard library: a queued report survives a power cut, and sending it twice is
harmless because the hub knows its id.
"""

import json
import sqlite3
from functools import partial
from pathlib import Path
from typing import Final, Self

from proso.device.private_db import open_private, translated
from proso.reports.hotspot_report import HotspotReport
from proso.reports.report import Report

_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS waiting (id TEXT PRIMARY KEY, fields TEXT NOT NULL)"

_translated: Final = partial(
    translated,
    "queue of reports",
    remedy_when_full="free some and run the same command again",
)


class Outbox:
    """The queue in one file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def open(cls, path: Path) -> Self:
        """The queue of a file, made if it is not there.

        Raises:
            Unavailable: the file cannot be used.
        """
        with _translated():
            return cls(open_private(path, _SCHEMA, survives_power_cut=True))

    def add(self, report: Report | HotspotReport) -> None:
        """Queues a report; on return it is on the disk.

        Raises:
            StoreFull: no room; the report is not queued.
            Unavailable: the file cannot be used.
        """
        with _translated():
            self._connection.execute(
                "INSERT OR IGNORE INTO waiting VALUES (?, ?)",
                (report.report_id, json.dumps(report.as_fields())),
            )

    def waiting(self) -> list[dict[str, str]]:
        """The reports not yet sent, exactly as they would be sent, oldest first."""
        with _translated():
            rows = self._connection.execute("SELECT fields FROM waiting ORDER BY rowid")
            return [json.loads(fields) for (fields,) in rows]

    def remove(self, report_ids: list[str]) -> None:
        """Forgets reports the hub has taken, or that their owner withdraws."""
        with _translated():
            self._connection.executemany(
                "DELETE FROM waiting WHERE id = ?", [(one,) for one in report_ids]
            )

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()
