"""What whoever stands between a hub and a phone may do, by name: each is refused by its name, and
the installed pack is untouched.

The mirror is the simulator; `tests/integration/test_real_mirror.py` does the same over real HTTP.
"""

import hashlib
import shutil
from contextlib import contextmanager
from datetime import timedelta

import brotli
import pytest
from tests.simulators.phone import LATER, URL, Phone
from tests.simulators.signed_hub import NOW, SignedHub, pack_of
from tuf.api.metadata import Metadata, TargetFile

from proso.errors import (
    Altered,
    BadDelta,
    BadPack,
    Endless,
    Frozen,
    HubUnreachable,
    MixedUp,
    NotSigned,
    PackOfOtherRegion,
    RolledBack,
    StoreFull,
    ThresholdNotMet,
    TooSlow,
    UnknownHub,
    UpdateRefused,
)
from proso.hub import ceremony
from proso.hub.keys import load_signer, make_key
from proso.packs import delta, travel
from proso.packs.layout import Kind
from proso.packs.trust import target_path

TIMESTAMP = "metadata/timestamp.json"


@pytest.fixture
def hub(tmp_path):
    made = SignedHub(tmp_path)
    made.publish(now=NOW - timedelta(days=1))
    yield made
    made.close()


@pytest.fixture
def phone(tmp_path, hub):
    made = Phone(tmp_path, hub)
    made.update()
    assert made.serial() == 1
    return made


@contextmanager
def refused(phone, error, match=None):
    """What is done here is refused by this name, and the installed pack stays as it was."""
    before = phone.pack()
    with pytest.raises(error, match=match) as caught:
        yield
    assert type(caught.value) is error
    assert phone.pack() == before
    assert phone.store.installed("US").held.serial == 1
    assert phone.store.open("US") is not None
    assert not list(phone.store.path("US").parent.glob("*.tmp"))


def saved(hub, tmp_path, name="saved"):
    """The public files as they are now."""
    return shutil.copytree(hub.public, tmp_path / name)


def all_of(folder, path):
    return (folder / path).read_bytes()


def test_rollback_to_an_older_timestamp(hub, phone, tmp_path):
    old = saved(hub, tmp_path)
    hub.repository.settle(now=NOW, force=True)
    phone.update()
    phone.web.instead[TIMESTAMP] = all_of(old, TIMESTAMP)
    with refused(phone, RolledBack, "timestamp.json of another version"):
        phone.update()


def test_rollback_by_the_whole_older_repository(hub, phone, tmp_path):
    old = saved(hub, tmp_path)
    hub.repository.settle(now=NOW, force=True)
    phone.update()
    phone.web.folders["hub"] = old
    with refused(phone, RolledBack):
        phone.update()


def test_rollback_signed_by_a_hub_whose_online_keys_were_stolen(hub, phone):
    """The thief can sign newer metadata; the serial inside still may not fall."""
    hub.publish(now=NOW)
    phone.update()
    assert phone.serial() == 2
    hub.state(pack_of(1, as_of=NOW - timedelta(days=1)), 1)
    before = phone.pack()
    with pytest.raises(RolledBack, match="serial 1"):
        phone.update()
    assert phone.pack() == before


def test_freeze_by_serving_what_has_run_out(hub, phone):
    with refused(phone, Frozen, "run out"):
        phone.update(now=NOW + timedelta(days=10))


def test_a_frozen_phone_takes_up_again_when_the_hub_signs(hub, phone):
    late = NOW + timedelta(days=10)
    with refused(phone, Frozen):
        phone.update(now=late)
    hub.publish(now=late)
    phone.update(now=late)
    assert phone.serial() == 2


def test_freeze_by_hiding_that_there_is_a_newer_root(hub, phone):
    """A thief of the timestamp key keeps the new root away; the old root cannot live for ever."""
    hub.rotate("timestamp")
    phone.web.instead["metadata/2.root.json"] = None
    with refused(phone, NotSigned):
        phone.update()


def test_mix_and_match_of_an_old_snapshot_with_a_new_timestamp(hub, phone, tmp_path):
    old = saved(hub, tmp_path)
    hub.publish(now=NOW)
    newest = max(p.name for p in (hub.public / "metadata").glob("*.snapshot.json"))
    before = max(p.name for p in (old / "metadata").glob("*.snapshot.json"))
    assert newest != before
    phone.web.instead[f"metadata/{newest}"] = all_of(old, f"metadata/{before}")
    with refused(phone, MixedUp):
        phone.update()


