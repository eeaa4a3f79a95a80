"""How many people will buy their first smartphone within the horizon, and is the market tipping?

Two views of the next three years are blended.  *Affordability*: incomes are spread log-normally, so
the share of people who can pay is a probit of income per head, and a falling price moves it.
*Growth*: the share follows a logistic curve at the rate that mobile telephony showed in all
countries together.  How much each counts is decided by which would have foretold the spread of
mobile telephony better, always from earlier years only.  Position on the curve alone foretells
nothing (docs/explanation/market.md): where no survey says a country's share, growth speaks for the
pace of all countries together, and affordability for the differences between them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from proso.market.growth import Series, pooled_rate
from proso.market.panel import AsOf, Floats

HORIZON: Final = 3
"""Years ahead that a decision looks: a firm enters, ramps up and knows."""
_BASE_YEAR: Final = 2013
"""The year of the survey that the share and affordability assumptions were fitted to."""
_GRID: Final = np.linspace(0, 1, 21)
_LEAST_ROWS: Final = 25
FALLBACK_RATE: Final = (0.40, 0.10)
"""z a year and its spread, for days on which no series of mobile telephony is known."""


@dataclass(frozen=True, slots=True)
class Blend:
    """What the spread of mobile telephony says about foretelling such a spread.

    Attributes:
        affordability: weight 0..1 of affordability; the rest is growth.
        spread: half the width of the weights that are about as likely (2 units of log score).
        rate: z a year in the rapid phase.
        rate_spread: of the same, between countries.
        origins: years from which forecasts were tried.
        scores: mean log score of each weight 0, 0.05 .. 1 out of sample.
        known: whether such a series was at hand; else the fallback is told.
    """

    affordability: float
    spread: float
    rate: float
    rate_spread: float
    origins: tuple[int, ...]
    scores: tuple[float, ...]
    known: bool


def afford_gain(income: Floats, middle: Floats, spread: Floats, fall: Floats) -> Floats:
    """People who can pay after a fall of the price and could not before, as a share of all.

    Args:
        income: natural log of GDP per head.
        middle: log income at which half can pay.
        spread: standard deviation of log incomes that the probit implies.
        fall: share of the price that goes away.
    """
    before = (income - middle) / spread
    return np.asarray(ndtr(before - np.log1p(-fall) / spread) - ndtr(before))


def growth_gain(share: Floats, ceiling: Floats, rate: Floats, years: float) -> Floats:
    """What a logistic curve through today's share adds in some years; shares 0..1."""
    inside = np.clip(share, 1e-4, 0.98 * ceiling)
    z = np.log(inside / (ceiling - inside)) + rate * years
    return np.asarray(ceiling / (1 + np.exp(-z)) - inside)


def share_today(  # noqa: PLR0913  the regression's own terms
    income: Floats,
    internet: Floats,
    *,
    intercept: Floats,
    by_income: Floats,
    by_internet: Floats,
    shift: Floats,
) -> Floats:
    """Smartphone share where no survey says it, from income and internet use.

    Args:
        income: natural log of GDP per head.
        internet: per cent of people.
        intercept: of the probit.
        by_income: per log income above e^9.
        by_internet: per logit of the internet share.
        shift: how far falling prices moved the probit since the survey it was fitted to.
    """
    online = np.clip(internet, 0.5, 99) / 100
    z = intercept + by_income * (income - 9) + by_internet * np.log(online / (1 - online))
    return np.asarray(np.clip(ndtr(z + shift), 0.002, 0.98))


def price_shift(fall: Floats, spread: Floats, years: float) -> Floats:
    """How far the probit moves in some years of falling prices."""
    return np.asarray(-np.log1p(-fall) / HORIZON * years / spread)


def years_since_fit(seen: int) -> float:
    """Years from the survey the shares were fitted to; negative before it.

    Args:
        seen: the year of the newest figures at hand, plus the one it took to publish them.
    """
    return float(seen - _BASE_YEAR)


