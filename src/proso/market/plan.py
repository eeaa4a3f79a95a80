"""Does the plan pay: portfolio, countries in their order, revenue, cash, and the Global 500."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from proso.market.assumptions import Assumption, Assumptions
from proso.market.economics import UnitEconomics, unit_economics
from proso.market.panel import AsOf, Floats
from proso.market.paths import Launch, Paths, simulate
from proso.market.portfolio import Catalogue, Portfolio, choose
from proso.market.rank import Ranking
from proso.market.revenue import Company, Crossing, GrowthFit, crossing, fit_growth
from proso.market.serving import Serving
from proso.market.waiting import Entry

YEARS: Final = 12
"""Fiscal years looked ahead; further than any of the assumptions reach."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the tornado: the worth with one assumption at its ends, US$ million."""

    assumption: Assumption
    at_low: float
    at_high: float


@dataclass(frozen=True, slots=True)
class CountryPlan:
    """One country of the plan; 10, 50 and 90 % points.

    Attributes:
        country: alpha-3.
        half_year: of entry.
        revenue: US$ million in the fifth year of the plan.
        need: cash needed at the deepest point, US$ million.
        break_even: half-years from now; None for never at the median.
        never: probability not to break even within the plan.
        unit: build-up of one phone, at the middle of the assumptions, US$.
    """

    country: str
    half_year: int
    revenue: tuple[float, float, float]
    need: tuple[float, float, float]
    break_even: float | None
    never: float
    unit: dict[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer of `proso market plan`."""

    company: Company
    portfolio: Portfolio
    launch: Launch
    paths: Paths
    countries: tuple[CountryPlan, ...]
    serving: tuple[float, float]
    tornado: tuple[Bar, ...]
    crossing: Crossing | None
    growth: GrowthFit | None
    hindsight: tuple[Assumption, ...]


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """How long and how often."""

    paths: int = 10_000
    years: int = 8
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Means:
    """What the plan is made with."""

    assumptions: Assumptions
    serving: Serving
    catalogue: Catalogue
    company: Company


def plan(
    view: AsOf,
    ranking: Ranking,
    entries: tuple[Entry, ...],
    means: Means,
    question: PlanQuestion,
) -> Plan:
    """Plans the countries that the order of entry lets in."""
    launch, portfolio = prepare(ranking, entries, means)
    halves = 2 * question.years
    paths = simulate(
        launch,
        means.assumptions,
        means.serving,
        paths=question.paths,
        half_years=halves,
        seed=question.seed,
    )
    top = None
    if len(means.company.revenue) > 1:
        top = crossing(
            means.company,
            means.assumptions,
            view.day,
            paths=question.paths,
            years=YEARS,
            seed=question.seed,
        )
    cost = means.serving.cost(np.maximum(paths.users[:, :, -1], 1), np.random.default_rng(0))
    return Plan(
        company=means.company,
        portfolio=portfolio,
        launch=launch,
        paths=paths,
        countries=tuple(_countries(launch, paths, means.assumptions)),
        serving=(float(np.quantile(cost, 0.1)), float(np.quantile(cost, 0.9))),
        tornado=tornado(launch, means, halves),
        crossing=top,
        growth=fit_growth(view.day) if top else None,
        hindsight=tuple(means.assumptions.hindsight(view.day, "plan")),
    )


def prepare(ranking: Ranking, entries: tuple[Entry, ...], means: Means) -> tuple[Launch, Portfolio]:
    """The countries with their entries, and the products for them."""
    going = [entry for entry in entries if entry.half_year is not None]
    codes = tuple(entry.country for entry in going)
    rows = np.array([ranking.inputs.countries.index(code) for code in codes], dtype=np.int64)
    population, income = ranking.inputs.population[rows], ranking.inputs.income[rows]
    buyers = np.median(ranking.worlds.buyers, axis=0)[rows] / 3
    users = float((buyers * means.assumptions.middle("plan.market_share")).sum())
    portfolio = choose(means.catalogue, users, _profit(means, income, buyers))
    launch = Launch(
        countries=codes,
        population=population,
        income=income,
        share=ranking.worlds.share[:, rows],
        rate=(ranking.blend.rate, ranking.blend.rate_spread),
        passes=ranking.worlds.passes.mean(axis=0)[rows],
        half_year=np.array([float(entry.half_year or 0) for entry in going]),
        parts=portfolio.phone_parts or float(means.catalogue.parts.min()),
        other_parts=portfolio.other_parts,
    )
    return launch, portfolio


def _profit(means: Means, income: Floats, buyers: Floats) -> Floats:
    """US$ a unit of each product earns over its user's stay, mean over the buyers."""
    catalogue, assumptions = means.catalogue, means.assumptions
    unit = unit_economics(assumptions, catalogue.parts[:, None], income[None, :])
    stays = assumptions.middle("plan.churn") + assumptions.middle("plan.discount")
    served = means.serving.cost(np.maximum(buyers, 1))
    services = catalogue.phones[:, None] * (unit.services_profit - served) / stays
    weights = buyers / max(float(buyers.sum()), 1.0)
    return np.asarray((unit.margin + services) @ weights)


def _countries(launch: Launch, paths: Paths, assumptions: Assumptions) -> list[CountryPlan]:
    fifth = slice(8, 10) if paths.cash.shape[2] >= 10 else slice(-2, None)  # noqa: PLR2004
    revenue = paths.revenue[:, :, fifth].sum(axis=2)
    need, even = paths.need(), paths.break_even()
    made = []
    for index, code in enumerate(launch.countries):
        unit = unit_economics(assumptions, np.array(launch.parts), launch.income[[index]])
        middle = float(np.median(even[:, index]))
        made.append(
            CountryPlan(
                country=code,
                half_year=int(launch.half_year[index]),
                revenue=_points(revenue[:, index]),
                need=_points(need[:, index]),
                break_even=middle if np.isfinite(middle) else None,
                never=float(np.isinf(even[:, index]).mean()),
                unit=_build_up(unit),
            )
        )
    return made


def _points(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
    return float(low), float(middle), float(high)


def _build_up(unit: UnitEconomics) -> dict[str, float]:
    parts = ("parts", "freight", "duty", "channel", "warranty", "margin", "price", "services")
    return {name: float(np.ravel(getattr(unit, name))[0]) for name in parts}


def tornado(launch: Launch, means: Means, half_years: int) -> tuple[Bar, ...]:
    """The worth of the plan with one assumption at its ends and all others in the middle."""
    middle = means.assumptions.at_middle()
    bars = []
    for one in means.assumptions:
        plans = one.name.startswith("plan.") or one.name == "sequence.entry_cost"
        if not plans or "threshold" in one.name or one.low == one.high:
            continue
        ends = [
            float(
                simulate(
                    launch,
                    middle.with_value(one.name, end),
                    means.serving,
                    paths=200,
                    half_years=half_years,
                    seed=0,
                )
                .worth()
                .mean()
            )
            for end in (one.low, one.high)
        ]
        bars.append(Bar(one, *ends))
    return tuple(sorted(bars, key=lambda bar: -abs(bar.at_high - bar.at_low)))
