"""What a mirror may do to what travels, and what comes of it: packs, travel files and deltas."""

import functools
import hashlib
import os
import random
import struct
import time
import tracemalloc
from datetime import UTC, datetime

import brotli
import pytest

from proso.device.packfile import open_pack
from proso.errors import BadDelta, BadPack, Misuse, PackOfOtherRegion, ProsoError
from proso.packs.build import Listed, build
from proso.packs.codec import attach, decode
from proso.packs.delta import MAGIC as DELTA_MAGIC
from proso.packs.delta import apply, diff
from proso.packs.hotspots import HotspotRecord, attach_hotspots, decode_hotspots, encode_hotspots
from proso.packs.layout import DIGEST_BYTES, HEADER_BYTES
from proso.packs.streams import pack_streams
from proso.packs.travel import MAGIC as TRAVEL_MAGIC
from proso.packs.travel import compress, expand
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber

MUTANTS = 1_000_000 if os.environ.get("PROSO_SOAK") else 3_000
"""Of packs, travel files and deltas together."""

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = 1 << 20
LABELS = [
    Label.rounded(category=category, rating=rating, sample_size=4, listing=listing)
    for category in (Category.SCAM, Category.LOAN)
    for rating in (0.5, 0.95)
    for listing in Listing
]
ASKED = (12025550000, 12025550120, 13105550144, 1_000, 91140123456, 10**15 - 1, 12025551299)


def _numbers(serial=1, *, region="US", step=7) -> bytes:
    rows = [
        Listed(PhoneNumber(value), LABELS[value * value % 11])
        for value in (*range(12025550000 + 3 * serial, 12025550400, step), 1_000, 10**15 - 1)
    ]
    rows += [
        Listed(NumberRange.parse(text), LABELS[len(text) % 11])
        for text in ("+1310555####", "+13105550###", "+1310*", "+91140*"[: 6 + serial % 2] + "*")
        if text.count("*") < 2
    ]
    return build(rows, region=region, serial=serial, as_of=AS_OF, rule_version="t")


def _hotspots(serial=1, *, region="US") -> bytes:
    records = [
        HotspotRecord(i * 61, i * 97 % 901, i % 7 and i * 2**40, i % 3, b"d" * (i % 4))
        for i in range(serial, 60 + serial)
    ]
    return encode_hotspots(
        region=region, serial=serial, as_of=AS_OF, rule_version="t", records=records
    )


@pytest.fixture(params=[_numbers, _hotspots], ids=["numbers", "hotspots"])
def make(request):
    return request.param


def test_a_delta_for_another_base(make):
    old, new, third = make(1), make(2), make(3)
    for base in (new, third, old[:-1], b"", b"x" * len(old)):
        with pytest.raises(BadDelta):
            apply(base, diff(old, new), limit=LIMIT)


def test_a_delta_for_another_base_that_says_it_is_for_this_one(make):
    old, new, third = make(1), make(2), make(3)
    frame = old[-DIGEST_BYTES:] + new[:HEADER_BYTES] + new[-DIGEST_BYTES:]
    foreign = diff(third, new)
    honest = third[-DIGEST_BYTES:] + new[:HEADER_BYTES] + new[-DIGEST_BYTES:]
    assert foreign.startswith(DELTA_MAGIC + pack_streams([honest]))
    forged = (
        DELTA_MAGIC + pack_streams([frame]) + foreign[len(DELTA_MAGIC + pack_streams([honest])) :]
    )
    with pytest.raises(BadDelta):
        apply(old, forged, limit=LIMIT)


def test_a_delta_bomb_is_refused_before_it_fills_the_memory(make):
    old, new = make(1), make(2)
    frame = old[-DIGEST_BYTES:] + new[:HEADER_BYTES] + new[-DIGEST_BYTES:]
    bomb = _bomb()
    assert len(bomb) < 4096
    for size in (1 << 28, 1 << 16, 1 << 41):
        data = DELTA_MAGIC + pack_streams([frame]) + _announced(size, bomb)
        with _little_memory(), pytest.raises(BadDelta):
            apply(old, data, limit=LIMIT)


