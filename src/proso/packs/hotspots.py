"""Hotspots as a phone carries them: sorted into rows of latitude, found by place or by identity.

Rows are 0.001 degrees high (111 m) and each is sorted by longitude, so that a circle is a few
short runs: no tree, and nothing is parsed when the file is opened.
"""

import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
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
    rows = sorted(set(records), key=_place)
    lines = [_row(record) for record in rows]
    first = lines[0] if lines else 0
    starts = [0] * (lines[-1] - first + 1) if lines else []
    for line in lines:
        starts[line - first] += 1
    named = sorted((r.identity, i) for i, r in enumerate(rows) if r.identity)
    details = [record.detail if with_details else b"" for record in rows]
    blob = b"".join(details)
    ends = array("I", accumulate(map(len, details)) if blob else ())
    opening = Opening(
        Kind.HOTSPOTS,
        region,
        serial,
        as_of,
        rule_version,
        _COUNTS.pack(len(rows), len(named), len(blob), len(starts), first),
    )
    sections = (
        little_endian(array("I", accumulate(starts, initial=0) if starts else ())),
        little_endian(array("I", (record.lon_e5 - _WEST for record in rows))),
        bytes((record.lat_e5 - _SOUTH) % ROW_E5 for record in rows),
        bytes(record.klass for record in rows),
        little_endian(array("Q", (record.identity for record in rows))),
        little_endian(array("I", (i for _, i in named))),
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
    sections = _Sections(
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
        again = encode_hotspots(
            region=pack.header.region,
            serial=pack.header.serial,
            as_of=pack.header.as_of,
            rule_version=pack.header.rule_version,
            records=pack.records(),
        )
    except (Misuse, IndexError, OverflowError) as error:
        raise bad_pack("a pack with an impossible hotspot") from error
    if again != view:
        raise bad_pack("a pack of hotspots that is not canonical")
    return pack


@dataclass(frozen=True, slots=True)
class _Sections:
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
    """

    __slots__ = ("_sections", "header")

    def __init__(self, header: PackHeader, sections: _Sections) -> None:
        self.header = header
        self._sections = sections

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
        order, identities = self._sections.order, self._sections.identities
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
        s = self._sections
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
        s = self._sections
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
        s = self._sections
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


def _row(record: HotspotRecord) -> int:
    return (record.lat_e5 - _SOUTH) // ROW_E5


def _place(record: HotspotRecord) -> tuple[int, int, int, int, int, bytes]:
    return (
        _row(record),
        record.lon_e5,
        record.lat_e5,
        record.identity,
        record.klass,
        record.detail,
    )
