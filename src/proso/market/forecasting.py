"""Forecasts that were tried on the past first, and step back to simpler ones where those won.

Three methods forecast from each of the last years (rolling origin): pooled growth, drift (the mean
step of three years goes on) and naive (nothing changes).  Each country gets the method with the
least error there on occasions at a level like its own, a simpler one only for a clear gain.  Where
everybody already has one (`Series.full`) nothing changes: growth past that is second contracts, and
no record before saturation can show it.  Intervals are the errors made on those same occasions.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from proso.market.growth import Series, carried, from_logit, pooled, to_logit
from proso.market.panel import Floats

Indices: TypeAlias = npt.NDArray[np.int64]
METHODS: Final = ("pooled", "drift", "naive")
_ORIGINS: Final = 8
"""Years tried before the present one."""
_OWN_WEIGHT: Final = 1.0
"""How much more a country's own occasions count than a stranger's at the very same level."""
_LIKENESS: Final = 1.0
"""In z: levels this far apart are only somewhat alike."""
_CLEAR_LOSS: Final = 0.75
"""A simpler method is taken only where its error was below this part of the pooled one's."""
_MEMORY: Final = 3.0
"""Years after which an occasion counts half: how a series behaves changes as it fills up."""
_LEVELS: Final = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of each country.

    Attributes:
        median: shape (countries, horizons).
        low: the 10 % point, same shape.
        high: the 90 % point, same shape.
        method: index into METHODS, shape (countries,); -1 where nothing could be said.
        errors: mean absolute error of each method on the past, shape (methods,).
        fell_back: countries whose method is not the pool's best.
    """

    median: Floats
    low: Floats
    high: Floats
    method: Indices
    errors: Floats
    best: int

    @property
    def fell_back(self) -> int:
        """Countries that use another method than most."""
        return int(((self.method >= 0) & (self.method != self.best)).sum())


def drift(series: Series, origin: int, horizon: int) -> Floats:
    """The mean step of the last three years goes on, inside 0 and the ceiling."""
    now = carried(series.values, origin)
    step = (now - carried(series.values, max(origin - 3, 0), 1)) / min(3, origin)
    step = np.where(np.isfinite(step), step, 0.0)
    return np.clip(now + horizon * step, 0, series.ceiling)


def candidates(series: Series, origin: int, horizon: int) -> Floats:
    """Every method's forecast, shape (methods, countries)."""
    naive = carried(series.values, origin)
    grown = from_logit(pooled(series, origin, horizon), series.ceiling)
    moved = drift(series, origin, horizon)
    # Where the pool shows too little, the simple ones speak for it and the record decides.
    grown = np.where(np.isfinite(grown), grown, moved)
    return np.stack([grown, moved, naive])


def forecast(series: Series, origin: int, horizons: int) -> Forecast:
    """Forecasts 1 to `horizons` years past a column, from nothing later than that column."""
    known = series.until(origin)
    past = _past(known, origin, horizons)
    errors = np.array([_mean_error(one) for one in past.errors])
    z = to_logit(carried(known.values, origin), known.ceiling)
    method, best = _choose(past, np.where(np.isfinite(z), z, 0.0))
    level = carried(known.values, origin)
    method = np.where(level >= known.full, METHODS.index("naive"), method)
    made = np.stack([candidates(known, origin, h) for h in range(1, horizons + 1)], axis=2)
    usable = np.asarray(np.isfinite(made).all(axis=(0, 2)))
    method = np.where(usable, method, -1)
    rows = np.arange(len(method))
    median = np.where(usable[:, None], made[np.maximum(method, 0), rows, :], np.nan)
    low, high = _interval(median, method, past, known.ceiling)
    return Forecast(median, low, high, method, np.asarray(errors), best)


@dataclass(frozen=True, slots=True)
class _Past:
    errors: Floats  # (methods, origins, horizons, countries), in points
    steps: Floats  # the same in z
    levels: Floats  # z at the start, (origins, countries)


def _past(series: Series, origin: int, horizons: int) -> _Past:
    starts = [start for start in range(origin - _ORIGINS, origin) if start > 5]  # noqa: PLR2004
    countries = len(series.values)
    errors = np.full((len(METHODS), len(starts), horizons, countries), np.nan)
    levels = np.full((len(starts), countries), np.nan)
    steps = errors.copy()
    for place, start in enumerate(starts):
        seen = series.until(start)
        levels[place] = to_logit(carried(seen.values, start), series.ceiling)
        for horizon in range(1, min(horizons, origin - start) + 1):
            made = candidates(seen, start, horizon)
            actual = series.values[:, start + horizon]
            errors[:, place, horizon - 1] = actual - made
            z = to_logit(actual, series.ceiling) - to_logit(made, series.ceiling)
            steps[:, place, horizon - 1] = np.where(np.isfinite(made), z, np.nan)
    return _Past(errors, steps, levels)


def _choose(past: _Past, level: Floats) -> tuple[Indices, int]:
    """The method of each country: the least error on past occasions at a level like its own."""
    absolute = np.abs(past.errors)
    judged = np.isfinite(absolute).all(axis=0)
    if not judged.any():
        return np.full(len(level), METHODS.index("naive"), dtype=np.int64), METHODS.index("naive")
    origins, _, countries = judged.shape
    age = np.arange(origins - 1, -1, -1)[:, None, None]
    weight = np.broadcast_to(0.5 ** (age / _MEMORY), judged.shape)[judged]
    owner = np.broadcast_to(np.arange(countries), judged.shape)[judged]
    then = np.broadcast_to(past.levels[:, None, :], judged.shape)[judged]
    made = np.stack([one[judged] for one in absolute])
    near = np.exp(-0.5 * ((level[:, None] - then[None, :]) / _LIKENESS) ** 2)
    near = near + _OWN_WEIGHT * (owner[None, :] == np.arange(countries)[:, None])
    mean = (made @ (near * weight).T) / np.maximum((near * weight).sum(axis=1), 1e-12)
    mean[1:] /= _CLEAR_LOSS
    return np.argmin(mean, axis=0).astype(np.int64), int(np.argmin(made @ weight))


def _mean_error(errors: Floats) -> float:
    known = errors[np.isfinite(errors)]
    return float(np.abs(known).mean()) if known.size else float("nan")


def _interval(
    median: Floats, method: Indices, past: _Past, ceiling: float
) -> tuple[Floats, Floats]:
    low, high = median.copy(), median.copy()
    for index in range(len(METHODS)):
        mine = method == index
        if not mine.any():
            continue
        for horizon in range(median.shape[1]):
            made = past.steps[index, :, horizon]
            made = made[np.isfinite(made)]
            if not made.size:
                made = past.steps[index][np.isfinite(past.steps[index])]
            if not made.size:
                continue
            z = to_logit(median[mine, horizon], ceiling)
            lower, upper = np.quantile(made, _LEVELS)
            # Past errors may all lie to one side; an interval still holds its own middle.
            low[mine, horizon] = from_logit(z + min(lower, 0), ceiling)
            high[mine, horizon] = from_logit(z + max(upper, 0), ceiling)
    return low, high
