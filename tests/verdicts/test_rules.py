"""What an owner writes down, and what it covers."""

from datetime import UTC, datetime, time, timedelta

import pytest

from proso.errors import BadRules
from proso.values.number import PhoneNumber
from proso.verdicts.rules import (
    MAX_PATTERNS,
    BreakThrough,
    NumberPattern,
    OwnerRules,
    PackPolicy,
    Schedule,
    any_matches,
)


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("+1900*", 19005550123, True),
        (" (+1) 900*", 19005550123, True),
        ("+1900*", 490190055501, False),
        ("900*", 19005550123, True),
        ("0190*", 49190123456, True),
        ("190*", 49190123456, True),
        ("06*", 390612345678, True),
        ("6*", 390612345678, False),  # in Italy the 0 is part of the number
        ("44*", 18445550123, False),
        ("00*", 18005550123, False),
        ("+49 30 ####", 49301234, True),
        ("+49 30 ####", 493012345, False),
        ("+4930xX?#", 49301234, True),
        ("2025550101", 12025550101, True),
        ("+12025550101", 12025550101, True),
    ],
)
def test_a_pattern_matches_numbers_of_its_shape(pattern, value, matches):
    assert NumberPattern(pattern).matches(PhoneNumber(value)) is matches


@pytest.mark.parametrize("text", ["", "*", "+", "1*2", "**", "abc", "+1.*|", "1" * 16, "1+2", "٣*"])
def test_what_is_no_pattern_is_refused(text):
    with pytest.raises(BadRules):
        NumberPattern(text)


def test_a_refused_pattern_is_not_shown_whole():
    with pytest.raises(BadRules) as raised:
        NumberPattern("+12025550101!")
    assert "5550101" not in str(raised.value)


def test_the_first_pattern_that_matches_is_named():
    patterns = [NumberPattern("+44*"), NumberPattern("+1*"), NumberPattern("+1202*")]
    assert any_matches(patterns, PhoneNumber(12025550101)) is patterns[1]
    assert any_matches(patterns, PhoneNumber(49301234567)) is None


@pytest.mark.parametrize("field", ["allowed_patterns", "blocked_patterns"])
def test_more_than_a_thousand_patterns_belong_into_a_pack(field):
    patterns = (NumberPattern("+1*"),) * MAX_PATTERNS
    assert OwnerRules(**{field: patterns}).given >= {field}
    with pytest.raises(BadRules):
        OwnerRules(**{field: (*patterns, NumberPattern("+2*"))})


@pytest.mark.parametrize(
    "thresholds",
    [{"reject_from": 0.5}, {"label_from": 0.9}, {"silence_from": float("nan")}],
)
def test_thresholds_out_of_order_are_refused(thresholds):
    with pytest.raises(BadRules):
        PackPolicy(**thresholds)


@pytest.mark.parametrize(
    ("begins", "ends", "clock", "covered"),
    [
        (time(9), time(17), time(9), True),
        (time(9), time(17), time(17), False),
        (time(22), time(7), time(23, 59, 59), True),
        (time(22), time(7), time(0), True),
        (time(22), time(7), time(7), False),
        (time(22), time(7), time(21, 59), False),
        (time(9), time(9), time(9), True),
        (time(0), time(0), time(0), True),
        (time(0), time(0), time(23, 59, 59), True),
    ],
)
def test_a_schedule_covers_its_hours(begins, ends, clock, covered):
    assert Schedule(begins, ends).covers(datetime.combine(datetime(2026, 1, 1), clock)) is covered  # noqa: DTZ001  a schedule is local


def test_hours_that_begin_and_end_at_midnight_are_that_whole_day_and_no_other():
    sunday = Schedule(time(0), time(0), days=frozenset({6}))
    begins = datetime(2026, 1, 4, tzinfo=UTC)
    hours = [sunday.covers(begins + timedelta(hours=hour)) for hour in range(-24, 48)]
    assert hours == [False] * 24 + [True] * 24 + [False] * 24


def test_a_pattern_of_a_country_leaves_the_numbers_of_others_alone():
    pattern = NumberPattern("900*", 1)
    assert pattern.matches(PhoneNumber(19005550123))
    assert not pattern.matches(PhoneNumber(919001234567))
    assert NumberPattern("+91900*", 1).matches(PhoneNumber(919001234567))


@pytest.mark.parametrize("field", [{"within": timedelta(0)}, {"minimum_gap": timedelta(-1)}])
def test_a_break_through_takes_time(field):
    with pytest.raises(BadRules, match="break_through"):
        BreakThrough(**field)


def test_a_sunday_night_ends_on_monday_morning():
    schedule = Schedule(time(22), time(7), days=frozenset({6}))
    sunday = datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert schedule.covers(sunday)
    assert schedule.covers(sunday + timedelta(hours=6))
    assert not schedule.covers(sunday - timedelta(hours=20))
    assert not schedule.covers(sunday + timedelta(days=1))


def test_only_fields_that_hold_anything_are_given():
    number = PhoneNumber(12025550101)
    assert "allowed" in OwnerRules(allowed=frozenset({number})).given
    assert not {"allowed", "contacts", "schedules", "expecting_until"} & OwnerRules().given


def test_a_break_through_needs_a_second_call():
    with pytest.raises(BadRules, match="at least 2"):
        BreakThrough(calls=1)
