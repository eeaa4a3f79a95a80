"""Reports that wait on the device until their owner sends them.

SQLite of the standard library: a queued report survives a power cut, and sending it twice is
harmless because the hub knows its id.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from proso.errors import StoreFull, Unavailable
from proso.reports.hotspot_report import HotspotReport
from proso.reports.report import Report


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
        connection = None
        with _translated():
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # Whom the owner reported is nobody else's to read; SQLite gives its other files
                # the permissions of this one.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
                path.chmod(0o600)
                connection = sqlite3.connect(path, isolation_level=None)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS waiting (id TEXT PRIMARY KEY, fields TEXT NOT NULL)"
                )
            except BaseException:
                if connection is not None:
                    connection.close()
                raise
        return cls(connection)

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


@contextmanager
def _translated() -> Iterator[None]:
    """Turns what the database and the disk complain of into our errors."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise StoreFull(
                found="no room left on the disk of the queue of reports",
                expected="space to write",
                remedy="free some and run the same command again",
            ) from error
        raise Unavailable(
            found=f"a queue of reports that cannot be used ({error})",
            expected="a database that can be read and written",
            remedy="check the disk and the permissions of its folder",
        ) from error
