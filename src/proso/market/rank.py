"""Which countries pass the three conditions, in which order, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from proso.errors import BadPlan
from proso.market.assumptions import Assumption, Assumptions
from proso.market.builtin import Friction, frictions
from proso.market.countries import countries
from proso.market.inputs import Inputs, gather
from proso.market.multiverse import THRESHOLDS, Central, Worlds, draw
from proso.market.panel import AsOf, Floats
from proso.market.tipping import Blend, choose_blend

_INTERVAL: Final = (0.05, 0.5, 0.95)
_FLIP_STEPS: Final = 121
_FAILS_BELOW: Final = 0.5
"""A condition passed to a lesser degree than this, on the median, is told as failed."""
_FLIP_RANGES: Final = {
    "rank.tipped_at": (0.2, 0.9),
    "rank.rapid_from": (0.05, 0.5),
    "rank.ecommerce_threshold": (0.0, 1.0),
    "rank.social_threshold": (0.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Flip:
    """A threshold at which a country enters or leaves the first k.

    Attributes:
        threshold: name of the assumption.
        value: where it happens, all else at the middle.
        drops: whether the country leaves when the threshold passes the value upwards.
        inside: whether the value lies within the declared range.
    """

    threshold: str
    value: float
    drops: bool
    inside: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One country's place.

    Attributes:
        country: alpha-3.
        name: in English.
        p_top: probability to be among the first k.
        rank_low: the 5 % point of its rank; 1 is best.
        rank_median: the middle.
        rank_high: the 95 % point.
        buyers: expected first buyers within the horizon, people, all conditions passed; median.
        share: estimated smartphone share today, 0..1, median.
        surveyed: whether a survey says it.
        tipping: degree of passing, 0..1, median.
        social: likewise; None where not scored.
        ecommerce: likewise; None where not scored.
        passes: mean of the product of the degrees.
        failed: conditions not passed on the median, in words.
        flips: which threshold would admit or drop it.
        frictions: warnings.
        population_rank: by population alone; 1 is largest.
        gdp_rank: by GDP alone; None where unknown.
    """

    country: str
    name: str
    p_top: float
    rank_low: int
    rank_median: int
    rank_high: int
    buyers: float
    share: float
    surveyed: bool
    tipping: float
    social: float | None
    ecommerce: float | None
    passes: float
    failed: tuple[str, ...]
    flips: tuple[Flip, ...]
    frictions: tuple[Friction, ...]
    population_rank: int
    gdp_rank: int | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer of `proso market rank`.

    Attributes:
        inputs: the figures it rests on.
        worlds: the multiverse.
        ranks: (draws, countries), 1 is best.
        places: every country that could be judged, best first.
        k: how many one wants to enter.
        blend: what mobile telephony taught.
        by_population: what population alone would have chosen, k codes.
        by_population_emerging: the same among economies that are not of high income today.
        by_gdp: what GDP alone would have chosen.
        hindsight: assumptions that could not have been known on the day.
        verdict: how far this differs from population alone, in a sentence.
    """

    inputs: Inputs
    worlds: Worlds
    ranks: npt.NDArray[np.int64]
    places: tuple[Place, ...]
    k: int
    blend: Blend
    by_population: tuple[str, ...]
    by_population_emerging: tuple[str, ...]
    by_gdp: tuple[str, ...]
    hindsight: tuple[Assumption, ...]
    verdict: str

    @property
    def chosen(self) -> tuple[str, ...]:
        """The k first."""
        return tuple(place.country for place in self.places[: self.k])


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        k: how many countries.
        draws: of the multiverse.
        seed: of the random numbers.
        exclude: alpha-3 codes of home and of where one is already.
        ignore_embargoes: also judge countries with which trade is forbidden.
    """

    k: int = 10
    draws: int = 2000
    seed: int = 1
    exclude: tuple[str, ...] = ()
    ignore_embargoes: bool = False


