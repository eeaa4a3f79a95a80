"""What a link's DHCP server says of its portal (RFC 8910, option 114), asked with DHCPINFORM.

NetworkManager neither asks for the option nor shows it (1.42 and 1.52), and its own client owns the
port, so the answer is read from a packet socket.  That takes CAP_NET_RAW; without it there is no
answer, and probes find the portal as before.
"""

import os
import socket
import struct
import time
from pathlib import Path
from typing import Final

from proso.device.wifi_ports import Link

WAIT_SECONDS: Final = 0.5
"""A server on the link answers in 10 ms; one that knows the option not at all stays silent."""

_COOKIE: Final = b"\x63\x82\x53\x63"
_INFORM: Final = bytes([53, 1, 8, 55, 2, 114, 3, 255])
_UDP: Final = 17
_IPV4: Final = 0x0800


def captive_option(link: Link) -> str:
    """The address of the link's RFC 8908 interface; "" where there is none, or no right to ask."""
    if not link.interface or not link.gateway or ":" in link.address:
        return ""
    try:
        hardware = Path(f"/sys/class/net/{link.interface}/address").read_text("ascii").strip()
        return _asked(link, bytes.fromhex(hardware.replace(":", "")))
    except (OSError, ValueError):
        return ""


def _asked(link: Link, hardware: bytes) -> str:
    transaction = os.urandom(4)
    address = socket.inet_aton(link.address)
    head = struct.pack("!BBBB4sHH4s12s16s192s", 1, 1, 6, 0, transaction, 0, 0, address, b"",
                       hardware, b"")  # fmt: skip
    deadline = time.monotonic() + WAIT_SECONDS
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_IPV4)) as heard,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        heard.bind((link.interface, _IPV4))
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, link.interface.encode())
        sender.bind((link.address, 68))
        sender.sendto(head + _COOKIE + _INFORM, (link.gateway, 67))
        while (left := deadline - time.monotonic()) > 0:
            heard.settimeout(left)
            found = read_option(heard.recv(1500), transaction)
            if found is not None:
                return found
    return ""


def read_option(packet: bytes, transaction: bytes) -> str | None:
    """Option 114 of a DHCP answer in an IPv4 packet; "" without one, None for any other packet."""
    start = (packet[0] & 15) * 4 if packet else 0
    if len(packet) < start + 248 or packet[9] != _UDP or packet[start + 2 : start + 4] != b"\0\x44":
        return None
    answer = packet[start + 8 :]
    if answer[4:8] != transaction or answer[236:240] != _COOKIE:
        return None
    place = 240
    while place + 1 < len(answer) and answer[place] != 255:  # noqa: PLR2004  the end
        if answer[place] == 0:
            place += 1
            continue
        length = answer[place + 1]
        if answer[place] == 114:  # noqa: PLR2004  RFC 8910 section 2.1
            return answer[place + 2 : place + 2 + length].decode("ascii", "replace")
        place += 2 + length
    return ""
