"""Files of reports into the columnar log: each once, however often it is imported.

What makes two rows the same complaint?  A complaint has no number of its own.  Its identity is
(source, day, subject, origin, n-th of these): a file that holds a triple three times, where two
are stored, adds one.  So importing twice adds nothing, a longer version of the same month adds
what is new, and the daily and the reduced form of a complaint count once.  Two imports at once
would each find the rows of the other unknown and sweep its files away: a lock lets one in at a
time.

A file is taken whole or not at all.  Whatever stops an import, the files before are in the log,
the one under way is not, and the same command finishes the work.
"""

import csv
import fcntl
import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Final, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from proso.errors import BadFile, StoreBusy
from proso.hub import store as store_module
from proso.hub.feeds.lines import Progress, Refusals
from proso.hub.store import Segment, Store, settle, translated, write_durably
from proso.reports.report import Assertion

Feed: TypeAlias = Callable[[Path, Progress], tuple[pa.Table, int, Refusals]]

LOCK: Final = "import.lock"

_NEW_ROWS: Final = """
    WITH counted AS (
        SELECT * EXCLUDE (line), row_number() OVER (
            PARTITION BY "at", coalesce(subject, 0), origin ORDER BY line
        ) AS place
        FROM incoming
    ), known AS (
        SELECT "at", coalesce(subject, 0) AS who, origin, count(*) AS stored
        FROM read_parquet(?) WHERE "at" BETWEEN ? AND ? GROUP BY ALL
    )
    SELECT counted.* EXCLUDE (place)
    FROM counted LEFT JOIN known
      ON counted."at" = known."at" AND coalesce(counted.subject, 0) = known.who
     AND counted.origin = known.origin
    WHERE place > coalesce(stored, 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """What came of one file.

    Attributes:
        name: of the file, without its directory.
        read: data rows met.
        added: rows that are new in the log.
        known: rows that were there already.
        refused: rows that are no reports.
        without_number: rows added that carry no usable number.
        refused_file: where the refused rows are listed; None when there are none.
        seconds: wall time.
    """

    name: str
    read: int
    added: int
    known: int
    refused: int
    without_number: int
    refused_file: Path | None
    seconds: float


def import_files(  # noqa: PLR0913  a command with its settings
    store: Store,
    paths: Sequence[Path],
    feed: Feed,
    *,
    source: str,
    region: str,
    now: datetime,
    progress: Callable[[Path, int], None],
) -> Iterator[FileSummary]:
    """Imports files in order, yielding what came of each when it is safely in the log.

    Args:
        store: the hub's.
        paths: the files.
        feed: reads one file into a table, see `proso.hub.feeds`.
        source: name of the feed in the log.
        region: of every report in it.
        now: the present moment, aware.
        progress: told a file and how many of its bytes are read.

    Raises:
        BadFile: a file is no file of this feed; those before it stay imported.
        StoreFull: no room; the file under way is not imported.
        StoreBusy: another import is under way.
    """
    with _alone(store.directory):
        store.remove_unregistered()
        for path in paths:
            started = time.perf_counter()
            digest = _digest(path)
            table, read, refusals = feed(path, partial(progress, path))
            table = _columns(table, source, region)
            fresh = _new_rows(store, table, source) if len(table) else table
            if len(fresh):
                _write_segment(store, fresh, path.name, digest, source, region, now)
            refused_file = _write_refusals(store, path, refusals)
            yield FileSummary(
                name=path.name,
                read=read,
                added=len(fresh),
                known=len(table) - len(fresh),
                refused=refusals.count,
                without_number=fresh["subject"].null_count,
                refused_file=refused_file,
                seconds=time.perf_counter() - started,
            )


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Keeps every other import out.

    The system gives the lock back with the process, however that ends.
    """
    with translated(directory):
        lock = (directory / LOCK).open("w")
    with lock:
        limit = time.monotonic() + store_module.BUSY_SECONDS
        while not _locked(lock):
            if time.monotonic() >= limit:
                raise StoreBusy(
                    found="a hub that another command is importing into",
                    expected="one import at a time",
                    remedy="try again when the other one has ended",
                )
            time.sleep(0.05)
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _columns(table: pa.Table, source: str, region: str) -> pa.Table:
    size = len(table)

    def constant(text: str) -> pa.Array:
        return pa.repeat(pa.scalar(text), size)

    return pa.table(
        {
            "subject": table["subject"],
            "assertion": constant(Assertion.SPAM.value),
            "category": table["category"],
            "at": table["at"],
            "reporter": constant(""),
            "region": constant(region),
            "origin": table["origin"],
            "source": constant(source),
            "report_id": constant(""),
        }
    )


def _new_rows(store: Store, incoming: pa.Table, source: str) -> pa.Table:
    bounds = pa.compute.min_max(incoming["at"]).as_py()
    first, last = bounds["min"], bounds["max"]
    files = store.files(
        segment
        for segment in store.segments(source=source)
        if segment.first_at <= last.timestamp() and segment.last_at >= first.timestamp()
    )
    if not files:
        return incoming
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        # Which of several equal rows are new must not depend on how the work was spread.
        engine.register("incoming", incoming.append_column("line", [np.arange(len(incoming))]))
        try:
            fresh = engine.execute(_NEW_ROWS, [files, first, last]).to_arrow_table()
        except RuntimeError as error:
            # While a query runs, DuckDB takes Ctrl-C for itself and ends with this.
            if "interrupted" in str(error):
                raise KeyboardInterrupt from error
            raise
        return fresh.cast(incoming.schema)


def _write_segment(  # noqa: PLR0913  all of one row of the register
    store: Store,
    table: pa.Table,
    name: str,
    digest: str,
    source: str,
    region: str,
    now: datetime,
) -> None:
    ordered = table.sort_by([("at", "ascending"), ("subject", "ascending")])
    bounds = pa.compute.min_max(ordered["at"]).as_py()
    stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in name.partition(".")[0])[:60]
    # The running number keeps a segment from ever taking the place of another: the same input may
    # be imported as of another day, or by another of its columns.
    place = len(store.segments()) + 1
    file = f"{source}/{stem}-{digest[:16]}-{place}.parquet"
    path = store.directory / "log" / file
    temporary = path.with_suffix(".tmp")
    with translated(store.directory):
        path.parent.mkdir(exist_ok=True)
        try:
            with temporary.open("wb") as out:
                pq.write_table(ordered, out, compression="zstd")
                out.flush()
                os.fsync(out.fileno())
            settle(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    store.register(
        Segment(
            file=file,
            source=source,
            region=region,
            rows=len(ordered),
            first_at=int(bounds["min"].timestamp()),
            last_at=int(bounds["max"].timestamp()),
            input_name=name[:255],
            input_sha256=digest,
            imported_at=int(now.timestamp()),
        )
    )


def _write_refusals(store: Store, path: Path, refusals: Refusals) -> Path | None:
    target = store.directory / "refused" / f"{path.name}.refused.csv"
    if not refusals.count:
        target.unlink(missing_ok=True)
        return None
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["line", "why"])
    writer.writerows((r.row, r.why) for r in sorted(refusals.listed, key=lambda r: r.row))
    if refusals.count > len(refusals.listed):
        writer.writerow(["", f"and {refusals.count - len(refusals.listed):,} more"])
    write_durably(target, out.getvalue().encode("utf-8", "backslashreplace"))
    return target


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadFile(
            found=f"{path.name}, which cannot be read ({error.strerror or error})",
            expected="a readable file",
            remedy="check its name and permissions",
        ) from error
