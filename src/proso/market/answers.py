"""Answers as plain values, for --json and for the report."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from proso.market.accuracy import Accuracy
from proso.market.backtest import Choice, Graded, Tipping
from proso.market.countries import countries
from proso.market.panel import AsOf, Floats
from proso.market.plan import Plan
from proso.market.rank import Flip, Ranking
from proso.market.waiting import Entry


def flip_sentence(name: str, flip: Flip) -> str:
    """What a threshold would do to a country, in words."""
    threshold = flip.threshold.removeprefix("rank.").replace("_", " ")
    edge = "passes" if flip.drops else "falls below"
    away = "" if flip.inside else ", outside the declared range"
    return f"{name} drops out if {threshold} {edge} {flip.value:.2f}{away}"


def admit_sentence(name: str, flip: Flip) -> str:
    """As `flip_sentence`, of a country that is not among the first."""
    threshold = flip.threshold.removeprefix("rank.").replace("_", " ")
    edge = "falls below" if flip.drops else "passes"
    away = "" if flip.inside else ", outside the declared range"
    return f"{name} comes in if {threshold} {edge} {flip.value:.2f}{away}"


def ranking(ranked: Ranking, entries: Sequence[Entry], view: AsOf) -> dict[str, Any]:
    """A ranking as one JSON object; shares as fractions, people as people."""
    inputs = ranked.inputs
    return {
        "as_of": inputs.day.isoformat(),
        "picture_of": inputs.seen,
        "stale": dict(inputs.stale),
        "only_later_revisions": {
            source: {"figures": all_, "later": later}
            for source, (all_, later) in view.revisions().items()
        },
        "not_scored": list(inputs.unscored),
        "ecommerce_components": list(inputs.infrastructure),
        "hindsight": [one.name for one in ranked.hindsight],
        "top": ranked.k,
        "chosen": list(ranked.chosen),
        "verdict": ranked.verdict,
        "population_alone": list(ranked.by_population),
        "population_alone_emerging": list(ranked.by_population_emerging),
        "gdp_alone": list(ranked.by_gdp),
        "places": [asdict(place) for place in ranked.places],
        "sequence": [asdict(entry) for entry in entries],
        "ineligible": {code: why for code, why in inputs.ineligible.items() if code in countries()},
    }


def plan(made: Plan) -> dict[str, Any]:
    """A plan as one JSON object; money in US$ million unless a name says otherwise."""
    worth = made.paths.worth()
    total = made.paths.revenue.sum(axis=1)
    crossing = made.crossing
    return {
        "company": made.company.name,
        "countries": [asdict(one) for one in made.countries],
        "portfolio": asdict(made.portfolio),
        "serving_usd_a_device_and_year": {"low": made.serving[0], "high": made.serving[1]},
        "worth": _points(worth),
        "p_loss": float((worth < 0).mean()),
        "cash_need": _points(np.maximum(-np.cumsum(made.paths.cash.sum(axis=1), 1).min(axis=1), 0)),
        "revenue_by_half_year": [_points(total[:, t]) for t in range(total.shape[1])],
        "tornado": [
            {"assumption": bar.assumption.name, "low": bar.at_low, "high": bar.at_high}
            for bar in made.tornado
        ],
        "hindsight": [one.name for one in made.hindsight],
        "global_500": None
        if crossing is None
        else {
            "p_by_year": {year: crossing.by(year) for year in crossing.years},
            "p_never": crossing.never,
            "interval_50": list(crossing.interval()),
            "assumes": "growth decays as it did for " + ", ".join(made.growth.firms)
            if made.growth
            else "",
        },
    }


def _points(values: Floats) -> list[float]:
    return [float(value) for value in np.quantile(values, [0.1, 0.5, 0.9])]


def backtest(
    choice: Choice,
    tipping: Tipping | None,
    forecasts: Sequence[Accuracy],
    graded: Graded,
) -> dict[str, Any]:
    """The grades as one JSON object."""
    return {
        "consistency_check": CAVEAT,
        "choice": asdict(choice),
        "tipping": asdict(tipping) if tipping else None,
        "forecasts": [asdict(one) for one in forecasts],
        "global_500": {
            "actual": graded.actual,
            "interval_50": list(graded.interval),
            "inside": graded.inside,
            "p_by_actual": graded.by_actual,
            "p_never": graded.never,
            "revenue": [
                dict(zip(("year", "p10", "p50", "p90", "actual"), row, strict=True))
                for row in graded.revenue
            ],
        },
    }


CAVEAT = (
    "one decision with ten countries is a consistency check, not accuracy: of lists this long, "
    "chance alone moves one or two hits"
)
"""Printed beside every grade."""
