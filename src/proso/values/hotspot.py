"""Networks in range and hotspots that are listed: the nouns of Wi-Fi.

An `AccessPoint` is what a scan hears; a `Hotspot` is what a pack says of a place.  Neither prints
its name or address: an SSID is chosen by whoever runs it, and a BSSID says where somebody is.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from proso.errors import Misuse
from proso.values.place import Position

MAX_SSID_BYTES: Final = 32
"""Source: IEEE 802.11-2020, 9.4.2.2."""

RADIO_TAG_BITS: Final = 16
"""Bits of a radio's tag.  A tag answers "was such a radio seen at this hotspot?" and is shared by
16 million addresses of each of 256 families, so that a pack is no list of addresses.  A radio that
was never there is taken for a known one once in 65,536 times; who wants to be taken for one copies
the address."""

SUCCESS_STEPS: Final = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
"""Lower bounds of the success classes 1 to 7 of a core record; class 0 is "not known"."""


_BSSID: Final = re.compile("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")


class Security(StrEnum):
    """How a network's link is protected, weakest first; the order is used to see a downgrade."""

    OPEN = "open"
    WEP = "wep"
    OWE_TRANSITION = "owe-transition"
    OWE = "owe"
    PSK = "psk"
    SAE = "sae"
    ENTERPRISE = "enterprise"

    @property
    def rank(self) -> int:
        """0 for the weakest and up."""
        return _SECURITY_ORDER.index(self)

    @property
    def is_joinable_freely(self) -> bool:
        """Whether it can be joined without a secret."""
        return self in (Security.OPEN, Security.OWE, Security.OWE_TRANSITION)


_SECURITY_ORDER: Final = tuple(Security)


class Fee(StrEnum):
    """What a network costs.  The order is the code of a core record: append, never reorder."""

    UNKNOWN = "unknown"
    FREE = "free"
    LIMITED = "limited"
    CUSTOMERS = "customers"


class SignIn(StrEnum):
    """What stands between being connected and being online.

    The order is the code of a core record: append, never reorder.
    """

    UNKNOWN = "unknown"
    OPEN = "open"
    CLICK_THROUGH = "click-through"
    CONSENT = "consent"
    ACCOUNT = "account"
    PAYMENT = "payment"
    SMS = "sms"
    JAVASCRIPT = "javascript"
    BROKEN = "broken"


FEES: Final = tuple(Fee)
SIGN_INS: Final = tuple(SignIn)


@dataclass(frozen=True, slots=True, repr=False)
class AccessPoint:
    """One radio as a scan heard it.

    Attributes:
        ssid: the network's name as sent, 0 to 32 bytes, any bytes; empty where it is hidden.
        bssid: the radio's address as an integer of 48 bits.
        signal_dbm: -120 to 0.
        frequency_mhz: centre of the primary channel; 0 where not known.
        security: how the link is protected.
        max_bitrate_kbps: what the radio says it can; 0 where not known.
    """

    ssid: bytes
    bssid: int
    signal_dbm: float
    frequency_mhz: int = 0
    security: Security = Security.OPEN
    max_bitrate_kbps: int = 0

    def __post_init__(self) -> None:
        if len(self.ssid) > MAX_SSID_BYTES or not 0 <= self.bssid < 1 << 48:
            raise Misuse(
                found="an access point with a name or address that cannot be on the air",
                expected="at most 32 bytes and 48 bits",
                remedy="drop it where the scan is read",
            )

    @property
    def name(self) -> str:
        """The name as it may be shown to a person (`display_name`)."""
        return display_name(self.ssid)

    @property
    def band(self) -> int:
        """2, 5 or 6 for the gigahertz band, 0 where not known."""
        mhz = self.frequency_mhz
        return 2 if 2400 <= mhz < 2500 else 5 if 4900 <= mhz < 5925 else 6 if mhz >= 5925 else 0  # noqa: PLR2004

    @property
    def is_opted_out(self) -> bool:
        """Whether the owner asks not to be mapped, or hides the name."""
        return is_opted_out(self.ssid)

    def __repr__(self) -> str:
        return f"AccessPoint({self.band or '?'} GHz, {self.security}, {self.signal_dbm:.0f} dBm)"


