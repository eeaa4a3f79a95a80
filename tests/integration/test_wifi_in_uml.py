"""Boots a guest with simulated radios and runs `tests/uml/guest` against the real Wi-Fi stack.

The kernel is built once (4 to 8 minutes) by `make radios` and kept in the user's cache.
"""

import ast
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.xdist_group("uml")]

UML = Path(__file__).parents[1] / "uml"
GUEST = UML / "guest" / "test_wifi.py"
DAEMONS = ("NetworkManager", "wpa_supplicant", "hostapd", "dnsmasq", "iw", "nmcli", "udevadm")
CONTRACT = Path(__file__).parents[1] / "contracts" / "radio.py"
NAMES = [
    node.name
    for path in (GUEST, CONTRACT)
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
]


def _unable(why):
    if os.environ.get("CI"):
        pytest.fail(f"CI must run the real Wi-Fi stack: {why}")
    pytest.skip(f"no real Wi-Fi stack here: {why}; run `make radios`")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What became of every test in the guest: name -> list of (case, failure or None)."""
    missing = [
        one
        for one in DAEMONS
        if not shutil.which(one, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    ]
    if missing:
        _unable(f"{', '.join(missing)} not installed")
    if os.geteuid() != 0:
        _unable("the guest's daemons want root")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "proso" / "uml"
    if not list(cache.glob("linux-*")) and not os.environ.get("CI"):
        _unable("the kernel was not built")
    built = subprocess.run([UML / "build-kernel.sh"], capture_output=True, text=True, check=False)
    if built.returncode:
        _unable(f"the kernel could not be built: {built.stderr[-300:]}")
    out = tmp_path_factory.mktemp("uml")
    command = (
        "PROSO_GUEST=1 .venv/bin/python -m pytest -q -p no:cacheprovider -m '' "
        "--junitxml=/out/junit.xml tests/uml/guest"
    )
    environment = os.environ | {"RADIOS": "16", "GUEST_TIMEOUT": "600"}
    subprocess.run(
        [UML / "run.sh", built.stdout.split()[-1], out, command], env=environment, check=False
    )
    report = out / "junit.xml"
    assert report.is_file(), (out / "log").read_text("utf-8", "replace")[-3000:]
    found = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  our own report
        broken = case.find("failure")
        broken = case.find("error") if broken is None else broken
        skipped = case.find("skipped")
        why = None if broken is None else broken.get("message")
        why = "skipped in the guest" if skipped is not None else why
        found.setdefault(case.get("name").partition("[")[0], []).append((case.get("name"), why))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_on_the_real_stack(results, name):
    assert name in results, "it did not run in the guest"
    failures = [f"{case}: {why}" for case, why in results[name] if why]
    assert not failures
