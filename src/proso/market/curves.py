"""Bass, logistic and Gompertz curves, fitted to one country at a time: kept for comparison.

Fitted freely to the first part of one series they lose to a line (docs/benchmarks.md), because the
ceiling cannot be told before the curve bends.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from scipy.optimize import least_squares

from proso.market.panel import Floats

_Curve: TypeAlias = Callable[[Floats, Floats], Floats]


def bass(theta: Floats, t: Floats) -> Floats:
    """Bass 1969: theta is ceiling, innovation p, imitation q; t in years from the start."""
    ceiling, p, q = theta
    decay = np.exp(-(p + q) * t)
    return np.asarray(ceiling * (1 - decay) / (1 + q / p * decay))


def logistic(theta: Floats, t: Floats) -> Floats:
    """Theta is ceiling, rate and midpoint."""
    ceiling, rate, middle = theta
    return np.asarray(ceiling / (1 + np.exp(-np.clip(rate * (t - middle), -60, 60))))


def gompertz(theta: Floats, t: Floats) -> Floats:
    """Theta is ceiling, rate and the year of the steepest rise."""
    ceiling, rate, middle = theta
    return np.asarray(ceiling * np.exp(-np.exp(-np.clip(rate * (t - middle), -60, 60))))


_FITS: Final[dict[str, tuple[_Curve, list[float], list[float], list[float]]]] = {
    "bass": (bass, [60, 1e-3, 0.3], [1, 1e-7, 0.01], [100, 0.2, 2.0]),
    "logistic": (logistic, [60, 0.3, 20.0], [1, 0.01, -20.0], [100, 2.0, 80.0]),
    "gompertz": (gompertz, [60, 0.15, 18.0], [1, 0.005, -20.0], [100, 1.5, 100.0]),
}
CURVES: Final = tuple(_FITS)
_LEAST_POINTS: Final = 5


def forecast(name: str, values: Floats, origin: int, horizons: int, ceiling: float) -> Floats:
    """A curve through the known years of one country, read off past a column.

    Args:
        name: one of CURVES.
        values: shape (years,), NaN where unknown; nothing after `origin` is looked at.
        origin: the column that is the present.
        horizons: years ahead.
        ceiling: the largest ceiling tried, at least as large as any value.

    Returns:
        Shape (horizons,); NaN where the series is too short.
    """
    curve, start, low, high = _FITS[name]
    t = np.arange(origin + 1, dtype=np.float64)
    known = np.isfinite(values[: origin + 1])
    if known.sum() < _LEAST_POINTS:
        return np.full(horizons, np.nan)
    x, y = t[known], values[: origin + 1][known]
    upper = np.array([max(ceiling, y.max() * 1.01), *high[1:]])
    lower = np.array([min(max(y.max() * 0.8, low[0]), upper[0] * 0.99), *low[1:]])
    first = np.clip(np.array(start), lower * 1.001, upper * 0.999)
    found = least_squares(lambda theta: curve(theta, x) - y, first, bounds=(lower, upper))
    return curve(found.x, np.arange(origin + 1, origin + horizons + 1, dtype=np.float64))
