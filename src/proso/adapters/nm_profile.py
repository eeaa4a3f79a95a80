"""The settings NetworkManager is given for a click, and how it tells protection."""

import getpass
import hashlib
import os
from typing import Final

from dbus_fast import Variant

from proso.values.hotspot import AccessPoint, Security

PROFILE_PREFIX: Final = "proso "


def profile(point: AccessPoint) -> dict[str, dict[str, Variant]]:
    """The settings of a connection for now: pinned, private, never joined again by itself."""
    stable = hashlib.sha256(b"proso|" + point.ssid).hexdigest()[:16]
    wireless = {
        "ssid": Variant("ay", point.ssid),
        "mode": Variant("s", "infrastructure"),
        "bssid": Variant("ay", point.bssid.to_bytes(6, "big")),
        # The same address for the same network, so that a portal remembers the device.
        "assigned-mac-address": Variant("s", "stable"),
    }
    settings = {
        "connection": {
            "id": Variant("s", PROFILE_PREFIX + stable[:8]),
            "type": Variant("s", "802-11-wireless"),
            "autoconnect": Variant("b", False),
            "stable-id": Variant("s", stable),
            "mdns": Variant("i", 0),
            "llmnr": Variant("i", 0),
        },
        "802-11-wireless": wireless,
        "ipv4": {
            "method": Variant("s", "auto"),
            "dhcp-send-hostname": Variant("b", False),  # RFC 7844
        },
        "ipv6": {
            "method": Variant("s", "auto"),
            "dhcp-send-hostname": Variant("b", False),
            "ip6-privacy": Variant("i", 2),
        },
    }
    if os.geteuid() != 0:
        # Without it an ordinary user would need the administrator's right.
        settings["connection"]["permissions"] = Variant("as", [f"user:{getpass.getuser()}:"])
    if point.security is Security.OWE:
        settings["802-11-wireless-security"] = {"key-mgmt": Variant("s", "owe")}
    return settings


def security_of(flags: int, wpa: int, rsn: int) -> Security:
    """How a link is protected.  Source: NM80211ApFlags and NM80211ApSecurityFlags."""
    both = wpa | rsn
    found = (
        (both & 0x200, Security.ENTERPRISE),
        (rsn & 0x400 and not both & 0x100, Security.SAE),
        (both & 0x500, Security.PSK),
        (rsn & 0x800, Security.OWE),
        (rsn & 0x1000, Security.OWE_TRANSITION),
        (flags & 0x1, Security.WEP),
    )
    return next((kind for matched, kind in found if matched), Security.OPEN)
