from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proso.hub.engine import Engine
from proso.reports.report import Assertion, Report
from proso.reputation.rule import HALF_LIFE, HORIZON, listing_of, rate, weight_of
from proso.reputation.weighing import REPORTS_SCHEMA, rate_subjects, weigh
from proso.values.listing import Category, Listing
from proso.values.number import PhoneNumber

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SUBJECTS = (12024181000, 12024181001, 12024181002)
DAY = 86_400
# Whole days and half-lives meet the edges of the table; seconds are between them.
AGES = st.one_of(
    st.integers(-2, 182).map(lambda days: days * DAY),
    st.sampled_from([0, 30 * DAY, 60 * DAY, 180 * DAY, 180 * DAY + 1, -1]),
    st.integers(-DAY, 181 * DAY),
)


@st.composite
def report_sets(draw) -> list[Report]:
    size = draw(st.integers(0, 14))
    ids = draw(st.permutations([f"{i:02}" for i in range(size)]))
    return [
        Report(
            subject=PhoneNumber(draw(st.sampled_from(SUBJECTS))),
            assertion=draw(st.sampled_from([Assertion.SPAM, Assertion.SPAM, Assertion.NOT_SPAM])),
            category=draw(st.sampled_from(list(Category)[:5])),
            at=NOW - timedelta(seconds=draw(AGES)),
            reporter=draw(st.sampled_from(["", "", "ann", "bob", "cem"])),
            region="US",
            origin="",
            report_id=report_id,
        )
        for report_id in ids
    ]


def as_table(reports: list[Report]) -> pa.Table:
    rows = [
        {
            "subject": r.subject.value,
            "assertion": r.assertion.value,
            "category": r.category.value,
            "at": r.at,
            "reporter": r.reporter,
            "region": r.region,
            "origin": r.origin,
            "source": "hub",
            "report_id": r.report_id,
        }
        for r in reports
    ]
    return pa.Table.from_pylist(rows, schema=REPORTS_SCHEMA.to_pyarrow())


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def weighed(engine: Engine, reports: list[Report], now: datetime = NOW) -> dict[int, dict]:
    table = engine.table("reports", as_table(reports))
    try:
        return {row["subject"]: row for row in engine.run(weigh(table, now=now)).to_pylist()}
    finally:
        engine._backend.drop_table("reports")


def report(assertion=Assertion.SPAM, *, days=0.0, by="", category=Category.OTHER, at=None):
    at = at or NOW - timedelta(days=days)
    return Report(
        subject=PhoneNumber(SUBJECTS[0]),
        assertion=assertion,
        category=category,
        at=at,
        reporter=by,
        region="US",
        origin="",
        report_id=f"{by}{at.timestamp()}{assertion}{id(at)}{days}",
    )


@pytest.mark.slow
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(reports=report_sets())
def test_all_subjects_at_once_are_weighed_as_each_by_itself(engine, reports):
    table = weighed(engine, reports)
    for subject in SUBJECTS:
        expected, _ = rate((r for r in reports if r.subject.value == subject), now=NOW)
        row = table.pop(subject, None)
        if expected is None:
            assert row is None
            continue
        assert row["rating"] == pytest.approx(expected.rating, abs=1e-9)
        assert row["spam"] == pytest.approx(expected.spam, abs=1e-9)
        assert row["not_spam"] == pytest.approx(expected.not_spam, abs=1e-9)
        assert row["sample_size"] == expected.sample_size
        assert row["category"] == expected.category.value
        assert row["newest"] == expected.newest
        assert row["listing"] == (expected.listing and expected.listing.value)
    assert table == {}


@settings(max_examples=100, deadline=None)
@given(reports=report_sets(), data=st.data())
def test_the_order_of_reports_does_not_matter(reports, data):
    shuffled = data.draw(st.permutations(reports))
    assert rate(reports, now=NOW) == rate(shuffled, now=NOW)


@given(st.integers(-DAY, 200 * DAY), st.integers(0, 200 * DAY))
def test_an_older_report_never_weighs_more(age, older_by):
    younger, older = (weight_of(timedelta(seconds=s)) for s in (age, age + older_by))
    assert 0 <= older <= younger <= 1


