"""The real Asterisk with the project's dialplan, and the real FastAGI server beside it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.simulators.sip import ROOT, free_port, is_alive

ASTERISK = ROOT / ".cache/asterisk"
_MAIN = """[directories]
astetcdir => {folder}
astmoddir => {root}/usr/lib/x86_64-linux-gnu/asterisk/modules
astvarlibdir => {root}/var/lib/asterisk
astdatadir => {root}/usr/share/asterisk
astdbdir => {folder}
astkeydir => {folder}
astspooldir => {folder}
astrundir => {folder}
astlogdir => {folder}
"""
_PJSIP = """[global]
type=global
endpoint_identifier_order=ip
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{port}
[carrier]
type=endpoint
context=from-carrier
disallow=all
allow=ulaw
trust_id_inbound=yes
transport=udp
[carrier]
type=identify
endpoint=carrier
match=127.0.0.1
[phone]
type=endpoint
context=none
disallow=all
allow=ulaw
aors=phone
transport=udp
[phone]
type=aor
contact=sip:127.0.0.1:{phone}
"""
_EXTENSIONS = """#include "extensions_proso.conf"
[from-carrier]
include => proso-report
exten => _+X.,1,Gosub(proso,s,1(${{EXTEN}}))
 same => n,Dial(PJSIP/${{EXTEN}}@phone,10)
 same => n,Hangup()
"""
_MODULES = [
    "res_sorcery_config",
    "res_sorcery_memory",
    "res_sorcery_astdb",
    "res_pjproject",
    "res_pjsip",
    "res_pjsip_session",
    "res_pjsip_pubsub",
    "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_caller_id",
    "res_pjsip_sdp_rtp",
    "res_pjsip_header_funcs",
    "res_pjsip_rfc3326",
    "res_rtp_asterisk",
    "chan_pjsip",
    "bridge_simple",
    "bridge_native_rtp",
    "bridge_softmix",
    "bridge_holding",
    "pbx_config",
    "app_dial",
    "app_exec",
    "app_stack",
    "app_db",
    "func_db",
    "func_callerid",
    "func_channel",
    "func_logic",
    "func_strings",
    "func_cut",
    "res_agi",
    "res_speech",
    "codec_ulaw",
    "format_pcm",
]
_QUIET = [
    "sorcery",
    "extconfig",
    "acl",
    "ccss",
    "cdr",
    "cel",
    "features",
    "indications",
    "manager",
    "pjproject",
    "stasis",
    "udptl",
    "http",
    "ari",
    "rtp",
    "logger",
]


def needs_asterisk() -> None:
    """Skips where there is no Asterisk, and fails there in CI."""
    if not (ASTERISK / "usr/sbin/asterisk").exists():
        reason = "no Asterisk in .cache/asterisk: make systems"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@contextlib.contextmanager
def fastagi(folder: Path, settings: str, home: Path):
    """`proso sip agi`; gives its port and the process of the guard."""
    (folder / "sip.toml").write_text(settings)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "proso", "sip", "agi", "--port", str(port)]
    command += ["--settings", str(folder / "sip.toml")]
    log = folder / "agi.log"
    environment = os.environ | {"XDG_STATE_HOME": str(home)}
    with log.open("wb") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            deadline = time.monotonic() + 20
            while b"answering" not in log.read_bytes():
                assert running.poll() is None, log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield port, running, log
        finally:
            running.terminate()
            running.wait(10)


@contextlib.contextmanager
def asterisk(folder: Path, agi_port: int, phone_port: int):
    """The real Asterisk; gives its SIP port and what asks its console."""
    needs_asterisk()
    port = free_port()
    proso = (ROOT / "deploy/asterisk/extensions_proso.conf").read_text()
    texts = {
        "asterisk.conf": _MAIN.format(folder=folder, root=ASTERISK),
        "pjsip.conf": _PJSIP.format(port=port, phone=phone_port),
        "extensions_proso.conf": proso.replace(":4573/", f":{agi_port}/"),
        "extensions.conf": _EXTENSIONS.format(),
        "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load = {m}.so\n" for m in _MODULES),
        **{f"{name}.conf": "" for name in _QUIET},
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    lib = ASTERISK / "usr/lib/x86_64-linux-gnu"
    command = [str(lib / "ld-linux-x86-64.so.2"), "--library-path", str(lib)]
    command += [str(ASTERISK / "usr/sbin/asterisk"), "-C", str(folder / "asterisk.conf")]
    log = folder / "asterisk.log"

    def ask(text: str) -> str:
        asked = [*command, "-rx", text]
        return subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout

    with log.open("wb") as out:
        running = subprocess.Popen([*command, "-f", "-n"], stdout=out, stderr=out)
        try:
            deadline = time.monotonic() + 30
            while not is_alive(port):
                assert running.poll() is None, log.read_text(errors="replace")
                assert time.monotonic() < deadline, log.read_text(errors="replace")
            yield port, ask
        finally:
            running.terminate()
            running.wait(20)