def test_mix_and_match_of_an_old_region_with_a_new_snapshot(hub, phone, tmp_path):
    old = saved(hub, tmp_path)
    hub.publish(now=NOW)
    newest = max(p.name for p in (hub.public / "metadata").glob("*.US.json"))
    before = max(p.name for p in (old / "metadata").glob("*.US.json"))
    phone.web.instead[f"metadata/{newest}"] = all_of(old, f"metadata/{before}")
    with refused(phone, MixedUp):
        phone.update()


@pytest.mark.parametrize(
    "name", ["timestamp.json", "2.root.json", "snapshot.json", "US.json", "targets.json"]
)
def test_endless_data_as_metadata(hub, phone, name):
    if name == "targets.json":
        change = ceremony.renew(hub.repository.in_force, now=NOW)
        hub.put_in_force(change)
    hub.publish(now=NOW)
    if name == "2.root.json":
        phone.web.instead["metadata/2.root.json"] = b"{"
    phone.web.endless = (name,)
    with refused(phone, Endless):
        phone.update()


@pytest.mark.parametrize("ending", [".travel", ".delta", ".pack"])
def test_endless_data_as_a_pack(hub, phone, ending):
    hub.publish(now=NOW)
    phone.web.endless = (".travel", ".delta", ".pack")
    with refused(phone, Endless):
        phone.update()
    taken = phone.poll()[1].body_bytes
    assert taken < 3_000_000


def test_a_wrong_key_signs_the_timestamp(hub, phone, tmp_path):
    hub.publish(now=NOW)
    document = Metadata.from_bytes(all_of(hub.public, TIMESTAMP))
    document.signatures.clear()
    make_key(tmp_path / "eve.key", holder="eve")
    document.sign(load_signer(tmp_path / "eve.key"))
    phone.web.instead[TIMESTAMP] = document.to_bytes()
    with refused(phone, NotSigned):
        phone.update()


def test_a_wrong_key_signs_in_the_name_of_the_right_one(hub, phone, tmp_path):
    hub.publish(now=NOW)
    document = Metadata.from_bytes(all_of(hub.public, TIMESTAMP))
    (keyid,) = document.signatures
    make_key(tmp_path / "eve.key", holder="eve")
    eve = load_signer(tmp_path / "eve.key")
    forged = eve.sign(document.signed_bytes)
    document.signatures[keyid].signature = forged.signature
    phone.web.instead[TIMESTAMP] = document.to_bytes()
    with refused(phone, NotSigned):
        phone.update()


def test_another_regions_key_signs_a_region(tmp_path):
    hub = SignedHub(tmp_path, regions=("TR", "US"))
    hub.publish(now=NOW - timedelta(days=1))
    phone = Phone(tmp_path, hub)
    phone.update()
    hub.publish(now=NOW)
    newest = max((hub.public / "metadata").glob("*.US.json"), key=lambda p: int(p.name[0]))
    document = Metadata.from_bytes(newest.read_bytes())
    document.signatures.clear()
    document.sign(load_signer(hub.directory / "keys" / "TR.key"))
    phone.web.instead[f"metadata/{newest.name}"] = document.to_bytes()
    with refused(phone, NotSigned):
        phone.update()
    hub.close()


def test_a_revoked_key_goes_on_signing(hub, phone, tmp_path):
    """The thief of the old timestamp key signs a timestamp newer than any."""
    shutil.copy(hub.directory / "keys" / "timestamp.key", tmp_path / "stolen.key")
    hub.rotate("timestamp")
    document = Metadata.from_bytes(all_of(hub.public, TIMESTAMP))
    document.signatures.clear()
    document.signed.version += 5
    document.sign(load_signer(tmp_path / "stolen.key"))
    phone.web.instead[TIMESTAMP] = document.to_bytes()
    with refused(phone, NotSigned):
        phone.update()
    del phone.web.instead[TIMESTAMP]
    phone.update()


