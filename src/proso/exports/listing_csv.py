"""CSV: everything a pack says, one row an entry; `proso pack build` reads it back."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from proso.exports.source import Source, Tally

COLUMNS: Final = (
    "number_or_prefix",
    "category",
    "rating",
    "listing",
    "sample_size",
    "freshness_days",
    "action",
)


def write(source: Source, tally: Tally) -> Iterator[str]:
    """A header and a row for each entry; the action is what the policy makes of it."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for entry in source.entries():
        label = entry.label
        rows.writerow(
            (
                entry.subject,
                label.category.value,
                label.rating,
                label.listing.value,
                label.sample_size,
                "" if label.freshness_days is None else label.freshness_days,
                entry.action.value,
            )
        )
        tally.wrote(entry)
        if out.tell() > 1 << 16:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()
