"""`proso device run` as its owner runs it, on the real daemons."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from dbus_fast import Message
from dbus_fast.aio import MessageBus
from tests.simulators.lines import disconnect, modemmanager, ofono

from proso.device.call_ports import Rings
from proso.packs.build import Listed, build
from proso.values.listing import Category, Label
from proso.values.number import PhoneNumber

pytestmark = pytest.mark.integration
LISTED, UNKNOWN = "+12025550101", "+12025550199"


def write_pack(path, now):
    scam = Label.rounded(category=Category.SCAM, rating=0.99, sample_size=40)
    rows = [Listed(PhoneNumber.parse(LISTED, "US"), scam)]
    path.write_bytes(bytes(build(rows, region="US", serial=1, as_of=now, rule_version="t")))


@contextmanager
def agent(tmp_path, setting, name):
    command = [sys.executable, "-m", "proso", "device", "run", "--modem", name]
    command += ["--pack", str(tmp_path / "US.pack"), "--log", str(tmp_path / "calls.sqlite")]
    environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": setting.address}
    environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"
    with (tmp_path / "agent.log").open("wb") as out:
        running = subprocess.Popen(command, stderr=out, stdout=out, env=environment)
        try:
            while b"attending" not in (tmp_path / "agent.log").read_bytes():
                assert running.poll() is None, (tmp_path / "agent.log").read_text()
                time.sleep(0.05)
            time.sleep(0.3)
            yield
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(10)


@pytest.mark.parametrize("daemon", [modemmanager, ofono], ids=["modemmanager", "ofono"])
def test_a_listed_caller_is_hung_up_and_an_unknown_one_rings(daemon, tmp_path, now):
    write_pack(tmp_path / "US.pack", now)

    async def run():
        async with daemon(tmp_path) as setting:
            with agent(tmp_path, setting, daemon.__name__):
                stopped = setting.modem.ring(LISTED)
                await setting.modem.ended(stopped)
                assert stopped.ended_by != "network"
                await asyncio.sleep(0.5)
                unknown = setting.modem.ring(UNKNOWN)
                await asyncio.sleep(1)
                assert unknown.ended is None
                setting.modem.give_up(unknown)
                await asyncio.sleep(3)

    asyncio.run(run())
    said = (tmp_path / "agent.log").read_text()
    assert LISTED.lstrip("+") not in said
    command = [sys.executable, "-m", "proso", "device", "calls", "--json"]
    log = ["--log", str(tmp_path / "calls.sqlite")]
    rows = json.loads(subprocess.run([*command, *log], check=True, capture_output=True).stdout)
    assert (rows[-1]["number"], rows[-1]["came"], rows[-1]["action"]) == (
        LISTED,
        "stopped",
        "reject",
    )


def test_signals_of_an_impostor_are_not_heard(tmp_path):
    async def run():
        async with ofono(tmp_path) as setting:
            events = []

            async def listen():
                async for event in setting.source.events():
                    events.append(event)  # noqa: PERF401  read while it grows

            task = asyncio.create_task(listen())
            await asyncio.sleep(0.3)
            impostor = await MessageBus(bus_address=setting.address).connect()
            forged = Message.new_signal(
                "/phonesim", "org.ofono.VoiceCallManager", "CallAdded", "oa{sv}", ["/x", {}]
            )
            forged.destination = setting.source.daemon._bus.unique_name
            await impostor.send(forged)
            real = setting.modem.ring(UNKNOWN)
            await asyncio.sleep(1)
            setting.modem.give_up(real)
            names = [event.ref.name for event in events if isinstance(event, Rings)]
            assert len(names) == 1
            assert "/x" not in names
            await disconnect(impostor)
            task.cancel()

    asyncio.run(run())
