"""Listings become a pack: each subject once, in any order, from any CSV."""

from itertools import permutations, product

import pytest

from proso.errors import BadFile, BadListing
from proso.packs.build import Listed, build, parse_listings
from proso.packs.codec import decode
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber

NUMBER = PhoneNumber(12025550101)


@pytest.fixture
def make_pack(now):
    return lambda rows: decode(build(rows, region="US", serial=1, as_of=now, rule_version="r"))


def _label(category=Category.SCAM, rating=0.9, sample_size=5, **more) -> Label:
    return Label.rounded(category=category, rating=rating, sample_size=sample_size, **more)


def test_of_two_rows_of_a_subject_the_higher_rating_stays(make_pack):
    low, high = _label(rating=0.5, sample_size=1000), _label(rating=0.9)
    for rows in permutations([Listed(NUMBER, low), Listed(NUMBER, high)]):
        assert [label for _, label in make_pack(rows).numbers()] == [high]


def test_of_two_rows_of_a_rating_the_larger_sample_stays(make_pack):
    few, many = _label(sample_size=5), _label(sample_size=50)
    for rows in permutations([Listed(NUMBER, few), Listed(NUMBER, many)]):
        assert make_pack(rows).find(NUMBER.value).label == many


@pytest.mark.parametrize(
    "more", [{"category": Category.LOAN}, {"age_days": 2}, {"listing": Listing.CLEARED}]
)
def test_rows_that_say_as_much_give_one_pack_in_either_order(now, more):
    rows = [Listed(NUMBER, _label()), Listed(NUMBER, _label(**more))]
    made = {
        build(order, region="US", serial=1, as_of=now, rule_version="r")
        for order in permutations(rows)
    }
    assert len(made) == 1


def test_labels_of_every_kind_fit_into_a_byte(make_pack):
    steps = product(Category, range(0, 100, 10), (0, 5, 10, 50), (None, 3), Listing)
    rows = [
        Listed(
            PhoneNumber(12_000_000_000 + i),
            Label.rounded(category=c, rating=r / 100, sample_size=s, age_days=a, listing=li),
        )
        for i, (c, r, s, a, li) in enumerate(steps)
    ]
    pack = make_pack(rows)
    assert len(pack.labels) <= 256
    assert len(pack) == len(rows)
    for row, (number, label) in zip(rows, pack.numbers(), strict=True):
        assert (number, label.category, label.listing) == (
            row.subject,
            row.label.category,
            row.label.listing,
        )
        assert label.rating <= row.label.rating
        assert label.sample_size <= row.label.sample_size


def test_freshness_goes_first_when_labels_are_too_many(make_pack):
    steps = product(Category, (0.5, 0.6, 0.7, 0.8), (0, 5), (None, 1, 3, 7, 14, 30))
    rows = [
        Listed(PhoneNumber(12_000_000_000 + i), _label(c, r, s, age_days=a))
        for i, (c, r, s, a) in enumerate(steps)
    ]
    found = [label for _, label in make_pack(rows).numbers()]
    assert {label.freshness_days for label in found} == {None}
    assert [label.rating for label in found] == [row.label.rating for row in rows]


def test_256_labels_are_kept_as_they_are(make_pack):
    steps = list(product(Category, range(8), (0, 1, 2, 5)))[:256]
    rows = [
        Listed(PhoneNumber(12_000_000_000 + i), _label(c, r / 10, s, age_days=1))
        for i, (c, r, s) in enumerate(steps)
    ]
    assert [label for _, label in make_pack(rows).numbers()] == [row.label for row in rows]


def test_rows_are_read_with_their_category_and_rating():
    lines = ["Number_or_Prefix, Category ,rating\n", "(202) 555-0101,loan,0.5\n", "+91140*,,\n"]
    first, second = parse_listings(lines, region="US")
    assert first == Listed(NUMBER, Label.rounded(category=Category.LOAN, rating=0.5))
    assert second == Listed(NumberRange(91140), Label.rounded(category=Category.OTHER, rating=0.9))


@pytest.mark.parametrize("column", ["number", "prefix", "number_or_prefix"])
def test_one_column_is_enough(column):
    (row,) = parse_listings([f"{column}\n", "+12025550101\n"], region="US")
    assert row.subject == NUMBER


@pytest.mark.parametrize(
    "row",
    ["banana,loan,0.5", ",loan,0.5", "+12025550101,lottery,0.5", "+12025550101,loan,1.01",
     "+12025550101,loan,nan", "+12025550101,loan,much", "+1202*#,loan,0.5", "fax,loan,1"],
)  # fmt: skip
def test_a_bad_row_costs_only_itself(row):
    lines = ["number,category,rating\n", row + "\n", "+12025550101,loan,1\n"]
    bad, good = parse_listings(lines, region="US")
    assert isinstance(bad, BadListing)
    assert "line 2" in str(bad)
    assert good.subject == NUMBER


@pytest.mark.parametrize("lines", [[], ["\n"], ["name,rating\n"], ["x" * 200_000 + "\n"]])
def test_a_file_without_a_column_of_numbers_is_refused(lines):
    with pytest.raises(BadFile):
        list(parse_listings(lines, region="US"))


def test_a_field_no_csv_holds_is_refused_with_its_line():
    lines = ["number\n", "+12025550101\n", "x" * 200_000 + "\n"]
    with pytest.raises(BadFile, match="line 3"):
        list(parse_listings(lines, region="US"))
