"""What holds of every travel file and every delta."""

import os
from array import array
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proso.errors import BadDelta, BadPack
from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.packs.delta import apply, diff
from proso.packs.gaps import pack_ascending, unpack_ascending
from proso.packs.hotspots import HotspotRecord, decode_hotspots, encode_hotspots
from proso.packs.symbols import pack_symbols, unpack_symbols
from proso.packs.travel import compress, expand
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = 1 << 20
EXAMPLES = 1000 if os.environ.get("PROSO_SOAK") else 30

labels = st.builds(
    Label.rounded,
    category=st.sampled_from(list(Category)[:3]),
    rating=st.sampled_from((0.5, 0.9)),
    age_days=st.none() | st.sampled_from((1, 20)),
    listing=st.sampled_from(Listing),
)
numbers = st.integers(12_000_000_000, 12_000_000_250) | st.integers(1_000, 10**15 - 1)
ranges = st.builds(
    lambda prefix, more: NumberRange(prefix, len(str(prefix)) + more if more else 0),
    st.integers(1, 300) | st.integers(12_000_000, 12_000_300),
    st.integers(0, 4),
)
rows = st.dictionaries(st.builds(PhoneNumber, numbers) | ranges, labels, max_size=60)
hotspots = st.lists(
    st.builds(
        HotspotRecord,
        st.integers(-300, 300) | st.integers(-9_000_000, 9_000_000),
        st.integers(-300, 300) | st.integers(-18_000_000, 17_999_999),
        st.integers(0, 3) | st.integers(0, 2**64 - 1),
        st.integers(0, 255),
        st.binary(max_size=3),
    ),
    max_size=40,
)


def _numbers(listings, serial=1) -> bytes:
    listed = [Listed(subject, label) for subject, label in listings.items()]
    return build(listed, region="US", serial=serial, as_of=AS_OF, rule_version="t")


def _hotspots(records, serial=1, **more) -> bytes:
    fields = {"region": "US", "as_of": AS_OF, "rule_version": "t"} | more
    return encode_hotspots(serial=serial, records=records, **fields)


packs = st.builds(_numbers, rows) | st.builds(_hotspots, hotspots)
successions = st.tuples(
    st.builds(_numbers, rows), st.builds(_numbers, rows, st.just(2))
) | st.tuples(st.builds(_hotspots, hotspots), st.builds(_hotspots, hotspots, st.just(2)))


@settings(deadline=None, max_examples=EXAMPLES)
@given(packs)
def test_a_travel_file_expands_to_the_very_same_pack(data):
    assert expand(compress(data), limit=len(data)) == data


@settings(deadline=None, max_examples=EXAMPLES)
@given(successions)
def test_a_delta_gives_the_very_same_pack_and_back(pair):
    old, new = pair
    assert apply(old, diff(old, new), limit=len(new)) == new
    assert apply(new, diff(new, old), limit=len(old)) == old


@settings(deadline=None, max_examples=EXAMPLES)
@given(successions, packs)
def test_a_delta_for_another_base_is_refused(pair, other):
    old, new = pair
    if other != old:
        with pytest.raises(BadDelta):
            apply(other, diff(old, new), limit=LIMIT)


@settings(deadline=None, max_examples=EXAMPLES)
@given(packs, st.data())
def test_a_limit_below_the_pack_is_kept(data, draw):
    with pytest.raises(BadPack):
        expand(compress(data), limit=draw.draw(st.integers(0, len(data) - 1)))


@settings(deadline=None, max_examples=EXAMPLES)
@given(hotspots)
def test_hotspots_come_back_as_they_were(records):
    assert set(decode_hotspots(_hotspots(records)).records()) == set(records)


@given(st.lists(st.integers(0, 2**63) | st.integers(0, 9999)), st.sampled_from((0, 1)))
def test_ascending_integers_come_back_from_their_gaps(values, step):
    values = array("Q", sorted(set(values) if step else values))
    packed = pack_ascending(values, step=step)
    assert unpack_ascending(*packed, step=step, limit=2**64) == values


@given(st.integers(1, 256), st.data())
def test_symbols_come_back_however_many_share_a_byte(used, data):
    symbols = bytes(data.draw(st.lists(st.integers(0, used - 1), max_size=200)))
    assert unpack_symbols(pack_symbols(symbols, used), used, len(symbols)) == symbols


@settings(deadline=None)
@given(rows)
def test_what_encloses_a_number_is_told_from_the_inside_out(listings):
    pack = decode(_numbers(listings))
    for subject in listings:
        if isinstance(subject, PhoneNumber):
            chain = pack.find(subject.value).chain
            assert chain[0].subject is None
            sizes = [len(str(match.subject.prefix)) for match in chain[1:]]
            assert sizes == sorted(sizes, reverse=True)
            assert all(subject in match.subject for match in chain[1:])
