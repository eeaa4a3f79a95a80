"""Hotspots as a phone carries them: sorted into rows of latitude, found by place or by identity.

Rows are 0.001 degrees high (111 m) and each is sorted by longitude, so that a circle is a few
short runs: no tree, and nothing is parsed when the file is opened.
"""

import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, chain, pairwise, repeat
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Final

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

E5: Final = 100_000
"""Positions are in 1/100,000 degree: 1.1 m of latitude."""

ROW_E5: Final = 100
"""Height of a row, in the same unit."""

MAX_RADIUS_M: Final = 100_000
"""Beyond it a phone asks for half a country."""

MAX_DETAIL_BYTES: Final = 65_536
"""Of one hotspot; what a person reads of it is below 1 kB."""

_COUNTS: Final = struct.Struct("<QQQIi8x")
_EARTH_M: Final = 6_371_008.8  # mean radius, IUGG
_METRES_PER_E5: Final = radians(1 / E5) * _EARTH_M
_SOUTH, _WEST = -90 * E5, -180 * E5
_ROW: Final = 360 * E5 * ROW_E5  # one row's share of the keys: longitude x 100 + latitude


@dataclass(frozen=True, slots=True, order=True)
class HotspotRecord:
    """One hotspot of a pack.

    Attributes:
        lat_e5: latitude in 1/100,000 degree, -9,000,000 to 9,000,000.
        lon_e5: longitude in the same unit, -18,000,000 to 17,999,999.
        identity: what tells it from others, as its publisher derives it; 0 for none.
        klass: 0 to 255, the publisher's class.
        detail: what else is published of it; opaque here.
    """

    lat_e5: int
    lon_e5: int
    identity: int
    klass: int
    detail: bytes = b""

    def __post_init__(self) -> None:
        if not (
            abs(self.lat_e5) <= -_SOUTH
            and _WEST <= self.lon_e5 < -_WEST
            and 0 <= self.identity < 1 << 64
            and 0 <= self.klass < 1 << 8
            and len(self.detail) <= MAX_DETAIL_BYTES
        ):
            raise Misuse(
                found="a hotspot outside what a pack can carry",
                expected=f"a place on earth, 64 and 8 bits, at most {MAX_DETAIL_BYTES} bytes",
                remedy="check the position's unit",
            )


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
    rows = sorted((_place(record), record) for record in set(records))
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


def attach_hotspots(buffer: Buffer) -> "HotspotPack":
    """A pack over the buffer, of which only the header and the sections' bounds were checked.

    For a file that was decoded before; O(1).  Look-ups are total whatever the content.

    Raises:
        BadPack: no header of hotspots, or sections that do not fill the file.
    """
    view = memoryview(buffer).cast("B")
    opening = read_opening(view)
    if opening.kind is not Kind.HOTSPOTS:
        raise bad_pack("a pack of another kind than hotspots")
    count, named, blob_size, row_count, first_row = _COUNTS.unpack(opening.counts)
    if opening.counts[-8:] != bytes(8) or max(count, named, blob_size) >= 1 << 32:
        raise bad_pack("a pack with an impossible header")
    cursor = Cursor(view)
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


def decode_hotspots(buffer: Buffer) -> "HotspotPack":
    """A pack over the buffer, everything checked.

    Raises:
        PackTooNew: a format this version does not know.
        BadPack: anything else that is not exactly a pack of hotspots.
    """
    view = memoryview(buffer).cast("B")
    pack = attach_hotspots(view)
    check_digest(view)
    try:
        columns = columns_of(pack)
        again = encode_columns(columns)
    except (IndexError, OverflowError) as error:
        raise bad_pack("a pack with an impossible hotspot") from error
    if again != view or not _are_sound(columns):
        raise bad_pack("a pack of hotspots that is not canonical")
    return pack


def columns_of(pack: "HotspotPack") -> HotspotColumns:
    """The columns of a pack."""
    header, s = pack.header, pack.sections
    rows = (
        repeat((s.first_row + row) * _ROW, end - begin)
        for row, (begin, end) in enumerate(pairwise(s.rows))
    )
    lines = zip(chain.from_iterable(rows), s.longitudes, s.latitudes, strict=True)
    edges = pairwise(chain((0,), s.ends))
    return HotspotColumns(
        region=header.region,
        serial=header.serial,
        as_of=header.as_of,
        rule_version=header.rule_version,
        keys=array("Q", (row + lon * ROW_E5 + lat for row, lon, lat in lines)),
        identities=array("Q", s.identities),
        classes=bytes(s.classes),
        details=[bytes(s.details[begin:end]) for begin, end in edges],
    )


