"""What this device remembers of networks: one private file, never reported.

Acquaintances (radios, neighbours, places), what came of its own attempts, terms agreed to for
always, and the last position.  The file is its owner's alone (mode 600) and written whole.
"""

import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

from proso.errors import BadPlace, Unavailable
from proso.reports.hotspot_report import JoinAssertion
from proso.values.hotspot import AccessPoint, History, Security
from proso.values.place import Position
from proso.verdicts.join import Attempt
from proso.verdicts.ranking import Knowledge
from proso.verdicts.scene import Acquaintance

MAX_NETWORKS: Final = 500
"""Networks remembered; the oldest is forgotten.  A person meets a few dozen a year."""

MAX_NEIGHBOURS: Final = 300
MAX_PLACES: Final = 8
SAME_PLACE_M: Final = 50
"""Closer together, two places are one: a phone knows no better where it is."""


@dataclass(slots=True)
class WifiMemory:
    """The memory in a file.

    Attributes:
        path: the file.
        acquaintances: by network name.
        own: what came of attempts, by the hotspot's identity.
        standing: digests of terms agreed to for always.
        position: the last known one.
    """

    path: Path
    acquaintances: dict[bytes, Acquaintance] = field(default_factory=dict)
    own: dict[int, History] = field(default_factory=dict)
    standing: frozenset[str] = frozenset()
    position: Position | None = None

    @classmethod
    def load(cls, path: Path) -> Self:
        """The memory of a file; an empty one where there is none, or it is damaged."""
        memory = cls(path)
        with suppress(OSError, ValueError, KeyError, TypeError, BadPlace, AttributeError):
            fields = json.loads(path.read_text("utf-8"))
            memory.acquaintances = {
                bytes.fromhex(name): _acquaintance(one) for name, one in fields["met"].items()
            }
            memory.own = {int(key, 16): History(*one) for key, one in fields["own"].items()}
            memory.standing = frozenset(map(str, fields["standing"]))
            place = fields.get("position")
            memory.position = Position(*place) if place else None
        return memory

    def save(self) -> None:
        """Writes it whole or not at all.

        Raises:
            Unavailable: the file cannot be written.
        """
        kept = dict(list(self.acquaintances.items())[-MAX_NETWORKS:])
        fields = {
            "met": {name.hex(): _fields(one) for name, one in kept.items()},
            "own": {f"{key:x}": [h.succeeded, h.failed, h.mean_log_seconds, h.sd_log_seconds]
                    for key, h in self.own.items()},
            "standing": sorted(self.standing),
            "position": [self.position.lat, self.position.lon] if self.position else None,
        }  # fmt: skip
        temporary = self.path.with_name(self.path.name + ".tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(fields, file)
            temporary.replace(self.path)
        except OSError as error:
            raise Unavailable(
                found=f"a memory of networks that cannot be written ({error.strerror or error})",
                expected=f"a file {self.path.name} of this user",
                remedy="check the disk and the permissions of its folder",
            ) from error

    def knowledge(self) -> Knowledge:
        """What ranking may use of it."""
        return Knowledge(own=self.own)

    def note(self, attempt: Attempt, heard: tuple[AccessPoint, ...]) -> None:
        """Remembers what came of an attempt."""
        candidate = attempt.candidate
        online = attempt.assertion is JoinAssertion.ONLINE
        if candidate.hotspot is not None:
            identity = candidate.hotspot.identity
            self.own[identity] = _with(self.own.get(identity, History()), attempt, online=online)
        if online:
            known = self.acquaintances.pop(candidate.point.ssid, Acquaintance())
            self.acquaintances[candidate.point.ssid] = self._met(known, attempt, heard)

    def _met(
        self, known: Acquaintance, attempt: Attempt, heard: tuple[AccessPoint, ...]
    ) -> Acquaintance:
        point = attempt.candidate.point
        around = {one.bssid for one in heard if one.ssid != point.ssid}
        places = known.places
        here = self.position
        if here is not None and all(here.distance_m(one) > SAME_PLACE_M for one in places):
            places = (*places, here)[-MAX_PLACES:]
        stronger = known.security is None or point.security.rank > known.security.rank
        return replace(
            known,
            radios=known.radios | {point.bssid},
            neighbours=frozenset(sorted(known.neighbours | around)[:MAX_NEIGHBOURS]),
            security=point.security if stronger else known.security,
            places=places,
            portal_host=attempt.portal_host or known.portal_host,
            portal_secure=attempt.portal_secure or known.portal_secure,
        )


def _with(history: History, attempt: Attempt, *, online: bool) -> History:
    if not online:
        return replace(history, failed=history.failed + 1)
    succeeded = history.succeeded + 1
    logarithm = math.log(max(attempt.seconds, 0.1))
    mean = history.mean_log_seconds
    shifted = logarithm if not history.succeeded else mean + (logarithm - mean) / succeeded
    return replace(history, succeeded=succeeded, mean_log_seconds=shifted)


def _fields(one: Acquaintance) -> dict[str, object]:
    return {
        "radios": sorted(one.radios),
        "neighbours": sorted(one.neighbours),
        "security": one.security.value if one.security else "",
        "places": [[place.lat, place.lon] for place in one.places],
        "portal": [one.portal_host, one.portal_secure],
    }


def _acquaintance(fields: Mapping[str, Any]) -> Acquaintance:
    host, secure = fields["portal"]
    return Acquaintance(
        radios=frozenset(map(int, fields["radios"])),
        neighbours=frozenset(map(int, fields["neighbours"])),
        security=Security(fields["security"]) if fields["security"] else None,
        places=tuple(Position(*place) for place in fields["places"]),
        portal_host=str(host),
        portal_secure=bool(secure),
    )
