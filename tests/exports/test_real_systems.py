"""Exports loaded into the real Kamailio and Asterisk, and asked there."""

import os
import random
import re
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from tests.exports.conftest import PROBES, ROWS, SURE, a_pack, number

from proso.exports.formats import FORMATS
from proso.exports.source import Source, Tally
from proso.verdicts.listed import action_of
from proso.verdicts.rules import PackPolicy

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
ASTERISK = ROOT / ".cache/asterisk"
SCHEMAS = Path("/usr/share/kamailio/db_sqlite")
POLICY = PackPolicy()


def _need(present: bool, what: str) -> None:
    if not present:
        if os.environ.get("CI"):
            pytest.fail(f"CI must have {what}: make systems")
        pytest.skip(f"{what} is not installed: make systems")


def _numbers() -> list[int]:
    chance = random.Random(3)
    around = [value + chance.randint(-300, 300) for value in PROBES for _ in range(3)]
    return [*PROBES, *around]


@pytest.fixture(scope="module")
def pack():
    """The entries of every kind, and a thousand numbers more."""
    chance = random.Random(2)
    more = [number(chance.randint(12_120_000_000, 12_129_999_999), SURE) for _ in range(1000)]
    return a_pack([*ROWS, *more])


def _export(name: str, pack, path: Path) -> Path:
    pieces = FORMATS[name].write(Source(pack, POLICY, limit=FORMATS[name].limit), Tally())
    path.write_text("".join(pieces))
    return path


def _asked(pack, value: int) -> str:
    match = pack.find(value)
    return str((action_of(match.label, POLICY) if match else None) or "allow")


def _wait(ready, what: str) -> None:
    for _ in range(100):
        if ready():
            return
        time.sleep(0.1)
    pytest.fail(f"{what} did not start in ten seconds")


_KAMAILIO = """\
#!KAMAILIO
log_stderror=yes
children=1
disable_tcp=yes
listen=udp:127.0.0.1:{port}
loadmodule "pv.so"
loadmodule "db_sqlite.so"
loadmodule "ctl.so"
loadmodule "mtree.so"
loadmodule "userblocklist.so"
modparam("ctl", "binrpc", "unix:{folder}/ctl")
modparam("mtree", "db_url", "sqlite:///{folder}/kamailio.db")
modparam("mtree", "mtree", "name=proso;dbtable=mtrees;multi=1")
modparam("userblocklist", "db_url", "sqlite:///{folder}/kamailio.db")
request_route {{
    check_blocklist("globalblocklist");
}}
"""


class Kamailio:
    def __init__(self, folder: Path) -> None:
        self.control = folder / "ctl"

    def ask(self, *command: str) -> str:
        # s: is for a text: kamcmd would take digits for a 32-bit number.
        asked = ["kamcmd", "-s", f"unix:{self.control}", *command]
        return subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout


@pytest.fixture(scope="module")
def kamailio(tmp_path_factory, pack):
    _need(bool(shutil.which("kamailio")) and SCHEMAS.is_dir(), "Kamailio with SQLite")
    folder = tmp_path_factory.mktemp("kamailio")
    database = sqlite3.connect(folder / "kamailio.db")
    for name in ("standard", "mtree", "userblocklist"):
        database.executescript((SCHEMAS / f"{name}-create.sql").read_text())
    for name in ("kamailio-mtree", "kamailio-blocklist"):
        database.executescript(_export(name, pack, folder / f"{name}.sql").read_text())
    database.close()
    (folder / "kamailio.cfg").write_text(
        _KAMAILIO.format(folder=folder, port=15060 + os.getpid() % 1000)
    )
    with (folder / "log").open("w") as log:
        command = ["kamailio", "-f", folder / "kamailio.cfg", "-DD", "-E", "-Y", folder]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    running = Kamailio(folder)
    try:
        _wait(lambda: "proso" in running.ask("mtree.summary"), "Kamailio")
        yield running
    finally:
        process.terminate()
        process.wait(20)


