"""The files of deploy/ as the real daemons read them, for a user without rights."""

import asyncio
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.simulators.lines import modemmanager, needs, ofono
from tests.simulators.modem import SimulatedModem
from tests.simulators.sip import ROOT

pytestmark = pytest.mark.integration
RULES = Path("/etc/polkit-1/rules.d/50-proso-test.rules")

_HANG_UP = """
import asyncio, os, sys
from proso.adapters.{module} import {kind}
from proso.device.call_ports import LineFailed, Rings
uid, gid = int(sys.argv[2]), int(sys.argv[3])
os.setgroups([gid]), os.setgid(gid), os.setuid(uid)
async def main():
    source = await {kind}.open(sys.argv[1])
    async for event in source.events():
        if isinstance(event, Rings):
            try:
                await source.hang_up(event.ref)
                print("hung up", flush=True)
            except LineFailed as failure:
                print("refused:", failure.why, flush=True)
            break
    await source.close()
asyncio.run(main())
"""


def as_stranger(setting, kind, *, in_group):
    """Runs an adapter as a user with no rights; gives what it says of one call."""
    # Polkit and the bus ask the machine's list of groups, not the process.
    who = pwd.getpwnam("proso" if in_group else "games")
    module = {"ModemManagerCalls": "modemmanager", "OfonoCalls": "ofono"}[kind]
    source = _HANG_UP.format(module=module, kind=kind)
    # Rights are given up after the imports: the interpreter may lie where only root can read.
    command = [sys.executable, "-c", source, setting.address, str(who.pw_uid), str(who.pw_gid)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def group():
    if os.geteuid() != 0:
        pytest.skip("needs root, to become somebody without rights")
    needs("useradd")
    made = subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "proso"],
        check=False, capture_output=True,
    )  # fmt: skip
    yield
    if made.returncode == 0:
        subprocess.run(["userdel", "proso"], check=False, capture_output=True)


async def one_call(setting, kind, *, in_group):
    running = as_stranger(setting, kind, in_group=in_group)
    await asyncio.sleep(3)
    call = setting.modem.ring("+12025550101")
    try:
        said, _ = await asyncio.to_thread(running.communicate, timeout=6)
    except subprocess.TimeoutExpired:
        running.kill()
        said, _ = running.communicate()
    if call.ended is None:
        setting.modem.give_up(call)
        await asyncio.sleep(1)
    return said.strip(), call.ended_by


def test_oFono_lets_the_group_hang_up_by_our_policy_and_nobody_else(group, tmp_path):  # noqa: N802
    # The distribution's own policy, and ours, on a bus that denies as a system's does.
    own = ROOT / "deploy/dbus/proso-ofono.conf"
    more = (
        '<policy context="default"><deny send_destination="org.ofono"/></policy>'
        '<policy user="root"><allow send_destination="org.ofono"/></policy>'
        f"<include>{own}</include>"
    )

    async def run():
        async with ofono(tmp_path, SimulatedModem(), more=more) as setting:
            said, by = await one_call(setting, "OfonoCalls", in_group=True)
            assert said == "hung up"
            assert by not in ("", "network")
            said, by = await one_call(setting, "OfonoCalls", in_group=False)
            assert said.startswith("refused")
            assert by == "network"

    asyncio.run(run())


@pytest.mark.parametrize("file", sorted((ROOT / "deploy/systemd").glob("*.service")), ids=str)
def test_the_units_are_what_systemd_understands(file, tmp_path):
    needs("systemd-analyze")
    # The program is not installed where the unit says: any other is as good to systemd.
    text = file.read_text().replace("/usr/bin/proso", "/bin/true")
    text = text.replace("ExecStart=proso", "ExecStart=/bin/true").replace("User=proso\n", "")
    (tmp_path / file.name).write_text(text)
    asked = ["systemd-analyze", "verify", "--man=no", str(tmp_path / file.name)]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert file.name not in said.stderr


def test_modemmanager_lets_the_group_hang_up_by_our_rule(group, tmp_path):
    if not RULES.parent.is_dir():
        pytest.skip("no polkit rules folder")
    shutil.copy(ROOT / "deploy/polkit/50-proso.rules", RULES)
    RULES.chmod(0o644)

    async def run():
        async with modemmanager(tmp_path) as setting:
            said, by = await one_call(setting, "ModemManagerCalls", in_group=True)
            assert (said, by) == ("hung up", "+CHUP")
            said, by = await one_call(setting, "ModemManagerCalls", in_group=False)
            assert said.startswith("refused")
            assert by == "network"

    try:
        asyncio.run(run())
    finally:
        RULES.unlink()
