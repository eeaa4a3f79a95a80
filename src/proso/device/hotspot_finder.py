"""What the installed packs list around a place, and what a scan there looks like to a verdict."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from proso.device.packfile import open_any_pack
from proso.device.wifi_memory import WifiMemory
from proso.errors import BadPack, BadPlace
from proso.packs.hotspot_records import hotspot_of, near
from proso.packs.hotspots import HotspotPack
from proso.values.hotspot import AccessPoint, Hotspot, display_name
from proso.values.place import Position
from proso.verdicts.scene import LISTED_WITHIN_M, Scene


@dataclass(frozen=True, slots=True)
class Finder:
    """Packs of hotspots.

    Attributes:
        packs: open, in any order.
        moving: families of radios on vehicles, from ``moving.json`` beside them.
    """

    packs: tuple[HotspotPack, ...]
    moving: frozenset[bytes] = frozenset()

    @classmethod
    def open(cls, paths: Iterable[Path]) -> "Finder":
        """The packs of some files.

        Raises:
            BadPack: one is no sound pack of hotspots.
        """
        opened = []
        moving: frozenset[bytes] = frozenset()
        for path in paths:
            moving |= _moving_beside(path)
            pack = open_any_pack(path)
            if not isinstance(pack, HotspotPack):
                raise BadPack(
                    found=f"{path.name}, a pack of numbers",
                    expected="a pack of hotspots",
                    remedy="name one that `proso hub hotspots` wrote",
                )
            opened.append(pack)
        return cls(tuple(opened), moving)

    def near(self, position: Position, radius_m: float) -> list[tuple[float, Hotspot]]:
        """What is listed around a position, nearest first: (metres, hotspot)."""
        found = [one for pack in self.packs for one in near(pack, position, radius_m)]
        return sorted(found, key=lambda one: (one[0], one[1].identity))

    def place(self, text: str) -> Position:
        """The position a person means: degrees, or part of a listed place's name.

        Raises:
            BadPlace: neither; or nothing is listed under that name.
        """
        try:
            return Position.parse(text)
        except BadPlace:
            wanted = text.casefold().strip()
        named = [
            one
            for pack in self.packs
            for record in pack.records()
            if wanted and wanted in (one := hotspot_of(record)).name.casefold()
        ]
        if not named:
            raise BadPlace(
                found="a place that no pack lists",
                expected="degrees such as 40.7536,-73.9832, or part of a listed place's name",
                remedy="try another word, or give the degrees",
            )
        return min(named, key=lambda one: (len(one.name), one.identity)).position

    def scene(
        self, heard: tuple[AccessPoint, ...], memory: WifiMemory, *, accuracy_m: float = 50
    ) -> Scene:
        """What a verdict needs to know of a scan."""
        here = memory.position
        around = self.near(here, LISTED_WITHIN_M + accuracy_m) if here is not None else []
        names = frozenset(
            ssid
            for pack in self.packs
            for record in pack.records()
            for ssid in _ssids(record.detail, heard)
        )
        return Scene(
            sightings=heard,
            position=here,
            accuracy_m=accuracy_m,
            near=tuple(around),
            listed_names=names,
            acquaintances=memory.acquaintances,
            moving=self.moving,
        )


def _moving_beside(path: Path) -> frozenset[bytes]:
    """The families named beside a pack; none where there is no such file, or it is damaged."""
    try:
        fields = json.loads((path.parent / "moving.json").read_text("utf-8"))
        return frozenset(bytes.fromhex(one) for one in fields["families"])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def _ssids(detail: bytes, heard: tuple[AccessPoint, ...]) -> list[bytes]:
    """Which of the names in range a record lists; by its bytes, which is 40 times as fast."""
    return [name for name in {one.ssid for one in heard} if name and name.hex().encode() in detail]


def shown_name(hotspot: Hotspot) -> str:
    """A listed hotspot's name for people: of the place, and of its network where that is known."""
    ssids = ", ".join(display_name(ssid) for ssid in hotspot.ssids)
    name = display_name(hotspot.name.encode()) if hotspot.name else "a hotspot"
    return f"{name} ({ssids})" if ssids else name
