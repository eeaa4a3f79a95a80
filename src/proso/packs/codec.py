"""Bytes to pack and back: canonical, bounded, and refusing whatever is not exactly a pack.

The layout is in docs/reference/pack-format.md.  In short, little-endian, sections one after the
other, each padded with zeros to 8 bytes: header, labels, directory, lows, codes, range groups,
prefixes, range codes, and at the end the SHA-256 of everything before.  The digest finds damage,
not forgery: what a phone may install is decided by signatures over the whole file.
"""

import struct
from array import array
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any, Final

from proso.errors import Misuse
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
from proso.packs.pack import LOW_BITS, Pack, RangeGroup
from proso.values.listing import (
    CATEGORIES,
    FRESHNESS_STEPS,
    LISTINGS,
    RATING_STEPS,
    SAMPLE_STEPS,
    Label,
)
from proso.values.number import MIN_VALUE, NumberRange
from proso.values.numbering import MAX_E164_DIGITS

MAX_LABELS: Final = 256
"""A label's code is one byte."""

MAX_GROUPS: Final = 136
"""Pairs of (digits in all, digits of the prefix) that exist, series included: 15 * 16 / 2 + 16."""

_COUNTS: Final = struct.Struct("<QQIIIIQ")
_LABEL: Final = struct.Struct("<BBBBB3s")
_GROUP: Final = struct.Struct("<BB2sI8s")
_NO_FRESHNESS: Final = 255


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
        {label for _, label in numbers} | {label for _, label in ranges}, key=_label_key
    )
    code_of = {label: code for code, label in enumerate(labels)}
    if len(labels) > MAX_LABELS or any(a[0] >= b[0] for a, b in pairwise(numbers)):
        raise Misuse(
            found=f"{len(labels)} labels or numbers out of order",
            expected="at most 256 labels and numbers in strictly ascending order",
            remedy="use proso.packs.build",
        )
    first_bucket, buckets, directory = _directory([value for value, _ in numbers])
    lows = array("H", (value & 0xFFFF for value, _ in numbers))
    codes = bytes(code_of[label] for _, label in numbers)
    ordered = sorted(ranges, key=lambda row: (_group_key(row[0]), row[0].prefix))
    groups: dict[tuple[int, int], int] = {}
    for subject, _ in ordered:
        key = (subject.digits, len(str(subject.prefix)))
        groups[key] = groups.get(key, 0) + 1
    counts = _COUNTS.pack(
        len(numbers),
        len(ordered),
        len(labels),
        len(groups),
        len(directory),
        len(buckets),
        first_bucket,
    )
    sections = [
        b"".join(_pack_label(label) for label in labels),
        little_endian(buckets),
        little_endian(directory),
        little_endian(lows),
        codes,
        b"".join(
            _GROUP.pack(digits, length, bytes(2), n, bytes(8))
            for (digits, length), n in groups.items()
        ),
        little_endian(array("Q", (subject.prefix for subject, _ in ordered))),
        bytes(code_of[label] for _, label in ordered),
    ]
    opening = Opening(Kind.NUMBERS, region, serial, as_of, rule_version, counts)
    return seal(opening, sections)


def attach(buffer: Buffer) -> Pack:
    """A pack over the buffer, of which only the header and the sections' bounds were checked.

    For a file that was decoded before, when it was installed; O(1).  Look-ups are total whatever
    the content.

    Raises:
        PackTooNew: a format this version does not know.
        BadPack: no header of numbers, or sections that do not fill the file.
    """
    return _attach(memoryview(buffer).cast("B"), checked=False)


def decode(buffer: Buffer) -> Pack:
    """A pack over the buffer, which must outlive it; nothing is copied.

    Everything is checked.

    Raises:
        PackTooNew: a format this version does not know.
        BadPack: anything else that is not exactly a pack.
    """
    view = memoryview(buffer).cast("B")
    read_opening(view)
    check_digest(view)
    return _attach(view, checked=True)


def _attach(view: memoryview, *, checked: bool) -> Pack:
    opening = read_opening(view)
    if opening.kind is not Kind.NUMBERS:
        raise bad_pack("a pack of another kind than numbers")
    numbers, ranges, label_count, group_count, slots, bucket_count, first_bucket = _COUNTS.unpack(
        opening.counts
    )
    header = PackHeader(
        region=opening.region,
        serial=opening.serial,
        as_of=opening.as_of,
        rule_version=opening.rule_version,
        numbers=numbers,
        ranges=ranges,
    )
    if label_count > MAX_LABELS or group_count > MAX_GROUPS:
        raise bad_pack("a pack with more labels or range groups than can exist")
    cursor = Cursor(view)
    labels = tuple(_unpack_label(raw) for raw in _LABEL.iter_unpack(cursor.take(8 * label_count)))
    buckets = cursor.take_integers("Q", bucket_count)
    directory = cursor.take_integers("I", slots)
    lows = cursor.take_integers("H", numbers)
    codes = cursor.take(numbers)
    shapes = list(_GROUP.iter_unpack(cursor.take(_GROUP.size * group_count)))
    prefixes = cursor.take_integers("Q", ranges)
    range_codes = cursor.take(ranges)
    cursor.finish()
    if checked:
        if list(labels) != sorted(set(labels), key=_label_key):
            raise bad_pack("a pack whose labels are out of order")
        used = set(codes) | set(range_codes)
        if used != set(range(label_count)):
            raise bad_pack("a pack with a label that is missing or never used")
        _check_directory(buckets, directory, lows, first_bucket)
        _check_numbers(buckets, directory, lows, first_bucket)
    return Pack(
        header,
        labels,
        first_bucket=first_bucket,
        buckets=buckets,
        directory=directory,
        lows=lows,
        codes=codes,
        groups=_decode_groups(shapes, prefixes, range_codes),
    )


