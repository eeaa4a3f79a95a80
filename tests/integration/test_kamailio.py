"""The real Kamailio with the project's own configuration and proso inside."""

import os
import re
import threading
import time

import pytest
from tests.simulators.sip import ROOT, Phone, invite, is_alive, kamailio

from proso.packs.build import Listed, build
from proso.values.listing import Category, Label
from proso.values.number import PhoneNumber

pytestmark = pytest.mark.integration
REJECTED, SILENCED, LABELLED, OWN = "+12025550101", "+12025550102", "+12025550103", "+12025550104"
UNKNOWN = "+12025550199"
RATINGS = {REJECTED: 0.99, SILENCED: 0.85, LABELLED: 0.5}


def pack_bytes(now, ratings=RATINGS, serial=1, region="US"):
    rows = [
        Listed(
            PhoneNumber.parse(number, "US"),
            Label.rounded(category=Category.SCAM, rating=rating, sample_size=40),
        )
        for number, rating in ratings.items()
    ]
    return bytes(build(rows, region=region, serial=serial, as_of=now, rule_version="t"))


@pytest.fixture
def phone():
    phone = Phone()
    yield phone
    phone.close()


@pytest.fixture
def settings(tmp_path, now, phone):
    (tmp_path / "US.pack").write_bytes(pack_bytes(now))
    (tmp_path / "rules.toml").write_text(f'block = ["{OWN}"]\nwithheld = "reject"\n')
    return (
        f'pack = "{tmp_path}/US.pack"\nrules = "{tmp_path}/rules.toml"\n'
        f'next_hop = "sip:127.0.0.1:{phone.port}"\ntrusted = ["127.0.0.1"]\n'
        'redress_url = "https://screen.example/redress"\n'
    )


def status(answer):
    return answer.split("\r\n", 1)[0]


def test_each_verdict_is_answered_as_the_united_states_ask(tmp_path, settings, phone):
    with kamailio(tmp_path, settings) as (port, log, _):
        answer = invite(port, REJECTED)
        assert status(answer) == "SIP/2.0 603 Network Blocked"
        assert (
            'Reason: SIP;cause=603;text="v=analytics1;url=https://screen.example/redress"'
            ";location=RLN" in answer
        )
        assert status(invite(port, OWN)) == "SIP/2.0 607 Unwanted"
        anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>'
        assert status(invite(port, "", from_header=anonymous)) == (
            "SIP/2.0 433 Anonymity Disallowed"
        )
        assert phone.invites == []
        assert status(invite(port, UNKNOWN)) == "SIP/2.0 200 OK"
        assert "X-Proso-Verdict" not in phone.invites[-1]
        assert status(invite(port, LABELLED)) == "SIP/2.0 200 OK"
        assert "X-Proso-Verdict: label;reason=pack;rating=0.50" in phone.invites[-1]
        assert f'From: "Suspected spam {LABELLED}"' in phone.invites[-1]
    said = log.read_text(errors="replace")
    for number in (REJECTED, OWN, LABELLED, UNKNOWN):
        assert number.lstrip("+") not in said


def test_elsewhere_608_goes_only_to_callers_who_can_read_the_card(tmp_path, settings, now):
    (tmp_path / "FR.pack").write_bytes(pack_bytes(now, region="FR"))
    abroad = settings.replace("US.pack", "FR.pack") + (
        'region = "FR"\ncard_url = "https://screen.example/card"\n'
    )
    with kamailio(tmp_path, abroad) as (port, _, _):
        offered = invite(port, REJECTED, "Feature-Caps: *;+sip.608")
        assert status(offered) == "SIP/2.0 608 Rejected"
        assert "Call-Info: <https://screen.example/card>;purpose=jwscard" in offered
        assert status(invite(port, REJECTED)) == "SIP/2.0 603 Decline"


def test_the_asserted_number_counts_from_a_trusted_peer_only(tmp_path, settings):
    header = f"P-Asserted-Identity: <sip:{REJECTED}@carrier.example>"
    with kamailio(tmp_path, settings) as (port, _, _):
        assert "603" in status(invite(port, UNKNOWN, header))
    stranger = settings.replace('["127.0.0.1"]', '["192.0.2.1"]')
    with kamailio(tmp_path, stranger) as (port, _, _):
        assert "200" in status(invite(port, UNKNOWN, header))
        assert "603" in status(invite(port, REJECTED))


def test_a_silenced_call_goes_to_the_voicemail(tmp_path, settings, phone):
    voicemail = Phone()
    text = settings + f'voicemail = "sip:127.0.0.1:{voicemail.port}"\n'
    with kamailio(tmp_path, text) as (port, _, _):
        assert "200" in status(invite(port, SILENCED))
    assert phone.invites == []
    assert voicemail.invites[0].startswith("INVITE sip:+12025550000@127.0.0.1")
    voicemail.close()


def test_the_redirect_mode_sends_callers_on_without_carrying_their_calls(tmp_path, settings, phone):
    with kamailio(tmp_path, settings + 'mode = "redirect"\n') as (port, _, _):
        answer = invite(port, UNKNOWN)
        assert status(answer) == "SIP/2.0 302 Moved Temporarily"
        assert f"Contact: <sip:+12025550000@127.0.0.1:{phone.port}>" in answer
        assert "603" in status(invite(port, REJECTED))
    assert phone.invites == []


