"""Lists of hotspots as cities and OpenStreetMap publish them: one reader a source.

Each source has its own columns, notation and mistakes; a `Source` says which reader it needs, what
the whole list has in common (region, programme, licence) and where it is from.  Passwords that a
source publishes are never read, and neither are networks whose owner opted out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import h3

from proso.errors import BadFile, BadListing, BadPlace, Misuse
from proso.hub.feeds import hotspot_rows as rows
from proso.hub.feeds.hotspot_rows import Row
from proso.hub.feeds.hotspot_text import records
from proso.values.hotspot import (
    MAX_SSID_BYTES,
    Hotspot,
    SignIn,
    hotspot_identity,
    is_opted_out,
)
from proso.values.place import Position

CELL_RESOLUTION: Final = 9
"""H3 cells of about 0.1 km²: a block or two, which is how well a phone knows where it is."""

ODBL: Final = "ODbL-1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What all rows of one list have in common.

    Attributes:
        name: of the feed; part of every identity.
        region: ISO 3166-1 alpha-2; "" where each row names its own.
        row: reads one record into a `Row`, or None for one that is no free hotspot.
        licence: of the list.
        programme: operator's programme; "" where rows name it.
        ssid: the name all of its networks send; "" where rows name it or nobody says.
        about: one line for help.
    """

    name: str
    region: str
    row: Callable[[dict[str, object]], Row | None]
    licence: str
    about: str
    programme: str = ""
    ssid: str = ""


@dataclass(slots=True)
class Found:
    """What a list held, counted while it is read.

    Attributes:
        read: records met.
        unplaced: records without a position, which no phone could be led to.
        left_out: records that are no free hotspot, or whose owner opted out.
        refused: records that cannot be true, with the reason.
    """

    read: int = 0
    unplaced: int = 0
    left_out: int = 0
    refused: list[BadListing] = field(default_factory=list)


SOURCES: Final = {
    source.name: source
    for source in (
        Source(
            name="us_nyc",
            region="US",
            row=rows.new_york,
            licence="NYC Open Data",
            about="New York City, Wi-Fi hotspot locations (CSV)",
        ),
        Source(
            name="tw_taipei",
            region="TW",
            row=rows.taipei,
            licence="OGDL-Taiwan-1.0",
            programme="Taipei Free",
            ssid="TPE-Free",
            about="Taipei Free (CSV)",
        ),
        Source(
            name="fr_paris",
            region="FR",
            row=rows.paris,
            licence=ODBL,
            programme="Paris Wi-Fi",
            ssid="PARIS_WI-FI_",
            about="Paris Wi-Fi sites (CSV with semicolons)",
        ),
        Source(
            name="in_kerala",
            region="IN",
            row=rows.kerala,
            licence="Government Open Data License - India",
            programme="K-FI",
            about="Kerala K-FI (CSV, addresses only)",
        ),
        Source(
            name="mx_cdmx",
            region="MX",
            row=rows.mexico_city,
            licence="CC-BY-4.0",
            about="Mexico City, public access points (JSON)",
        ),
        Source(
            name="br_sp_pracas",
            region="BR",
            row=rows.sao_paulo,
            licence="CC-BY-4.0",
            programme="WiFi Livre SP",
            ssid="WiFi Livre SP",
            about="São Paulo, WiFi Livre squares (JSON, addresses only)",
        ),
        Source(
            name="tr_bursa",
            region="TR",
            row=rows.bursa,
            licence="Bursa open data",
            programme="Bursa",
            about="Bursa (JSON)",
        ),
        Source(
            name="kr_public",
            region="KR",
            row=rows.korea,
            licence="KOGL-1",
            about="Korea, public Wi-Fi (JavaScript array)",
        ),
        Source(
            name="osm_points",
            region="RU",
            row=rows.osm_point,
            licence=ODBL,
            about="OpenStreetMap extract: lat, lon, name (CSV); Moscow and St Petersburg",
        ),
        Source(
            name="osm",
            region="",
            row=rows.osm_element,
            licence=ODBL,
            about="OpenStreetMap elements with tags (JSON); name the region",
        ),
        Source(
            name="proso",
            region="",
            row=rows.common_schema,
            licence="",
            about="the common schema (JSON lines): cc, src, id, name, lat, lon, ssid, free, ...",
        ),
    )
}
"""The lists that can be read.  Places and names are facts; each licence travels with its rows."""


