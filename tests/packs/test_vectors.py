"""The format document is true: its vectors, and a reader in another language."""

import importlib.util
import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from proso.packs.codec import decode
from proso.packs.delta import apply
from proso.packs.hotspots import decode_hotspots
from proso.packs.travel import expand

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "data" / "pack-vectors"
READER = ROOT / "readers" / "javascript" / "proso-pack.mjs"
NAMES = ["numbers.pack", "numbers-2.pack", "apart.pack", "empty.pack", "hotspots.pack"]


@pytest.fixture(scope="session")
def make():
    spec = importlib.util.spec_from_file_location("make_vectors", FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def read():
    node = shutil.which("node")
    if node is None:
        reason = "Node.js is not on this machine"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)

    def run(path, lines=()) -> list:
        done = subprocess.run(
            [node, READER, path],
            input="".join(f"{line}\n" for line in lines),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return [json.loads(line) for line in done.stdout.splitlines() if line]

    return run


def test_the_vectors_are_what_is_made_today(make):
    for name, data in make.packs().items():
        assert (FOLDER / name).read_bytes() == data, name
    found = json.loads((FOLDER / "look-ups.json").read_text())
    assert json.loads(json.dumps(make.look_ups(make.packs()))) == found


@pytest.mark.parametrize("name", NAMES)
def test_a_travel_file_of_the_vectors_gives_its_pack(name):
    travel = (FOLDER / name).with_suffix(".travel").read_bytes()
    assert expand(travel, limit=1 << 20) == (FOLDER / name).read_bytes()


def test_the_delta_of_the_vectors_gives_the_later_pack():
    old, delta = (FOLDER / n for n in ("numbers.pack", "numbers-2.delta"))
    new = apply(old.read_bytes(), delta.read_bytes(), limit=1 << 20)
    assert new == (FOLDER / "numbers-2.pack").read_bytes()


def test_the_javascript_reader_is_short():
    assert len(READER.read_text().splitlines()) <= 200


@pytest.mark.parametrize("name", ["numbers.pack", "apart.pack", "empty.pack", "hotspots.pack"])
def test_the_javascript_reader_finds_what_the_vectors_say(read, name):
    rows = json.loads((FOLDER / "look-ups.json").read_text())[name]
    answers = read(FOLDER / name, (asked for asked, _ in rows))
    assert len(answers) == len(rows)
    for answer, (asked, expected) in zip(answers, rows, strict=True):
        for found in answer:
            if "distance" in found:
                found["distance"] = round(found["distance"], 3)
        assert answer == expected, asked


@pytest.mark.parametrize("name", NAMES[:4])
def test_the_javascript_reader_reads_travel_files(read, make, name):
    rows = read((FOLDER / name).with_suffix(".travel"))
    pack = decode((FOLDER / name).read_bytes())
    assert rows == [{"value": n.value, **make.say(label)} for n, label in pack.numbers()]


def test_the_javascript_reader_agrees_in_ten_thousand_random_look_ups(read, make, tmp_path):
    chance = random.Random()
    seed = chance.getrandbits(32)
    chance.seed(seed)
    values = {12_000_000_000 + chance.randrange(10 ** chance.randrange(1, 10)) for _ in range(3000)}
    ranges = {make.NumberRange(int(str(v)[: chance.randrange(1, 11)]), 11) for v in values}
    ranges |= {make.NumberRange(int(str(v)[: chance.randrange(1, 11)])) for v in list(values)[:99]}
    data = make._numbers(1, values, sorted(ranges)[:400], chance)
    (tmp_path / "random.pack").write_bytes(data)
    pack, listed = decode(data), sorted(values)
    asked = [
        chance.choice(listed) + chance.choice((0, 0, 1, -1, 100, 10**6, 10**9))
        if i % 4
        else chance.randrange(1_000, 10**15)
        for i in range(10_000)
    ]
    answers = read(tmp_path / "random.pack", asked)
    for value, answer in zip(asked, answers, strict=True):
        assert answer == json.loads(json.dumps(make.told(pack, value))), (seed, value)


def test_the_javascript_reader_agrees_on_circles(read, make, tmp_path):
    chance = random.Random(3)
    records = [
        make.HotspotRecord(round(chance.gauss(52e5, 3e3)), round(chance.gauss(13e5, 3e3)), i, 0)
        for i in range(3000)
    ]
    data = make.encode_hotspots(
        region="DE", serial=1, as_of=make.AS_OF, rule_version="", records=records
    )
    (tmp_path / "spots.pack").write_bytes(data)
    pack = decode_hotspots(data)
    circles = [(chance.gauss(52, 0.02), chance.gauss(13, 0.02), 150) for _ in range(1000)]
    answers = read(tmp_path / "spots.pack", (f"{a} {b} {c}" for a, b, c in circles))
    for circle, answer in zip(circles, answers, strict=True):
        expected = sorted(str(record.identity) for _, record in pack.near(*circle))
        assert sorted(spot["identity"] for spot in answer) == expected


def test_the_javascript_reader_refuses_a_flipped_byte(read, tmp_path):
    data = bytearray((FOLDER / "numbers.pack").read_bytes())
    data[500] ^= 1
    (tmp_path / "broken.pack").write_bytes(data)
    with pytest.raises(subprocess.CalledProcessError):
        read(tmp_path / "broken.pack", ["12025550000"])
