"""Hotspots as a phone carries them: sorted into rows of latitude, found by place or by identity.

Rows are 0.001 degrees high (111 m) and each is sorted by longitude, so that a circle is a few
short runs: no tree, and nothing is parsed when the file is opened.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Final

from proso.errors import Misuse
from proso.packs.layout import PackHeader

E5: Final = 100_000
"""Positions are in 1/100,000 degree: 1.1 m of latitude."""

ROW_E5: Final = 100
"""Height of a row, in the same unit."""

MAX_RADIUS_M: Final = 100_000
"""Beyond it a phone asks for half a country."""

MAX_DETAIL_BYTES: Final = 65_536
"""Of one hotspot; what a person reads of it is below 1 kB."""

_EARTH_M: Final = 6_371_008.8  # mean radius, IUGG
_RADIANS_PER_E5: Final = radians(1 / E5)
_METRES_PER_E5: Final = _RADIANS_PER_E5 * _EARTH_M
SOUTH, WEST = -90 * E5, -180 * E5
_ROUNDING_M: Final = 1e-6  # of the arithmetic; positions are no finer than a metre


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
            abs(self.lat_e5) <= -SOUTH
            and WEST <= self.lon_e5 < -WEST
            and 0 <= self.identity < 1 << 64
            and 0 <= self.klass < 1 << 8
            and len(self.detail) <= MAX_DETAIL_BYTES
        ):
            raise Misuse(
                found="a hotspot outside what a pack can carry",
                expected=f"a place on earth, 64 and 8 bits, at most {MAX_DETAIL_BYTES} bytes",
                remedy="check the position's unit",
            )


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
                (distance, self._record(place, row))
                for row, begin, end in self._runs(lat, lon, radius_m)
                for distance, place in self._within(row, begin, end, lat, lon, radius_m)
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
                found.append(self._record(order[place], self._row_of(order[place])))
                place += 1
        except (IndexError, Misuse):  # a file damaged after it was installed
            return []
        return found

    def records(self) -> Iterator[HotspotRecord]:
        """All hotspots, in the order of the file: by row, longitude, latitude."""
        rows = self.sections.rows
        for row, (begin, end) in enumerate(pairwise(rows), start=self.sections.first_row):
            for place in range(begin, end):
                yield self._record(place, row)

    def __len__(self) -> int:
        return self.header.hotspots

    def __repr__(self) -> str:
        return f"HotspotPack({self.header.region} {self.header.serial}, {len(self)} hotspots)"

    def _row_of(self, place: int) -> int:
        return self.sections.first_row + bisect_right(self.sections.rows, place) - 1

    def _record(self, place: int, row: int) -> HotspotRecord:
        s = self.sections
        begin = (s.ends[place - 1] if place else 0) if len(s.ends) else 0
        return HotspotRecord(
            row * ROW_E5 + s.latitudes[place] + SOUTH,
            s.longitudes[place] + WEST,
            s.identities[place],
            s.classes[place],
            bytes(s.details[begin : s.ends[place]]) if len(s.ends) else b"",
        )

    def _runs(self, lat: float, lon: float, radius_m: float) -> Iterator[tuple[int, int, int]]:
        """(row, begin, end): places among which are all hotspots of the circle, row by row."""
        s = self.sections
        reach = radius_m / _METRES_PER_E5 + 1
        y, x = lat * E5 - SOUTH, lon * E5 - WEST
        first = max(int((y - reach) // ROW_E5) - s.first_row, 0)
        last = min(int((y + reach) // ROW_E5) - s.first_row, len(s.rows) - 2)
        # The half width of a circle of angular radius r at latitude p is asin(sin r / cos p).
        sine, cosine = sin(radius_m / _EARTH_M + 1e-7), cos(radians(lat))
        width = degrees(asin(sine / cosine)) * E5 + 1 if sine < cosine else float(-WEST)
        whole = -2 * WEST
        spans = [(x - width, x + width)]
        if x - width < 0:
            spans.append((x - width + whole, float(whole)))
        if x + width >= whole:
            spans.append((0.0, x + width - whole))
        if width >= -WEST:
            spans = [(0.0, float(whole))]
        for row in range(first, last + 1):
            begin, end = s.rows[row], s.rows[row + 1]
            if begin < end:
                for left, right in spans:
                    at = bisect_left(s.longitudes, left, begin, end)
                    yield s.first_row + row, at, bisect_right(s.longitudes, right, at, end)

    def _within(  # noqa: PLR0913  a run of a row, and a circle
        self, row: int, begin: int, end: int, lat: float, lon: float, radius_m: float
    ) -> Iterator[tuple[float, int]]:
        if begin >= end:
            return
        latitudes, longitudes = self.sections.latitudes, self.sections.longitudes
        centre, south = radians(lat), row * ROW_E5 + SOUTH
        parallel, middle = cos(centre), radians(lon)
        farthest = sin((radius_m + _ROUNDING_M) / (2 * _EARTH_M)) ** 2
        for place in range(begin, end):
            # The haversine formula; its last step is left for those within the circle.
            other = (south + latitudes[place]) * _RADIANS_PER_E5
            rise = sin((other - centre) / 2)
            run = sin(((longitudes[place] + WEST) * _RADIANS_PER_E5 - middle) / 2)
            half = rise * rise + parallel * cos(other) * run * run
            if half <= farthest:
                yield 2 * _EARTH_M * asin(sqrt(half)), place


def _distance(found: tuple[float, HotspotRecord]) -> float:
    return found[0]
