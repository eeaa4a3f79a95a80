import time

import pytest

from proso.market.accuracy import accuracy
from proso.market.backtest import (
    DECIDED,
    Hits,
    against_population,
    choice,
    graded_plan,
    tipping,
)
from proso.market.builtin import panel
from proso.market.importing import mapping, read
from proso.market.panel import Panel
from proso.market.truth import actual_crossing, announced


def hits(k, low, median, population, emerging):
    return Hits(k, low, median, 9, 8, population, emerging, 3)


def test_a_model_no_better_than_population_says_so():
    said = against_population((hits(10, 4, 6, 5, 6), hits(20, 7, 9, 8, 9)))
    assert said.count("no better than population alone") == 2
    assert "cannot tell them apart" in said


def test_a_model_better_than_population_says_by_how_much():
    said = against_population((hits(10, 7, 8, 5, 6), hits(20, 10, 10, 8, 9)))
    assert "no better" not in said
    assert "it hits 8, population at best 6" in said
    assert "cannot tell" not in said


def test_the_ten_are_ten_and_the_crossing_is_the_year_that_happened():
    assert len(announced()) == 10
    assert all(one.source for one in announced())
    assert actual_crossing() == 2018


def test_the_choice_of_2013_is_graded_in_full(assumptions):
    graded, ranking = choice(panel().as_of(DECIDED), assumptions, 200, 1)
    assert len(graded.hit) + len(graded.missed) == 10
    assert set(graded.intruders).isdisjoint(graded.hit)
    assert 0.5 < graded.auc <= 1
    assert sum(count for _, _, count, _, _ in graded.calibration) == len(ranking.places)
    assert len(graded.other_ranges) == 5


def test_without_surveys_the_tipping_score_is_not_graded(view, assumptions):
    assert tipping(view, assumptions, Panel([])) is None


def test_the_plan_of_2013_is_graded_by_its_interval(assumptions):
    graded = graded_plan(assumptions, 2000, 1)
    assert graded.inside == (graded.interval[0] <= graded.actual <= graded.interval[1])
    assert [row[0] for row in graded.revenue] == list(range(2014, 2020))


@pytest.mark.slow
def test_saturated_series_are_no_worse_than_naive():
    from datetime import date

    made = accuracy(panel().as_of(date(2020, 12, 31)), "mobile_subs_p100")
    assert made.saturated > 50
    assert made.saturated_ratio <= 1.05


@pytest.mark.integration
def test_the_figures_of_the_issue_hold_on_real_data(data, assumptions):
    from datetime import date

    surveys = Panel(read(data / "smartphone_pew_2013_2015.csv", mapping("pew"), date(2026, 1, 1)))
    made = tipping(panel().as_of(DECIDED), assumptions, surveys)
    assert made is not None
    assert made.score >= 0.65
    assert made.score > made.gdp
    forecasts = accuracy(panel().as_of(date(2020, 12, 31)), "internet_users_pct")
    assert forecasts.errors["proso"] <= 4.0
    assert 0.75 <= forecasts.coverage <= 0.85
    assert graded_plan(assumptions, 10_000, 1).inside
    started = time.monotonic()
    graded, _ = choice(panel().as_of(DECIDED), assumptions, 2000, 1)
    assert time.monotonic() - started < 120  # a hang, not a benchmark
    assert graded.hits[0].median >= 6
