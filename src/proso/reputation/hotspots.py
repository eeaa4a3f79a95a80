"""What reports say of each hotspot: success and time by hour, sign-in, radios, last proof.

A reporter counts once a day for a hotspot, an anonymous report for a quarter, and everybody less as
time passes: whoever repeats a thing does not make it truer.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from proso.reports.hotspot_report import HotspotReport, JoinAssertion, Step
from proso.reputation.radios import bind_radios
from proso.values.hotspot import History, Hotspot, SignIn

HALF_LIFE: Final = timedelta(days=60)
"""An operator changes its portal every few months (the issues of mosmetro-android say so).  Not
measured on reports, of which there are none yet."""

ANONYMOUS_WEIGHT: Final = 0.25
"""Of a report without a pseudonym: it may be one of many of the same sender."""

LEAST_OF_AN_HOUR: Final = 5.0
"""Weight an hour of day needs before it is published for itself."""

LEAST_FOR_SIGN_IN: Final = 2.0
"""Weight of successes before what stands before the internet is believed."""

_PRIOR_MEAN, _PRIOR_SD, _PRIOR = 1.1, 0.8, 2.0  # seconds' logarithm; counts like two successes


@dataclass(frozen=True, slots=True)
class _Heard:
    report: HotspotReport
    weight: float


def learn(
    hotspots: Iterable[Hotspot],
    reports: Iterable[HotspotReport],
    *,
    now: datetime,
    weights: Mapping[str, float] | None = None,
) -> list[Hotspot]:
    """The hotspots with what reports say of them.

    Args:
        hotspots: as the lists give them.
        reports: of any hotspots, in any order; later than `now` are left out.
        now: the moment up to which is learned, aware.
        weights: 0..1 for each reporter; 1 where not given.
    """
    listed = {one.identity: one for one in hotspots}
    known = [one for one in reports if one.subject in listed and one.at <= now]
    heard = _weighed(known, now, weights or {})
    bound = bind_radios(known, listed, now=now, weights=weights)
    return [
        _told(one, heard.get(one.identity, []), bound.tags.get(one.identity, frozenset()))
        for one in listed.values()
    ]


def _weighed(
    reports: list[HotspotReport], now: datetime, weights: Mapping[str, float]
) -> dict[int, list[_Heard]]:
    """What counts, by hotspot: the last word of each reporter a day."""
    last: dict[tuple[int, str, int], HotspotReport] = {}
    for report in sorted(reports, key=lambda one: (one.at, one.report_id)):
        # What the person decided, or the portal's own no, says nothing of the network.
        if report.step is Step.CONSENT:
            continue
        who = report.reporter or report.report_id
        last[report.subject, who, report.at.toordinal()] = report
    found: dict[int, list[_Heard]] = defaultdict(list)
    for report in last.values():
        trust = weights.get(report.reporter, 1.0) if report.reporter else ANONYMOUS_WEIGHT
        age = (now - report.at) / HALF_LIFE
        found[report.subject].append(_Heard(report, trust * 0.5**age))
    return found


def _told(hotspot: Hotspot, heard: list[_Heard], tags: frozenset[int]) -> Hotspot:
    if not heard:
        return hotspot
    hours: dict[int, list[_Heard]] = defaultdict(list)
    for one in heard:
        hours[one.report.hour].append(one)
    online = [one for one in heard if one.report.assertion is JoinAssertion.ONLINE]
    newest = max((one.report for one in online), key=lambda one: one.at, default=None)
    return replace(
        hotspot,
        history=_history(heard),
        hourly=tuple(
            (hour, _history(them))
            for hour, them in sorted(hours.items())
            if sum(one.weight for one in them) >= LEAST_OF_AN_HOUR
        ),
        sign_in=_sign_in(online) or hotspot.sign_in,
        recipe=newest.recipe.partition("@")[0] if newest else hotspot.recipe,
        radio_tags=tags,
        proven_day=(newest.at.date().toordinal() - _EPOCH) if newest else hotspot.proven_day,
    )


_EPOCH: Final = 719_163  # 1970-01-01 as an ordinal


def _history(heard: list[_Heard]) -> History:
    online = [one for one in heard if one.report.assertion is JoinAssertion.ONLINE]
    succeeded = sum(one.weight for one in online)
    failed = sum(one.weight for one in heard) - succeeded
    logs = [(math.log(max(one.report.seconds or 0.5, 0.5)), one.weight) for one in online]
    total = succeeded + _PRIOR
    mean = (sum(value * weight for value, weight in logs) + _PRIOR_MEAN * _PRIOR) / total
    spread = sum(weight * (value - mean) ** 2 for value, weight in logs)
    deviation = math.sqrt((spread + _PRIOR * _PRIOR_SD**2) / total)
    return History(round(succeeded, 1), round(failed, 1), round(mean, 2), round(deviation, 2))


def _sign_in(online: list[_Heard]) -> SignIn | None:
    """What most of the successes met, where there are enough; ties go to the later kind."""
    weights: dict[SignIn, float] = defaultdict(float)
    for one in online:
        weights[one.report.sign_in] += one.weight
    weights.pop(SignIn.UNKNOWN, None)
    if sum(weights.values()) < LEAST_FOR_SIGN_IN:
        return None
    return max(weights, key=lambda kind: (weights[kind], kind))
