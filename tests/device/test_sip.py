"""INVITEs read and verdicts answered, without a server."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.device.packshelf import PackShelf
from proso.device.sip import Invite, SipScreening, SipSettings, numbered
from proso.errors import BadRules
from proso.values.call import Call, Line, Verification
from proso.verdicts.rules import OwnerRules
from proso.verdicts.verdict import Action, Reason, Verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def screening(tmp_path):
    return make(tmp_path)


def make(tmp_path, **settings):
    given = SipSettings(pack="none", trusted=("192.0.2.1",), **settings)
    return SipScreening(given, OwnerRules(), PackShelf(tmp_path / "none"))


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("sip:+12025550101@carrier.example", "+12025550101"),
        ("sip:+12025550101;ext=12@carrier.example;user=phone", "+12025550101"),
        ("sips:%2B12025550101@carrier.example", "+12025550101"),
        ("tel:+1-202-555-0101", "+12025550101"),
        ("sip:2025550101@carrier.example", "+12025550101"),
    ],
)
def test_every_form_of_a_caller_gives_the_number(screening, uri, number):
    assert screening.call(Invite(uri), NOW).calling_number.e164 == number


@pytest.mark.parametrize(
    "uri", ["", "sip:anonymous@anonymous.invalid", "sip:carrier.example", "http://x@y", "sip:"]
)
def test_callers_without_a_number_have_none(screening, uri):
    assert screening.call(Invite(uri), NOW).calling_number is None


def test_a_verstat_counts_from_a_trusted_peer_only(screening):
    asserted = "sip:+12025550101;verstat=TN-Validation-Failed@carrier.example"
    trusted = screening.call(Invite("sip:x@y", asserted, peer="192.0.2.1"), NOW)
    assert trusted.verification is Verification.FAILED
    stranger = screening.call(Invite(asserted, asserted, peer="198.51.100.1"), NOW)
    assert stranger.verification is Verification.NONE


def refusal(screening, reason, *, offers_608=False):
    call = Call.receive("+12025550101", at=NOW, line=Line("US"))
    verdict = Verdict(Action.REJECT, reason, "listed")
    return screening.answer_to(verdict, call, offers_608=offers_608)


@pytest.mark.parametrize(
    ("settings", "reason", "offers", "expected"),
    [
        ({}, Reason.PACK, False, (603, "Network Blocked")),
        ({"region": "FR"}, Reason.PACK, False, (603, "Decline")),
        ({"region": "FR"}, Reason.PACK, True, (603, "Decline")),
        ({"region": "FR", "card_url": "https://x"}, Reason.PACK, True, (608, "Rejected")),
        ({"region": "FR", "analytics": "486"}, Reason.PACK, True, (486, "Busy Here")),
        ({}, Reason.BLOCKLIST, False, (607, "Unwanted")),
        ({}, Reason.SCHEDULE, False, (607, "Unwanted")),
        ({}, Reason.WITHHELD, False, (433, "Anonymity Disallowed")),
    ],
)
def test_a_refusal_is_answered_as_the_region_asks(tmp_path, settings, reason, offers, expected):
    answer = refusal(make(tmp_path, **settings), reason, offers_608=offers)
    assert (answer.code, answer.phrase) == expected


def test_the_tag_mode_stops_nothing(tmp_path):
    answer = refusal(make(tmp_path, mode="tag"), Reason.PACK)
    assert answer.code == 0
    assert answer.headers[0].startswith("X-Proso-Verdict: reject")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pack = 1\nwrong = 2",
        'pack = "x"\nowner = "999"',
        'pack = "x"\nredress_url = "https://x\\r\\nEvil: 1"',
        'pack = "x"\nmode = "magic"',
        'pack = "x"\nlabel_name = "\\"quoted"',
        "not toml",
    ],
)
def test_settings_that_cannot_be_are_one_clear_sentence(tmp_path, text):
    (tmp_path / "sip.toml").write_text(text)
    with pytest.raises(BadRules, match="settings"):
        SipSettings.load(tmp_path / "sip.toml")


@given(st.text(max_size=2000), st.text(max_size=100), st.booleans())
def test_whatever_an_invite_says_it_gets_an_answer_without_a_line_end_inside(uri, asserted, offers):
    screening = SipScreening(
        SipSettings(pack="none", trusted=("p",)), OwnerRules(), PackShelf(_nowhere())
    )
    answer = screening.answer(Invite(uri, asserted, peer="p", offers_608=offers), NOW)
    for header in answer.headers:
        assert header.count("\n") == 1
    assert "\n" not in answer.display
    assert '"' not in answer.display


def _nowhere():
    from pathlib import Path

    return Path("/nonexistent/none")


@given(st.text(max_size=200))
def test_a_called_user_cannot_leave_its_place_in_a_uri(user):
    uri = numbered("sip:127.0.0.1:5070", user)
    assert uri.startswith("sip:")
    assert uri.endswith("@127.0.0.1:5070")
    assert uri.count("@") == 1
    assert not set("\r\n<>; ") & set(uri)
