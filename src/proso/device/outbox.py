"""Reports that wait on the device until their owner sends them.

SQLite of the standard library: a queued report survives a power cut, and sending it twice is
harmless because the hub knows its id.
"""

import json
import sqlite3
from pathlib import Path
from typing import Self

from proso.errors import Unavailable
from proso.reports.report import Report


class Outbox:
    """The queue in one file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """The queue of a file, made if it is not there.

        Raises:
            Unavailable: the file cannot be used.
        """
        connection = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS waiting (id TEXT PRIMARY KEY, fields TEXT NOT NULL)"
            )
        except (sqlite3.Error, OSError) as error:
            if connection is not None:
                connection.close()
            raise Unavailable(
                found=f"a queue of reports that cannot be used ({error})",
                expected=f"a database at {path.name}",
                remedy="check the disk and the permissions of its folder",
            ) from error
        return cls(connection)

    def add(self, report: Report) -> None:
        """Queues a report; on return it is on the disk."""
        self._connection.execute(
            "INSERT OR IGNORE INTO waiting VALUES (?, ?)",
            (report.report_id, json.dumps(report.as_fields())),
        )

    def waiting(self) -> list[dict[str, str]]:
        """The reports not yet sent, exactly as they would be sent, oldest first."""
        rows = self._connection.execute("SELECT fields FROM waiting ORDER BY rowid")
        return [json.loads(fields) for (fields,) in rows]

    def remove(self, report_ids: list[str]) -> None:
        """Forgets reports the hub has taken, or that their owner withdraws."""
        self._connection.executemany(
            "DELETE FROM waiting WHERE id = ?", [(one,) for one in report_ids]
        )

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()
