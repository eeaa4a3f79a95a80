"""Bytes to a pack of hotspots and back: canonical, and refusing whatever is not exactly one.

The layout is in docs/reference/pack-format.md.
"""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate, chain, pairwise, repeat
from typing import Final

from proso.packs.hotspot_pack import (
    E5,
    MAX_DETAIL_BYTES,
    ROW_E5,
    SOUTH,
    WEST,
    HotspotPack,
    HotspotRecord,
    HotspotSections,
)
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

__all__ = [
    "HotspotColumns",
    "HotspotPack",
    "HotspotRecord",
    "attach_hotspots",
    "columns_of",
    "decode_hotspots",
    "encode_columns",
    "encode_hotspots",
]

_COUNTS: Final = struct.Struct("<QQQIi8x")
_ROW: Final = 360 * E5 * ROW_E5  # one row's share of the keys: longitude x 100 + latitude


@dataclass(frozen=True, slots=True, kw_only=True)
class HotspotColumns:
    """What a pack of hotspots holds, as columns.

    Attributes:
        region: ISO 3166-1 alpha-2.
        serial: 1 to 2^64 - 1.
        as_of: the moment up to which reports were weighed, aware; cut to whole seconds.
        rule_version: at most 32 bytes of UTF-8.
        keys: (row, longitude, latitude within the row) as one integer; ascending, then by
            identity, class and detail.
        identities: u64.
        classes: u8.
        details: one a hotspot, or none at all.
    """

    region: str
    serial: int
    as_of: datetime
    rule_version: str
    keys: "array[int]"
    identities: "array[int]"
    classes: bytes
    details: Sequence[bytes]


def encode_hotspots(  # noqa: PLR0913  the fields of one file
    *,
    region: str,
    serial: int,
    as_of: datetime,
    rule_version: str,
    records: Iterable[HotspotRecord],
    with_details: bool = True,
) -> bytes:
    """The canonical bytes of a pack of hotspots: the same records give the same bytes.

    Args:
        region: ISO 3166-1 alpha-2.
        serial: 1 to 2^64 - 1.
        as_of: the moment up to which reports were weighed, aware; cut to whole seconds.
        rule_version: at most 32 bytes of UTF-8.
        records: in any order; equal ones are kept once.
        with_details: False leaves every detail out.
    """
    # Hotspots that differ in their details only are one where details are left out.
    kept = set(records) if with_details else {replace(record, detail=b"") for record in records}
    rows = sorted((_place(record), record) for record in kept)
    return encode_columns(
        HotspotColumns(
            region=region,
            serial=serial,
            as_of=as_of,
            rule_version=rule_version,
            keys=array("Q", (key[0] for key, _ in rows)),
            identities=array("Q", (record.identity for _, record in rows)),
            classes=bytes(record.klass for _, record in rows),
            details=[record.detail for _, record in rows] if with_details else [],
        )
    )