def test_threshold_not_met_by_a_root_that_one_holder_signed(hub, phone):
    current = hub.repository.in_force
    change = ceremony.renew(current, now=NOW)
    ceremony.sign(change, load_signer(hub.drawer / "ana.key"), current)
    with pytest.raises(ThresholdNotMet, match="signed by ana; expected 2 of the holders"):
        hub.repository.apply(change, now=NOW)
    assert not (hub.public / "metadata" / "2.root.json").exists()
    phone.web.instead["metadata/2.root.json"] = change.root.to_bytes()
    with refused(phone, NotSigned, "2.root.json"):
        phone.update()


def test_threshold_not_met_by_one_holder_signing_twice(hub, phone):
    current = hub.repository.in_force
    change = ceremony.renew(current, now=NOW)
    ana = load_signer(hub.drawer / "ana.key")
    for _ in range(2):
        ceremony.sign(change, ana, current)
    phone.web.instead["metadata/2.root.json"] = change.root.to_bytes()
    with refused(phone, NotSigned):
        phone.update()


def test_a_holder_whose_key_was_revoked_no_longer_counts(hub, phone):
    current = hub.repository.in_force
    dan = make_key(hub.drawer / "dan.key", holder="dan")
    hub.put_in_force(ceremony.replace_holder(current, "cem", dan, None, now=NOW))
    phone.update()
    change = ceremony.renew(hub.repository.in_force, now=NOW)
    change.root.sign(load_signer(hub.drawer / "ana.key"), append=True)
    change.root.sign(load_signer(hub.drawer / "cem.key"), append=True)
    phone.web.instead["metadata/3.root.json"] = change.root.to_bytes()
    with refused(phone, NotSigned):
        phone.update()


@pytest.mark.parametrize("place", [0, 10, -1])
def test_a_tampered_target_in_every_form_it_travels(hub, phone, place):
    hub.publish(now=NOW)
    for path in (hub.public / "targets").rglob("*.*"):
        data = bytearray(path.read_bytes())
        data[place] ^= 0x41
        phone.web.instead[str(path.relative_to(hub.public))] = bytes(data)
    before = phone.pack()
    with pytest.raises((Altered, BadPack)):
        phone.update()
    assert phone.pack() == before


def test_another_sound_pack_in_place_of_the_one_signed_for(hub, phone):
    """Not damaged at all, and of the right region and serial, but not what the hub signed."""
    hub.publish(now=NOW)
    other = pack_of(2, as_of=NOW, first=12025550000)
    for path in (hub.public / "targets").rglob("*.*"):
        kind = path.suffix
        data = {".travel": travel.compress(other), ".delta": delta.diff(phone.pack(), other)}
        phone.web.instead[str(path.relative_to(hub.public))] = data.get(kind, other)
    with pytest.raises(UpdateRefused):
        phone.update()
    assert phone.serial() == 1


def test_only_the_deltas_are_bad_and_the_pack_comes_as_a_whole(hub, phone):
    data = hub.publish(now=NOW)
    phone.web.instead["targets/packs/US/numbers-1-2.delta"] = b"PROSODL\n" + bytes(500)
    phone.update()
    assert phone.pack() == data


def test_a_delta_for_another_base(hub, phone):
    hub.count = 4_000
    hub.publish(now=NOW)
    stranger, target = pack_of(1, first=12029990000, count=4_000), pack_of(2, count=4_000)
    path = "targets/packs/US/numbers-1-2.delta"
    size = (hub.public / path).stat().st_size
    wrong = delta.diff(stranger, target)
    phone.web.instead[path] = (wrong + bytes(size))[:size]
    for one in (hub.public / "targets").rglob("*"):
        if one.suffix in (".travel", ".pack"):
            phone.web.instead[str(one.relative_to(hub.public))] = None
    with pytest.raises((BadDelta, HubUnreachable)):
        phone.update()
    assert phone.serial() == 1
    with pytest.raises(BadDelta, match="another pack"):
        delta.apply(phone.pack(), wrong, limit=10_000_000)


def test_a_travel_bomb_expands_no_further_than_was_signed(hub, phone):
    hub.count = 40_000
    hub.publish(now=NOW)
    sizes = {}
    for one in (hub.public / "targets").rglob("*.*"):
        sizes[str(one.relative_to(hub.public))] = one.stat().st_size
    bomb = brotli.compress(bytes(200_000_000), quality=1)
    for path, size in sizes.items():
        head = b"PROSODL\n" if path.endswith(".delta") else b"PROSOTR\n"
        phone.web.instead[path] = (head + bomb)[:size].ljust(size, b"\0")
    with pytest.raises((Altered, BadPack)):
        phone.update()
    assert phone.serial() == 1


