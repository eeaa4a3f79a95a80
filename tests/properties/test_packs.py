"""What holds of every pack."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from proso.packs.build import Listed, build
from proso.packs.codec import decode
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
numbers = st.integers(12_000_000_000, 12_000_300_000) | st.integers(1_000, 10**15 - 1)
ranges = st.builds(
    lambda prefix, more: NumberRange(prefix, len(str(prefix)) + more if more else 0),
    st.integers(1, 12_000_300),
    st.integers(0, 5),
)
rows = st.dictionaries(st.builds(PhoneNumber, numbers) | ranges, labels, max_size=40)


def _build(listings) -> bytes:
    rows = [Listed(subject, label) for subject, label in listings]
    return build(rows, region="US", serial=1, as_of=AS_OF, rule_version="t")


def _near(listings):
    values = {s.value for s in listings if isinstance(s, PhoneNumber)}
    return values | {v + 1 for v in values} | {12_000_000_000, 12_000_123_456}


@settings(deadline=None)
@given(rows)
def test_a_look_up_finds_the_most_specific_entry_and_nothing_else(listings):
    pack = decode(_build(listings.items()))
    for value in _near(listings):
        number = PhoneNumber(value) if value < 10**15 else None
        if number is None:
            continue
        exact = listings.get(number)
        holding = [s for s in listings if isinstance(s, NumberRange) and number in s]
        holding.sort(key=lambda s: (-len(str(s.prefix)), -s.digits))
        expected = [exact] if exact else []
        expected += [listings[subject] for subject in holding]
        assert [match.label for match in pack.find_all(value)] == expected
        found = pack.find(value)
        assert (found.label if found else None) == (expected[0] if expected else None)


@settings(deadline=None)
@given(rows, st.randoms())
def test_the_order_of_listings_does_not_matter(listings, chance):
    shuffled = list(listings.items())
    chance.shuffle(shuffled)
    assert _build(shuffled) == _build(listings.items())


def test_more_labels_than_a_byte_holds_are_made_coarser():
    listings = []
    value = 12_000_000_000
    for category in Category:
        for rating in range(0, 100, 3):
            for size in (0, 1, 2, 5, 50):
                value += 1
                label = Label.rounded(category=category, rating=rating / 100, sample_size=size)
                listings.append((PhoneNumber(value), label))
    pack = decode(_build(listings))
    assert len(pack.labels) <= 256
    assert len(pack) == len(listings)