def test_kamailios_mtree_gives_every_number_prosos_action(kamailio, pack):
    found = 0
    for value in _numbers():
        answer = kamailio.ask("mtree.match", "proso", f"s:{len(str(value))}{value}", "0")
        said = re.search(r"TVALUE: (\w+)", answer)
        found += said is not None
        assert (said[1] if said else "allow") == _asked(pack, value), value
    assert found > 20


def test_kamailios_blocklist_stops_what_proso_stops(kamailio, pack):
    for value in _numbers():
        if str(value).startswith("49"):
            continue  # the export says that it lost the length of these
        answer = kamailio.ask("userblocklist.check_blocklist", f"s:{value}")
        stops = "blocklisted: true" in answer
        assert stops == (_asked(pack, value) in ("reject", "silence")), value


_ASTERISK = """\
[directories]
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
_MODULES = ("pbx_config", "app_stack", "app_exec", "func_db", "func_cut", "func_strings",
            "func_logic", "func_dialplan", "res_clioriginate")  # fmt: skip
_EXTENSIONS = """\
#include "proso.conf"
[probe]
exten => _X.,1,Gosub(proso,s,1(+${EXTEN}))
 same => n,Set(DB(result/${EXTEN})=${PROSO_ACTION}:${PROSO_CATEGORY}:${PROSO_RATING})
 same => n,Hangup()
"""


class Asterisk:
    """Asterisk of another Debian, run through that Debian's own loader."""

    def __init__(self, folder: Path) -> None:
        lib = ASTERISK / "usr/lib/x86_64-linux-gnu"
        self.command = [
            str(lib / "ld-linux-x86-64.so.2"), "--library-path", str(lib),
            str(ASTERISK / "usr/sbin/asterisk"), "-C", str(folder / "asterisk.conf"),
        ]  # fmt: skip

    def ask(self, command: str) -> str:
        asked = [*self.command, "-rx", command]
        return subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory, pack):
    _need((ASTERISK / "usr/sbin/asterisk").exists(), "Asterisk in .cache/asterisk")
    folder = tmp_path_factory.mktemp("asterisk")
    (folder / "asterisk.conf").write_text(_ASTERISK.format(folder=folder, root=ASTERISK))
    loads = "".join(f"load = {name}.so\n" for name in _MODULES)
    (folder / "modules.conf").write_text(f"[modules]\nautoload=no\n{loads}")
    (folder / "extensions.conf").write_text(_EXTENSIONS)
    _export("asterisk-dialplan", pack, folder / "proso.conf")
    database = sqlite3.connect(folder / "astdb.sqlite3")
    for name in ("asterisk-db", "asterisk-blacklist"):
        database.executescript(_export(name, pack, folder / f"{name}.sql").read_text())
    database.close()
    running = Asterisk(folder)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*running.command, "-f", "-n"], stdout=log, stderr=log)
    try:
        _wait(lambda: "booted" in running.ask("core waitfullybooted"), "Asterisk")
        yield running
    finally:
        process.terminate()
        process.wait(20)


def test_asterisks_dialplan_and_database_give_every_number_prosos_action(asterisk, pack):
    wanted = {value: _asked(pack, value) for value in _numbers()}
    for value in wanted:
        asterisk.ask(f"channel originate Local/{value}@probe application NoOp")
    _wait(lambda: f"{len(wanted)} results" in asterisk.ask("database show result"), "every answer")
    answers = asterisk.ask("database show result")
    found = {int(n): said for n, said in re.findall(r"/result/(\d+) +: (\w+):", answers)}
    assert found == wanted
    assert {"reject", "silence", "label", "allow"} <= set(found.values())


def test_asterisks_blacklist_has_the_stopped_numbers(asterisk, pack):
    answer = asterisk.ask("database get blacklist 12025550101")
    assert "proso reject:scam:97" in answer
    assert "not found" in asterisk.ask("database get blacklist 12025550103")
    assert "not found" in asterisk.ask("database get blacklist 13105550177")