def _are_sound(columns: HotspotColumns) -> bool:
    """Whether the hotspots lie on earth, ascend, and none comes twice."""
    keys, identities, classes = columns.keys, columns.identities, columns.classes
    details = columns.details or [b""] * len(keys)
    rows = zip(keys, identities, classes, details, strict=True)
    return (
        all(a < b for a, b in pairwise(rows))
        and all(len(detail) <= MAX_DETAIL_BYTES for detail in details)
        and (not keys or keys[-1] // _ROW * ROW_E5 + keys[-1] % ROW_E5 <= -2 * _SOUTH)
    )


def _rows(keys: "array[int]") -> "tuple[int, array[int]]":
    """The first row, and where it and every later one begins."""
    if not keys:
        return 0, array("I")
    first, last = keys[0] // _ROW, keys[-1] // _ROW
    starts = (bisect_left(keys, row * _ROW) for row in range(first, last + 1))
    return first, array("I", chain(starts, (len(keys),)))


@dataclass(frozen=True, slots=True)
class HotspotSections:
    """The parts of a pack as they lie in the file; docs/reference/pack-format.md says what."""

    first_row: int
    rows: memoryview
    longitudes: memoryview
    latitudes: memoryview
    classes: memoryview
    identities: memoryview
    order: memoryview
    ends: memoryview
    details: memoryview


class HotspotPack:
    """The hotspots of a region.

    Attributes:
        header: what the pack says of itself.
        sections: the parts as they lie in the file.
    """

    __slots__ = ("header", "sections")

    def __init__(self, header: PackHeader, sections: HotspotSections) -> None:
        self.header = header
        self.sections = sections

    def near(self, lat: float, lon: float, radius_m: float) -> list[tuple[float, HotspotRecord]]:
        """What is listed within a circle, nearest first.

        Args:
            lat: degrees, -90 to 90.
            lon: degrees, -180 to 180.
            radius_m: metres, at most 100,000.

        Returns:
            (distance in metres, hotspot).

        Raises:
            Misuse: no place on earth, or a larger radius.
        """
        if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 <= radius_m <= MAX_RADIUS_M):  # noqa: PLR2004
            raise Misuse(
                found="a circle that is not on earth or too large",
                expected=f"latitude, longitude in degrees and at most {MAX_RADIUS_M} m",
                remedy="check the order and unit of the arguments",
            )
        try:
            found = [
                (distance, self._record(place))
                for begin, end in self._runs(lat, lon, radius_m)
                for distance, place in self._within(begin, end, lat, lon, radius_m)
            ]
        except (IndexError, Misuse):  # a file damaged after it was installed
            return []
        found.sort(key=_distance)
        return found

    def find(self, identity: int) -> list[HotspotRecord]:
        """Every hotspot of an identity, south to north; none for identity 0."""
        order, identities = self.sections.order, self.sections.identities
        found = []
        try:
            place = bisect_left(order, identity, key=identities.__getitem__) if identity else 0
            while identity and place < len(order) and identities[order[place]] == identity:
                found.append(self._record(order[place]))
                place += 1
        except (IndexError, Misuse):  # a file damaged after it was installed
            return []
        return found

    def records(self) -> Iterator[HotspotRecord]:
        """All hotspots, in the order of the file: by row, longitude, latitude."""
        return map(self._record, range(self.header.hotspots))

    def __len__(self) -> int:
        return self.header.hotspots

    def __repr__(self) -> str:
        return f"HotspotPack({self.header.region} {self.header.serial}, {len(self)} hotspots)"

    def _record(self, place: int) -> HotspotRecord:
        s = self.sections
        row = s.first_row + bisect_right(s.rows, place) - 1
        begin = (s.ends[place - 1] if place else 0) if len(s.ends) else 0
        return HotspotRecord(
            row * ROW_E5 + s.latitudes[place] + _SOUTH,
            s.longitudes[place] + _WEST,
            s.identities[place],
            s.classes[place],
            bytes(s.details[begin : s.ends[place]]) if len(s.ends) else b"",
        )

    def _runs(self, lat: float, lon: float, radius_m: float) -> Iterator[tuple[int, int]]:
        """Places in the file, row by row, among which are all hotspots of the circle."""
        s = self.sections
        reach = radius_m / _METRES_PER_E5 + 1
        y, x = lat * E5 - _SOUTH, lon * E5 - _WEST
        first = max(int((y - reach) // ROW_E5) - s.first_row, 0)
        last = min(int((y + reach) // ROW_E5) - s.first_row, len(s.rows) - 2)
        # The half width of a circle of angular radius r at latitude p is asin(sin r / cos p).
        sine, cosine = sin(radius_m / _EARTH_M + 1e-7), cos(radians(lat))
        width = degrees(asin(sine / cosine)) * E5 + 1 if sine < cosine else float(-_WEST)
        whole = -2 * _WEST
        spans = [(x - width, x + width)]
        if x - width < 0:
            spans.append((x - width + whole, float(whole)))
        if x + width >= whole:
            spans.append((0.0, x + width - whole))
        if width >= -_WEST:
            spans = [(0.0, float(whole))]
        for row in range(first, last + 1):
            begin, end = s.rows[row], s.rows[row + 1]
            if begin < end:
                for left, right in spans:
                    at = bisect_left(s.longitudes, left, begin, end)
                    yield at, bisect_right(s.longitudes, right, at, end)

    def _within(
        self, begin: int, end: int, lat: float, lon: float, radius_m: float
    ) -> Iterator[tuple[float, int]]:
        if begin >= end:
            return
        s = self.sections
        south = (s.first_row + bisect_right(s.rows, begin) - 1) * ROW_E5 + _SOUTH
        parallel = cos(radians(lat))
        for place in range(begin, end):
            place_lat = (south + s.latitudes[place]) / E5
            rise = sin(radians(place_lat - lat) / 2)
            run = sin(radians((s.longitudes[place] + _WEST) / E5 - lon) / 2)
            half = rise * rise + parallel * cos(radians(place_lat)) * run * run
            distance = 2 * _EARTH_M * asin(sqrt(min(half, 1.0)))
            if distance <= radius_m:
                yield distance, place


def _distance(found: tuple[float, HotspotRecord]) -> float:
    return found[0]


def _place(record: HotspotRecord) -> tuple[int, int, int, bytes]:
    """Where a hotspot stands among all."""
    row, lat = divmod(record.lat_e5 - _SOUTH, ROW_E5)
    key = row * _ROW + (record.lon_e5 - _WEST) * ROW_E5 + lat
    return key, record.identity, record.klass, record.detail
