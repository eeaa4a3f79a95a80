"""What holds of every pack's bytes and look-ups."""

import hashlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from proso.errors import BadPack
from proso.packs.build import Listed, build
from proso.packs.codec import decode, encode
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)

labels = st.builds(
    Label.rounded,
    category=st.sampled_from(Category),
    rating=st.floats(0, 1),
    sample_size=st.integers(0, 5000),
    age_days=st.none() | st.floats(0, 500),
    listing=st.sampled_from(Listing),
)
numbers = st.builds(
    PhoneNumber,
    st.integers(12_000_000_000, 12_000_000_050)
    | st.integers(12_000_000_000, 12_001_000_000)
    | st.integers(1_000, 10**15 - 1),
)
# Most ranges hold some of the numbers above, and one another.
ranges = st.builds(
    lambda prefix, more: NumberRange(prefix, min(15, len(str(prefix)) + more) if more else 0),
    st.sampled_from([1, 12, 120, 12_000, 120_000, 12_000_000, 120_000_000, 1_200_000_000])
    | st.integers(1, 10**9),
    st.integers(0, 9),
)
rows = st.lists(st.builds(Listed, numbers | ranges, labels), max_size=15)


def _build(listings) -> bytes:
    return build(listings, region="US", serial=1, as_of=AS_OF, rule_version="t")


def _again(pack) -> bytes:
    return encode(
        region=pack.header.region,
        serial=pack.header.serial,
        as_of=pack.header.as_of,
        rule_version=pack.header.rule_version,
        numbers=[(number.value, label) for number, label in pack.numbers()],
        ranges=list(pack.ranges()),
    )


@given(rows)
def test_a_pack_holds_what_was_listed_and_nothing_else(listings):
    pack = decode(_build(listings))
    held = [subject for subject, _ in (*pack.numbers(), *pack.ranges())]
    assert len(held) == len(set(held)) == len(pack)
    assert set(held) == {row.subject for row in listings}
    for subject, label in (*pack.numbers(), *pack.ranges()):
        assert Listed(subject, label) in listings


@given(rows)
def test_a_look_up_finds_the_most_specific_entry_and_what_encloses_it(listings):
    pack = decode(_build(listings))
    entries = dict((*pack.numbers(), *pack.ranges()))
    values = {row.subject.value for row in listings if isinstance(row.subject, PhoneNumber)}
    values |= {row.subject.prefix for row in listings if isinstance(row.subject, NumberRange)}
    for value in values | {v + 1 for v in values} | {v * 10 for v in values}:
        if not 1_000 <= value < 10**15:
            continue
        number = PhoneNumber(value)
        holding = [s for s in entries if isinstance(s, NumberRange) and number in s]
        holding.sort(key=lambda s: (-len(str(s.prefix)), -s.digits))
        exact = [number] if number in entries else []
        expected = [entries[subject] for subject in (*exact, *holding)]
        assert [match.label for match in pack.find_all(value)] == expected
        found = pack.find(value)
        assert (found.label if found else None) == (expected[0] if expected else None)


@given(rows)
def test_a_pack_encodes_to_the_bytes_it_was_decoded_from(listings):
    data = _build(listings)
    assert _again(decode(data)) == data


@given(rows, st.randoms(use_true_random=False))
def test_rows_in_any_order_and_repeated_give_the_same_bytes(listings, chance):
    shuffled = listings + chance.sample(listings, len(listings) // 2)
    chance.shuffle(shuffled)
    assert _build(shuffled) == _build(listings)


@given(rows, st.data())
def test_one_flipped_bit_is_noticed(listings, data):
    packed = bytearray(_build(listings))
    bit = data.draw(st.integers(0, len(packed) * 8 - 1))
    packed[bit // 8] ^= 1 << bit % 8
    try:
        decode(bytes(packed))
    except BadPack:
        return
    raise AssertionError(bit)


@given(rows, st.data())
def test_a_sealed_forgery_is_refused_or_a_canonical_pack_that_works(listings, data):
    body = bytearray(_build(listings)[:-32])
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    sealed = bytes(body) + hashlib.sha256(body).digest()
    try:
        pack = decode(sealed)
    except BadPack:
        return
    for row in listings:
        if isinstance(row.subject, PhoneNumber):
            pack.find(row.subject.value)
            pack.find_all(row.subject.value)
    assert _again(pack) == sealed


@given(rows, st.data())
def test_a_pack_cut_short_is_refused(listings, data):
    packed = _build(listings)
    try:
        decode(packed[: data.draw(st.integers(0, len(packed) - 1))])
    except BadPack:
        return
    raise AssertionError


@given(st.floats(0, 1), st.integers(0, 10**6), st.none() | st.floats(0, 1000))
def test_a_rounded_label_never_claims_more_than_was_said(rating, sample_size, age_days):
    label = Label.rounded(
        category=Category.LOAN, rating=rating, sample_size=sample_size, age_days=age_days
    )
    assert label.rating <= rating + 1e-9
    assert label.sample_size <= sample_size
    assert label.freshness_days is None or age_days <= label.freshness_days
    assert 0 <= label.confidence < 1