def rank(view: AsOf, assumptions: Assumptions, question: Question) -> Ranking:
    """Ranks every country that can be judged on the view's day.

    Raises:
        BadPlan: fewer countries can be judged than are asked for.
        NothingKnown: no series to judge by.
    """
    inputs = gather(view, exclude=question.exclude, ignore_embargoes=question.ignore_embargoes)
    if not 0 < question.k <= len(inputs.countries):
        raise BadPlan(
            found=f"{question.k} countries asked for, {len(inputs.countries)} that can be judged",
            expected="from 1 to as many as can be judged",
            remedy="choose another --top or a later --as-of",
        )
    blend = choose_blend(view)
    worlds = draw(inputs, assumptions, blend, draws=question.draws, seed=question.seed)
    ranks = ranks_of(worlds.value)
    order = np.lexsort((np.median(ranks, axis=0), -(ranks <= question.k).mean(axis=0)))
    flips = flip_points(inputs, assumptions, blend, question.k)
    places = _places(inputs, worlds, ranks, order, question.k, flips)
    names = [place.country for place in places[: question.k]]
    baselines = baseline_choices(inputs, question.k)
    return Ranking(
        inputs=inputs,
        worlds=worlds,
        ranks=ranks,
        places=places,
        k=question.k,
        blend=blend,
        by_population=baselines["population"],
        by_population_emerging=baselines["population, emerging"],
        by_gdp=baselines["GDP"],
        hindsight=tuple(assumptions.hindsight(view.day, "rank")),
        verdict=beside_population(names, baselines),
    )


def ranks_of(value: Floats) -> npt.NDArray[np.int64]:
    """Ranks within each draw, 1 for the largest value; shape as given."""
    order = np.argsort(-value, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, value.shape[1] + 1)[None, :], axis=1)
    return ranks


def baseline_choices(inputs: Inputs, k: int) -> dict[str, tuple[str, ...]]:
    """What one figure alone would choose among the same countries."""
    emerging = np.array([countries()[code].income != "high" for code in inputs.countries])

    def first(values: Floats) -> tuple[str, ...]:
        order = np.argsort(-np.nan_to_num(values), kind="stable")[:k]
        return tuple(inputs.countries[index] for index in order)

    return {
        "population": first(inputs.population),
        "population, emerging": first(np.where(emerging, inputs.population, 0)),
        "GDP": first(inputs.gdp),
    }


