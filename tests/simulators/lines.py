"""The real daemons on a bus of their own, with a simulated modem behind them; and none at all.

Each gives a `Setting`: a source of calls under test, and the modem at which calls come in.
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from tests.simulators.modem import SimulatedModem

from proso.adapters.modemmanager import MM, ROOT, ModemManagerCalls
from proso.adapters.ofono import OFONO, OfonoCalls

_BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy>{more}</busconfig>
"""
POLKIT = "/usr/lib/polkit-1/polkitd"


@dataclass
class Setting:
    """A source of calls and the modem behind it."""

    source: object
    modem: SimulatedModem
    address: str = ""
    daemon: subprocess.Popen | None = None
    taking: Callable | None = None

    async def take(self, ref) -> None:
        """The owner answers, in the dialler."""
        if self.taking is None:
            self.modem.answer()
        else:
            await self.taking(ref.name)


def needs(*programs: str) -> None:
    """Skips where a program is missing, and fails there in CI."""
    for program in programs:
        if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
            reason = f"{program} is not installed: make systems"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)


@contextlib.contextmanager
def process(*command: str, log: Path, **environment: str):
    """A program that runs for the length of a test."""
    with log.open("ab") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | environment)
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(5)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


@contextlib.contextmanager
def bus(folder: Path, more: str = ""):
    """A bus of our own; gives its address."""
    needs("dbus-daemon")
    # Not below the test's own folder: polkitd gives its rights up and must still reach it.
    place = Path(tempfile.mkdtemp(prefix="proso-bus-"))
    place.chmod(0o755)
    path, config = place / "bus", folder / "bus.conf"
    config.write_text(_BUS_CONFIG.format(path=path, more=more))
    try:
        with process("dbus-daemon", f"--config-file={config}", "--nofork", log=folder / "bus.log"):
            while not path.exists():
                time.sleep(0.005)
            yield f"unix:path={path}"
    finally:
        shutil.rmtree(place)


class Caller:
    """Calls methods on a bus, as whoever sets the daemon up."""

    def __init__(self, connection: MessageBus, name: str) -> None:
        self._bus, self._name = connection, name

    async def __call__(self, path, interface, member, signature="", *body):
        message = Message(self._name, path, interface, member, signature=signature, body=[*body])
        answer = await self._bus.call(message)
        if answer.message_type is MessageType.ERROR:
            raise RuntimeError(f"{member}: {answer.error_name} {answer.body}")
        return answer.body

    async def owns(self, name: str) -> bool:
        return bool((await self("/", "org.freedesktop.DBus", "NameHasOwner", "s", name))[0])

    async def get(self, path, interface, name):
        (value,) = await self(path, "org.freedesktop.DBus.Properties", "Get", "ss", interface, name)
        return value.value


async def disconnect(connection: MessageBus) -> None:
    """Gives a connection back."""
    connection.disconnect()
    with contextlib.suppress(EOFError):
        await connection.wait_for_disconnect()


async def until(condition, seconds: float = 20.0) -> None:
    """Waits until an awaitable condition is true; a daemon not there yet makes it false."""
    async with asyncio.timeout(seconds):
        while True:
            with contextlib.suppress(RuntimeError, KeyError):
                if await condition():
                    return
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def modemmanager(
    folder: Path, modem: SimulatedModem | None = None, *, more: str = ""
) -> AsyncIterator[Setting]:
    """The real ModemManager."""
    needs("ModemManager", POLKIT)
    modem = modem or SimulatedModem()
    name = f"abstract:mm{os.getpid()}"
    with bus(folder, more) as address:
        on_bus = {"DBUS_SYSTEM_BUS_ADDRESS": address}
        async with modem.served(abstract=name):
            with (
                process(POLKIT, "--no-debug", log=folder / "polkit.log", **on_bus),
                process(
                    *("ModemManager", "--test-enable", "--test-no-udev", "--test-no-qrtr"),
                    *("--test-no-suspend-resume", "--no-auto-scan", "--log-level=INFO"),
                    log=folder / "mm.log",
                    **on_bus,
                ) as daemon,
            ):
                connection = await MessageBus(bus_address=address).connect()
                call = Caller(connection, MM)
                bus_itself = Caller(connection, "org.freedesktop.DBus")
                await until(lambda: call.get(ROOT, MM, "Version"))
                await until(lambda: bus_itself.owns("org.freedesktop.PolicyKit1"))
                await call(ROOT, MM + ".Test", "SetProfile", "ssas", "test", "generic", [name])
                await _enabled(call)
                source = await ModemManagerCalls.open(address)

                async def take(path):
                    await call(path, MM + ".Call", "Accept")

                yield Setting(source, modem, address, daemon, take)
                await source.close()
                await disconnect(connection)


async def _enabled(call: Caller) -> None:
    paths: list[str] = []

    async def there() -> bool:
        objects = await call(ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
        paths[:] = [path for path, one in objects[0].items() if MM + ".Modem" in one]
        return bool(paths) and await call.get(paths[0], MM + ".Modem", "State") >= 3

    await until(there)
    await call(paths[0], MM + ".Modem", "Enable", "b", True)

    async def talks() -> bool:
        objects = await call(ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
        registered = await call.get(paths[0], MM + ".Modem", "State") >= 8
        return MM + ".Modem.Voice" in objects[0][paths[0]] and registered

    await until(talks)


@contextlib.asynccontextmanager
async def ofono(
    folder: Path, modem: SimulatedModem | None = None, *, more: str = ""
) -> AsyncIterator[Setting]:
    """The real oFono."""
    needs("ofonod")
    modem = modem or SimulatedModem()
    with bus(folder, more) as address:
        async with modem.served() as port:
            config = folder / "phonesim.conf"
            config.write_text(f"[phonesim]\nDriver=phonesim\nAddress=127.0.0.1\nPort={port}\n")
            on_bus = {"DBUS_SYSTEM_BUS_ADDRESS": address, "OFONO_PHONESIM_CONFIG": str(config)}
            with process("ofonod", "-n", "-d", log=folder / "ofono.log", **on_bus) as daemon:
                connection = await MessageBus(bus_address=address).connect()
                call = Caller(connection, OFONO)
                await _online(call)
                source = await OfonoCalls.open(address)

                async def take(path):
                    await call(path, "org.ofono.VoiceCall", "Answer")

                yield Setting(source, modem, address, daemon, take)
                await source.close()
                await disconnect(connection)


async def _online(call: Caller) -> None:
    paths: list[str] = []

    async def there() -> bool:
        paths[:] = [path for path, _ in (await call("/", "org.ofono.Manager", "GetModems"))[0]]
        return bool(paths)

    async def has(name: str, wanted: str) -> bool:
        (values,) = await call(paths[0], "org.ofono.Modem", "GetProperties")
        return wanted in values[name].value

    await until(there)
    powered = ("org.ofono.Modem", "SetProperty", "sv", "Powered", Variant("b", True))
    await call(paths[0], *powered)
    await until(lambda: has("Interfaces", "org.ofono.VoiceCallManager"))
    await until(lambda: has("Features", "sim"))
    await call(paths[0], "org.ofono.Modem", "SetProperty", "sv", "Online", Variant("b", True))
