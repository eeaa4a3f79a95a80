"""Subscriber numbers and ranges of them.

A `PhoneNumber` is its E.164 digits as an integer: no calling code begins with 0, so nothing is
lost, and a look-up in a pack needs no conversion.  It prints masked; `e164` is the whole number,
for the owner's eyes and the wire, never for a log.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from proso.errors import BadNumber, Misuse
from proso.values.numbering import (
    MAX_E164_DIGITS,
    PREFIX_CHARACTERS,
    clean_value,
    is_region,
    row_of,
    split_calling_code,
)

MAX_TEXT_LENGTH: Final = 64
"""Characters of a number's text.  The longest E.123 notation is below 30; a SIP user part that is
longer is no number, and libphonenumber itself gives up at 250."""

MIN_VALUE: Final = 1_000
"""One calling-code digit and three more; whatever is shorter is a short code."""

_TOO_LARGE: Final = 10**MAX_E164_DIGITS
_RANGE_TEXT: Final = re.compile(r"\+?([1-9][0-9]{0,14})([#xX?]{0,14})(\*?)")


class Plausibility(StrEnum):
    """Whether a number can exist, as far as its numbering plan tells."""

    ALLOCATED = "allocated"
    UNALLOCATED = "unallocated"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True, order=True, repr=False)
class PhoneNumber:
    """One E.164 number.

    Attributes:
        value: the digits as an integer, 1,000 to 10^15 - 1.  ``+1 201 555 0123`` is 12015550123.
    """

    value: int

    def __post_init__(self) -> None:
        if not MIN_VALUE <= self.value < _TOO_LARGE:
            raise Misuse(
                found="a phone number outside E.164",
                expected=f"an integer from {MIN_VALUE} to 10^{MAX_E164_DIGITS} - 1",
                remedy="parse text with PhoneNumber.parse",
            )

    @classmethod
    def parse(cls, text: str, region: str = "US") -> Self:
        """Read a number as it is written or signalled.

        Args:
            text: any notation libphonenumber reads, up to 64 characters.
            region: the region of the line called, for national notation (ISO 3166-1 alpha-2).

        Raises:
            BadNumber: the text holds no number that is possible in the region.
        """
        return cls.signalled(text) or cls(_parse_slowly(text, region))

    @classmethod
    def signalled(cls, text: str) -> Self | None:
        """The number of a clean ``+E.164`` text, fast; None for any text `parse` must look at."""
        value = clean_value(text)
        if not value:
            return None
        # Within the bounds `__post_init__` checks; setting the slot directly takes half the time.
        number = object.__new__(cls)
        _set_value(number, value)
        return number

    @property
    def e164(self) -> str:
        """The whole number with its "+": for the owner and the wire, never for a log."""
        return f"+{self.value}"

    @property
    def calling_code(self) -> int:
        """The calling code, 1 to 999."""
        return split_calling_code(str(self.value))

    @property
    def national_digits(self) -> str:
        """The digits after the calling code."""
        digits = str(self.value)
        return digits[len(str(split_calling_code(digits))) :]

    @property
    def masked(self) -> str:
        """The number with its middle hidden: enough to recognise, too little to identify."""
        return mask(self.e164)

    @property
    def plausibility(self) -> Plausibility:
        """Whether the numbering plan has such a number.

        UNALLOCATED means no series in use has it *by the metadata at hand*, which may be older
        than the newest area code: evidence for a label, never for a rejection.
        """
        return plausibility_of(self.value)

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"PhoneNumber({self.masked})"


_set_value: Final = PhoneNumber.__dict__["value"].__set__


@dataclass(frozen=True, slots=True, order=True, repr=False)
class NumberRange:
    """All numbers that begin with the same digits.

    Attributes:
        prefix: the leading E.164 digits as an integer, calling code included.
        digits: how many digits a number of the range has in all; 0 for any number (a dialling
            series whose numbers differ in length).
    """

    prefix: int
    digits: int = 0

    def __post_init__(self) -> None:
        written = len(str(self.prefix))
        if self.prefix < 1 or not (self.digits == 0 or written <= self.digits <= MAX_E164_DIGITS):
            raise Misuse(
                found="a number range whose prefix and length do not fit",
                expected=f"1 to {MAX_E164_DIGITS} digits, at least as many as the prefix has",
                remedy="parse text with NumberRange.parse",
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``+1201555####`` (that many more digits) or ``+91140*`` (any that follow).

        Raises:
            BadNumber: the text is neither form.
        """
        compact = re.sub(r"[\s().-]", "", text[:MAX_TEXT_LENGTH])
        matched = _RANGE_TEXT.fullmatch(compact)
        wildcards = matched and (matched[2] or matched[3])
        if not matched or not wildcards or not split_calling_code(matched[1]):
            raise BadNumber(
                found=f"a range written as {mask(text[:MAX_TEXT_LENGTH])!r}",
                expected="a calling code, leading digits and then # for each open digit or one *",
                remedy="write it like +1201555#### or +91140*",
            )
        total = len(matched[1]) + len(matched[2])
        if matched[3]:
            return cls(int(matched[1]))
        if total > MAX_E164_DIGITS:
            raise BadNumber(
                found=f"a range of numbers with {total} digits",
                expected=f"at most {MAX_E164_DIGITS}",
                remedy="leave the surplus # away",
            )
        return cls(int(matched[1]), total)

    @property
    def size(self) -> int | None:
        """How many numbers it holds; None for a series of any length."""
        return 10 ** (self.digits - len(str(self.prefix))) if self.digits else None

    def __contains__(self, number: PhoneNumber) -> bool:
        text = str(number.value)
        return (not self.digits or len(text) == self.digits) and text.startswith(str(self.prefix))

    def __str__(self) -> str:
        text = f"+{self.prefix}"
        return text.ljust(self.digits + 1, "#") if self.digits else text + "*"

    def __repr__(self) -> str:
        return f"NumberRange({self})"


