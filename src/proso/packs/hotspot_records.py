"""Hotspots in and out of the records a pack carries."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from proso.packs.hotspot_detail import decode_detail, encode_detail
from proso.packs.hotspots import HotspotPack, HotspotRecord, encode_hotspots
from proso.values.hotspot import Hotspot, core_class
from proso.values.place import Position

RULE_VERSION: Final = "hotspots-1"
"""Version of the rule that lists hotspots; it travels in the pack."""

E5: Final = 100_000
"""Positions are in 1/100,000 degree."""

_WHOLE: Final = 360 * E5
_HALF: Final = 180 * E5


def record_of(hotspot: Hotspot) -> HotspotRecord:
    """The record of a hotspot."""
    lon = (round(hotspot.position.lon * E5) + _HALF) % _WHOLE - _HALF  # 180 degrees is -180
    return HotspotRecord(
        lat_e5=round(hotspot.position.lat * E5),
        lon_e5=lon,
        identity=hotspot.identity,
        klass=core_class(hotspot),
        detail=encode_detail(hotspot),
    )


def hotspot_of(record: HotspotRecord) -> Hotspot:
    """The hotspot of a record.

    Raises:
        BadPack: its descriptive part cannot be read.
    """
    position = Position(record.lat_e5 / E5, record.lon_e5 / E5)
    return decode_detail(record.identity, position, record.detail)


def build_hotspots(
    hotspots: Iterable[Hotspot], *, region: str, serial: int, as_of: datetime
) -> bytes:
    """The canonical pack of some hotspots, in any order; each identity once."""
    rows = {one.identity: one for one in hotspots}
    return encode_hotspots(
        region=region,
        serial=serial,
        as_of=as_of,
        rule_version=RULE_VERSION,
        records=[record_of(one) for one in rows.values()],
    )


def near(pack: HotspotPack, position: Position, radius_m: float) -> list[tuple[float, Hotspot]]:
    """What is listed around a position, nearest first: (metres, hotspot).

    Raises:
        BadPack: a record cannot be read.
    """
    found = pack.near(position.lat, position.lon, radius_m)
    return [(distance, hotspot_of(record)) for distance, record in found]
