"""Evil twins: how many attacks are seen before joining, and how many honest networks are accused.

Scenes are made from a real walk (530 scans with 652 access points, every level and neighbour as it
was heard) whose venues send from the real addresses of vehicles with several radios.  Two hundred
joins of fifty reporters are what a venue's pack learned before.  Attackers use radios of other
companies' vehicles, of common attack tools, and copies of the venue's own.
"""

import argparse
import json
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from proso.reports.hotspot_report import HotspotReport, JoinAssertion, Step
from proso.reputation.radios import bind_radios
from proso.values.hotspot import (
    AccessPoint,
    Hotspot,
    Security,
    SignIn,
    parse_bssid,
    radio_family,
    radio_tag,
)
from proso.values.place import Position
from proso.verdicts.twins import Acquaintance, Level, PortalSeen, Scene, confirm, judge

NOW = datetime(2026, 11, 24, tzinfo=UTC)
NAMES = (b"LinkNYC Free Wi-Fi", b"TPE-Free", b"PARIS_WI-FI_", b"GuestWiFi", b"Public WiFi Free")
NEW_HARDWARE = 0.002
"""Share of honest joins that meet a radio of another make, installed since the last pack: one in
four years, unknown for three days."""
JOINS = 200
"""Reported joins of a venue before its radios are judged, by 50 reporters."""
GOOD_DBM = -80
"""Weaker networks are not joined where there is a choice; the walk heard down to -95."""
LARGEST_VENUE = 8
"""Radios of a venue: nine of ten sites of Paris Wi-Fi have at most 5 access points."""
TOOL_PREFIXES = (0x001337, 0x00C0CA, 0x9CEFD5, 0x1CBFCE)  # Pineapple, Alfa, Panda, TP-Link USB


@dataclass
class Heard:
    """One scan of the walk: where, and which radios at what level."""

    position: Position
    points: tuple[AccessPoint, ...]


@dataclass
class Venue:
    """A hotspot planted where a real access point stands."""

    seen_as: int
    name: bytes
    radios: list[int]
    security: Security
    hotspot: Hotspot
    scans: list[Heard]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/wifi"))
    parser.add_argument("--scenes", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    chance = random.Random(1)  # noqa: S311  the same scenes every time
    walk = read_walk(arguments.data / "scans")
    fleets = read_vehicles(arguments.data / "moving")
    venues = plant(walk, fleets, chance)
    result = siblings(fleets) | moving(fleets, chance)
    result |= judged(venues, walk, fleets, arguments.scenes, chance)
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:<66} {value:>9,}" if isinstance(value, int) else f"{name:<66} {value:>9.3%}")


def read_walk(folder: Path) -> list[Heard]:
    """The scans with the position each was made at, between two corners of known time."""
    corners = []
    for line in (folder / "dolores-notebook.txt").read_text("utf-8").splitlines()[1:]:
        clock, rest = line[:8], line.partition("@")[2]
        lat, lon = map(float, rest.split(","))
        corners.append((_seconds(clock), lat, lon))
    walk = []
    addresses: dict[str, int] = {}
    for line in (folder / "dolores-outing.jsonl").open(encoding="utf-8"):
        event = json.loads(line)
        if event["event"] != "scan":
            continue
        at = _seconds(event["time"][11:19])
        points = tuple(_point(one, addresses) for one in event["networks"])
        walk.append(Heard(_between(corners, at), points))
    return walk


def _seconds(clock: str) -> int:
    hours, minutes, seconds = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + seconds


def _between(corners: list[tuple[int, float, float]], at: int) -> Position:
    before = max((c for c in corners if c[0] <= at), default=corners[0])
    after = min((c for c in corners if c[0] >= at), default=corners[-1])
    share = (at - before[0]) / max(after[0] - before[0], 1)
    return Position(
        before[1] + (after[1] - before[1]) * share, before[2] + (after[2] - before[2]) * share
    )


def _point(network: dict[str, object], addresses: dict[str, int]) -> AccessPoint:
    bssid = addresses.setdefault(str(network["bssid"]), 0x020000000000 + len(addresses))
    secure = Security.OPEN if network["security"] == "open" else Security.PSK
    frequency = network["frequency"]
    return AccessPoint(
        b"",
        bssid,
        float(str(network["signal_dbm"])),
        int(str(frequency)) if frequency else 0,
        secure,
    )


def read_vehicles(folder: Path) -> list[list[int]]:
    """Each vehicle's addresses, once each."""
    fleets: list[list[int]] = []
    for path in sorted(folder.glob("*.json")):
        for vehicle in json.loads(path.read_text("utf-8"))["vehicles"]:
            radios = sorted({parse_bssid(one) for one in vehicle["bssid"]})
            if radios:
                fleets.append(radios)
    return fleets


