"""What is known on a day about every country: the figures ranking computes with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from proso.market.builtin import embargoes
from proso.market.countries import countries
from proso.market.panel import AsOf, Fact, Floats

_REQUIRED: Final = ("population", "gdp_pc_ppp", "internet_users_pct")
INFRASTRUCTURE: Final = (
    "internet_users_pct",
    "fixed_bb_p100",
    "lpi_overall",
    "cards",
    "pos_terminals",
    "secure_servers_p1m",
    "account_pct",
    "online_purchase_pct",
    "b2c_index",
)
"""What e-commerce stands on; each counts where it is known, and the reader is told which are."""
_COUNTS: Final = {"cards", "pos_terminals"}
_FRESH_YEARS: Final = 3
_LEAST_COVERAGE: Final = 0.25
"""A component known of fewer countries than this would compare only its own club."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Figures of the countries that can be judged; every array has shape (countries,).

    Attributes:
        day: nothing published later is in here.
        countries: alpha-3 codes, in the order of the arrays.
        population: people.
        income: natural logarithm of GDP per head, international $.
        gdp: US$; NaN where unknown.
        internet: per cent of people.
        smartphones: observed share 0..1, NaN where no survey was at hand.
        smartphones_year: year of the survey, NaN likewise.
        social: share 0..1 of internet users on social networks, NaN where unknown.
        infrastructure: component → values, NaN where unknown.
        facts: (country, indicator) → the fact used.
        ineligible: country → why it cannot be judged.
        unscored: criteria for which nobody has a figure.
        stale: indicator → its newest year, where that is old.
        seen: the year of which this is a picture: that of the newest figures, plus one.
    """

    day: date
    countries: tuple[str, ...]
    population: Floats
    income: Floats
    gdp: Floats
    internet: Floats
    smartphones: Floats
    smartphones_year: Floats
    social: Floats
    infrastructure: Mapping[str, Floats]
    facts: Mapping[tuple[str, str], Fact]
    ineligible: Mapping[str, str]
    unscored: tuple[str, ...]
    stale: Mapping[str, int]
    seen: int


def gather(view: AsOf, *, exclude: Sequence[str] = (), ignore_embargoes: bool = False) -> Inputs:
    """Every country that can be judged on the view's day, with its newest figures.

    Args:
        view: what was published.
        exclude: alpha-3 codes left out: home, and where one is already.
        ignore_embargoes: also judge countries with which trade is forbidden.
    """
    ineligible = _ineligible(view, exclude, ignore_embargoes=ignore_embargoes)
    chosen = tuple(c for c in countries() if c not in ineligible)
    smartphones, years = _smartphones(view, chosen)
    social = _social(view, chosen)
    population = view.latest("population", chosen)
    infrastructure = _infrastructure(view, chosen, population)
    unscored: tuple[str, ...] = () if np.isfinite(social).any() else ("social",)
    unscored += () if infrastructure else ("e-commerce",)
    return Inputs(
        day=view.day,
        countries=chosen,
        population=population,
        income=np.log(view.latest("gdp_pc_ppp", chosen)),
        gdp=view.latest("gdp_usd", chosen),
        internet=view.latest("internet_users_pct", chosen),
        smartphones=smartphones,
        smartphones_year=years,
        social=social,
        infrastructure=infrastructure,
        facts=_facts(view, chosen),
        ineligible=ineligible,
        unscored=unscored,
        seen=min(view.newest_year("internet_users_pct") + 1, view.day.year),
        stale={
            name: year
            for name in view.indicators()
            if view.day.year - (year := view.newest_year(name)) > _FRESH_YEARS
        },
    )


def _ineligible(view: AsOf, exclude: Sequence[str], *, ignore_embargoes: bool) -> dict[str, str]:
    banned = {} if ignore_embargoes else embargoes(view.day)
    reasons: dict[str, str] = {}
    for code in countries():
        missing = [name for name in _REQUIRED if view.newest(code, name) is None]
        if code in exclude:
            reasons[code] = "excluded by you: home, or already there"
        elif code in banned:
            one = banned[code]
            reasons[code] = f"{one.what} since {one.begins} ({one.source})"
        elif missing:
            reasons[code] = "no figure, or none of the four newest years, for " + ", ".join(
                name.replace("_", " ") for name in missing
            )
    return reasons


def _smartphones(view: AsOf, codes: Sequence[str]) -> tuple[Floats, Floats]:
    share, year = np.full(len(codes), np.nan), np.full(len(codes), np.nan)
    for place, code in enumerate(codes):
        found = [
            fact
            for name in ("smartphone_pct_omp", "smartphone_pct_pew")
            if (fact := view.newest(code, name))
        ]
        if found:
            newest = max(fact.period for fact in found)
            same = [fact.value / 100 for fact in found if fact.period == newest]
            share[place], year[place] = np.clip(np.mean(same), 0.005, 0.98), newest
    return share, year


def _social(view: AsOf, codes: Sequence[str]) -> Floats:
    out = view.latest("sns_pct_of_internet_users", codes) / 100
    facebook = view.latest("facebook_users", codes)
    online = view.latest("internet_users_pct", codes) / 100 * view.latest("population", codes)
    by_facebook = np.clip(facebook / online, 0, 1)
    return np.where(np.isfinite(out), out, by_facebook)


def _infrastructure(view: AsOf, codes: Sequence[str], population: Floats) -> dict[str, Floats]:
    found = {}
    for name in INFRASTRUCTURE:
        if name == "cards":
            kinds = np.stack([view.latest(kind, codes) for kind in ("debit_cards", "credit_cards")])
            known = np.isfinite(kinds).any(axis=0)
            values = np.where(known, np.nansum(kinds, axis=0), np.nan)
        else:
            values = view.latest(name, codes)
        values = values / population if name in _COUNTS else values
        if np.isfinite(values).mean() >= _LEAST_COVERAGE:
            found[name] = values
    return found


def _facts(view: AsOf, codes: Sequence[str]) -> dict[tuple[str, str], Fact]:
    return {
        (code, name): fact
        for name in view.indicators()
        for code in codes
        if (fact := view.newest(code, name))
    }
