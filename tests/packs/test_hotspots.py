"""Hotspots by place and by identity."""

import math
import random

import pytest

from proso.errors import BadPack, Misuse
from proso.packs.hotspots import (
    HotspotRecord,
    attach_hotspots,
    decode_hotspots,
    encode_hotspots,
)


@pytest.fixture
def make_bytes(now):
    def make(records, **more) -> bytes:
        fields = {"region": "US", "serial": 3, "as_of": now, "rule_version": "r"}
        return encode_hotspots(**(fields | more), records=records)

    return make


def _metres(lat, lon, record) -> float:
    other_lat, other_lon = math.radians(record.lat_e5 / 1e5), math.radians(record.lon_e5 / 1e5)
    lat, lon = math.radians(lat), math.radians(lon)
    half = (
        math.sin((other_lat - lat) / 2) ** 2
        + math.cos(lat) * math.cos(other_lat) * math.sin((other_lon - lon) / 2) ** 2
    )
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


@pytest.mark.parametrize(
    "centre", [(48.137, 11.575), (-33.86, 151.2), (0.0, 0.0), (78.22, 15.65), (-17.8, 179.9999),
               (52.0, -179.9999), (90.0, 0.0), (-90.0, 10.0)],
)  # fmt: skip
@pytest.mark.parametrize("radius", [0, 150, 2_000, 100_000])
def test_a_circle_holds_exactly_what_lies_within_it_nearest_first(make_bytes, centre, radius):
    chance = random.Random(7)
    lat, lon = centre
    records = [HotspotRecord(round(lat * 1e5), round(lon * 1e5), 1, 2)]
    for spread in (0.001, 0.01, 1.0):
        for _ in range(60):
            at_lat = max(-90.0, min(90.0, chance.gauss(lat, spread)))
            at_lon = (chance.gauss(lon, spread) + 180) % 360 - 180
            row, column = round(at_lat * 1e5), round(at_lon * 1e5)
            records.append(HotspotRecord(row, min(column, 17_999_999), chance.getrandbits(64), 2))
    found = decode_hotspots(make_bytes(records)).near(lat, lon, radius)
    expected = {r for r in records if _metres(lat, lon, r) <= radius + 1e-6}
    assert {record for _, record in found} == expected
    assert [d for d, _ in found] == sorted(d for d, _ in found)
    for distance, record in found:
        assert distance == pytest.approx(_metres(lat, lon, record), abs=0.01)


def test_an_identity_finds_all_its_hotspots_and_zero_finds_none(make_bytes):
    records = [HotspotRecord(lat, 0, identity, 0) for lat, identity in ((5, 9), (1, 9), (3, 0))]
    pack = decode_hotspots(make_bytes(records))
    assert [record.lat_e5 for record in pack.find(9)] == [1, 5]
    assert pack.find(0) == pack.find(8) == pack.find(2**64 - 1) == []


def test_records_come_back_with_their_details_or_without(make_bytes):
    records = [HotspotRecord(i * 37 - 400, i * 91 - 700, i, i, b"x" * i) for i in range(20)]
    assert set(decode_hotspots(make_bytes(records)).records()) == set(records)
    bare = decode_hotspots(make_bytes(records, with_details=False))
    assert [r.detail for r in bare.records()] == [b""] * 20
    assert (bare.header.hotspots, len(bare)) == (20, 20)


def test_a_pack_without_hotspots_finds_nothing(make_bytes):
    pack = decode_hotspots(make_bytes([]))
    assert pack.near(48, 11, 150) == pack.find(1) == list(pack.records()) == []


def test_the_order_and_repetition_of_records_do_not_matter(make_bytes):
    records = [HotspotRecord(i, -i, i % 3, 0, bytes([i])) for i in range(9)]
    assert make_bytes(records) == make_bytes([*records[::-1], records[4]])


def test_every_flipped_byte_is_noticed_when_decoded_and_harmless_when_attached(make_bytes):
    data = make_bytes([HotspotRecord(i * 60, i * 7, i, 1, b"abc") for i in range(6)])
    for place in range(len(data)):
        broken = bytearray(data)
        broken[place] ^= 0x81
        with pytest.raises(BadPack):
            decode_hotspots(bytes(broken))
        try:
            pack = attach_hotspots(bytes(broken))
        except BadPack:
            continue
        pack.near(0.001, 0, 1_000)
        for identity in range(7):
            pack.find(identity)


@pytest.mark.parametrize("circle", [(91, 0, 1), (0, 181, 1), (0, 0, 100_001), (math.nan, 0, 1)])
def test_a_circle_that_is_not_on_earth_is_a_bug_of_the_caller(make_bytes, circle):
    with pytest.raises(Misuse):
        decode_hotspots(make_bytes([])).near(*circle)


def test_hotspots_that_differ_in_their_details_only_are_one_without_them(make_bytes):
    records = [HotspotRecord(5, 5, 1, 0, detail) for detail in (b"", b"a", b"b")]
    assert len(decode_hotspots(make_bytes(records))) == 3
    assert len(decode_hotspots(make_bytes(records, with_details=False))) == 1
