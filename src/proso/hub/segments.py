"""Segments of the columnar log: staged, told from what is known, written, registered.

What makes two rows the same complaint?  A complaint has no number of its own.  Its identity is
(source, day, subject, origin, n-th of these): a file that holds a triple three times, where two
are stored, adds one.  So importing twice adds nothing, a longer version of the same month adds
what is new, and the daily and the reduced form of a complaint count once.
"""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Final, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from proso.hub.store import Segment, Store, settle, translated
from proso.reports.report import Assertion

MEMORY_LIMIT: Final = "1GB"
"""What comparing a file with the log may hold; past it DuckDB uses the disk.  A file of ten million
rows stays below it."""

_BATCH_ROWS: Final = 122_880  # one row group of DuckDB's own
_SCHEMA: Final = pa.schema(
    {
        "subject": pa.int64(),
        "assertion": pa.string(),
        "category": pa.string(),
        "at": pa.timestamp("s", "UTC"),
        "reporter": pa.string(),
        "region": pa.string(),
        "origin": pa.string(),
        "source": pa.string(),
        "report_id": pa.string(),
    }
)
_STAGED: Final = pa.schema(
    [_SCHEMA.field(name) for name in ("subject", "category", "at", "origin")]
)
# Which of several equal rows are new must not depend on how the work was spread: the number of the
# row in its file decides.
_NEW_ROWS: Final = """
    WITH counted AS (
        SELECT *, row_number() OVER (
            PARTITION BY "at", coalesce(subject, 0), origin ORDER BY file_row_number
        ) AS place
        FROM read_parquet($staged, file_row_number = true)
    ), known AS (
        SELECT "at", coalesce(subject, 0) AS who, origin, count(*) AS stored
        FROM read_parquet($known) WHERE "at" BETWEEN $first AND $last GROUP BY ALL
    )
    SELECT counted.subject, counted.category, counted."at", counted.origin
    FROM counted LEFT JOIN known
      ON counted."at" = known."at" AND coalesce(counted.subject, 0) = known.who
     AND counted.origin = known.origin
    WHERE place > coalesce(stored, 0)
    ORDER BY counted."at", counted.subject, file_row_number
"""
_ALL_ROWS: Final = """
    SELECT subject, category, "at", origin
    FROM read_parquet($staged, file_row_number = true)
    ORDER BY "at", subject, file_row_number
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the rows of a segment come from.

    Attributes:
        source: name of the feed in the log.
        region: of every report.
        name: of the file, without its directory.
        digest: SHA-256 of the file in hexadecimal.
        imported_at: when, aware.
    """

    source: str
    region: str
    name: str
    digest: str
    imported_at: datetime


