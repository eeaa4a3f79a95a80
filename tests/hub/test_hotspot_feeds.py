"""Lists of hotspots in every format that cities publish, in look-alikes of a few rows."""

import gzip
import json

import pytest

from proso.errors import BadFile, StoreFull
from proso.hub.feeds.hotspots import SOURCES, Found, read
from proso.hub.hotspot_import import import_lists
from proso.hub.hotspots import listed, lists
from proso.values.hotspot import Fee

NYC = """\ufeffOBJECTID,Type,Provider,Name,Location,Latitude,Longitude,Remarks,SSID
1,Free,Link,Kiosk 1,1 Avenue,40.7001,-74.0001,,LinkNYC Free Wi-Fi
2,Limited Free,SPECTRUM,Park,Edge,40.7002,-74.0002,3 free 10 min sessions,GuestWiFi
3,Partner Site,Shop,Shop,Mall,40.7003,-74.0003,,Shop_nomap
"""
TAIPEI = "SITE_ID,NAME,LATITUDE,LONGITUDE\nTPEE1,公車站,25.1133101,121.5318822\n"
PARIS = """Nom du site;Code Site;Etat du site;geo_shape;geo_point_2d
PARC;PW1;Opérationnel;"{""type"": ""Point""}";48.8575, 2.3465
MAIRIE;PW2;Fermé pour travaux;"{}";48.8576, 2.3466
"""
KERALA = b"SL NO,Location Name As Per List,Location Address\n1,Park \x96 Lake,Road\n"
MEXICO = json.dumps(
    [
        {"id": "A", "programa": "Poste C5 (x)", "latitud": 19.43, "longitud": -99.08},
        {"id": "B", "programa": "Pilares", "latitud": "19.5624, ", "longitud": -99.12},
        {"id": "C", "programa": "Pilares", "latitud": 190.5, "longitud": -99.12},
        {"id": "D", "programa": "Pilares", "latitud": 0, "longitud": 0},
    ]
)
SAO_PAULO = json.dumps([{"id": 11, "nome": "CENTRO CULTURAL", "endereco": "R. Vergueiro"}])
BURSA = json.dumps([{"id": 1, "name": "İtfaiye", "koor_x": "40.2104", "koor_y": "28.9420"}])
KOREA = """module.exports = [
  {
    "wifissid": "YoungdongCounty", "rdnmadr": "영동읍 123", "lnmadr": "", "flag": "FALSE",
    "point": {"point":{"latitude": 36.1596, "longitude": 127.7853}},
  },
  { "wifissid": "a name that no network can send at all", "rdnmadr": "x",
    "point": {"point":{"latitude": 36.2, "longitude": 127.8}} },
];
"""
OSM_POINTS = "lat,lon,name,value\n55.77,37.65,Станция,1\n"
OSM = json.dumps(
    [
        {
            "type": "n",
            "id": 1,
            "lat": 60.17,
            "lon": 24.94,
            "tags": {
                "internet_access": "wlan",
                "internet_access:fee": "no",
                "internet_access:ssid": "Cafe; Cafe 5G",
                "internet_access:key": "sesame",
                "name": "Cafe",
                "opening_hours": "Mo-Fr 08:00-18:00",
            },
        },
        {"type": "n", "id": 2, "lat": 60.1, "lon": 24.9, "tags": {"internet_access": "no"}},
        {
            "type": "n",
            "id": 3,
            "lat": 60.1,
            "lon": 24.9,
            "tags": {"internet_access": "wlan", "internet_access:fee": "yes"},
        },
        {"type": "n", "id": 4, "lat": None, "lon": None, "tags": {"internet_access": "wlan"}},
    ]
)
COMMON = "\n".join(
    json.dumps(row)
    for row in (
        {"cc": "US", "src": "us_nyc", "id": "1", "name": "Kiosk", "lat": 40.7001, "lon": -74.0001,
         "ssid": ["LinkNYC Free Wi-Fi"], "free": "free"},
        {"cc": "TW", "src": "tw_taipei", "id": "T1", "name": "Stop", "lat": 25.1, "lon": 121.5,
         "ssid": ["TPE-Free"], "free": "free"},
        {"cc": "IN", "src": "in_kerala", "id": "1", "name": "Park"},
        {"cc": "XX", "src": "nowhere", "id": "1", "name": "Park", "lat": 1, "lon": 1},
    )
)  # fmt: skip


def _read(tmp_path, source, content, name="list.txt", region=""):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = Found()
    return list(read(path, SOURCES[source], found, region=region)), found


@pytest.mark.parametrize(
    ("source", "content", "listed_", "unplaced", "left_out", "refused"),
    [
        ("us_nyc", NYC, 2, 0, 1, 0),
        ("tw_taipei", TAIPEI, 1, 0, 0, 0),
        ("fr_paris", PARIS, 1, 0, 1, 0),
        ("in_kerala", KERALA, 0, 1, 0, 0),
        ("mx_cdmx", MEXICO, 2, 0, 0, 2),
        ("br_sp_pracas", SAO_PAULO, 0, 1, 0, 0),
        ("tr_bursa", BURSA, 1, 0, 0, 0),
        ("kr_public", KOREA, 1, 0, 0, 1),
        ("osm_points", OSM_POINTS, 1, 0, 0, 0),
        ("osm", OSM, 1, 1, 2, 0),
        ("proso", COMMON, 2, 1, 0, 1),
    ],
)
def test_every_source_is_read_and_what_is_no_hotspot_is_counted(
    tmp_path, source, content, listed_, unplaced, left_out, refused
):
    hotspots, found = _read(tmp_path, source, content, region="FI" if source == "osm" else "")
    counts = (len(hotspots), found.unplaced, found.left_out, len(found.refused))
    assert counts == (listed_, unplaced, left_out, refused)
    assert found.read == sum(counts)


