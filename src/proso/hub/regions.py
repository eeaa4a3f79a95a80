"""The regions a hub is initialised with: a launch file of `proso market launch`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from proso.errors import BadFile
from proso.hub.store import write_durably
from proso.values.numbering import is_region

_FILE: Final = "regions.json"
_MOST_BYTES: Final = 1_000_000
"""A launch of every country in the world is a tenth of this."""


@dataclass(frozen=True, slots=True)
class HubRegion:
    """One region of a hub: ISO 3166-1 alpha-2, its name, and what was missing at the launch."""

    region: str
    name: str
    missing: tuple[str, ...]


def read(path: Path) -> tuple[HubRegion, ...]:
    """The regions of a launch file.

    Raises:
        BadFile: no launch file, or a region with no numbering plan.
    """
    try:
        data = path.read_bytes()
        entries = json.loads(data[:_MOST_BYTES])["regions"]
        return tuple(_region(entry) for entry in entries)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFile(
            found=f"{path}: {error}",
            expected="a launch file of regions that have numbering plans",
            remedy="write one with: proso market launch --out launch.json",
        ) from error


def _region(entry: Mapping[str, Any]) -> HubRegion:
    region = str(entry["region"])
    if not is_region(region):
        raise ValueError(f"{region!r} is no region")
    return HubRegion(
        region, str(entry.get("name", region)), tuple(map(str, entry.get("missing", ())))
    )


def keep(directory: Path, path: Path) -> tuple[HubRegion, ...]:
    """Initialises a hub with the regions of a launch file; a later file replaces them."""
    regions = read(path)
    write_durably(directory / _FILE, path.read_bytes())
    return regions


def kept(directory: Path) -> tuple[HubRegion, ...]:
    """The regions a hub was initialised with; none where it was initialised without."""
    path = directory / _FILE
    return read(path) if path.exists() else ()