def test_a_travel_bomb_is_refused_before_it_fills_the_memory(make):
    data = make(1)
    bomb = _bomb()
    for size in (1 << 28, 1 << 16, 1 << 41):
        travel = TRAVEL_MAGIC + pack_streams([data[:HEADER_BYTES] + data[-DIGEST_BYTES:]])
        with _little_memory(), pytest.raises(BadPack):
            expand(travel + _announced(size, bomb), limit=LIMIT)


def test_many_small_streams_that_are_large_together():
    part = _announced(1 << 20, brotli.compress(bytes(1 << 20)))
    frame = _numbers()[:HEADER_BYTES] + _numbers()[-DIGEST_BYTES:]
    with _little_memory(), pytest.raises(BadPack):
        expand(TRAVEL_MAGIC + pack_streams([frame]) + part * 1000, limit=LIMIT)


def test_a_header_of_billions_over_small_streams(make):
    data = bytearray(make(1))
    for offset in range(32, 72, 4):
        frame = bytearray(data[:HEADER_BYTES] + data[-DIGEST_BYTES:])
        struct.pack_into("<I", frame, offset, 2**32 - 1)
        travel = TRAVEL_MAGIC + pack_streams([bytes(frame)]) + compress(bytes(data))[150:]
        with _little_memory(), pytest.raises(BadPack):
            expand(travel, limit=LIMIT)


def test_a_pack_of_another_country_under_this_name(tmp_path):
    (tmp_path / "US.pack").write_bytes(_numbers(region="CA"))
    for verified in (False, True):
        with pytest.raises(PackOfOtherRegion):
            open_pack(tmp_path / "US.pack", region="US", verified=verified)


def test_a_delta_to_a_pack_of_another_country(make):
    old, new = make(1), make(2, region="CA")
    with pytest.raises(Misuse):
        diff(old, new)
    same = diff(old, make(2))
    frame = old[-DIGEST_BYTES:] + new[:HEADER_BYTES] + new[-DIGEST_BYTES:]
    with pytest.raises(BadDelta):
        apply(old, DELTA_MAGIC + pack_streams([frame]) + same[-40:], limit=LIMIT)


def test_hotspots_under_the_name_of_numbers(tmp_path):
    (tmp_path / "US.pack").write_bytes(_hotspots())
    for verified in (False, True):
        with pytest.raises(BadPack):
            open_pack(tmp_path / "US.pack", verified=verified)
    with pytest.raises(BadPack):
        decode_hotspots(_numbers())
    with pytest.raises(Misuse):
        diff(_numbers(), _hotspots())


def test_every_cut_of_a_travel_file_and_a_delta_is_noticed(make):
    old, new = make(1), make(2)
    travel, delta = compress(new), diff(old, new)
    for size in range(len(travel)):
        with pytest.raises(BadPack):
            expand(travel[:size], limit=LIMIT)
    for size in range(len(delta)):
        with pytest.raises(BadDelta):
            apply(old, delta[:size], limit=LIMIT)


def test_something_after_the_end_is_noticed(make):
    old, new = make(1), make(2)
    for tail in (b"\0", b"\0\0", bytes(100), compress(new)):
        with pytest.raises(BadPack):
            expand(compress(new) + tail, limit=LIMIT)
        with pytest.raises(BadDelta):
            apply(old, diff(old, new) + tail, limit=LIMIT)