@dataclass(frozen=True, slots=True)
class History:
    """What came of attempts to get online somewhere.

    Attributes:
        succeeded: attempts that ended in proven internet; a weight, so it may be fractional.
        failed: the others.
        mean_log_seconds: mean of ln(seconds to online) of the successful ones.
        sd_log_seconds: its standard deviation.
        mbit: median speed in Mbit/s where measured, None where not.
    """

    succeeded: float = 0.0
    failed: float = 0.0
    mean_log_seconds: float = 1.1
    sd_log_seconds: float = 0.8
    mbit: float | None = None

    @property
    def attempts(self) -> float:
        """How many attempts it rests on."""
        return self.succeeded + self.failed


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Hotspot:
    """A listed hotspot: place, radio, portal and proof in one record.

    Attributes:
        identity: what reports and packs call it, 63 bits (`hotspot_identity`).
        position: where it is.
        cell: H3 cell of resolution 9 as text; what reports name instead of a point.
        name: of the place, for people.
        ssids: names it sends; empty where no source says.
        radio_tags: tags of its radios (`radio_tag`), learned from enough independent reporters.
        security: how the link is protected, None where no source says.
        fee: what it costs.
        sign_in: what stands before the internet.
        recipe: id of the portal recipe, "" for none.
        programme: the operator's programme it is part of, for shrinking; "" for none.
        hours: opening hours in OpenStreetMap's notation, "" where not known.
        note: limits a person should know, such as "3 sessions of 10 minutes".
        history: what came of attempts, over all hours.
        hourly: (hour of day 0-23, History) for hours that have enough attempts of their own.
        proven_day: days since 1970 of the last proof of internet; None for none yet.
        source: feed it is from.
        licence: SPDX-like name of the feed's licence; ODbL records travel in a pack of their own.
    """

    identity: int
    position: Position
    cell: str = ""
    name: str = ""
    ssids: tuple[bytes, ...] = ()
    radio_tags: frozenset[int] = frozenset()
    security: Security | None = None
    fee: Fee = Fee.UNKNOWN
    sign_in: SignIn = SignIn.UNKNOWN
    recipe: str = ""
    programme: str = ""
    hours: str = ""
    note: str = ""
    history: History = History()
    hourly: tuple[tuple[int, History], ...] = ()
    proven_day: int | None = None
    source: str = ""
    licence: str = ""

    def knows_radio(self, point: AccessPoint) -> bool:
        """Whether this radio, or a sibling of it, was seen here by enough reporters."""
        return radio_tag(point.ssid, point.bssid) in self.radio_tags

    def __repr__(self) -> str:
        return f"Hotspot({self.identity:016x})"


def display_name(ssid: bytes) -> str:
    """A network's name as it may be shown: one line, no control or direction characters.

    Bytes that are no UTF-8 and characters that move the cursor, turn the text around or have no
    width are shown as their code, so that a name can neither hide nor pretend to be the terminal's
    own words.
    """
    shown = []
    for char in ssid.decode("utf-8", "surrogateescape"):
        code = ord(char)
        if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004  where surrogateescape puts bad bytes
            shown.append(f"\\x{code - 0xDC00:02x}")
        elif not char.isprintable():  # blanks that only look like one are none of these
            shown.append(f"\\u{code:04x}")
        else:
            shown.append(char)
    return "".join(shown) or "(hidden)"


def is_opted_out(ssid: bytes) -> bool:
    """Whether a network's owner asks not to be mapped.

    Source: Mozilla's and Google's rule (``_nomap`` at the end) and beaconDB's (``_nomap`` or
    ``_optout`` anywhere); hidden names count as opted out.
    """
    lowered = ssid.lower()
    return not ssid.strip(b"\0 ") or b"_nomap" in lowered or b"_optout" in lowered


def hotspot_identity(source: str, key: str) -> int:
    """The identity of a record: 63 bits of BLAKE2b, so that it fits a signed database column.

    Args:
        source: the feed's name.
        key: the feed's own id, or what tells the record from its neighbours.
    """
    digest = hashlib.blake2b(f"hotspot|{source}|{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def radio_family(bssid: int) -> bytes:
    """What radios of one network usually have in common: octets 2 to 4 of the address.

    The first octet differs by the "locally administered" bit, the last two count devices and
    radios.  Source: `benchmarks/wifi_twins.py` on real vehicles with several radios: of radios in
    company 83 % have a sibling equal in octets 2 to 5, 90 % in 2 to 4, 99 % in 2 to 3, the last
    being the vendor alone.
    """
    return bssid.to_bytes(6, "big")[1:4]


def radio_tag(ssid: bytes, bssid: int) -> int:
    """The tag of a radio's family under a network's name, 0 to 65,535.

    Keyed by the name, so that tags of one device under two names cannot be matched.
    """
    key = hashlib.blake2b(ssid, digest_size=16).digest()
    digest = hashlib.blake2b(radio_family(bssid), key=key, digest_size=2).digest()
    return int.from_bytes(digest, "big")


def format_bssid(bssid: int) -> str:
    """``02:00:00:00:01:00``: for the radio's own interface, never for a log."""
    return ":".join(f"{octet:02x}" for octet in bssid.to_bytes(6, "big"))


def parse_bssid(text: str) -> int:
    """Reads ``02:00:00:00:01:00``.

    Raises:
        Misuse: it is not that form; what comes from strangers is checked before.
    """
    if not _BSSID.fullmatch(text):
        raise Misuse(
            found="a radio address that is none",
            expected="six pairs of hexadecimal digits between colons",
            remedy="drop it where it is read",
        )
    return int(text.replace(":", ""), 16)


def success_class(history: History) -> int:
    """0 to 7: the class of a success rate for a core record, rounded down; 0 without attempts."""
    if not history.attempts:
        return 0
    rate = history.succeeded / history.attempts
    return max(place for place, step in enumerate(SUCCESS_STEPS, start=1) if rate >= step)


def core_class(hotspot: Hotspot) -> int:
    """The one byte a core record says of a hotspot: fee (2 bits), sign-in (3), success (3).

    BROKEN has no code of its own: it travels as UNKNOWN with the lowest success.
    """
    sign_in = SIGN_INS.index(hotspot.sign_in)
    success = success_class(hotspot.history)
    if hotspot.sign_in is SignIn.BROKEN:
        sign_in, success = 0, 1
    return FEES.index(hotspot.fee) | sign_in << 2 | success << 5


def strongest(points: Iterable[AccessPoint]) -> tuple[AccessPoint, ...]:
    """Access points with the strongest first; equal ones by address, so that order is stable."""
    return tuple(sorted(points, key=lambda point: (-point.signal_dbm, point.bssid)))
