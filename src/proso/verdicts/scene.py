"""What is heard, listed and remembered at one moment: what ranking and the twin check both ask."""

from dataclasses import dataclass, field
from typing import Final

from proso.values.hotspot import AccessPoint, Hotspot, Security, radio_family
from proso.values.place import Position

LISTED_WITHIN_M: Final = 180
"""How far from its listed place a hotspot may be heard.  On the walk of `benchmarks/wifi_twins.py`
one scan in 1,000 that hears a network well is further away, with a list that is off by 20 m."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What this device knows of one network from having been online through it.  Never reported.

    Attributes:
        radios: addresses it was online through.
        neighbours: addresses of other radios that were in range then.
        security: the strongest protection it was met with; None where never joined.
        places: where it was joined, at most a handful.
        portal_host: host of its sign-in page, "" for none.
        portal_secure: whether that page came over verified TLS.
    """

    radios: frozenset[int] = frozenset()
    neighbours: frozenset[int] = frozenset()
    security: Security | None = None
    places: tuple[Position, ...] = ()
    portal_host: str = ""
    portal_secure: bool = False

    @property
    def families(self) -> frozenset[bytes]:
        """Families of the radios."""
        return frozenset(map(radio_family, self.radios))


@dataclass(frozen=True, slots=True)
class Scene:
    """What is heard and known at one moment.

    Attributes:
        sightings: every access point heard within the last seconds; one that was heard twice may
            be in it twice.
        position: where the device is, None where not known.
        accuracy_m: how far off that may be.
        near: (distance in metres, hotspot) of what the pack lists around; empty without position.
        listed_names: every network name the pack of the region lists.
        acquaintances: by network name.
        moving: families of radios known to be on vehicles.
    """

    sightings: tuple[AccessPoint, ...]
    position: Position | None = None
    accuracy_m: float = 50
    near: tuple[tuple[float, Hotspot], ...] = ()
    listed_names: frozenset[bytes] = frozenset()
    acquaintances: dict[bytes, Acquaintance] = field(default_factory=dict)
    moving: frozenset[bytes] = frozenset()

    def listed_here(self, ssid: bytes) -> tuple[Hotspot, ...]:
        """Hotspots of that name within reach, nearest first."""
        reach = LISTED_WITHIN_M + self.accuracy_m
        return tuple(one for distance, one in self.near if distance <= reach and ssid in one.ssids)
