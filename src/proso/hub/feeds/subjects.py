"""Columns of texts into columns of numbers and moments: each distinct text is looked at once."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from proso.hub.feeds.lines import Lines
from proso.reports.report import EARLIEST

_COMMON_US: Final = r"^[2-9][0-9][0-9][2-9][0-9]{6}$"
"""How most numbers of American lists are written: ten digits that the plan has room for, which the
parser would return behind the calling code and no more (a property test holds that)."""

_MAX_KNOWN: Final = 1_000_000  # about 100 MB; beyond it remembering does not pay


def read_subjects(
    text: pa.ChunkedArray,
    region: str,
    parse: Callable[[str], int | None],
    known: dict[str, int | None],
) -> pa.Array:
    """The numbers of a column of texts, as E.164 digits, null where a text holds none.

    Args:
        text: as it stands in the file.
        region: how numbers in national notation are read.
        parse: reads the texts that are not of the most common form; "" is not asked.
        known: what it said before; one dictionary a file.
    """
    if region == "US":
        common = pc.match_substring_regex(text, _COMMON_US)
    else:
        common = pa.chunked_array([pa.repeat(pa.scalar(value=False), len(text))])
    subject = pc.add(pc.if_else(common, text, None).cast(pa.int64()), 10_000_000_000)
    odd = text.filter(pc.invert(common)).to_pylist()
    for one in odd:
        if one not in known:
            known[one] = parse(one) if one else None
    values = pa.array([known[one] for one in odd], pa.int64())
    if len(known) > _MAX_KNOWN:
        known.clear()
    return pc.replace_with_mask(
        subject.combine_chunks(), pc.invert(common).combine_chunks(), values
    )


def read_moments(
    text: pa.ChunkedArray, parse: Callable[[str], datetime | None]
) -> pa.TimestampArray:
    """The moments of a column of texts in UTC seconds, null where a text is none.

    Arrow's strptime is not used: it takes 30 February for 1 March.
    """
    encoded = text.combine_chunks().dictionary_encode()
    moments = [parse(one) for one in encoded.dictionary.to_pylist()]
    return pa.array(moments, pa.timestamp("s", "UTC")).take(encoded.indices)


def refuse_dates(
    lines: Lines, numbers: list[int], text: pa.ChunkedArray, refused: pa.ChunkedArray
) -> None:
    """Notes the rows whose date is none, or one that no report can be of."""
    expected = f"YYYY-MM-DD, {EARLIEST:%Y} to {lines.latest:%Y-%m-%d}, was expected"
    for i in pc.indices_nonzero(refused).to_pylist():
        lines.refusals.add(numbers[i], f"the date {text[i].as_py()[:20]!r} where {expected}")
