"""Rows a second into the hub's columnar log, beside Python's csv and sqlite3 doing the same.

The peer reads the same files with csv.reader and inserts every row into a SQLite table, without
looking for rows that are known, without parsing numbers, in one transaction a file.
"""

import argparse
import csv
import itertools
import lzma
import resource
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from proso.hub.feeds import ftc, listfile
from proso.hub.importing import import_files
from proso.hub.store import Store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/calls"))
    arguments = parser.parse_args()
    files = sorted((arguments.data / "ftc").glob("20*.csv.xz"))
    if not files:
        print(f"skipped: no complaints in {arguments.data}")
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(Path(folder) / "hub")
        for name in ("first import", "the same again"):
            _import(store, files, name)
        for form, start in (("+1 and ten digits", "+1"), ("ten digits", "")):
            _import_list(store, Path(folder), form, start)
        store.close()
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
        _peer(files, Path(folder) / "peer.sqlite")


def _import(store: Store, files: list[Path], name: str) -> None:
    begun, rows, added = time.perf_counter(), 0, 0
    for one in import_files(
        store,
        files,
        ftc.tables,
        source=ftc.SOURCE,
        region=ftc.REGION,
        now=datetime.now(UTC),
        progress=lambda *_: None,
    ):
        rows, added = rows + one.read, added + one.added
        print(f"  {one.name}  {one.read / one.seconds:10,.0f} rows/s")
    seconds = time.perf_counter() - begun
    print(f"{name}: {rows:,} rows, {added:,} new, {rows / seconds:,.0f} rows/s")


def _import_list(store: Store, folder: Path, form: str, start: str) -> None:
    path = folder / "list.csv"
    # Every seventh number of some area codes: all different, as the numbers of a list are.
    numbers = (
        area * 10_000_000 + n for area in (202, 310, 415) for n in range(2_000_000, 9_999_999, 7)
    )
    with path.open("w") as out:
        out.write("phone,note\n")
        out.writelines(f"{start}{number},\n" for number in itertools.islice(numbers, 1_000_000))
    columns = listfile.ListColumns(number="phone", region="US", as_of=datetime.now(UTC))
    (one,) = import_files(
        store,
        [path],
        partial(listfile.tables, columns=columns),
        source="list" + start.replace("+", "_"),
        region="US",
        now=datetime.now(UTC),
        progress=lambda *_: None,
    )
    print(
        f"a list of {one.read:,} ({form}): {one.added:,} new, {one.read / one.seconds:,.0f} rows/s"
    )


def _peer(files: list[Path], path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE complaint (day, number, area, batch)")
    begun, rows = time.perf_counter(), 0
    for file in files:
        with lzma.open(file, "rt") as lines:
            reader = csv.reader(lines)
            next(reader)
            with connection:
                cursor = connection.executemany("INSERT INTO complaint VALUES (?,?,?,?)", reader)
        rows += cursor.rowcount
    seconds = time.perf_counter() - begun
    connection.close()
    print(f"csv.reader and sqlite3: {rows:,} rows, {rows / seconds:,.0f} rows/s")


if __name__ == "__main__":
    main()
