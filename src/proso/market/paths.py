"""Every country's revenue and cash, half-year by half-year, in thousands of worlds.

First buyers come from the logistic growth of the share, replacements from the installed stock; the
firm's part of both rises to its settled share (less where the country turns out not to pass).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from proso.market.assumptions import Assumptions
from proso.market.economics import build_up
from proso.market.panel import Floats
from proso.market.serving import Serving

_HALF: Final = 0.5
_ECONOMICS: Final = (
    "logistics",
    "duty",
    "channel",
    "warranty",
    "hardware_margin",
    "services_revenue",
    "services_income_elasticity",
    "services_margin",
)


@dataclass(frozen=True, slots=True)
class Launch:
    """What the paths begin from; arrays have shape (countries,) unless said otherwise.

    Attributes:
        countries: alpha-3.
        population: people.
        income: natural log of GDP per head.
        share: smartphone share today, (worlds, countries).
        rate: z a year and its spread between countries.
        passes: probability to pass the conditions.
        half_year: of entry.
        parts: US$ of parts a phone.
        other_parts: US$ of parts of everything else sold beside a phone.
    """

    countries: tuple[str, ...]
    population: Floats
    income: Floats
    share: Floats
    rate: tuple[float, float]
    passes: Floats
    half_year: Floats
    parts: float
    other_parts: float


@dataclass(frozen=True, slots=True)
class Paths:
    """Shape (paths, countries, half-years) unless said otherwise; US$ million.

    Attributes:
        share: smartphone share of the country, 0..1.
        users: of the firm's devices.
        revenue: hardware and services, without tax.
        services: of that, services.
        cash: flow of the half-year.
        drawn: assumption → (paths,), for the tornado.
    """

    share: Floats
    users: Floats
    revenue: Floats
    services: Floats
    cash: Floats
    drawn: dict[str, Floats]

    def need(self) -> Floats:
        """The deepest point of the cumulated cash, as a positive sum; (paths, countries)."""
        return np.asarray(np.maximum(-np.cumsum(self.cash, axis=2).min(axis=2), 0))

    def break_even(self) -> Floats:
        """Half-years until the cumulated cash stays above nought; inf for never."""
        total = np.cumsum(self.cash, axis=2)
        below = total < 0
        last = below.shape[2] - np.argmax(below[:, :, ::-1], axis=2)
        out = np.where(below.any(axis=2), last.astype(np.float64), 0.0)
        return np.where(out >= below.shape[2], np.inf, out)

    def worth(self) -> Floats:
        """Discounted cash of all countries, (paths,)."""
        years = (np.arange(self.cash.shape[2]) + 1) * _HALF
        factor = (1 + self.drawn["plan.discount"][:, None]) ** -years[None, :]
        return np.asarray((self.cash.sum(axis=1) * factor).sum(axis=1))


def simulate(  # noqa: PLR0913, PLR0915  one straight calculation, told in one place
    launch: Launch,
    assumptions: Assumptions,
    serving: Serving,
    *,
    paths: int,
    half_years: int,
    seed: int,
) -> Paths:
    """Draws every assumption once a path and follows it through the half-years."""
    rng = np.random.default_rng(seed)
    names = [one.name for one in assumptions if one.name.startswith("plan.")]
    drawn = {name: assumptions.draw(name, rng, paths) for name in [*names, "sequence.entry_cost"]}

    def of(name: str) -> Floats:
        return drawn[f"plan.{name}"][:, None]

    countries = len(launch.countries)
    unit = build_up({name: of(name) for name in _ECONOMICS}, np.array(launch.parts), launch.income)
    beside = launch.other_parts / launch.parts
    rows = rng.integers(0, len(launch.share), paths)
    ceiling = assumptions.draw("rank.ceiling", rng, paths)[:, None]
    rate = np.maximum(
        launch.rate[0] + launch.rate[1] * rng.standard_normal((paths, countries)), 0.05
    )
    start = np.minimum(launch.share[rows], 0.98 * ceiling)
    z = np.log(start / (ceiling - start))
    passed = rng.random((paths, countries)) < launch.passes
    settled = of("market_share") * np.where(passed, 1.0, of("share_if_failed"))
    served = serving.cost(np.maximum(settled * launch.population * 0.3, 1), rng)

    shape = (paths, countries, half_years)
    share, users, revenue, services, cash = (np.zeros(shape) for _ in range(5))
    base, stock, before = np.zeros((paths, countries)), np.zeros((paths, countries)), start
    for t in range(half_years):
        years = (t + 1) * _HALF
        now = ceiling / (1 + np.exp(-(z + rate * years)))
        sold = launch.population * (
            np.maximum(now - before, 0) + now / of("replacement_years") * _HALF
        )
        active = np.maximum(t + 1 - launch.half_year, 0) * _HALF
        units = sold * settled * (1 - np.exp(-active / of("ramp_years")))
        price = unit.price * (1 - of("price_decline")) ** years
        base = base * (1 - of("churn")) ** _HALF + units
        hardware = units * price * (1 + beside) / 1e6
        growth = (1 + of("services_growth")) ** active
        earned = base * unit.services * growth * _HALF / 1e6
        needed = hardware / _HALF * of("stock_days") / 365
        opened = launch.half_year == t
        running = launch.half_year <= t
        flow = hardware * of("hardware_margin") + earned * of("services_margin")
        flow = flow - base * served * _HALF / 1e6 - (needed - stock)
        flow = flow - running * of("country_opex") * _HALF
        flow = flow - opened * drawn["sequence.entry_cost"][:, None]
        share[:, :, t], users[:, :, t] = now, base
        revenue[:, :, t], services[:, :, t], cash[:, :, t] = hardware + earned, earned, flow
        before, stock = now, needed
    return Paths(share, users, revenue, services, cash, drawn)
