"""The complaints the US Federal Trade Commission publishes.

Two forms: the official daily file, and a monthly form reduced to four columns.  Both name the day
a complaint was made and the complainant's area code; the official form also names the time, which
is left out here so that the same complaint is the same row in both.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from proso.errors import BadFile, BadNumber
from proso.hub.feeds.lines import Lines, Progress, Refusals
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

_COMMON: Final = r"^[2-9][0-9][0-9][2-9][0-9]{6}$"
_COLUMNS: Final = (
    ("company_phone_number", "created_date", "consumer_area_code", "subject"),
    ("company_number", "created_date", "consumer_area_code", None),
)


def read(path: Path, progress: Progress) -> tuple[pa.Table, int, Refusals]:
    """The complaints of one file.

    Args:
        path: an official or reduced file, plain or compressed.
        progress: told the bytes read so far.

    Returns:
        A table ``subject (int64, null where the row has no usable number), text (the number as
        given), category, at (timestamp[s, UTC], midnight), origin``, the number of rows read, and
        a refusal for each row left out.

    Raises:
        BadFile: it cannot be read, is damaged, or has other columns.
    """
    lines = Lines(path, progress)
    subjects: dict[str, int | None] = {}
    tables = [
        _complaints(table, numbers, lines.header, lines.refusals, subjects, path)
        for table, numbers in lines.tables()
    ]
    if not lines.header:
        raise _other_columns(path, [])
    _columns(lines.header, path)
    return pa.concat_tables(tables or [_empty()]), lines.read, lines.refusals


def subject_of(text: str) -> int | None:
    """The number a complaint names, as E.164 digits, or None where it names none that can be."""
    try:
        number = PhoneNumber.parse(text, REGION)
    except BadNumber:
        return None
    return None if number.plausibility is Plausibility.IMPOSSIBLE else number.value


def _complaints(  # noqa: PLR0913  one block and where its findings go
    table: pa.Table,
    numbers: list[int],
    header: list[str],
    refusals: Refusals,
    subjects: dict[str, int | None],
    path: Path,
) -> pa.Table:
    number_column, date_column, origin_column, subject_column = _columns(header, path)
    day = _days(table[date_column])
    dated = pc.is_valid(day)
    if not pc.all(dated).as_py():
        texts = table[date_column].to_pylist()
        for i, good in enumerate(dated.to_pylist()):
            if not good:
                refusals.add(
                    numbers[i], f"the date {texts[i][:20]!r} where YYYY-MM-DD was expected"
                )
        table, day = table.filter(dated), day.filter(dated)
    text = table[number_column]
    return pa.table(
        {
            "subject": _subjects(text, subjects),
            "text": text,
            "category": _categories(table, subject_column),
            "at": day,
            "origin": pc.utf8_slice_codeunits(table[origin_column], 0, 16),
        }
    )


def _columns(header: list[str], path: Path) -> tuple[str, str, str, str | None]:
    for names in _COLUMNS:
        if all(name in header for name in names if name):
            return names
    raise _other_columns(path, header)


def _other_columns(path: Path, header: list[str]) -> BadFile:
    return BadFile(
        found=f"{path.name} with the columns {', '.join(header)[:200] or '(none)'}",
        expected="the FTC's: Company_Phone_Number, Created_Date, Consumer_Area_Code, Subject",
        remedy="for any other list use: proso hub import csv --number-column NAME",
    )


def _days(texts: pa.ChunkedArray) -> pa.Array:
    """Midnight of each date, null where it is none; each distinct text is looked at once.

    Arrow's strptime is not used: it takes 30 February for 1 March.
    """
    encoded = texts.combine_chunks().dictionary_encode()
    days = [_day(text) for text in encoded.dictionary.to_pylist()]
    return pa.array(days, pa.timestamp("s", "UTC")).take(encoded.indices)


def _day(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    day = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return day if day >= EARLIEST else None


def _subjects(text: pa.ChunkedArray, known: dict[str, int | None]) -> pa.ChunkedArray:
    """Ten digits that fit the American plan at once; each other text through the parser, once."""
    common = pc.match_substring_regex(text, _COMMON)
    national = pc.if_else(common, text, None).cast(pa.int64())
    subject = pc.add(national, 10_000_000_000)
    odd = text.filter(pc.invert(common)).to_pylist()
    for one in set(odd) - known.keys():
        known[one] = subject_of(one) if one else None
    if len(known) > 1_000_000:  # noqa: PLR2004  about 100 MB; beyond it remembering does not pay
        values = [known[one] for one in odd]
        known.clear()
    else:
        values = [known[one] for one in odd]
    return pc.replace_with_mask(
        subject.combine_chunks(), pc.invert(common).combine_chunks(), pa.array(values, pa.int64())
    )


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
