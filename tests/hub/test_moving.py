"""Radios on vehicles: their families travel beside the packs, their addresses do not."""

import json
import os
from pathlib import Path

import pytest

from proso.cli.main import run
from proso.device.hotspot_finder import Finder
from proso.device.wifi_memory import WifiMemory
from proso.errors import BadFile
from proso.hub.feeds.moving import read_moving
from proso.values.hotspot import AccessPoint
from proso.values.place import Position
from proso.verdicts.twins import TwinReason, judge

BUS = {"vehicles": [{"bssid": ["04:F0:21:96:CF:55", "06:f0:21:96:cf:56"]}, {"bssid": ["x"]}]}
REAL = Path(__file__).parents[3] / "shared" / "data" / "wifi" / "moving"


def test_families_are_kept_and_addresses_are_not(tmp_path, capsys):
    (tmp_path / "bus.json").write_text(json.dumps(BUS))
    hub = str(tmp_path / "hub")
    run(["hub", "init", "--hub", hub])
    assert run(["hub", "import", "moving", str(tmp_path / "bus.json"), "--hub", hub]) == 0
    assert "1 families of 2 radios on 1 vehicles" in capsys.readouterr().out
    text = (tmp_path / "hub" / "packs" / "moving.json").read_text()
    assert json.loads(text) == {"families": ["f02196"]}
    assert "cf55" not in text.lower()


def test_a_radio_of_a_vehicle_is_known_as_moving_on_the_phone(tmp_path):
    from tests.hub.test_hotspot_publish import NOW, PARK

    from proso.hub.feeds.moving import write_moving
    from proso.hub.hotspot_publish import publish_hotspots
    from proso.hub.hotspots import replace_list

    (tmp_path / "bus.json").write_text(json.dumps(BUS))
    replace_list(tmp_path, "city", "US", [PARK])
    publish_hotspots(tmp_path, region="US", as_of=NOW)
    write_moving(tmp_path, read_moving([tmp_path / "bus.json"]))
    finder = Finder.open([tmp_path / "packs" / "US-hotspots.pack"])
    bus = AccessPoint(b"BusWiFi", 0x04F0219600AA, -50)
    scene = finder.scene((bus,), WifiMemory(tmp_path / "m", position=Position(1, 1)))
    assert judge(bus, scene).reason is TwinReason.MOVING_NETWORK


@pytest.mark.parametrize("text", ["", "[]", '{"vehicles": 5}', '{"vehicles": [5]}'])
def test_what_holds_no_vehicles_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(BadFile, match="no vehicles"):
        read_moving([tmp_path / "x.json"])


@pytest.mark.integration
@pytest.mark.skipif(not REAL.is_dir() and not os.environ.get("CI"), reason="no shared data here")
def test_the_real_operators_are_read():
    found = read_moving(sorted(REAL.glob("*.json")))
    assert (found.vehicles, found.radios) == (81, 661)
    assert found.refused == 0
