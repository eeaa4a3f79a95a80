"""What reports say of a hotspot, and what repeating them does not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.reports.hotspot_report import HotspotReport, JoinAssertion, Step
from proso.reputation.hotspots import HALF_LIFE, learn
from proso.values.hotspot import History, Hotspot, SignIn
from proso.values.place import Position

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CAFE = Hotspot(identity=1, position=Position(48.85, 2.35), ssids=(b"Cafe",))


def _report(who="a", *, ok=True, days=0.0, hour=9, seconds=2.0, sign_in=SignIn.CONSENT, **more):
    return HotspotReport(
        **{
            "subject": 1,
            "assertion": JoinAssertion.ONLINE if ok else JoinAssertion.FAILED,
            "step": Step.PROOF if ok else Step.ADDRESS,
            "seconds": seconds if ok else None,
            "hour": hour,
            "band": 2,
            "signal": 2,
            "sign_in": sign_in,
            "recipe": "unifi@1" if ok else "",
            "radio": 7,
            "at": NOW - timedelta(days=days),
            "reporter": who,
            "region": "FR",
            "origin": "",
            "report_id": f"{who}{days}{ok}{hour}",
        }
        | more
    )


def _learnt(*reports, **more):
    (one,) = learn([CAFE], reports, now=NOW, **more)
    return one


def test_successes_and_failures_of_different_reporters_add_up():
    told = _learnt(_report("a"), _report("b"), _report("c", ok=False))
    assert (told.history.succeeded, told.history.failed) == (2, 1)
    assert told.sign_in is SignIn.CONSENT
    assert told.recipe == "unifi"
    assert told.proven_day == NOW.date().toordinal() - 719_163


def test_one_who_repeats_counts_once_a_day():
    many = [_report("liar", hour=hour) for hour in range(20)]
    assert _learnt(*many).history.attempts == 1


def test_an_old_word_counts_less():
    told = _learnt(_report("a", days=HALF_LIFE.days), _report("b", ok=False))
    assert told.history.succeeded == pytest.approx(0.5, abs=0.05)
    assert told.history.failed == 1


def test_strangers_without_a_name_count_a_quarter():
    assert _learnt(_report("")).history.succeeded == pytest.approx(0.2, abs=0.06)


def test_weights_of_reporters_are_heard():
    told = _learnt(_report("new"), weights={"new": 0.1})
    assert told.history.succeeded == pytest.approx(0.1)


def test_a_no_to_the_terms_says_nothing_of_the_network():
    assert _learnt(_report("a", ok=False, step=Step.CONSENT)) == CAFE


def test_an_hour_speaks_for_itself_once_there_is_enough():
    few = _learnt(*(_report(f"r{n}", hour=20, ok=False) for n in range(4)))
    assert few.hourly == ()
    enough = _learnt(*(_report(f"r{n}", hour=20, ok=False) for n in range(6)))
    assert [hour for hour, _ in enough.hourly] == [20]


def test_times_move_from_the_usual_towards_what_was_measured():
    told = _learnt(*(_report(f"r{n}", seconds=20.0) for n in range(30)))
    assert 2.7 < told.history.mean_log_seconds < 3.0


def test_radios_are_bound_with_the_same_word():
    told = _learnt(*(_report(who) for who in "abc"))
    assert told.radio_tags == {7}


def test_without_reports_a_hotspot_is_as_its_list_says():
    assert _learnt() == CAFE
    assert _learnt(_report(days=-5)) == CAFE


@given(st.permutations([_report(w, ok=o, days=d) for w in "abc" for o in (0, 1) for d in (0, 40)]))
def test_the_order_of_reports_does_not_matter(reports):
    assert _learnt(*reports) == _learnt(*sorted(reports, key=lambda one: one.report_id))


@given(st.integers(1, 60))
def test_any_number_of_newcomers_adds_at_most_their_weight(many):
    crowd = [_report(f"n{n}", ok=False) for n in range(many)]
    told = _learnt(*crowd, weights={f"n{n}": 0.05 for n in range(many)})
    assert told.history.failed <= many * 0.05 + 0.06
    assert isinstance(told.history, History)