class Stage:
    """One file on its way into the log; use it in a `with` statement.

    Nothing of it is part of the log before `register`, and nothing is left on the disk after the
    statement but what was registered.

    Attributes:
        rows: how many were added.
    """

    def __init__(self, store: Store, origin: Origin) -> None:
        self.rows = 0
        self._store = store
        self._origin = origin
        # The running number keeps a segment from ever taking the place of another: the same input
        # may be imported as of another day, or by another of its columns.
        stem = "".join(
            c if (c.isascii() and c.isalnum()) or c in "-_" else "-"
            for c in origin.name.partition(".")[0]
        )
        place = len(store.segments()) + 1
        self._file = f"{origin.source}/{stem[:60]}-{origin.digest[:16]}-{place}.parquet"
        self._path = store.directory / "log" / self._file
        self._staged = self._path.with_suffix(".staged")
        self._first: datetime | None = None
        self._last: datetime | None = None

    def __enter__(self) -> Self:
        with translated(self._store.directory):
            self._path.parent.mkdir(exist_ok=True)
            self._out = self._staged.open("wb")
            self._writer = pq.ParquetWriter(self._out, _STAGED, compression="lz4")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with translated(self._store.directory):
                self._close()
        except BaseException:
            if kind is None:
                raise
        finally:
            self._staged.unlink(missing_ok=True)
            self._path.with_suffix(".tmp").unlink(missing_ok=True)

    def add(self, table: pa.Table) -> None:
        """Stages rows.

        Args:
            table: ``subject (int64, null without a usable number), category, at (timestamp[s,
                UTC]), origin``; other columns are left out.
        """
        if not len(table):
            return
        bounds = pc.min_max(table["at"]).as_py()
        self._first = min(bounds["min"], self._first or bounds["min"])
        self._last = max(bounds["max"], self._last or bounds["max"])
        self.rows += len(table)
        with translated(self._store.directory):
            self._writer.write_table(table.select(_STAGED.names).cast(_STAGED))

    def register(self) -> tuple[int, int]:
        """Makes the rows that are new part of the log; on return they are on the disk.

        Returns:
            How many are new, and how many of these carry no usable number.
        """
        with translated(self._store.directory):
            self._close()
            if self._first is None or self._last is None:
                return 0, 0
            added, without_number, first, last = self._write(self._first, self._last)
            if not added:
                return 0, 0
            settle(self._path.with_suffix(".tmp"), self._path)
        self._store.register(
            Segment(
                file=self._file,
                source=self._origin.source,
                region=self._origin.region,
                rows=added,
                first_at=first,
                last_at=last,
                input_name=self._origin.name[:255],
                input_sha256=self._origin.digest,
                imported_at=int(self._origin.imported_at.timestamp()),
            )
        )
        return added, without_number

    def _close(self) -> None:
        if not self._out.closed:
            with self._out:
                self._writer.close()

    def _write(self, first: datetime, last: datetime) -> tuple[int, int, int, int]:
        """Writes what is new; how many rows, without number, and the first and last second."""
        added = without_number = 0
        seconds: list[int] = []
        with self._path.with_suffix(".tmp").open("wb") as out:
            with pq.ParquetWriter(out, _SCHEMA, compression="zstd") as writer:
                for batch in self._new_rows(first, last):
                    table = self._whole(batch)
                    writer.write_table(table)
                    added += len(table)
                    without_number += table["subject"].null_count
                    bounds = pc.min_max(table["at"].cast(pa.int64())).as_py()
                    seconds += bounds.values()
            out.flush()
            os.fsync(out.fileno())
        return added, without_number, min(seconds, default=0), max(seconds, default=0)

    def _new_rows(self, first: datetime, last: datetime) -> Iterator[pa.RecordBatch]:
        known = self._store.files(
            segment
            for segment in self._store.segments(source=self._origin.source)
            if segment.first_at <= last.timestamp() and segment.last_at >= first.timestamp()
        )
        settings = {"memory_limit": MEMORY_LIMIT, "temp_directory": str(self._path.parent)}
        values: dict[str, object] = {"staged": str(self._staged)}
        if known:
            values |= {"known": known, "first": first, "last": last}
        try:
            with duckdb.connect(config=settings) as engine:
                engine.execute("SET TimeZone = 'UTC'")
                found = engine.execute(_NEW_ROWS if known else _ALL_ROWS, values)
                yield from found.to_arrow_reader(_BATCH_ROWS)
        except RuntimeError as error:
            # While a query runs, DuckDB takes Ctrl-C for itself and ends with this.
            if "interrupted" in str(error).lower():
                raise KeyboardInterrupt from error
            raise
        except duckdb.IOException as error:
            if "No space left" in str(error):
                raise OSError(errno.ENOSPC, "no room to compare with the log") from error
            raise

    def _whole(self, batch: pa.RecordBatch) -> pa.Table:
        same = {
            "assertion": Assertion.SPAM.value,
            "reporter": "",
            "region": self._origin.region,
            "source": self._origin.source,
            "report_id": "",
        }
        columns = {name: pa.repeat(pa.scalar(text), len(batch)) for name, text in same.items()}
        columns |= {name: batch.column(name) for name in _STAGED.names}
        return pa.table([columns[name] for name in _SCHEMA.names], names=_SCHEMA.names).cast(
            _SCHEMA
        )