def test_a_delta_bomb_is_a_bad_delta():
    old, new = pack_of(1, count=4_000), pack_of(2, count=4_000)
    sound = delta.diff(old, new)
    with pytest.raises(BadDelta):
        delta.apply(old, sound, limit=len(new) - 1)


def test_a_pack_of_another_country_under_this_name(hub, phone):
    """Signed by the region's own key: a mistake of the hub, or a thief of that key."""
    hub.state(pack_of(2, region="TR", first=905321000000), 2)
    with refused(phone, PackOfOtherRegion, "a pack of TR under the name of US"):
        phone.update()


def test_a_pack_of_another_kind_under_this_name(hub, phone):
    from proso.packs.hotspots import encode_hotspots

    data = encode_hotspots(region="US", serial=2, as_of=NOW, rule_version="t", records=[])
    hub.state(data, 2)
    before = phone.pack()
    with pytest.raises(BadPack):
        phone.update()
    assert phone.pack() == before


def test_a_signed_statement_that_makes_no_sense(hub, phone):
    stated = hub.repository.target("US", target_path("US", Kind.NUMBERS))
    for custom in (None, {}, {"serial": -1}, {"serial": 2, "deltas": [[5, 2, 1]]}, ["x"]):
        strange = TargetFile(9, stated.hashes, stated.path, {"custom": custom})
        hub.repository.set_targets("US", {stated.path: strange}, now=NOW)
        hub.repository.settle(now=NOW)
        with refused(phone, UpdateRefused, "makes no sense"):
            phone.update()


@pytest.mark.parametrize("name", ["timestamp.json", ".delta"])
def test_a_mirror_that_stalls(hub, phone, name):
    hub.count = 4_000
    hub.publish(now=NOW)
    phone.web.stalls = (name, ".travel", ".pack")
    with refused(phone, TooSlow):
        phone.update()
    assert phone.clock.now < 600


def test_a_mirror_that_drips(hub, phone):
    """A byte a second keeps every read alive and would keep the phone awake for an hour."""
    hub.count = 4_000
    hub.publish(now=NOW)
    phone.web.chunk_bytes, phone.web.seconds_a_chunk = 1, 1.0
    with refused(phone, TooSlow, "bytes in"):
        phone.update()
    assert phone.clock.now < 600


@pytest.mark.parametrize("ending", ["timestamp.json", ".delta", ".travel"])
@pytest.mark.parametrize(
    "step", [pytest.param(1, marks=pytest.mark.slow, id="every"), pytest.param(97, id="some")]
)
def test_a_mirror_that_cuts_at_every_byte(hub, phone, ending, step):
    hub.count = 120
    data = hub.publish(now=NOW)
    if ending == ".travel":
        phone.web.instead["targets/packs/US/numbers-1-2.delta"] = None
    size = max(p.stat().st_size for p in hub.public.rglob(f"*{ending}"))
    assert size > 150
    phone.web.cut_only = (ending,)
    fresh = shutil.copytree(phone.store.directory, phone.store.directory.with_name("fresh"))
    for cut in range(0, size, step):
        shutil.rmtree(phone.store.directory)
        shutil.copytree(fresh, phone.store.directory, symlinks=True)
        phone.web.cut_after = cut
        if ending == "timestamp.json" or cut * 5 < size:
            with refused(phone, HubUnreachable):
                phone.update()
            phone.web.cut_after = None
        # Five tries go on from each other, and else the next update goes on from them.
        phone.update()
        assert phone.pack() == data


