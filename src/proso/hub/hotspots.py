"""The hotspots a hub lists: one file a source and region, replaced whole by each import.

A city's list is a statement of what there is, not a log of events: importing a newer one removes
what the city removed.  So a list is a file of JSON lines, written durably and swapped in at once,
and two imports of the same file leave the same bytes.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proso.errors import BadFile, BadPack, BadPlace
from proso.hub.store import translated, write_durably
from proso.packs.hotspot_detail import decode_detail, encode_detail
from proso.values.hotspot import Hotspot
from proso.values.place import Position

FOLDER: Final = "hotspots"


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of a hub.

    Attributes:
        source: feed it is from.
        region: ISO 3166-1 alpha-2.
        hotspots: how many.
    """

    source: str
    region: str
    hotspots: int


def replace_list(directory: Path, source: str, region: str, hotspots: Iterable[Hotspot]) -> int:
    """Puts a source's hotspots of a region in place of those imported before.

    Returns:
        How many there are now.

    Raises:
        StoreFull: no room; the list before stays.
    """
    lines = [_line(one) for one in sorted(hotspots, key=lambda one: one.identity)]
    folder = directory / FOLDER
    with translated(directory):
        folder.mkdir(exist_ok=True)
    write_durably(folder / f"{region}.{source}.jsonl", "".join(lines).encode())
    return len(lines)


def listed(directory: Path, region: str) -> Iterator[Hotspot]:
    """The hotspots of a region, from every source, by source and identity.

    Raises:
        BadFile: a list of the hub is damaged.
    """
    for path in sorted((directory / FOLDER).glob(f"{region}.*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _hotspot(path, number, line)


def lists(directory: Path) -> list[Listed]:
    """What a hub lists, by region and source."""
    found = []
    for path in sorted((directory / FOLDER).glob("*.jsonl")):
        region, source, _ = path.name.split(".", 2)
        with path.open("rb") as lines:
            found.append(Listed(source, region, sum(1 for _ in lines)))
    return found


def _line(one: Hotspot) -> str:
    place = [round(one.position.lat, 5), round(one.position.lon, 5)]
    detail = encode_detail(one).decode()
    return f'{{"id":"{one.identity:016x}","at":{json.dumps(place)},"detail":{detail}}}\n'


def _hotspot(path: Path, number: int, line: str) -> Hotspot:
    try:
        fields = json.loads(line)
        lat, lon = fields["at"]
        detail = json.dumps(fields["detail"], ensure_ascii=False).encode()
        return decode_detail(int(fields["id"], 16), Position(lat, lon), detail)
    except (ValueError, KeyError, TypeError, BadPack, BadPlace) as error:
        raise BadFile(
            found=f"{path.name}, damaged at line {number}",
            expected="a list as an import wrote it",
            remedy="import its source again",
        ) from error
