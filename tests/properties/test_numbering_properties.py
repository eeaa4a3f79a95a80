"""What holds of every number."""

import string
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS
from phonenumbers.shortnumberinfo import is_emergency_number

from proso.errors import BadNumber
from proso.values.call import Call, Line
from proso.values.number import (
    NumberRange,
    PhoneNumber,
    _parse_slowly,
    is_emergency,
    is_short_code,
    mask,
)

values = st.integers(1_000, 10**15 - 1)
signalled = st.builds(
    "+{}{}".format,
    st.sampled_from(sorted(COUNTRY_CODE_TO_REGION_CODE)),
    st.text(string.digits, min_size=1, max_size=14),
)
regions = st.sampled_from(sorted(SUPPORTED_REGIONS))
texts = (
    st.text(max_size=80)
    | st.text("+0123456789()-. #*x", max_size=30)
    | st.text(st.characters(categories=["Nd", "No", "Nl"]), max_size=12)
    | signalled
)


def _read(road, text, region):
    try:
        return road(text, region)
    except BadNumber:
        return None


@given(signalled, regions)
def test_the_short_road_and_the_librarys_agree(text, region):
    short = _read(PhoneNumber.parse, text, region)
    assert (short and short.value) == _read(_parse_slowly, text, region)


@given(texts, regions)
def test_any_text_is_a_number_or_a_bad_number(text, region):
    number = _read(PhoneNumber.parse, text, region)
    if number is not None:
        assert 1_000 <= number.value < 10**15


@given(texts, regions)
def test_emergency_and_short_codes_of_any_text_are_yes_or_no(text, region):
    assert is_emergency(text, region) in (True, False)
    assert is_short_code(text, region) in (True, False)


@given(values)
def test_a_number_never_prints_more_than_six_digits(value):
    number = PhoneNumber(value)
    for text in (str(number), repr(number), f"{number}", f"{number!r:>30}", f"{[number]}"):
        assert sum(char.isdigit() for char in text) <= 6
    assert number.e164 == f"+{value}"


@given(texts)
def test_a_mask_never_shows_more_than_six_digits(text):
    assert sum(char.isdigit() for char in mask(text)) <= 6
    assert len(mask(text)) == len(text)


@given(signalled)
def test_a_number_is_its_calling_code_and_the_rest(text):
    number = PhoneNumber(int(text[1:] + "000")) if len(text) < 13 else PhoneNumber(int(text[1:16]))
    assert f"+{number.calling_code}{number.national_digits}" == number.e164


@given(values, st.integers(1, 15))
def test_a_range_holds_what_begins_like_it_and_reads_back(value, kept):
    text = str(value)
    prefix = int(text[: min(kept, len(text))])
    block, series = NumberRange(prefix, len(text)), NumberRange(prefix)
    assert PhoneNumber(value) in block
    assert PhoneNumber(value) in series
    assert block.size == 10 ** (len(text) - len(str(prefix)))
    for subject in (block, series):
        if "#" in str(subject) or "*" in str(subject):
            try:
                assert NumberRange.parse(str(subject)) == subject
            except BadNumber:
                assert PhoneNumber(value).calling_code == 0 or len(str(prefix)) < 3


@given(regions, st.integers(0, 999).map(str))
def test_no_emergency_number_of_a_region_is_taken_for_a_subscriber(region, text):
    if is_emergency_number(text, region):
        assert is_emergency(text, region)
        assert _read(PhoneNumber.parse, text, region) is None


@given(texts, regions)
def test_a_call_is_made_of_any_text(text, region):
    call = Call.receive(text, at=datetime(2026, 1, 1, tzinfo=UTC), line=Line(region))
    assert len(call.calling_text) <= 64
    if call.calling_number is not None:
        assert str(call.calling_number.value) not in repr(call)