def plant(walk: list[Heard], fleets: list[list[int]], chance: random.Random) -> list[Venue]:
    """Venues at real access points that were heard often and well."""
    counted = Counter(p.bssid for heard in walk for p in heard.points if p.signal_dbm > GOOD_DBM)
    groups = [radios for radios in fleets[::2] if len(radios) > 1]  # the others are attackers'
    venues = []
    for place, (seen_as, _) in enumerate(counted.most_common(120)):
        scans = [h for h in walk if _level(h, seen_as) > GOOD_DBM]
        best = max(scans, key=lambda h: _level(h, seen_as))
        name, group = NAMES[place % len(NAMES)], groups[place % len(groups)]
        radios = chance.sample(group, min(LARGEST_VENUE, len(group)))
        security = Security.OWE if place % 4 == 0 else Security.OPEN
        hotspot = Hotspot(
            identity=place + 1,
            position=_near(best.position, 20, chance),
            ssids=(name + b" %d" % place if place % 3 else name,),
            security=security,
        )
        venues.append(Venue(seen_as, hotspot.ssids[0], radios, security, hotspot, scans))
    _learn(venues, chance)
    return venues


def _level(heard: Heard, bssid: int) -> float:
    return next((p.signal_dbm for p in heard.points if p.bssid == bssid), -120)


def _learn(venues: list[Venue], chance: random.Random) -> None:
    """What the pack knows of each venue's radios: what enough reporters agree on."""
    reports = [
        HotspotReport(
            subject=venue.hotspot.identity,
            assertion=JoinAssertion.ONLINE,
            step=Step.PROOF,
            seconds=3,
            hour=12,
            band=5,
            signal=2,
            sign_in=SignIn.OPEN,
            recipe="",
            radio=radio_tag(venue.name, chance.choice(venue.radios)),
            at=NOW,
            reporter=f"r{chance.randrange(50)}",
            region="US",
            origin="",
            report_id=f"{venue.hotspot.identity}-{n}",
        )
        for venue in venues
        for n in range(JOINS)
    ]
    bound = bind_radios(reports, {v.hotspot.identity: v.hotspot for v in venues}, now=NOW)
    for venue in venues:
        tags = bound.tags.get(venue.hotspot.identity, frozenset())
        venue.hotspot = replace(venue.hotspot, radio_tags=tags)


def _near(position: Position, sigma_m: float, chance: random.Random) -> Position:
    step = sigma_m / 111_000
    return Position(position.lat + chance.gauss(0, step), position.lon + chance.gauss(0, step))


def siblings(fleets: list[list[int]]) -> dict[str, float]:
    """How many radios in company have a sibling by each width of the rule."""
    groups = [radios for radios in fleets if len(radios) > 1]
    total = sum(map(len, groups))
    result: dict[str, float] = {"vehicles": len(fleets), "radios of vehicles with several": total}
    for label, octets in (
        ("2 to 5", slice(1, 5)),
        ("2 to 4", slice(1, 4)),
        ("2 to 3", slice(1, 3)),
    ):
        found = 0
        for radios in groups:
            kin = Counter(one.to_bytes(6, "big")[octets] for one in radios)
            found += sum(count for count in kin.values() if count > 1)
        result[f"have a sibling equal in octets {label}"] = found / total
    return result


def moving(fleets: list[list[int]], chance: random.Random) -> dict[str, float]:
    """Vehicles pass the stops of their line, and riders report what they rode at each stop."""
    stops = {
        n: Hotspot(identity=n, position=Position(48 + n * 0.02, 9.0), ssids=(b"Bus",))
        for n in range(1, 31)
    }
    reports = [
        HotspotReport(
            subject=stop,
            assertion=JoinAssertion.ONLINE,
            step=Step.PROOF,
            seconds=3,
            hour=8,
            band=2,
            signal=2,
            sign_in=SignIn.OPEN,
            recipe="",
            radio=radio_tag(b"Bus", radio),
            at=NOW,
            reporter=f"r{chance.randrange(1000)}",
            region="DE",
            origin="",
            report_id="",
        )
        for radios in fleets
        for radio in radios
        for stop in chance.sample(sorted(stops), 4)
        for _ in range(4)
    ]
    bound = bind_radios(reports, stops, now=NOW)
    accepted = new = kin = 0
    for radios in (r for r in fleets if len(r) > 1):
        for radio in radios:
            others = frozenset(radios) - {radio}
            met = Acquaintance(radios=others, places=(Position(48, 9), Position(49, 9)))
            scene = Scene(
                (AccessPoint(b"Bus", radio, -50),),
                Position(49, 9),
                acquaintances={b"Bus": met},
                moving=frozenset(map(radio_family, others)),
            )
            calm = not judge(scene.sightings[0], scene).must_ask
            accepted, new = accepted + calm, new + 1
            if any(radio.to_bytes(6, "big")[1:3] == o.to_bytes(6, "big")[1:3] for o in others):
                kin += 1
    return {
        "moving radios bound to a place": sum(map(len, bound.tags.values())),
        "new radios of a vehicle accepted without asking": accepted / new,
        "the same, of those of the vendor of a known one (siblings)": accepted / kin,
    }


