import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.errors import BadPlan
from proso.market.assumptions import defaults
from proso.market.serving import load
from proso.market.waiting import Limits, order, worth_by_time


def values(worth, passes):
    return worth_by_time(np.array([worth]), np.array([passes]), defaults(), 6)[0]


def test_waiting_is_worth_nothing_where_the_country_surely_passes():
    worth = values(100.0, 1.0)
    assert worth[0] == max(worth)


def test_waiting_is_worth_something_where_entry_is_a_coin_toss():
    worth = values(12.0, 0.5)
    assert max(worth[1:]) > worth[0]


@given(st.floats(0, 1e3), st.floats(0, 1))
def test_no_entry_is_ever_worth_less_than_staying_away(worth, passes):
    assert (values(worth, passes) >= 0).all()


def test_no_half_year_opens_more_countries_than_one_can():
    worth = dict.fromkeys("ABCDEF", 100.0)
    made = order(worth, dict.fromkeys("ABCDEF", 0.9), defaults(), Limits(capacity=2))
    periods = [entry.half_year for entry in made]
    assert sorted(periods) == [0, 0, 1, 1, 2, 2]


def test_a_budget_holds_entries_back_and_what_was_not_spent_is_kept():
    worth = dict.fromkeys("ABC", 100.0)
    cost = defaults().middle("sequence.entry_cost")
    made = order(
        worth, dict.fromkeys("ABC", 0.9), defaults(), Limits(budget=cost / 2, half_years=6)
    )
    assert sorted(entry.half_year for entry in made) == [1, 3, 5]


def test_a_country_not_worth_its_cost_is_not_entered():
    made = order({"A": 1.0}, {"A": 0.5}, defaults(), Limits())
    assert made[0].half_year is None
    assert "not worth" in made[0].why


def test_no_capacity_at_all_is_refused():
    with pytest.raises(BadPlan):
        order({"A": 1.0}, {"A": 0.5}, defaults(), Limits(capacity=0))


def test_serving_one_device_costs_less_where_more_share_a_publish():
    few, many = load().cost(np.array([1e3, 1e6]))
    assert 0 < many < few < 0.01