def beside_population(chosen: Sequence[str], baselines: dict[str, tuple[str, ...]]) -> str:
    """How far a choice differs from population alone; says so where it hardly does."""
    k = len(chosen)
    best = max(
        ("population", "population, emerging"), key=lambda n: len({*chosen} & {*baselines[n]})
    )
    same = len({*chosen} & {*baselines[best]})
    if same >= k - max(1, k // 10):
        return (
            f"{same} of the {k} are also the {k} largest by {best}: here the model is no better "
            f"founded than population alone"
        )
    new = [code for code in chosen if code not in baselines[best]]
    return (
        f"{same} of the {k} are also the {k} largest by {best}; the model adds {', '.join(new)}"
        " (how often such additions were right: proso market backtest)"
    )


def _places(  # noqa: PLR0913  everything a place tells
    inputs: Inputs,
    worlds: Worlds,
    ranks: npt.NDArray[np.int64],
    order: npt.NDArray[np.int64],
    k: int,
    flips: dict[str, tuple[Flip, ...]],
) -> tuple[Place, ...]:
    low, middle, high = np.quantile(ranks, _INTERVAL, axis=0)
    p_top = (ranks <= k).mean(axis=0)
    warnings = frictions(inputs.day)
    population = ranks_of(inputs.population[None, :])[0]
    gdp = ranks_of(np.nan_to_num(inputs.gdp)[None, :])[0]
    tipping, share = np.median(worlds.tipping, axis=0), np.median(worlds.share, axis=0)
    ecommerce = np.median(worlds.ecommerce, axis=0)
    social = np.median(worlds.social, axis=0)
    buyers, passes = np.median(worlds.buyers, axis=0), worlds.passes.mean(axis=0)
    places = []
    for index in order:
        code = inputs.countries[index]
        scored = bool(np.isfinite(inputs.social[index]))
        shop = float(ecommerce[index]) if np.isfinite(ecommerce[index]) else None
        places.append(
            Place(
                country=code,
                name=countries()[code].name,
                p_top=float(p_top[index]),
                rank_low=round(low[index]),
                rank_median=round(middle[index]),
                rank_high=round(high[index]),
                buyers=float(buyers[index]),
                share=float(share[index]),
                surveyed=bool(np.isfinite(inputs.smartphones[index])),
                tipping=float(tipping[index]),
                social=float(social[index]) if scored else None,
                ecommerce=shop,
                passes=float(passes[index]),
                failed=_failed(worlds, index, scored=scored),
                flips=flips.get(code, ()),
                frictions=tuple(warnings.get(code, ())),
                population_rank=int(population[index]),
                gdp_rank=int(gdp[index]) if np.isfinite(inputs.gdp[index]) else None,
            )
        )
    return tuple(places)


def _failed(worlds: Worlds, index: int, *, scored: bool) -> tuple[str, ...]:
    failed = []
    share = float(np.median(worlds.share[:, index]))
    gain = float(np.median(worlds.gain[:, index]))
    if np.median(worlds.tipping[:, index]) < _FAILS_BELOW:
        limit = float(np.median(worlds.thresholds["rank.tipped_at"]))
        start = float(np.median(worlds.thresholds["rank.rapid_from"]))
        if share + gain < start:
            failed.append(
                f"tipping: {share:.0%} have one, {share + gain:.0%} in three years: too few"
            )
        elif share > limit:
            failed.append(f"tipping: {share:.0%} have one already (limit {limit:.0%})")
        else:
            failed.append(f"tipping: {share:.0%} have one, close to the limit of {limit:.0%}")
    score = worlds.ecommerce_score[:, index]
    if not np.isfinite(score).any():
        failed.append("e-commerce: fewer than two components known")
    elif np.median(worlds.ecommerce[:, index]) < _FAILS_BELOW:
        limit = float(np.median(worlds.thresholds["rank.ecommerce_threshold"]))
        failed.append(f"e-commerce: {np.median(score):.2f} of 1 (threshold {limit:.2f})")
    if scored and np.median(worlds.social[:, index]) < _FAILS_BELOW:
        failed.append("social: too few of those online use social networks")
    return tuple(failed)


def flip_points(
    inputs: Inputs, assumptions: Assumptions, blend: Blend, k: int
) -> dict[str, tuple[Flip, ...]]:
    """Where each threshold, moved alone, would admit or drop a country; nearest flip of each."""
    found: dict[str, list[Flip]] = {}
    for name in THRESHOLDS:
        if name == "rank.social_threshold" and "social" in inputs.unscored:
            continue
        grid = np.linspace(*_FLIP_RANGES[name], _FLIP_STEPS)
        inside = np.stack([_first(inputs, assumptions, blend, k, (name, v)) for v in grid])
        now = _first(inputs, assumptions, blend, k, (name, assumptions.middle(name)))
        at = int(np.argmin(np.abs(grid - assumptions.middle(name))))
        for index in np.flatnonzero((inside != now).any(axis=0)):
            places = np.flatnonzero(inside[:, index] != now[index])
            place = places[np.argmin(np.abs(places - at))]
            one = assumptions[name]
            flip = Flip(
                threshold=name,
                value=float(grid[place]),
                drops=bool(now[index]) == bool(place > at),
                inside=bool(one.low <= grid[place] <= one.high),
            )
            found.setdefault(inputs.countries[index], []).append(flip)
    return {code: tuple(flips) for code, flips in found.items()}


def _first(
    inputs: Inputs, assumptions: Assumptions, blend: Blend, k: int, fixed: tuple[str, float]
) -> npt.NDArray[np.bool_]:
    world = draw(
        inputs, assumptions, blend, draws=1, seed=0, central=Central(errors=False, fixed=(fixed,))
    )
    return np.asarray(ranks_of(world.value)[0] <= k)
