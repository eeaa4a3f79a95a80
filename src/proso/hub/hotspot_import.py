"""Files of hotspots into a hub's lists, one list a region."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from proso.errors import BadFile, BadListing
from proso.hub.feeds.hotspots import Found, Source, read, unique
from proso.hub.hotspots import replace_list
from proso.packs.hotspot_detail import decode_detail, encode_detail

if TYPE_CHECKING:
    from proso.values.hotspot import Hotspot


@dataclass(slots=True)
class ImportSummary:
    """What an import came to.

    Attributes:
        read: records met.
        listed: hotspots in each region's list now.
        merged: records that name a place listed already.
        unplaced: records without a position.
        left_out: records that are no free hotspot, or whose owner opted out.
        refused: records that cannot be true.
    """

    read: int = 0
    listed: dict[str, int] = field(default_factory=dict)
    merged: int = 0
    unplaced: int = 0
    left_out: int = 0
    refused: list[BadListing] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Counts, for scripts."""
        return {
            "read": self.read,
            "listed": self.listed,
            "merged": self.merged,
            "unplaced": self.unplaced,
            "left_out": self.left_out,
            "refused": len(self.refused),
        }

    def sentence(self) -> str:
        """One line for people."""
        where = ", ".join(f"{count:,} in {region}" for region, count in self.listed.items())
        parts = [f"{self.read:,} records: {where or 'none listed'}"]
        if self.merged:
            parts.append(f"{self.merged:,} name a place that is listed already")
        if self.unplaced:
            parts.append(f"{self.unplaced:,} without a position")
        if self.left_out:
            parts.append(f"{self.left_out:,} closed, paid or opted out")
        if self.refused:
            parts.append(f"{len(self.refused):,} refused")
        return "; ".join(parts)


def import_lists(
    directory: Path, files: Iterable[Path], source: Source, *, region: str
) -> ImportSummary:
    """Reads the files and replaces the source's list of each region they hold.

    Nothing is replaced before every file was read to its end.

    Args:
        directory: of the hub.
        files: all parts of the list; what is in none of them is not listed any more.
        source: which list it is.
        region: for lists that name none, or to take one region out of several.

    Raises:
        BadFile: a file cannot be read, or no region is known; nothing was replaced.
    """
    summary = ImportSummary()
    regions: dict[str, list[Hotspot]] = {}
    for path in files:
        found = Found()
        for where, hotspot in read(path, source, found, region=region):
            regions.setdefault(where, []).append(hotspot)
        summary.read += found.read
        summary.unplaced += found.unplaced
        summary.left_out += found.left_out
        summary.refused += found.refused
    if "" in regions:
        raise BadFile(
            found=f"a list ({source.name}) that names no region",
            expected="the region of its rows",
            remedy="say --region",
        )
    for where, hotspots in sorted(regions.items()):
        places = unique(hotspots)
        for one in places.values():
            # What a pack cannot carry must not wait for publishing to be found out.
            decode_detail(one.identity, one.position, encode_detail(one))
        summary.merged += len(hotspots) - len(places)
        summary.listed[where] = replace_list(directory, source.name, where, places.values())
    return summary