def judged(
    venues: list[Venue],
    walk: list[Heard],
    fleets: list[list[int]],
    scenes: int,
    chance: random.Random,
) -> dict[str, float]:
    """Honest joins and attacks, half and half."""
    stage = Stage(venues, walk, fleets, chance)
    false = Counter[str]()
    for _ in range(scenes):
        verdict = judge(*stage.honest())
        if verdict.level >= Level.SUSPICIOUS:
            false[verdict.reason] += 1
    result: dict[str, float] = {"honest joins": scenes, "false alarms": false.total() / scenes}
    result |= {f"  of them {why}": count / scenes for why, count in false.most_common()}
    seen = total = 0
    each = scenes // len(Stage.ATTACKS)
    for name in Stage.ATTACKS:
        caught = sum(judge(*getattr(stage, name)()).level >= Level.SUSPICIOUS for _ in range(each))
        result[f"refused or asked: {name.replace('_', ' ')}"] = caught / each
        seen, total = seen + caught, total + each
    result["attacks"] = total
    result["attacks refused or asked"] = seen / total
    perfect = [judge(*stage.copied_in_place_alone()).level for _ in range(1000)]
    result["beside that, a perfect copy while the real one is away"] = sum(
        level >= Level.SUSPICIOUS for level in perfect
    ) / len(perfect)
    met = Acquaintance(portal_host="portal.example", portal_secure=True)
    after = confirm(PortalSeen("portal.example", secure=False), met, ())
    result["  the same after joining, where the sign-in page used TLS"] = float(
        after.level >= Level.SUSPICIOUS
    )
    return result


