"""Every real list of hotspots at hand is read, and what it holds is what was counted by hand."""

import os
from pathlib import Path

import pytest

from proso.hub.feeds.hotspots import SOURCES
from proso.hub.hotspot_import import import_lists
from proso.hub.hotspots import listed

DATA = Path(__file__).parents[3] / "shared" / "data" / "wifi"
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not DATA.is_dir() and not os.environ.get("CI"), reason="the shared data is not here"
    ),
]

LISTS = [
    ("us_nyc", "raw/us_nyc.csv", {"US": 3319}, 0, 0),
    ("tw_taipei", "raw/tw_taipei.csv", {"TW": 3297}, 0, 0),
    ("fr_paris", "raw/fr_paris.csv", {"FR": 271}, 0, 6),
    ("in_kerala", "raw/in_kerala.csv", {}, 2023, 0),
    ("mx_cdmx", "raw/mx_cdmx.json", {"MX": 27489}, 0, 0),
    ("br_sp_pracas", "raw/br_saopaulo_pracas.json", {}, 120, 0),
    ("tr_bursa", "raw/tr_bursa.json", {"TR": 91}, 1, 0),
    ("kr_public", "raw/kr_public.js", {"KR": 3018}, 0, 0),
    ("osm_points", "raw/ru_osm_msk_spb.csv", {"RU": 3871}, 0, 0),
    (
        "proso",
        "hotspots.jsonl.gz",
        {"FR": 271, "KR": 3018, "MX": 27488, "RU": 3871, "TR": 91, "TW": 3297, "US": 3319},
        2145,
        6,
    ),
]


@pytest.mark.parametrize(("source", "name", "expected", "unplaced", "left_out"), LISTS)
def test_a_real_list_is_read_whole(tmp_path, source, name, expected, unplaced, left_out):
    summary = import_lists(tmp_path, [DATA / name], SOURCES[source], region="")
    assert summary.listed == expected
    assert (summary.unplaced, summary.left_out) == (unplaced, left_out)
    accounted = (
        sum(summary.listed.values())
        + summary.merged
        + summary.unplaced
        + summary.left_out
        + len(summary.refused)
    )
    assert accounted == summary.read


def test_no_password_of_a_source_is_kept(tmp_path):
    path = DATA / "raw" / "osm_sample_helsinki_andorra.json"
    assert "internet_access:key" in path.read_text("utf-8")
    import_lists(tmp_path, [path], SOURCES["osm"], region="FI")
    hotspots = list(listed(tmp_path, "FI"))
    assert len(hotspots) == 12
    # The password of this list equals a network name, so the key's name is what to look for.
    assert "internet_access:key" not in (tmp_path / "hotspots" / "FI.osm.jsonl").read_text("utf-8")
