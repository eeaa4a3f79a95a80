"""Which radios reporters agree on, and that a vehicle belongs to no place."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from proso.reports.hotspot_report import HotspotReport, JoinAssertion, Step
from proso.reputation.radios import KEPT, bind_radios
from proso.values.hotspot import Hotspot, SignIn
from proso.values.place import Position

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CAFE = Hotspot(identity=1, position=Position(48.85, 2.35), ssids=(b"Cafe",))
STATION = Hotspot(identity=2, position=Position(48.95, 2.55), ssids=(b"Cafe",))
LISTED = {1: CAFE, 2: STATION}


def _report(reporter, subject=1, radio=7, at=NOW, assertion=JoinAssertion.ONLINE):
    return HotspotReport(
        subject=subject,
        assertion=assertion,
        step=Step.PROOF,
        seconds=2,
        hour=1,
        band=2,
        signal=2,
        sign_in=SignIn.OPEN,
        recipe="",
        radio=radio,
        at=at,
        reporter=reporter,
        region="FR",
        origin="",
        report_id=f"{reporter}{subject}{radio}",
    )


def test_three_reporters_make_a_radio_known_and_one_who_repeats_does_not():
    assert bind_radios([_report(who) for who in "abc"], LISTED, now=NOW).tags == {1: {7}}
    assert not bind_radios([_report("a")] * 50, LISTED, now=NOW).tags


def test_reports_that_praise_a_twin_count_by_the_weight_of_who_sends_them():
    reports = [_report(f"new{n}", radio=666) for n in range(20)]
    weights = {f"new{n}": 0.1 for n in range(20)}
    assert not bind_radios(reports, LISTED, now=NOW, weights=weights).tags


def test_anonymous_reports_bind_nothing():
    assert not bind_radios([_report("") for _ in range(9)], LISTED, now=NOW).tags


def test_a_radio_met_at_two_places_is_bound_to_neither():
    reports = [_report(who, subject) for who in "abc" for subject in (1, 2)]
    bound = bind_radios(reports, LISTED, now=NOW)
    assert not bound.tags
    assert bound.moving == {(b"Cafe", 7)}


def test_one_liar_elsewhere_does_not_unbind_a_radio():
    reports = [*(_report(who) for who in "abc"), _report("liar", subject=2)]
    assert bind_radios(reports, LISTED, now=NOW).tags == {1: {7}}


def test_a_radio_nobody_met_for_a_year_is_forgotten():
    old = NOW - KEPT - timedelta(hours=1)
    assert not bind_radios([_report(who, at=old) for who in "abc"], LISTED, now=NOW).tags


def test_reports_of_twins_bind_nothing():
    reports = [_report(who, assertion=JoinAssertion.TWIN) for who in "abcd"]
    assert not bind_radios(reports, LISTED, now=NOW).tags


def test_places_nobody_lists_are_not_bound():
    assert not bind_radios([_report(who, subject=9) for who in "abc"], LISTED, now=NOW).tags


@given(st.permutations([_report(w, s, r) for w in "abc" for s in (1, 2) for r in (7, 8)][:9]))
def test_the_order_of_reports_does_not_matter(reports):
    assert bind_radios(reports, LISTED, now=NOW) == bind_radios(
        sorted(reports, key=str), LISTED, now=NOW
    )