def test_a_report_weighs_one_when_new_and_half_a_half_life_later():
    assert weight_of(timedelta()) == weight_of(timedelta(hours=-5)) == 1
    assert weight_of(HALF_LIFE) == 0.5
    assert weight_of(HORIZON) == pytest.approx(1 / 64)
    assert weight_of(HORIZON + timedelta(seconds=1)) == 0


@pytest.mark.parametrize(
    ("reports", "rating"),
    [
        ([report()], 0.5),
        ([report(), report()], 2 / 3),
        ([report()] * 1 + [report(days=0, at=NOW - timedelta(0, n)) for n in range(8)], 0.9),
        ([report(days=30), report(days=30)], 0.5),
        ([report(), report(), report(Assertion.NOT_SPAM)], 0.5),
    ],
)
def test_the_worked_values_of_the_rule_hold(engine, reports, rating):
    from dataclasses import replace

    reports = [replace(one, report_id=str(place)) for place, one in enumerate(reports)]
    belief, contributions = rate(reports, now=NOW)
    assert belief.rating == pytest.approx(rating, abs=1e-5)
    assert len(contributions) == len(reports)
    assert weighed(engine, reports)[SUBJECTS[0]]["rating"] == pytest.approx(rating, abs=1e-5)


def test_of_one_reporter_only_the_last_word_counts(engine):
    reports = [report(by="ann", days=5), report(Assertion.NOT_SPAM, by="ann", days=1)]
    belief, _ = rate(reports, now=NOW)
    assert (belief.sample_size, belief.spam) == (1, 0)
    assert weighed(engine, reports)[SUBJECTS[0]]["sample_size"] == 1


def test_a_report_after_the_moment_of_weighing_does_not_count(engine):
    late = report(at=NOW + timedelta(seconds=1))
    assert rate([late], now=NOW) == (None, [])
    assert weighed(engine, [late]) == {}


def test_a_report_beyond_the_horizon_does_not_count(engine):
    old = report(at=NOW - HORIZON - timedelta(seconds=1))
    assert rate([old], now=NOW) == (None, [])
    assert weighed(engine, [old]) == {}


def test_rows_without_a_subject_are_left_out(engine):
    rows = as_table([report()])
    empty = rows.set_column(0, "subject", pa.array([None], pa.int64()))
    table = engine.table("empty", empty)
    assert engine.run(weigh(table, now=NOW)).num_rows == 0


def test_another_half_life_can_be_tried(engine):
    table = engine.table("tried", as_table([report(days=7)]))
    (row,) = engine.run(rate_subjects(table, now=NOW, half_life_days=7)[0]).to_pylist()
    assert row["spam"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("rating", "size", "spam", "not_spam", "listing"),
    [
        (0.1, 9, 1.0, 2.0, Listing.CLEARED),
        (0.4, 9, 2.0, 2.0, Listing.WATCHED),
        (0.2, 9, 0.5, 1.99, None),
        (0.55, 2, 2.0, 0.0, Listing.LISTED),
        (0.55, 1, 2.0, 0.0, None),
        (0.5499, 2, 2.0, 0.0, Listing.WATCHED),
        (0.30, 2, 1.0, 0.0, Listing.WATCHED),
        (0.2999, 2, 1.0, 0.0, None),
        (0.99, 50, 99.0, 3.0, Listing.LISTED),
    ],
)
def test_the_first_line_of_the_listing_table_that_holds_decides(
    rating, size, spam, not_spam, listing
):
    assert listing_of(rating, size, spam=spam, not_spam=not_spam) is listing


def test_a_tie_of_categories_goes_to_the_name_that_sorts_first(engine):
    reports = [report(category=Category.SCAM, by="a"), report(category=Category.LOAN, by="b")]
    assert rate(reports, now=NOW)[0].category is Category.LOAN
    assert weighed(engine, reports)[SUBJECTS[0]]["category"] == "loan"


def test_edges_of_the_table_fall_alike_for_whole_half_lives(engine):
    # Eight reports against of two half-lives weigh exactly 2: cleared.
    reports = [report(Assertion.NOT_SPAM, by=f"r{n}", days=60) for n in range(8)]
    assert rate(reports, now=NOW)[0].listing is Listing.CLEARED
    assert weighed(engine, reports)[SUBJECTS[0]]["listing"] == "cleared"
