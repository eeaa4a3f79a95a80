"""Growth of a share pooled over countries: what countries at this level and income did next.

A share p below a ceiling K is carried to z = log(p / (K - p)), where logistic growth is a straight
line.  The step of z over h years is regressed on the recent step, on z and on income, over all
countries and all earlier years, robustly; a country's forecast starts from its own last value
(anchored).  Which regressors are kept was decided on the years up to 2012: ADR 7.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from proso.market.panel import Floats

_FLOOR: Final = 0.05
"""Per cent: below it a share says nothing about growth, and its logit runs away."""
_LEAST_LEVEL: Final = 0.5
"""Per cent: rows below are left out of the regression; their relative errors would rule it."""
_HUBER: Final = 1.0
"""In robust standard deviations: residuals beyond count by their size, not their square."""
_HALF_LIFE: Final = 30.0
"""Years after which an earlier observation counts half: the pool hardly forgets."""
_RIDGE: Final = 1e-3
_WINDOW: Final = 13
"""Years of starts in the regression: what spread before tells little of how it spreads now."""
_MIN_ROWS: Final = 20
"""Fewer observations than this fit nothing: the caller falls back."""


@dataclass(frozen=True, slots=True)
class Series:
    """One indicator of many countries.

    Attributes:
        values: shape (countries, years), NaN where unknown.
        income: natural logarithm of GDP per head, same shape.
        ceiling: the largest value that is possible.
        full: the level past which a country counts as saturated: everybody has one.
    """

    values: Floats
    income: Floats
    ceiling: float
    full: float

    def until(self, origin: int) -> "Series":
        """The same with nothing known after a column: what a forecaster at `origin` could see."""
        values, income = self.values.copy(), self.income.copy()
        values[:, origin + 1 :] = np.nan
        income[:, origin + 1 :] = np.nan
        return Series(values, income, self.ceiling, self.full)


def to_logit(share: Floats, ceiling: float) -> Floats:
    """Z of a share below its ceiling, both in the same unit."""
    inside = np.clip(share, _FLOOR, ceiling - 0.003 * ceiling)
    return np.asarray(np.log(inside / (ceiling - inside)), dtype=np.float64)


def from_logit(z: Floats, ceiling: float) -> Floats:
    """The share of a z."""
    return np.asarray(ceiling / (1 + np.exp(-np.clip(z, -60, 60))), dtype=np.float64)


def carried(values: Floats, origin: int, back: int = 2) -> Floats:
    """The value at a column, or of up to `back` columns before where it is unknown."""
    out = values[:, origin].copy()
    for step in range(1, min(back, origin) + 1):
        out = np.where(np.isfinite(out), out, values[:, origin - step])
    return out


def regressors(series: Series, origin: int) -> tuple[Floats, Floats]:
    """What a country shows at an origin: z, and the rows of the regression (countries, 5)."""
    level = carried(series.values, origin)
    z = to_logit(level, series.ceiling)
    before = to_logit(carried(series.values, origin - 1), series.ceiling)
    long_before = to_logit(carried(series.values, max(origin - 3, 0), 0), series.ceiling)
    step = (z - long_before) / min(3, origin)
    step = np.where(np.isfinite(step), step, z - before)
    income = carried(series.income, origin, 3)
    known = income[np.isfinite(income)]
    income = np.where(np.isfinite(income), income, known.mean() if known.size else 9.0) - 9.0
    return z, np.stack([np.ones_like(z), step, z, income, income * z], axis=1)


def fit(series: Series, origin: int, horizon: int) -> Floats | None:
    """The coefficients of the step of z over `horizon` years, from what was known at `origin`.

    Returns:
        Five numbers, or None where too little was known.
    """
    rows, steps, weights = [], [], []
    for start in range(max(1, origin - _WINDOW), origin - horizon + 1):
        z, row = regressors(series, start)
        step = to_logit(series.values[:, start + horizon], series.ceiling) - z
        level = carried(series.values, start)
        good = np.isfinite(row).all(axis=1) & np.isfinite(step) & (level > _LEAST_LEVEL)
        rows.append(row[good])
        steps.append(step[good])
        weights.append(np.full(good.sum(), 0.5 ** ((origin - horizon - start) / _HALF_LIFE)))
    x, y = (np.vstack(rows), np.concatenate(steps)) if rows else (np.empty((0, 5)), np.empty(0))
    if len(y) < _MIN_ROWS:
        return None
    return _robust(x, y, np.concatenate(weights))


def _robust(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Huber's regression by reweighting; thirty rounds are far past convergence here."""
    at: Floats = weight
    beta: Floats = np.zeros(x.shape[1], dtype=np.float64)
    for _ in range(30):
        squares = x.T @ (x * at[:, None]) + _RIDGE * np.eye(x.shape[1])
        beta = np.asarray(np.linalg.solve(squares, x.T @ (at * y)), dtype=np.float64)
        residual = y - x @ beta
        spread = 1.48 * np.median(np.abs(residual)) + 1e-9
        at = weight / np.maximum(1, np.abs(residual) / (_HUBER * spread))
    return np.asarray(beta, dtype=np.float64)


def pooled(series: Series, origin: int, horizon: int) -> Floats:
    """Forecasts in z, shape (countries,); NaN where a country or the pool shows too little."""
    beta = fit(series, origin, horizon)
    z, row = regressors(series, origin)
    if beta is None:
        return np.full(len(z), np.nan)
    return np.asarray(z + row @ beta, dtype=np.float64)


def pooled_rate(series: Series, origin: int, span: int = 3) -> tuple[float, float]:
    """The yearly step of z of countries in their rapid phase: its median and spread.

    The rapid phase of a logistic curve lies between 21 and 79 % of its ceiling; there the step is
    a property of the technology rather than of noise near nought or of saturation.

    Returns:
        Median and standard deviation (from the quartiles); NaN where nobody was in that phase.
    """
    steps = []
    for start in range(1, origin - span + 1):
        level = series.values[:, start] / series.ceiling
        rapid = (level > 0.05) & (level < 0.79)  # noqa: PLR2004  entered within the span
        z = to_logit(series.values[:, start], series.ceiling)
        then = to_logit(series.values[:, start + span], series.ceiling)
        step = ((then - z) / span)[rapid]
        steps.append(step[np.isfinite(step)])
    everything = np.concatenate(steps) if steps else np.empty(0)
    if not everything.size:
        return float("nan"), float("nan")
    low, mid, high = np.quantile(everything, [0.25, 0.5, 0.75])
    return float(mid), float((high - low) / 1.349)
