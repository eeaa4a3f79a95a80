"""Bytes to pack and back: canonical, bounded, and refusing whatever is not exactly a pack.

The layout is in docs/reference/pack-format.md.  `decode` checks every byte and is for files from
outside; `attach` only reads the header and is for files that were decoded when they were installed
(docs/adr/0004).
"""

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from operator import lt
from typing import Final

from proso.errors import Misuse
from proso.packs.directory import NARROW_BITS, WIDE_BITS, cut, lows_of, values_of, width_of
from proso.packs.labels import LABEL_BYTES, MAX_LABELS, pack_label, pack_labels, unpack_labels
from proso.packs.layout import (
    Buffer,
    Cursor,
    Kind,
    Opening,
    PackHeader,
    bad_pack,
    check_digest,
    little_endian,
    read_opening,
    seal,
)
from proso.packs.pack import NumberSections, Pack
from proso.packs.ranges import RangeTable, encode_ranges, order_of
from proso.values.listing import Label
from proso.values.number import MIN_VALUE, NumberRange
from proso.values.numbering import MAX_E164_DIGITS

_COUNTS: Final = struct.Struct("<QQHBxIIIQ")
_PIECE_BYTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Listings:
    """What a pack of numbers holds, as columns.

    Attributes:
        region: ISO 3166-1 alpha-2.
        serial: 1 to 2^64 - 1.
        as_of: the moment up to which reports were weighed, aware; cut to whole seconds.
        rule_version: at most 32 bytes of UTF-8.
        labels: the table of labels, eight bytes each.
        values: E.164 digits as integers, strictly ascending, unsigned 64 bits each.
        codes: one label code for each value.
        ranges: (range, label code), sorted by `proso.packs.ranges.order_of`.
    """

    region: str
    serial: int
    as_of: datetime
    rule_version: str
    labels: bytes
    values: "array[int]"
    codes: bytes
    ranges: Sequence[tuple[NumberRange, int]]


def encode(  # noqa: PLR0913  the sections of one file
    *,
    region: str,
    serial: int,
    as_of: datetime,
    rule_version: str,
    numbers: Sequence[tuple[int, Label]],
    ranges: Sequence[tuple[NumberRange, Label]],
) -> bytes:
    """The canonical bytes of a pack: the same listings give the same bytes.

    Args:
        region: ISO 3166-1 alpha-2.
        serial: 1 to 2^64 - 1.
        as_of: the moment up to which reports were weighed, aware; cut to whole seconds.
        rule_version: at most 32 bytes of UTF-8.
        numbers: (E.164 digits as an integer, label), strictly ascending.
        ranges: (range, label), each range once, any order.

    Raises:
        Misuse: numbers not ascending, or more than 256 different labels.
    """
    labels = sorted(
        {label for _, label in numbers} | {label for _, label in ranges}, key=pack_label
    )
    code_of = {label: code for code, label in enumerate(labels)}
    if len(labels) > MAX_LABELS or any(a[0] >= b[0] for a, b in pairwise(numbers)):
        raise Misuse(
            found=f"{len(labels)} labels or numbers out of order",
            expected="at most 256 labels and numbers in strictly ascending order",
            remedy="use proso.packs.build",
        )
    ordered = sorted(ranges, key=lambda row: order_of(row[0]))
    return encode_listings(
        Listings(
            region=region,
            serial=serial,
            as_of=as_of,
            rule_version=rule_version,
            labels=pack_labels(labels),
            values=array("Q", (value for value, _ in numbers)),
            codes=bytes(code_of[label] for _, label in numbers),
            ranges=[(subject, code_of[label]) for subject, label in ordered],
        )
    )


def encode_listings(listings: Listings) -> bytes:
    """The canonical bytes of a pack, from sound columns."""
    values = listings.values
    shift, first_bucket, buckets, directory = cut(values)
    ranges = encode_ranges(listings.ranges)
    counts = _COUNTS.pack(
        len(values),
        len(listings.ranges),
        len(listings.labels) // LABEL_BYTES,
        shift,
        len(ranges[-1]) // _PIECE_BYTES,
        len(directory),
        len(buckets),
        first_bucket,
    )
    opening = Opening(
        Kind.NUMBERS,
        listings.region,
        listings.serial,
        listings.as_of,
        listings.rule_version,
        counts,
    )
    return seal(
        opening,
        (
            listings.labels,
            little_endian(buckets),
            little_endian(directory),
            little_endian(lows_of(values, shift)),
            listings.codes,
            *ranges,
        ),
    )


