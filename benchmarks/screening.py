"""How fast a call is judged: one at a time, and a million from stdin beside a plain dict.

The peer is what anybody would write first: a Python dict of the same list, one look-up a line.
"""

import argparse
import io
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from proso.device.packfile import open_pack
from proso.packs.build import Listed, build
from proso.packs.pack import Pack
from proso.values.call import Call, Line
from proso.values.listing import Category, Label
from proso.values.number import PhoneNumber
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listed", type=int, default=100_000, help="numbers in the pack")
    parser.add_argument("--calls", type=int, default=1_000_000, help="numbers on stdin")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    chance = random.Random(1)  # noqa: S311  a benchmark wants the same numbers every time
    listed = {_number(chance) for _ in range(arguments.listed)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "US.pack"
        path.write_bytes(_pack(listed, chance))
        result = _one_by_one(open_pack(path), sorted(listed), chance)
        result |= _from_stdin(path, sorted(listed), arguments.calls, chance)
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:<44} {value:,}" if isinstance(value, int) else f"{name:<44} {value:,.2f}")


def _number(chance: random.Random) -> int:
    area, exchange = chance.randint(201, 989), chance.randint(200, 999)
    return 10_000_000_000 + area * 10_000_000 + exchange * 10_000 + chance.randint(0, 9999)


def _pack(listed: set[int], chance: random.Random) -> bytes:
    labels = [
        Label.rounded(category=category, rating=rating / 100, sample_size=3, age_days=2)
        for category in Category
        for rating in (50, 80, 95)
    ]
    return build(
        (Listed(PhoneNumber(value), chance.choice(labels)) for value in listed),
        region="US",
        serial=1,
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        rule_version="benchmark",
    )


def _one_by_one(pack: Pack, listed: list[int], chance: random.Random) -> dict[str, float]:
    rules, line, now = OwnerRules(), Line("US"), datetime(2026, 1, 1, tzinfo=UTC)
    texts = [f"+{chance.choice(listed) if i % 2 else _number(chance)}" for i in range(200_000)]
    for text in texts[:5000]:
        screen(Call.receive(text, at=now, line=line), pack, rules, now)
    clock, times = time.perf_counter_ns, []
    for text in texts:
        begun = clock()
        screen(Call.receive(text, at=now, line=line), pack, rules, now)
        times.append(clock() - begun)
    times.sort()
    return {
        "one screen(), text to verdict, median, us": statistics.median(times) / 1000,
        "one screen(), text to verdict, p99, us": times[int(len(times) * 0.99)] / 1000,
    }


def _from_stdin(
    path: Path, listed: list[int], calls: int, chance: random.Random
) -> dict[str, float]:
    lines = [f"+{chance.choice(listed) if i % 2 else _number(chance)}\n" for i in range(calls)]
    text = "".join(lines).encode()
    command = [sys.executable, "-m", "proso", "call", "screen", "-", "--pack", str(path), "--json"]
    begun = time.perf_counter()
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True)
    ours = time.perf_counter() - begun
    assert done.stdout.count(b"\n") == calls  # noqa: S101  a line lost would be a wrong figure
    words = {f"+{value}": "reject" for value in listed}
    begun = time.perf_counter()
    out = io.StringIO()
    for line in io.TextIOWrapper(io.BytesIO(text)):
        number = line.strip()
        out.write(f"{number}\t{words.get(number, 'allow')}\n")
    peer = time.perf_counter() - begun
    return {
        "proso call screen -, numbers a second": int(calls / ours),
        "plain dict, look-up and print, numbers a second": int(calls / peer),
        "dict is faster by a factor of": ours / peer,
    }


if __name__ == "__main__":
    main()
