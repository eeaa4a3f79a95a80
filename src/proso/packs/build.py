"""Listings into a pack: sorted, each subject once, at most 256 different labels."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from proso.errors import BadFile, BadListing, BadNumber
from proso.packs.codec import encode
from proso.packs.labels import MAX_LABELS
from proso.values.listing import CATEGORIES, LISTINGS, Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of what is published.

    Attributes:
        subject: a number, or a range of them.
        label: what is said of it.
    """

    subject: PhoneNumber | NumberRange
    label: Label


def build(
    listings: Iterable[Listed],
    *,
    region: str,
    serial: int,
    as_of: datetime,
    rule_version: str,
) -> bytes:
    """The canonical pack of some listings, in any order.

    Where a subject comes twice, the row with the higher rating (then the larger sample) stays.
    Should there be more than 256 different labels, freshness is left out of all of them: what
    remains (10 categories, 16 ratings, ...) is then coarsened to fifths of the rating and two
    classes of sample size, and at last the sample size is left out.

    Args:
        listings: rows of the region.
        region: ISO 3166-1 alpha-2.
        serial: 1 and up.
        as_of: the moment up to which reports were weighed, aware.
        rule_version: version of the rule that listed them.
    """
    rows: dict[PhoneNumber | NumberRange, Label] = {}
    for row in listings:
        known = rows.get(row.subject)
        if known is None or _strength(row.label) > _strength(known):
            rows[row.subject] = row.label
    short = _few_labels(rows)
    return encode(
        region=region,
        serial=serial,
        as_of=as_of,
        rule_version=rule_version,
        numbers=sorted((s.value, short[v]) for s, v in rows.items() if isinstance(s, PhoneNumber)),
        ranges=[(s, short[v]) for s, v in rows.items() if isinstance(s, NumberRange)],
    )


def parse_listings(lines: Iterable[str], *, region: str) -> Iterator[Listed | BadListing]:
    """Read ``number_or_prefix, category, rating`` rows; a bad row costs only itself.

    Args:
        lines: a CSV text with that header; ``number`` and ``prefix`` are understood as well, and
            category and rating may be missing (other, 0.9).  An exported list has listing,
            sample_size and freshness_days as well.
        region: how numbers in national notation are read.

    Yields:
        A listing for each good row and an error, not raised, for each other.

    Raises:
        BadFile: the header has no column of numbers.
    """
    reader = csv.DictReader(lines)
    try:
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise _no_csv(1, error) from error
    reader.fieldnames = names
    column = next((n for n in ("number_or_prefix", "number", "prefix") if n in names), None)
    if column is None:
        raise BadFile(
            found="the columns " + (", ".join(names)[:200] or "(none)"),
            expected="number_or_prefix, category and rating",
            remedy="name the columns in the first line",
        )
    try:
        for row in reader:
            yield _parse_row(row, column, reader.line_num, region)
    except csv.Error as error:
        raise _no_csv(reader.line_num + 1, error) from error  # counted after reading


def _parse_row(
    row: dict[str, str | None], column: str, line: int, region: str
) -> Listed | BadListing:
    try:
        subject = _subject((row.get(column) or "").strip(), region)
        label = Label.rounded(
            category=Category((row.get("category") or "other").strip().lower()),
            rating=float(row.get("rating") or 0.9),
            sample_size=int(row.get("sample_size") or 0),
            age_days=float(row["freshness_days"] or "inf") if "freshness_days" in row else None,
            listing=Listing((row.get("listing") or "listed").strip().lower()),
        )
        rating = float(row.get("rating") or 0.9)
    except BadNumber as error:
        return _bad(line, error.found, error.expected)
    except ValueError:
        return _bad(
            line,
            "a category, rating or listing that is unknown",
            f"one of {', '.join(Category)}, a number from 0 to 1, and one of {', '.join(Listing)}",
        )
    if not 0 <= rating <= 1:
        return _bad(line, f"the rating {rating}", "a number from 0 to 1")
    return Listed(subject, label)


def _subject(text: str, region: str) -> PhoneNumber | NumberRange:
    if text[-1:] in {"*", "#", "x", "X", "?"}:
        return NumberRange.parse(text)
    return PhoneNumber.parse(text, region)


def _no_csv(line: int, error: csv.Error) -> BadFile:
    return BadFile(
        found=f"line {line}, which is no CSV ({error})",
        expected="fields of at most 128 KiB without NUL",
        remedy="repair the line",
    )


def _bad(line: int, found: str, expected: str) -> BadListing:
    return BadListing(
        found=f"line {line}: {found}", expected=expected, remedy="the row was left out"
    )


def _strength(label: Label) -> tuple[float, int, int, int, int]:
    # The last three only make the order of rows not matter: of two that say as much, the milder
    # listing stays, then the later category, then the fresher.
    fresh = -1 if label.freshness_days is None else 1000 - label.freshness_days
    return (
        label.rating,
        label.sample_size,
        LISTINGS.index(label.listing),
        CATEGORIES.index(label.category),
        fresh,
    )


def _few_labels(rows: dict[PhoneNumber | NumberRange, Label]) -> dict[Label, Label]:
    labels = set(rows.values())
    short = {label: label for label in labels}
    if len(set(short.values())) > MAX_LABELS:
        short = {label: replace(label, freshness_days=None) for label in labels}
    if len(set(short.values())) > MAX_LABELS:
        short = {
            label: replace(
                label,
                freshness_days=None,
                rating=int(label.rating * 5) / 5,
                sample_size=10 if label.sample_size >= 10 else 0,  # noqa: PLR2004  two classes
                listing=label.listing,
            )
            for label in labels
        }
    if len(set(short.values())) > MAX_LABELS:  # 10 categories, 5 ratings, 2 sizes, 3 listings
        short = {label: replace(few, sample_size=0) for label, few in short.items()}
    return short
