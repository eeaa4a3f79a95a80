"""What packs weigh and how fast they are, beside the peers, in one run.

Lists are drawn from a model whose entropy is known (mixture.py); with --data also the real series
of the FTC and the real hotspots of cities are measured.
"""

import argparse
import json
import lzma
import random
import subprocess
import sys
import tempfile
import time
from array import array
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bsdiff4
import numpy as np
import zstandard
from mixture import SCORE_SHARES, Drawn, Ints, choices, draw, entropy
from pack_peers import PEERS, calls, timed
from pack_real import ftc, hotspots_of_a_country, hotspots_of_cities

from proso.device.packfile import open_pack
from proso.packs.bulk import BulkLookup
from proso.packs.codec import Listings, encode_listings
from proso.packs.delta import apply, diff
from proso.packs.labels import pack_label, pack_labels
from proso.packs.pack import Pack
from proso.packs.ranges import order_of
from proso.packs.travel import compress, expand
from proso.values.call import Call, Line
from proso.values.listing import CATEGORIES, Label
from proso.values.number import NumberRange
from proso.verdicts.bulk import BulkScreener
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import Screener

if TYPE_CHECKING:
    from collections.abc import Callable

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
LINE = Line("US")
RATINGS = (0.5, 0.7, 0.85, 0.95, 0.99)
LABELS = sorted((Label(c, r, 5, 30) for c in CATEGORIES[:8] for r in RATINGS), key=pack_label)
IN_USE = (201, 202, 212, 213, 305, 310, 312, 404, 415, 512, 602, 617, 702, 713, 818, 917, 954, 972)
SLOW_PEERS = 2_000_000  # beyond this the slow compressors are left out: bsdiff takes 17 times the
# file in memory, and the others many minutes
MOST_HOTSPOTS = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=1_000_000)
    parser.add_argument("--ranges", type=int, default=20_000, help="in the pack that has some")
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--peers", default=",".join(PEERS), help="which structures, by name")
    parser.add_argument("--data", type=Path, help="the shared data: real numbers and hotspots")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    drawn = draw(arguments.numbers, seed=1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "US.pack"
        old = pack_of(drawn)
        path.write_bytes(old)
        result: dict[str, Any] = {"numbers": len(drawn.values)}
        parts: dict[str, Callable[[], Any]] = {
            "travel": lambda: travel(drawn, old),
            "delta": lambda: delta(drawn, old),
            "open": lambda: opening(path),
            "structures": lambda: structures(drawn, path, folder, arguments),
            "screen": lambda: screening(drawn, path, arguments.calls),
            "hotspots": lambda: hotspots(arguments),
        }
        if arguments.data:
            parts["ftc"] = lambda: ftc(arguments.data / "calls" / "ftc")
        for part, measure in parts.items():
            print(f"measuring {part} ...", file=sys.stderr)
            result[part] = measure()
            print(json.dumps(result[part]), file=sys.stderr)
    print(json.dumps(result) if arguments.json else "\n".join(lines(result)))


def hotspots(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    found = [hotspots_of_a_country(min(arguments.numbers, MOST_HOTSPOTS))]
    if arguments.data:
        found.append(hotspots_of_cities(arguments.data / "wifi" / "hotspots.jsonl.gz"))
    return found


def pack_of(
    drawn: Drawn, serial: int = 1, ranges: tuple[tuple[NumberRange, int], ...] = ()
) -> bytes:
    codes = drawn.categories * len(RATINGS) + drawn.scores
    return encode_listings(
        Listings(
            region="US",
            serial=serial,
            as_of=AS_OF,
            rule_version="benchmark",
            labels=pack_labels(LABELS),
            values=integers(drawn.values),
            codes=codes.astype(np.uint8).tobytes(),
            ranges=ranges,
        )
    )


def integers(values: Ints) -> "array[int]":
    made = array("Q")
    made.frombytes(np.asarray(values, np.uint64).tobytes())
    return made


def travel(drawn: Drawn, data: bytes) -> dict[str, Any]:
    begun = time.perf_counter()
    packed = compress(data)
    made = time.perf_counter()
    assert expand(packed, limit=len(data)) == data  # noqa: S101  a wrong file has no size
    done = time.perf_counter()
    count, bits = len(drawn.values), drawn.set_bits + drawn.label_bits
    small = count <= SLOW_PEERS
    plain = drawn.values.astype(np.uint64).tobytes() + data[-count - 32 : -32]
    return {
        "bytes_per_number": len(packed) / count,
        "bound_ratio": len(packed) * 8 / bits,
        "bound_bits_per_number": bits / count,
        "compress_s": made - begun,
        "expand_s": done - made,
        "sorted_keys_zstd19": len(zstandard.compress(plain, 19)) / count if small else None,
        "sorted_keys_xz": len(lzma.compress(plain)) / count if small else None,
    }


def delta(drawn: Drawn, old: bytes) -> dict[str, Any]:
    later, bits = changed(drawn)
    new = pack_of(later, serial=2)
    begun = time.perf_counter()
    packed = diff(old, new)
    made = time.perf_counter()
    assert apply(old, packed, limit=len(new)) == new  # noqa: S101  a wrong delta has no size
    done = time.perf_counter()
    small = len(drawn.values) <= SLOW_PEERS
    return {
        "bytes": len(packed),
        "bound_ratio": len(packed) * 8 / bits,
        "bound_bytes": bits / 8,
        "diff_s": made - begun,
        "apply_s": done - made,
        "bsdiff4_bytes": len(bsdiff4.diff(old, new)) if small else None,
        "zstd_patch_from_bytes": len(zstd_patch(old, new)) if small else None,
        "whole_travel_bytes": len(compress(new)) if small else None,
    }


def zstd_patch(old: bytes, new: bytes) -> bytes:
    """As `zstd --patch-from` at level 19."""
    dictionary = zstandard.ZstdCompressionDict(old, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    settings = zstandard.ZstdCompressionParameters.from_level(
        19, window_log=27, enable_ldm=True, source_size=len(new), dict_size=len(old)
    )
    return zstandard.ZstdCompressor(dict_data=dictionary, compression_params=settings).compress(new)


def changed(drawn: Drawn) -> tuple[Drawn, float]:
    """2 % removed, 2 % added in blocks of their own, 1 % with another score; and its entropy."""
    chance = np.random.default_rng(5)
    count = len(drawn.values)
    gone = np.zeros(count, bool)
    gone[chance.choice(count, count // 50, replace=False)] = True
    added = draw(count // 50, seed=9)
    new = ~np.isin(added.values, drawn.values)
    scores = drawn.scores[~gone].copy()
    moved = chance.choice(len(scores), count // 100, replace=False)
    bits = choices(count, int(gone.sum())) + choices(len(scores), len(moved))
    bits += added.set_bits + added.label_bits
    for place in moved:
        shares = SCORE_SHARES.copy()
        shares[scores[place]] = 0
        bits += entropy(shares / shares.sum())
        scores[place] = chance.choice(5, p=shares / shares.sum())
    values = np.concatenate([drawn.values[~gone], added.values[new]])
    order = np.argsort(values)
    categories = np.concatenate([drawn.categories[~gone], added.categories[new]])
    scores = np.concatenate([scores, added.scores[new]])
    return Drawn(values[order], categories[order], scores[order], 0, 0), bits


def opening(path: Path) -> dict[str, float]:
    """Time and resident memory of opening an installed pack, in a process of its own."""
    script = (
        "import sys, time; from pathlib import Path; from proso.device.packfile import open_pack\n"
        "def size():\n"
        "    rows = dict(line.split(':') for line in open('/proc/self/status'))\n"
        "    return [int(rows[n].split()[0]) * 1024 for n in ('VmRSS', 'RssAnon')]\n"
        "path = Path(sys.argv[1]); warm = Path(sys.argv[2]); open_pack(warm, verified=True)\n"
        "before = size(); begun = time.perf_counter(); pack = open_pack(path, verified=True)\n"
        "took = time.perf_counter() - begun\n"
        "print(took * 1000, *(b - a for a, b in zip(before, size())))"
    )
    warm = path.with_name("small.pack")
    warm.write_bytes(pack_of(draw(1000, seed=2)))
    runs = []
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", script, path, warm], capture_output=True, text=True, check=True
        )
        runs.append([float(figure) for figure in done.stdout.split()])
    runs.sort()
    grown = [max(run[i] for run in runs) for i in (1, 2)]
    return {"ms": runs[2][0], "resident_bytes": grown[0], "of_that_not_the_file": grown[1]}


def structures(
    drawn: Drawn, path: Path, folder: Path, arguments: argparse.Namespace
) -> list[dict[str, Any]]:
    values, count = integers(drawn.values), len(drawn.values)
    codes = (drawn.categories * len(RATINGS) + drawn.scores).astype(np.uint8).tobytes()
    asked = list(calls(values, arguments.calls, seed=3))
    rows = [measured("proso", open_pack(path, verified=True), asked, path)]
    with_ranges = folder / "ranges.pack"
    with_ranges.write_bytes(pack_of(drawn, ranges=some_ranges(arguments.ranges)))
    pack = open_pack(with_ranges, verified=True)
    rows.append(measured(f"proso, {arguments.ranges:,} ranges beside", pack, asked, with_ranges))
    for name, make in PEERS.items():
        if name in arguments.peers.split(",") or arguments.peers == ",".join(PEERS):
            find, size = make(values, codes, folder)
            median, late = timed(find, asked)
            rows.append(
                {"name": name, "bytes_per_number": size, "median_ns": median, "p99_ns": late}
            )
            del find
    bulk = BulkLookup(open_pack(path, verified=True))
    many = np.array(list(calls(values, 1_000_000, seed=4)), np.uint64)
    bulk.find(many)
    begun = time.perf_counter()
    bulk.find(many)
    rows[0]["bulk_per_second"] = len(many) / (time.perf_counter() - begun)
    assert count == len(bulk.pack)  # noqa: S101
    return rows


def measured(name: str, pack: Pack, asked: list[int], path: Path) -> dict[str, Any]:
    median, late = timed(pack.find, asked)
    size = path.stat().st_size / pack.header.numbers
    return {"name": name, "bytes_per_number": size, "median_ns": median, "p99_ns": late}


def some_ranges(count: int) -> tuple[tuple[NumberRange, int], ...]:
    chance = random.Random(6)  # noqa: S311
    found = {NumberRange(int(f"1{area}")) for area in chance.sample(range(201, 990), 20)}
    while len(found) < count:
        text = f"1{chance.randint(201, 989)}{chance.randint(200, 999)}{chance.randint(0, 9999):04}"
        found.add(NumberRange(int(text[: chance.choice((7, 8, 9, 10))]), 11))
    return tuple((r, i % len(LABELS)) for i, r in enumerate(sorted(found, key=order_of)))


def screening(drawn: Drawn, path: Path, count: int) -> dict[str, float]:
    """From "+E.164" text to an explained verdict: half listed, half other numbers in use."""
    chance = random.Random(7)  # noqa: S311
    values = integers(drawn.values)

    def other() -> int:
        local = f"{chance.randint(200, 999)}{chance.randint(0, 9999):04}"
        return int(f"1{chance.choice(IN_USE)}{local}")

    numbers = [chance.choice(values) if i % 2 else other() for i in range(max(count, 1_000_000))]
    texts = [f"+{value}" for value in numbers[:count]]
    pack, rules, now = open_pack(path, verified=True), OwnerRules(), AS_OF
    screener, text_of = Screener(pack, rules), {hash(text): text for text in texts}
    asked = list(text_of)
    median, late = timed(lambda key: screener.screen_text(text_of[key], now, LINE), asked)
    idle, _ = timed(lambda key: text_of[key], asked)
    whole, whole_late = timed(
        lambda key: screener.screen(Call.receive(text_of[key], at=now, line=LINE), now), asked
    )
    bulk = BulkScreener(pack, rules)
    many = np.array(numbers[:1_000_000], np.uint64)
    bulk.screen(many)
    begun = time.perf_counter()
    bulk.screen(many)
    return {
        "median_ns": median - idle,
        "p99_ns": late,
        "with_call_median_ns": whole - idle,
        "with_call_p99_ns": whole_late,
        "bulk_per_second": len(many) / (time.perf_counter() - begun),
    }


def lines(result: dict[str, Any]) -> list[str]:
    """The result as text."""
    shown = [f"{result['numbers']:,} numbers"]
    for part in ("travel", "delta", "open", "screen", "ftc"):
        shown += [f"{part}: {name} = {_say(value)}" for name, value in result.get(part, {}).items()]
    for row in result["structures"]:
        bulk = f", {row['bulk_per_second']:,.0f}/s in bulk" if "bulk_per_second" in row else ""
        shown.append(
            f"{row['name']:<34} {row['bytes_per_number']:6.2f} B  median {row['median_ns']:6.0f} ns"
            f"  p99 {row['p99_ns']:6.0f} ns{bulk}"
        )
    for row in result["hotspots"]:
        shown += [
            f"hotspots, {row['name']}: {n} = {_say(v)}" for n, v in row.items() if n != "name"
        ]
    return shown


def _say(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"


if __name__ == "__main__":
    main()
