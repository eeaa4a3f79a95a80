"""Radios on vehicles: which address families belong to no place.

One JSON file an operator: ``{"company": {"name"}, "vehicles": [{"bssid": [..], ...}]}``.  Only the
families are kept (octets 2 to 4, `proso.values.hotspot.radio_family`), not the vehicles' addresses
and not where they were.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from proso.errors import BadFile, Misuse
from proso.hub.store import write_durably
from proso.values.hotspot import parse_bssid, radio_family


@dataclass(frozen=True, slots=True)
class Moving:
    """What the files of vehicles hold.

    Attributes:
        families: of their radios.
        vehicles: how many have a radio.
        radios: how many there are.
        refused: addresses that are none.
    """

    families: frozenset[bytes]
    vehicles: int
    radios: int
    refused: int


def read_moving(paths: Iterable[Path]) -> Moving:
    """The families of all files together.

    Raises:
        BadFile: one is no such file.
    """
    families: set[bytes] = set()
    vehicles = radios = refused = 0
    for path in paths:
        for addresses in _vehicles(path):
            known = 0
            for text in addresses:
                try:
                    families.add(radio_family(parse_bssid(str(text))))
                    known += 1
                except Misuse:
                    refused += 1
            vehicles, radios = vehicles + bool(known), radios + known
    return Moving(frozenset(families), vehicles, radios, refused)


def write_moving(directory: Path, moving: Moving) -> Path:
    """Puts the families beside a hub's packs; returns the file.

    Raises:
        StoreFull: no room; the file before stays.
    """
    path = directory / "packs" / "moving.json"
    families = sorted(family.hex() for family in moving.families)
    write_durably(path, json.dumps({"families": families}).encode())
    return path


def _vehicles(path: Path) -> list[list[object]]:
    try:
        document = json.loads(path.read_text("utf-8"))
        return [list(one["bssid"]) for one in document["vehicles"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadFile(
            found=f"{path.name}, which holds no vehicles ({type(error).__name__})",
            expected='JSON with "vehicles", each with "bssid"',
            remedy="check that it is the right file",
        ) from error
