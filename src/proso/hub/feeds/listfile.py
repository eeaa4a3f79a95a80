"""Anybody's list of numbers as a CSV file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from proso.errors import BadFile, BadNumber, Refused
from proso.hub.feeds.lines import Lines
from proso.hub.feeds.subjects import read_moments, read_subjects, refuse_dates
from proso.reports.report import EARLIEST
from proso.values.listing import Category
from proso.values.number import PhoneNumber

MAX_SOURCE_LENGTH: Final = 32
RESERVED_SOURCES: Final = frozenset({"ftc", "hub"})
"""The sources that are no lists: the FTC's complaints and what people report to this hub."""

_CATEGORIES: Final = frozenset(Category)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumns:
    """Which columns of a list say what.

    Attributes:
        number: the column of numbers.
        date: the column of dates (ISO 8601); None where every row is from `as_of`.
        category: the column of categories; None for OTHER.
        region: how numbers in national notation are read.
        as_of: when the list was true, for rows without a date.
    """

    number: str
    region: str
    as_of: datetime
    date: str | None = None
    category: str | None = None


def tables(lines: Lines, *, columns: ListColumns) -> Iterator[pa.Table]:
    """The rows of a list, block by block, in the columns that `proso.hub.feeds` names.

    A row without a number that can exist is refused: a list, unlike a complaint, says nothing
    else.

    Raises:
        BadFile: it cannot be read, is damaged, or lacks a column named.
        Refused: it is of a day that no report can be of.
    """
    if columns.date is None and not EARLIEST <= columns.as_of <= lines.latest:
        raise Refused(
            found=f"a list of {columns.as_of:%Y-%m-%d}",
            expected=f"a day from {EARLIEST:%Y-%m-%d} to {lines.latest:%Y-%m-%d}",
            remedy="correct --as-of, or name a column of dates with --date-column",
        )
    known: dict[str, int | None] = {}
    for table, numbers in lines.tables():
        _check_columns(lines, columns)
        yield _rows(table, numbers, lines, columns, known)
    _check_columns(lines, columns)


def check_source(name: str) -> None:
    """Refuses a name for a list that is too long, no name, or taken.

    Rows of one source are held against each other to find those that are known: a list under the
    name of a feed would swallow complaints of that feed.

    Raises:
        Refused: it cannot be used.
    """
    if not name.isidentifier() or len(name) > MAX_SOURCE_LENGTH or name in RESERVED_SOURCES:
        taken = " and ".join(sorted(RESERVED_SOURCES))
        raise Refused(
            found=f"the source {name[:40]!r}",
            expected=f"up to {MAX_SOURCE_LENGTH} letters, digits and _, and not {taken}",
            remedy="name the list otherwise with --source",
        )


def _rows(
    table: pa.Table,
    numbers: list[int],
    lines: Lines,
    columns: ListColumns,
    known: dict[str, int | None],
) -> pa.Table:
    text = pc.utf8_trim_whitespace(table[columns.number.lower()])
    subject = read_subjects(text, columns.region, partial(_subject, region=columns.region), known)
    good = pc.is_valid(subject)
    if subject.null_count:
        for i in pc.indices_nonzero(pc.invert(good)).to_pylist():
            lines.refusals.add(numbers[i], _why(text[i].as_py(), columns.region))
    if columns.date:
        dates = table[columns.date.lower()]
        at = read_moments(dates, lambda one: _moment(one, lines.latest))
        dated = pc.is_valid(at)
        refuse_dates(lines, numbers, dates, pc.and_(good, pc.invert(dated)))
        good = pc.and_(good, dated)
    else:
        at = pa.repeat(pa.scalar(columns.as_of, pa.timestamp("s", "UTC")), len(table))
    if columns.category:
        encoded = table[columns.category.lower()].combine_chunks().dictionary_encode()
        kinds = [_category(one) for one in encoded.dictionary.to_pylist()]
        category = pa.array(kinds, pa.string()).take(encoded.indices)
    else:
        category = pa.repeat(pa.scalar(Category.OTHER.value), len(table))
    origin = pa.repeat(pa.scalar(""), len(table))
    columns_read = {"subject": subject, "text": text, "category": category, "at": at}
    return pa.table(columns_read | {"origin": origin}).filter(good)


def _subject(text: str, region: str) -> int | None:
    try:
        return PhoneNumber.parse(text, region).value
    except BadNumber:
        return None


def _why(text: str, region: str) -> str:
    try:
        PhoneNumber.parse(text, region)
    except BadNumber as error:
        return error.found
    return "no number at all"  # an empty field is not asked


def _check_columns(lines: Lines, columns: ListColumns) -> None:
    for name in (columns.number, columns.date, columns.category):
        if name is not None and name.lower() not in lines.header:
            header = ", ".join(lines.header)[:200] or "(none)"
            raise BadFile(
                found=f"{lines.path.name} with the columns {header}",
                expected=f"a column {name!r}",
                remedy="name one of them with --number-column, --date-column, --category-column",
            )


def _category(text: str) -> str:
    text = text.strip().lower()
    return text if text in _CATEGORIES else Category.OTHER.value


def _moment(text: str, latest: datetime) -> datetime | None:
    """The moment of a text; None for no date, or one a report cannot be of."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.replace(microsecond=0) if EARLIEST <= moment <= latest else None
