"""Looking numbers up."""

import pytest

from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber

LABEL = Label.rounded(category=Category.SCAM, rating=0.97)


def _pack(now, *subjects):
    rows = [Listed(subject, LABEL) for subject in subjects]
    return decode(build(rows, region="US", serial=1, as_of=now, rule_version="r"))


def test_a_cleared_number_in_a_listed_block_is_honoured(pack):
    assert pack.find(13105550177).label.listing is Listing.CLEARED
    assert pack.find(13105550176).label.listing is Listing.LISTED
    assert [m.label.listing for m in pack.find_all(13105550177)] == [
        Listing.CLEARED,
        Listing.LISTED,
    ]


def test_the_longer_prefix_wins_and_then_the_block_over_the_series(now):
    subjects = [NumberRange(1202), NumberRange(1202, 11), NumberRange(120255), NumberRange(12)]
    found = [match.subject for match in _pack(now, *subjects).find_all(12025550101)]
    assert found == [subjects[2], subjects[1], subjects[0], subjects[3]]


def test_a_block_holds_numbers_of_its_length_only(now):
    pack = _pack(now, NumberRange(1202, 11))
    assert pack.find(12025550101) is not None
    assert pack.find(1202555010) is None
    assert pack.find(120255501011) is None


@pytest.mark.parametrize("value", [1_000, 65_535, 65_536, 12025550101, 10**15 - 1])
def test_a_lone_number_is_found_and_its_neighbours_are_not(now, value):
    pack = _pack(now, PhoneNumber(value))
    assert pack.find(value).label == LABEL
    assert pack.find(value + 1) is None
    assert pack.find(value - 1) is None
    assert pack.find(value + 65_536) is None


def test_numbers_far_apart_are_found_and_take_little_room(now):
    values = [10**power for power in range(3, 15)]
    pack = _pack(now, *map(PhoneNumber, values))
    assert all(pack.find(value) for value in values)
    assert not any(pack.find(value + 1) for value in values)
    assert [number.value for number, _ in pack.numbers()] == values


def test_a_pack_counts_numbers_and_ranges(pack):
    assert (pack.header.numbers, pack.header.ranges, len(pack)) == (2, 2, 4)
    assert pack.has_ranges
    assert repr(pack) == "Pack(US 3, 4 entries)"


def test_numbers_of_a_label_share_their_match(now):
    pack = _pack(now, PhoneNumber(12025550101), PhoneNumber(12025550102))
    assert pack.find(12025550101) is pack.find(12025550102)
    assert not pack.has_ranges


def test_a_number_shorter_than_a_series_prefix_is_not_in_it(now):
    pack = _pack(now, NumberRange(1_200_000_000))
    assert pack.find(12_000) is None
    assert pack.find(1_200_000_000) is not None