def test_a_bug_in_the_screening_loses_no_call(tmp_path, settings, phone):
    script = tmp_path / "broken.py"
    script.write_text(
        (ROOT / "deploy/kamailio/proso_kemi.py").read_text()
        + "\nfrom proso.device.sip import SipScreening\n"
        "def broken(*_):\n    raise RuntimeError('bug')\n"
        "SipScreening.answer = broken\n"
    )
    with kamailio(tmp_path, settings, script=script) as (port, log, _):
        for _ in range(40):
            assert status(invite(port, REJECTED)) == "SIP/2.0 200 OK"
    assert len(phone.invites) == 40
    assert "RuntimeError while judging; the call rings" in log.read_text()


def test_a_bug_in_the_routing_loses_no_call(tmp_path, settings, phone):
    script = tmp_path / "broken.py"
    script.write_text(
        (ROOT / "deploy/kamailio/proso_kemi.py").read_text()
        + "\ndef broken(*_):\n    raise RuntimeError('bug')\nProxy._invite = broken\n"
    )
    with kamailio(tmp_path, settings, script=script) as (port, _, _):
        for _ in range(40):
            assert status(invite(port, UNKNOWN)) == "SIP/2.0 200 OK"
    assert len(phone.invites) == 40


def test_without_a_pack_every_call_rings(tmp_path, settings):
    (tmp_path / "US.pack").unlink()
    with kamailio(tmp_path, settings) as (port, _, _):
        assert status(invite(port, REJECTED)) == "SIP/2.0 200 OK"


def test_a_new_pack_is_picked_up_under_load_without_losing_a_call(tmp_path, settings, now):
    answers, stop = [], threading.Event()

    def load(port):
        while not stop.is_set():
            answers.append(status(invite(port, UNKNOWN)))

    with kamailio(tmp_path, settings) as (port, _, _):
        threads = [threading.Thread(target=load, args=(port,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for serial in range(2, 12):
            listed = {UNKNOWN: 0.99} if serial == 11 else RATINGS
            (tmp_path / "new").write_bytes(pack_bytes(now, listed, serial))
            (tmp_path / "new").rename(tmp_path / "US.pack")
            time.sleep(0.1)
        time.sleep(0.5)
        stop.set()
        for thread in threads:
            thread.join()
        last = [status(invite(port, UNKNOWN)) for _ in range(8)]
    assert "" not in answers
    assert "SIP/2.0 200 OK" in answers
    assert set(last) == {"SIP/2.0 603 Network Blocked"}


def test_a_damaged_pack_changes_nothing(tmp_path, settings):
    with kamailio(tmp_path, settings) as (port, _, _):
        assert "603" in status(invite(port, REJECTED))
        (tmp_path / "new").write_bytes(os.urandom(5000))
        (tmp_path / "new").rename(tmp_path / "US.pack")
        time.sleep(0.2)
        assert "603" in status(invite(port, REJECTED))


ODD_FROMS = {
    "not ASCII": '"Jos\xe9 \xff" <sip:%s@carrier.example>',
    "a name of 10 kB": '"' + "n" * 10_000 + '" <sip:%s@carrier.example>',
    "a tel URI": "<tel:%s>",
    "a SIPS URI": "<sips:%s@carrier.example>",
    "an extension": "<sip:%s;ext=12@carrier.example>",
    "escaped digits": "<sip:%%2B12025550103@carrier.example>",
    "markup in the name": '"<script>\\"quoted\\"" <sip:%s@carrier.example>',
}


@pytest.mark.parametrize("kind", ODD_FROMS)
def test_odd_callers_are_judged_by_their_number(tmp_path, settings, phone, kind):
    given = ODD_FROMS[kind].replace("%%", "%")
    given = given.replace("%s", LABELLED)
    with kamailio(tmp_path, settings) as (port, _, running):
        assert status(invite(port, "", from_header=given)) == "SIP/2.0 200 OK"
        assert running.poll() is None
    assert "X-Proso-Verdict: label" in phone.invites[-1]


@pytest.mark.parametrize(
    "given",
    ["<sip:anonymous@192.0.2.9>", "<sip:carrier.example>", "<sip:;;;@x>", '"" <sip:%00@x>'],
)
def test_callers_without_a_number_get_an_answer(tmp_path, settings, given):
    with kamailio(tmp_path, settings) as (port, _, _):
        assert status(invite(port, "", from_header=given)).startswith("SIP/2.0 ")
        assert is_alive(port)


def test_a_strangers_verdict_header_does_not_pass_for_ours(tmp_path, settings, phone):
    with kamailio(tmp_path, settings) as (port, _, _):
        invite(port, UNKNOWN, "X-Proso-Verdict: allow;reason=contact")
    assert not re.search("X-Proso-Verdict", phone.invites[-1])


def test_a_flood_and_retransmissions_are_answered(tmp_path, settings):
    with kamailio(tmp_path, settings) as (port, _, _):
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(status(invite(port, REJECTED))))
            for _ in range(200)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers.count("SIP/2.0 603 Network Blocked") == 200
        assert is_alive(port)
