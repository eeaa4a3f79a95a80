"""The real Asterisk with the project's dialplan, asking the real FastAGI server."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from tests.integration.test_kamailio import LABELLED, OWN, REJECTED, UNKNOWN, pack_bytes, status
from tests.simulators.pbx import asterisk, fastagi, needs_asterisk
from tests.simulators.sip import Phone, invite

pytestmark = pytest.mark.integration
SDP = (
    "v=0\r\no=u 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)


@pytest.fixture
def pbx(tmp_path, now):
    needs_asterisk()
    phone = Phone(body=SDP)
    (tmp_path / "US.pack").write_bytes(pack_bytes(now))
    (tmp_path / "rules.toml").write_text(f'block = ["{OWN}"]\nwithheld = "reject"\n')
    settings = f'pack = "{tmp_path}/US.pack"\nrules = "{tmp_path}/rules.toml"\n'
    home = tmp_path / "home"
    with (
        fastagi(tmp_path, settings, home) as (agi_port, guard, log),
        asterisk(tmp_path, agi_port, phone.port) as (port, ask),
    ):
        yield port, ask, phone, guard, log, home, agi_port
    phone.close()


def call(port, caller, **options):
    return invite(port, caller, "Content-Type: application/sdp", body=SDP, **options)


def child_of(guard):
    listed = subprocess.run(["pgrep", "-P", str(guard.pid)], capture_output=True, check=True)
    return int(listed.stdout.split()[0])


def test_each_verdict_is_carried_out_by_the_dialplan(pbx):
    port, ask, phone, _, log, _, _ = pbx
    assert status(call(port, REJECTED)) == "SIP/2.0 603 Decline"
    assert status(call(port, OWN)) == "SIP/2.0 607 Unwanted"
    assert phone.invites == []
    assert status(call(port, UNKNOWN)) == "SIP/2.0 200 OK"
    assert status(call(port, LABELLED)) == "SIP/2.0 200 OK"
    assert '"Suspected spam"' in phone.invites[-1]
    ask(f"database put allowlist {REJECTED} 1")
    assert status(call(port, REJECTED)) == "SIP/2.0 200 OK"
    assert REJECTED.lstrip("+") not in log.read_text()


def test_a_star_code_after_a_call_queues_a_report(pbx):
    port, _, _, _, _, home, _ = pbx
    assert "200" in status(call(port, UNKNOWN, called="+12025550000"))
    call(port, "+12025550000", called="*74")
    time.sleep(0.5)
    listed = subprocess.run(
        [sys.executable, "-m", "proso", "report", "list", "--json"],
        capture_output=True, check=True, env=os.environ | {"XDG_STATE_HOME": str(home)},
    )  # fmt: skip
    assert [one["subject"] for one in json.loads(listed.stdout)] == [UNKNOWN]


def test_a_stalled_server_lets_the_call_ring_and_is_replaced(pbx):
    port, _, _, guard, _, _, _ = pbx
    assert "603" in status(call(port, REJECTED))
    os.kill(child_of(guard), signal.SIGSTOP)
    began = time.monotonic()
    assert status(call(port, UNKNOWN, seconds=8)) == "SIP/2.0 200 OK"
    assert time.monotonic() - began < 6
    deadline = time.monotonic() + 10
    while "603" not in status(call(port, REJECTED)):
        assert time.monotonic() < deadline


def test_a_server_that_is_gone_lets_calls_ring(pbx):
    port, _, _, guard, _, _, _ = pbx
    guard.terminate()
    guard.wait(5)
    assert status(call(port, REJECTED)) == "SIP/2.0 200 OK"


@pytest.mark.parametrize(
    "sent",
    [b"", b"garbage\n\n", b"\xff" * 40_000, b"agi_callerid: " + b"9" * 9000 + b"\n\n", b"agi_x"],
    ids=["silence", "garbage", "40 kB", "a long number", "half a line"],
)
def test_clients_that_are_no_asterisk_cost_nobody_a_call(pbx, sent):
    port, _, _, _, _, _, agi_port = pbx
    with contextlib.ExitStack() as many:
        for _ in range(20):
            wire = many.enter_context(socket.create_connection(("127.0.0.1", agi_port)))
            with contextlib.suppress(OSError):
                wire.sendall(sent)
        assert "603" in status(call(port, REJECTED))
        assert "200" in status(call(port, UNKNOWN))
