"""Graded by what happened: the choice and the plan of 2013, and forecasts of shares.

One decision with ten countries is a consistency check, never a measure of accuracy: chance alone
moves it by a country or two, and the text printed beside the figures says so.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, spearmanr

from proso.market.assumptions import Assumptions
from proso.market.inputs import gather
from proso.market.multiverse import Central, draw
from proso.market.panel import AsOf, Floats, Panel
from proso.market.rank import Question, Ranking, baseline_choices, rank
from proso.market.revenue import Crossing, crossing, load_company
from proso.market.tipping import afford_gain, choose_blend
from proso.market.truth import actual_crossing, actual_revenue, announced

DECIDED: Final = date(2013, 12, 31)
"""The day the choice is made again: nothing published later is used."""
PLANNED: Final = date(2014, 1, 31)
"""The day the plan is made again: the revenue of 2013 was known since 2014-01-02."""
ALREADY: Final = ("CHN", "HKG", "TWN", "SGP", "MAC")
"""Home, and where the model company was or had launched by then."""


@dataclass(frozen=True, slots=True)
class Hits:
    """How many of the ten are among the first k.

    Attributes:
        k: 10 or 20.
        low: 5 % point over the multiverse.
        median: of it.
        high: 95 % point.
        by_probability: of the list ordered by P(top k): what one would have gone by.
        population: of the k largest by population.
        population_emerging: among economies not of high income today.
        gdp: of the k largest by GDP.
    """

    k: int
    low: float
    median: float
    high: float
    by_probability: int
    population: int
    population_emerging: int
    gdp: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The choice of 2013 again.

    Attributes:
        hits: at 10 and at 20.
        auc: of P(top 10) between the ten and all others; median rank likewise.
        calibration: (lowest P, highest P, countries, mean P, of them announced) by bin.
        brier: mean square of P(top 10) minus what happened.
        verdict: against population alone, in a sentence.
        hit: codes of the ten that are among the first ten by probability.
        missed: the others.
        intruders: what stands in their place.
        other_ranges: e-commerce threshold range → median hits at 10 and 20.
    """

    hits: tuple[Hits, ...]
    auc: float
    calibration: tuple[tuple[float, float, int, float, int], ...]
    brier: float
    verdict: str
    hit: tuple[str, ...]
    missed: tuple[str, ...]
    intruders: tuple[str, ...]
    other_ranges: tuple[tuple[str, float, float], ...]


def choice(view: AsOf, assumptions: Assumptions, draws: int, seed: int) -> tuple[Choice, Ranking]:
    """Ranks as of the view's day and counts how many of the ten are hit."""
    ten = {one.country for one in announced()}
    ranking = rank(view, assumptions, Question(draws=draws, seed=seed, exclude=ALREADY))
    is_ten = np.array([code in ten for code in ranking.inputs.countries])
    hits = tuple(_hits(ranking, is_ten, ten, k) for k in (10, 20))
    p_top = (ranking.ranks <= 10).mean(axis=0)  # noqa: PLR2004
    first = ranking.chosen
    return (
        Choice(
            hits=hits,
            auc=_auc(p_top - ranking.ranks.mean(axis=0) / 1e6, is_ten),
            calibration=_calibration(p_top, is_ten),
            brier=float(np.mean((p_top - is_ten) ** 2)),
            verdict=against_population(hits),
            hit=tuple(code for code in first if code in ten),
            missed=tuple(sorted(ten - {*first})),
            intruders=tuple(code for code in first if code not in ten),
            other_ranges=_other_ranges(view, assumptions, is_ten, draws, seed),
        ),
        ranking,
    )


def _hits(ranking: Ranking, is_ten: npt.NDArray[np.bool_], ten: set[str], k: int) -> Hits:
    counts = ((ranking.ranks <= k) & is_ten).sum(axis=1)
    low, middle, high = np.quantile(counts, [0.05, 0.5, 0.95])
    order = np.lexsort((np.median(ranking.ranks, axis=0), -(ranking.ranks <= k).mean(axis=0)))
    alone = baseline_choices(ranking.inputs, k)
    return Hits(
        k=k,
        low=float(low),
        median=float(middle),
        high=float(high),
        by_probability=int(is_ten[order[:k]].sum()),
        population=len(ten & {*alone["population"]}),
        population_emerging=len(ten & {*alone["population, emerging"]}),
        gdp=len(ten & {*alone["GDP"]}),
    )


def against_population(hits: tuple[Hits, ...]) -> str:
    """Whether the model's median beats the better of the two population lists; says so if not."""
    parts = []
    for one in hits:
        best = max(one.population, one.population_emerging)
        if one.median > best:
            parts.append(f"at {one.k} it hits {one.median:g}, population at best {best}")
        else:
            parts.append(
                f"at {one.k} the model is no better than population alone "
                f"({one.median:g} against {best})"
            )
    if all(one.low <= max(one.population, one.population_emerging) for one in hits):
        parts.append(
            "and within its own interval it could as well be worse: one decision cannot tell "
            "them apart"
        )
    return "; ".join(parts)


