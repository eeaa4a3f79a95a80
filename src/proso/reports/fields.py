"""How the fields of any report are read: whether of a number or of a hotspot."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from proso.errors import BadReport

_E = TypeVar("_E", bound=StrEnum)

MAX_PSEUDONYM_LENGTH: Final = 64
"""Characters of a pseudonym: a SHA-256 in hexadecimal."""

MAX_ORIGIN_LENGTH: Final = 16
"""Characters of a coarse origin: an area code, a province, an autonomous system number."""

MAX_ID_LENGTH: Final = 64
"""Characters of a report's own id: a UUID or a SHA-256 in hexadecimal."""

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Reports of earlier events say nothing about a subject today."""

CLOCK_SKEW: Final = timedelta(hours=26)
"""How far ahead a report's time may be: the widest pair of time zones is 26 hours apart, and dates
come without a zone."""


def bad_report(found: str, expected: str) -> BadReport:
    """The refusal of a report."""
    return BadReport(found=found, expected=expected, remedy="correct the report and send it again")


def text_field(fields: Mapping[str, object], name: str, longest: int) -> str:
    """A field that must be there.

    Raises:
        BadReport: it is missing, too long, or no printable text.
    """
    value = optional_field(fields, name, longest)
    if not value:
        raise bad_report(f"a report without {name}", f"{name} as text")
    return value


def optional_field(fields: Mapping[str, object], name: str, longest: int) -> str:
    """A field that may be missing, "" then.

    Raises:
        BadReport: it is too long, or no printable text.
    """
    value = fields.get(name) or ""
    if not isinstance(value, str):
        raise bad_report(f"{name} as {type(value).__name__}", "text")
    if len(value) > longest:
        raise bad_report(f"{name} of {len(value)} characters", f"at most {longest}")
    if not value.isprintable():
        raise bad_report(f"control characters in {name}", "printable text")
    return value.strip()


def choice(kind: type[_E], value: str, name: str) -> _E:
    """One word of a vocabulary.

    Raises:
        BadReport: the word is no member of it.
    """
    try:
        return kind(value)
    except ValueError as error:
        raise bad_report(f"the {name} {value!r}", "one of " + ", ".join(kind)) from error


def moment(text: str, now: datetime) -> datetime:
    """A time, in UTC.

    Raises:
        BadReport: no ISO 8601, before 2000, or to come.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_report(
            f"the time {text!r}", "ISO 8601 such as 2026-11-24T09:30:00+00:00"
        ) from error
    if read.tzinfo is None:
        read = read.replace(tzinfo=UTC)
    try:
        read = read.astimezone(UTC)
    except OverflowError as error:
        raise bad_report(f"the time {text!r}", "a year that exists") from error
    if not EARLIEST <= read <= now + CLOCK_SKEW:
        raise bad_report(
            f"an event of {read:%Y-%m-%d %H:%M} UTC", "a time since 2000 and not to come"
        )
    return read
