"""Runs reputation's expressions over a hub's reports, on DuckDB."""

from datetime import UTC, datetime
from typing import Self

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from proso.hub.store import Store
from proso.reputation.weighing import REPORTS_SCHEMA

_ARROW_SCHEMA = REPORTS_SCHEMA.to_pyarrow()


class Engine:
    """One DuckDB in memory; use it in a `with` statement."""

    def __init__(self) -> None:
        self._backend = ibis.duckdb.connect()
        self._backend.raw_sql("SET TimeZone = 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._backend.disconnect()

    def reports(self, store: Store, region: str) -> Table:
        """All reports of a region: the segments and the live log as one table."""
        parts = [self._live(store, region)]
        files = [str(store.directory / "log" / s.file) for s in store.segments(region=region)]
        if files:
            parts.append(self._backend.read_parquet(files).cast(dict(REPORTS_SCHEMA.items())))
        table = ibis.union(*parts)
        return table.filter(table.region == region)

    def table(self, name: str, rows: pa.Table) -> Table:
        """A table over rows in memory."""
        table = self._backend.create_table(name, rows.cast(_ARROW_SCHEMA))
        return table.cast(dict(REPORTS_SCHEMA.items()))

    def run(self, expression: Table) -> pa.Table:
        """The result of an expression."""
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
