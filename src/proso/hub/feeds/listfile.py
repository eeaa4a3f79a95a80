"""Anybody's list of numbers as a CSV file."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from proso.errors import BadFile, BadNumber
from proso.hub.feeds.lines import Lines, Progress, Refusals
from proso.values.listing import Category
from proso.values.number import PhoneNumber


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


def read(path: Path, columns: ListColumns, progress: Progress) -> tuple[pa.Table, int, Refusals]:
    """The rows of a list, in the columns of `proso.hub.feeds.ftc.read`.

    A row without a number that can exist is refused: a list, unlike a complaint, says nothing
    else.

    Raises:
        BadFile: it cannot be read, is damaged, or lacks a column named.
    """
    lines = Lines(path, progress)
    rows: list[tuple[int, str, str, datetime]] = []
    for table, numbers in lines.tables():
        _check_columns(lines.header, columns, path)
        texts = table[columns.number.lower()].to_pylist()
        dates = table[columns.date.lower()].to_pylist() if columns.date else None
        kinds = table[columns.category.lower()].to_pylist() if columns.category else None
        for i, text in enumerate(texts):
            try:
                rows.append(
                    (
                        PhoneNumber.parse(text.strip(), columns.region).value,
                        text,
                        _category(kinds[i] if kinds else ""),
                        _date(dates[i]) if dates else columns.as_of,
                    )
                )
            except (BadNumber, ValueError) as error:
                why = error.found if isinstance(error, BadNumber) else "a date that is none"
                lines.refusals.add(numbers[i], why)
    _check_columns(lines.header, columns, path)
    return _table(rows), lines.read, lines.refusals


def _table(rows: list[tuple[int, str, str, datetime]]) -> pa.Table:
    subjects, texts, categories, moments = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        {
            "subject": pa.array(subjects, pa.int64()),
            "text": pa.array(texts, pa.string()),
            "category": pa.array(categories, pa.string()),
            "at": pa.array([int(m.timestamp()) for m in moments], pa.int64()).cast(
                pa.timestamp("s", "UTC")
            ),
            "origin": pa.array([""] * len(rows), pa.string()),
        }
    )


def _check_columns(header: list[str], columns: ListColumns, path: Path) -> None:
    for name in (columns.number, columns.date, columns.category):
        if name is not None and name.lower() not in header:
            raise BadFile(
                found=f"{path.name} with the columns {', '.join(header)[:200] or '(none)'}",
                expected=f"a column {name!r}",
                remedy="name one of them with --number-column, --date-column, --category-column",
            )


def _category(text: str) -> str:
    text = text.strip().lower()
    return text if text in Category.__members__.values() else Category.OTHER.value


def _date(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not 1970 <= moment.year <= 9998:  # noqa: PLR2004  what UTC seconds and every zone can hold
        raise ValueError(text)
    return moment
