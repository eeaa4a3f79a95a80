"""Packs of hotspots: found on the phone, the same for the same lists, share-alike data apart."""

from datetime import UTC, datetime

import pytest

from proso.device.hotspot_finder import Finder, shown_name
from proso.errors import BadPack, BadPlace, Refused
from proso.hub.hotspot_publish import hotspot_releases, publish_hotspots
from proso.hub.hotspots import replace_list
from proso.values.hotspot import Fee, Hotspot
from proso.values.place import Position

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PARK = Hotspot(
    identity=5,
    position=Position(40.7536, -73.9832),
    name="Bryant Park",
    ssids=(b"Park",),
    fee=Fee.FREE,
    source="city",
    licence="Open",
)
SHARED = Hotspot(
    identity=6,
    position=Position(40.754, -73.984),
    name="Library",
    licence="ODbL-1.0",
    source="osm",
)
EDGE = Hotspot(identity=8, position=Position(-16.5, 180.0), name="Date line", licence="Open")


def test_a_published_hotspot_is_found_around_its_place(tmp_path):
    replace_list(tmp_path, "city", "US", [PARK])
    (done,) = publish_hotspots(tmp_path, region="US", as_of=NOW)
    finder = Finder.open([tmp_path / "packs" / "US-hotspots.pack"])
    ((distance, found),) = finder.near(Position(40.7545, -73.9832), 200)
    assert found == PARK
    assert distance == pytest.approx(100, abs=2)
    assert done.is_new


def test_the_same_lists_give_the_same_serial_and_a_change_the_next(tmp_path):
    replace_list(tmp_path, "city", "US", [PARK])
    publish_hotspots(tmp_path, region="US", as_of=NOW)
    (again,) = publish_hotspots(tmp_path, region="US", as_of=NOW.replace(hour=13))
    assert (again.release.serial, again.is_new) == (1, False)
    replace_list(tmp_path, "city", "US", [PARK, EDGE])
    (changed,) = publish_hotspots(tmp_path, region="US", as_of=NOW.replace(hour=14))
    assert (changed.release.serial, changed.is_new) == (2, True)
    assert [one.serial for one in hotspot_releases(tmp_path, "US")] == [1, 2]


def test_share_alike_records_travel_in_a_pack_of_their_own(tmp_path):
    replace_list(tmp_path, "city", "US", [PARK])
    replace_list(tmp_path, "osm", "US", [SHARED])
    first, second = publish_hotspots(tmp_path, region="US", as_of=NOW)
    assert (first.licences, second.licences) == (("Open",), ("ODbL-1.0",))
    finder = Finder.open(sorted((tmp_path / "packs").glob("US-hotspots*-1.pack")))
    assert len(finder.near(PARK.position, 500)) == 2


def test_a_region_of_nothing_but_share_alike_data_has_one_pack(tmp_path):
    replace_list(tmp_path, "osm", "RU", [SHARED])
    (only,) = publish_hotspots(tmp_path, region="RU", as_of=NOW)
    assert only.licences == ("ODbL-1.0",)


def test_a_hotspot_on_the_date_line_is_found_from_both_sides(tmp_path):
    replace_list(tmp_path, "city", "FJ", [EDGE])
    publish_hotspots(tmp_path, region="FJ", as_of=NOW)
    finder = Finder.open([tmp_path / "packs" / "FJ-hotspots.pack"])
    assert finder.near(Position(-16.5, 179.9995), 500)
    assert finder.near(Position(-16.5, -179.9995), 500)


def test_a_region_without_lists_is_refused_with_the_way_to_go(tmp_path):
    with pytest.raises(Refused, match="proso hub import hotspots"):
        publish_hotspots(tmp_path, region="SE", as_of=NOW)


def test_a_place_is_named_by_part_of_its_name_or_by_degrees(tmp_path):
    replace_list(tmp_path, "city", "US", [PARK])
    publish_hotspots(tmp_path, region="US", as_of=NOW)
    finder = Finder.open([tmp_path / "packs" / "US-hotspots.pack"])
    assert finder.place("bryant") == PARK.position
    assert finder.place("1.5, 2.5") == Position(1.5, 2.5)
    with pytest.raises(BadPlace):
        finder.place("Atlantis")


def test_a_pack_of_numbers_is_no_pack_of_hotspots(tmp_path):
    from proso.packs.build import build

    path = tmp_path / "US.pack"
    path.write_bytes(build([], region="US", serial=1, as_of=NOW, rule_version="x"))
    with pytest.raises(BadPack, match="a pack of numbers"):
        Finder.open([path])


def test_a_name_is_shown_without_what_moves_the_cursor():
    assert shown_name(Hotspot(identity=1, position=PARK.position, name="a\x1b[2J")) == "a\\u001b[2J"
