"""The table of numbering plans: fresh, equal to the library, and wary where the library is odd."""

import random
import re
import subprocess
import sys
from pathlib import Path

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS

from proso.errors import BadNumber
from proso.values import notation, numbering_table
from proso.values.number import PhoneNumber, Plausibility, is_short_code
from proso.values.numbering import (
    REGIONS,
    is_region,
    row_of,
    split_calling_code,
)

ROOT = Path(__file__).parents[2]
CODES = sorted(COUNTRY_CODE_TO_REGION_CODE)


def _random_text(chance: random.Random, code: int) -> str:
    return f"+{code}" + "".join(chance.choices("0123456789", k=chance.randint(1, 14)))


def _short_and_long(text: str) -> tuple[int | None, int | None]:
    try:
        short = PhoneNumber.parse(text, "US").value
    except BadNumber:
        short = None
    read = notation.read(text, "US")
    return short, read if read is not None and 1000 <= read < 10**15 else None


def _library_says(value: int) -> bool:
    """Whether the library holds exactly these digits valid, without reading them anew."""
    digits = str(value)
    code = split_calling_code(digits)
    national = digits[len(str(code)) :]
    zeros = len(national) - len(national.lstrip("0"))
    number = phonenumbers.PhoneNumber(code, int(national or "0"))
    number.italian_leading_zero = zeros > 0 or None
    number.number_of_leading_zeros = zeros if zeros > 1 else None
    return phonenumbers.is_valid_number(number)


def _assert_agrees(chance: random.Random, count: int) -> None:
    used_the_table = 0
    for i in range(count):
        text = _random_text(chance, CODES[i % len(CODES)])
        short, long = _short_and_long(text)
        assert short == long, text
        used_the_table += row_of(text[:6])[0] >> len(text) & 1
        if short is not None:
            in_use = PhoneNumber(short).plausibility is Plausibility.ALLOCATED
            assert in_use == _library_says(short), text
    assert used_the_table > count / 10  # most random lengths are no number's; some must be


def test_4000_random_texts_of_all_calling_codes_are_read_as_by_the_library():
    _assert_agrees(random.Random(7), 4_000)


@pytest.mark.slow
def test_200_000_random_texts_of_all_calling_codes_are_read_as_by_the_library():
    _assert_agrees(random.Random(8), 200_000)


@pytest.mark.slow
def test_a_hundred_numbers_of_every_row_are_judged_as_by_the_library():
    chance = random.Random(9)
    for prefix in range(10_000, 100_000, 7):
        row = row_of(f"+{prefix}")
        for size in range(6, 17):
            if (row[1] | row[2]) >> size & 1:
                more = "".join(chance.choices("0123456789", k=size - 6))
                number = PhoneNumber(int(f"{prefix}{more}"))
                in_use = number.plausibility is Plausibility.ALLOCATED
                assert in_use == _library_says(number.value), number.e164


def test_trap_1_a_length_possible_only_when_dialled_locally_is_no_number():
    assert _short_and_long("+15550123") == (None, None)
    for code in CODES:
        region = COUNTRY_CODE_TO_REGION_CODE[code][0]
        general = PhoneMetadata.metadata_for_region_or_calling_code(code, region).general_desc
        for length in general.possible_length_local_only:
            text = f"+{code}" + "5" * length
            assert not row_of(text[:6])[0] >> len(text) & 1, text
            short, long = _short_and_long(text)
            assert short == long, text


@pytest.mark.parametrize("code", [54, 55, 81, 241, 261, 378, 672])
def test_trap_2_plans_that_strip_or_insert_digits_after_the_plus_are_read_as_by_the_library(code):
    chance = random.Random(code)
    rewritten = 0
    for _ in range(3000):
        text = _random_text(chance, code)
        short, long = _short_and_long(text)
        assert short == long, text
        rewritten += long is not None and f"+{long}" != text
    assert rewritten, "no number was rewritten: the trap was not tried"


@pytest.mark.parametrize(
    "text", ["+261 2022123", "+672 1 06 000", "+378 886377", "+54 0 11 2345 6789"]
)
def test_trap_2_by_example(text):
    compact = text.replace(" ", "")
    short, long = _short_and_long(compact)
    assert short == long
    if long is not None and f"+{long}" != compact:
        assert not row_of(compact[:6])[0] >> len(compact) & 1


def test_trap_3_a_national_prefix_longer_than_a_digit_is_found():
    pattern = PhoneMetadata.metadata_for_region("LU").national_prefix_for_parsing
    assert re.match(pattern, "15112345678")  # 15, then 0 to 6: a carrier's code
    chance = random.Random(352)
    for head in ("150", "1511", "156", "157", "2", "27"):
        for _ in range(300):
            text = f"+352{head}" + "".join(chance.choices("0123456789", k=chance.randint(1, 8)))
            short, long = _short_and_long(text)
            assert short == long, text


def test_the_table_was_made_from_the_phonenumberslite_that_is_installed():
    assert phonenumbers.__version__ == numbering_table.METADATA_VERSION, (
        "the table of numbering plans is stale: run `make numbering`"
    )
    assert frozenset(SUPPORTED_REGIONS) == REGIONS
    assert [code for code in range(1, 1000) if split_calling_code(str(code)) == code] == CODES


@pytest.mark.slow
def test_the_table_made_anew_is_the_one_in_the_package():
    script = ROOT / "tools/generate_numbering.py"
    made = subprocess.run(
        [sys.executable, script, "--print"], check=True, capture_output=True, text=True
    ).stdout
    assert made == Path(numbering_table.__file__).read_text(encoding="utf-8")


def test_a_clean_number_of_a_common_plan_needs_no_library():
    code = (
        "import sys; from proso.values.number import PhoneNumber as P;"
        "assert P.parse('+12025550101').plausibility == 'allocated';"
        "assert P.parse('+4915112345678').plausibility == 'allocated';"
        "assert 'phonenumbers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "text",
    [
        "+1202555_0101",
        "+1202555010 ",
        "+12025550101 ",
        "+1202555010\n",
        "+120255501٠١",
        "+1202555010²",
    ],
)
def test_what_int_would_take_is_no_number_unless_the_library_takes_it(text):
    short, long = _short_and_long(text)
    assert short == long


@pytest.mark.parametrize(
    ("digits", "code"),
    [("12025550101", 1), ("4930123456", 49), ("35212345", 352), ("", 0), ("0", 0), ("999", 0)],
)
def test_digits_begin_with_a_calling_code_or_none(digits, code):
    assert split_calling_code(digits) == code


@pytest.mark.parametrize("code", CODES)
def test_every_calling_code_has_a_plan(code):
    plan = notation.plan_of(code)
    assert plan.calling_code == code
    assert plan.lengths


def test_a_calling_code_of_no_country_has_no_plan():
    assert PhoneNumber(9991234567).plausibility is Plausibility.IMPOSSIBLE
    with pytest.raises(KeyError):
        notation.plan_of(999)


@pytest.mark.parametrize(
    "prefix", ["", "1", "+1202", "+12025٠", "120255", "+99912", "+00000", "+120255", "+1 202"]
)
def test_of_what_is_no_prefix_nothing_is_known(prefix):
    assert row_of(prefix) == (0, 0, 0)


def test_a_north_american_number_has_eleven_digits_only():
    assert row_of("+12025") == (1 << 12, 1 << 12, 0)


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
