"""From the click to proven internet, against nmcli on the same network, in the same run.

Boots the guest of `tests/uml` in real time: real NetworkManager, wpa_supplicant, hostapd, dnsmasq.
Each round nmcli brings up a stored profile of the open network and then asks for the witness over
TLS, as proso does; proso joins the same network from its click (a scan just made counts for both).
The portal is emulated and answers at once: what is measured is ours and the stack's.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if "PROSO_GUEST" in os.environ:
        measured = in_guest(arguments.rounds)
        Path("/out/result.json").write_text(json.dumps(measured), "utf-8")
        return
    build = [ROOT / "tests" / "uml" / "build-kernel.sh"]
    kernel = subprocess.run(build, capture_output=True, text=True, check=True).stdout.split()[-1]
    with tempfile.TemporaryDirectory(dir=Path.home()) as out:
        command = (
            f"PROSO_GUEST=1 .venv/bin/python benchmarks/wifi_click.py --rounds {arguments.rounds}"
        )
        environment = os.environ | {"REALTIME": "1", "RADIOS": "4", "GUEST_TIMEOUT": "550"}
        subprocess.run(
            [ROOT / "tests" / "uml" / "run.sh", kernel, out, command], env=environment, check=False
        )
        result = Path(out) / "result.json"
        if not result.is_file():
            sys.exit(Path(out, "log").read_text("utf-8")[-2000:])
        measured = json.loads(result.read_text("utf-8"))
    summary = {name: statistics.median(times) for name, times in measured.items()}
    summary["ratio, proso to nmcli"] = summary["proso, open, s"] / summary["nmcli, open, s"]
    if arguments.json:
        print(json.dumps(summary | {"rounds": measured}))
        return
    for name, value in summary.items():
        times = measured.get(name)
        spread = f"  ({min(times):.2f} to {max(times):.2f})" if times else ""
        print(f"{name:<40}{value:>8.2f}{spread}")


def in_guest(rounds: int) -> dict[str, list[float]]:
    """Measures inside the guest."""
    from tests.uml.guest.town import RUN, Network, open_town, start_network_manager

    open_town(
        Network("library", "LibraryOpen", 1, 6, address="10.9.2.1"),
        Network("portal", "PortalUnifi", 2, 11, mode="unifi terms"),
    )
    start_network_manager()
    time.sleep(3)
    _nmcli("connection", "add", "type", "wifi", "ifname", "wlan0", "con-name", "known", "ssid",
           "LibraryOpen", "connection.autoconnect", "no")  # fmt: skip
    measured: dict[str, list[float]] = {
        "nmcli, open, s": [],
        "proso, open, s": [],
        "proso, one-page portal, s": [],
        "proso, portal beyond association, s": [],
    }
    for _ in range(rounds):
        asyncio.run(scanned())
        measured["nmcli, open, s"].append(_by_nmcli())
        asyncio.run(scanned())
        measured["proso, open, s"].append(asyncio.run(by_proso("LibraryOpen"))[0])
        (RUN / "gate-portal").unlink(missing_ok=True)
        asyncio.run(scanned())
        whole, beyond = asyncio.run(by_proso("PortalUnifi"))
        measured["proso, one-page portal, s"].append(whole)
        measured["proso, portal beyond association, s"].append(beyond)
    return measured


async def scanned() -> None:
    """Leaves what is connected, and hears the networks anew."""
    from proso.adapters.networkmanager import NetworkManagerRadio

    await asyncio.to_thread(
        subprocess.run, ["nmcli", "device", "disconnect", "wlan0"], capture_output=True, check=False
    )
    radio = await NetworkManagerRadio.open("wlan0")
    for _ in range(20):
        names = {point.ssid for point in await radio.scan()}
        if {b"LibraryOpen", b"PortalUnifi"} <= names:
            break
        await asyncio.sleep(1)
    await radio.close()


def _by_nmcli() -> float:
    from tests.uml.guest.town import RUN

    begun = time.monotonic()
    _nmcli("connection", "up", "known")
    certificate = str(RUN / "cert.pem")
    witness = ["curl", "-s", "--cacert", certificate, "https://internet.example/"]
    subprocess.run(witness, check=True, capture_output=True)
    return time.monotonic() - begun


async def by_proso(ssid: str) -> tuple[float, float]:
    """(seconds of the whole click, seconds since the link had an address)."""
    from tests.simulators.radio import SimulatedPerson
    from tests.uml.guest.test_wifi import PROBES
    from tests.uml.guest.town import trust

    from proso.adapters.linkweb import BoundWeb
    from proso.adapters.networkmanager import NetworkManagerRadio
    from proso.device.joiner import Joiner, JoinSettings
    from proso.device.recipes import built_in_recipes
    from proso.device.wifi_ports import Link
    from proso.values.hotspot import Hotspot
    from proso.values.place import Position
    from proso.verdicts.ranking import Knowledge, rank
    from proso.verdicts.scene import Scene

    linked = [0.0]
    context = trust()

    def web(link: Link) -> BoundWeb:
        linked[0] = time.monotonic()
        return BoundWeb(link, context=context)

    begun = time.monotonic()
    radio = await NetworkManagerRadio.open("wlan0")
    here = Position(0, 0)
    spot = Hotspot(identity=1, position=here, ssids=(ssid.encode(),))
    scene = Scene(await radio.scan(), here, near=((1.0, spot),))
    ranked = rank(scene, Knowledge(), hour=12)
    named = tuple(one for one in ranked if one.point.ssid == ssid.encode())
    settings = JoinSettings(PROBES, built_in_recipes())
    ended = await Joiner(radio, web, SimulatedPerson(), settings).join(named)
    now = time.monotonic()
    await radio.close()
    if not ended.is_online:
        raise SystemExit(f"not online: {ended.why}")
    return now - begun, now - linked[0]


def _nmcli(*words: str) -> None:
    subprocess.run(["nmcli", *words], check=True, capture_output=True)


if __name__ == "__main__":
    main()
