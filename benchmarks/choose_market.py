"""How the market's parameters were chosen: on years up to 2012, printed beside what came after.

Regressors and window of pooled growth, and when to fall back, are judged by the mean error of
forecasts of internet users from 2005 to 2012 up to 2013; 2014 to 2018 is printed to be seen, not to
choose by.  The probits of smartphone shares are fitted to a survey of 2013 where its file is given.
"""

import argparse
from datetime import date
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from proso.market import forecasting, growth
from proso.market.accuracy import series_of
from proso.market.builtin import panel
from proso.market.forecasting import forecast
from proso.market.growth import Series, from_logit, pooled
from proso.market.importing import mapping, read
from proso.market.tipping import choose_blend

YEARS = range(1990, 2019)
LAST_TRAINED = 2013
COLUMNS = {
    "step, level": (0, 1, 2),
    "and income": (0, 1, 2, 3),
    "and income times level": (0, 1, 2, 3, 4),
    "level, income, no step": (0, 2, 3, 4),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--omp", type=Path, default=Path("../shared/data/markets/smartphone_omp2013_wiki.csv")
    )
    options = parser.parse_args()
    view = panel().as_of(date(2020, 12, 31))
    codes = view.countries()
    internet = series_of(view, "internet_users_pct", codes, YEARS, LAST_TRAINED - YEARS[0])
    whole = growth.regressors
    print("regressors: error 2005-12, then 2014-18")
    for name, kept in COLUMNS.items():

        def some(series, origin, kept=kept):  # noqa: ANN001, ANN202  as growth.regressors
            z, rows = whole(series, origin)
            return z, rows[:, list(kept)]

        growth.regressors = some
        growth_errors(name, internet)
    growth.regressors = whole
    for window in (8, 10, 13, 20):
        growth._WINDOW = window  # noqa: SLF001
        growth_errors(f"window of {window} years", internet)
    growth._WINDOW = 13  # noqa: SLF001
    for clear in (0.75, 0.85, 0.95):
        forecasting._CLEAR_LOSS = clear  # noqa: SLF001
        errors = [error(internet, origin, whole=True) for origin in range(15, 23)]
        print(f"fall back below {clear} of the error: {np.mean(errors):.2f}")
    print("blend of affordability and growth:", choose_blend(panel().as_of(date(2013, 12, 31))))
    if options.omp.exists():
        probits(options.omp)


def growth_errors(name: str, series: Series) -> None:
    early = np.mean([error(series, origin, whole=False) for origin in range(15, 23)])
    late = error(series, 23, whole=False)
    print(f"  {name:<26} {early:.2f}  {late:.2f}")


def error(series: Series, origin: int, *, whole: bool) -> float:
    last = min(origin + 5, 23) if origin < 23 else 28  # noqa: PLR2004  2013 ends the early years
    seen, errors = series.until(origin), []
    made = forecast(series, origin, last - origin).median if whole else None
    for ahead in range(1, last - origin + 1):
        if made is None:
            guess = from_logit(pooled(seen, origin, ahead), series.ceiling)
        else:
            guess = made[:, ahead - 1]
        off = np.abs(guess - series.values[:, origin + ahead])
        started = np.isfinite(series.values[:, origin])
        errors.append(off[np.isfinite(off) & started])
    return float(np.concatenate(errors).mean())


def probits(path: Path) -> None:
    facts = read(path, mapping("omp"), date(2026, 1, 1))
    view = panel().as_of(date(2013, 12, 31))
    kept = [f for f in facts if view.newest(f.country, "gdp_pc_ppp")]
    codes = [fact.country for fact in kept]
    y = ndtri(np.array([fact.value for fact in kept]) / 100)
    income = np.log(view.latest("gdp_pc_ppp", codes))
    online = np.clip(view.latest("internet_users_pct", codes), 0.5, 99) / 100
    slope, constant = np.polyfit(income, y, 1)
    print(f"{len(y)} countries: half can pay at log income {-constant / slope:.2f}")
    print(f"spread of log income {1 / slope:.2f}")
    x = np.stack([np.ones_like(y), income - 9, np.log(online / (1 - online))], axis=1)
    good = np.isfinite(x).all(axis=1)
    beta, *_ = np.linalg.lstsq(x[good], y[good], rcond=None)
    print("share: intercept, by income, by internet", np.round(beta, 3))


if __name__ == "__main__":
    main()
