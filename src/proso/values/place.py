"""Positions on the earth, and how far and in which direction another one lies."""

import math
import re
from dataclasses import dataclass
from typing import Final, Self

from proso.errors import BadPlace

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius in metres.  Source: IUGG 1980."""

_COMPASS: Final = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_COORDINATES: Final = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A point on the earth, WGS 84.

    Attributes:
        lat: degrees north, -90 to 90.
        lon: degrees east, -180 to 180.
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        # Chained comparisons are false for NaN, which is what a broken row gives.
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):  # noqa: PLR2004  the earth's
            raise BadPlace(
                found="a position that is not on the earth",
                expected="latitude -90 to 90 and longitude -180 to 180",
                remedy="check whether the two are exchanged",
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``48.8583, 2.2945``.

        Raises:
            BadPlace: the text is no pair of degrees on the earth.
        """
        matched = _COORDINATES.fullmatch(text[:64])
        if not matched:
            raise BadPlace(
                found="a text that is no pair of coordinates",
                expected="degrees north and degrees east, such as 48.8583,2.2945",
                remedy="write it like that, or name a listed place",
            )
        return cls(float(matched[1]), float(matched[2]))

    def distance_m(self, other: "Position") -> float:
        """Metres to another position along the earth's surface, 0 to 20,015,115."""
        lat1, lat2 = math.radians(self.lat), math.radians(other.lat)
        half_lat = math.sin((lat2 - lat1) / 2)
        half_lon = math.sin(math.radians(other.lon - self.lon) / 2)
        chord = half_lat * half_lat + math.cos(lat1) * math.cos(lat2) * half_lon * half_lon
        return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))

    def bearing(self, other: "Position") -> float:
        """The direction in which another position lies: degrees clockwise from north, 0 to 360."""
        lat1, lat2 = math.radians(self.lat), math.radians(other.lat)
        turn = math.radians(other.lon - self.lon)
        east = math.sin(turn) * math.cos(lat2)
        north = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(turn)
        return math.degrees(math.atan2(east, north)) % 360

    def direction(self, other: "Position") -> str:
        """The same as one of the eight compass points, such as ``NE``."""
        return _COMPASS[round(self.bearing(other) / 45) % 8]

    def __repr__(self) -> str:
        # Where somebody is belongs in no log: a value that prints itself would end up there.
        return "Position(•)"
