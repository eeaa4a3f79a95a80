"""Packs on the road: small, and byte for byte the same on arrival."""

import pytest

from proso.errors import BadDelta, BadPack
from proso.packs.build import Listed, build
from proso.packs.delta import apply, diff
from proso.packs.hotspots import HotspotRecord, encode_hotspots
from proso.packs.travel import compress, expand
from proso.values.listing import Category, Label
from proso.values.number import NumberRange, PhoneNumber

LIMIT = 1 << 20
SPAM = Label.rounded(category=Category.SCAM, rating=0.96, sample_size=12, age_days=2)
LOAN = Label.rounded(category=Category.LOAN, rating=0.9)


@pytest.fixture
def packs(now):
    """Two serials of numbers, then two of hotspots."""

    def numbers(serial, values, label):
        rows = [Listed(PhoneNumber(v), LOAN if v % 3 else label) for v in values]
        rows += [Listed(NumberRange.parse("+1310555####"), label)]
        return build(rows, region="US", serial=serial, as_of=now, rule_version="r")

    def hotspots(serial, places):
        records = [HotspotRecord(i, -i * 17, i * 2**40, i % 4, b"d" * (i % 5)) for i in places]
        return encode_hotspots(
            region="US", serial=serial, as_of=now, rule_version="r", records=records
        )

    return [
        (
            numbers(1, range(12025550000, 12025559999, 7), SPAM),
            numbers(2, range(12025550000, 12025559999, 9), LOAN),
        ),
        (hotspots(1, range(300)), hotspots(2, range(50, 400))),
    ]


def test_a_travel_file_expands_to_the_very_same_bytes(packs):
    for pair in packs:
        for data in pair:
            assert expand(compress(data), limit=LIMIT) == data
            assert len(compress(data)) < len(data)


def test_a_pack_larger_than_the_limit_is_refused(packs):
    for data, _ in packs:
        with pytest.raises(BadPack):
            expand(compress(data), limit=len(data) - 1)


def test_a_delta_gives_the_very_same_bytes(packs):
    for old, new in packs:
        assert apply(old, diff(old, new), limit=LIMIT) == new
        assert apply(new, diff(new, old), limit=LIMIT) == old
        assert apply(old, diff(old, old), limit=LIMIT) == old


def test_a_delta_for_another_base_is_refused(packs):
    for old, new in packs:
        delta = diff(old, new)
        for base in (new, old[:-1], b""):
            with pytest.raises(BadDelta):
                apply(base, delta, limit=LIMIT)


def test_a_delta_to_a_far_smaller_pack_is_within_that_packs_limit(now):
    many = [Listed(PhoneNumber(12_000_000_000 + i), SPAM) for i in range(100_000)]
    old = build(many, region="US", serial=1, as_of=now, rule_version="r")
    new = build([], region="US", serial=2, as_of=now, rule_version="r")
    assert apply(old, diff(old, new), limit=len(new)) == new
    assert apply(new, diff(new, old), limit=len(old)) == old
