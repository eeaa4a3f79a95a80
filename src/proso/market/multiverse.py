"""The declared multiverse: every threshold, weight and error drawn, and every country judged in it.

One draw is one way the world and our judgement could be: thresholds and softness of the three
conditions, weights of the e-commerce components, the price's fall, how the two views of growth are
blended, and the errors of every figure.  All arrays have shape (draws, countries) or (draws,).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit
from scipy.stats import rankdata

from proso.market.assumptions import Assumptions
from proso.market.inputs import Inputs
from proso.market.panel import Floats
from proso.market.tipping import (
    HORIZON,
    Blend,
    afford_gain,
    growth_gain,
    price_shift,
    share_today,
    years_since_fit,
)

_WEIGHT_CONCENTRATION: Final = 3.0
"""Dirichlet: 1 would let one component rule, large values make all equal."""
_COMPONENTS_NEEDED: Final = 2
"""A country with fewer known components has no e-commerce score."""
GATES: Final = ("tipping", "social", "e-commerce")


@dataclass(frozen=True, slots=True)
class Worlds:
    """What every draw makes of every country; shape (draws, countries) unless said otherwise.

    Attributes:
        share: smartphone share today, 0..1.
        gain: share of people who will buy their first within the horizon.
        tipping: degree 0..1 to which the first condition is passed.
        social: of the second; 1 where it is not scored.
        ecommerce: of the third; NaN where it could not be scored.
        ecommerce_score: percentile 0..1 among all economies.
        buyers: expected first buyers where all conditions are passed, people.
        value: buyers times the three degrees: what orders the countries.
        thresholds: name → shape (draws,).
    """

    share: Floats
    gain: Floats
    tipping: Floats
    social: Floats
    ecommerce: Floats
    ecommerce_score: Floats
    buyers: Floats
    value: Floats
    thresholds: dict[str, Floats]

    @property
    def passes(self) -> Floats:
        """The product of the three degrees."""
        return self.tipping * self.social * np.nan_to_num(self.ecommerce)


@dataclass(frozen=True, slots=True)
class Central:
    """Settings of a world without doubt, for pictures and flip points.

    Attributes:
        errors: whether figures carry their errors.
        fixed: thresholds held fast, by name.
    """

    errors: bool = True
    fixed: tuple[tuple[str, float], ...] = ()


def draw(  # noqa: PLR0913  what is judged, by what, and how often
    inputs: Inputs,
    assumptions: Assumptions,
    blend: Blend,
    *,
    draws: int,
    seed: int,
    central: Central | None = None,
) -> Worlds:
    """Judges every country in every draw.

    Args:
        inputs: the figures.
        assumptions: ranges drawn from.
        blend: what mobile telephony taught.
        draws: how many worlds.
        seed: of the random numbers: the same seed gives the same worlds.
        central: without it everything is drawn.
    """
    central = central or Central()
    rng = np.random.default_rng(seed)
    base = assumptions if central.errors else assumptions.at_middle()
    for name, value in central.fixed:
        base = base.with_value(name, value)
    dice = _Dice(rng, base, draws, len(inputs.countries), errors=central.errors)
    share = _share(inputs, dice)
    gain = _gain(inputs, dice, share, blend)
    tipping = _tipping(dice, share, gain)
    social = _social(inputs, dice)
    score = _ecommerce(inputs, dice)
    threshold = dice.column("rank.ecommerce_threshold")
    ecommerce = expit((score - threshold) / dice.column("rank.ecommerce_softness"))
    buyers = inputs.population * gain
    value = buyers * tipping * social * np.nan_to_num(ecommerce)
    return Worlds(
        share=share,
        gain=gain,
        tipping=tipping,
        social=social,
        ecommerce=ecommerce,
        ecommerce_score=score,
        buyers=buyers,
        value=value,
        thresholds={name: dice.drawn[name][:, 0] for name in dice.drawn if name in THRESHOLDS},
    )


THRESHOLDS: Final = (
    "rank.tipped_at",
    "rank.rapid_from",
    "rank.ecommerce_threshold",
    "rank.social_threshold",
)
"""The thresholds whose flip points are told."""


class _Dice:
    """Random numbers of one multiverse, each drawn once and remembered by name."""

    def __init__(
        self,
        rng: np.random.Generator,
        assumptions: Assumptions,
        draws: int,
        countries: int,
        *,
        errors: bool,
    ) -> None:
        self.rng = rng
        self.assumptions = assumptions
        self.draws = draws
        self.shape = (draws, countries)
        self.errors = errors
        self.drawn: dict[str, Floats] = {}

    def column(self, name: str) -> Floats:
        """Draws of an assumption, shape (draws, 1)."""
        if name not in self.drawn:
            self.drawn[name] = self.assumptions.draw(name, self.rng, self.draws)[:, None]
        return self.drawn[name]

    def noise(self, spread: Floats | float) -> Floats:
        """Errors of a figure, shape (draws, countries); nought in a world without doubt."""
        if not self.errors:
            return np.zeros(self.shape)
        return self.rng.standard_normal(self.shape) * spread


def _share(inputs: Inputs, dice: _Dice) -> Floats:
    income = inputs.income + dice.noise(dice.assumptions.middle("rank.error_income"))
    online = np.clip(inputs.internet, 0.5, 99) / 100
    odds = np.log(online / (1 - online))
    odds = odds + dice.noise(dice.assumptions.middle("rank.error_internet"))
    fall, spread = dice.column("rank.price_fall"), dice.column("rank.afford_spread")
    estimated = share_today(
        income,
        100 * expit(odds),
        intercept=dice.column("rank.share_intercept"),
        by_income=dice.column("rank.share_by_income"),
        by_internet=dice.column("rank.share_by_internet"),
        shift=price_shift(fall, spread, years_since_fit(inputs.seen)),
    )
    seen = np.isfinite(inputs.smartphones)
    known = np.where(seen, inputs.smartphones, 0.5)
    share = np.where(seen, known, estimated)
    error = np.where(
        seen,
        dice.assumptions.middle("rank.survey_error"),
        dice.assumptions.middle("rank.share_error"),
    )
    return np.asarray(expit(np.log(share / (1 - share)) + dice.noise(error)), dtype=np.float64)


def _gain(inputs: Inputs, dice: _Dice, share: Floats, blend: Blend) -> Floats:
    income = inputs.income + dice.noise(dice.assumptions.middle("rank.error_income"))
    fall, spread = dice.column("rank.price_fall"), dice.column("rank.afford_spread")
    years = years_since_fit(inputs.seen)
    middle = dice.column("rank.afford_middle") + np.log1p(-fall) / HORIZON * years
    afford = afford_gain(income, middle, spread, fall)
    rate = np.maximum(blend.rate + dice.noise(blend.rate_spread), 0.05)
    ceiling = dice.column("rank.ceiling")
    grown = growth_gain(share, ceiling, rate, HORIZON)
    # Nobody buys a first phone twice: affordability cannot add past the ceiling.
    afford = np.minimum(afford, np.maximum(ceiling - share, 0))
    low = max(blend.affordability - blend.spread, 0.0)
    high = min(blend.affordability + blend.spread, 1.0)
    weight = dice.rng.uniform(low, high, (dice.draws, 1)) if dice.errors else blend.affordability
    blended = weight * afford + (1 - weight) * grown
    # A share that is only estimated is no anchor: growth from it would be position on the curve.
    pace = blended.mean(axis=1, keepdims=True) / np.maximum(
        afford.mean(axis=1, keepdims=True), 1e-6
    )
    paced = np.minimum(afford * pace, np.maximum(ceiling - share, 0))
    return np.where(np.isfinite(inputs.smartphones), blended, paced)


def _logit(share: Floats) -> Floats:
    inside = np.clip(share, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(inside / (1 - inside)), dtype=np.float64)


def _tipping(dice: _Dice, share: Floats, gain: Floats) -> Floats:
    softness = dice.column("rank.tipping_softness")
    not_yet = (_logit(dice.column("rank.tipped_at")) - _logit(share)) / softness
    soon = (_logit(share + gain) - _logit(dice.column("rank.rapid_from"))) / softness
    return np.asarray(expit(not_yet) * expit(soon), dtype=np.float64)


def _social(inputs: Inputs, dice: _Dice) -> Floats:
    threshold, softness = dice.column("rank.social_threshold"), dice.column("rank.social_softness")
    error = dice.noise(dice.assumptions.middle("rank.social_error"))
    scored = np.isfinite(inputs.social)
    degree = expit((np.where(scored, inputs.social, 0.5) + error - threshold) / softness)
    return np.where(scored, degree, 1.0)


def _ecommerce(inputs: Inputs, dice: _Dice) -> Floats:
    """Percentiles of the known components, weighted, shape (draws, countries)."""
    total, weight = np.zeros(dice.shape), np.zeros(dice.shape)
    known = np.zeros(dice.shape[1])
    names = list(inputs.infrastructure)
    if not names:
        return np.full(dice.shape, np.nan)
    if dice.errors:
        weights = dice.rng.dirichlet(np.full(len(names), _WEIGHT_CONCENTRATION), dice.draws)
    else:
        weights = np.full((dice.draws, len(names)), 1 / len(names))
    for place, name in enumerate(names):
        values = inputs.infrastructure[name]
        error = "rank.error_logistics" if name == "lpi_overall" else "rank.error_infrastructure"
        noisy = values * np.exp(dice.noise(dice.assumptions.middle(error)))
        here = np.isfinite(values)
        percentile = (rankdata(noisy[:, here], axis=1) - 0.5) / here.sum()
        total[:, here] += weights[:, [place]] * percentile
        weight[:, here] += weights[:, [place]]
        known += here
    enough = known >= min(_COMPONENTS_NEEDED, len(names))
    return np.where(enough, total / np.maximum(weight, 1e-9), np.nan)