def encode_columns(columns: HotspotColumns) -> bytes:
    """The canonical bytes of a pack of hotspots, from sound columns."""
    keys, identities = columns.keys, columns.identities
    first, rows = _rows(keys)
    named = sorted(filter(identities.__getitem__, range(len(keys))), key=identities.__getitem__)
    blob = b"".join(columns.details)
    ends = array("I", accumulate(map(len, columns.details)) if blob else ())
    opening = Opening(
        Kind.HOTSPOTS,
        columns.region,
        columns.serial,
        columns.as_of,
        columns.rule_version,
        _COUNTS.pack(len(keys), len(named), len(blob), max(len(rows) - 1, 0), first),
    )
    sections = (
        little_endian(rows),
        little_endian(array("I", (key % _ROW // ROW_E5 for key in keys))),
        bytes(key % ROW_E5 for key in keys),
        columns.classes,
        little_endian(identities),
        little_endian(array("I", named)),
        little_endian(ends),
        blob,
    )
    return seal(opening, sections)


def attach_hotspots(buffer: Buffer) -> HotspotPack:
    """A pack over the buffer, of which only the header and the sections' bounds were checked.

    For a file that was decoded before; O(1).  Look-ups are total whatever the content.

    Raises:
        BadPack: no header of hotspots, or sections that do not fill the file.
    """
    return _attach(memoryview(buffer).cast("B"), checked=False)


def _attach(view: memoryview, *, checked: bool) -> HotspotPack:
    opening = read_opening(view)
    if opening.kind is not Kind.HOTSPOTS:
        raise bad_pack("a pack of another kind than hotspots")
    count, named, blob_size, row_count, first_row = _COUNTS.unpack(opening.counts)
    if opening.counts[-8:] != bytes(8) or max(count, named, blob_size) >= 1 << 32:
        raise bad_pack("a pack with an impossible header")
    cursor = Cursor(view, checked=checked)
    sections = HotspotSections(
        first_row,
        cursor.take_integers("I", row_count + 1 if count else 0),
        cursor.take_integers("I", count),
        cursor.take(count),
        cursor.take(count),
        cursor.take_integers("Q", count),
        cursor.take_integers("I", named),
        cursor.take_integers("I", count if blob_size else 0),
        cursor.take(blob_size),
    )
    cursor.finish()
    header = PackHeader(
        region=opening.region,
        serial=opening.serial,
        as_of=opening.as_of,
        rule_version=opening.rule_version,
        kind=Kind.HOTSPOTS,
        hotspots=count,
    )
    return HotspotPack(header, sections)


def decode_hotspots(buffer: Buffer) -> HotspotPack:
    """A pack over the buffer, everything checked.

    Raises:
        PackTooNew: a format this version does not know.
        BadPack: anything else that is not exactly a pack of hotspots.
    """
    view = memoryview(buffer).cast("B")
    pack = _attach(view, checked=True)
    check_digest(view)
    try:
        columns = columns_of(pack)
        again = encode_columns(columns)
    except (IndexError, OverflowError) as error:
        raise bad_pack("a pack with an impossible hotspot") from error
    if again != view or not _are_sound(columns):
        raise bad_pack("a pack of hotspots that is not canonical")
    return pack


def columns_of(pack: HotspotPack) -> HotspotColumns:
    """The columns of a pack.

    Raises:
        BadPack: rows that are not of these hotspots.
    """
    header, s = pack.header, pack.sections
    edges = s.rows.tolist() or [0]
    if edges[0] or edges[-1] != len(s.longitudes) or edges != sorted(edges):
        raise bad_pack("a pack of hotspots whose rows are out of order")
    rows = (
        repeat((s.first_row + row) * _ROW, end - begin)
        for row, (begin, end) in enumerate(pairwise(s.rows))
    )
    lines = zip(chain.from_iterable(rows), s.longitudes, s.latitudes, strict=True)
    parts = pairwise(chain((0,), s.ends))
    return HotspotColumns(
        region=header.region,
        serial=header.serial,
        as_of=header.as_of,
        rule_version=header.rule_version,
        keys=array("Q", (row + lon * ROW_E5 + lat for row, lon, lat in lines)),
        identities=array("Q", s.identities),
        classes=bytes(s.classes),
        details=[bytes(s.details[begin:end]) for begin, end in parts],
    )


def _are_sound(columns: HotspotColumns) -> bool:
    """Whether the hotspots lie on earth, ascend, and none comes twice."""
    keys, identities, classes = columns.keys, columns.identities, columns.classes
    details = columns.details or [b""] * len(keys)
    rows = zip(keys, identities, classes, details, strict=True)
    return (
        all(a < b for a, b in pairwise(rows))
        and all(len(detail) <= MAX_DETAIL_BYTES for detail in details)
        and (not keys or keys[-1] // _ROW * ROW_E5 + keys[-1] % ROW_E5 <= -2 * SOUTH)
    )


def _rows(keys: "array[int]") -> "tuple[int, array[int]]":
    """The first row, and where it and every later one begins."""
    if not keys:
        return 0, array("I")
    first, last = keys[0] // _ROW, keys[-1] // _ROW
    starts = (bisect_left(keys, row * _ROW) for row in range(first, last + 1))
    return first, array("I", chain(starts, (len(keys),)))


def _place(record: HotspotRecord) -> tuple[int, int, int, bytes]:
    """Where a hotspot stands among all."""
    row, lat = divmod(record.lat_e5 - SOUTH, ROW_E5)
    key = row * _ROW + (record.lon_e5 - WEST) * ROW_E5 + lat
    return key, record.identity, record.klass, record.detail