def choose_blend(view: AsOf) -> Blend:
    """The weights that would have foretold the spread of mobile telephony best, out of sample.

    From each year, both views forecast the share three years on, using that year and earlier ones
    only; the weight with the highest Gaussian log score over all years wins.
    """
    codes = view.countries()
    last = view.newest_year("mobile_subs_p100") if _has_mobile(view) else 0
    years = list(range(1990, last + 1))
    if len(years) < 2 * HORIZON + 4:
        return Blend(0.5, 0.5, *FALLBACK_RATE, (), (), known=False)
    share = np.minimum(view.matrix("mobile_subs_p100", codes, years) / 100, 1.0)
    income = np.log(view.matrix("gdp_pc_ppp", codes, years))
    series = Series(share * 100, income, 100.0, 100.0)
    scores, origins = _scores(series, years)
    rate, rate_spread = pooled_rate(series, len(years) - 1)
    if not origins:
        return Blend(0.5, 0.5, rate, rate_spread, (), (), known=False)
    best = int(np.argmax(scores))
    likely = _GRID[scores * len(origins) > scores[best] * len(origins) - 2]
    return Blend(
        affordability=float(_GRID[best]),
        spread=float(max(likely.max() - likely.min(), _GRID[1])) / 2,
        rate=rate,
        rate_spread=rate_spread,
        origins=tuple(origins),
        scores=tuple(float(score) for score in scores),
        known=True,
    )


def _has_mobile(view: AsOf) -> bool:
    return {"mobile_subs_p100", "gdp_pc_ppp"} <= set(view.indicators())


def _scores(series: Series, years: list[int]) -> tuple[Floats, list[int]]:
    total, origins = np.zeros(len(_GRID)), []
    spread = np.full(len(_GRID), 0.15)
    for origin in range(2 * HORIZON, len(years) - HORIZON):
        error = _errors(series, origin)
        if error is None:
            continue
        # Each weight's spread comes from the earlier origins: a score may not see its own year.
        total += -0.5 * np.mean((error / spread[:, None]) ** 2, axis=1) - np.log(spread)
        spread = np.sqrt((spread**2 + np.mean(error**2, axis=1)) / 2)
        origins.append(years[origin])
    return total / max(len(origins), 1), origins


def _errors(series: Series, origin: int) -> Floats | None:
    """Errors of every weight at one origin, shape (weights, countries)."""
    share, income = series.values / 100, series.income
    now, then, actual = share[:, origin], share[:, origin - HORIZON], share[:, origin + HORIZON]
    rapid = (now > 0.02) & (now < 0.9)  # noqa: PLR2004  outside nothing is left to foretell
    good = (
        np.isfinite(now + then + actual + income[:, origin] + income[:, origin - HORIZON]) & rapid
    )
    rate, _ = pooled_rate(series.until(origin), origin)
    if good.sum() < _LEAST_ROWS or not np.isfinite(rate):
        return None
    slope, middle = _probit(now[good], income[good, origin])
    _, middle_then = _probit(then[good], income[good, origin - HORIZON])
    # The price fell as far as the middle moved; the same again is expected.
    fall = 1 - np.exp(-np.clip(middle_then - middle, 0, 3))
    size = np.ones(int(good.sum()))
    afford = afford_gain(income[good, origin], middle * size, size / slope, fall * size)
    grown = growth_gain(now[good], size, rate * size, HORIZON)
    made = _GRID[:, None] * afford + (1 - _GRID[:, None]) * grown
    return np.asarray(made - (actual - now)[good])


def _probit(share: Floats, income: Floats) -> tuple[float, float]:
    """Slope and middle of a probit of share on log income."""
    y = ndtri(np.clip(share, 0.005, 0.995))
    slope, constant = np.polyfit(income, y, 1)
    slope = max(slope, 0.1)
    return float(slope), float(-constant / slope)