def _check_directory(
    buckets: memoryview, directory: memoryview, lows: memoryview, first_bucket: int
) -> None:
    slots, keys = directory.tolist(), buckets.tolist()
    if not len(lows):
        if slots or keys or first_bucket:
            raise bad_pack("a pack with a directory and no numbers")
        return
    last = keys[-1] if keys else first_bucket + len(slots) - 2
    edges = len(keys) + 1 if keys else max(len(slots), 2)
    if len(slots) != edges or last << LOW_BITS >= 10**MAX_E164_DIGITS:
        raise bad_pack("a pack whose directory does not cover its numbers")
    full = slots[0] == 0 and slots[1] > 0 and slots[-2] < slots[-1] == len(lows)
    if not full or sorted(slots) != slots:
        raise bad_pack("a pack whose directory is out of order")
    filled = sum(a < b for a, b in pairwise(slots))
    if keys:
        ascending = keys[0] == first_bucket and all(a < b for a, b in pairwise(keys))
        if not ascending or filled != len(keys):
            raise bad_pack("a pack whose buckets are out of order")
    if bool(keys) != _is_sparse(filled, last - first_bucket + 1):
        raise bad_pack("a pack whose directory is not the shorter kind")


def _check_numbers(
    buckets: memoryview, directory: memoryview, lows: memoryview, first_bucket: int
) -> None:
    if not len(lows):
        return
    # Ascending everywhere but where a bucket begins: compared as a whole, which is fast.
    values = lows.tolist()
    falls = {i for i, (a, b) in enumerate(pairwise(values), start=1) if a >= b}
    if not falls <= set(directory.tolist()):
        raise bad_pack("a pack whose numbers are out of order")
    last = buckets[-1] if len(buckets) else first_bucket + len(directory) - 2
    smallest, largest = (first_bucket << LOW_BITS) | values[0], (last << LOW_BITS) | values[-1]
    if smallest < MIN_VALUE or largest >= 10**MAX_E164_DIGITS:
        raise bad_pack("a pack with numbers outside E.164")


def _is_sparse(filled: int, spanned: int) -> bool:
    """Whether naming the buckets that hold anything takes less room than all they span.

    A named bucket takes 12 bytes and a spanned one 4.  Some plans have numbers of so different
    lengths (Indonesia's mobiles: 11 to 14 digits) that spanning them would take gigabytes.
    """
    return 12 * filled < 4 * spanned


def _decode_groups(
    shapes: list[tuple[Any, ...]], prefixes: memoryview, codes: memoryview
) -> tuple[RangeGroup, ...]:
    groups, start, previous = [], 0, (-99, -99)
    for digits, length, padding, count, reserved in shapes:
        fits = (
            not any(padding + reserved)
            and 1 <= length <= MAX_E164_DIGITS
            and (digits == 0 or length <= digits <= MAX_E164_DIGITS)
        )
        key = (-length, -digits)
        if not fits or not count or key <= previous or start + count > len(prefixes):
            raise bad_pack("a pack whose ranges are out of order")
        part = prefixes[start : start + count]
        values = part.tolist()
        ascending = all(a < b for a, b in pairwise(values))
        if not ascending or values[0] < 10 ** (length - 1) or values[-1] >= 10**length:
            raise bad_pack("a pack with a range that is no prefix")
        groups.append(RangeGroup(digits, length, part, codes[start : start + count]))
        start, previous = start + count, key
    if start != len(prefixes):
        raise bad_pack("a pack with ranges of no group")
    return tuple(groups)


def _group_key(subject: NumberRange) -> tuple[int, int]:
    # Most specific first: long prefixes, and among them numbers of one length before series.
    return (-len(str(subject.prefix)), -subject.digits)


def _directory(values: list[int]) -> "tuple[int, array[int], array[int]]":
    """The first bucket, the buckets where they are named, and where each begins."""
    if not values:
        return 0, array("Q"), array("I")
    counts: dict[int, int] = {}
    for value in values:
        bucket = value >> LOW_BITS
        counts[bucket] = counts.get(bucket, 0) + 1
    first, last = values[0] >> LOW_BITS, values[-1] >> LOW_BITS
    named = _is_sparse(len(counts), last - first + 1)
    sizes = list(counts.values()) if named else [counts.get(b, 0) for b in range(first, last + 1)]
    edges = array("I", accumulate(sizes, initial=0))
    return first, array("Q", counts if named else ()), edges


def _label_key(label: Label) -> bytes:
    return _pack_label(label)


def _pack_label(label: Label) -> bytes:
    fresh = (
        _NO_FRESHNESS
        if label.freshness_days is None
        else FRESHNESS_STEPS.index(label.freshness_days)
    )
    return _LABEL.pack(
        CATEGORIES.index(label.category),
        RATING_STEPS.index(round(label.rating * 100)),
        SAMPLE_STEPS.index(label.sample_size),
        fresh,
        LISTINGS.index(label.listing),
        bytes(3),
    )


def _unpack_label(raw: tuple[Any, ...]) -> Label:
    category, rating, sample, fresh, listing, padding = raw
    if any(padding):
        raise bad_pack("a pack with a label this version does not know")
    try:
        return Label(
            CATEGORIES[category],
            RATING_STEPS[rating] / 100,
            SAMPLE_STEPS[sample],
            None if fresh == _NO_FRESHNESS else FRESHNESS_STEPS[fresh],
            LISTINGS[listing],
        )
    except IndexError as error:
        raise bad_pack("a pack with a label this version does not know") from error
