import stat
from datetime import UTC, datetime, timedelta

import pytest

from proso.device.calllog import KEPT, LONG_TALK, CallLog
from proso.errors import NoSuchCall, Unavailable
from proso.outcomes import Came, Outcome
from proso.values.call import Call, Line
from proso.values.number import PhoneNumber
from proso.verdicts.rules import OwnerRules
from proso.verdicts.verdict import Action, Reason, Verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NUMBER = PhoneNumber(12025550101)


@pytest.fixture
def log(tmp_path):
    with CallLog.open(tmp_path / "calls.sqlite") as opened:
        yield opened


def outcome(came=Came.MISSED, *, at=NOW, lasted=None, action=Action.ALLOW):
    call = Call.receive(NUMBER.e164, at=at, line=Line("US"))
    verdict = Verdict(action, Reason.PACK, "listed")
    return Outcome(call=call, verdict=verdict, came=came, at=at, lasted=lasted)


def test_a_call_comes_back_as_it_was_kept(log):
    kept = outcome(Came.ANSWERED, lasted=timedelta(seconds=31), action=Action.LABEL)
    log.keep(kept)
    (found,) = log.last(5)
    assert found.outcome == kept
    assert log.call(found.place) == found


def test_whom_the_owner_talks_to_is_known(log):
    log.keep(outcome(Came.ANSWERED, lasted=LONG_TALK))
    assert NUMBER in log.known_to(OwnerRules(), NOW).answered


def test_a_caller_hung_up_on_at_once_is_not_known(log):
    log.keep(outcome(Came.ANSWERED, lasted=timedelta(seconds=2)))
    log.keep(outcome(Came.MISSED))
    assert not log.known_to(OwnerRules(), NOW).answered


def test_whom_the_owner_calls_is_known(log):
    log.keep_dialled(NUMBER, NOW, is_emergency=False)
    assert NUMBER in log.known_to(OwnerRules(), NOW).dialled


def test_calls_of_the_last_hours_count_for_a_break_through_in_any_time_zone(log):
    from datetime import timezone

    east = timezone(timedelta(hours=9))
    log.keep(outcome(at=(NOW - timedelta(minutes=5)).astimezone(east)))
    log.keep(outcome(at=NOW - timedelta(hours=5)))
    recent = log.known_to(OwnerRules(), NOW).recent_calls
    assert [(number, at) for number, at in recent] == [(NUMBER, NOW - timedelta(minutes=5))]


def test_an_emergency_call_is_remembered_for_its_time(log):
    log.keep_dialled(None, NOW, is_emergency=True)
    assert log.known_to(OwnerRules(), NOW + timedelta(hours=1)).last_emergency_call == NOW
    assert log.known_to(OwnerRules(), NOW + timedelta(hours=3)).last_emergency_call is None


def test_old_calls_are_forgotten(log):
    log.keep(outcome(at=NOW - KEPT - timedelta(days=1)))
    log.keep(outcome())
    assert len(log.last(10)) == 1


def test_a_call_that_is_not_there_is_said_so(log):
    with pytest.raises(NoSuchCall, match="no call 7"):
        log.call(7)


def test_the_log_is_its_owners_alone(log, tmp_path):
    assert stat.S_IMODE((tmp_path / "calls.sqlite").stat().st_mode) == 0o600


def test_a_file_that_is_no_log_is_one_clear_sentence(tmp_path):
    (tmp_path / "calls.sqlite").write_text("not a database, and long enough to be read as one" * 9)
    with pytest.raises(Unavailable, match="cannot be used"):
        CallLog.open(tmp_path / "calls.sqlite")
