"""Files of reports into the columnar log: each once, however often it is imported.

A file is read block by block into a staged segment, the rows that are new are written from there,
and only then is the segment registered: a file is taken whole or not at all, and how large it is
makes no difference to memory.  Whatever stops an import, the files before are in the log, the one
under way is not, and the same command finishes the work.

Two imports at once would each find the rows of the other unknown and sweep its files away: a lock
lets one in at a time.
"""

import csv
import hashlib
import io
import itertools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import pyarrow as pa

from proso.errors import BadFile
from proso.hub.feeds.lines import Lines, Refusals
from proso.hub.lock import alone
from proso.hub.segments import Origin, Stage
from proso.hub.store import Store, write_durably
from proso.reports.report import CLOCK_SKEW

Feed: TypeAlias = Callable[[Lines], Iterator[pa.Table]]
"""Reads the rows of a file, block by block, into the columns that `proso.hub.feeds` names."""

LOCK: Final = "import.lock"

_MAX_NAME_BYTES: Final = 200  # of 255 a name may have, with an ending and while it is written


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
        feed: reads one file.
        source: name of the feed in the log.
        region: of every report in it.
        now: the present moment, aware; rows of later days are refused.
        progress: told a file and how many of its bytes are read.

    Raises:
        BadFile: a file is no file of this feed; those before it stay imported.
        StoreFull: no room; the file under way is not imported.
        StoreBusy: another import is under way.
    """
    with alone(store.directory / LOCK, "importing"):
        store.remove_unregistered()
        lists: set[str] = set()
        for path in paths:
            started = time.perf_counter()
            origin = Origin(source, region, path.name, _digest(path), now)
            lines = Lines(path, partial(progress, path), latest=now + CLOCK_SKEW)
            with Stage(store, origin) as stage:
                for table in feed(lines):
                    stage.add(table)
                added, without_number = stage.register()
            yield FileSummary(
                name=path.name,
                read=lines.read,
                added=added,
                known=stage.rows - added,
                refused=lines.refusals.count,
                without_number=without_number,
                refused_file=_write_refusals(store, path, lines.refusals, lists),
                seconds=time.perf_counter() - started,
            )


def _write_refusals(store: Store, path: Path, refusals: Refusals, lists: set[str]) -> Path | None:
    """Lists refused rows; `lists` are those of files imported just before, which must stay."""
    name = os.fsdecode(os.fsencode(path.name)[:_MAX_NAME_BYTES])
    target = store.directory / "refused" / f"{name}.refused.csv"
    for again in itertools.count(2):
        if target.name not in lists:
            break
        target = target.with_name(f"{name}.{again}.refused.csv")
    lists.add(target.name)
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
        if not path.is_file() and not path.is_dir() and path.exists():
            # It is read twice, and a pipe gives what it holds only once.
            raise BadFile(
                found=f"{path.name}, which is a pipe or a device",
                expected="a file on the disk",
                remedy="write what comes out of it to a file and import that",
            )
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadFile(
            found=f"{path.name}, which cannot be read ({error.strerror or error})",
            expected="a readable file",
            remedy="check its name and permissions",
        ) from error
