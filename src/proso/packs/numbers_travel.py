"""Packs of numbers as streams: what `travel` and `delta` share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from proso.packs.codec import Listings, decode, encode_listings, listings_of, read_counts
from proso.packs.gaps import pack_ascending, unpack_ascending
from proso.packs.labels import LABEL_BYTES, SplitTable
from proso.packs.layout import Opening, bad_pack
from proso.packs.ranges import POWERS, order_of, subject_at
from proso.packs.symbols import CODE_STREAMS, pack_codes, unpack_codes
from proso.values.number import NumberRange
from proso.values.numbering import MAX_E164_DIGITS

if TYPE_CHECKING:
    from array import array


NUMBER_LIMIT: Final = 10**MAX_E164_DIGITS
RANGE_STREAMS: Final = 4
_BYTES_A_NUMBER: Final = 3
_BYTES_A_RANGE: Final = 14


def split(data: bytes) -> list[bytes]:
    """The streams of a pack of numbers."""
    listings = listings_of(decode(data))
    table = SplitTable.of(listings.labels)
    return [
        listings.labels,
        *pack_ascending(listings.values),
        *pack_codes(listings.values, listings.codes, table),
        *split_ranges(listings.ranges),
    ]


def join(opening: Opening, streams: Sequence[bytes], *, limit: int) -> bytes:
    """The pack of some streams.

    Raises:
        BadPack: they are not those of a pack within the limit.
    """
    if len(streams) != 1 + 2 + CODE_STREAMS + RANGE_STREAMS:
        raise bad_pack("a travel file with parts missing or left over")
    numbers, ranges = read_counts(opening)
    if _BYTES_A_NUMBER * numbers + _BYTES_A_RANGE * ranges > limit:
        raise bad_pack("a travel file of a pack that is larger than it may be")
    labels, symbols, below, *rest = streams
    if len(symbols) != numbers or len(rest[CODE_STREAMS]) != ranges:
        raise bad_pack("a travel file with other counts than its header")
    values = unpack_ascending(symbols, below, limit=NUMBER_LIMIT)
    return encode_listings(
        listings_under(
            opening,
            labels,
            values,
            unpack_codes(values, rest[:CODE_STREAMS], SplitTable.of(labels)),
            join_ranges(rest[CODE_STREAMS:]),
        )
    )


def listings_under(
    opening: Opening,
    labels: bytes,
    values: "array[int]",
    codes: bytes,
    ranges: Sequence[tuple[NumberRange, int]],
) -> Listings:
    """Columns with the region, serial and time of a header.

    Raises:
        BadPack: a label code that is not in the table.
    """
    used = max(max(codes, default=-1), max((code for _, code in ranges), default=-1))
    if used >= len(labels) // LABEL_BYTES:
        raise bad_pack("a label that is not in the table")
    return Listings(
        region=opening.region,
        serial=opening.serial,
        as_of=opening.as_of,
        rule_version=opening.rule_version,
        labels=labels,
        values=values,
        codes=codes,
        ranges=ranges,
    )


def split_ranges(ranges: Sequence[tuple[NumberRange, int]]) -> list[bytes]:
    """Shapes, codes, and the gaps between where ranges start, in units of the longest prefix."""
    keys = [order_of(subject) for subject, _ in ranges]
    unit = POWERS[MAX_E164_DIGITS - max((length for _, length, _ in keys), default=0)]
    return [
        bytes(length | digits << 4 for _, length, digits in keys),
        bytes(code for _, code in ranges),
        *pack_ascending([start // unit for start, _, _ in keys], step=0),
    ]


def join_ranges(streams: Sequence[bytes]) -> list[tuple[NumberRange, int]]:
    """The ranges again, sorted.

    Raises:
        BadPack: they are no ranges.
        Misuse: a prefix that is none.
    """
    shapes, codes, symbols, below = streams
    unit = POWERS[MAX_E164_DIGITS - max((shape & 15 for shape in shapes), default=0)]
    starts = unpack_ascending(symbols, below, step=0, limit=NUMBER_LIMIT // unit)
    if not len(shapes) == len(codes) == len(starts):
        raise bad_pack("ranges whose parts do not belong together")
    rows = zip(starts, shapes, codes, strict=True)
    return [(subject_at(start * unit, shape), code) for start, shape, code in rows]
