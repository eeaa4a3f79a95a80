"""The descriptive part of a hotspot: canonical, and nothing but itself."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.errors import BadPack
from proso.packs.hotspot_detail import MAX_DETAIL_BYTES, decode_detail, encode_detail
from proso.values.hotspot import Fee, History, Hotspot, Security, SignIn
from proso.values.place import Position

HERE = Position(40.7, -74.0)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)
tenths = st.integers(0, 10_000).map(lambda n: n / 10)
hundredths = st.integers(0, 500).map(lambda n: n / 100)
histories = st.builds(
    History, tenths, tenths, hundredths, hundredths, st.none() | st.integers(0, 900).map(float)
).filter(lambda history: history.attempts)
hotspots = st.builds(
    Hotspot,
    identity=st.just(7),
    position=st.just(HERE),
    cell=st.text("0123456789abcdef", max_size=15),
    name=texts,
    ssids=st.lists(st.binary(min_size=1, max_size=32), max_size=4, unique=True).map(tuple),
    radio_tags=st.frozensets(st.integers(0, 65535), max_size=50),
    security=st.none() | st.sampled_from(Security),
    fee=st.sampled_from(Fee),
    sign_in=st.sampled_from(SignIn),
    recipe=st.text("abc-@1", max_size=20),
    programme=texts,
    hours=texts,
    note=texts,
    history=st.just(History()) | histories,
    hourly=st.lists(st.tuples(st.integers(0, 23), histories), max_size=3).map(tuple),
    proven_day=st.none() | st.integers(1, 40000),
    source=texts,
    licence=texts,
)


@given(hotspots)
def test_what_was_written_is_read(hotspot):
    assert decode_detail(7, HERE, encode_detail(hotspot)) == hotspot


@given(hotspots)
def test_the_bytes_are_canonical(hotspot):
    data = encode_detail(hotspot)
    assert encode_detail(decode_detail(7, HERE, data)) == data


@given(st.binary(max_size=200) | hotspots.map(encode_detail).map(lambda data: data[:-2]))
def test_any_other_bytes_are_refused_and_nothing_else(data):
    with contextlib.suppress(BadPack):
        decode_detail(7, HERE, data)


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{",
        b'{"s":["zz"]}',
        b'{"s":["' + b"00" * 33 + b'"]}',
        b'{"f":9}',
        b'{"f":-1}',
        b'{"o":[1,2,3]}',
        b'{"o":[NaN,0,1,1,null]}',
        b'{"o":[1,-1,1,1,null]}',
        b'{"n":5}',
        b'{"n":"' + b"x" * MAX_DETAIL_BYTES + b'"}',
        b"[" * 3000,
    ],
)
def test_a_damaged_part_is_refused_in_one_sentence(data):
    with pytest.raises(BadPack):
        decode_detail(7, HERE, data)


def test_a_record_without_its_part_still_has_a_place():
    assert decode_detail(7, HERE, b"") == Hotspot(identity=7, position=HERE)


def test_a_plain_record_is_short():
    hotspot = Hotspot(identity=7, position=HERE, name="Bryant Park", ssids=(b"Park",), fee=Fee.FREE)
    assert encode_detail(hotspot) == b'{"f":1,"n":"Bryant Park","s":["5061726b"]}'
