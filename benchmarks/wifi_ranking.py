"""Failed joins: by history, by strongest signal, and by raw success rate, on one replay.

The replay walks the 530 real scans: which radios are in range and how loud is real.  One access
point in four is taken for a listed hotspot.  What comes of an attempt is drawn from a model with
what the studies published: joining the strongest fails one time in three, a network's own chance
differs far more from network to network than signal explains, some hours are worse, time to online
is log-normal and 5 % of the successes take more than 10 s.  Two towns:

* `as published`: failures are concentrated in some networks, and most networks have been reported
  often, as in the study with 0.4 billion sessions (INFOCOM 2017: 33 % to 3.6 %);
* `sparse`: chances are mixed, a third of the networks were never reported, 15 % changed since.

A click tries the next network when one fails; "three tries" counts a click as failed when three
did.  The constants of ranking were chosen on the first half of the walk with other draws
(`--tune`); the second half is reported.
"""

import argparse
import json
import math
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from wifi_twins import Heard, read_walk

from proso.values.hotspot import AccessPoint, History, Hotspot, Security, SignIn, strongest
from proso.verdicts.ranking import Knowledge, pooled, rank
from proso.verdicts.scene import Scene

PROGRAMMES = {"city": 0.8, "library": 0.9, "chain": 0.7, "kiosk": 0.55, "old": 0.4}
FAILED_SECONDS = 25.0


@dataclass(frozen=True)
class Town:
    """How networks differ, and how much is known of them.

    Attributes:
        concentration: of the Beta of a network's chance; small for mostly good and mostly bad.
        changed: share of networks whose chance is another one now.
        unreported: share of networks nobody reported.
        attempts: mean number of reported attempts of the others.
        half_signal: dBm at which half of the attempts fail for the signal alone.
    """

    concentration: float
    changed: float
    unreported: float
    attempts: float
    half_signal: float


TOWNS = {
    "as published": Town(0.25, 0.03, 0.1, 80, -96),
    "sparse": Town(1.6, 0.15, 0.33, 30, -88),
}