def test_a_limited_hotspot_says_its_limit(tmp_path):
    hotspots, _ = _read(tmp_path, "us_nyc", NYC)
    limited = hotspots[1][1]
    assert (limited.fee, limited.note) == (Fee.LIMITED, "3 free 10 min sessions")
    assert limited.ssids == (b"GuestWiFi",)
    assert len(limited.cell) == 15


def test_a_programme_gives_its_places_the_name_they_send(tmp_path):
    hotspots, _ = _read(tmp_path, "tw_taipei", TAIPEI)
    assert hotspots[0][1].ssids == (b"TPE-Free",)


def test_a_password_in_openstreetmap_is_not_read(tmp_path):
    hotspots, _ = _read(tmp_path, "osm", OSM, region="FI")
    hotspot = hotspots[0][1]
    assert hotspot.ssids == (b"Cafe", b"Cafe 5G")
    assert hotspot.hours == "Mo-Fr 08:00-18:00"
    assert hotspot.licence == "ODbL-1.0"
    import_lists(tmp_path, [tmp_path / "list.txt"], SOURCES["osm"], region="FI")
    assert "sesame" not in (tmp_path / "hotspots" / "FI.osm.jsonl").read_text()


def test_a_compressed_list_is_read_through(tmp_path):
    hotspots, _ = _read(tmp_path, "proso", gzip.compress(COMMON.encode()), name="list.jsonl.gz")
    assert {region for region, _ in hotspots} == {"US", "TW"}


@pytest.mark.parametrize("content", [b"", b"[", b"{broken", b'{"a": 1}\n{broken'])
def test_a_file_that_is_no_list_is_refused_in_one_sentence(tmp_path, content):
    with pytest.raises(BadFile, match=r"list\.txt"):
        _read(tmp_path, "proso", content)


def test_a_newer_list_removes_what_the_city_removed(tmp_path):
    path = tmp_path / "nyc.csv"
    path.write_text(NYC, "utf-8")
    import_lists(tmp_path, [path], SOURCES["us_nyc"], region="")
    path.write_text("\n".join(NYC.splitlines()[:2]) + "\n", "utf-8")
    import_lists(tmp_path, [path], SOURCES["us_nyc"], region="")
    assert [one.name for one in listed(tmp_path, "US")] == ["Kiosk 1"]


def test_importing_the_same_list_twice_gives_the_same_bytes(tmp_path):
    path = tmp_path / "nyc.csv"
    path.write_text(NYC, "utf-8")
    kept = tmp_path / "hotspots" / "US.us_nyc.jsonl"
    import_lists(tmp_path, [path], SOURCES["us_nyc"], region="")
    before = kept.read_bytes()
    import_lists(tmp_path, [path], SOURCES["us_nyc"], region="")
    assert kept.read_bytes() == before
    assert [(one.source, one.region, one.hotspots) for one in lists(tmp_path)] == [
        ("us_nyc", "US", 2)
    ]


def test_a_place_in_two_lists_has_one_identity(tmp_path):
    one, _ = _read(tmp_path, "us_nyc", NYC)
    other, _ = _read(tmp_path, "proso", COMMON)
    assert one[0][1].identity == other[0][1].identity


def test_one_id_at_two_places_is_two_hotspots(tmp_path):
    rows = "SITE_ID,NAME,LATITUDE,LONGITUDE\nA,x,25.1,121.5\nA,y,25.2,121.5\nA,x,25.1,121.5\n"
    path = tmp_path / "t.csv"
    path.write_text(rows, "utf-8")
    summary = import_lists(tmp_path, [path], SOURCES["tw_taipei"], region="")
    assert (summary.listed, summary.merged) == ({"TW": 2}, 1)


def test_a_list_without_a_region_is_refused_and_replaces_nothing(tmp_path):
    path = tmp_path / "osm.json"
    path.write_text(OSM, "utf-8")
    with pytest.raises(BadFile, match="say --region"):
        import_lists(tmp_path, [path], SOURCES["osm"], region="")
    assert not lists(tmp_path)


def test_a_damaged_list_of_the_hub_is_named(tmp_path):
    path = tmp_path / "nyc.csv"
    path.write_text(NYC, "utf-8")
    import_lists(tmp_path, [path], SOURCES["us_nyc"], region="")
    kept = tmp_path / "hotspots" / "US.us_nyc.jsonl"
    kept.write_text(kept.read_text("utf-8")[:-20], "utf-8")
    with pytest.raises(BadFile, match="line 2"):
        list(listed(tmp_path, "US"))


def test_no_room_is_said_and_the_list_before_stays(tmp_path, monkeypatch):
    path = tmp_path / "nyc.csv"
    path.write_text(NYC, "utf-8")
    import_lists(tmp_path, [path], SOURCES["us_nyc"], region="")
    before = (tmp_path / "hotspots" / "US.us_nyc.jsonl").read_bytes()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreFull):
        import_lists(tmp_path, [path], SOURCES["us_nyc"], region="")
    assert (tmp_path / "hotspots" / "US.us_nyc.jsonl").read_bytes() == before
