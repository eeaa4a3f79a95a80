"""What the tests on real components share."""

import os
import signal
import subprocess

import pytest


@pytest.fixture
def disk(tmp_path):
    """A disk of 2 MB."""
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("CI must run this as root: it mounts a small disk")
        pytest.skip("mounting a small disk needs root")
    where = tmp_path / "disk"
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(where)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        if os.environ.get("CI"):
            pytest.fail(f"CI must be able to mount a small disk: {mounted.stderr}")
        pytest.skip(f"cannot mount here: {mounted.stderr.strip()}")
    yield where
    subprocess.run(["umount", "-l", str(where)], check=True)


@pytest.fixture(autouse=True)
def _ctrl_c_is_heard():
    """A shell that starts the tests in the background lets all its children ignore Ctrl-C."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
