"""One function a source: a record of its file into the few fields all have in common."""

import re
from dataclasses import dataclass
from typing import Final

from proso.values.hotspot import Fee
from proso.values.numbering import is_region

_NUMBER: Final = re.compile(r"-?\d{1,3}(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a record says, before it is checked.

    Attributes:
        key: the source's own id; "" where it has none.
        name: of the place.
        lat: degrees north, None where the record has no position.
        lon: degrees east.
        ssids: names its networks send.
        fee: what it costs.
        programme: operator or programme.
        hours: opening hours, OpenStreetMap's notation.
        note: limits worth knowing.
        region: ISO 3166-1 alpha-2; "" where the source is of one region.
        source: feed it came from; "" for the one that is read.
        licence: of the row; "" for the source's.
    """

    key: str = ""
    name: str = ""
    lat: float | None = None
    lon: float | None = None
    ssids: tuple[str, ...] = ()
    fee: Fee = Fee.FREE
    programme: str = ""
    hours: str = ""
    note: str = ""
    region: str = ""
    source: str = ""
    licence: str = ""


def new_york(record: dict[str, object]) -> Row | None:
    """A row of New York City's table."""
    fees = {"Free": Fee.FREE, "Limited Free": Fee.LIMITED, "Partner Site": Fee.CUSTOMERS}
    return Row(
        key=_text(record, "OBJECTID"),
        name=_text(record, "Name") or _text(record, "Location"),
        lat=_degrees(record["Latitude"]),
        lon=_degrees(record["Longitude"]),
        ssids=_names(record["SSID"]),
        fee=fees.get(_text(record, "Type"), Fee.UNKNOWN),
        programme=_text(record, "Provider"),
        note=_text(record, "Remarks") if _text(record, "Type") == "Limited Free" else "",
    )


def taipei(record: dict[str, object]) -> Row | None:
    """A row of Taipei Free."""
    return Row(
        key=_text(record, "SITE_ID"),
        name=_text(record, "NAME"),
        lat=_degrees(record["LATITUDE"]),
        lon=_degrees(record["LONGITUDE"]),
    )


def paris(record: dict[str, object]) -> Row | None:
    """A row of Paris Wi-Fi; sites that are closed or not yet open are left out."""
    if _text(record, "Etat du site") not in ("Opérationnel", ""):
        return None
    lat, _, lon = _text(record, "geo_point_2d").partition(",")
    return Row(
        key=_text(record, "Code Site"),
        name=_text(record, "Nom du site"),
        lat=_degrees(lat),
        lon=_degrees(lon),
    )


def kerala(record: dict[str, object]) -> Row | None:
    """A row of Kerala's table, which gives addresses and no positions."""
    return Row(
        key=_text(record, "SL NO"),
        name=_text(record, "Location Name As Per List"),
        fee=Fee.LIMITED,
    )


def mexico_city(record: dict[str, object]) -> Row | None:
    """An access point of Mexico City; some coordinates are text with a stray comma."""
    return Row(
        key=_text(record, "id"),
        name=_text(record, "id"),
        lat=_degrees(record["latitud"]),
        lon=_degrees(record["longitud"]),
        programme=_text(record, "programa").partition(" (")[0],
    )


def sao_paulo(record: dict[str, object]) -> Row | None:
    """A square of São Paulo: name and address, no position."""
    return Row(key=_text(record, "id"), name=_text(record, "nome"))


def bursa(record: dict[str, object]) -> Row | None:
    """A place of Bursa; ``koor_x`` is the latitude."""
    return Row(
        key=_text(record, "id"),
        name=_text(record, "name"),
        lat=_degrees(record["koor_x"]),
        lon=_degrees(record["koor_y"]),
    )


def korea(record: dict[str, object]) -> Row | None:
    """A public access point of Korea."""
    point = record["point"]
    inner = point["point"] if isinstance(point, dict) else {}
    return Row(
        name=_text(record, "rdnmadr") or _text(record, "lnmadr"),
        lat=_degrees(inner.get("latitude")),
        lon=_degrees(inner.get("longitude")),
        ssids=_names(record.get("wifissid")),
    )


def osm_point(record: dict[str, object]) -> Row | None:
    """A point that an extract of OpenStreetMap found to have Wi-Fi; of the fee it says nothing."""
    return Row(
        name=_text(record, "name"),
        lat=_degrees(record["lat"]),
        lon=_degrees(record["lon"]),
        fee=Fee.UNKNOWN,
    )


def osm_element(record: dict[str, object]) -> Row | None:
    """An element with its tags; None unless it has Wi-Fi that need not be paid.

    ``internet_access:key`` and ``:password`` are never read: passwords go into no pack.
    Source: OpenStreetMap wiki, Key:internet_access.
    """
    tags = record["tags"]
    if not isinstance(tags, dict):
        raise TypeError("tags that are no object")
    access = str(tags.get("internet_access", tags.get("wifi", "no")))
    fee = _osm_fee(str(tags.get("internet_access:fee", "")), access)
    if access not in ("wlan", "free", "yes") or fee is None:
        return None
    if access == "yes" and "internet_access:ssid" not in tags:
        return None  # internet of some kind: a terminal counts as well
    return Row(
        key=f"{record.get('type', '')}{record.get('id', '')}",
        name=str(tags.get("name", "")),
        lat=_degrees(record.get("lat")),
        lon=_degrees(record.get("lon")),
        ssids=_names(tags.get("internet_access:ssid")),
        fee=fee,
        programme=str(tags.get("internet_access:operator", "")),
        hours=str(tags.get("opening_hours", "")),
    )


def common_schema(record: dict[str, object]) -> Row | None:
    """A record of the common schema, whatever source it came from."""
    ssids = record.get("ssid") or []
    region = _text(record, "cc")
    if not is_region(region):
        raise ValueError("no region")
    if not isinstance(ssids, list):
        raise TypeError("names that are no array")
    if _text(record, "status") not in ("", "Opérationnel"):
        return None
    free = _text(record, "free")
    feed = _text(record, "src")
    return Row(
        key=_text(record, "id"),
        name=_text(record, "name") or _text(record, "addr"),
        lat=_degrees(record.get("lat")),
        lon=_degrees(record.get("lon")),
        ssids=tuple(str(one) for one in ssids),
        fee=Fee(free) if free else Fee.UNKNOWN,
        programme=_text(record, "op"),
        hours=_text(record, "hours"),
        note=_text(record, "note") if free == "limited" else "",
        region=region,
        source=feed,
        licence="ODbL-1.0" if "osm" in feed else "",
    )


def _osm_fee(text: str, access: str) -> Fee | None:
    """The fee a tag names; None where only paid access is left."""
    if text in ("", "unknown"):
        return Fee.FREE if access == "free" else Fee.UNKNOWN
    if text.startswith("no"):
        return Fee.FREE
    return Fee.CUSTOMERS if text.startswith("customers") else None


def _text(record: dict[str, object], name: str) -> str:
    value = record.get(name)
    return "" if value is None else " ".join(str(value).split())


def _names(value: object) -> tuple[str, ...]:
    """Network names of one field: several are separated by semicolons in OpenStreetMap."""
    parts = [part.strip() for part in str(value or "").split(";")]
    return tuple(part for part in parts if part)


def _degrees(value: object) -> float | None:
    """Degrees out of a number or a text; None where there is none."""
    if isinstance(value, int | float):
        return float(value)
    matched = _NUMBER.search(str(value or ""))
    return float(matched[0]) if matched else None
