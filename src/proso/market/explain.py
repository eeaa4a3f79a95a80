"""Every figure behind one country: which row, of which edition, and what was made of it."""

from dataclasses import dataclass

import numpy as np

from proso.errors import BadPlan
from proso.market.assumptions import Assumptions
from proso.market.countries import countries
from proso.market.indicators import INDICATORS
from proso.market.multiverse import THRESHOLDS
from proso.market.panel import AsOf
from proso.market.rank import Ranking
from proso.market.sources import sources


@dataclass(frozen=True, slots=True)
class Step:
    """One figure of an explanation.

    Attributes:
        what: in words.
        value: as printed.
        rests_on: the row or the assumption it comes from.
    """

    what: str
    value: str
    rests_on: str


def explain(
    view: AsOf, ranking: Ranking, assumptions: Assumptions, country: str
) -> tuple[Step, ...]:
    """The figures behind a country's place, in the order they are used.

    Raises:
        BadPlan: the country could not be judged; the sentence says why.
    """
    inputs = ranking.inputs
    if country not in inputs.countries:
        raise BadPlan(
            found=f"{countries()[country].name} was not judged: {inputs.ineligible[country]}",
            expected="a country that was",
            remedy="import the missing figures or drop --exclude",
        )
    index = inputs.countries.index(country)
    steps = []
    for (code, name), fact in sorted(inputs.facts.items()):
        if code == country:
            unit = INDICATORS[name]
            held = sources().get(fact.source)
            text = f"{held.title if held else fact.source}, {fact.licence}; year {fact.period}, "
            text += f"published {fact.published}"
            if view.is_revision(fact):
                text += f"; only the later revision of {fact.vintage} is at hand"
            steps.append(Step(unit.label, f"{fact.value:,.6g} {unit.unit}", text))
    steps += _derived(ranking, index)
    steps += [
        Step(name, f"{one.low:g} to {one.high:g} {one.unit}", f"assumed: {one.why}")
        for name in THRESHOLDS
        if (one := assumptions[name])
    ]
    place = next(place for place in ranking.places if place.country == country)
    steps += [Step(f"friction: {one.kind}", one.text, one.source) for one in place.frictions]
    return tuple(steps)


def _derived(ranking: Ranking, index: int) -> list[Step]:
    worlds, inputs = ranking.worlds, ranking.inputs
    surveyed = np.isfinite(inputs.smartphones[index])
    rows = [
        ("smartphone share today", worlds.share, "a survey" if surveyed else
         "income and internet use; assumptions rank.share_*"),
        ("gain within three years", worlds.gain,
         (f"{ranking.blend.affordability:.0%} affordability, the rest growth at "
          f"{ranking.blend.rate:.2f} a year, as mobile telephony spread")),
        ("tipping: degree of passing", worlds.tipping, "share, gain, rank.tipped_at, rapid_from"),
        ("social: degree of passing", worlds.social, "share of those online"),
        ("e-commerce: percentile", worlds.ecommerce_score,
         "weights drawn over " + ", ".join(inputs.infrastructure)),
        ("e-commerce: degree of passing", worlds.ecommerce, "rank.ecommerce_threshold"),
        ("first buyers, conditions passed", worlds.buyers, "population times gain"),
        ("first buyers, weighted", worlds.value, "buyers times the three degrees"),
    ]  # fmt: skip
    steps = []
    for what, values, why in rows:
        if "social" in what and not np.isfinite(inputs.social[index]):
            steps.append(Step(what, "not scored", "nobody published a figure"))
            continue
        low, middle, high = np.quantile(values[:, index], [0.05, 0.5, 0.95])
        steps.append(Step(what, f"{middle:,.3g} ({low:,.3g} to {high:,.3g})", why))
    return steps
