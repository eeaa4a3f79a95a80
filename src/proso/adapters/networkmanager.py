"""NetworkManager 1.42 and later, as a radio.

What mocks hide and the real one taught (tests/uml):
* only ``802-11-wireless.bssid`` pins a radio; the access point's path in the request does not;
* just after activation the addresses may still be the former network's: they are waited for until
  the DHCP lease and the addresses agree;
* a scan is over when ``LastScan`` moves; a request too soon after another is refused, and what was
  heard then is fresh enough.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError

from proso.adapters.nm_profile import PROFILE_PREFIX, profile, security_of
from proso.device.wifi_ports import Link, RadioFailed
from proso.errors import Misuse, NoRadio
from proso.reports.hotspot_report import Step
from proso.values.hotspot import AccessPoint, parse_bssid

NM: Final = "org.freedesktop.NetworkManager"
ROOT: Final = "/org/freedesktop/NetworkManager"
_DEVICE: Final = NM + ".Device"
_WIRELESS: Final = NM + ".Device.Wireless"
_ACTIVE: Final = NM + ".Connection.Active"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"

SCAN_SECONDS: Final = 12.0
"""A scan of both bands takes up to 10 s on slow radios."""

FRESH_SECONDS: Final = 8.0
"""What was heard so lately is taken as it is: a walker is 12 m further, and half of a click's time
would be another scan (INFOCOM 2017: 47 %)."""

_WIFI: Final = 2
_ACTIVATED, _DEACTIVATING, _DEACTIVATED = 2, 3, 4
_ROLLBACK_OK: Final = 0
_UNDO: Final = 2  # delete new connections; disconnecting new devices goes with no device list
_METERED: Final = (1, 3)  # yes, guessed yes
_ADDRESS_REASONS: Final = (5, 15, 16, 17, 18, 19, 20)  # address, DHCP start, error, failed, ...
_REASONS: Final = {
    5: "no address was given",
    7: "it wants a secret",
    8: "it refused the association",
    9: "it refused the association",
    10: "it refused the association",
    11: "it did not answer",
    15: "no address was given",
    16: "no address was given",
    17: "no address was given",
    36: "the radio is gone",
    53: "it is not in range any more",
}


class NetworkManagerRadio:
    """One Wi-Fi device of NetworkManager.

    Takes a connected bus and the device's path, so that a test can bring its own.
    """

    def __init__(self, bus: MessageBus, device: str, interface: str) -> None:
        self._bus, self._device, self.interface = bus, device, interface
        self._checkpoint = ""
        self._active = ""
        self._before = ""

    @classmethod
    async def open(cls, interface: str = "") -> "NetworkManagerRadio":
        """The first Wi-Fi device, or the one of that name.

        Raises:
            NoRadio: no NetworkManager, no such device, or it is not managed.
        """
        try:
            bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        except (OSError, DBusError) as error:
            raise _no_radio("no system bus") from error
        radio = cls(bus, "", "")
        try:
            for device in (await radio._call(ROOT, NM, "GetDevices"))[0]:
                known = await radio._all(device, _DEVICE)
                if known["DeviceType"] == _WIFI and interface in ("", known["Interface"]):
                    radio._device, radio.interface = device, known["Interface"]
                    if known["State"] >= 30:  # noqa: PLR2004  disconnected, or better
                        return radio
        except RadioFailed as error:
            await radio.close()
            raise _no_radio(f"NetworkManager does not answer ({error.why})") from error
        await radio.close()
        raise _no_radio(
            "no Wi-Fi that NetworkManager manages" if not radio._device else "Wi-Fi off"
        )

    async def close(self) -> None:
        """Gives the bus back."""
        self._bus.disconnect()
        with contextlib.suppress(EOFError, OSError):
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def version(self) -> str:
        """Of NetworkManager, such as "1.42.4"."""
        return str(await self._get(ROOT, NM, "Version"))

    async def scan(self) -> tuple[AccessPoint, ...]:
        """See `proso.device.wifi_ports.Radio`."""
        before = int(await self._get(self._device, _WIRELESS, "LastScan"))
        if 0 <= time.clock_gettime(time.CLOCK_BOOTTIME) - before / 1000 <= FRESH_SECONDS:
            return await self._heard()
        # Refused when another scan was just made, or is under way: then its end is waited for.
        with contextlib.suppress(RadioFailed):
            await self._call(self._device, _WIRELESS, "RequestScan", "a{sv}", {})

            async def moved() -> bool:
                return bool(await self._get(self._device, _WIRELESS, "LastScan") != before)

            await _until(moved, SCAN_SECONDS)
        return await self._heard()

    async def _heard(self) -> tuple[AccessPoint, ...]:
        paths = (await self._call(self._device, _WIRELESS, "GetAllAccessPoints"))[0]
        heard = [await self._point(path) for path in paths]
        return tuple(one for one in heard if one is not None)

    async def take_checkpoint(self, seconds: int) -> None:
        """See `proso.device.wifi_ports.Radio`."""
        self._before = await self._profile_now()
        (self._checkpoint,) = await self._whole(
            self._call(ROOT, NM, "CheckpointCreate", "aouu", [self._device], seconds, _UNDO)
        )

    async def extend_checkpoint(self, seconds: int) -> None:
        """See `proso.device.wifi_ports.Radio`."""
        if self._checkpoint:
            await self._call(
                ROOT, NM, "CheckpointAdjustRollbackTimeout", "ou", self._checkpoint, seconds
            )

    async def activate(self, point: AccessPoint) -> Link:
        """See `proso.device.wifi_ports.Radio`."""
        _, self._active, _ = await self._whole(
            self._call(
                ROOT,
                NM,
                "AddAndActivateConnection2",
                "a{sa{sv}}ooa{sv}",
                profile(point),
                self._device,
                "/",
                {"persist": Variant("s", "volatile")},
            )
        )

        async def settled() -> bool:
            return await self._state() != 1

        if not await _until(settled, 60.0) or await self._state() != _ACTIVATED:
            raise await self._why()
        return await self._link()

    async def lost(self) -> str:
        """See `proso.device.wifi_ports.Radio`."""

        async def gone() -> bool:
            return await self._state() != _ACTIVATED

        await _until(gone, math.inf)
        return (await self._why()).why

    async def keep(self) -> None:
        """See `proso.device.wifi_ports.Radio`."""
        if await self._state() != _ACTIVATED:
            raise await self._why()
        if self._checkpoint:
            await self._call(ROOT, NM, "CheckpointDestroy", "o", self._checkpoint)
        self._checkpoint = ""

    async def roll_back(self) -> None:
        """See `proso.device.wifi_ports.Radio`."""
        if not self._checkpoint:
            return
        checkpoint, self._checkpoint = self._checkpoint, ""
        (results,) = await self._call(ROOT, NM, "CheckpointRollback", "o", checkpoint)
        if any(result != _ROLLBACK_OK for result in results.values()):
            raise RadioFailed("NetworkManager could not restore the device")

        async def back() -> bool:
            state = await self._get(self._device, _DEVICE, "State")
            settled = state == (100 if self._before else 30)
            return bool(settled) and await self._profile_now() == self._before

        if not await _until(back, 25.0):
            raise RadioFailed("the former connection did not come back")

    async def leave(self) -> bool:
        """See `proso.device.wifi_ports.Radio`."""
        active = str(await self._get(self._device, _DEVICE, "ActiveConnection"))
        if active == "/":
            return False
        name = str(await self._get(active, _ACTIVE, "Id"))
        if not name.startswith(PROFILE_PREFIX):
            return False
        await self._call(ROOT, NM, "DeactivateConnection", "o", active)
        return True

    async def present(self) -> dict[str, Any]:
        """What the device is connected to now; empty where it is not."""
        active = str(await self._get(self._device, _DEVICE, "ActiveConnection"))
        if active == "/":
            return {}
        known = await self._all(active, _ACTIVE)
        return {
            "interface": self.interface,
            "ours": str(known["Id"]).startswith(PROFILE_PREFIX),
            "activated": known["State"] == _ACTIVATED,
            "metered": await self._get(self._device, _DEVICE, "Metered") in _METERED,
            "connectivity": int(await self._get(ROOT, NM, "Connectivity")),
        }

    async def link_now(self) -> Link | None:
        """The link that is up now; None where there is none."""
        self._active = str(await self._get(self._device, _DEVICE, "ActiveConnection"))
        return await self._link() if self._active != "/" else None

    async def _link(self) -> Link:
        found: dict[str, Any] = {}

        async def agreed() -> bool:
            found.update(await self._addresses())
            return bool(found)

        if not await _until(agreed, 8.0):
            raise RadioFailed("no address was given", Step.ADDRESS)
        metered = await self._get(self._device, _DEVICE, "Metered") in _METERED
        return Link(
            interface=self.interface,
            address=found["address"],
            gateway=found["gateway"],
            name_servers=found["servers"],
            is_metered=metered,
        )

    async def _addresses(self) -> dict[str, Any]:
        """Address, gateway and name servers, once they are this connection's own."""
        if await self._get(self._device, _DEVICE, "ActiveConnection") != self._active:
            return {}
        config = str(await self._get(self._active, _ACTIVE, "Ip4Config"))
        lease = str(await self._get(self._active, _ACTIVE, "Dhcp4Config"))
        if "/" in (config, lease):
            return {}
        known = await self._all(config, NM + ".IP4Config")
        options = await self._get(lease, NM + ".DHCP4Config", "Options")
        leased = str(options["ip_address"].value) if "ip_address" in options else ""
        addresses = [str(one["address"].value) for one in known["AddressData"]]
        if leased not in addresses:
            return {}
        servers = tuple(str(one["address"].value) for one in known["NameserverData"])
        return {"address": leased, "gateway": str(known["Gateway"]), "servers": servers}

    async def _whole(self, call: Coroutine[Any, Any, list[Any]]) -> list[Any]:
        """A call that changes something, waited for even when we are told to stop.

        It is on its way: a return that did not wait for its answer would be overtaken by it, and a
        checkpoint nobody knows of would undo, minutes later, what the person did since.
        """
        asked = asyncio.ensure_future(call)
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            answers = await asyncio.gather(asked, return_exceptions=True)
            if isinstance(answers[0], list) and len(answers[0]) == 1:
                self._checkpoint = answers[0][0]
            raise

    async def _profile_now(self) -> str:
        """The profile the device is connected by; "" for none."""
        active = str(await self._get(self._device, _DEVICE, "ActiveConnection"))
        try:
            return str(await self._get(active, _ACTIVE, "Uuid")) if active != "/" else ""
        except RadioFailed:
            return ""  # gone between the two questions

    async def _state(self) -> int:
        try:
            return int(await self._get(self._active, _ACTIVE, "State"))
        except RadioFailed:
            return _DEACTIVATED  # the object goes with the connection

    async def _why(self) -> RadioFailed:
        _, reason = await self._get(self._device, _DEVICE, "StateReason")
        step = Step.ADDRESS if reason in _ADDRESS_REASONS else Step.ASSOCIATE
        return RadioFailed(_REASONS.get(int(reason), f"reason {reason}"), step)

    async def _point(self, path: str) -> AccessPoint | None:
        try:
            known = await self._all(path, NM + ".AccessPoint")
            return AccessPoint(
                ssid=bytes(known["Ssid"]),
                bssid=parse_bssid(str(known["HwAddress"])),
                # NetworkManager maps -100 to -40 dBm on 0 to 100 %.
                signal_dbm=-100 + int(known["Strength"]) * 0.6,
                frequency_mhz=int(known["Frequency"]),
                security=security_of(known["Flags"], known["WpaFlags"], known["RsnFlags"]),
                max_bitrate_kbps=int(known["MaxBitrate"]),
            )
        except (RadioFailed, Misuse):
            return None  # gone meanwhile, or nothing that could be on the air

    async def _get(self, path: str, interface: str, name: str) -> Any:  # noqa: ANN401  as D-Bus is
        return (await self._call(path, _PROPERTIES, "Get", "ss", interface, name))[0].value

    async def _all(self, path: str, interface: str) -> dict[str, Any]:
        (known,) = await self._call(path, _PROPERTIES, "GetAll", "s", interface)
        return {name: variant.value for name, variant in known.items()}

    async def _call(
        self, path: str, interface: str, member: str, signature: str = "", *body: object
    ) -> list[Any]:
        """One call.

        Raises:
            RadioFailed: it was refused, or nobody answered.
        """
        message = Message(NM, path, interface, member, signature=signature, body=list(body))
        try:
            reply = await self._bus.call(message)
        except (DBusError, EOFError, OSError) as error:
            raise RadioFailed(f"{member} got no answer") from error
        if reply.message_type is MessageType.ERROR:
            raise RadioFailed(f"{member}: {str(reply.error_name).rpartition('.')[2]}")
        return list(reply.body)


async def _until(
    condition: Callable[[], Coroutine[Any, Any, bool]], seconds: float, step: float = 0.02
) -> bool:
    """Whether a condition came true in time; asked ever more slowly, up to every 0.2 s."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not await condition():
        if loop.time() > deadline:
            return False
        await asyncio.sleep(step)
        step = min(step * 1.5, 0.2)
    return True


def _no_radio(found: str) -> NoRadio:
    return NoRadio(
        found=found, expected="a Wi-Fi device that is on", remedy="switch Wi-Fi on, then try again"
    )
