"""`proso device` and `proso sip` as their owner types them."""

import json
from datetime import UTC, datetime

import pytest

from proso.cli.main import run
from proso.device.calllog import CallLog
from proso.device.outbox import Outbox
from proso.outcomes import Came, Outcome
from proso.values.call import Call, Line
from proso.verdicts.verdict import Action, Reason, Verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "proso"


@pytest.fixture
def stopped(home):
    call = Call.receive("+12025550101", at=NOW, line=Line("US"))
    verdict = Verdict(Action.REJECT, Reason.PACK, "this number: scam, 97% likely unwanted")
    with CallLog.open(home / "calls.sqlite") as log:
        log.keep(Outcome(call=call, verdict=verdict, came=Came.STOPPED, at=NOW))


def test_the_log_shows_what_was_decided_and_why(stopped, capsys):
    assert run(["device", "calls"]) == 0
    assert "reject   stopped   this number: scam" in capsys.readouterr().out
    assert run(["device", "calls", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["number"], row["reason"]) == ("+12025550101", "pack")


def test_the_owners_word_is_queued_and_not_sent(stopped, home, capsys):
    assert run(["device", "said", "1", "ok"]) == 0
    assert "proso report send" in capsys.readouterr().out
    with Outbox.open(home / "outbox.sqlite") as outbox:
        (waiting,) = outbox.waiting()
    assert (waiting["subject"], waiting["assertion"]) == ("+12025550101", "not-spam")


def test_a_word_on_a_call_that_is_not_there_is_refused(home, capsys):
    assert run(["device", "said", "7", "spam"]) == 27
    assert "no call 7" in capsys.readouterr().err


def test_what_a_server_would_answer_can_be_asked(home, tmp_path, capsys):
    (tmp_path / "rules.toml").write_text('block = ["+12025550101"]')
    settings = tmp_path / "sip.toml"
    settings.write_text(f'pack = "none"\nrules = "{tmp_path}/rules.toml"\n')
    assert run(["sip", "check", "+12025550101", "--settings", str(settings)]) == 0
    assert "607 Unwanted: on your block-list" in capsys.readouterr().out
    assert run(["sip", "check", "+12025550102", "--settings", str(settings)]) == 0
    assert "goes on: no pack" in capsys.readouterr().out


def test_a_pack_of_another_region_is_refused_before_the_first_call(home, tmp_path, now, capsys):
    from proso.packs.build import build

    path = tmp_path / "FR.pack"
    path.write_bytes(bytes(build([], region="FR", serial=1, as_of=now, rule_version="t")))
    assert run(["device", "run", "--pack", str(path)]) == 16
    assert "a pack of FR" in capsys.readouterr().err
