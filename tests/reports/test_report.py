"""What a stranger sends becomes a report or a sentence."""

from datetime import UTC, datetime, timedelta

import pytest

from proso.errors import BadReport
from proso.reports.report import CLOCK_SKEW, EARLIEST, Assertion, Report, parse_batch
from proso.values.listing import Category
from proso.values.number import PhoneNumber

GOOD = {
    "subject": "(202) 555-0101",
    "assertion": "spam",
    "category": "loan",
    "at": "2025-12-31T23:00:00+01:00",
    "reporter": "ana",
    "region": "US",
    "origin": "202",
    "report_id": "one",
}


def test_a_report_is_read_as_it_was_meant(now):
    report = Report.parse(GOOD, now=now)
    assert report.subject == PhoneNumber(12025550101)
    assert (report.assertion, report.category) == (Assertion.SPAM, Category.LOAN)
    assert report.at == datetime(2025, 12, 31, 22, tzinfo=UTC)


def test_a_report_travels_and_comes_back_the_same(now):
    report = Report.parse(GOOD, now=now)
    assert Report.parse(report.as_fields(), now=now) == report


@pytest.mark.parametrize("name", ["category", "reporter", "origin"])
def test_what_is_optional_may_be_left_out(now, name):
    report = Report.parse({k: v for k, v in GOOD.items() if k != name}, now=now)
    assert getattr(report, name) == ("other" if name == "category" else "")


@pytest.mark.parametrize("name", ["subject", "assertion", "at", "region", "report_id"])
@pytest.mark.parametrize("value", [None, "", "   ", 7, ["x"], "a\nb", "x" * 200, "\ud800", "?"])
def test_what_is_needed_must_be_there_and_sound(now, name, value):
    if name == "report_id" and value == "?":
        return  # any printable text is an id
    with pytest.raises(BadReport):
        Report.parse(GOOD | {name: value}, now=now)


@pytest.mark.parametrize(
    ("name", "value"),
    [("category", "lottery"), ("reporter", "x" * 65), ("origin", "x" * 17), ("origin", "\x00")],
)
def test_what_is_optional_must_be_sound_where_given(now, name, value):
    with pytest.raises(BadReport):
        Report.parse(GOOD | {name: value}, now=now)


@pytest.mark.parametrize(
    "text",
    ["1999-12-31", "2026-02-01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "now"],
)
def test_a_time_that_cannot_be_is_refused(now, text):
    with pytest.raises(BadReport):
        Report.parse(GOOD | {"at": text}, now=now)


def test_a_clock_may_be_as_far_ahead_as_time_zones_are_apart(now):
    assert Report.parse(GOOD | {"at": (now + CLOCK_SKEW).isoformat()}, now=now)
    assert Report.parse(GOOD | {"at": EARLIEST.isoformat()}, now=now)
    with pytest.raises(BadReport):
        late = now + CLOCK_SKEW + timedelta(seconds=1)
        Report.parse(GOOD | {"at": late.isoformat()}, now=now)


def test_a_time_without_a_zone_is_utc(now):
    assert Report.parse(GOOD | {"at": "2025-12-31"}, now=now).at == datetime(
        2025, 12, 31, tzinfo=UTC
    )


def test_a_bad_row_of_a_batch_costs_only_itself(now):
    reports, refusals = parse_batch([GOOD, {}, GOOD | {"assertion": "maybe"}, GOOD], now=now)
    assert len(reports) == 2
    assert [refusal.row for refusal in refusals] == [2, 3]


def test_a_refusal_names_no_number(now):
    _, (refusal,) = parse_batch([GOOD | {"subject": "+120255501019999"}], now=now)
    assert "5550101" not in refusal.why


def test_a_report_prints_its_number_masked(now):
    assert "12025550101" not in repr(Report.parse(GOOD, now=now))
