"""One person's word about one subject at one moment, and how it is read.

Whatever a stranger sends becomes a `Report` or a `BadReport` here and nowhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from proso.errors import BadNumber, BadReport
from proso.reports.fields import (
    CLOCK_SKEW,
    EARLIEST,
    MAX_ID_LENGTH,
    MAX_ORIGIN_LENGTH,
    MAX_PSEUDONYM_LENGTH,
    bad_report,
    choice,
    moment,
    optional_field,
    text_field,
)
from proso.values.listing import Category
from proso.values.number import MAX_TEXT_LENGTH, PhoneNumber
from proso.values.numbering import is_region

__all__ = [
    "CLOCK_SKEW",
    "EARLIEST",
    "Assertion",
    "Refusal",
    "Report",
    "parse_batch",
]


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
        region = text_field(fields, "region", 2)
        if not is_region(region):
            raise bad_report(f"the region {region!r}", "an ISO 3166-1 alpha-2 code such as US")
        try:
            subject = PhoneNumber.parse(text_field(fields, "subject", MAX_TEXT_LENGTH), region)
        except BadNumber as error:
            raise bad_report(error.found, error.expected) from error
        return cls(
            subject=subject,
            assertion=choice(Assertion, text_field(fields, "assertion", 16), "assertion"),
            category=choice(
                Category, optional_field(fields, "category", 16) or "other", "category"
            ),
            at=moment(text_field(fields, "at", 40), now),
            reporter=optional_field(fields, "reporter", MAX_PSEUDONYM_LENGTH),
            region=region,
            origin=optional_field(fields, "origin", MAX_ORIGIN_LENGTH),
            report_id=text_field(fields, "report_id", MAX_ID_LENGTH),
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
