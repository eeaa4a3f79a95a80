"""The framework's client with our network, disk and time."""

import inspect
from datetime import timedelta

from tests.simulators.phone import Phone
from tests.simulators.signed_hub import NOW, SignedHub, pack_of
from tuf.ngclient import Updater
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet


def test_the_private_names_we_override_are_there_and_used():
    source = inspect.getsource(Updater)
    assert source.count("self._persist_file(") >= 2
    assert "self._trusted_set" in source
    assert "self.reference_time" in inspect.getsource(TrustedMetadataSet.update_timestamp)


def test_a_poll_without_news_is_two_requests_and_no_body(tmp_path):
    hub = SignedHub(tmp_path)
    hub.publish()
    phone = Phone(tmp_path, hub)
    phone.update()
    phone.web.asked.clear()
    (done,), traffic = phone.poll(now=NOW + timedelta(hours=1))
    assert done.way is None
    assert (traffic.requests, traffic.body_bytes) == (2, 0)
    assert phone.web.paths() == ["metadata/2.root.json", "metadata/timestamp.json"]
    hub.close()


def test_what_is_remembered_of_a_timestamp_counts_only_for_its_own_bytes(tmp_path):
    hub = SignedHub(tmp_path)
    hub.publish()
    phone = Phone(tmp_path, hub)
    phone.update()
    (stamp,) = (phone.store.directory / "hubs").glob("*/metadata/timestamp.json")
    stamp.write_bytes(b"{}")
    phone.web.asked.clear()
    phone.update()
    assert ("metadata/timestamp.json", 0, None) in phone.web.asked
    hub.close()


def test_a_rotation_of_every_key_is_followed(tmp_path):
    hub = SignedHub(tmp_path)
    hub.publish(now=NOW - timedelta(days=1))
    phone = Phone(tmp_path, hub)
    phone.update()
    for role in ("timestamp", "snapshot", "US", "timestamp"):
        hub.rotate(role)
        phone.update()
    hub.publish(now=NOW)
    phone.update()
    assert phone.serial() == 2
    assert sorted(p.name for p in (hub.directory / "keys").glob("*.key")) == [
        "US-2.key",
        "snapshot-2.key",
        "timestamp.key",
    ]
    hub.close()


def test_a_phone_that_slept_through_rotations_follows_them_all(tmp_path):
    hub = SignedHub(tmp_path)
    hub.publish(now=NOW - timedelta(days=1))
    phone = Phone(tmp_path, hub)
    for _ in range(5):
        hub.rotate("timestamp")
    phone.update()
    assert phone.serial() == 1
    hub.close()


def test_both_kinds_of_pack_travel_the_same_road(tmp_path):
    from proso.packs.hotspots import HotspotRecord, encode_hotspots
    from proso.packs.layout import Kind

    hub = SignedHub(tmp_path)
    hub.publish(now=NOW - timedelta(days=1))
    records = [HotspotRecord(4_000_000 + n, 2_000_000, n + 1, 3, b"{}") for n in range(50)]
    data = encode_hotspots(region="US", serial=4, as_of=NOW, rule_version="t", records=records)
    hub.publish_hotspots(data, 4)
    phone = Phone(tmp_path, hub)
    done = phone.update()
    assert [(one.kind, one.after) for one in done] == [(Kind.NUMBERS, 1), (Kind.HOTSPOTS, 4)]
    assert phone.pack(kind=Kind.HOTSPOTS) == data
    hub.close()


def test_a_damaged_pack_is_noticed_and_fetched_again_while_the_one_before_is_used(tmp_path):
    hub = SignedHub(tmp_path)
    old = hub.publish(now=NOW - timedelta(days=1))
    phone = Phone(tmp_path, hub)
    phone.update()
    new = hub.publish(now=NOW)
    phone.update()
    path = phone.store.path("US")
    path.write_bytes(new[:-1] + bytes([new[-1] ^ 1]))
    have = phone.store.installed("US")
    assert have.is_fallback
    assert have.path.read_bytes() == old
    path.write_bytes(b"")
    assert phone.store.open("US").header.serial == 1
    phone.update()
    assert phone.pack() == new
    hub.close()


def test_one_region_in_trouble_does_not_hold_up_the_others(tmp_path):
    from proso.errors import PackOfOtherRegion

    hub = SignedHub(tmp_path, regions=("TR", "US"))
    hub.publish(region="TR", now=NOW - timedelta(days=1))
    hub.state(pack_of(1, region="DE"), 1)
    phone = Phone(tmp_path, hub, regions=("US", "TR"))
    done, _ = phone.poll()
    assert type(done[0].problem) is PackOfOtherRegion
    assert (done[1].region, done[1].after, done[1].problem) == ("TR", 1, None)
    hub.close()
