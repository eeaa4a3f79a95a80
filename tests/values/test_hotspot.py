"""Names on the air, radios and their families, and the one byte a core record says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.errors import Misuse
from proso.values.hotspot import (
    FEES,
    SIGN_INS,
    AccessPoint,
    Fee,
    History,
    Hotspot,
    Security,
    SignIn,
    core_class,
    display_name,
    format_bssid,
    hotspot_identity,
    is_opted_out,
    parse_bssid,
    radio_tag,
    strongest,
)
from proso.values.place import Position

HERE = Position(48.8566, 2.3522)
CAFE = b"Cafe"


def test_a_sibling_radio_of_a_known_device_is_known():
    hotspot = Hotspot(
        identity=1,
        position=HERE,
        radio_tags=frozenset({radio_tag(CAFE, parse_bssid("04:f0:21:96:cf:55"))}),
    )
    assert hotspot.knows_radio(AccessPoint(CAFE, parse_bssid("06:F0:21:96:D0:5f"), -50))
    assert not hotspot.knows_radio(AccessPoint(CAFE, parse_bssid("04:f0:21:97:cf:55"), -50))
    assert not hotspot.knows_radio(AccessPoint(b"Other", parse_bssid("04:f0:21:96:cf:55"), -50))


@pytest.mark.parametrize(
    ("ssid", "shown"),
    [
        (b"Cafe", "Cafe"),
        ("Café ☕".encode(), "Café ☕"),
        (b"", "(hidden)"),
        (b"\x1b[2Jowned", "\\u001b[2Jowned"),
        (b"a\nb\r\t", "a\\u000ab\\u000d\\u0009"),
        ("\u202egnp.exe".encode(), "\\u202egnp.exe"),
        ("Ca\u200bfe".encode(), "Ca\\u200bfe"),
        (b"\xff\xfeCafe", "\\xff\\xfeCafe"),
        (b"\x9b31m", "\\x9b31m"),
    ],
)
def test_a_name_is_shown_without_what_moves_the_cursor_or_turns_the_text(ssid, shown):
    assert display_name(ssid) == shown


@given(st.binary(max_size=32))
def test_any_name_is_shown_as_one_printable_line(ssid):
    assert display_name(ssid).isprintable()


@pytest.mark.parametrize("ssid", [b"home_nomap", b"HOME_NOMAP", b"x_optout_y", b"", b"\0\0", b"  "])
def test_owners_who_opt_out_are_left_out(ssid):
    assert is_opted_out(ssid)


def test_a_name_that_merely_looks_like_an_opt_out_is_not_one():
    assert not is_opted_out(b"nomap cafe")


@given(st.integers(0, 2**48 - 1))
def test_an_address_survives_writing_and_reading(bssid):
    assert parse_bssid(format_bssid(bssid)) == bssid


@pytest.mark.parametrize("text", ["", "02:00", "02-00-00-00-00-01", "02:00:00:00:00:0g"])
def test_a_bad_address_is_misuse(text):
    with pytest.raises(Misuse):
        parse_bssid(text)


def test_an_access_point_has_at_most_32_bytes_of_name():
    with pytest.raises(Misuse):
        AccessPoint(b"x" * 33, 1, -50)


@pytest.mark.parametrize(("mhz", "band"), [(2412, 2), (5180, 5), (5955, 6), (0, 0), (900, 0)])
def test_the_band_follows_from_the_frequency(mhz, band):
    assert AccessPoint(CAFE, 1, -50, mhz).band == band


def test_protection_is_ordered_and_only_the_secretless_is_joined_freely():
    ranks = [one.rank for one in Security]
    assert ranks == sorted(ranks)
    free = {one for one in Security if one.is_joinable_freely}
    assert free == {Security.OPEN, Security.OWE, Security.OWE_TRANSITION}


def test_an_identity_fits_a_signed_column_and_differs_by_source():
    identities = {hotspot_identity(source, "1") for source in ("a", "b", "c")}
    assert len(identities) == 3
    assert all(0 <= one < 2**63 for one in identities)


@given(
    st.sampled_from(FEES),
    st.sampled_from(SIGN_INS),
    st.floats(0, 1000),
    st.floats(0, 1000),
)
def test_the_core_byte_says_fee_sign_in_and_success(fee, sign_in, succeeded, failed):
    history = History(succeeded=succeeded, failed=failed)
    byte = core_class(Hotspot(identity=1, position=HERE, fee=fee, sign_in=sign_in, history=history))
    assert 0 <= byte <= 255
    assert FEES[byte & 3] is fee
    if sign_in is not SignIn.BROKEN:
        assert SIGN_INS[byte >> 2 & 7] is sign_in


def test_the_success_class_rises_with_success():
    classes = [
        core_class(Hotspot(identity=1, position=HERE, fee=Fee.FREE, history=History(s, 100 - s)))
        >> 5
        for s in (0, 30, 60, 80, 92, 96, 99)
    ]
    assert classes == [1, 2, 3, 4, 5, 6, 7]


def test_the_strongest_comes_first_and_ties_keep_their_order():
    points = [AccessPoint(CAFE, 3, -60), AccessPoint(CAFE, 2, -50), AccessPoint(CAFE, 1, -60)]
    assert [one.bssid for one in strongest(points)] == [2, 1, 3]


def test_neither_names_nor_addresses_are_in_the_representation():
    text = repr(AccessPoint(b"SecretName", 0x0200DEADBEEF, -50)) + repr(
        Hotspot(identity=1, position=HERE, name="SecretName")
    )
    assert "SecretName" not in text
    assert "dead" not in text.lower()
