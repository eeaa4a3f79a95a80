"""What a phone may take next, and by which way.

A hub signs, for each pack, one statement (a target of The Update Framework): its length, its
SHA-256, its serial, how long the travel file is and which deltas lead to it.  Whether the statement
is genuine and current is the framework's business (`proso.device.trusted`).  Here is what follows
from it: whether it may replace what the phone has, and which files to fetch.  The files come from
anybody's mirror and are trusted by nobody; what they give must have the signed digest.

Source: The Update Framework 1.0.31; docs/reference/update-format.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from proso.errors import RolledBack, UpdateRefused
from proso.packs.layout import Kind

MAX_PACK_BYTES: Final = 200_000_000
"""Ten million numbers take 30 MB."""

MAX_DELTAS: Final = 256
"""Deltas a statement may name: one for each of the last 60 serials is what a hub names."""

MAX_SERIAL: Final = 2**63 - 1

REQUEST_BYTES: Final = 600
"""What a request costs in headers both ways, so that a chain of tiny deltas has a price."""


@dataclass(frozen=True, slots=True, order=True)
class Delta:
    """A delta that can be fetched.

    Attributes:
        base: serial of the pack it is applied to.
        serial: of the pack it gives, larger than `base`.
        size_bytes: of the file.
    """

    base: int
    serial: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A genuine statement about the newest pack of a region and kind.

    Attributes:
        region: ISO 3166-1 alpha-2.
        kind: numbers or hotspots.
        serial: 1 and up.
        size_bytes: of the pack.
        sha256: of the pack, 64 hexadecimal digits.
        travel_bytes: of the travel file, None where there is none.
        deltas: the ones a phone may use.
    """

    region: str
    kind: Kind
    serial: int
    size_bytes: int
    sha256: str
    travel_bytes: int | None = None
    deltas: tuple[Delta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The sound pack a phone has.

    Attributes:
        serial: of it.
        sha256: of the whole file, 64 hexadecimal digits.
        as_of: up to when reports were weighed for it, aware.
    """

    serial: int
    sha256: str
    as_of: datetime


class WayKind(StrEnum):
    """How a pack reaches a phone."""

    DELTAS = "deltas"
    TRAVEL = "travel"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Way:
    """Files that, fetched and used in order, give the pack that is offered.

    Attributes:
        kind: deltas, the travel file, or the pack as it lies.
        files: paths below the hub's targets.
        sizes: bytes of each.
    """

    kind: WayKind
    files: tuple[str, ...]
    sizes: tuple[int, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes of all its files."""
        return sum(self.sizes)

    @property
    def cost_bytes(self) -> int:
        """The same with what asking for them takes."""
        return self.size_bytes + REQUEST_BYTES * len(self.files)


def target_path(region: str, kind: Kind) -> str:
    """Name of a pack in the signed metadata."""
    return f"packs/{region}/{kind.word}.pack"


def pack_path(offer: Offer) -> str:
    """Where the pack itself lies, as any client of the framework looks for it."""
    return f"packs/{offer.region}/{offer.sha256}.{offer.kind.word}.pack"


def travel_path(region: str, kind: Kind, serial: int) -> str:
    """Where the travel file of a serial lies."""
    return f"packs/{region}/{kind.word}-{serial}.travel"


def delta_path(region: str, kind: Kind, base: int, serial: int) -> str:
    """Where the delta between two serials lies."""
    return f"packs/{region}/{kind.word}-{base}-{serial}.delta"


def custom_of(offer: Offer) -> dict[str, Any]:
    """What a statement says beyond length and digest."""
    return {
        "serial": offer.serial,
        "travel": offer.travel_bytes,
        "deltas": [[one.base, one.serial, one.size_bytes] for one in offer.deltas],
    }


def parse_offer(
    region: str, kind: Kind, *, size_bytes: int, sha256: str | None, custom: Mapping[str, Any]
) -> Offer:
    """A statement from what was signed.

    Args:
        region: which pack was asked for.
        kind: the same.
        size_bytes: signed length.
        sha256: signed digest, None where another kind of digest was signed.
        custom: the rest; unknown names are ignored.

    Raises:
        UpdateRefused: signed, and yet nothing this version understands.
    """
    try:
        serial = _integer(custom["serial"], 1, MAX_SERIAL)
        travel = custom.get("travel")
        deltas = tuple(_delta(row, serial) for row in _rows(custom.get("deltas", [])))
        return Offer(
            region=region,
            kind=kind,
            serial=serial,
            size_bytes=_integer(size_bytes, 1, MAX_PACK_BYTES),
            sha256=_digest(sha256),
            travel_bytes=None if travel is None else _integer(travel, 1, MAX_PACK_BYTES),
            deltas=deltas,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UpdateRefused(
            found=f"a signed statement about {region} {kind.word} that makes no sense ({error})",
            expected="a serial, sizes up to 200 MB and deltas between earlier serials",
            remedy="update proso, or tell the hub; the installed pack stays in use",
        ) from error


def ways_to(offer: Offer, held: Held | None) -> tuple[Way, ...]:
    """The ways from what a phone has to what is offered, the cheapest first.

    Args:
        offer: a genuine statement.
        held: what is installed, None where nothing sound is.

    Returns:
        At least one way; none where the phone has it already.

    Raises:
        RolledBack: the phone has a later pack, or another one of the same serial.
    """
    if held is not None:
        if held.sha256 == offer.sha256:
            return ()
        if held.serial >= offer.serial:
            raise RolledBack(
                found=f"{offer.region} {offer.kind.word} serial {offer.serial}"
                + (" with other contents" if held.serial == offer.serial else ""),
                expected=f"a later one than the installed serial {held.serial}",
                remedy="the installed pack stays in use; if the hub was set up anew, "
                f"run: proso pack forget --region {offer.region}",
            )
    ways = []
    chain = _cheapest_chain(offer, held.serial) if held is not None else None
    if chain:
        paths = (delta_path(offer.region, offer.kind, one.base, one.serial) for one in chain)
        sizes = tuple(one.size_bytes for one in chain)
        ways.append(Way(WayKind.DELTAS, tuple(paths), sizes))
    if offer.travel_bytes is not None:
        path = travel_path(offer.region, offer.kind, offer.serial)
        ways.append(Way(WayKind.TRAVEL, (path,), (offer.travel_bytes,)))
    ways.append(Way(WayKind.WHOLE, (pack_path(offer),), (offer.size_bytes,)))
    return tuple(sorted(ways, key=lambda way: way.cost_bytes))


def useful_deltas(deltas: list[Delta], *, serial: int, oldest: int) -> tuple[Delta, ...]:
    """Of all deltas there are, the ones on a cheapest way to a serial: one for each base.

    Args:
        deltas: in any order.
        serial: the newest.
        oldest: the earliest base that is still served.
    """
    best = _best_steps(deltas, serial)
    return tuple(sorted(step for base, (_, step) in best.items() if base >= oldest and step))


def reference_time(now: datetime, *known: datetime | None) -> datetime:
    """The moment to hold expiry dates against: never before what is already known to have been.

    A clock set back would make old metadata look valid; what was signed at some moment proves that
    the moment has passed.

    Args:
        now: the device's clock, aware.
        known: moments that have passed for certain.
    """
    return max([now, *(one for one in known if one is not None)])


def _cheapest_chain(offer: Offer, base: int) -> list[Delta]:
    best = _best_steps(list(offer.deltas), offer.serial)
    chain: list[Delta] = []
    while base != offer.serial:
        step = best[base][1] if base in best else None
        if step is None:
            return []
        chain.append(step)
        base = step.serial
    return chain


def _best_steps(deltas: list[Delta], serial: int) -> dict[int, tuple[int, Delta | None]]:
    """For each base the cost of the cheapest way to `serial` and its first step."""
    best: dict[int, tuple[int, Delta | None]] = {serial: (0, None)}
    # A delta leads upwards, so that with bases taken downwards every onward way is known.
    for one in sorted(deltas, reverse=True):
        if one.serial not in best:
            continue
        cost = best[one.serial][0] + one.size_bytes + REQUEST_BYTES
        if one.base not in best or cost < best[one.base][0]:
            best[one.base] = (cost, one)
    return best


def _rows(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > MAX_DELTAS:
        raise ValueError("deltas")
    return value


def _delta(row: object, newest: int) -> Delta:
    if not isinstance(row, list) or len(row) != 3:  # noqa: PLR2004  base, serial, size
        raise ValueError("a delta")
    base, serial = _integer(row[0], 1, newest - 1), _integer(row[1], 2, newest)
    if base >= serial:
        raise ValueError("a delta backwards")
    return Delta(base, serial, _integer(row[2], 1, MAX_PACK_BYTES))


def _integer(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{str(value)[:20]!r} as a number from {least} to {most}")
    return value


def _digest(value: str | None) -> str:
    if value is None or len(value) != 64 or set(value) - set("0123456789abcdef"):  # noqa: PLR2004
        raise ValueError("no SHA-256")
    return value