def _other_ranges(
    view: AsOf, assumptions: Assumptions, is_ten: npt.NDArray[np.bool_], draws: int, seed: int
) -> tuple[tuple[str, float, float], ...]:
    inputs, blend = gather(view, exclude=ALREADY), choose_blend(view)
    rows = []
    for middle in (0.2, 0.3, 0.4, 0.5, 0.6):
        fixed = (("rank.ecommerce_threshold", middle),)
        worlds = draw(
            inputs, assumptions, blend, draws=max(draws // 4, 50), seed=seed,
            central=Central(fixed=fixed),
        )  # fmt: skip
        ranks = rankdata(-worlds.value, axis=1)
        ten, twenty = (float(np.median(((ranks <= k) & is_ten).sum(axis=1))) for k in (10, 20))
        rows.append((f"{middle:g}", ten, twenty))
    return tuple(rows)


def _auc(score: Floats, truth: npt.NDArray[np.bool_]) -> float:
    ranks = rankdata(score)
    positives = int(truth.sum())
    negatives = len(truth) - positives
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _calibration(
    p_top: Floats, truth: npt.NDArray[np.bool_]
) -> tuple[tuple[float, float, int, float, int], ...]:
    edges = (0.0, 0.05, 0.25, 0.5, 0.75, 1.0)
    made = []
    for low, high in pairwise(edges):
        here = (p_top >= low) & ((p_top < high) | (high == 1.0))
        if here.any():
            made.append(
                (low, high, int(here.sum()), float(p_top[here].mean()), int(truth[here].sum()))
            )
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Tipping:
    """Rank correlation of scores with the gain of smartphones that happened.

    Attributes:
        countries: with surveys of both years.
        score: of affordability blended with growth.
        affordability: of affordability alone.
        gdp: of GDP per head.
        internet: of internet use.
        interval: 95 % of the score's, by resampling countries.
    """

    countries: int
    score: float
    affordability: float
    gdp: float
    internet: float
    interval: tuple[float, float]


def tipping(view: AsOf, assumptions: Assumptions, surveys: Panel) -> Tipping | None:
    """The tipping score of the view's day against the gain 2013 to 2015; None without surveys.

    The score is the median of the gain in 400 worlds without errors of figures; the surveys are of
    another publisher than the one the share was fitted to, and later.
    """
    gains = _gains(surveys)
    inputs = gather(view, ignore_embargoes=True)
    codes = [code for code in gains if code in inputs.countries]
    if len(codes) < 8:  # noqa: PLR2004  a correlation of fewer is noise
        return None
    rows = np.array([inputs.countries.index(code) for code in codes])
    blend = choose_blend(view)
    middle = assumptions.at_middle()
    worlds = draw(inputs, middle, blend, draws=1, seed=1, central=Central(errors=False))
    gain = np.array([gains[code] for code in codes])
    score = worlds.gain[0][rows]
    size = np.ones(len(rows))
    afford = afford_gain(
        inputs.income[rows],
        size * middle.middle("rank.afford_middle"),
        size * middle.middle("rank.afford_spread"),
        size * middle.middle("rank.price_fall"),
    )
    rng = np.random.default_rng(1)
    again = [
        spearmanr(score[pick], gain[pick]).statistic
        for pick in rng.integers(0, len(rows), (500, len(rows)))
    ]
    low, high = np.nanquantile(again, [0.025, 0.975])
    return Tipping(
        countries=len(codes),
        score=float(spearmanr(score, gain).statistic),
        affordability=float(spearmanr(afford, gain).statistic),
        gdp=float(spearmanr(inputs.income[rows], gain).statistic),
        internet=float(spearmanr(inputs.internet[rows], gain).statistic),
        interval=(float(low), float(high)),
    )


def _gains(surveys: Panel) -> dict[str, float]:
    """Points of smartphone share gained from 2013 to 2015, by country."""
    shares: dict[str, dict[int, float]] = {}
    for fact in surveys.facts:
        if fact.indicator == "smartphone_pct_pew":
            shares.setdefault(fact.country, {})[fact.period] = fact.value
    return {c: y[2015] - y[2013] for c, y in shares.items() if {2013, 2015} <= set(y)}


@dataclass(frozen=True, slots=True)
class Graded:
    """The plan of 2013 against what happened.

    Attributes:
        crossing: the paths.
        actual: fiscal year of the actual crossing.
        interval: 50 % interval of the crossing, fiscal years.
        inside: whether the actual year lies in it.
        by_actual: P(by the actual year).
        never: P(never within the paths).
        revenue: (fiscal year, 10 %, 50 %, 90 % points, actual).
    """

    crossing: Crossing
    actual: int
    interval: tuple[int, int]
    inside: bool
    by_actual: float
    never: float
    revenue: tuple[tuple[int, float, float, float, float], ...]


def graded_plan(assumptions: Assumptions, paths: int, seed: int) -> Graded:
    """Simulates the model company's revenue from what was known in January 2014."""
    made = crossing(
        load_company(None, PLANNED), assumptions, PLANNED, paths=paths, years=12, seed=seed
    )
    low, high = made.interval()
    actual = actual_crossing()
    rows = []
    for year, value in actual_revenue().items():
        points = np.quantile(made.revenue[:, made.years.index(year)], [0.1, 0.5, 0.9])
        rows.append((year, float(points[0]), float(points[1]), float(points[2]), value))
    return Graded(
        crossing=made,
        actual=actual,
        interval=(low, high),
        inside=low <= actual <= high,
        by_actual=made.by(actual),
        never=made.never,
        revenue=tuple(rows),
    )
