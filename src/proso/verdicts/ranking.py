"""Which network to join first: by what came of earlier attempts, and how sure that is.

Signal alone fails one time in three.  A network's chance is a Beta posterior: its own attempts,
shrunk to its programme's, shrunk to what its kind of sign-in usually gives; attempts at this hour
count for themselves as they become enough.  What is ranked is the time a person should expect
until something useful is loaded, with the chance taken at its cautious end, so that a network with
two lucky attempts does not overtake one with two hundred.

Source of the figures: Pei et al., INFOCOM 2017 (33 % failures by signal, 3.6 % by history);
`benchmarks/wifi_ranking.py` chose the constants on the first half of a replay.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from proso.values.hotspot import AccessPoint, Fee, History, Hotspot, SignIn
from proso.verdicts.scene import Scene
from proso.verdicts.twins import Level, TwinVerdict, judge

BASE_CHANCE: Final = {
    SignIn.UNKNOWN: 0.6,
    SignIn.OPEN: 0.75,
    SignIn.CLICK_THROUGH: 0.7,
    SignIn.CONSENT: 0.65,
    SignIn.ACCOUNT: 0.1,
    SignIn.PAYMENT: 0.02,
    SignIn.SMS: 0.1,
    SignIn.JAVASCRIPT: 0.2,
    SignIn.BROKEN: 0.02,
}
"""Chance of getting online where nobody tried before, by what stands before the internet."""

UNLISTED_CHANCE: Final = 0.2
"""An open network nobody lists is mostly somebody's, and not meant for us."""

PRIOR_WEIGHT: Final = 4.0
"""How many attempts what is above it is worth, at each level of shrinkage."""

CAUTION: Final = 0.7
"""Standard deviations below the mean at which a chance is taken."""

WEAK_DBM: Final = -75.0
"""Below this the odds fall.  Chosen with the next, and near the -72 dBm at which 802.11 plans its
slowest useful rates."""

ODDS_PER_DB: Final = 0.25
"""How fast the odds' logarithm falls a decibel; -85 dBm has a twelfth of the odds."""

FAILED_SECONDS: Final = 25.0
"""What a failed attempt costs: association, address and probe time out one after the other."""

PAYLOAD_MBIT: Final = 16.0
"""What a person wants to load: a page with pictures, 2 MB."""