@pytest.mark.slow
def test_no_mutant_crashes_hangs_or_is_taken_for_a_pack(make):
    chance = random.Random(int(os.environ.get("PROSO_SEED", "0")) or random.getrandbits(32))
    seed = chance.getrandbits(32)
    chance.seed(seed)
    old, new = make(1), make(2)
    travel, delta = compress(new), diff(old, new)
    tried = {
        "pack": (new, _try_pack),
        "travel": (travel, _try_travel),
        "delta": (delta, _try_delta),
    }
    accepted = slowest = 0.0
    for i in range(MUTANTS // 2):  # numbers and hotspots have half each
        sound, attempt = tried[("pack", "travel", "delta")[i % 3]]
        mutant = _mutant(sound, chance)
        begun = time.perf_counter()
        accepted += attempt(mutant, old, new) and mutant != sound
        slowest = max(slowest, time.perf_counter() - begun)
    assert not accepted, seed
    assert slowest < 10, seed  # a hang, not a busy machine


def _try_pack(mutant: bytes, _old: bytes, new: bytes) -> bool:
    """Whether a mutant was accepted; sealed anew and merely attached it must still be harmless."""
    sealed = mutant[:-DIGEST_BYTES] + hashlib.sha256(mutant[:-DIGEST_BYTES]).digest()
    for data in (mutant, sealed):
        for take in (attach, attach_hotspots):
            _look_up(take, data)
    for data in (sealed, mutant):
        try:
            (decode if new == _numbers(2) else decode_hotspots)(data)
        except BadPack:
            continue
        if data is mutant:
            return True
        _look_up(attach, data)
    return False


def _look_up(take, data: bytes) -> None:
    try:
        pack = take(data)
    except BadPack:
        return
    if take is attach:
        for value in ASKED:
            for match in pack.find_all(value):
                assert match.label in pack.labels
    else:
        pack.near(0.001, 0.001, 2_000)
        pack.near(80, -170, 100_000)
        pack.find(2**40)


def _try_travel(mutant: bytes, _old: bytes, new: bytes) -> bool:
    try:
        return expand(mutant, limit=LIMIT) != new
    except BadPack:
        return False


def _try_delta(mutant: bytes, old: bytes, new: bytes) -> bool:
    try:
        return apply(old, mutant, limit=LIMIT) != new
    except BadDelta:
        return False


def _mutant(sound: bytes, chance: random.Random) -> bytes:
    data = bytearray(sound)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        place = chance.randrange(len(data))
        kind = chance.randrange(6)
        if kind == 0:
            data[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            data[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif kind == 2:
            del data[place : place + chance.randrange(1, 40)]
        elif kind == 3:
            data[place:place] = chance.randbytes(chance.randrange(1, 20))
        elif kind == 4:
            size = chance.choice((2, 4, 8))
            data[place : place + size] = chance.choice((bytes(size), b"\xff" * size))
        else:
            other = chance.randrange(len(data))
            data[place : place + 16] = data[other : other + 16]
        if not data:
            return b""
    return bytes(data)


@functools.cache
def _bomb() -> bytes:
    """A quarter of a gigabyte in a few bytes."""
    return brotli.compress(bytes(1 << 28), quality=5)


def _announced(size: int, packed: bytes) -> bytes:
    parts = bytearray()
    for number in (size << 1 | 1, len(packed)):
        rest = number
        while rest > 0x7F:
            parts.append(rest & 0x7F | 0x80)
            rest >>= 7
        parts.append(rest)
    return bytes(parts) + packed


class _little_memory:  # noqa: N801  reads like a context
    """Fails when Python's memory grows by more than 32 MB: 1 MB was allowed, a bomb is 256."""

    def __enter__(self) -> None:
        tracemalloc.start()

    def __exit__(self, *_: object) -> None:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 32 << 20, peak


def test_every_refusal_is_one_of_ours(make):
    """Whatever is refused is refused with a sentence."""
    for data in (b"", b"\0" * 200, b"PROSOTR\1", b"PROSODL\1", TRAVEL_MAGIC + b"\xff" * 9):
        for attempt in (lambda d: expand(d, limit=LIMIT), lambda d: apply(make(1), d, limit=LIMIT)):
            with pytest.raises(ProsoError, match="expected"):
                attempt(data)
