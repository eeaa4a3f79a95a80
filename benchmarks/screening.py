"""How fast a call is judged: one at a time, and a million from stdin, each beside a plain dict.

The peer is what anybody would write first: a Python dict of the same list, one look-up a number.
It knows no range, no rule and no reason, so it is the floor and not a rival.
"""

import argparse
import gc
import io
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from proso.device.packfile import open_pack
from proso.packs.build import Listed, build
from proso.packs.pack import Pack
from proso.values.call import Call, Line
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import Screener, screen

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINE = Line("US")
AREAS = (201, 202, 212, 213, 305, 310, 312, 404, 415, 512, 602, 617, 702, 713, 818, 917, 954, 972)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listed", type=int, default=1_000_000, help="numbers in the pack")
    parser.add_argument("--ranges", type=int, default=5_000, help="blocks of 1,000 in the pack")
    parser.add_argument("--calls", type=int, default=1_000_000, help="numbers on stdin")
    parser.add_argument("--runs", type=int, default=5, help="runs of which the median is printed")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    chance = random.Random(1)  # noqa: S311  a benchmark wants the same numbers every time
    listed = sorted({_number(chance) for _ in range(arguments.listed)})
    result: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, ranges in (("numbers only", 0), ("numbers and ranges", arguments.ranges)):
            path = Path(folder) / f"{ranges}.pack"
            path.write_bytes(_pack(listed, ranges, chance))
            pack = open_pack(path)
            texts = [
                f"+{chance.choice(listed) if i % 2 else _number(chance)}" for i in range(100_000)
            ]
            if ranges:
                result |= _first_met(pack)
            result |= _one_by_one(name, pack, texts, listed, arguments.runs)
            result |= _from_stdin(name, path, listed, arguments.calls, chance)
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(
            f"{name:<72} {value:>12,.2f}" if name.endswith("us") else f"{name:<72} {value:>12,.0f}"
        )


def _number(chance: random.Random) -> int:
    area, exchange = chance.choice(AREAS), chance.randint(200, 999)
    return 10_000_000_000 + area * 10_000_000 + exchange * 10_000 + chance.randint(0, 9999)


def _pack(listed: list[int], ranges: int, chance: random.Random) -> bytes:
    labels = [
        Label.rounded(category=category, rating=rating / 100, sample_size=3, age_days=2)
        for category in Category
        for rating in (50, 80, 95)
    ]
    cleared = Label.rounded(category=Category.OTHER, rating=0.1, listing=Listing.CLEARED)
    rows = [Listed(PhoneNumber(v), chance.choice((*labels, cleared))) for v in listed]
    blocks = {NumberRange(_number(chance) // 1000, 11) for _ in range(ranges)}
    series = [NumberRange(1202), NumberRange(1305555)] if ranges else []
    rows += [Listed(block, chance.choice(labels)) for block in [*blocks, *series]]
    return build(rows, region="US", serial=1, as_of=NOW, rule_version="benchmark")


def _one_by_one(
    name: str, pack: Pack, texts: list[str], listed: list[int], runs: int
) -> dict[str, float]:
    rules = OwnerRules(contacts=frozenset({PhoneNumber(12025550101)}))
    ready = Screener(pack, rules)
    words = {f"+{value}": "reject" for value in listed}
    ways: dict[str, Callable[[str], object]] = {
        "screen()": lambda text: screen(Call.receive(text, at=NOW, line=LINE), pack, rules, NOW),
        "Screener.screen_text()": lambda text: ready.screen_text(text, NOW, LINE),
        "a plain dict": lambda text: words.get(text, "allow"),
    }
    result = {}
    for way, judge in ways.items():
        figures = [_times(judge, texts) for _ in range(runs)]
        for which, place in (("median", 0), ("p99", 1)):
            middle = statistics.median(run[place] for run in figures)
            result[f"{name}: {way}, text to answer, {which}, us"] = middle / 1000
    return result


def _times(judge: Callable[[str], object], texts: list[str]) -> tuple[float, float]:
    """Median and 99th percentile of the processor's time, less what taking the time itself takes.

    The processor's, not the wall's: on a shared machine a hundredth of all calls is interrupted.
    """
    clock, times = time.thread_time_ns, []
    for text in texts[:5000]:
        judge(text)
    gc.collect()
    for text in texts:
        begun = clock()
        judge(text)
        times.append(clock() - begun)
    empty = []
    for _ in texts[:5000]:
        begun = clock()
        empty.append(clock() - begun)
    times.sort()
    own = statistics.median(empty)
    return statistics.median(times) - own, times[int(len(times) * 0.99)] - own


def _first_met(pack: Pack) -> dict[str, float]:
    """A range's first call makes its verdict; those after find it made."""
    ready = Screener(pack, OwnerRules())
    first = [subject.prefix * 1000 + 123 for subject, _ in pack.ranges() if subject.size == 1000]  # noqa: PLR2004  the blocks of `_pack`
    texts = [f"+{value}" for value in first[:2000]]
    clock, times = time.thread_time_ns, []
    for text in texts:
        begun = clock()
        ready.screen_text(text, NOW, LINE)
        times.append(clock() - begun)
    return {"a range met for the first time, median, us": statistics.median(times) / 1000}


def _from_stdin(
    name: str, path: Path, listed: list[int], calls: int, chance: random.Random
) -> dict[str, float]:
    lines = [f"+{chance.choice(listed) if i % 2 else _number(chance)}\n" for i in range(calls)]
    text = "".join(lines).encode()
    result = {}
    for shape, options in (("json", ["--json"]), ("text", [])):
        command = [sys.executable, "-m", "proso", "call", "screen", "-", "--pack", str(path)]
        begun = time.perf_counter()
        done = subprocess.run([*command, *options], input=text, stdout=subprocess.PIPE, check=True)
        ours = time.perf_counter() - begun
        assert done.stdout.count(b"\n") == calls  # noqa: S101  a line lost would be a wrong figure
        result[f"{name}: proso call screen -, {shape}, numbers a second"] = calls / ours
    words = {f"+{value}": "reject" for value in listed}
    begun = time.perf_counter()
    out = io.StringIO()
    for line in io.TextIOWrapper(io.BytesIO(text)):
        number = line.strip()
        out.write(f"{number}\t{words.get(number, 'allow')}\n")
    peer = time.perf_counter() - begun
    result[f"{name}: a plain dict, look-up and print, numbers a second"] = calls / peer
    return result


if __name__ == "__main__":
    main()
