"""Numbers in any notation, and what the table leaves open: phonenumbers itself is asked.

Only this module imports phonenumbers, and it is imported when first needed: that takes 25 ms, and
a clean +E.164 number in a series the table decides never needs it.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata, shortnumberinfo
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE

from proso.values.numbering import MAX_E164_DIGITS

_NUMBER_KINDS: Final = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)


@dataclass(frozen=True, slots=True)
class RegionPlan:
    """The series of one region.

    Attributes:
        leading: matches the first digits of numbers that are this region's, whatever the series;
            None where only the series tell.
        in_use: matches the national digits of every number in a series in use.
    """

    leading: re.Pattern[str] | None
    in_use: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class NumberingPlan:
    """The part of one calling code's plan that a call needs.

    Attributes:
        calling_code: 1 to 999.
        lengths: how many digits a national number may have.
        general: matches the national digits of every number that could exist.
        regions: the regions that share the code, the main one first.
    """

    calling_code: int
    lengths: frozenset[int]
    general: re.Pattern[str]
    regions: tuple[RegionPlan, ...]

    def could_exist(self, national: str) -> bool:
        """Whether the plan has room for these national digits."""
        return len(national) in self.lengths and self.general.fullmatch(national) is not None

    def is_in_use(self, national: str) -> bool:
        """Whether a series in use has these national digits, as `is_valid_number` finds it."""
        if len(self.regions) == 1:
            return self.regions[0].in_use.fullmatch(national) is not None
        for region in self.regions:
            in_use = region.in_use.fullmatch(national) is not None
            claimed = region.leading.match(national) if region.leading else in_use
            if claimed:
                return in_use
        return False


@cache  # there are fewer than 250 calling codes
def plan_of(calling_code: int) -> NumberingPlan:
    """The plan of a calling code.

    Raises:
        KeyError: no country has this calling code.
    """
    names = COUNTRY_CODE_TO_REGION_CODE[calling_code]
    general = _metadata(names[0], calling_code).general_desc
    assert general is not None, calling_code  # noqa: S101  every plan has one
    return NumberingPlan(
        calling_code=calling_code,
        lengths=frozenset(general.possible_length),
        general=re.compile(general.national_number_pattern or "", re.ASCII),
        regions=tuple(_region(_metadata(name, calling_code)) for name in names),
    )


def read(text: str, region: str) -> int | None:
    """The E.164 digits of a text as an integer, None where it is no possible number.

    Args:
        text: any notation.
        region: where national notation is from; a region that exists.
    """
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    digits = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:]
    return int(digits) if digits.isdigit() else None


def is_emergency(digits: str, region: str) -> bool:
    """Whether exactly these digits, in any script, reach the emergency services of the region."""
    plain = phonenumbers.normalize_digits_only(digits)
    return bool(shortnumberinfo.is_emergency_number(plain, region))


def plain_digits(digits: str) -> str:
    """Digits of any script as ASCII digits."""
    return str(phonenumbers.normalize_digits_only(digits))


def _metadata(region: str, calling_code: int) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
    assert metadata is not None, calling_code  # noqa: S101  the table above names only known codes
    return metadata


def _region(metadata: PhoneMetadata) -> RegionPlan:
    kinds = (getattr(metadata, kind) for kind in _NUMBER_KINDS)
    series = "|".join(
        f"{_of_lengths(kind.possible_length)}(?:{kind.national_number_pattern})"
        for kind in kinds
        if kind is not None and kind.national_number_pattern
    )
    general = metadata.general_desc
    assert general is not None  # noqa: S101  every plan has one
    whole = f"{_of_lengths(general.possible_length)}(?=(?:{general.national_number_pattern})\\Z)"
    leading = metadata.leading_digits
    return RegionPlan(
        leading=re.compile(leading, re.ASCII) if leading else None,
        in_use=re.compile(f"{whole}(?:{series})", re.ASCII),
    )


def _of_lengths(lengths: tuple[int, ...]) -> str:
    if not lengths:
        return ""
    return "(?=(?:" + "|".join(f"[0-9]{{{n}}}" for n in lengths if n > 0) + ")\\Z)"


def possible_lengths(digits: str) -> tuple[int, ...]:
    """How many digits in all the numbers that begin like this may have, calling code included.

    Args:
        digits: leading E.164 digits.
    """
    for size in (1, 2, 3):
        code = digits[:size]
        if code.isdigit() and int(code) in COUNTRY_CODE_TO_REGION_CODE:
            lengths = (length + len(code) for length in plan_of(int(code)).lengths)
            return tuple(sorted(length for length in lengths if length <= MAX_E164_DIGITS))
    return tuple(range(1, MAX_E164_DIGITS + 1))
