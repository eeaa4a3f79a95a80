"""How far forecasts of shares were off: proso's beside simpler ones and beside fitted curves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from proso.market import curves
from proso.market.forecasting import METHODS, candidates, forecast
from proso.market.growth import Series
from proso.market.panel import AsOf

_FIRST_YEAR: Final = 1990
_ORIGIN: Final = 2013
"""The last year trained on."""
_HORIZONS: Final = 5


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors of forecasts of one indicator, mean absolute, in its own unit.

    Attributes:
        indicator: code.
        countries: with a value in the last year known and any later.
        errors: method → error over all countries and years ahead.
        coverage: part of the values inside the 80 % interval.
        saturated: countries with a value past the level at which everybody has one.
        saturated_ratio: proso's error there divided by naive's; NaN where there are none.
        fell_back: countries that got another method than most.
    """

    indicator: str
    countries: int
    errors: dict[str, float]
    coverage: float
    saturated: int
    saturated_ratio: float
    fell_back: int


def accuracy(
    view: AsOf, indicator: str, *, progress: Callable[[], None] = lambda: None
) -> Accuracy:
    """Trains on years up to 2013, forecasts five more, and compares; `view` must know those."""
    codes = view.countries()
    years = range(_FIRST_YEAR, _ORIGIN + _HORIZONS + 1)
    origin = _ORIGIN - _FIRST_YEAR
    series = series_of(view, indicator, codes, years, origin)
    made = forecast(series, origin, _HORIZONS)
    actual = series.values[:, origin + 1 :]
    known = series.until(origin)
    simple = np.stack([candidates(known, origin, h) for h in range(1, _HORIZONS + 1)], axis=2)
    tried = {"proso": made.median, **dict(zip(METHODS, simple, strict=True))}
    for name in curves.CURVES:
        tried[name] = np.stack(
            [curves.forecast(name, row, origin, _HORIZONS, series.ceiling) for row in known.values]
        )
        progress()
    started = np.isfinite(series.values[:, [origin]])
    good = np.isfinite(actual) & started & np.isfinite(np.stack([*tried.values()])).all(axis=0)
    inside = (actual >= made.low) & (actual <= made.high)
    full = good & (series.values[:, [origin]] >= series.full)
    naive = np.abs(tried["naive"] - actual)[full].mean() if full.any() else float("nan")
    own = np.abs(made.median - actual)[full].mean() if full.any() else float("nan")
    return Accuracy(
        indicator=indicator,
        countries=int(good.any(axis=1).sum()),
        errors={name: float(np.abs(one - actual)[good].mean()) for name, one in tried.items()},
        coverage=float(inside[good].mean()),
        saturated=int(full.any(axis=1).sum()),
        saturated_ratio=float(own / naive),
        fell_back=made.fell_back,
    )


def series_of(
    view: AsOf, indicator: str, codes: tuple[str, ...], years: range, origin: int
) -> Series:
    """An indicator of many countries; its ceiling looks no further than the origin."""
    values = view.matrix(indicator, codes, years)
    income = np.log(view.matrix("gdp_pc_ppp", codes, years))
    if indicator.endswith("_pct"):
        return Series(values, income, 100.0, 95.0)
    ceiling = max(float(np.nanmax(values[:, : origin + 1])) * 1.1, 60.0)
    return Series(values, income, ceiling, 100.0)
