import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from proso.device.packfile import open_pack
from proso.errors import Refused, StoreBusy
from proso.hub import store as store_module
from proso.hub.lock import alone
from proso.hub.publish import LOCK, publish
from proso.hub.store import Store
from proso.reports.report import Assertion
from proso.values.call import Call, Line
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen
from proso.verdicts.verdict import Action

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SPAMMER, WATCHED, CLEARED, LONELY = 12024181000, 12024181001, 12024181002, 12024181003


@pytest.fixture
def full(store, make_report):
    reports = [make_report(f"s{i}", SPAMMER) for i in range(12)]
    reports += [make_report(f"w{i}", WATCHED, at=NOW - timedelta(days=40)) for i in range(2)]
    reports += [make_report(f"c{i}", CLEARED, assertion=Assertion.NOT_SPAM) for i in range(3)]
    reports += [make_report("l", LONELY), make_report("t", SPAMMER, region="TR")]
    store.append(reports, received_at=NOW)
    return store


def verdict_on(pack, value):
    call = Call.receive(f"+{value}", at=NOW, line=Line(region="US"))
    return screen(call, pack, OwnerRules(), NOW)


def test_a_published_pack_is_what_a_phone_screens_with(full):
    done = publish(full, region="US", as_of=NOW)
    assert (done.listed, done.watched, done.cleared) == (1, 1, 1)
    assert done.release.serial == 1
    pack = open_pack(full.directory / "packs" / "US.pack", region="US")
    assert len(pack) == done.release.entries == 3
    assert (pack.header.as_of, pack.header.serial) == (NOW, 1)
    assert verdict_on(pack, SPAMMER).action is not Action.ALLOW
    assert verdict_on(pack, SPAMMER).pack_serial == 1
    assert verdict_on(pack, CLEARED).action is Action.ALLOW
    assert pack.find(LONELY) is None


def test_publishing_for_the_same_moment_gives_the_same_serial_and_bytes(full):
    first = publish(full, region="US", as_of=NOW)
    data = (full.directory / "packs" / "US-1.pack").read_bytes()
    again = publish(full, region="US", as_of=NOW + timedelta(microseconds=9))
    assert again == first
    assert (full.directory / "packs" / "US-1.pack").read_bytes() == data
    assert full.releases("US") == [first.release]


def test_a_release_before_the_newest_is_refused(full):
    publish(full, region="US", as_of=NOW)
    with pytest.raises(Refused, match="before the newest"):
        publish(full, region="US", as_of=NOW - timedelta(seconds=1))


def test_the_next_release_has_the_next_serial_and_keeps_the_old_file(full, make_report):
    publish(full, region="US", as_of=NOW)
    old = (full.directory / "packs" / "US-1.pack").read_bytes()
    full.append([make_report("more", LONELY)], received_at=NOW)
    done = publish(full, region="US", as_of=NOW + timedelta(days=1))
    assert (done.release.serial, done.release.file, done.release.entries) == (2, "US-2.pack", 4)
    assert (full.directory / "packs" / "US-1.pack").read_bytes() == old
    assert open_pack(full.directory / "packs" / "US.pack").header.serial == 2


def test_making_an_old_release_again_leaves_the_newest_in_place(full):
    publish(full, region="US", as_of=NOW)
    publish(full, region="US", as_of=NOW + timedelta(days=1))
    assert publish(full, region="US", as_of=NOW).release.serial == 1
    assert open_pack(full.directory / "packs" / "US.pack").header.serial == 2


def test_each_region_has_packs_and_serials_of_its_own(full):
    publish(full, region="US", as_of=NOW)
    done = publish(full, region="TR", as_of=NOW)
    assert (done.release.serial, done.release.entries) == (1, 0)
    assert len(open_pack(full.directory / "packs" / "TR.pack", region="TR")) == 0


def test_a_hub_without_reports_publishes_an_empty_pack(store):
    assert publish(store, region="US", as_of=NOW).release.entries == 0


def test_what_is_reported_later_does_not_change_a_release(full, make_report):
    first = publish(full, region="US", as_of=NOW)
    late = [make_report(f"n{i}", LONELY, at=NOW + timedelta(seconds=1)) for i in range(5)]
    full.append(late, received_at=NOW)
    assert publish(full, region="US", as_of=NOW).release.digest == first.release.digest


def test_releases_at_the_same_time_never_share_a_serial(full):
    moments = [NOW + timedelta(seconds=second) for second in range(4)]

    def one(moment):
        with Store.open(full.directory) as own:
            try:
                return publish(own, region="US", as_of=moment).release
            except Refused:
                return None  # a later moment was published before

    with ThreadPoolExecutor(4) as pool:
        made = [release for release in pool.map(one, moments) if release]
    assert sorted(release.serial for release in made) == list(range(1, len(made) + 1))
    assert sorted(made, key=lambda release: release.serial) == full.releases("US")
    for release in made:
        data = (full.directory / "packs" / release.file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == release.digest


def test_a_second_release_waits_for_the_first_and_then_says_so(full, monkeypatch):
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0)
    with alone(full.directory / LOCK, "publishing"), pytest.raises(StoreBusy, match="publishing"):
        publish(full, region="US", as_of=NOW)
