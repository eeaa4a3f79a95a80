from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proso.errors import BadFile, BadPlan, NothingKnown
from proso.market import answers, portfolio, serving
from proso.market.economics import unit_economics
from proso.market.plan import Means, PlanQuestion, plan
from proso.market.revenue import NEVER, crossing, fit_growth, load_company
from proso.market.sequence import entries
from proso.market.waiting import Limits

DAY = date(2014, 1, 31)


@pytest.fixture(scope="module")
def made(view, ranking, assumptions):
    means = Means(assumptions, serving.load(), portfolio.load(), load_company(None, DAY))
    order = entries(ranking, assumptions, means.serving, Limits())
    return plan(view, ranking, order, means, PlanQuestion(paths=400, years=6))


def test_the_price_is_the_sum_of_its_parts(assumptions):
    unit = unit_economics(assumptions, np.array(100.0), np.array([9.0]))
    total = unit.parts + unit.freight + unit.duty + unit.channel + unit.warranty + unit.margin
    assert total == pytest.approx(unit.price)
    assert 0 <= unit.margin / unit.price <= 0.05


def test_a_richer_country_brings_more_services(assumptions):
    unit = unit_economics(assumptions, np.array(100.0), np.array([8.0, 10.0]))
    assert unit.services[0] < unit.services[1]


def test_the_portfolio_holds_its_limit_and_never_sells_a_demand_twice():
    catalogue = portfolio.load()
    chosen = portfolio.choose(catalogue, 5e6, np.full(len(catalogue.products), 8.0))
    assert len(chosen.chosen) <= catalogue.most
    assert all(part <= 1 + 1e-6 for part in chosen.covered.values())


def test_the_best_portfolio_is_no_worse_than_any_fixed_number_within_the_limit():
    catalogue = portfolio.load()
    chosen = portfolio.choose(catalogue, 2e7, np.full(len(catalogue.products), 8.0))
    assert chosen.profit == pytest.approx(max(chosen.marginal[: catalogue.most]), abs=1e-6)
    assert chosen.ninth <= chosen.marginal[8] - chosen.profit + 1e-6


def test_more_demand_never_asks_for_fewer_products():
    catalogue = portfolio.load()
    profit = np.full(len(catalogue.products), 5.0)
    few = portfolio.choose(catalogue, 1e5, profit)
    many = portfolio.choose(catalogue, 1e8, profit)
    assert len(few.chosen) < len(many.chosen)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[demand]\nx = 1\n", "0 products"),
        ("[demand]\nx = 1\n[products.a]\nparts = 5\nfits = { y = 1 }\n", "correct y"),
        ("[demand]\nx = 1\n[products.a]\nparts = -5\nfits = { x = 1 }\n", "product a"),
        ("[demand]\nx = 1\n[products.a]\nparts = 5\nfits = { x = 2 }\n", "correct x"),
    ],
)
def test_a_wrong_catalogue_is_named(tmp_path, text, says):
    path = tmp_path / "products.toml"
    path.write_text(text)
    with pytest.raises(BadPlan, match=says):
        portfolio.load(path)


def test_a_serving_file_without_an_input_is_refused(tmp_path):
    path = tmp_path / "serving.toml"
    path.write_text("[measured.pack_bytes]\nvalue = 1\n")
    with pytest.raises(BadPlan, match="without"):
        serving.load(path)


def test_every_measured_input_of_serving_names_its_line():
    for name in ("pack_bytes", "publish_seconds", "report_seconds"):
        assert "docs/benchmarks.md" in serving.load().lines[name].source


def test_a_plan_is_plain_json_and_its_points_are_in_order(made):
    answer = answers.plan(made)
    assert answer["worth"] == sorted(answer["worth"])
    assert 0 <= answer["p_loss"] <= 1
    assert answer["global_500"]["p_never"] >= 0
    for one in answer["countries"]:
        assert one["need"][0] <= one["need"][1] <= one["need"][2]


def test_nothing_is_earned_or_spent_before_a_country_is_entered(made):
    for index, half_year in enumerate(made.launch.half_year.astype(int)):
        assert (made.paths.cash[:, index, :half_year] == 0).all()
        assert (made.paths.users[:, index, :half_year] == 0).all()


def test_the_tornado_is_sorted_by_what_matters(made):
    widths = [abs(bar.at_high - bar.at_low) for bar in made.tornado]
    assert widths == sorted(widths, reverse=True)


def test_a_plan_without_a_history_of_revenue_asks_no_global_500(view, ranking, assumptions):
    company = load_company(None, date(2013, 6, 1))
    assert company.revenue == ()
    means = Means(assumptions, serving.load(), portfolio.load(), company)
    order = entries(ranking, assumptions, means.serving, Limits())
    small = plan(view, ranking, order, means, PlanQuestion(paths=100, years=2))
    assert small.crossing is None
    assert answers.plan(small)["global_500"] is None


def test_revenue_published_later_is_not_known():
    assert [year for year, _ in load_company(None, date(2013, 12, 31)).revenue] == [2012]
    assert [year for year, _ in load_company(None, DAY).revenue] == [2012, 2013]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("fiscal_year = 2012\nusd_bn = -1\npublished = 2013-01-01\n", "row 1"),
        ("fiscal_year = 2012\nusd_bn = 1\n", "row 1"),
    ],
)
def test_a_wrong_revenue_row_is_named(tmp_path, rows, says):
    path = tmp_path / "company.toml"
    path.write_text(f"[[revenue]]\n{rows}")
    with pytest.raises(BadPlan, match=says):
        load_company(path, DAY)


def test_a_gap_in_the_revenue_is_named(tmp_path):
    path = tmp_path / "company.toml"
    path.write_text(
        "".join(
            f"[[revenue]]\nfiscal_year = {year}\nusd_bn = 1\npublished = 2013-01-01\n"
            for year in (2010, 2012)
        )
    )
    with pytest.raises(BadPlan, match="2010 and then of 2012"):
        load_company(path, DAY)


def test_a_company_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(BadFile):
        load_company(tmp_path / "nothing.toml", DAY)


def test_growth_is_learnt_from_reports_published_by_the_day():
    assert fit_growth(date(2009, 12, 31)).pairs < fit_growth(DAY).pairs
    with pytest.raises(NothingKnown):
        fit_growth(date(1999, 1, 1))


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_the_probability_to_have_crossed_never_falls(seed):
    from proso.market.assumptions import defaults

    made = crossing(load_company(None, DAY), defaults(), DAY, paths=300, years=12, seed=seed)
    chances = [made.by(year) for year in made.years]
    assert chances == sorted(chances)
    assert chances[-1] + made.never == pytest.approx(1)
    low, high = made.interval()
    assert low <= high <= NEVER


def test_a_break_even_is_after_the_last_debt(made):
    even = made.paths.break_even()
    total = np.cumsum(made.paths.cash, axis=2)
    for path, country in np.argwhere(np.isfinite(even))[:50]:
        rest = total[path, country, int(even[path, country]) :]
        assert (rest >= 0).all()
    assert (total[np.isinf(even)][:, -1] < 0).all()
