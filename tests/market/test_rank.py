from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proso.errors import BadPlan
from proso.market.answers import admit_sentence, flip_sentence
from proso.market.answers import ranking as as_answer
from proso.market.builtin import panel
from proso.market.explain import explain
from proso.market.multiverse import Central, draw
from proso.market.panel import Fact, Panel
from proso.market.rank import Question, beside_population, rank, ranks_of
from proso.market.tipping import afford_gain, choose_blend, growth_gain


def test_the_same_seed_gives_the_same_worlds(ranking, view, assumptions):
    again = rank(
        view, assumptions, Question(draws=200, exclude=("CHN", "HKG", "TWN", "SGP", "MAC"))
    )
    assert np.array_equal(ranking.ranks, again.ranks)


def test_probabilities_add_up_to_the_number_of_places(ranking):
    assert sum(place.p_top for place in ranking.places) == pytest.approx(ranking.k)


def test_home_and_embargoed_countries_are_told_apart_with_their_reason(ranking):
    assert "excluded by you" in ranking.inputs.ineligible["CHN"]
    assert "Executive Order 12959" in ranking.inputs.ineligible["IRN"]
    assert "no figure" in ranking.inputs.ineligible["ATA"]


def test_a_criterion_without_figures_is_said_to_be_not_scored(ranking):
    assert ranking.inputs.unscored == ("social",)
    assert all(place.social is None for place in ranking.places)


def test_social_is_scored_once_somebody_publishes_it(view, assumptions):
    survey = Fact(
        "IND", "sns_pct_of_internet_users", 2013, 20, date(2013, 6, 1), date(2013, 6, 1), "pew", "x"
    )
    seen = (panel() + Panel([survey])).as_of(view.day)
    place = next(
        p for p in rank(seen, assumptions, Question(draws=50)).places if p.country == "IND"
    )
    assert place.social is not None
    assert place.social < 0.1
    assert any("social" in failed for failed in place.failed)


def test_an_order_by_value_ignores_the_unit_of_money():
    value = np.array([[3.0, 1.0, 2.0]])
    assert ranks_of(value).tolist() == ranks_of(value * 1e6).tolist() == [[1, 3, 2]]


def test_a_tipped_market_says_that_it_has_tipped(ranking):
    usa = next(place for place in ranking.places if place.country == "USA")
    assert any("have one already" in failed for failed in usa.failed)


def test_population_alone_is_no_worse_when_the_choices_are_the_same():
    same = {"population": ("A", "B"), "population, emerging": ("C", "D"), "GDP": ("A",)}
    assert "no better founded than population alone" in beside_population(["A", "B"], same)
    assert "the model adds X, Y" in beside_population(["X", "Y"], same)


def test_flip_sentences_name_the_threshold_and_its_value(ranking):
    flips = [(p, f) for p in ranking.places for f in p.flips]
    assert flips
    place, flip = flips[0]
    assert f"{flip.value:.2f}" in flip_sentence(place.name, flip)
    assert "comes in if" in admit_sentence(place.name, flip)


def test_a_flip_is_where_membership_really_changes(view, assumptions, ranking):
    place, flip = next(
        (p, f)
        for p in ranking.places
        for f in p.flips
        if f.threshold.endswith("ecommerce_threshold")
    )
    blend, step = ranking.blend, 1 / 120

    def inside(value):
        fixed = ((flip.threshold, value),)
        world = draw(
            ranking.inputs, assumptions, blend, draws=1, seed=0,
            central=Central(errors=False, fixed=fixed),
        )  # fmt: skip
        index = ranking.inputs.countries.index(place.country)
        return bool(ranks_of(world.value)[0, index] <= ranking.k)

    middle = assumptions.middle(flip.threshold)
    before = flip.value - step if flip.value > middle else flip.value + step
    assert inside(flip.value) != inside(middle)
    assert inside(before) == inside(middle)


def test_every_figure_of_an_explanation_names_its_row(view, assumptions, ranking):
    steps = explain(view, ranking, assumptions, "IND")
    internet = next(step for step in steps if step.what == "internet users")
    assert "year 2012" in internet.rests_on
    assert "published 2013-07-01" in internet.rests_on
    assert "later revision" in internet.rests_on
    assert any(step.value == "not scored" for step in steps)


def test_explaining_a_country_that_was_not_judged_says_why(view, assumptions, ranking):
    with pytest.raises(BadPlan, match="excluded by you"):
        explain(view, ranking, assumptions, "CHN")


def test_more_countries_than_can_be_judged_are_refused(view, assumptions):
    with pytest.raises(BadPlan, match="asked for"):
        rank(view, assumptions, Question(k=500, draws=10))


def test_the_answer_is_plain_json(view, ranking):
    answer = as_answer(ranking, (), view)
    assert answer["as_of"] == "2013-12-31"
    assert len(answer["chosen"]) == 10
    assert answer["only_later_revisions"]["lpi"] == {"figures": 305, "later": 305}


def test_old_figures_are_said_to_be_old(assumptions):
    late = rank(panel().as_of(date(2026, 11, 24)), assumptions, Question(draws=20))
    assert late.inputs.stale["internet_users_pct"] <= 2018
    assert late.inputs.seen == late.inputs.stale["internet_users_pct"] + 1


def test_the_blend_is_learnt_from_earlier_years_only(view):
    blend = choose_blend(view)
    assert blend.known
    assert max(blend.origins) + 3 <= 2012
    assert blend.affordability == pytest.approx(np.argmax(blend.scores) / 20)


def test_without_any_series_the_blend_says_that_it_is_a_guess():
    few = Panel([f for f in panel().facts if f.indicator != "mobile_subs_p100"])
    assert not choose_blend(few.as_of(date(2013, 12, 31))).known


@given(st.floats(6, 12), st.floats(0.05, 0.9), st.floats(0.02, 0.09))
def test_a_larger_fall_of_the_price_never_lets_fewer_people_pay(income, fall, more):
    def gain(f):
        return float(afford_gain(np.array(income), np.array(10.8), np.array(2.0), np.array(f)))

    assert 0 <= gain(fall) <= gain(fall + more) <= 1


@settings(max_examples=200)
@given(st.floats(0, 1), st.floats(0.8, 1), st.floats(0, 2))
def test_growth_never_passes_the_ceiling(share, ceiling, rate):
    gain = float(growth_gain(np.array(share), np.array(ceiling), np.array(rate), 3))
    assert gain >= -1e-9
    assert min(share, 0.98 * ceiling) + gain <= ceiling + 1e-9
