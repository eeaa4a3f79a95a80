"""What a device remembers of networks, and that only its owner can read it."""

import pytest

from proso.device.wifi_memory import WifiMemory
from proso.errors import Unavailable
from proso.reports.hotspot_report import JoinAssertion, Step
from proso.values.hotspot import AccessPoint, History, Hotspot, Security
from proso.values.place import Position
from proso.verdicts.join import Attempt
from proso.verdicts.ranking import Candidate
from proso.verdicts.twins import Level, TwinReason, TwinVerdict

HERE, THERE = Position(48.8566, 2.3522), Position(48.9, 2.5)
POINT = AccessPoint(b"Cafe", 0xAA, -50, 2412, Security.OPEN)
HEARD = (POINT, AccessPoint(b"Cafe", 0xAB, -60), AccessPoint(b"Other", 0xBB, -70))
KNOWN = TwinVerdict(Level.KNOWN, TwinReason.KNOWN_RADIO)


def _attempt(assertion=JoinAssertion.ONLINE, seconds=2.0, **more):
    spot = Hotspot(identity=7, position=HERE, ssids=(b"Cafe",))
    candidate = Candidate(POINT, spot, KNOWN, 0.9, 0.8, 10, 2, 3)
    return Attempt(candidate, assertion, Step.PROOF, seconds, **more)


def test_what_was_remembered_is_there_the_next_time(tmp_path):
    memory = WifiMemory.load(tmp_path / "deep" / "wifi.json")
    memory.position = HERE
    memory.note(_attempt(portal_host="portal.example", portal_secure=True), HEARD)
    memory.standing = frozenset({"digest"})
    memory.save()
    again = WifiMemory.load(tmp_path / "deep" / "wifi.json")
    met = again.acquaintances[b"Cafe"]
    assert met.radios == {0xAA}
    assert met.neighbours == {0xBB}
    assert (met.portal_host, met.portal_secure) == ("portal.example", True)
    assert met.places == (HERE,)
    assert again.standing == {"digest"}
    assert again.position == HERE
    assert again.own[7].succeeded == 1


def test_only_its_owner_can_read_it(tmp_path):
    memory = WifiMemory(tmp_path / "wifi.json")
    memory.save()
    assert (tmp_path / "wifi.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"met": 5}', b"\xff\xfe"])
def test_a_damaged_memory_is_an_empty_one(tmp_path, content):
    path = tmp_path / "wifi.json"
    path.write_bytes(content)
    assert WifiMemory.load(path).acquaintances == {}


def test_a_failure_is_remembered_and_makes_no_acquaintance(tmp_path):
    memory = WifiMemory(tmp_path / "wifi.json")
    memory.note(_attempt(JoinAssertion.FAILED), HEARD)
    assert memory.own[7] == History(failed=1)
    assert not memory.acquaintances


def test_times_are_averaged_in_their_logarithm(tmp_path):
    memory = WifiMemory(tmp_path / "wifi.json")
    memory.note(_attempt(seconds=1.0), HEARD)
    memory.note(_attempt(seconds=7.389056), HEARD)
    assert memory.own[7].mean_log_seconds == pytest.approx(1.0)


def test_a_network_met_in_two_towns_has_two_places(tmp_path):
    memory = WifiMemory(tmp_path / "wifi.json", position=HERE)
    memory.note(_attempt(), HEARD)
    memory.note(_attempt(), HEARD)
    memory.position = THERE
    memory.note(_attempt(), HEARD)
    assert memory.acquaintances[b"Cafe"].places == (HERE, THERE)


def test_a_memory_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="permissions"):
        WifiMemory(tmp_path / "file" / "wifi.json").save()
