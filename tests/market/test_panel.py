from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proso.errors import Misuse, NothingKnown
from proso.market.assumptions import defaults
from proso.market.builtin import embargoes, frictions, panel, rows
from proso.market.panel import AsOf, Fact, Panel
from proso.market.rank import Question, rank
from proso.market.sources import sources

DAY = date(2013, 12, 31)


def fact(published=date(2013, 7, 1), vintage=None, value=1.0, period=2012, country="IND"):
    return Fact(
        country, "population", period, value, published, vintage or published, "wdi-2019", "CC BY"
    )


def test_a_view_refuses_what_was_published_later():
    with pytest.raises(Misuse):
        AsOf(DAY, [fact(published=date(2014, 1, 1))])


def test_a_panel_gives_only_what_was_published():
    view = Panel([fact(), fact(published=date(2014, 7, 1), period=2013)]).as_of(DAY)
    assert list(view.series("IND", "population")) == [2012]


def test_a_day_before_any_data_is_refused_with_the_first_day_there_was():
    with pytest.raises(NothingKnown, match="earliest figure is of 1991"):
        panel().as_of(date(1950, 1, 1))


def test_the_newest_edition_of_the_day_wins_over_older_and_later_ones():
    old = fact(vintage=date(2013, 7, 1), value=1)
    new = fact(vintage=date(2013, 10, 1), value=2)
    later = fact(vintage=date(2019, 1, 1), value=3)
    for order in ([old, new, later], [later, new, old], [new, later, old]):
        view = Panel(order).as_of(DAY)
        found = view.newest("IND", "population")
        assert found is not None
        assert found.value == 2
        assert not view.is_revision(found)


def test_where_only_a_later_revision_exists_it_is_used_and_said():
    view = Panel([fact(vintage=date(2019, 1, 1)), fact(vintage=date(2016, 1, 1), value=7)])
    found = view.as_of(DAY).newest("IND", "population")
    assert found is not None
    assert found.value == 7
    assert view.as_of(DAY).revisions() == {"wdi-2019": (1, 1)}


def test_the_figures_of_2013_were_not_published_in_2013(view):
    assert view.newest_year("internet_users_pct") == 2012


def test_every_row_of_the_built_in_tables_has_a_source_and_a_licence_that_allows_it():
    for row in rows("panel.csv"):
        assert sources()[row["source"]].built_in
        assert row["licence"] == "CC BY 4.0"
    for name in ("friction.csv", "embargoes.csv", "spam_burden.csv", "growth_reference.csv"):
        for row in rows(name):
            assert row["source"]
            assert row["licence"]


def test_an_embargo_is_in_force_between_its_days_only():
    assert "IRN" in embargoes(DAY)
    assert "SDN" in embargoes(DAY)
    assert "SDN" not in embargoes(date(2018, 1, 1))
    assert "IRN" not in embargoes(date(1990, 1, 1))


def test_what_is_said_of_an_embargo_or_friction_names_no_later_year():
    for one in embargoes(DAY).values():
        assert "2017" not in one.source
    assert all(o.published <= DAY for many in frictions(DAY).values() for o in many)


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    day=st.dates(date(2005, 1, 1), date(2018, 1, 1)),
    factor=st.floats(0.01, 50),
    seed=st.integers(0, 2**16),
)
def test_changing_whatever_was_published_later_changes_no_output(day, factor, seed):
    rng = np.random.default_rng(seed)
    facts = panel().facts
    changed = Panel(
        Fact(
            f.country, f.indicator, f.period, f.value * factor * rng.uniform(0.5, 2), f.published,
            f.vintage, f.source, f.licence,
        )
        if f.published > day
        else f
        for f in facts
    )  # fmt: skip
    question = Question(draws=20)
    one = rank(panel().as_of(day), defaults(), question)
    other = rank(changed.as_of(day), defaults(), question)
    assert np.array_equal(one.worlds.value, other.worlds.value, equal_nan=True)
    assert one.places == other.places
