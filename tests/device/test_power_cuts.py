"""An update cut at every call to the system: the old pack or the new one, never anything else."""

import shutil
import signal
from datetime import timedelta

import pytest
from tests.simulators.phone import Phone
from tests.simulators.power import Cut, Disk, copied, counting, killed_at, restore
from tests.simulators.signed_hub import NOW, SignedHub

from proso.device.packstore import PackStore


@pytest.fixture(params=["first install", "by delta", "as a whole"])
def scene(request, tmp_path):
    """A phone about to update, the packs it may then have, and how many calls that takes."""
    hub = SignedHub(tmp_path)
    old = None
    if request.param != "first install":
        old = hub.publish(now=NOW - timedelta(days=1))
    phone = Phone(tmp_path, hub)
    if old is not None:
        phone.update()
        hub.rotate("timestamp")  # so that the roots are written as well
    new = hub.publish(now=NOW)
    if request.param == "as a whole":
        phone.web.instead["targets/packs/US/numbers-1-2.delta"] = None
    copied(phone.store.directory, tmp_path / "before")
    count = counting(0, lambda: None)
    try:
        phone.update()
    finally:
        restore()
    calls = count()
    assert phone.pack() == new
    copied(tmp_path / "before", phone.store.directory)
    yield phone, tmp_path, old, new, calls
    hub.close()


def sound(directory, *packs):
    """The pack a phone would screen with, which must be one of these; None is one, too."""
    have = PackStore(directory).installed("US")
    data = have.path.read_bytes() if have else None
    assert data in packs
    return data


EVERY = pytest.mark.parametrize(
    "step", [pytest.param(1, marks=pytest.mark.slow, id="every"), pytest.param(9, id="some")]
)


@EVERY
def test_kill_9_before_any_call_leaves_the_old_pack_or_the_new(scene, step):
    phone, folder, old, new, calls = scene
    assert calls > 30
    outcomes = set()
    for call in range(calls, 0, -step):
        copied(folder / "before", phone.store.directory)
        assert killed_at(call, phone.update) == signal.SIGKILL
        outcomes.add(sound(phone.store.directory, old, new))
        assert phone.pack() in (old, new)
        phone.update()
        assert phone.pack() == new
    assert outcomes == {old, new}


@EVERY
@pytest.mark.parametrize("names_first", [False, True])
def test_a_power_cut_before_any_call_leaves_the_old_pack_or_the_new(scene, names_first, step):
    phone, folder, old, new, calls = scene
    outcomes = set()
    for call in range(calls, 0, -step):
        copied(folder / "before", phone.store.directory)
        disk = Disk(phone.store.directory)
        disk.watch(call)
        try:
            with pytest.raises(Cut):
                phone.update()
        finally:
            restore()
        found = folder / "found"
        disk.after_the_cut(found, names_first=names_first)
        outcomes.add(sound(found, old, new))
        copied(found, phone.store.directory)
        copied(found, folder / "again")
        phone.update()
        assert phone.pack() == new
        shutil.rmtree(found)
    assert outcomes == {old, new}


def test_what_was_installed_survives_the_power_cut_after_the_command(scene):
    """An update that has said so is on the disk."""
    phone, folder, _old, new, _calls = scene
    disk = Disk(phone.store.directory)
    disk.watch(0)
    try:
        phone.update()
    finally:
        restore()
    disk.after_the_cut(folder / "found", names_first=False)
    assert sound(folder / "found", new) == new
