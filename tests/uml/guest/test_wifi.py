"""The real NetworkManager, wpa_supplicant, hostapd and dnsmasq; runs in the guest only."""

import asyncio
import os
import subprocess
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.contracts.radio import RadioContract
from tests.simulators.portals import INTERNET, PROBE_BODY
from tests.simulators.radio import SimulatedPerson, chance_of
from tests.uml.guest.town import (
    PSK,
    RUN,
    Network,
    open_town,
    put_on_the_air,
    start_network_manager,
    take_off_the_air,
    trust,
)

from proso.adapters.linkweb import BoundWeb
from proso.adapters.networkmanager import NetworkManagerRadio
from proso.device.joiner import Joiner, JoinSettings
from proso.device.prober import Probes, session_of
from proso.device.recipes import built_in_recipes
from proso.device.wifi_ports import RadioFailed
from proso.reports.hotspot_report import JoinAssertion, Step
from proso.values.hotspot import Hotspot, Security, SignIn
from proso.values.place import Position
from proso.values.weburl import WebUrl
from proso.verdicts.portal_talk import Answer
from proso.verdicts.ranking import Knowledge, rank
from proso.verdicts.scene import Scene
from proso.verdicts.twins import TwinReason

pytestmark = pytest.mark.skipif("PROSO_GUEST" not in os.environ, reason="runs in the guest only")

HERE = Position(48.85, 2.35)
WPA2 = ("wpa=2", "wpa_key_mgmt=WPA-PSK", "rsn_pairwise=CCMP", f"wpa_passphrase={PSK}")
OWE = ("wpa=2", "wpa_key_mgmt=OWE", "rsn_pairwise=CCMP", "ieee80211w=2")
PROBES = Probes(
    ((WebUrl.parse(f"http://{INTERNET}/check"), PROBE_BODY),), WebUrl.parse(f"https://{INTERNET}/")
)
PORTALS = {
    "PortalUnifi": ("unifi terms", SignIn.CONSENT),
    "PortalNds": ("nodogsplash", SignIn.CLICK_THROUGH),
    "PortalMikrotik": ("mikrotik trial", SignIn.CLICK_THROUGH),
    "PortalCoova": ("coova with own splash", SignIn.CONSENT),
    "PortalPfsense": ("pfsense", SignIn.CLICK_THROUGH),
}


@pytest.fixture(scope="module")
def town():
    networks = [
        Network("home", "HomeWPA2", 1, 1, address="10.9.1.1", hostapd=WPA2),
        Network("library", "LibraryOpen", 2, 6, address="10.9.2.1"),
        Network("nowhere", "NoInternet", 3, 11, mode="nothing", address="10.9.3.1"),
        Network("nodhcp", "NoAddress", 4, 1, dhcp=False, address="10.9.4.1"),
        Network("liar", "LyingNames", 5, 6, dns="127.0.0.1", address="10.9.5.1"),
        Network("twin", "LibraryOpen", 6, 11, mode="unifi terms", address="10.9.6.1"),
        Network("owe", "EnhancedOpen", 7, 1, address="10.9.7.1", hostapd=OWE),
        Network("plazabad", "Plaza", 8, 6, mode="nothing", address="10.9.8.1"),
        Network("plazagood", "Plaza", 9, 11, address="10.9.9.1"),
        *(
            Network(ssid.lower(), ssid, 10 + n, 1 + 5 * (n % 3), mode=mode)
            for n, (ssid, (mode, _)) in enumerate(PORTALS.items())
        ),
    ]
    made = open_town(*networks)
    start_network_manager()

    async def ready():
        for _ in range(200):
            try:
                radio = await NetworkManagerRadio.open("wlan0")
            except Exception:  # noqa: BLE001  it is still coming up
                await asyncio.sleep(0.1)
                continue
            if len({p.ssid for p in await radio.scan()}) >= 12:
                await radio.close()
                return
            await radio.close()
            await asyncio.sleep(0.5)
        pytest.fail("NetworkManager did not see the town")

    asyncio.run(ready())
    return made


