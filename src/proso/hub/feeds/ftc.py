"""The complaints the US Federal Trade Commission publishes.

Two forms: the official daily file, and a monthly form reduced to four columns.  Both name the day
a complaint was made and the complainant's area code; the official form also names the time, which
is left out here so that the same complaint is the same row in both.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from proso.errors import BadFile, BadNumber
from proso.hub.feeds.lines import Lines
from proso.hub.feeds.subjects import read_moments, read_subjects, refuse_dates
from proso.reports.report import EARLIEST
from proso.values.listing import Category
from proso.values.number import PhoneNumber, Plausibility

SOURCE: Final = "ftc"
REGION: Final = "US"

CATEGORY_OF_SUBJECT: Final = {
    "Calls pretending to be government, businesses, or family and friends": Category.SCAM,
    "Computer & technical support": Category.SCAM,
    "Lotteries, prizes & sweepstakes": Category.SCAM,
    "Work from home & other ways to make money": Category.SCAM,
    "Reducing your debt (credit cards, mortgage, student loans)": Category.LOAN,
    "Warranties & protection plans": Category.TELEMARKETING,
    "Medical & prescriptions": Category.TELEMARKETING,
    "Energy, solar, & utilities": Category.TELEMARKETING,
    "Home improvement & cleaning": Category.TELEMARKETING,
    "Home security & alarms": Category.TELEMARKETING,
    "Vacation & timeshares": Category.TELEMARKETING,
    "Charities": Category.CHARITY,
    "Dropped call or no message": Category.ROBOT,
}
"""Subjects of the official form; every other is OTHER.  Spaces are folded before the look-up."""

_COLUMNS: Final = (
    ("company_phone_number", "created_date", "consumer_area_code", "subject"),
    ("company_number", "created_date", "consumer_area_code", None),
)


def tables(lines: Lines) -> Iterator[pa.Table]:
    """The complaints of an official or reduced file, block by block.

    Yields:
        ``subject (int64, null where the row has no usable number), text (the number as given),
        category, at (timestamp[s, UTC], midnight), origin``; what is left out is in
        `lines.refusals`.

    Raises:
        BadFile: it cannot be read, is damaged, or has other columns.
    """
    subjects: dict[str, int | None] = {}
    for table, numbers in lines.tables():
        yield _complaints(table, numbers, lines, subjects)
    _columns(lines)


def read(path: Path) -> pa.Table:
    """All complaints of a file in the columns of `tables`, whatever their day.

    Raises:
        BadFile: as `tables`.
    """
    lines = Lines(path, lambda _: None, latest=datetime.max.replace(tzinfo=UTC))
    return pa.concat_tables([_empty(), *tables(lines)])


def subject_of(text: str) -> int | None:
    """The number a complaint names, as E.164 digits, or None where it names none that can be."""
    try:
        number = PhoneNumber.parse(text, REGION)
    except BadNumber:
        return None
    return None if number.plausibility is Plausibility.IMPOSSIBLE else number.value


def _complaints(
    table: pa.Table, numbers: list[int], lines: Lines, subjects: dict[str, int | None]
) -> pa.Table:
    number_column, date_column, origin_column, subject_column = _columns(lines)
    day = read_moments(table[date_column], lambda text: _day(text, lines.latest))
    dated = pc.is_valid(day)
    if day.null_count:
        refuse_dates(lines, numbers, table[date_column], pc.invert(dated))
        table, day = table.filter(dated), day.filter(dated)
    text = table[number_column]
    return pa.table(
        {
            "subject": read_subjects(text, REGION, subject_of, subjects),
            "text": text,
            "category": _categories(table, subject_column),
            "at": day,
            "origin": pc.utf8_slice_codeunits(table[origin_column], 0, 16),
        }
    )


def _columns(lines: Lines) -> tuple[str, str, str, str | None]:
    for names in _COLUMNS:
        if all(name in lines.header for name in names if name):
            return names
    raise BadFile(
        found=f"{lines.path.name} with the columns {', '.join(lines.header)[:200] or '(none)'}",
        expected="the FTC's: Company_Phone_Number, Created_Date, Consumer_Area_Code, Subject",
        remedy="for any other list use: proso hub import csv --number-column NAME",
    )


def _day(text: str, latest: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    day = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return day if EARLIEST <= day <= latest else None


def _categories(table: pa.Table, column: str | None) -> pa.Array:
    if column is None:
        return pa.repeat(pa.scalar(Category.OTHER.value), len(table))
    return pa.array(
        [
            CATEGORY_OF_SUBJECT.get(" ".join(subject.split()), Category.OTHER).value
            for subject in table[column].to_pylist()
        ],
        pa.string(),
    )


def _empty() -> pa.Table:
    return pa.table(
        {
            "subject": pa.array([], pa.int64()),
            "text": pa.array([], pa.string()),
            "category": pa.array([], pa.string()),
            "at": pa.array([], pa.timestamp("s", "UTC")),
            "origin": pa.array([], pa.string()),
        }
    )
