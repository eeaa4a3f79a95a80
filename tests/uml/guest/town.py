"""A town of access points in the guest: real hostapd, dnsmasq and NetworkManager, emulated portals.

Each network stands in a namespace of its own, whose loopback holds "the internet": a web server for
the probes, with a witness over TLS, behind the portal where the network has one.
"""

import asyncio
import ctypes
import os
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulators.portal_families_first import FIRST
from tests.simulators.portals import INTERNET, PROBE_BODY, PortalLink

from proso.values.weburl import WebUrl
from proso.verdicts.portal_talk import Fetch
from proso.verdicts.probing import Response

RUN = Path("/run/town")
INTERNET_ADDRESS = "203.0.113.80"
PORTS = (80, 1000, 2050, 2060, 3990, 8002, 8880)
PSK = "secret-pass"
KEPT = []  # processes that live as long as the guest


@dataclass
class Network:
    """One access point and what is behind it.

    Attributes:
        name: of its namespace.
        ssid: what it sends.
        radio: number of its radio.
        channel: of 2.4 GHz.
        mode: online, nothing, or the name of an emulated portal.
        address: of the gateway.
        hostapd: more lines of its configuration.
        dhcp: whether anybody gives addresses.
        dns: what every name resolves to.
        bssid: where it is not the radio's own.
    """

    name: str
    ssid: str
    radio: int
    channel: int
    mode: str = "online"
    address: str = "192.168.7.1"
    hostapd: tuple = ()
    dhcp: bool = True
    dns: str = INTERNET_ADDRESS
    bssid: str = ""
    link: object = None
    process: list = field(default_factory=list)


def open_town(*networks):
    """Starts everything; returns the networks by name."""
    RUN.mkdir(parents=True, exist_ok=True)
    _certificate()
    _system()
    for network in networks:
        _air(network)
    return {network.name: network for network in networks}


def start_network_manager():
    """NetworkManager on wlan0 only, as Debian ships it but for the check's interval."""
    conf = Path("/etc/NetworkManager")
    (conf / "conf.d").mkdir(parents=True, exist_ok=True)
    (conf / "NetworkManager.conf").write_text(
        "[main]\nplugins=keyfile\ndns=default\nrc-manager=file\nno-auto-default=*\n"
        "[device]\nwifi.scan-rand-mac-address=no\n"
        "[keyfile]\nunmanaged-devices=except:interface-name:wlan0\n"
        f"[connectivity]\nenabled=true\nuri=http://{INTERNET}/check\n"
        "response=NetworkManager is online\ninterval=60\n",
        "utf-8",
    )
    Path("/etc/resolv.conf").unlink(missing_ok=True)
    out = os.environ["OUT"]
    with Path(f"{out}/nm.log").open("wb") as log:
        KEPT.append(subprocess.Popen(["NetworkManager", "--debug"], stdout=log, stderr=log))


