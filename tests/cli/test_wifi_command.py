"""`proso wifi` without a radio: guidance offline, choices, and sentences."""

import json

import pytest

from proso.cli.main import run
from proso.cli.wifi_join import JoinWishes, chosen_of
from proso.cli.wifi_print import candidate_json, print_candidates, print_join
from proso.errors import NoSuchNetwork, NotOnline
from proso.reports.hotspot_report import JoinAssertion, Step
from proso.values.hotspot import AccessPoint, Hotspot
from proso.values.place import Position
from proso.verdicts.join import Attempt, Join, State
from proso.verdicts.ranking import Candidate
from proso.verdicts.twins import Level, TwinReason, TwinVerdict

NYC = """OBJECTID,Type,Provider,Name,Location,Latitude,Longitude,Remarks,SSID
1,Free,Link,Bryant Park,x,40.7536,-73.9832,,Park
2,Limited Free,X,Square,x,40.7546,-73.9832,10 min,Guest
"""


@pytest.fixture
def pack(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "nyc.csv").write_text(NYC, "utf-8")
    hub = str(tmp_path / "hub")
    assert run(["hub", "init", "--hub", hub]) == 0
    source = ["--source", "us_nyc", "--hub", hub]
    assert run(["hub", "import", "hotspots", str(tmp_path / "nyc.csv"), *source]) == 0
    assert run(["hub", "hotspots", "--region", "US", "--hub", hub]) == 0
    return tmp_path / "hub" / "packs" / "US-hotspots.pack"


def _candidate(name=b"Net", level=Level.KNOWN, cautious=0.8):
    verdict = TwinVerdict(level, TwinReason.KNOWN_RADIO)
    spot = Hotspot(identity=1, position=Position(0, 0), ssids=(name,))
    return Candidate(AccessPoint(name, 1, -50), spot, verdict, 0.9, cautious, 10, 2, 3)


def _wishes(network=None):
    return JoinWishes(network, yes=False, consent="ask", metered_ok=False, as_json=False)


def test_the_nearest_hotspots_are_told_with_distance_and_direction(pack, capsys):
    capsys.readouterr()
    assert run(["wifi", "near", "--at", "40.7536,-73.9832", "--pack", str(pack)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert "0 m" in out[0]
    assert "111 m N" in out[1]
    assert "limited  [10 min]" in out[1]


def test_the_last_place_is_remembered(pack, capsys):
    run(["wifi", "near", "--at", "Bryant", "--pack", str(pack)])
    capsys.readouterr()
    assert run(["wifi", "near", "--json", "--pack", str(pack)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["Bryant Park", "Square"]
    assert rows[1]["direction"] == "N"


def test_installed_packs_are_used_where_none_is_named(pack, tmp_path, capsys):
    folder = tmp_path / "data" / "proso" / "packs"
    folder.mkdir(parents=True)
    (folder / "US-hotspots.pack").write_bytes(pack.read_bytes())
    assert run(["wifi", "near", "--at", "Bryant"]) == 0
    assert "Bryant Park (Park)" in capsys.readouterr().out


def test_without_a_place_it_says_how_to_give_one(pack, capsys):
    assert run(["wifi", "near", "--pack", str(pack)]) == 30
    assert "--at LAT,LON" in capsys.readouterr().err


def test_calm_networks_are_tried_before_any_question_is_put():
    candidates = [_candidate(b"a", Level.SUSPICIOUS), _candidate(b"b"), _candidate(b"c")]
    assert [one.point.ssid for one in chosen_of(candidates, _wishes())] == [b"b", b"c"]


def test_a_suspicious_network_is_tried_where_nothing_else_is():
    (only,) = chosen_of([_candidate(b"a", Level.SUSPICIOUS)], _wishes())
    assert only.point.ssid == b"a"


def test_a_named_network_is_the_only_one_tried():
    (only,) = chosen_of([_candidate(b"a"), _candidate(b"b")], _wishes("b"))
    assert only.point.ssid == b"b"


@pytest.mark.parametrize("network", ["absent", None])
def test_nothing_to_join_is_said_with_what_to_do(network):
    candidates = [] if network is None else [_candidate()]
    with pytest.raises(NoSuchNetwork):
        chosen_of(candidates, _wishes(network))


def test_a_refused_network_is_not_chosen():
    with pytest.raises(NoSuchNetwork):
        chosen_of([_candidate(level=Level.REFUSED)], _wishes())


def test_a_candidate_is_one_object_with_its_reasons():
    fields = candidate_json(_candidate(b"\x1b[2Jevil"))
    assert fields["network"] == "\\u001b[2Jevil"
    assert fields["twin"] == "known"
    assert set(fields) >= {"chance", "cautious_chance", "attempts", "text", "twin_text"}
    json.dumps(fields)


def test_candidates_are_printed_without_what_moves_the_cursor(capsys):
    print_candidates([_candidate(b"\x1b[2Jevil"), _candidate(b"[red]x[/]")])
    out = capsys.readouterr().out
    assert "\x1b[2J" not in out
    print_candidates([])
    assert "no network" in capsys.readouterr().out


def test_an_end_online_says_how_to_undo_it(capsys):
    attempt = Attempt(_candidate(), JoinAssertion.ONLINE, Step.PROOF, 1.5)
    print_join(Join((), state=State.ONLINE, attempts=(attempt,)), as_json=False)
    assert "proso wifi leave" in capsys.readouterr().out


@pytest.mark.parametrize(("restored", "words"), [(True, "is back"), (False, "three minutes")])
def test_an_end_offline_says_what_became_of_the_connection_before(restored, words, capsys):
    ended = Join((), state=State.ENDED, is_restored=restored, why="it took too long")
    with pytest.raises(NotOnline, match=words):
        print_join(ended, as_json=True)
    assert json.loads(capsys.readouterr().out)["restored"] is restored
