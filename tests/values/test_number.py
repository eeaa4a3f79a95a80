"""Numbers: read in any notation, exact, and never printed whole by accident."""

from datetime import UTC, datetime

import pytest

from proso.errors import BadNumber, Misuse
from proso.values.call import Call, Line
from proso.values.number import (
    NumberRange,
    PhoneNumber,
    Plausibility,
    is_emergency,
    mask,
)


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("+1 202-555-0101", "DE", "+12025550101"),
        ("(202) 555-0101", "US", "+12025550101"),
        ("2025550101", "US", "+12025550101"),
        ("030 12345678", "DE", "+493012345678"),
        ("06 12345678", "IT", "+390612345678"),
        ("٢٠٢٥٥٥٠١٠١", "US", "+12025550101"),
        ("００１１", "US", None),
        ("+1", "US", None),
        ("5550101", "US", None),
        ("banana", "US", None),
        ("", "US", None),
        ("+" + "9" * 200, "US", None),
        ("2025550101", "XX", None),
    ],
)
def test_notations_are_read_as_in_the_region(text, region, e164):
    if e164 is None:
        with pytest.raises(BadNumber):
            PhoneNumber.parse(text, region)
    else:
        assert PhoneNumber.parse(text, region).e164 == e164


def test_a_number_prints_masked_wherever_it_prints():
    number = PhoneNumber.parse("+12025550101")
    call = Call.receive(number.e164, at=datetime(2026, 1, 1, tzinfo=UTC), line=Line())
    for text in (str(number), repr(number), f"{number}", f"{number!r}", repr(call), repr([number])):
        assert "5550101" not in text
        assert sum(c.isdigit() for c in text.partition("+")[2].partition(",")[0]) <= 6


def test_masking_keeps_four_digits_and_two():
    assert mask("+12025550101") == "+1202•••••01"
    assert mask("12345") == "1••••"


@pytest.mark.parametrize(
    ("text", "plausibility"),
    [
        ("+12025550101", Plausibility.ALLOCATED),
        ("+12595550101", Plausibility.UNALLOCATED),
        ("+11115550101", Plausibility.IMPOSSIBLE),
        ("+18005550101", Plausibility.ALLOCATED),
    ],
)
def test_a_plan_tells_what_can_exist(text, plausibility):
    assert PhoneNumber(int(text[1:])).plausibility is plausibility


def test_ranges_hold_the_numbers_that_begin_like_them():
    block = NumberRange.parse("+1 202 555 ####")
    assert (block.size, str(block)) == (10_000, "+1202555####")
    assert PhoneNumber(12025550101) in block
    assert PhoneNumber(120255501011) not in block
    assert PhoneNumber(12025560101) not in block
    series = NumberRange.parse("+91140*")
    assert series.size is None
    assert PhoneNumber(911401234567) in series


@pytest.mark.parametrize("text", ["", "1", "+1202", "*", "+0*", "+1#2#", "+1" + "#" * 15])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(BadNumber):
        NumberRange.parse(text)


@pytest.mark.parametrize("value", [0, -1, 999, 10**15])
def test_a_value_outside_e164_is_a_bug(value):
    with pytest.raises(Misuse):
        PhoneNumber(value)


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("911", "US", True),
        ("112", "DE", True),
        ("110", "DE", True),
        ("110", "US", False),
        ("9115550101", "US", False),
        ("", "US", False),
    ],
)
def test_emergency_numbers_are_those_of_the_region(text, region, expected):
    assert is_emergency(text, region) is expected
