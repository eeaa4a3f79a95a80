"""What the numbering plans say, and how little of it is assumed."""

import pytest
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE

from proso.errors import BadNumber
from proso.values.number import PhoneNumber, is_short_code
from proso.values.numbering import (
    _first_digits,
    fast_lengths,
    is_region,
    plan_of,
    split_calling_code,
    split_plan,
)


@pytest.mark.parametrize(
    ("digits", "code"),
    [("12025550101", 1), ("4930123456", 49), ("35212345", 352), ("", 0), ("0", 0), ("999", 0)],
)
def test_digits_begin_with_a_calling_code_or_none(digits, code):
    assert split_calling_code(digits) == code


@pytest.mark.parametrize("code", sorted(COUNTRY_CODE_TO_REGION_CODE))
def test_every_calling_code_has_a_plan(code):
    plan = plan_of(code)
    assert plan.calling_code == code
    assert plan.lengths


def test_a_calling_code_of_no_country_has_no_plan():
    assert split_plan("9991") is None
    with pytest.raises(KeyError):
        plan_of(999)


@pytest.mark.parametrize("prefix", ["", "1", "120", "9991", "0000"])
def test_without_a_plan_and_four_digits_the_library_is_asked(prefix):
    assert fast_lengths(prefix) == 0


def test_a_north_american_number_has_eleven_digits_only():
    assert fast_lengths("1202") == 1 << 11


@pytest.mark.parametrize(
    ("pattern", "digits"),
    [
        ("0", {"0"}),
        ("0|8", {"0", "8"}),
        ("[1-3]", {"1", "2", "3"}),
        ("(?:0|1)", {"0", "1"}),
        ("0?", None),
        (r"\d", None),
        ("(?:0|1)?", None),
        ("(?:0)(?:1)", None),
    ],
)
def test_first_digits_are_read_off_only_where_that_is_certain(pattern, digits):
    assert _first_digits(pattern) == digits


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("+1 555 0123", None),  # seven digits, possible only when dialled locally
        ("+261 20 22 123 45", "+261202212345"),
        ("+672 1 06 000", "+672106000"),
        ("+378 886377", "+3780549886377"),  # the plan inserts its area code
        ("+352 27 12 34", "+352271234"),
    ],
)
def test_numbers_of_awkward_plans_are_read_as_the_library_reads_them(text, e164):
    try:
        read = PhoneNumber.parse(text, "US").e164
    except BadNumber:
        read = None
    assert read == e164


@pytest.mark.parametrize("region", ["us", "XX", "", "001", "USA"])
def test_what_is_no_region_is_none(region):
    assert not is_region(region)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("4711", True),
        ("99", True),
        ("123456", True),
        ("7", False),
        ("1234567", False),
        ("٤٧", False),
    ],
)
def test_two_to_six_digits_are_a_short_code(text, short):
    assert is_short_code(text, "US") is short
