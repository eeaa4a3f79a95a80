"""Option 114 out of packets of any kind."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.adapters.linkweb_dhcp import captive_option, read_option
from proso.device.wifi_ports import Link

XID = b"abcd"


def _packet(options, *, xid=XID, protocol=17, port=68):
    ip = bytes([0x45]) + bytes(8) + bytes([protocol]) + bytes(10)
    udp = struct.pack("!HHHH", 67, port, 0, 0)
    bootp = bytes([2, 1, 6, 0]) + xid + bytes(228) + b"\x63\x82\x53\x63"
    return ip + udp + bootp + options + b"\xff" + bytes(8)


def _option(code, value):
    return bytes([code, len(value)]) + value


def test_the_option_is_found_among_others():
    options = _option(53, b"\x05") + b"\0" + _option(114, b"https://portal.example/api")
    assert read_option(_packet(options), XID) == "https://portal.example/api"


def test_an_answer_without_it_says_there_is_none():
    assert read_option(_packet(_option(53, b"\x05")), XID) == ""


@pytest.mark.parametrize(
    "packet",
    [b"", bytes(400), _packet(b"", xid=b"zzzz"), _packet(b"", protocol=6), _packet(b"", port=53)],
)
def test_any_other_packet_is_passed_over(packet):
    assert read_option(packet, XID) is None


@given(st.binary(max_size=600))
def test_no_packet_breaks_it(data):
    read_option(data, XID)
    read_option(_packet(data), XID)


def test_without_a_device_there_is_no_answer():
    assert captive_option(Link("no-such-device", "10.0.0.2", "10.0.0.1")) == ""
    assert captive_option(Link("", "10.0.0.2", "10.0.0.1")) == ""