def mask(text: str) -> str:
    """Hide the digits of a text that identify a person, keeping its first four and last two.

    >>> mask("+12015550123")
    '+1201•••••23'
    """
    positions = [i for i, char in enumerate(text) if char.isdigit()]
    hidden = set(positions[4:-2] if len(positions) > 6 else positions[1:])  # noqa: PLR2004  as said
    return "".join("•" if i in hidden else char for i, char in enumerate(text))


def is_emergency(text: str, region: str) -> bool:
    """Whether dialling this text in the region reaches the emergency services.

    Source: libphonenumber's short-number metadata.  112 and 911 count everywhere: handsets treat
    both as emergency calls in any network (3GPP TS 22.101 section 10.1).
    """
    compact = re.sub(r"[\s().-]", "", text[:MAX_TEXT_LENGTH])
    if not compact.isdigit():
        return False
    if compact in {"112", "911"}:
        return True
    from proso.values import notation  # noqa: PLC0415  see there

    digits = notation.plain_digits(compact)  # other scripts' digits count
    if digits in {"112", "911"}:
        return True
    # The exact number: one that merely begins like it is anybody's, and could be spoofed.
    return is_region(region) and notation.is_emergency(digits, region)


def is_short_code(text: str, region: str) -> bool:
    """Whether the text could be a short number of the region: a service, a door bell, a PBX.

    Two to six digits, so that local extensions count though no plan lists them.
    """
    return text.isascii() and text.isdigit() and 2 <= len(text) <= 6 and is_region(region)  # noqa: PLR2004


def _parse_slowly(text: str, region: str) -> int:
    if len(text) > MAX_TEXT_LENGTH:
        raise BadNumber(
            found=f"a number of {len(text)} characters",
            expected=f"at most {MAX_TEXT_LENGTH}",
            remedy="send one number at a time",
        )
    if not is_region(region):
        raise BadNumber(
            found=f"the region {region[:8]!r}",
            expected="an ISO 3166-1 alpha-2 code such as US, DE or IN",
            remedy="name the region of the line that was called",
        )
    from proso.values import notation  # noqa: PLC0415  see there

    value = notation.read(text, region)
    if value is None or not MIN_VALUE <= value < _TOO_LARGE:
        raise _no_number(text, region)
    return value


def plausibility_of(value: int) -> Plausibility:
    """As `PhoneNumber.plausibility`, of the digits as an integer."""
    text = f"+{value}"
    if row_of(text[:PREFIX_CHARACTERS])[1] >> len(text) & 1:
        return Plausibility.ALLOCATED
    return _plausibility_by_plan(text[1:])


def _plausibility_by_plan(digits: str) -> Plausibility:
    from proso.values import notation  # noqa: PLC0415  see there

    code = split_calling_code(digits)
    if not code:
        return Plausibility.IMPOSSIBLE
    plan, national = notation.plan_of(code), digits[len(str(code)) :]
    if plan.is_in_use(national):
        return Plausibility.ALLOCATED
    return Plausibility.UNALLOCATED if plan.could_exist(national) else Plausibility.IMPOSSIBLE


def _no_number(text: str, region: str) -> BadNumber:
    shown = mask(text[:MAX_TEXT_LENGTH])
    return BadNumber(
        found=f"{shown!r}, which is no possible number in {region}" if text else "no number at all",
        expected="a number as it is dialled there, or +, calling code and number",
        remedy="check the digits and the region",
    )