@pytest.fixture
def home(town):
    """The connection a person has before the click."""
    subprocess.run(
        ["nmcli", "--wait", "20", "device", "wifi", "connect", "HomeWPA2", "password", PSK],
        check=True,
        capture_output=True,
    )
    yield town["home"]
    subprocess.run(["nmcli", "device", "disconnect", "wlan0"], capture_output=True, check=False)
    for file in RUN.glob("gate-portal*"):
        file.unlink()


def present():
    """What the machine is connected to, by NetworkManager's own word."""
    fields = "GENERAL.CONNECTION,GENERAL.STATE,IP4.ADDRESS"
    return subprocess.run(
        ["nmcli", "-t", "-f", fields, "device", "show", "wlan0"],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip


def checkpoints():
    """What would still be rolled back by itself."""
    command = ["busctl", "get-property", "org.freedesktop.NetworkManager"]
    path = ["/org/freedesktop/NetworkManager", "org.freedesktop.NetworkManager", "Checkpoints"]
    shown = subprocess.run([*command, *path], capture_output=True, text=True, check=True).stdout
    return shown.split()[2:]


def clicked(ssid, *, bssid=None, person=None, listed=True, during=None):
    """One click on a network of that name; returns the join and what was heard."""

    async def go():
        radio = await NetworkManagerRadio.open("wlan0")
        try:
            points = await radio.scan()
            spot = Hotspot(identity=1, position=HERE, ssids=(ssid.encode(),))
            scene = Scene(points, HERE, near=((5.0, spot),) if listed else ())
            named = [c for c in rank(scene, Knowledge(), hour=12) if c.point.ssid == ssid.encode()]
            if bssid is not None:
                from dataclasses import replace

                point = next(p for p in points if p.bssid == bssid)
                named = [replace(named[0], point=point)]
            settings = JoinSettings(PROBES, built_in_recipes())
            joiner = Joiner(
                radio,
                lambda link: BoundWeb(link, context=trust()),
                person or SimulatedPerson(),
                settings,
            )
            task = asyncio.create_task(joiner.join(tuple(named)))
            if during is not None:
                await during(task)
            return await task, points
        finally:
            await radio.close()

    return asyncio.run(go())


def test_the_scan_hears_every_network_with_its_protection(town):
    async def go():
        radio = await NetworkManagerRadio.open("wlan0")
        points = await radio.scan()
        await radio.close()
        return {p.ssid.decode(): p.security for p in points}

    heard = asyncio.run(go())
    assert heard["HomeWPA2"] is Security.PSK
    assert heard["LibraryOpen"] is Security.OPEN
    assert heard["EnhancedOpen"] is Security.OWE


def test_an_open_network_is_joined_and_proven(home):
    join, _ = clicked("LibraryOpen", bssid=0x020000000200)
    assert join.is_online, join.why
    assert "GENERAL.STATE:100 (connected)" in present()
    assert any("10.9.2." in line for line in present())


def test_nothing_of_the_click_is_stored(home):
    clicked("LibraryOpen", bssid=0x020000000200)
    stored = list(Path("/etc/NetworkManager/system-connections").glob("proso*"))
    assert not stored
    shown = subprocess.run(
        ["nmcli", "-t", "-f", "NAME,AUTOCONNECT", "connection"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert [line for line in shown.splitlines() if line.startswith("proso")] in (
        [],
        [line for line in shown.splitlines() if line.startswith("proso") and line.endswith("no")],
    )


@pytest.mark.parametrize("ssid", PORTALS)
def test_a_portal_family_is_signed_in_to(home, town, ssid):
    person = SimulatedPerson()
    join, _ = clicked(ssid, person=person)
    assert join.is_online, join.why
    assert join.attempts[-1].sign_in is PORTALS[ssid][1]
    assert person.asked


def test_a_no_to_a_portal_puts_back_the_connection_before(home):
    before = present()
    join, _ = clicked("PortalUnifi", person=SimulatedPerson(answer=Answer.NEVER))
    assert not join.is_online
    assert present() == before
    assert not (RUN / "submitted-portalunifi").exists() or not (RUN / "gate-portalunifi").exists()


@pytest.mark.parametrize(
    ("ssid", "step"),
    [("NoInternet", Step.PROBE), ("NoAddress", Step.ADDRESS), ("LyingNames", Step.PROBE)],
)
def test_a_network_that_leads_nowhere_is_left_and_the_one_before_is_back(home, ssid, step):
    before = present()
    join, _ = clicked(ssid)
    assert not join.is_online
    assert join.attempts[0].step is step or join.attempts[0].why == "it took too long"
    assert join.is_restored
    assert present() == before


def test_the_network_tells_how_much_time_is_left(home):
    async def go():
        radio = await NetworkManagerRadio.open("wlan0")
        web = None
        try:
            points = await radio.scan()
            await radio.take_checkpoint(60)
            link = await radio.activate(next(p for p in points if p.bssid == 0x020000000200))
            web = BoundWeb(link, context=trust())
            api = await web.captive_api()
            told = await session_of(web)
            await radio.roll_back()
            return api, told
        finally:
            if web is not None:
                await web.close()
            await radio.close()

    api, told = asyncio.run(go())
    assert api == f"https://{INTERNET}/capport"
    assert (told.is_captive, told.seconds_left) == (False, 326)


def test_enhanced_open_is_joined_encrypted(home):
    join, _ = clicked("EnhancedOpen")
    assert join.is_online, join.why


def test_the_pinned_radio_is_joined_and_not_its_twin(home):
    join, _ = clicked("LibraryOpen", bssid=0x020000000200)
    assert join.is_online
    shown = subprocess.run(
        ["iw", "dev", "wlan0", "link"], capture_output=True, text=True, check=True
    )
    assert "02:00:00:00:02:00" in shown.stdout


def test_of_two_networks_of_one_name_the_working_one_is_found(home):
    join_bad, _ = clicked("Plaza", bssid=0x020000000800)
    assert not join_bad.is_online
    join, _ = clicked("Plaza", bssid=0x020000000900)
    assert join.is_online, join.why


def test_a_twin_that_copies_the_name_without_a_known_radio_is_asked_about(home):
    async def go():
        radio = await NetworkManagerRadio.open("wlan0")
        points = await radio.scan()
        await radio.close()
        return points

    from proso.values.hotspot import radio_tag
    from proso.verdicts.twins import judge

    points = asyncio.run(go())
    twin = next(p for p in points if p.bssid == 0x020000000600)
    tag = radio_tag(b"LibraryOpen", 0x00AAAAAA0000)
    spot = Hotspot(identity=1, position=HERE, ssids=(b"LibraryOpen",), radio_tags=frozenset({tag}))
    scene = Scene(points, HERE, near=((5.0, spot),), listed_names=frozenset({b"LibraryOpen"}))
    assert judge(twin, scene).reason in {TwinReason.UNKNOWN_RADIO, TwinReason.STRANGE_COMPANY}


def test_a_link_that_is_lost_at_the_sign_in_page_puts_back_what_was_before(home, town):
    before = present()
    network = town["portalunifi"]

    class Vanishing(SimulatedPerson):
        async def agree(self, question):
            take_off_the_air(network)
            await asyncio.sleep(60)
            return await super().agree(question)

    try:
        join, _ = clicked("PortalUnifi", person=Vanishing())
    finally:
        put_on_the_air(network)
    assert not join.is_online
    assert "lost" in join.why
    assert present() == before


def test_ctrl_c_in_the_middle_puts_back_what_was_before(home):
    before = present()
    connecting = asyncio.Event()

    class Impatient(SimulatedPerson):
        def tell(self, sentence):  # noqa: ARG002
            connecting.set()

    async def interrupt(task):
        await connecting.wait()
        await asyncio.sleep(0)
        task.cancel()

    with pytest.raises(asyncio.CancelledError):
        clicked("LibraryOpen", bssid=0x020000000200, person=Impatient(), during=interrupt)
    assert present() == before


def test_clicks_broken_off_at_random_moments_leave_the_connection_as_before(home):
    before = present()
    chance = chance_of(7)
    targets = ["LibraryOpen", "PortalUnifi", "PortalCoova", "NoInternet", "Plaza", "EnhancedOpen"]
    for _ in range(12):
        moment = chance.choice([0.0, 0.001, chance.random() * 0.4])

        async def interrupt(task, moment=moment):
            await asyncio.sleep(moment)
            task.cancel()

        try:
            join, _ = clicked(chance.choice(targets), during=interrupt)
        except asyncio.CancelledError:
            join = None
        assert not checkpoints()  # one left behind would undo what the person does next
        if join is None or not join.is_online:
            assert present() == before
        else:
            subprocess.run(["nmcli", "--wait", "20", "connection", "up", "HomeWPA2"], check=True,
                           capture_output=True)  # fmt: skip
            before = present()


def test_a_process_that_dies_is_undone_by_the_system(home):
    before = present()

    async def go():
        radio = await NetworkManagerRadio.open("wlan0")
        points = await radio.scan()
        await radio.take_checkpoint(10)
        await radio.activate(next(p for p in points if p.bssid == 0x020000000200))
        await radio.close()  # as if killed: nobody keeps and nobody rolls back

    asyncio.run(go())
    assert present() != before
    time.sleep(12)
    deadline = time.monotonic() + 20
    while present() != before and time.monotonic() < deadline:
        time.sleep(0.5)
    assert present() == before


def test_a_wrong_place_in_the_air_is_said(home):
    async def go():
        radio = await NetworkManagerRadio.open("wlan0")
        try:
            points = await radio.scan()
            from dataclasses import replace

            gone = replace(points[0], ssid=b"Gone", bssid=0x0200DEADBEEF, security=Security.OPEN)
            await radio.take_checkpoint(60)
            with pytest.raises(RadioFailed):
                async with asyncio.timeout(60):
                    await radio.activate(gone)
            await radio.roll_back()
        finally:
            await radio.close()

    before = present()
    asyncio.run(go())
    assert present() == before


def test_leaving_ends_our_connection_and_no_other(home):
    async def leave():
        radio = await NetworkManagerRadio.open("wlan0")
        try:
            return await radio.leave()
        finally:
            await radio.close()

    assert not asyncio.run(leave())  # the person's own network is not ours to leave
    join, _ = clicked("LibraryOpen", bssid=0x020000000200)
    assert join.is_online
    assert asyncio.run(leave())


def test_a_portal_on_the_way_is_no_success_for_a_radio_that_never_asked(home):
    join, _ = clicked("PortalNds", person=SimulatedPerson(answer=Answer.NEVER))
    assert join.attempts[0].assertion is JoinAssertion.FAILED


class TestNetworkManagerRadio(RadioContract):
    """The real one keeps to the contract of a radio."""

    target = b"EnhancedOpen"

    @pytest.fixture(autouse=True)
    def _town(self, home, town):  # noqa: ARG002  for what it sets up
        self.network = town["owe"]

    @asynccontextmanager
    async def opened(self):
        radio = await NetworkManagerRadio.open("wlan0")
        try:
            yield radio
        finally:
            await radio.close()

    def present(self):
        return present()

    def cut(self, radio):  # noqa: ARG002
        take_off_the_air(self.network)

    def mend(self, radio):  # noqa: ARG002
        put_on_the_air(self.network)
        time.sleep(1)
