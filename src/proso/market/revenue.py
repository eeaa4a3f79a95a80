"""Paths of a firm's revenue, and the year they pass the Fortune Global 500's threshold.

Fast growth decays.  How fast is learnt from firms that grew as fast before the day (a reference
class, so all of them survived: the paths lean to the hopeful side, and the report says so):

    log(1 + g[t+1]) = a + b log(1 + g[t]) + noise

with a and b drawn from their joint uncertainty for each path.  The threshold drifts and shakes by
its own assumptions.  A firm's fiscal year is held against the list of the next year.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from proso.errors import BadFile, BadPlan, NothingKnown
from proso.market.assumptions import Assumptions
from proso.market.builtin import rows
from proso.market.facts import FACTS
from proso.market.panel import Floats

_LEAST_PAIRS: Final = 8
NEVER: Final = 9999
"""Stands for a crossing that does not come within the paths."""


@dataclass(frozen=True, slots=True)
class Company:
    """A firm as its numbers were known on a day.

    Attributes:
        name: in words.
        home: alpha-3 of its home market; empty for none.
        already: alpha-3 codes of countries it is in.
        revenue: (fiscal year, US$ billion without tax), oldest first; may be empty.
    """

    name: str
    home: str
    already: tuple[str, ...]
    revenue: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class GrowthFit:
    """How growth decays in the reference class."""

    constant: float
    slope: float
    spread: float
    covariance: Floats
    pairs: int
    firms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Revenue against the threshold.

    Attributes:
        years: fiscal years of the columns.
        revenue: (paths, years), US$ billion.
        threshold: (paths, years): of the next year's list.
        crossed: (paths,) fiscal year of the first crossing, NEVER for none.
    """

    years: tuple[int, ...]
    revenue: Floats
    threshold: Floats
    crossed: np.ndarray[tuple[int], np.dtype[np.int64]]

    def by(self, year: int) -> float:
        """Probability to have crossed by a fiscal year."""
        return float((self.crossed <= year).mean())

    @property
    def never(self) -> float:
        """Probability not to cross within the paths."""
        return float((self.crossed == NEVER).mean())

    def interval(self, low: float = 0.25, high: float = 0.75) -> tuple[int, int]:
        """Fiscal years between which the crossing comes; NEVER at an open end."""
        ends = np.quantile(self.crossed, [low, high], method="inverted_cdf")
        return int(ends[0]), int(ends[1])


def load_company(path: Path | None, day: date) -> Company:
    """A firm's file, or the model company; figures published after the day are left out.

    Raises:
        BadFile: no TOML.
        BadPlan: a revenue that is none; the sentence names the row.
    """
    try:
        text = (
            path.read_text("utf-8")
            if path
            else resources.files(FACTS).joinpath("company_model.toml").read_text("utf-8")
        )
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadFile(
            found=f"{path}: {error}", expected="a TOML file", remedy="mend or leave out the file"
        ) from error
    where = path or Path("company_model.toml")
    known = [_year(row, number, where) for number, row in enumerate(table.get("revenue", []), 1)]
    revenue = sorted((year, value) for year, value, published in known if published <= day)
    for (before, _), (after, _) in pairwise(revenue):
        if after != before + 1:
            raise BadPlan(
                found=f"{where}: revenue of {before} and then of {after}",
                expected="one fiscal year after the other, each once",
                remedy="add the missing year or drop the double one",
            )
    return Company(
        str(table.get("name", where.stem)),
        str(table.get("home", "")),
        tuple(table.get("already", ())),
        tuple(revenue),
    )


def _year(row: dict[str, Any], number: int, path: Path) -> tuple[int, float, date]:
    year, value, published = row.get("fiscal_year"), row.get("usd_bn"), row.get("published")
    good = isinstance(year, int) and isinstance(published, date)
    if not (good and isinstance(value, int | float) and 0 < value < 10_000):  # noqa: PLR2004
        raise BadPlan(
            found=f"{path}, revenue row {number}: {row}",
            expected="fiscal_year, usd_bn above nought and the day it was published",
            remedy="correct the row",
        )
    assert isinstance(year, int)  # noqa: S101  `good` says so
    assert isinstance(published, date)  # noqa: S101
    return year, float(value), published


