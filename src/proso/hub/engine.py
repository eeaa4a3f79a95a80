"""Runs reputation's expressions over a hub's reports, on DuckDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Self

import duckdb
import ibis
import pyarrow as pa
from ibis.expr.types import Table

from proso.errors import Unavailable
from proso.hub.store import Store
from proso.reputation.weighing import REPORTS_SCHEMA

_ARROW_SCHEMA = REPORTS_SCHEMA.to_pyarrow()


class Engine:
    """One DuckDB in memory; use it in a `with` statement."""

    def __init__(self) -> None:
        with _translated():
            self._backend = ibis.duckdb.connect()
            self._backend.raw_sql("SET TimeZone = 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._backend.disconnect()

    def reports(self, store: Store, region: str) -> Table:
        """All reports of a region: the segments and the live log as one table.

        Raises:
            Unavailable: a registered part of the log is missing or damaged.
        """
        parts = [self._live(store, region)]
        files = store.files(store.segments(region=region))
        if files:
            with _translated():
                log = self._backend.read_parquet(files)
            parts.append(log.cast(dict(REPORTS_SCHEMA.items())))
        table = ibis.union(*parts)
        return table.filter(table.region == region)

    def table(self, name: str, rows: pa.Table) -> Table:
        """A table over rows in memory."""
        with _translated():
            table = self._backend.create_table(name, rows.cast(_ARROW_SCHEMA))
        return table.cast(dict(REPORTS_SCHEMA.items()))

    def run(self, expression: Table) -> pa.Table:
        """The result of an expression.

        Raises:
            Unavailable: the log is damaged, or there is no room or memory to weigh it.
        """
        with _translated():
            return self._backend.to_pyarrow(expression)

    def _live(self, store: Store, region: str) -> Table:
        rows = [
            {
                "subject": row["subject"],
                "assertion": row["assertion"],
                "category": row["category"],
                "at": datetime.fromtimestamp(row["at"], UTC),
                "reporter": row["reporter"],
                "region": row["region"],
                "origin": row["origin"],
                "source": "hub",
                "report_id": row["report_id"],
            }
            for row in store.live_reports(region)
        ]
        return self.table("live", pa.Table.from_pylist(rows, schema=_ARROW_SCHEMA))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        raise Unavailable(
            found=f"a log that cannot be weighed ({' '.join(str(error).split())[:300]})",
            expected="sound parts, and room and memory for the work",
            remedy="free some, or put the log back from a backup, and run the command again",
        ) from error
    except RuntimeError as error:
        # While a query runs, DuckDB takes Ctrl-C for itself and ends with this.
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from error
        raise
