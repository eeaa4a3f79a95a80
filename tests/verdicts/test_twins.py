"""Who is believed to be who it says, who is asked about, and who is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.values.hotspot import AccessPoint, Hotspot, Security, radio_family, radio_tag
from proso.values.place import Position
from proso.verdicts.scene import Acquaintance, Scene
from proso.verdicts.twins import (
    Level,
    PortalSeen,
    TwinReason,
    confirm,
    is_moving_radio,
    judge,
)

HERE = Position(48.8566, 2.3522)
FAR = Position(48.9, 2.5)
NAME = b"City WiFi"
KNOWN, SIBLING, STRANGE = 0x00AABBCC0001, 0x02AABBCC0107, 0x001337000001
CITY = Hotspot(
    identity=1,
    position=HERE,
    ssids=(NAME,),
    radio_tags=frozenset({radio_tag(NAME, KNOWN)}),
    security=Security.OPEN,
)
FIRST_TIME = replace(CITY, radio_tags=frozenset())
NEIGHBOURS = tuple(AccessPoint(b"n%d" % n, 0x100 + n, -70) for n in range(8))
OTHERS = tuple(AccessPoint(b"o%d" % n, 0x900 + n, -70) for n in range(8))


def _point(bssid=KNOWN, security=Security.OPEN, mhz=2412, ssid=NAME):
    return AccessPoint(ssid, bssid, -50, mhz, security)


def _scene(point, *others, hotspot=CITY, position=HERE, **more):
    near = () if position is None or hotspot is None else ((20.0, hotspot),)
    return Scene((point, *others), position, near=near, listed_names=frozenset({NAME}), **more)


def _judged(point, *others, **more):
    verdict = judge(point, _scene(point, *others, **more))
    return verdict.level, verdict.reason


def _met(**more):
    return {
        NAME: Acquaintance(
            **{
                "radios": frozenset({KNOWN}),
                "neighbours": frozenset(one.bssid for one in NEIGHBOURS),
                "security": Security.OPEN,
                "places": (HERE,),
            }
            | more
        )
    }


def test_a_radio_that_reporters_agree_on_is_known():
    assert _judged(_point()) == (Level.KNOWN, TwinReason.SIBLING_RADIO)


def test_a_new_sibling_of_a_known_radio_is_learned_without_an_alarm():
    assert _judged(_point(SIBLING))[0] is Level.KNOWN


def test_a_radio_this_device_was_online_through_is_known_though_no_pack_lists_it():
    found = _judged(_point(), *NEIGHBOURS, hotspot=None, acquaintances=_met())
    assert found == (Level.KNOWN, TwinReason.KNOWN_RADIO)


def test_a_listed_place_whose_radios_nobody_reported_is_plausible_not_refused():
    found = _judged(_point(STRANGE), hotspot=FIRST_TIME)
    assert found == (Level.PLAUSIBLE, TwinReason.LISTED_HERE)


def test_another_radio_where_radios_are_known_is_asked_about():
    assert _judged(_point(STRANGE)) == (Level.SUSPICIOUS, TwinReason.UNKNOWN_RADIO)


def test_another_radio_beside_a_known_one_is_asked_about():
    found = _judged(_point(STRANGE), _point())
    assert found == (Level.SUSPICIOUS, TwinReason.STRANGE_COMPANY)


def test_a_name_listed_elsewhere_is_asked_about():
    found = _judged(_point(), hotspot=None)
    assert found == (Level.SUSPICIOUS, TwinReason.NOT_LISTED_HERE)


def test_without_a_position_a_listed_name_is_asked_about():
    found = _judged(_point(), position=None)
    assert found == (Level.SUSPICIOUS, TwinReason.PLACE_UNKNOWN)


def test_a_network_nobody_lists_is_asked_about():
    found = _judged(_point(ssid=b"Other"), hotspot=None)
    assert found == (Level.SUSPICIOUS, TwinReason.UNLISTED)


@pytest.mark.parametrize("expected", [Security.OWE, Security.PSK, Security.SAE])
def test_a_network_that_lost_its_protection_is_refused(expected):
    found = _judged(_point(), hotspot=replace(CITY, security=expected))
    assert found == (Level.REFUSED, TwinReason.DOWNGRADED)


def test_the_open_half_of_a_transition_pair_is_no_downgrade():
    point = _point(security=Security.OWE_TRANSITION)
    assert _judged(point, hotspot=replace(CITY, security=Security.OWE))[0] is Level.KNOWN


def test_wpa2_beside_wpa3_is_no_downgrade():
    point = _point(security=Security.PSK)
    assert _judged(point, hotspot=replace(CITY, security=Security.SAE))[0] is Level.KNOWN


def test_a_network_remembered_as_protected_is_refused_when_open():
    met = _met(security=Security.OWE)
    found = _judged(_point(), hotspot=None, acquaintances=met)
    assert found == (Level.REFUSED, TwinReason.DOWNGRADED)


def test_two_radios_with_one_address_are_refused():
    found = _judged(_point(), _point(mhz=2462))
    assert found == (Level.REFUSED, TwinReason.CLONED_RADIO)


def test_one_radio_heard_twice_is_no_clone():
    assert _judged(_point(), _point())[0] is Level.KNOWN


def test_a_copied_radio_among_strangers_is_asked_about():
    found = _judged(_point(), *OTHERS, hotspot=None, position=None, acquaintances=_met())
    assert found == (Level.SUSPICIOUS, TwinReason.WRONG_NEIGHBOURS)


def test_a_quiet_place_says_nothing_of_neighbours():
    found = _judged(_point(), *OTHERS[:3], hotspot=None, position=None, acquaintances=_met())
    assert found[0] is Level.KNOWN


def test_a_vehicle_is_plausible_wherever_it_is_and_bound_to_no_place():
    moving = frozenset({radio_family(KNOWN)})
    found = _judged(_point(), hotspot=None, position=FAR, moving=moving)
    assert found == (Level.PLAUSIBLE, TwinReason.MOVING_NETWORK)


def test_a_vehicle_that_sends_the_name_of_a_place_is_asked_about():
    found = _judged(_point(STRANGE), moving=frozenset({radio_family(STRANGE)}))
    assert found == (Level.SUSPICIOUS, TwinReason.MOVING_AT_A_PLACE)


def test_a_radio_met_in_two_towns_moves():
    assert is_moving_radio([HERE], FAR)
    assert not is_moving_radio([HERE], Position(48.857, 2.3525))
    found = _judged(
        _point(), *OTHERS, hotspot=None, position=FAR, acquaintances=_met(places=(HERE, FAR))
    )
    assert found[0] <= Level.PLAUSIBLE


def test_an_alarm_outranks_what_speaks_for_a_network():
    verdict = judge(_point(), _scene(_point(), _point(mhz=2462), hotspot=CITY))
    assert verdict.level is Level.REFUSED
    assert TwinReason.SIBLING_RADIO not in (verdict.reason, *verdict.also)
    assert verdict.text == "two radios send the same address at once"


points = st.builds(
    AccessPoint,
    st.sampled_from([NAME, b"Other", b""]),
    st.sampled_from([KNOWN, SIBLING, STRANGE]),
    st.floats(-95, -30),
    st.sampled_from([0, 2412, 2462, 5180]),
    st.sampled_from(Security),
)


@given(st.lists(points, min_size=1, max_size=6), st.none() | st.just(HERE), st.booleans())
def test_every_network_gets_a_verdict_whose_sentence_names_nobody(heard, position, met):
    scene = _scene(*heard, position=position, acquaintances=_met() if met else {})
    for point in heard:
        verdict = judge(point, scene)
        assert verdict.text
        assert NAME.decode() not in verdict.text


@given(st.lists(points, min_size=1, max_size=6))
def test_hearing_more_never_makes_a_refused_network_acceptable(heard):
    first = heard[0]
    if judge(first, _scene(first)).level is Level.REFUSED:
        assert judge(first, _scene(*heard)).level is Level.REFUSED


@pytest.mark.parametrize(
    ("seen", "known", "hosts", "expected"),
    [
        (PortalSeen("a.example", secure=True), None, (), Level.PLAUSIBLE),
        (PortalSeen("login.a.example", secure=True), None, ("a.example",), Level.PLAUSIBLE),
        (PortalSeen("nota.example", secure=True), None, ("a.example",), Level.SUSPICIOUS),
        (PortalSeen("a.example", secure=False), ("a.example", True), (), Level.REFUSED),
        (PortalSeen("b.example", secure=True), ("a.example", True), (), Level.SUSPICIOUS),
        (PortalSeen("a.example", secure=True), ("a.example", True), (), Level.KNOWN),
        (PortalSeen("", secure=False, witness_ok=False), None, (), Level.REFUSED),
        (PortalSeen("", secure=False, witness_ok=True), ("a.example", True), (), Level.PLAUSIBLE),
    ],
)
def test_after_joining_the_sign_in_page_and_the_witness_are_compared(seen, known, hosts, expected):
    met = Acquaintance(portal_host=known[0], portal_secure=known[1]) if known else None
    assert confirm(seen, met, hosts).level is expected