def read(
    path: Path, source: Source, found: Found, *, region: str = ""
) -> Iterator[tuple[str, Hotspot]]:
    """The hotspots of one file, each with its region ("" where nobody names one).

    Args:
        path: the file; .gz, .xz and .bz2 are read through.
        source: which list it is.
        found: counts what was met.
        region: for lists that name none.

    Raises:
        BadFile: it cannot be read, or holds no records of that kind.
    """
    refused = found.refused
    wanted = region or source.region
    for place, record in records(path):
        found.read += 1
        try:
            row = source.row(record)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            refused.append(_refusal(place, f"a record that cannot be read ({error})"))
            continue
        if row is None or (wanted and row.region not in ("", wanted)):
            found.left_out += 1
        elif row.lat is None or row.lon is None:
            found.unplaced += 1
        else:
            hotspot = _hotspot(row, source, place, found)
            if hotspot is not None:
                yield row.region or wanted, hotspot
    if not found.read:
        raise BadFile(
            found=f"{path.name}, which holds no record",
            expected=source.about,
            remedy="check that it is the right file for this source",
        )


def _hotspot(row: Row, source: Source, place: int, found: Found) -> Hotspot | None:
    assert row.lat is not None  # noqa: S101  the caller looked
    assert row.lon is not None  # noqa: S101
    refused = found.refused
    try:
        position = Position(round(row.lat, 5), round(row.lon, 5))
    except BadPlace as error:
        refused.append(_refusal(place, error.found))
        return None
    if abs(position.lat) < 0.01 and abs(position.lon) < 0.01:  # noqa: PLR2004  null island
        refused.append(_refusal(place, "the position 0, 0, which means not known"))
        return None
    names = tuple(dict.fromkeys(row.ssids or ((source.ssid,) if source.ssid else ())))
    ssids = tuple(name.encode() for name in names)
    if any(len(ssid) > MAX_SSID_BYTES for ssid in ssids):
        refused.append(_refusal(place, f"a network name of more than {MAX_SSID_BYTES} bytes"))
        return None
    if any(is_opted_out(ssid) for ssid in ssids):
        found.left_out += 1
        return None
    feed = row.source or source.name
    key = row.key or f"{position.lat:.4f},{position.lon:.4f},{row.name},{','.join(names)}"
    return Hotspot(
        identity=hotspot_identity(feed, key),
        position=position,
        cell=h3.latlng_to_cell(position.lat, position.lon, CELL_RESOLUTION),
        name=row.name,
        ssids=ssids,
        fee=row.fee,
        sign_in=SignIn.UNKNOWN,
        programme=row.programme or source.programme,
        hours=row.hours,
        note=row.note,
        source=feed,
        licence=SOURCES[feed].licence if feed in SOURCES else (row.licence or source.licence),
    )


def unique(hotspots: Iterable[Hotspot]) -> dict[int, Hotspot]:
    """Each identity once: a list that names a place twice under one id keeps the first.

    Where the same id stands at another place the later one gets an identity of its own, because
    both are real (one programme numbers its sites anew in each district).
    """
    kept: dict[int, Hotspot] = {}
    for one in hotspots:
        before = kept.get(one.identity)
        if before is None:
            kept[one.identity] = one
        elif before.position.distance_m(one.position) > 50:  # noqa: PLR2004  metres: not one place
            where = f"{one.identity}|{one.position.lat},{one.position.lon}"
            moved = replace(one, identity=hotspot_identity(one.source, where))
            kept.setdefault(moved.identity, moved)
    return kept


def source_named(name: str) -> Source:
    """The source of that name; which names there are is checked by the command line."""
    if name not in SOURCES:
        raise Misuse(
            found=f"a source {name!r}",
            expected="one of " + ", ".join(SOURCES),
            remedy="choose among them",
        )
    return SOURCES[name]


def _refusal(place: int, found: str) -> BadListing:
    return BadListing(
        found=f"record {place}: {found}", expected="a place and a name", remedy="it was left out"
    )
