"""Which radios belong to a listed hotspot, as far as independent reporters agree.

A report carries a tag of the radio it went through.  A tag is published for a hotspot only when
enough reporters met it there, and never when it was met at places too far apart to be one: a
network on a vehicle belongs to no place.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from proso.reports.hotspot_report import HotspotReport, JoinAssertion
from proso.values.hotspot import Hotspot

MIN_REPORTERS: Final = 3.0
"""Sum of the reporters' weights, each counted once: three full ones or more lesser ones."""

KEPT: Final = timedelta(days=365)
"""A radio nobody met for a year may have been replaced.  Source: ichnaea's rule for positions."""

SAME_PLACE_M: Final = 1_000
"""A radio reported at two listed places further apart moves, or its address was copied."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What reporters agree on.

    Attributes:
        tags: for each hotspot's identity, the tags of its radios.
        moving: (network name, tag) pairs that were met too far apart.
    """

    tags: Mapping[int, frozenset[int]]
    moving: frozenset[tuple[bytes, int]]


def bind_radios(
    reports: Iterable[HotspotReport],
    hotspots: Mapping[int, Hotspot],
    *,
    now: datetime,
    weights: Mapping[str, float] | None = None,
    least: float = MIN_REPORTERS,
) -> Bound:
    """The radios of each hotspot.

    Args:
        reports: any; only successes and failures through a named radio at a listed hotspot count.
        hotspots: the listed ones, by identity.
        now: the moment, aware.
        weights: 0..1 for each reporter; 1 where not given.  Reports without a reporter count
            nothing: nobody knows whether they are independent.
        least: the sum of weights a tag needs.
    """
    votes: dict[tuple[bytes, int], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for report in reports:
        hotspot = hotspots.get(report.subject)
        if hotspot is None or report.radio is None or not report.reporter:
            continue
        if report.assertion is JoinAssertion.TWIN or not now - KEPT <= report.at <= now:
            continue
        for ssid in hotspot.ssids:
            votes[ssid, report.radio][report.subject].add(report.reporter)
    weigh = weights or {}
    tags: dict[int, set[int]] = defaultdict(set)
    moving = set()
    for (ssid, tag), subjects in votes.items():
        agreed = [
            subject
            for subject, reporters in subjects.items()
            if sum(weigh.get(reporter, 1.0) for reporter in reporters) >= least
        ]
        if _is_apart([hotspots[subject] for subject in agreed]):
            moving.add((ssid, tag))
            continue
        for subject in agreed:
            tags[subject].add(tag)
    return Bound({subject: frozenset(them) for subject, them in tags.items()}, frozenset(moving))


def _is_apart(hotspots: list[Hotspot]) -> bool:
    if not hotspots:
        return False
    first = hotspots[0].position
    return any(first.distance_m(one.position) > SAME_PLACE_M for one in hotspots)
