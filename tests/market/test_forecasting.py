from datetime import date

import numpy as np
import pytest

from proso.market.builtin import panel
from proso.market.curves import CURVES
from proso.market.curves import forecast as curve_forecast
from proso.market.forecasting import METHODS, forecast
from proso.market.growth import Series, from_logit, to_logit


@pytest.fixture(scope="module")
def series():
    view = panel().as_of(date(2020, 12, 31))
    codes, years = view.countries(), range(1990, 2019)
    return Series(
        view.matrix("internet_users_pct", codes, years),
        np.log(view.matrix("gdp_pc_ppp", codes, years)),
        100.0,
        95.0,
    )


def test_what_came_after_the_origin_changes_no_forecast(series):
    changed = Series(series.values.copy(), series.income.copy(), 100.0, 95.0)
    changed.values[:, 24:] = 1.0
    changed.income[:, 24:] = 5.0
    one, other = forecast(series, 23, 5), forecast(changed, 23, 5)
    assert np.array_equal(one.median, other.median, equal_nan=True)
    assert np.array_equal(one.high, other.high, equal_nan=True)


def test_a_forecast_stays_within_its_interval_and_the_possible(series):
    made = forecast(series, 23, 5)
    good = np.isfinite(made.median)
    assert (made.low[good] <= made.median[good] + 1e-9).all()
    assert (made.median[good] <= made.high[good] + 1e-9).all()
    assert made.median[good].min() >= 0
    assert made.high[good].max() <= 100


def test_a_country_where_everybody_has_one_falls_back_to_naive():
    values = np.tile(np.linspace(10, 130, 24), (30, 1)) * np.linspace(0.5, 1, 30)[:, None]
    series = Series(values, np.full(values.shape, 9.0), 200.0, 100.0)
    made = forecast(series, 23, 3)
    full = values[:, 23] >= 100
    assert full.any()
    assert (made.method[full] == METHODS.index("naive")).all()
    assert made.median[full] == pytest.approx(np.repeat(values[full, 23:24], 3, axis=1))


def test_a_series_nobody_knows_gives_nothing_rather_than_a_number():
    made = forecast(Series(np.full((3, 24), np.nan), np.full((3, 24), np.nan), 100, 95), 23, 2)
    assert (made.method == -1).all()
    assert np.isnan(made.median).all()


def test_logits_come_back():
    share = np.array([0.1, 5, 50, 95])
    assert from_logit(to_logit(share, 100), 100) == pytest.approx(share)


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_finds_itself_again(name):
    truth = 80 / (1 + np.exp(-0.5 * (np.arange(30) - 14.0)))
    made = curve_forecast(name, truth, 23, 5, 100)
    assert np.abs(made - truth[24:29]).max() < 12
    assert np.isnan(curve_forecast(name, np.full(30, np.nan), 23, 2, 100)).all()
