"""The loop for Wi-Fi: attempt, report, hub, pack, ranking, and the next attempt is another one."""

import warnings
from datetime import UTC, datetime, timedelta

from proso.device.hotspot_finder import Finder
from proso.device.wifi_memory import WifiMemory
from proso.hub.app import create_app
from proso.hub.hotspot_publish import publish_hotspots
from proso.hub.hotspot_reports import HotspotReports
from proso.hub.hotspots import replace_list
from proso.hub.store import Store
from proso.outcomes import join_report_of
from proso.reports.hotspot_report import JoinAssertion, Step
from proso.values.hotspot import AccessPoint, Hotspot, SignIn
from proso.values.place import Position
from proso.verdicts.join import Attempt
from proso.verdicts.ranking import Knowledge, rank

with warnings.catch_warnings():
    # starlette would rather have httpx2; the phone's web client has httpx.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

NOW = datetime.now(UTC).replace(microsecond=0)
HERE = Position(48.8566, 2.3522)
LOUD = Hotspot(identity=1, position=HERE, ssids=(b"Loud",), name="Loud cafe", licence="Open")
QUIET = Hotspot(identity=2, position=HERE, ssids=(b"Quiet",), name="Quiet library", licence="Open")
HEARD = (AccessPoint(b"Loud", 0xAA, -40, 2412), AccessPoint(b"Quiet", 0xBB, -65, 5180))


def _ranked(directory, tmp_path):
    finder = Finder.open([directory / "packs" / "FR-hotspots.pack"])
    memory = WifiMemory(tmp_path / "wifi.json", position=HERE)
    return rank(finder.scene(HEARD, memory), Knowledge(), hour=NOW.hour)


def test_what_riders_report_today_decides_what_is_joined_tomorrow(tmp_path):
    directory = tmp_path / "hub"
    with Store.create(directory) as store:
        replace_list(directory, "city", "FR", [LOUD, QUIET])
        publish_hotspots(directory, region="FR", as_of=NOW)
        before = _ranked(directory, tmp_path)
        assert before[0].point.ssid == b"Loud"

        client = TestClient(create_app(store))
        for reporter in ("ada", "ben", "cleo", "dora"):
            rows = []
            for candidate in before:
                quiet = candidate.point.ssid == b"Quiet"
                attempt = Attempt(
                    candidate,
                    JoinAssertion.ONLINE if quiet else JoinAssertion.FAILED,
                    Step.PROOF if quiet else Step.PORTAL,
                    2.0,
                    SignIn.OPEN,
                )
                made = join_report_of(attempt, at=NOW, reporter=reporter, region="FR", consent=True)
                rows.append(made.as_fields())
            answer = client.post("/reports", json=[*rows, {"subject": "hotspot:nonsense"}]).json()
            assert (answer["accepted"], answer["new"]) == (2, 2)
            assert [one["row"] for one in answer["refused"]] == [3]
            again = client.post("/reports", json=rows).json()
            assert again["new"] == 0

        (release,) = publish_hotspots(directory, region="FR", as_of=NOW + timedelta(hours=1))
        assert release.is_new
        after = _ranked(directory, tmp_path)
    assert after[0].point.ssid == b"Quiet"
    assert after[0].twin.reason == "sibling-radio"
    assert "4 attempts" in after[0].text


def test_reports_of_calls_and_hotspots_share_a_batch_and_keep_their_rows(tmp_path):
    with Store.create(tmp_path / "hub") as store:
        client = TestClient(create_app(store))
        answer = client.post(
            "/reports", json=[{"subject": "hotspot:x"}, {"subject": "+12025550101"}, {"subject": 5}]
        ).json()
    assert [one["row"] for one in answer["refused"]] == [1, 2, 3]


def test_kept_reports_survive_closing_and_another_region_does_not_see_them(tmp_path):
    with Store.create(tmp_path / "hub"):
        pass
    replace_list(tmp_path / "hub", "city", "FR", [LOUD])
    candidate = rank_one()
    attempt = Attempt(candidate, JoinAssertion.ONLINE, Step.PROOF, 2.0, SignIn.OPEN)
    made = join_report_of(attempt, at=NOW, reporter="ada", region="FR", consent=True)
    with HotspotReports.open(tmp_path / "hub") as reports:
        assert reports.append([made, made]) == 1
    with HotspotReports.open(tmp_path / "hub") as reports:
        assert reports.of("FR", now=NOW) == [made]
        assert reports.of("US", now=NOW) == []


def rank_one():
    from proso.verdicts.scene import Scene

    scene = Scene(HEARD, HERE, near=((1.0, LOUD),), listed_names=frozenset({b"Loud"}))
    return rank(scene, Knowledge(), hour=9)[0]
