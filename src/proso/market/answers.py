"""Answers as plain values, for --json and for the report."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from proso.market.countries import countries
from proso.market.panel import AsOf
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
