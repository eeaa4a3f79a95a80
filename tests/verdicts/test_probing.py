"""Online, behind a portal, tampered with, or nowhere: what probes show."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.values.weburl import WebUrl
from proso.verdicts.probing import (
    CaptiveState,
    ProbeResult,
    Reach,
    Response,
    classify_probes,
    read_captive_state,
    read_wispr,
)

PROBE = WebUrl.parse("http://probe.example/check")
API = WebUrl.parse("https://portal.example/api")
WITNESS = ProbeResult(Response(WebUrl.parse("https://witness.example/"), 200))
SILENT = ProbeResult(None, failure="timeout")


def _plain(status=200, body=b"", **headers):
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return ProbeResult(Response(PROBE, status, pairs, body), b"ok")


def _found(*plain, witness=SILENT, told=None):
    return classify_probes(plain, witness, told)


def test_only_the_witness_proves_internet():
    assert _found(_plain(body=b"ok"), witness=WITNESS).reach is Reach.ONLINE
    assert _found(_plain(body=b"ok")).reach is Reach.TAMPERED
    assert _found(SILENT).reach is Reach.NOWHERE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_shows_the_portal(status):
    found = _found(_plain(status, Location="http://portal.example/login?a=1"))
    assert (found.reach, found.portal.text) == (Reach.PORTAL, "http://portal.example/login?a=1")


@pytest.mark.parametrize(
    "content",
    ["1; URL=http://auth.example/x", "0;url='http://auth.example/x'", "2;http://auth.example/x"],
)
def test_a_meta_refresh_shows_the_portal_however_it_is_written(content):
    body = f'<html><meta http-equiv="refresh" content="{content}"></html>'.encode()
    assert _found(_plain(body=body)).portal.text == "http://auth.example/x"


def test_a_page_in_place_of_the_answer_is_the_portal():
    found = _found(_plain(body=b"<form action=/x><button>Go</button></form>"))
    assert found.reach is Reach.PORTAL
    assert found.page is not None


def test_a_511_with_a_link_shows_the_portal():
    found = _found(_plain(511, b'<a href="/login">Log in</a>'))
    assert found.portal.text == "http://probe.example/login"


def test_a_wispr_redirect_shows_the_portal():
    body = b"""<!-- <WISPAccessGatewayParam><Redirect><MessageType>100</MessageType>
    <LoginURL>https://gw.example/wispr?a=1&b=2</LoginURL></Redirect></WISPAccessGatewayParam> -->"""
    assert _found(_plain(body=body)).portal.text == "https://gw.example/wispr?a=1&b=2"


def test_what_the_network_says_of_itself_comes_before_guessing():
    told = CaptiveState(is_captive=True, user_portal=WebUrl.parse("https://portal.example/in"))
    found = _found(_plain(302, Location="http://elsewhere.example/"), told=told)
    assert found.portal.host == "portal.example"


@pytest.mark.parametrize("failure", ["certificate", "pin"])
def test_somebody_in_the_place_of_the_witness_is_tampering(failure):
    found = _found(_plain(body=b"ok"), witness=ProbeResult(None, failure=failure))
    assert found.reach is Reach.TAMPERED


def test_a_204_is_genuine_only_without_a_body():
    assert ProbeResult(Response(PROBE, 204)).is_genuine
    assert not ProbeResult(Response(PROBE, 204, (), b"x")).is_genuine


def _api(fields, url=API):
    return read_captive_state(Response(url, 200, (), json.dumps(fields).encode()))


def test_the_state_of_a_session_is_read():
    state = _api(
        {
            "captive": False,
            "user-portal-url": "https://portal.example/accept",
            "seconds-remaining": 326,
            "bytes-remaining": 1000,
            "can-extend-session": True,
        }
    )
    assert (state.is_captive, state.seconds_left, state.bytes_left) == (False, 326, 1000)
    assert state.can_extend


@pytest.mark.parametrize("fields", [{}, [], {"captive": "yes"}, 5, {"captive": None}])
def test_what_is_no_state_is_none(fields):
    assert _api(fields) is None


def test_a_state_over_plain_http_does_not_count():
    assert _api({"captive": True}, WebUrl.parse("http://portal.example/api")) is None


def test_a_portal_that_is_not_encrypted_is_not_taken_from_the_state():
    assert _api({"captive": True, "user-portal-url": "http://portal.example/"}).user_portal is None


@pytest.mark.parametrize("value", [-1, True, "5", float("inf"), 1e99])
def test_a_time_left_that_cannot_be_is_left_out(value):
    text = json.dumps({"captive": True, "seconds-remaining": value})
    assert read_captive_state(Response(API, 200, (), text.encode())).seconds_left is None


@given(st.binary(max_size=400))
def test_any_answer_is_read_without_complaint(body):
    read_captive_state(Response(API, 200, (), body))
    read_wispr(body)
    read_wispr(b"<WISPAccessGatewayParam>" + body)
    assert _found(_plain(body=body)).reach in Reach


@given(
    st.lists(
        st.sampled_from(
            [SILENT, _plain(body=b"ok"), _plain(302, Location="/x"), _plain(302, Location="::")]
        ),
        max_size=3,
    )
)
def test_nothing_but_the_witness_ever_says_online(plain):
    assert _found(*plain).reach is not Reach.ONLINE
