"""Anybody's list of numbers as a CSV file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa

from proso.errors import BadFile, BadNumber, Refused
from proso.hub.feeds.lines import Lines
from proso.reports.report import EARLIEST
from proso.values.listing import Category
from proso.values.number import PhoneNumber

MAX_SOURCE_LENGTH: Final = 32
RESERVED_SOURCES: Final = frozenset({"ftc", "hub"})
"""The sources that are no lists: the FTC's complaints and what people report to this hub."""

_MAX_MOMENTS: Final = 100_000  # distinct dates remembered, about 10 MB
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
    """
    moments: dict[str, int | None] = {}
    for table, numbers in lines.tables():
        _check_columns(lines, columns)
        yield _rows(table, numbers, lines, columns, moments)
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
    moments: dict[str, int | None],
) -> pa.Table:
    size = len(table)
    texts = table[columns.number.lower()].to_pylist()
    dates = table[columns.date.lower()].to_pylist() if columns.date else [""] * size
    kinds = table[columns.category.lower()].to_pylist() if columns.category else [""] * size
    if len(moments) > _MAX_MOMENTS:
        moments.clear()
    subjects: list[int] = []
    at: list[int] = []
    kept: list[int] = []
    fixed = int(columns.as_of.timestamp())
    for i, text in enumerate(texts):
        try:
            subject = PhoneNumber.parse(text.strip(), columns.region).value
        except BadNumber as error:
            lines.refusals.add(numbers[i], error.found)
            continue
        moment: int | None = fixed
        if columns.date:
            if dates[i] not in moments:
                moments[dates[i]] = _moment(dates[i], lines.latest)
            moment = moments[dates[i]]
        if moment is None:
            expected = f"ISO 8601, {EARLIEST:%Y} to {lines.latest:%Y-%m-%d}, was expected"
            lines.refusals.add(numbers[i], f"the date {dates[i][:20]!r} where {expected}")
            continue
        subjects.append(subject)
        at.append(moment)
        kept.append(i)
    return pa.table(
        {
            "subject": pa.array(subjects, pa.int64()),
            "text": pa.array([texts[i] for i in kept], pa.string()),
            "category": pa.array([_category(kinds[i]) for i in kept], pa.string()),
            "at": pa.array(at, pa.int64()).cast(pa.timestamp("s", "UTC")),
            "origin": pa.repeat(pa.scalar(""), len(kept)),
        }
    )


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


def _moment(text: str, latest: datetime) -> int | None:
    """UTC seconds, None for no date, or one a report cannot be of."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return int(moment.timestamp()) if EARLIEST <= moment <= latest else None
