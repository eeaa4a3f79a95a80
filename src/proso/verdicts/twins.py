"""Is a network who it says it is?  A verdict before anything is sent to it, and one after.

A network's name proves nothing: anybody may send it.  What can be held against it before joining
is what the pack says of the place, what this device met before, and what else is in range.  The
rules are a table, asked in order; the worst answer stands.  Nobody is refused a network for being
new: a listed place whose radios nobody reported yet is *plausible*, and said to be.

What no rule here can see: somebody who copies a known radio's address, channel and name at the
very place, while the real one is out of range.  That is what the checks after joining are for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from proso.values.hotspot import AccessPoint, Security, radio_family
from proso.values.place import Position
from proso.verdicts.scene import LISTED_WITHIN_M, Acquaintance, Scene

MOVED_BEYOND_M: Final = 1_000
"""A radio met at two places this far apart moves.  ichnaea uses 5 km to block a station for all
its users; one device that was at both places can be stricter."""

MIN_NEIGHBOURS: Final = 5
"""With fewer networks in range, that none is known says nothing."""

FAMILIAR_SHARE: Final = 0.1
"""Share of the networks in range that must have been there before.  Source: the real walk of
`benchmarks/wifi_twins.py`, where two scans that hear the same radio share less than that once in
24 times, and a scan and three earlier visits hardly ever."""


class Level(IntEnum):
    """How far a network may be trusted to be who it says; larger is worse."""

    KNOWN = 0
    PLAUSIBLE = 1
    SUSPICIOUS = 2
    REFUSED = 3

    @property
    def word(self) -> str:
        """The level in lower case, as it is printed."""
        return self.name.lower()


class TwinReason(StrEnum):
    """Why: the name of the rule that decided."""

    KNOWN_RADIO = "known-radio"
    SIBLING_RADIO = "sibling-radio"
    LISTED_HERE = "listed-here"
    MOVING_NETWORK = "moving-network"
    UNLISTED = "unlisted"
    PLACE_UNKNOWN = "place-unknown"
    NOT_LISTED_HERE = "not-listed-here"
    UNKNOWN_RADIO = "unknown-radio"
    STRANGE_COMPANY = "strange-company"
    WRONG_NEIGHBOURS = "wrong-neighbours"
    MOVING_AT_A_PLACE = "moving-at-a-place"
    CLONED_RADIO = "cloned-radio"
    DOWNGRADED = "downgraded"
    OTHER_PORTAL = "other-portal"
    PORTAL_DOWNGRADED = "portal-downgraded"
    WITNESS_FAILED = "witness-failed"
    SAME_PORTAL = "same-portal"


_SENTENCES: Final = {
    TwinReason.KNOWN_RADIO: "this device was online through this very radio before",
    TwinReason.SIBLING_RADIO: "its radio belongs to the network's known ones",
    TwinReason.LISTED_HERE: "it is listed here, and nobody reported its radios yet",
    TwinReason.MOVING_NETWORK: "it is on a vehicle: it belongs to no place",
    TwinReason.UNLISTED: "no pack lists it",
    TwinReason.PLACE_UNKNOWN: "its name is listed, but where this device is is not known",
    TwinReason.NOT_LISTED_HERE: "its name is listed elsewhere, not here",
    TwinReason.UNKNOWN_RADIO: "its radio is none of those known here",
    TwinReason.STRANGE_COMPANY: "a known radio of this network is in range, and this is another",
    TwinReason.WRONG_NEIGHBOURS: "the radio is known, but none of the networks around it are",
    TwinReason.MOVING_AT_A_PLACE: "a radio of a vehicle sends the name of a place",
    TwinReason.CLONED_RADIO: "two radios send the same address at once",
    TwinReason.DOWNGRADED: "it should be protected, and is not",
    TwinReason.OTHER_PORTAL: "its sign-in page is another one than before",
    TwinReason.PORTAL_DOWNGRADED: "its sign-in page lost the encryption it had",
    TwinReason.WITNESS_FAILED: "an encrypted connection to a known site was tampered with",
    TwinReason.SAME_PORTAL: "its sign-in page is the known one",
}


@dataclass(frozen=True, slots=True)
class TwinVerdict:
    """Whether a network is who it says it is, and why.

    Attributes:
        level: how far it may be trusted.
        reason: the rule that decided.
        also: other rules that spoke, worst first.
        text: one sentence a person can read; names no network and no address.
    """

    level: Level
    reason: TwinReason
    also: tuple[TwinReason, ...] = ()

    @property
    def text(self) -> str:
        """One sentence."""
        return _SENTENCES[self.reason]

    @property
    def must_ask(self) -> bool:
        """Whether a person has to say yes first."""
        return self.level is Level.SUSPICIOUS


Answer = tuple[Level, TwinReason] | None


def judge(point: AccessPoint, scene: Scene) -> TwinVerdict:
    """The verdict on joining an access point, before anything is sent to it."""
    said = [answer for rule in RULES if (answer := rule(point, scene)) is not None]
    alarms = sorted((one for one in said if one[0] >= Level.SUSPICIOUS), key=_worst_first)
    # Without an alarm the first word counts: the rules are in the order of how much they know.
    ordered = alarms or said
    level, reason = ordered[0]
    return TwinVerdict(level, reason, tuple(why for _, why in ordered[1:]))


def _worst_first(answer: tuple[Level, TwinReason]) -> int:
    return -answer[0]


def _downgraded(point: AccessPoint, scene: Scene) -> Answer:
    # One name may be open at one door and protected at the next: the mildest of them is expected.
    here = [one.security for one in scene.listed_here(point.ssid) if one.security]
    expected = [min(here, key=_rank)] if here else []
    known = scene.acquaintances.get(point.ssid)
    if known and known.security and (scene.position is None or _is_at_known_place(point, scene)):
        expected.append(known.security)
    # The open half of a transition pair is as good as the pair: the radio moves us over.
    rank = max(point.security.rank, _TRANSITION if point.security in _PAIR else 0)
    if any(rank < min(one.rank, _MOST_ASKED) for one in expected):
        return Level.REFUSED, TwinReason.DOWNGRADED
    return None


def _rank(security: Security) -> int:
    return security.rank


_PAIR: Final = (Security.OWE_TRANSITION, Security.OWE)
_TRANSITION: Final = Security.OWE.rank
_MOST_ASKED: Final = Security.PSK.rank
"""WPA2 instead of WPA3 is what older access points of one network still send."""


def _cloned(point: AccessPoint, scene: Scene) -> Answer:
    for other in scene.sightings:
        if other.bssid == point.bssid and other.ssid == point.ssid:
            channels = {other.frequency_mhz, point.frequency_mhz} - {0}
            if len(channels) > 1 or other.security is not point.security:
                return Level.REFUSED, TwinReason.CLONED_RADIO
    return None


def _moving_at_a_place(point: AccessPoint, scene: Scene) -> Answer:
    if radio_family(point.bssid) not in scene.moving or not scene.listed_here(point.ssid):
        return None
    if any(one.knows_radio(point) for one in scene.listed_here(point.ssid)):
        return None
    return Level.SUSPICIOUS, TwinReason.MOVING_AT_A_PLACE


def _not_listed_here(point: AccessPoint, scene: Scene) -> Answer:
    if scene.position is None or point.ssid not in scene.listed_names:
        return None
    if scene.listed_here(point.ssid) or _is_moving(point, scene):
        return None
    if _is_at_known_place(point, scene):
        return None
    return Level.SUSPICIOUS, TwinReason.NOT_LISTED_HERE


def _strange_company(point: AccessPoint, scene: Scene) -> Answer:
    if _is_known(point, scene):
        return None
    for other in scene.sightings:
        if other.ssid == point.ssid and other.bssid != point.bssid and _is_known(other, scene):
            return Level.SUSPICIOUS, TwinReason.STRANGE_COMPANY
    return None


def _unknown_radio(point: AccessPoint, scene: Scene) -> Answer:
    if _is_known(point, scene):
        return None
    known = scene.acquaintances.get(point.ssid)
    here = scene.listed_here(point.ssid)
    if any(one.radio_tags for one in here):
        return Level.SUSPICIOUS, TwinReason.UNKNOWN_RADIO
    # Elsewhere the same programme may have any radios: only a place met before can be compared.
    if known and known.radios and (scene.position is None or _is_at_known_place(point, scene)):
        return Level.SUSPICIOUS, TwinReason.UNKNOWN_RADIO
    return None


def _wrong_neighbours(point: AccessPoint, scene: Scene) -> Answer:
    known = scene.acquaintances.get(point.ssid)
    if known is None or not _is_met(point, known) or _is_moving(point, scene):
        return None
    around = {one.bssid for one in scene.sightings} - known.radios
    if len(around) < MIN_NEIGHBOURS or len(known.neighbours) < MIN_NEIGHBOURS:
        return None
    if len(around & known.neighbours) >= FAMILIAR_SHARE * len(around):
        return None
    return Level.SUSPICIOUS, TwinReason.WRONG_NEIGHBOURS


def _known_radio(point: AccessPoint, scene: Scene) -> Answer:
    known = scene.acquaintances.get(point.ssid)
    if known and point.bssid in known.radios:
        return Level.KNOWN, TwinReason.KNOWN_RADIO
    return None


def _sibling(point: AccessPoint, scene: Scene) -> Answer:
    return (Level.KNOWN, TwinReason.SIBLING_RADIO) if _is_known(point, scene) else None


def _moving(point: AccessPoint, scene: Scene) -> Answer:
    return (Level.PLAUSIBLE, TwinReason.MOVING_NETWORK) if _is_moving(point, scene) else None


def _listed(point: AccessPoint, scene: Scene) -> Answer:
    if scene.listed_here(point.ssid):
        return Level.PLAUSIBLE, TwinReason.LISTED_HERE
    return None


def _otherwise(point: AccessPoint, scene: Scene) -> Answer:
    if point.ssid in scene.listed_names:
        return Level.SUSPICIOUS, TwinReason.PLACE_UNKNOWN
    return Level.SUSPICIOUS, TwinReason.UNLISTED


def _last(point: AccessPoint, scene: Scene) -> Answer:
    if any(rule(point, scene) for rule in (_known_radio, _sibling, _moving, _listed)):
        return None
    return _otherwise(point, scene)


RULES: Final[tuple[Callable[[AccessPoint, Scene], Answer], ...]] = (
    _downgraded,
    _cloned,
    _moving_at_a_place,
    _not_listed_here,
    _strange_company,
    _unknown_radio,
    _wrong_neighbours,
    _known_radio,
    _sibling,
    _moving,
    _listed,
    _last,
)
"""The rules, those that raise an alarm first; of the others the first that speaks decides."""


@dataclass(frozen=True, slots=True)
class PortalSeen:
    """What a sign-in page showed of itself, after joining.

    Attributes:
        host: of the page; "" where there was none.
        secure: whether it came over TLS whose certificate was verified.
        witness_ok: whether pinned TLS to a witness worked; None where it was not tried yet.
    """

    host: str
    secure: bool
    witness_ok: bool | None = None


def confirm(seen: PortalSeen, known: Acquaintance | None, hosts: Iterable[str]) -> TwinVerdict:
    """The verdict after joining, before anything is submitted and once the internet answers.

    Args:
        seen: what the page showed.
        known: what this device remembers of the network.
        hosts: hosts that the hotspot's recipe may sign in at; empty for any.
    """
    if seen.witness_ok is False:
        return TwinVerdict(Level.REFUSED, TwinReason.WITNESS_FAILED)
    expected = tuple(hosts)
    if seen.host and expected and not any(_is_host(seen.host, one) for one in expected):
        return TwinVerdict(Level.SUSPICIOUS, TwinReason.OTHER_PORTAL)
    if known and known.portal_host and seen.host:
        if known.portal_secure and not seen.secure:
            return TwinVerdict(Level.REFUSED, TwinReason.PORTAL_DOWNGRADED)
        if not _is_host(seen.host, known.portal_host):
            return TwinVerdict(Level.SUSPICIOUS, TwinReason.OTHER_PORTAL)
        return TwinVerdict(Level.KNOWN, TwinReason.SAME_PORTAL)
    return TwinVerdict(Level.PLAUSIBLE, TwinReason.LISTED_HERE)


def is_moving_radio(places: Iterable[Position], here: Position) -> bool:
    """Whether a radio met at those places and now here is on something that moves."""
    return any(here.distance_m(one) > MOVED_BEYOND_M for one in places)


def _is_host(host: str, expected: str) -> bool:
    return host == expected or host.endswith("." + expected)


def _is_known(point: AccessPoint, scene: Scene) -> bool:
    if any(one.knows_radio(point) for one in scene.listed_here(point.ssid)):
        return True
    known = scene.acquaintances.get(point.ssid)
    if known is None or not _is_met(point, known):
        return False
    return scene.position is None or _is_at_known_place(point, scene) or _is_moving(point, scene)


def _is_met(point: AccessPoint, known: Acquaintance) -> bool:
    return point.bssid in known.radios or radio_family(point.bssid) in known.families


def _is_at_known_place(point: AccessPoint, scene: Scene) -> bool:
    known = scene.acquaintances.get(point.ssid)
    if known is None or scene.position is None:
        return False
    reach = LISTED_WITHIN_M + scene.accuracy_m
    here = scene.position
    return any(here.distance_m(place) <= reach for place in known.places)


def _is_moving(point: AccessPoint, scene: Scene) -> bool:
    if radio_family(point.bssid) in scene.moving:
        return True
    known = scene.acquaintances.get(point.ssid)
    if known is None or point.bssid not in known.radios:
        return False
    first, *others = known.places or (None,)
    return first is not None and is_moving_radio([one for one in others if one], first)
