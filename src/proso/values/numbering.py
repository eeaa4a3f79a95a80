"""What a country's numbering plan says, read from libphonenumber's metadata, fast.

Parsing with phonenumbers costs 20 µs and validating 20 more (measured, docs/benchmarks.md); a
call has 5 µs for everything.  So the same metadata is turned, one calling code at a time and on
first use, into two small things: the lengths a number may have, keyed by its first four digits,
and one regular expression of every number that is allocated.  Where that cannot be exact the
number takes the library's own road: a test holds both roads equal.
"""

import re
from dataclasses import dataclass
from typing import Final

from phonenumbers import PhoneMetadata
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS

MAX_E164_DIGITS: Final = 15
"""Digits of the longest number, calling code included.  Source: ITU-T E.164 section 6."""

_PREFIX_DIGITS: Final = 4  # the longest calling code (3) and one digit more
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
_LITERAL_CLASS: Final = re.compile(r"\[([0-9-]+)\]")


@dataclass(frozen=True, slots=True)
class NumberingPlan:
    """The part of one calling code's plan that a call needs.

    Attributes:
        calling_code: 1 to 999.
        main_region: ISO 3166-1 alpha-2, or "001" for codes of no country.
        lengths: bit n is set where a national number may have n digits.
        general: matches the national digits of every number that could exist.
        allocated: matches the national digits of every number in a series in use.
        first_digits_rewritten: national first digits the library may strip or rewrite; None when
            that cannot be told from the metadata, so that every number must take the slow road.
    """

    calling_code: int
    main_region: str
    lengths: int
    general: re.Pattern[str]
    allocated: re.Pattern[str]
    first_digits_rewritten: frozenset[str] | None


_plans: dict[int, NumberingPlan] = {}
_lengths_by_prefix: dict[str, int] = {}
known_lengths: Final = _lengths_by_prefix.get
"""As `fast_lengths`, but None for a prefix not seen before; for the hot path alone."""
_plan_by_prefix: dict[str, tuple[NumberingPlan, int] | None] = {}


def is_region(region: str) -> bool:
    """Whether libphonenumber knows this ISO 3166-1 alpha-2 code."""
    return region in SUPPORTED_REGIONS


def split_calling_code(digits: str) -> int:
    """The calling code that E.164 digits begin with, or 0 when none does."""
    for length in (1, 2, 3):
        head = digits[:length]
        if head.isdigit() and int(head) in COUNTRY_CODE_TO_REGION_CODE:
            return int(head)
    return 0


def plan_of(calling_code: int) -> NumberingPlan:
    """The plan of a calling code, built from the metadata on first use.

    Raises:
        KeyError: no country has this calling code.
    """
    plan = _plans.get(calling_code)
    if plan is None:
        plan = _plans[calling_code] = _build_plan(calling_code)
    return plan


def split_plan(digits: str) -> tuple[NumberingPlan, int] | None:
    """The plan of E.164 digits and where the national digits begin; None for no calling code."""
    prefix = digits[:_PREFIX_DIGITS]
    try:
        return _plan_by_prefix[prefix]
    except KeyError:
        code = split_calling_code(prefix)
        found = (plan_of(code), len(str(code))) if code else None
        _plan_by_prefix[prefix] = found  # at most 10,000 prefixes of four digits exist
        return found


def fast_lengths(prefix: str) -> int:
    """Which total lengths need no second look, for numbers that begin with these four digits.

    Args:
        prefix: the first four E.164 digits, calling code included.

    Returns:
        A bit mask: bit n is set where n digits in all, calling code included, make a possible
        number that the library would return unchanged.  0 where the library must be asked.
    """
    lengths = _lengths_by_prefix.get(prefix)
    if lengths is None:
        # At most 10,000 prefixes of four digits exist, so this table is bounded.
        lengths = _lengths_by_prefix[prefix] = _lengths_of(prefix)
    return lengths


def _lengths_of(prefix: str) -> int:
    code = split_calling_code(prefix)
    if not code or len(prefix) < _PREFIX_DIGITS:
        return 0
    plan = plan_of(code)
    code_digits = len(str(code))
    rewritten = plan.first_digits_rewritten
    if rewritten is None or prefix[code_digits] in rewritten:
        return 0
    return plan.lengths << code_digits


def _build_plan(calling_code: int) -> NumberingPlan:
    regions = COUNTRY_CODE_TO_REGION_CODE[calling_code]
    main = _metadata(regions[0], calling_code)
    allocated: dict[str, None] = {}  # a dict keeps the first order and drops repeats
    for region in regions:
        metadata = _metadata(region, calling_code)
        for kind in _NUMBER_KINDS:
            description = getattr(metadata, kind)
            if description is not None and description.national_number_pattern:
                allocated[description.national_number_pattern] = None
    general = main.general_desc
    pattern = general.national_number_pattern if general is not None else None
    assert general is not None and pattern is not None, calling_code  # noqa: S101, PT018  every plan has both
    lengths = 0
    for length in general.possible_length:
        lengths |= 1 << length
    return NumberingPlan(
        calling_code=calling_code,
        main_region=regions[0],
        lengths=lengths,
        general=re.compile(pattern, re.ASCII),
        allocated=re.compile("|".join(f"(?:{p})" for p in allocated), re.ASCII),
        first_digits_rewritten=_rewritten(main),
    )


def _metadata(region: str, calling_code: int) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
    assert metadata is not None, calling_code  # noqa: S101  the table above names only known codes
    return metadata


def _rewritten(metadata: PhoneMetadata) -> frozenset[str] | None:
    """First digits of national numbers from which the library may strip a national prefix.

    The library strips a national prefix even after "+", and some plans insert digits through a
    transform rule.  Only patterns whose first digit can be read off with certainty are fast.
    """
    pattern = metadata.national_prefix_for_parsing
    if not pattern:
        return frozenset()
    if metadata.national_prefix_transform_rule or "$" in pattern:
        return None
    return _first_digits(pattern)


def _first_digits(pattern: str) -> frozenset[str] | None:
    digits: set[str] = set()
    for alternative in _split_alternatives(pattern):
        if alternative.startswith("(?:") and alternative.endswith(")"):
            inner = _first_digits(alternative[3:-1]) if _balanced(alternative[3:-1]) else None
            if inner is None:
                return None
            digits |= inner
            continue
        literal = _LITERAL_CLASS.match(alternative)
        head = literal.end() if literal else 1
        if alternative[head : head + 1] in ("?", "*", "{"):
            return None
        if literal:
            digits |= set(_expand(literal[1]))
        elif alternative[:1].isdigit():
            digits.add(alternative[0])
        else:
            return None
    return frozenset(digits)


def _split_alternatives(pattern: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for i, char in enumerate(pattern):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append(pattern[start:i])
            start = i + 1
    return [*parts, pattern[start:]]


def _balanced(pattern: str) -> bool:
    depth = 0
    for char in pattern:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0


def _expand(digit_class: str) -> str:
    return re.sub(
        r"(\d)-(\d)",
        lambda m: "".join(str(d) for d in range(int(m[1]), int(m[2]) + 1)),
        digit_class,
    )