def test_a_download_goes_on_where_it_was_cut(hub, phone):
    hub.count = 20_000
    data = hub.publish(now=NOW)
    path = "targets/packs/US/numbers-2.travel"
    phone.web.instead["targets/packs/US/numbers-1-2.delta"] = None
    size = (hub.public / path).stat().st_size
    phone.web.cut_after, phone.web.cut_only = size // 2, (path,)
    _, traffic = phone.poll()
    assert phone.pack() == data
    assert [first for asked, first, _ in phone.web.asked if asked == path] == [0, size // 2]
    assert traffic.body_bytes < size + 10_000


def test_a_part_of_an_older_file_is_not_glued_to_a_newer_one(hub, phone):
    data = hub.publish(now=NOW)
    phone.web.instead["targets/packs/US/numbers-1-2.delta"] = None
    path = "targets/packs/US/numbers-2.travel"
    real = all_of(hub.public, path)
    phone.web.instead[path] = bytes(len(real))
    phone.web.cut_after, phone.web.cut_only = len(real) // 2, (path,)
    phone.web.is_down = False
    phone.poll()
    phone.web.cut_after = None
    phone.web.instead[path] = real
    phone.update()
    assert phone.pack() == data


def test_a_mirror_without_ranges_is_asked_for_the_whole_again(hub, phone):
    hub.count = 20_000
    data = hub.publish(now=NOW)
    phone.web.has_ranges = phone.web.has_etags = False
    phone.web.instead["targets/packs/US/numbers-1-2.delta"] = None
    phone.web.cut_after, phone.web.cut_only = 6_000, (".travel", ".pack")
    with refused(phone, HubUnreachable):
        phone.update()
    phone.web.cut_after = None
    phone.update()
    assert phone.pack() == data


def test_a_bad_mirror_costs_a_detour_to_the_hub(hub, tmp_path):
    bad = saved(hub, tmp_path, "bad")
    data = hub.publish(now=NOW)
    phone = Phone(tmp_path, hub, mirrors=("http://bad",))
    shutil.copytree(hub.public / "targets", bad / "targets", dirs_exist_ok=True)
    for path in (bad / "targets").rglob("*.*"):
        path.write_bytes(bytes(path.stat().st_size))
    phone.web.folders["bad"] = bad
    phone.update()
    assert phone.pack() == data


def test_disk_full_while_the_pack_is_written(hub, phone, monkeypatch):
    """The real thing, on a small disk, is in tests/integration/test_update_full_disk.py."""
    import errno

    from proso.device import packstore

    hub.publish(now=NOW)

    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(packstore, "write_beside", full)
    with refused(phone, StoreFull, "no room"):
        phone.update()
    monkeypatch.undo()
    phone.update()
    assert phone.serial() == 2


def test_clock_in_the_past_does_not_make_old_metadata_valid(hub, phone, tmp_path):
    """A clock set back to when the old metadata was good, which the installed pack belies."""
    late = NOW + timedelta(days=30)
    frozen = saved(hub, tmp_path)
    hub.publish(now=late)
    phone.update(now=late)
    assert phone.serial() == 2
    for path in (phone.store.directory / "hubs").glob("*/metadata/*.json"):
        if path.name != "root.json":
            path.unlink()  # what the framework remembers is gone as well
    phone.web.folders["hub"] = frozen
    before = phone.pack()
    with pytest.raises(Frozen):
        phone.update(now=NOW)
    assert phone.pack() == before


def test_clock_in_the_past_does_not_keep_the_phone_from_updating(hub, phone):
    hub.publish(now=NOW)
    phone.update(now=NOW - timedelta(days=4_000))
    assert phone.serial() == 2


def test_clock_in_the_future_refuses_and_says_so(hub, phone):
    hub.publish(now=NOW)
    with refused(phone, Frozen, "check this device's clock"):
        phone.update(now=NOW + timedelta(days=4_000))


def test_a_hub_that_claims_another_fingerprint(hub, tmp_path):
    phone = Phone(tmp_path, hub)
    updater = phone.updater()
    other = SignedHub(tmp_path / "other")
    phone.web.folders["other"] = other.public
    from proso.device.updater import FollowedHub

    asked = FollowedHub(url="http://other", regions=("TR",))
    right = hashlib.sha256(other.root).hexdigest()
    for wrong in (None, "", "00" * 16, right[:20]):
        with pytest.raises(UnknownHub):
            updater.follow(asked, fingerprint=wrong)
    assert [one.url for one in updater.followed()] == [URL]
    spoken = " ".join(right[:32].upper()[i : i + 4] for i in range(0, 32, 4))
    updater.follow(asked, fingerprint=spoken)
    assert len(updater.followed()) == 2
    other.close()


def test_what_was_refused_once_is_taken_when_it_is_right(hub, phone):
    hub.publish(now=NOW)
    phone.web.instead[TIMESTAMP] = b"{}"
    with refused(phone, Altered):
        phone.update()
    del phone.web.instead[TIMESTAMP]
    phone.update(now=LATER)
    assert phone.serial() == 2
