"""The structures a list of numbers could be carried in instead, each as a look-up and a size."""

import random
import sqlite3
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array

Lookup = Callable[[int], object]


def sorted_keys(values: "array[int]", codes: bytes, folder: Path) -> tuple[Lookup, float]:
    """PhoneBlock's layout: sorted 64-bit keys and `bisect`, a byte for the label, mapped."""
    keys = _mapped(folder / "keys", values.tobytes()).cast("Q")
    labels = _mapped(folder / "labels", codes)
    size = len(values)

    def find(value: int) -> object:
        place = bisect_left(keys, value)
        return labels[place] if place < size and keys[place] == value else None

    return find, 9.0


def a_dict(values: "array[int]", codes: bytes, _: Path) -> tuple[Lookup, float]:
    """A dict; its size with its keys."""
    table = dict(zip(values, codes, strict=True))
    return table.get, (sys.getsizeof(table) + len(values) * sys.getsizeof(values[0])) / len(values)


def sqlite(values: "array[int]", codes: bytes, folder: Path) -> tuple[Lookup, float]:
    """SQLite, read only and mapped."""
    path = folder / "numbers.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE listed (number INTEGER PRIMARY KEY, label INTEGER)")
        made.executemany("INSERT INTO listed VALUES (?, ?)", zip(values, codes, strict=True))
    made.close()
    connection = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    connection.execute(f"PRAGMA mmap_size = {path.stat().st_size}")
    execute = connection.execute

    def find(value: int) -> object:
        return execute("SELECT label FROM listed WHERE number = ?", (value,)).fetchone()

    return find, path.stat().st_size / len(values)


def lmdb(values: "array[int]", codes: bytes, folder: Path) -> tuple[Lookup, float]:
    """LMDB with 8-byte keys in order."""
    import lmdb as library

    path = folder / "numbers.lmdb"
    with library.open(str(path), map_size=64 * len(values) + (1 << 24), subdir=False) as made:
        with made.begin(write=True) as writing:
            rows = ((v.to_bytes(8, "big"), bytes([c])) for v, c in zip(values, codes, strict=True))
            writing.cursor().putmulti(rows, append=True)
        pages = made.info()["last_pgno"] + 1
    size = pages * 4096
    reading = library.open(str(path), readonly=True, lock=False, subdir=False).begin(buffers=True)
    get = reading.get

    def find(value: int) -> object:
        return get(value.to_bytes(8, "big"))

    return find, size / len(values)


def marisa(values: "array[int]", codes: bytes, folder: Path) -> tuple[Lookup, float]:
    """marisa-trie, mapped."""
    import marisa_trie as library

    path = folder / "numbers.marisa"
    rows = ((str(v), bytes([c])) for v, c in zip(values, codes, strict=True))
    library.BytesTrie(rows).save(str(path))
    trie = library.BytesTrie().mmap(str(path))

    def find(value: int) -> object:
        return trie.get(str(value))

    return find, path.stat().st_size / len(values)


PEERS = {
    "sorted 64-bit keys, bisect": sorted_keys,
    "dict": a_dict,
    "SQLite": sqlite,
    "LMDB": lmdb,
    "marisa-trie": marisa,
}


def timed(look_up: Callable[[int], object], asked: Sequence[int]) -> tuple[float, float]:
    """Median and 99th percentile of one look-up, ns, less what taking the time takes."""
    clock, times = time.perf_counter_ns, []
    for value in asked[:5000]:
        look_up(value)
    for value in asked:
        begun = clock()
        look_up(value)
        times.append(clock() - begun)
    empty = []
    for _ in asked:
        begun = clock()
        empty.append(clock() - begun)
    times.sort()
    empty.sort()
    return times[len(times) // 2] - empty[len(empty) // 2], times[int(len(times) * 0.99)]


def calls(values: "array[int]", count: int, seed: int) -> Iterator[int]:
    """Half from listed numbers, half from others of the same plan."""
    chance = random.Random(seed)  # noqa: S311  a benchmark wants the same numbers every time
    for i in range(count):
        value = chance.choice(values)
        yield value if i % 2 else value // 10_000 * 10_000 + chance.randrange(10_000)


def _mapped(path: Path, data: bytes) -> memoryview:
    import mmap

    path.write_bytes(data)
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
