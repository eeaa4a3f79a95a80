"""Raw SIP messages over UDP, for driving real servers: no stack, so that nothing is corrected."""

import contextlib
import itertools
import os
import re
import socket
import subprocess
import threading
import time
from pathlib import Path

from tests.simulators.lines import needs

import proso

ROOT = Path(__file__).parent.parent.parent
# The system's own Python is what Kamailio embeds: no other may be found first.
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_counter = itertools.count(int(time.time() * 1000) % 10**9)


class Phone:
    """The called party: answers 200 to what comes, and keeps the INVITEs."""

    def __init__(self, body: str = "") -> None:
        self.body = body
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.invites: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                data, sender = self.socket.recvfrom(65535)
                text = data.decode("latin-1")
                if not text.startswith(("INVITE", "BYE", "CANCEL")):
                    continue
                if text.startswith("INVITE"):
                    self.invites.append(text)
                kept = re.findall(r"(?im)^(?:Via|Record-Route|From|Call-ID|CSeq):.*\r\n", text)
                to = re.search(r"(?im)^To:.*", text)
                lines = ["SIP/2.0 200 OK\r\n", *kept, f"{to[0].strip() if to else ''};tag=u\r\n"]
                lines += [f"Contact: <sip:u@127.0.0.1:{self.port}>\r\n"]
                lines += ["Content-Type: application/sdp\r\n"] if self.body else []
                lines += [f"Content-Length: {len(self.body)}\r\n\r\n{self.body}"]
                self.socket.sendto("".join(lines).encode("latin-1"), sender)

    def close(self) -> None:
        self.socket.close()


def invite(
    port: int,
    caller: str,
    *headers: str,
    called: str = "+12025550000",
    from_header: str = "",
    seconds: float = 3.0,
    body: str = "",
) -> str:
    """Sends an INVITE and gives the final answer, "" where none came."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        wire.settimeout(seconds)
        here, name = wire.getsockname()[1], f"{os.getpid()}-{next(_counter)}"
        given = from_header or f"<sip:{caller}@carrier.example>"
        lines = [
            f"INVITE sip:{called}@127.0.0.1:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{here};branch=z9hG4bK{name}",
            f"From: {given};tag={name}",
            f"To: <sip:{called}@screen.example>",
            f"Call-ID: {name}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:c@127.0.0.1:{here}>",
            "Max-Forwards: 70",
            *headers,
            f"Content-Length: {len(body)}",
        ]
        data = ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")
        wire.sendto(data, ("127.0.0.1", port))
        return _final(wire)


def _final(wire: socket.socket) -> str:
    with contextlib.suppress(TimeoutError):
        while True:
            text = wire.recv(65535).decode("latin-1")
            if not text.startswith("SIP/2.0 1"):
                return text
    return ""


def is_alive(port: int) -> bool:
    """Whether a server answers OPTIONS."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.settimeout(0.5)
        wire.bind(("127.0.0.1", 0))
        here, name = wire.getsockname()[1], f"o{os.getpid()}-{next(_counter)}"
        text = (
            f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{here}"
            f";branch=z9hG4bK{name}\r\nFrom: <sip:a@b>;tag={name}\r\nTo: <sip:b@b>\r\n"
            f"Call-ID: {name}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        wire.sendto(text.encode(), ("127.0.0.1", port))
        with contextlib.suppress(OSError):
            return wire.recv(65535).startswith(b"SIP/2.0 ")
    return False


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        return wire.getsockname()[1]


@contextlib.contextmanager
def kamailio(
    folder: Path, settings: str, *, script: Path | None = None, config: Path | None = None
):
    """The real Kamailio with the project's configuration; gives its port and its log."""
    needs("kamailio")
    port, log = free_port(), folder / "kamailio.log"
    (folder / "sip.toml").write_text(settings)
    script = script or ROOT / "deploy/kamailio/proso_kemi.py"
    source = Path(proso.__file__).parent.parent
    packages = Path(__import__("click").__file__).parent.parent
    environment = {
        "PATH": SYSTEM_PATH,
        "PROSO_SIP": str(folder / "sip.toml"),
        "PROSO_PYTHON": f"{source}:{packages}",
    }
    command = ["kamailio", "-f", str(config or ROOT / "deploy/kamailio/kamailio.cfg")]
    command += ["-A", f"PROSO_LISTEN=udp:127.0.0.1:{port}", "-A", f'PROSO_SCRIPT="{script}"']
    command += ["-A", f'PROSO_CONTROL="unix:{folder}/ctl"', "-m", "128", "-M", "16", "-DD", "-E"]
    command += ["-P", str(folder / "pid"), "-Y", str(folder)]
    with log.open("wb") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            deadline = time.monotonic() + 15
            while not is_alive(port):
                said = log.read_text(errors="replace")
                assert running.poll() is None, said
                assert time.monotonic() < deadline, said
            yield port, log, running
        finally:
            running.terminate()
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