def fit_growth(day: date) -> GrowthFit:
    """The decay of growth, from reports published up to a day.

    Raises:
        NothingKnown: too few firms had reported.
    """
    series: dict[str, list[tuple[int, float]]] = {}
    for row in rows("growth_reference.csv"):
        if date.fromisoformat(row["published"]) <= day:
            entry = (int(row["fiscal_year"]), float(row["revenue_usd_bn"]))
            series.setdefault(row["firm"], []).append(entry)
    x, y = [], []
    for values in series.values():
        steps = np.diff(np.log([value for _, value in sorted(values)]))
        x += list(steps[:-1])
        y += list(steps[1:])
    if len(x) < _LEAST_PAIRS:
        raise NothingKnown(
            found=f"{len(x)} pairs of growth rates reported up to {day}",
            expected=f"at least {_LEAST_PAIRS}",
            remedy="choose a later --as-of",
        )
    design = np.stack([np.ones(len(x)), np.array(x)], axis=1)
    beta, *_ = np.linalg.lstsq(design, np.array(y), rcond=None)
    residual = np.array(y) - design @ beta
    variance = float(residual @ residual / (len(x) - 2))
    covariance = variance * np.linalg.inv(design.T @ design)
    return GrowthFit(
        float(beta[0]), float(beta[1]), variance**0.5, covariance, len(x), tuple(sorted(series))
    )


def last_threshold(day: date) -> tuple[int, float]:
    """The newest list published up to a day: its year and threshold, US$ billion.

    Raises:
        NothingKnown: no list had been.
    """
    known = [
        (int(row["list_year"]), float(row["threshold_usd_bn"]))
        for row in rows("global500.csv")
        if date.fromisoformat(row["published"]) <= day
    ]
    if not known:
        raise NothingKnown(
            found=f"no threshold of the Global 500 published up to {day}",
            expected="the list of 2013 or a later one",
            remedy="choose a later --as-of",
        )
    return max(known)


def crossing(  # noqa: PLR0913  whose, from when, how long and how often
    company: Company, assumptions: Assumptions, day: date, *, paths: int, years: int, seed: int
) -> Crossing:
    """Simulates revenue and threshold.

    Raises:
        BadPlan: fewer than two fiscal years of revenue: no growth to begin from.
    """
    if len(company.revenue) < 2:  # noqa: PLR2004
        raise BadPlan(
            found=f"{len(company.revenue)} fiscal years of revenue of {company.name} by {day}",
            expected="two or more, to begin from a growth rate",
            remedy="add revenue rows to the company file, or choose a later --as-of",
        )
    rng = np.random.default_rng(seed)
    fitted = fit_growth(day)
    (_, before), (last_year, last) = company.revenue[-2:]
    terms = rng.multivariate_normal([fitted.constant, fitted.slope], fitted.covariance, paths)
    slope = np.clip(terms[:, 1], 0, 0.95)
    step = np.full(paths, np.log(last / before))
    log_revenue = np.full(paths, np.log(last))
    list_year, now = last_threshold(day)
    level = np.full(paths, np.log(now))
    drift = assumptions.draw("plan.threshold_growth", rng, paths)
    noise = assumptions.middle("plan.threshold_noise")
    for _ in range(list_year, last_year + 1):  # up to the list of the last reported year
        level = level + drift + noise * rng.standard_normal(paths)
    revenue, threshold = np.empty((paths, years)), np.empty((paths, years))
    for column in range(years):
        step = terms[:, 0] + slope * step + fitted.spread * rng.standard_normal(paths)
        log_revenue = log_revenue + step
        level = level + drift + noise * rng.standard_normal(paths)
        revenue[:, column], threshold[:, column] = np.exp(log_revenue), np.exp(level)
    over = revenue >= threshold
    first = np.where(over.any(axis=1), last_year + 1 + over.argmax(axis=1), NEVER)
    names = tuple(range(last_year + 1, last_year + 1 + years))
    return Crossing(names, revenue, threshold, first.astype(np.int64))
