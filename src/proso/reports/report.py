"""One person's word about one subject at one moment, and how it is read.

Whatever a stranger sends becomes a `Report` or a `BadReport` here and nowhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Self, TypeVar

from proso.errors import BadNumber, BadReport
from proso.values.listing import Category
from proso.values.number import MAX_TEXT_LENGTH, PhoneNumber
from proso.values.numbering import is_region

_E = TypeVar("_E", bound=StrEnum)

MAX_PSEUDONYM_LENGTH: Final = 64
"""Characters of a pseudonym: a SHA-256 in hexadecimal."""

MAX_ORIGIN_LENGTH: Final = 16
"""Characters of a coarse origin: an area code, a province, an autonomous system number."""

MAX_ID_LENGTH: Final = 64
"""Characters of a report's own id: a UUID or a SHA-256 in hexadecimal."""

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Reports of earlier calls say nothing about a number's holder today."""

CLOCK_SKEW: Final = timedelta(hours=26)
"""How far ahead a report's time may be: the widest pair of time zones is 26 hours apart, and dates
come without a zone."""


class Assertion(StrEnum):
    """What is said of the subject.  Source: RFC 7071 calls this the assertion."""

    SPAM = "spam"
    NOT_SPAM = "not-spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report.

    Attributes:
        subject: the number reported.
        assertion: SPAM or NOT_SPAM.
        category: what the caller wanted, OTHER where not said.
        at: when the call came, aware, UTC.
        reporter: pseudonym of who says so; "" where a source gives none, so that each counts alone.
        region: where the reporter's line is (ISO 3166-1 alpha-2).
        origin: coarse origin of the reporter, such as an area code; "" where not known.
        report_id: the sender's own id; sending it twice counts once.
    """

    subject: PhoneNumber
    assertion: Assertion
    category: Category
    at: datetime
    reporter: str
    region: str
    origin: str
    report_id: str

    @classmethod
    def parse(cls, fields: Mapping[str, object], *, now: datetime) -> Self:
        """Read a report as it arrives over the wire or in a row.

        Args:
            fields: ``subject, assertion, at, region, report_id`` and optionally ``category,
                reporter, origin``, all text.
            now: the moment of reading, aware.

        Raises:
            BadReport: a field is missing, unknown, too long, or out of bounds.
        """
        region = _text(fields, "region", 2)
        if not is_region(region):
            raise _bad(f"the region {region!r}", "an ISO 3166-1 alpha-2 code such as US")
        try:
            subject = PhoneNumber.parse(_text(fields, "subject", MAX_TEXT_LENGTH), region)
        except BadNumber as error:
            raise _bad(error.found, error.expected) from error
        return cls(
            subject=subject,
            assertion=_choice(Assertion, _text(fields, "assertion", 16), "assertion"),
            category=_choice(Category, _optional(fields, "category", 16) or "other", "category"),
            at=_moment(_text(fields, "at", 40), now),
            reporter=_optional(fields, "reporter", MAX_PSEUDONYM_LENGTH),
            region=region,
            origin=_optional(fields, "origin", MAX_ORIGIN_LENGTH),
            report_id=_text(fields, "report_id", MAX_ID_LENGTH),
        )

    def as_fields(self) -> dict[str, str]:
        """The report as it travels: what `parse` reads back."""
        return {
            "subject": self.subject.e164,
            "assertion": self.assertion.value,
            "category": self.category.value,
            "at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "reporter": self.reporter,
            "region": self.region,
            "origin": self.origin,
            "report_id": self.report_id,
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken.

    Attributes:
        row: its place in the batch or file, counting from 1.
        why: one sentence.
    """

    row: int
    why: str


def parse_batch(
    rows: Iterable[Mapping[str, object]], *, now: datetime
) -> tuple[list[Report], list[Refusal]]:
    """Read many reports; a bad one costs only itself.

    Returns:
        The good reports in order, and a refusal for each of the others.
    """
    reports: list[Report] = []
    refusals: list[Refusal] = []
    for number, row in enumerate(rows, start=1):
        try:
            reports.append(Report.parse(row, now=now))
        except BadReport as error:
            refusals.append(Refusal(number, str(error)))
    return reports, refusals


def _bad(found: str, expected: str) -> BadReport:
    return BadReport(found=found, expected=expected, remedy="correct the report and send it again")


def _text(fields: Mapping[str, object], name: str, longest: int) -> str:
    value = _optional(fields, name, longest)
    if not value:
        raise _bad(f"a report without {name}", f"{name} as text")
    return value


def _optional(fields: Mapping[str, object], name: str, longest: int) -> str:
    value = fields.get(name) or ""
    if not isinstance(value, str):
        raise _bad(f"{name} as {type(value).__name__}", "text")
    if len(value) > longest:
        raise _bad(f"{name} of {len(value)} characters", f"at most {longest}")
    if not value.isprintable():
        raise _bad(f"control characters in {name}", "printable text")
    return value.strip()


def _choice(kind: type[_E], value: str, name: str) -> _E:
    try:
        return kind(value)
    except ValueError as error:
        raise _bad(f"the {name} {value!r}", "one of " + ", ".join(kind)) from error


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad(f"the time {text!r}", "ISO 8601 such as 2026-11-24T09:30:00+00:00") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise _bad(f"the time {text!r}", "a year that exists") from error
    if not EARLIEST <= moment <= now + CLOCK_SKEW:
        raise _bad(f"a call of {moment:%Y-%m-%d %H:%M} UTC", "a time since 2000 and not to come")
    return moment