class Stage:
    """Makes one scene after the other: (the access point to judge, what is known)."""

    ATTACKS = (
        "name_listed_elsewhere",
        "name_beside_the_real_one",
        "name_while_the_real_one_is_away",
        "downgrade_with_new_address",
        "downgrade_with_copied_address",
        "copied_address_on_another_channel",
        "copied_address_a_street_away",
        "copied_address_a_street_away_without_position",
        "copied_address_in_another_town_without_position",
        "vehicle_sends_name_of_a_place",
    )

    def __init__(
        self,
        venues: list[Venue],
        walk: list[Heard],
        fleets: list[list[int]],
        chance: random.Random,
    ) -> None:
        self.venues, self.walk, self.fleets, self.chance = venues, walk, fleets, chance
        own = {radio_family(r) for v in venues for r in v.radios}
        self.strangers = [r for r in fleets[1::2] if not own & set(map(radio_family, r))]
        self.names = frozenset(v.name for v in venues)

    def honest(self) -> tuple[AccessPoint, Scene]:
        """A venue's own radio, known or new, with or without acquaintance."""
        venue = self.chance.choice(self.venues)
        heard = self.chance.choice(venue.scans)
        radio = self.chance.choice(venue.radios)
        if self.chance.random() < NEW_HARDWARE:
            radio = self._strange()
        return self._scene(venue, heard, radio, met=self.chance.random() < 0.5)  # noqa: PLR2004

    def name_listed_elsewhere(self) -> tuple[AccessPoint, Scene]:
        venue = self.chance.choice(self.venues)
        heard = self._away(venue)
        return self._scene(venue, heard, self._strange(), real=False)

    def name_beside_the_real_one(self) -> tuple[AccessPoint, Scene]:
        venue = self.chance.choice(self.venues)
        return self._scene(venue, self.chance.choice(venue.scans), self._strange())

    def name_while_the_real_one_is_away(self) -> tuple[AccessPoint, Scene]:
        venue = self.chance.choice(self.venues)
        heard = self.chance.choice(venue.scans)
        return self._scene(venue, heard, self._strange(), real=False)

    def downgrade_with_new_address(self) -> tuple[AccessPoint, Scene]:
        venue = self.chance.choice([v for v in self.venues if v.security is Security.OWE])
        point, scene = self._scene(venue, self.chance.choice(venue.scans), self._strange())
        return replace(point, security=Security.OPEN), scene

    def downgrade_with_copied_address(self) -> tuple[AccessPoint, Scene]:
        venue = self.chance.choice([v for v in self.venues if v.security is Security.OWE])
        heard, radio = self.chance.choice(venue.scans), self.chance.choice(venue.radios)
        point, scene = self._scene(venue, heard, radio, real=False)
        return replace(point, security=Security.OPEN), scene

    def copied_address_on_another_channel(self) -> tuple[AccessPoint, Scene]:
        venue = self.chance.choice(self.venues)
        radio = self.chance.choice(venue.radios)
        point, scene = self._scene(venue, self.chance.choice(venue.scans), radio, real=False)
        copy = replace(point, frequency_mhz=2462, signal_dbm=-40)
        real = replace(point, frequency_mhz=2412)
        return copy, replace(scene, sightings=(*scene.sightings, copy, real))

    def copied_address_a_street_away(self) -> tuple[AccessPoint, Scene]:
        venue = self.chance.choice(self.venues)
        radio = self.chance.choice(venue.radios)
        return self._scene(venue, self._away(venue), radio, real=False, met=True)

    def copied_address_a_street_away_without_position(self) -> tuple[AccessPoint, Scene]:
        point, scene = self.copied_address_a_street_away()
        return point, replace(scene, position=None, near=())

    def copied_address_in_another_town_without_position(self) -> tuple[AccessPoint, Scene]:
        # The same walk with other addresses stands for another town.
        point, scene = self.copied_address_a_street_away_without_position()
        others = tuple(
            replace(one, bssid=one.bssid | 1 << 32) for one in scene.sightings if one != point
        )
        return point, replace(scene, sightings=(point, *others))

    def vehicle_sends_name_of_a_place(self) -> tuple[AccessPoint, Scene]:
        venue = self.chance.choice(self.venues)
        radio = self.chance.choice(self._other_vehicle())
        point, scene = self._scene(venue, self.chance.choice(venue.scans), radio, real=False)
        return point, replace(scene, moving=frozenset({radio_family(radio)}))

    def copied_in_place_alone(self) -> tuple[AccessPoint, Scene]:
        venue = self.chance.choice(self.venues)
        radio = self.chance.choice(venue.radios)
        return self._scene(venue, self.chance.choice(venue.scans), radio, real=False)

    def _scene(
        self, venue: Venue, heard: Heard, radio: int, *, real: bool = True, met: bool = False
    ) -> tuple[AccessPoint, Scene]:
        level = next((p.signal_dbm for p in heard.points if p.bssid == venue.seen_as), -60.0)
        point = AccessPoint(venue.name, radio, level, 5180, venue.security)
        others = [p for p in heard.points if p.bssid != venue.seen_as]
        if real:
            mates = self.chance.sample(venue.radios, min(2, len(venue.radios)))
            others += [
                AccessPoint(venue.name, m, -70, 2412, venue.security) for m in mates if m != radio
            ]
        position = _near(heard.position, 10, self.chance)
        near = sorted(
            (position.distance_m(v.hotspot.position), v.hotspot.identity) for v in self.venues
        )
        by_identity = {v.hotspot.identity: v.hotspot for v in self.venues}
        return point, Scene(
            sightings=(point, *others),
            position=position,
            accuracy_m=20,
            near=tuple((d, by_identity[i]) for d, i in near if d <= 300),  # noqa: PLR2004
            listed_names=self.names,
            acquaintances={venue.name: self._acquaintance(venue)} if met else {},
        )

    def _acquaintance(self, venue: Venue) -> Acquaintance:
        """Three earlier visits, each as a real scan of the walk heard it."""
        visits = [self.chance.choice(venue.scans) for _ in range(3)]
        return Acquaintance(
            radios=frozenset(self.chance.choice(venue.radios) for _ in range(3)),
            neighbours=frozenset(
                p.bssid for visit in visits for p in visit.points if p.bssid != venue.seen_as
            ),
            security=venue.security,
            places=tuple(visit.position for visit in visits),
        )

    def _other_vehicle(self) -> list[int]:
        """A vehicle of other make: fleets bought at once share families, and are no attackers."""
        return self.chance.choice(self.strangers)

    def _away(self, venue: Venue) -> Heard:
        """One of the fifth of the walk that is farthest from the venue: 250 to 500 m."""
        far = sorted(self.walk, key=lambda h: h.position.distance_m(venue.hotspot.position))
        return self.chance.choice(far[-len(far) // 5 :])

    def _strange(self) -> int:
        kind = self.chance.randrange(3)
        if kind == 0:
            return self.chance.choice(self._other_vehicle())
        if kind == 1:
            return self.chance.choice(TOOL_PREFIXES) << 24 | self.chance.getrandbits(24)
        return (self.chance.getrandbits(48) & ~(1 << 40)) | 1 << 41


if __name__ == "__main__":
    main()