@dataclass
class Truth:
    """What really happens at a network.

    Attributes:
        chance: of an attempt at a good signal, now.
        before: the same when the history was made.
        bad_hours: hours of day in which half of the attempts more fail.
        log_seconds: mean of ln(seconds).
    """

    chance: float
    before: float
    bad_hours: frozenset[int]
    log_seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/wifi"))
    parser.add_argument("--draws", type=int, default=40, help="towns drawn for the same walk")
    parser.add_argument("--tune", action="store_true", help="judge on the first half instead")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    walk = read_walk(arguments.data / "scans")
    half = walk[: len(walk) // 2] if arguments.tune else walk[len(walk) // 2 :]
    results = {}
    for town, kind in TOWNS.items():
        outcomes: dict[str, list[tuple[bool, float]]] = defaultdict(list)
        for draw in range(arguments.draws):
            seed = draw + (1000 if arguments.tune else 0)
            replay(half, kind, random.Random(seed), outcomes)  # noqa: S311
        results[town] = summary(outcomes)
    if arguments.json:
        print(json.dumps(results))
        return
    for town, rows in results.items():
        print(f"{town:<42}{'joins':>8}{'failed':>9}{'median s':>10}{'p90 s':>8}")
        for name, row in rows.items():
            print(
                f"  {name:<40}{row['joins']:>8,}{row['failed']:>9.1%}"
                f"{row['median s']:>10.1f}{row['p90 s']:>8.1f}"
            )
        strongest = rows["strongest signal"]["failed"]
        print(
            f"  proso fails {rows['proso']['failed'] / strongest:.2f} times as often as strongest"
        )


def summary(outcomes: dict[str, list[tuple[bool, float]]]) -> dict[str, dict[str, float]]:
    """Each method's failures and times."""
    result = {}
    for name, them in outcomes.items():
        times = sorted(seconds for ok, seconds in them if ok)
        result[name] = {
            "joins": len(them),
            "failed": sum(not ok for ok, _ in them) / len(them),
            "median s": statistics.median(times),
            "p90 s": times[int(len(times) * 0.9)],
        }
    return result


def replay(
    walk: list[Heard],
    town: Town,
    chance: random.Random,
    outcomes: dict[str, list[tuple[bool, float]]],
) -> None:
    """One town: draw what its networks are like, then walk through it."""
    bssids = sorted({p.bssid for heard in walk for p in heard.points})
    chosen = [bssid for bssid in bssids if chance.random() < 0.25]  # noqa: PLR2004  one in four
    truths, hotspots = {}, {}
    for bssid in chosen:
        programme = chance.choice(sorted(PROGRAMMES))
        truths[bssid] = _truth(PROGRAMMES[programme], town, chance)
        hotspots[bssid] = Hotspot(
            identity=bssid,
            position=next(h.position for h in walk if any(p.bssid == bssid for p in h.points)),
            ssids=(_name(bssid),),
            security=Security.OPEN,
            sign_in=chance.choice((SignIn.OPEN, SignIn.CLICK_THROUGH, SignIn.UNKNOWN)),
            programme=programme,
        )
        _remember(hotspots, bssid, truths[bssid], town, chance)
    groups: dict[str, list[History]] = defaultdict(list)
    for hotspot in hotspots.values():
        groups[hotspot.programme].append(hotspot.history)
    knowledge = Knowledge({name: pooled(them) for name, them in groups.items()})
    for heard in walk[::5]:
        hour = chance.randrange(24)
        points = tuple(
            replace(p, ssid=_name(p.bssid), security=Security.OPEN)
            for p in heard.points
            if p.bssid in hotspots
        )
        if len(points) < 2:  # noqa: PLR2004  nothing to choose from
            continue
        draws = {p.bssid: _attempt(p, truths[p.bssid], town, hour, chance) for p in points}
        near = tuple((50.0, hotspots[p.bssid]) for p in points)
        scene = Scene(points, heard.position, near=near)
        for name, method in METHODS.items():
            order = method(scene, knowledge, hour)
            outcomes[name].append(draws[order[0]])
            outcomes[f"{name}, three tries"].append(_tries(draws, order[:3]))
        sure = max(points, key=lambda p: _success(p, truths[p.bssid], town, hour))
        outcomes["who knew the true chances"].append(draws[sure.bssid])


def _truth(mean: float, town: Town, chance: random.Random) -> Truth:
    alpha, beta = town.concentration * mean, town.concentration * (1 - mean)
    before = chance.betavariate(alpha, beta)
    now = chance.betavariate(alpha, beta) if chance.random() < town.changed else before
    hours = frozenset(range(17, 21)) if chance.random() < 0.3 else frozenset()  # noqa: PLR2004
    return Truth(now, before, hours, chance.gauss(0.9, 0.5))


def _remember(
    hotspots: dict[int, Hotspot], bssid: int, truth: Truth, town: Town, chance: random.Random
) -> None:
    """A history of a random number of attempts."""
    unreported = chance.random() < town.unreported
    attempts = 0 if unreported else int(chance.expovariate(1 / town.attempts)) + 1
    hours: dict[int, list[bool]] = defaultdict(list)
    for _ in range(attempts):
        hour = chance.randrange(24)
        success = truth.before * (0.5 if hour in truth.bad_hours else 1)
        hours[hour].append(chance.random() < success)
    done = [ok for them in hours.values() for ok in them]
    hotspots[bssid] = replace(
        hotspots[bssid],
        history=History(sum(done), len(done) - sum(done), truth.log_seconds, 0.6),
        hourly=tuple(
            (hour, History(sum(them), len(them) - sum(them), truth.log_seconds, 0.6))
            for hour, them in hours.items()
            if len(them) >= 5  # noqa: PLR2004  fewer are not published
        ),
    )


def _success(p: AccessPoint, truth: Truth, town: Town, hour: int) -> float:
    share = truth.chance * (0.5 if hour in truth.bad_hours else 1)
    return share / (1 + math.exp(-(p.signal_dbm - town.half_signal) / 4))


def _attempt(
    p: AccessPoint, truth: Truth, town: Town, hour: int, chance: random.Random
) -> tuple[bool, float]:
    ok = chance.random() < _success(p, truth, town, hour)
    seconds = math.exp(chance.gauss(truth.log_seconds, 0.6)) if ok else FAILED_SECONDS
    return ok, seconds


def _tries(draws: dict[int, tuple[bool, float]], order: list[int]) -> tuple[bool, float]:
    spent = 0.0
    for bssid in order:
        ok, seconds = draws[bssid]
        spent += seconds
        if ok:
            return True, spent
    return False, spent


def _name(bssid: int) -> bytes:
    return b"hotspot %d" % bssid


def _strongest(scene: Scene, _knowledge: Knowledge, _hour: int) -> list[int]:
    return [p.bssid for p in strongest(scene.sightings)]


def _proso(scene: Scene, knowledge: Knowledge, hour: int) -> list[int]:
    return [one.point.bssid for one in rank(scene, knowledge, hour=hour)]


def _raw_rate(scene: Scene, _knowledge: Knowledge, _hour: int) -> list[int]:
    rate = {h.identity: h.history for _, h in scene.near}

    def of(p: AccessPoint) -> tuple[float, float]:
        history = rate[p.bssid]
        share = history.succeeded / history.attempts if history.attempts else 0.5
        return share, p.signal_dbm

    return [p.bssid for p in sorted(scene.sightings, key=of, reverse=True)]


METHODS: dict[str, Callable[[Scene, Knowledge, int], list[int]]] = {
    "strongest signal": _strongest,
    "highest raw success rate": _raw_rate,
    "proso": _proso,
}


if __name__ == "__main__":
    main()