USUAL_MBIT: Final = 8.0
"""Speed where nobody measured it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A network that could be joined, and what is expected of it.

    Attributes:
        point: the strongest access point of it that passed the twin check best.
        hotspot: what the pack lists of it; None where nobody lists it.
        twin: whether it is who it says.
        chance: 0..1, expected share of attempts that end online.
        cautious: the same at its cautious end, which is what is ranked by.
        attempts: how many attempts at this network that rests on.
        seconds: expected time to online of an attempt that succeeds.
        cost: expected seconds until something is loaded, failures counted in.
    """

    point: AccessPoint
    hotspot: Hotspot | None
    twin: TwinVerdict
    chance: float
    cautious: float
    attempts: float
    seconds: float
    cost: float

    @property
    def is_worth_joining(self) -> bool:
        """Whether it may be joined at all, and is expected to lead anywhere."""
        return self.twin.level < Level.REFUSED and self.cautious > 0.03  # noqa: PLR2004  no road

    @property
    def text(self) -> str:
        """One sentence on why it stands where it stands; names no network."""
        if self.twin.level >= Level.SUSPICIOUS:
            return self.twin.text
        if self.attempts < 1:
            return f"nobody reported it yet; networks like it work {self.chance:.0%} of the time"
        return (
            f"online in {self.chance:.0%} of {self.attempts:.0f} attempts, "
            f"usually within {self.seconds:.0f} s"
        )


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of attempts beyond the hotspot's own record.

    Attributes:
        programmes: history of all hotspots of a programme together.
        own: this device's attempts, by the hotspot's identity.
        own_names: the same for networks nobody lists, by name.
    """

    programmes: Mapping[str, History] = field(default_factory=dict)
    own: Mapping[int, History] = field(default_factory=dict)
    own_names: Mapping[bytes, History] = field(default_factory=dict)


def rank(scene: Scene, knowledge: Knowledge, *, hour: int) -> list[Candidate]:
    """The joinable networks in range, best first; one entry a network.

    Args:
        scene: what is heard and listed.
        knowledge: what else is known of attempts.
        hour: local hour of day, 0 to 23.

    Returns:
        Networks whose link needs no secret.  Refused ones are at the end, so that a person can be
        told of them; suspicious ones come after all that need no question.
    """
    best: dict[tuple[bytes, int], Candidate] = {}
    for point in scene.sightings:
        if not point.security.is_joinable_freely or not point.ssid.strip(b"\0 "):
            continue
        candidate = _candidate(point, scene, knowledge, hour)
        identity = candidate.hotspot.identity if candidate.hotspot else 0
        key = (point.ssid, identity)
        before = best.get(key)
        if before is None or _order(candidate) < _order(before):
            best[key] = candidate
    return sorted(best.values(), key=_order)


def pooled(histories: Iterable[History]) -> History:
    """Several histories as one: attempts added, times averaged by successes."""
    found = list(histories)
    succeeded = sum(one.succeeded for one in found)
    if not found:
        return History()
    share = [one.succeeded / succeeded if succeeded else 1 / len(found) for one in found]
    speeds = sorted(one.mbit for one in found if one.mbit is not None)
    return History(
        succeeded=succeeded,
        failed=sum(one.failed for one in found),
        mean_log_seconds=sum(w * one.mean_log_seconds for w, one in zip(share, found, strict=True)),
        sd_log_seconds=sum(w * one.sd_log_seconds for w, one in zip(share, found, strict=True)),
        mbit=speeds[len(speeds) // 2] if speeds else None,
    )


def _candidate(point: AccessPoint, scene: Scene, knowledge: Knowledge, hour: int) -> Candidate:
    here = scene.listed_here(point.ssid)
    knows = [one for one in here if one.knows_radio(point)]
    hotspot = next(iter((*knows, *here)), None)
    twin = judge(point, scene)
    succeeded, failed, history = _posterior(point, hotspot, knowledge, hour)
    mean = succeeded / (succeeded + failed)
    deviation = math.sqrt(mean * (1 - mean) / (succeeded + failed + 1))
    chance = _at_signal(mean, point.signal_dbm)
    cautious = _at_signal(max(mean - CAUTION * deviation, 0.0), point.signal_dbm)
    seconds = math.exp(history.mean_log_seconds + history.sd_log_seconds**2 / 2)
    useful = seconds + PAYLOAD_MBIT / (history.mbit or USUAL_MBIT)
    # A failure costs its own time and the next attempt's: tries go on until one works.
    cost = useful + (1 - cautious) / max(cautious, 0.01) * FAILED_SECONDS
    return Candidate(point, hotspot, twin, chance, cautious, history.attempts, seconds, cost)


def _posterior(
    point: AccessPoint, hotspot: Hotspot | None, knowledge: Knowledge, hour: int
) -> tuple[float, float, History]:
    """Pseudo-counts of success and failure, and the history the times are from."""
    if hotspot is None:
        own = knowledge.own_names.get(point.ssid, History())
        succeeded, failed = _shrunk(UNLISTED_CHANCE, own)
        return succeeded, failed, own
    programme = knowledge.programmes.get(hotspot.programme, History())
    mean = _mean(*_shrunk(BASE_CHANCE[hotspot.sign_in], programme))
    history = pooled([hotspot.history, knowledge.own.get(hotspot.identity, History())])
    succeeded, failed = _shrunk(mean, history)
    now = dict(hotspot.hourly).get(hour)
    if now is not None:
        succeeded, failed = _shrunk(_mean(succeeded, failed), now, 2 * PRIOR_WEIGHT)
    if hotspot.fee is Fee.CUSTOMERS:
        failed *= 1.2  # a fifth of the tries end at a code on a receipt
    return succeeded, failed, history if history.succeeded else programme


def _shrunk(mean: float, history: History, weight: float = PRIOR_WEIGHT) -> tuple[float, float]:
    return weight * mean + history.succeeded, weight * (1 - mean) + history.failed


def _mean(succeeded: float, failed: float) -> float:
    return succeeded / (succeeded + failed)


def _at_signal(chance: float, dbm: float) -> float:
    """The chance at a level of signal: its odds fall below WEAK_DBM."""
    odds = chance / max(1 - chance, 1e-6) * math.exp(ODDS_PER_DB * min(dbm - WEAK_DBM, 0.0))
    return odds / (1 + odds)


def _order(candidate: Candidate) -> tuple[bool, bool, float, int]:
    level = candidate.twin.level
    return (
        level >= Level.REFUSED,
        level >= Level.SUSPICIOUS,
        candidate.cost,
        candidate.point.bssid,
    )