def _system():
    for folder in ("/run/dbus", "/run/NetworkManager", "/var/lib/NetworkManager"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    _run("dbus-uuidgen", "--ensure=/etc/machine-id")
    _run("dbus-daemon", "--system", "--fork", "--nopidfile")
    _run("/lib/systemd/systemd-udevd", "--daemon")
    _run("udevadm", "trigger", "-s", "net", "-c", "add")
    _run("udevadm", "settle", "-t", "10")
    _run("wpa_supplicant", "-u", "-s", "-B", "-O", "/run/wpa_supplicant", "-f", "/run/wpa.log")


def _air(network):
    space, device = network.name, f"wlan{network.radio}"
    _run("ip", "netns", "add", space)
    _run("iw", "phy", f"phy{network.radio}", "set", "netns", "name", space)
    if network.bssid:
        _inside(space, "ip", "link", "set", device, "address", network.bssid)
    _inside(space, "ip", "link", "set", "lo", "up")
    lines = [
        f"interface={device}", "driver=nl80211", f"ssid={network.ssid}", "hw_mode=g",
        f"channel={network.channel}", f"ctrl_interface=/run/town/ctrl-{space}", *network.hostapd,
    ]  # fmt: skip
    conf = RUN / f"{space}.conf"
    conf.write_text("\n".join(lines) + "\n", "utf-8")
    _inside(space, "hostapd", "-B", str(conf))
    _inside(space, "ip", "addr", "add", f"{network.address}/24", "dev", device)
    for address in (INTERNET_ADDRESS, "1.1.1.1"):
        _inside(space, "ip", "addr", "add", f"{address}/32", "dev", "lo")
    network.link = _link_of(network)
    _serve(network)
    if network.dhcp:
        prefix = network.address.rpartition(".")[0]
        _inside(
            space, "dnsmasq", "--conf-file=/dev/null", f"--interface={device}", "--bind-interfaces",
            f"--dhcp-range={prefix}.10,{prefix}.99,255.255.255.0,1h", f"--address=/#/{network.dns}",
            "--no-resolv", "--no-hosts", f"--dhcp-leasefile=/run/town/leases-{space}",
            f"--pid-file=/run/town/dnsmasq-{space}.pid", "--no-ping", "--user=root",
            f"--dhcp-option-force=114,https://{INTERNET}/capport",
        )  # fmt: skip


def take_off_the_air(network):
    """The network is gone from one moment to the next."""
    _inside(network.name, "hostapd_cli", "-p", f"/run/town/ctrl-{network.name}", "disable")


def put_on_the_air(network):
    """The network is back."""
    _inside(network.name, "hostapd_cli", "-p", f"/run/town/ctrl-{network.name}", "enable")


class Open:
    """No portal: every request is answered by the internet."""

    is_open = True

    def __init__(self):
        self.submissions, self.personal = [], []

    def fetch(self, request):
        if request.url.path == "/capport":
            return Response(request.url, 200, (), b'{"captive": false, "seconds-remaining": 326}')
        return Response(request.url, 200, (("Content-Type", "text/plain"),), PROBE_BODY)


def _link_of(network):
    if network.mode == "online":
        return Open()
    if network.mode == "nothing":
        return None
    spec = next(one for one in FIRST if one.name == network.mode)
    return PortalLink(spec, network.address)


def _serve(network):
    """One process a network, in its namespace; the gate is a file, so that tests can close it."""
    pid = os.fork()
    if pid:
        network.process.append(pid)
        return
    try:
        quiet = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(quiet, descriptor)  # whoever reads the tests' output must see its end
        _enter(network.name)
        asyncio.run(_servers(network))
    finally:
        os._exit(1)


async def _servers(network):
    if network.link is None:
        await asyncio.sleep(86_400)
    gate = RUN / f"gate-{network.name}"
    notes = RUN / f"submitted-{network.name}"

    async def plain(reader, writer):
        await _answer(reader, writer, network.link, "http", gate, notes)

    async def secure(reader, writer):
        await _answer(reader, writer, network.link, "https", gate, notes)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(RUN / "server.pem")
    for port in PORTS:
        await asyncio.start_server(plain, "0.0.0.0", port)
    await asyncio.start_server(secure, "0.0.0.0", 443, ssl=context)
    await asyncio.sleep(86_400)


async def _answer(reader, writer, link, scheme, gate, notes):
    try:
        await _answered(reader, writer, link, scheme, gate, notes)
    except (OSError, asyncio.IncompleteReadError, ValueError):
        pass
    finally:
        writer.close()


async def _answered(reader, writer, link, scheme, gate, notes):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rest = head.split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in rest if ": " in line)
    method, target, _ = first.split(" ")
    length = int(headers.get("content-length", "0"))
    body = (await reader.readexactly(length)).decode() if length else ""
    url = WebUrl.parse(f"{scheme}://{headers['host']}{target}")
    if isinstance(link, PortalLink):
        link.is_open = gate.exists()
    if scheme == "https" and not link.is_open:
        return  # what is encrypted is dropped until the gate is open
    from urllib.parse import parse_qsl

    fields = tuple(parse_qsl(body, keep_blank_values=True))
    answer = link.fetch(Fetch(url, method, fields))
    if link.is_open:
        gate.touch()
    if link.submissions:
        notes.write_text("\n".join(link.submissions), "utf-8")
    lines = [f"HTTP/1.1 {answer.status} X", *(f"{k}: {v}" for k, v in answer.headers)]
    lines += [f"Content-Length: {len(answer.body)}", "Connection: close", "", ""]
    writer.write("\r\n".join(lines).encode() + answer.body)
    await writer.drain()


def _enter(space):
    descriptor = os.open(f"/run/netns/{space}", os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _certificate():
    """A witness's certificate, and the authority that only this guest trusts."""
    _run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-days", "36500", "-subj", f"/CN={INTERNET}", "-addext",
        f"subjectAltName=DNS:{INTERNET}", "-keyout", str(RUN / "key.pem"), "-out",
        str(RUN / "cert.pem"), "-not_before", "20200101000000Z", "-not_after", "20500101000000Z",
        fallback=True,
    )  # fmt: skip
    (RUN / "server.pem").write_bytes(
        (RUN / "key.pem").read_bytes() + (RUN / "cert.pem").read_bytes()
    )


def trust():
    """A TLS context that trusts the witness of this town."""
    return ssl.create_default_context(cafile=str(RUN / "cert.pem"))


def _inside(space, *command):
    _run("ip", "netns", "exec", space, *command)


def _run(*command, fallback=False):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and fallback:
        trimmed = [one for one in command if one not in {"-not_before", "-not_after"}]
        trimmed = [one for one in trimmed if not one.endswith("Z")]
        done = subprocess.run(trimmed, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")


def wait_for(condition, seconds=30.0):
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("it did not come about")
        time.sleep(0.05)


def is_reachable(address, port):
    """Whether a port of this machine answers."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0
