"""Packs of hotspots from a hub's lists and reports: one a region, and one for share-alike data.

The same lists give the same bytes: publishing again without a change gives the same serial.
Records under the ODbL travel in a pack of their own wherever a region has others as well, so that
its terms reach no further than its data.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from proso.errors import Refused
from proso.hub.hotspot_reports import HotspotReports
from proso.hub.hotspots import FOLDER, listed
from proso.hub.store import Release, write_durably
from proso.packs.hotspot_records import RULE_VERSION, build_hotspots
from proso.reputation.hotspots import learn
from proso.values.hotspot import Hotspot

SHARE_ALIKE: Final = "ODbL-1.0"


@dataclass(frozen=True, slots=True)
class HotspotRelease:
    """One pack that was written.

    Attributes:
        release: region, serial, digest and file below ``packs/``.
        size_bytes: of the pack.
        licences: of the lists it holds.
        is_new: False where the lists had not changed.
    """

    release: Release
    size_bytes: int
    licences: tuple[str, ...]
    is_new: bool


def publish_hotspots(directory: Path, *, region: str, as_of: datetime) -> list[HotspotRelease]:
    """Writes the packs of a region.

    Args:
        directory: of the hub.
        region: ISO 3166-1 alpha-2.
        as_of: the moment, aware; cut to whole seconds.

    Raises:
        Refused: no list of the region was imported.
        BadFile: a list of the hub is damaged.
        StoreFull: no room; the packs before stay.
    """
    hotspots = {one.identity: one for one in listed(directory, region)}
    with HotspotReports.open(directory) as reports:
        told = learn(hotspots.values(), reports.of(region, now=as_of), now=as_of)
    hotspots = {one.identity: one for one in told}
    if not hotspots:
        raise Refused(
            found=f"no list of hotspots in {region}",
            expected="at least one",
            remedy="run: proso hub import hotspots FILE --source NAME",
        )
    shared = [one for one in hotspots.values() if one.licence == SHARE_ALIKE]
    others = [one for one in hotspots.values() if one.licence != SHARE_ALIKE]
    groups = [("hotspots", others or shared)]
    if shared and others:
        groups.append(("hotspots-odbl", shared))
    moment = as_of.replace(microsecond=0)
    return [_release(directory, region, name, them, moment) for name, them in groups]


def hotspot_releases(directory: Path, region: str, name: str = "hotspots") -> list[Release]:
    """What was published of a region, oldest first."""
    path = directory / FOLDER / f"releases-{region}-{name}.json"
    if not path.is_file():
        return []
    return [Release(**row) for row in json.loads(path.read_text("utf-8"))]


def _release(
    directory: Path, region: str, name: str, hotspots: Iterable[Hotspot], as_of: datetime
) -> HotspotRelease:
    rows = list(hotspots)
    licences = tuple(sorted({one.licence for one in rows}))
    earlier = hotspot_releases(directory, region, name)
    if earlier:
        newest = earlier[-1]
        then = datetime.fromtimestamp(newest.as_of, UTC)
        same = build_hotspots(rows, region=region, serial=newest.serial, as_of=then)
        if hashlib.sha256(same).hexdigest() == newest.digest:
            return HotspotRelease(newest, len(same), licences, is_new=False)
    serial = earlier[-1].serial + 1 if earlier else 1
    data = build_hotspots(rows, region=region, serial=serial, as_of=as_of)
    release = Release(
        region=region,
        serial=serial,
        as_of=int(as_of.timestamp()),
        digest=hashlib.sha256(data).hexdigest(),
        entries=len(rows),
        rule_version=RULE_VERSION,
        file=f"{region}-{name}-{serial}.pack",
    )
    packs = directory / "packs"
    write_durably(packs / release.file, data)
    register = json.dumps([asdict(one) for one in (*earlier, release)], indent=1)
    write_durably(directory / FOLDER / f"releases-{region}-{name}.json", register.encode())
    write_durably(packs / f"{region}-{name}.pack", data)
    return HotspotRelease(release, len(data), licences, is_new=True)