def read_counts(opening: Opening) -> tuple[int, int]:
    """How many numbers and ranges a header announces."""
    numbers, ranges, *_ = _COUNTS.unpack(opening.counts)
    return numbers, ranges


def attach(buffer: Buffer) -> Pack:
    """A pack over the buffer, of which only the header and the sections' bounds were checked.

    For a file that was decoded before, when it was installed; O(1).  Look-ups are total whatever
    the content.

    Raises:
        PackTooNew: a format this version does not know.
        BadPack: no header of numbers, or sections that do not fill the file.
    """
    return _attach(memoryview(buffer).cast("B"), checked=False)


def _attach(view: memoryview, *, checked: bool) -> Pack:
    opening = read_opening(view)
    if opening.kind is not Kind.NUMBERS:
        raise bad_pack("a pack of another kind than numbers")
    numbers, ranges, label_count, shift, pieces, slots, bucket_count, first_bucket = _COUNTS.unpack(
        opening.counts
    )
    if label_count > MAX_LABELS or not NARROW_BITS <= shift <= WIDE_BITS or opening.counts[19]:
        raise bad_pack("a pack with an impossible header")
    cursor = Cursor(view, checked=checked)
    labels = unpack_labels(cursor.take(LABEL_BYTES * label_count))
    sections = NumberSections(
        shift,
        first_bucket,
        cursor.take_integers("Q", bucket_count),
        cursor.take_integers("I", slots),
        cursor.take_integers(width_of(shift), numbers),
        cursor.take(numbers),
    )
    table = RangeTable.take(cursor, ranges, pieces)
    cursor.finish()
    header = PackHeader(
        region=opening.region,
        serial=opening.serial,
        as_of=opening.as_of,
        rule_version=opening.rule_version,
        numbers=numbers,
        ranges=ranges,
    )
    return Pack(header, labels, sections, table)


def decode(buffer: Buffer) -> Pack:
    """A pack over the buffer, which must outlive it; nothing is copied, every byte is checked.

    Raises:
        PackTooNew: a format this version does not know.
        BadPack: anything else that is not exactly a pack.
    """
    view = memoryview(buffer).cast("B")
    pack = _attach(view, checked=True)
    check_digest(view)
    used = set(pack.numbers_section.codes) | set(pack.range_table.codes)
    if used != set(range(len(pack.labels))):
        raise bad_pack("a pack with a label that is missing or never used")
    _check_numbers(pack.numbers_section)
    _check_ranges(pack.range_table)
    return pack


def listings_of(pack: Pack) -> Listings:
    """The columns of a decoded pack."""
    header, section = pack.header, pack.numbers_section
    return Listings(
        region=header.region,
        serial=header.serial,
        as_of=header.as_of,
        rule_version=header.rule_version,
        labels=pack_labels(pack.labels),
        values=values_of(section),
        codes=bytes(section.codes),
        ranges=list(pack.range_table),
    )


def _check_numbers(section: NumberSections) -> None:
    """What is read from sound sections gives the same again; of nothing else is that so."""
    try:
        values = values_of(section)
    except OverflowError as error:
        raise bad_pack("a pack with numbers outside E.164") from error
    if len(values) != len(section.lows) or not all(map(lt, values, islice(values, 1, None))):
        raise bad_pack("a pack whose numbers are out of order")
    if values and not MIN_VALUE <= values[0] <= values[-1] < 10**MAX_E164_DIGITS:
        raise bad_pack("a pack with numbers outside E.164")
    shift, first, buckets, directory = cut(values)
    same = (shift, first) == (section.shift, section.first_bucket)
    same = same and section.buckets == memoryview(buckets)
    same = same and section.directory == memoryview(directory)
    if not same or section.lows != memoryview(lows_of(values, shift)):
        raise bad_pack("a pack whose directory is not that of its numbers")


def _check_ranges(table: RangeTable) -> None:
    """What is read from a sound table gives the same table again; of nothing else is that true."""
    try:
        entries = list(table)
        keys = [order_of(subject) for subject, _ in entries]
        again = encode_ranges(entries)
    except (Misuse, IndexError, ZeroDivisionError, OverflowError) as error:
        raise bad_pack("a pack with a range that is no prefix") from error
    parts = (table.starts, table.shapes, table.codes, table.parents, table.pieces)
    same = all(a == b for a, b in zip(again, map(_bytes, parts), strict=True))
    if not same or any(a >= b for a, b in pairwise(keys)):
        raise bad_pack("a pack whose ranges are out of order")


def _bytes(section: memoryview) -> bytes:
    return little_endian(array(section.format, section))
