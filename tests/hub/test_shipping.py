"""Releases as files for phones: every old phone finds a way, and nothing steps back."""

from datetime import timedelta

import pytest
from tests.simulators.phone import Phone
from tests.simulators.signed_hub import NOW, SignedHub

from proso.errors import BadKey, Refused, Unavailable
from proso.hub.shipping import WINDOW, bases_of, ship
from proso.packs.layout import Kind


@pytest.fixture
def hub(tmp_path):
    made = SignedHub(tmp_path)
    yield made
    made.close()


def test_from_any_of_sixty_serials_a_short_chain_leads_to_the_newest():
    for newest in range(2, 200):
        for base in range(max(1, newest - WINDOW), newest):
            steps, at = 0, newest
            while at != base:
                at = min(one for one in bases_of(at) if one >= base)
                steps += 1
            assert steps <= 10


@pytest.mark.slow
def test_a_phone_of_any_age_gets_the_published_bytes(hub, tmp_path):
    phones = {}
    begin = NOW - timedelta(days=70)
    for day in range(66):
        data = hub.publish(now=begin + timedelta(days=day))
        if day % 5 == 0:
            phones[day] = Phone(tmp_path / str(day), hub)
            phones[day].update(now=begin + timedelta(days=day))
    for phone in phones.values():
        (done,) = phone.update(now=begin + timedelta(days=65))
        assert phone.pack() == data
        assert done.after == 66
    stated = hub.repository.target("US", "packs/US/numbers.pack")
    assert {base for base, _, _ in stated.custom["deltas"]} == set(range(6, 66))


def test_shipping_again_changes_nothing(hub):
    hub.publish(now=NOW)
    before = {p: p.stat().st_mtime_ns for p in hub.public.rglob("*.json")}
    shipped = ship(hub.store, hub.repository, region="US", now=NOW)
    assert shipped.signed == ()
    assert shipped.made_bytes == 0
    assert {p: p.stat().st_mtime_ns for p in hub.public.rglob("*.json")} == before


def test_what_is_half_over_is_signed_again_in_passing(hub):
    hub.publish(now=NOW)
    assert hub.repository.settle(now=NOW + timedelta(days=1)) == []
    assert hub.repository.settle(now=NOW + timedelta(days=2)) == ["timestamp"]
    assert hub.repository.settle(now=NOW + timedelta(days=20)) == ["US", "snapshot", "timestamp"]


def test_a_serial_means_one_pack_for_ever(hub):
    hub.publish(now=NOW - timedelta(days=1))
    hub.publish(now=NOW)
    assert hub.repository.serial("US") == 2
    first = hub.store.releases("US")[:1]
    with pytest.raises(Refused, match="where phones have 2"):
        ship(hub.store, hub.repository, region="US", now=NOW, releases=first)


def test_a_pack_that_was_altered_on_the_hub_is_not_signed(hub):
    hub.publish(now=NOW)
    path = hub.directory / "packs" / "US-1.pack"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(Unavailable, match="not what was published"):
        ship(hub.store, hub.repository, region="US", now=NOW)


def test_a_release_of_the_future_is_not_signed(hub):
    with pytest.raises(Refused, match="still to come"):
        hub.publish(now=NOW, as_of=NOW + timedelta(days=1))
    assert hub.repository.serial("US", Kind.NUMBERS) == 0


def test_a_region_without_a_key_is_refused(hub):
    with pytest.raises(Refused, match="no key"):
        hub.publish(now=NOW, region="TR")


def test_a_hub_without_its_private_key_says_which(hub):
    (hub.directory / "keys" / "timestamp.key").unlink()
    with pytest.raises(BadKey, match="timestamp"):
        hub.publish(now=NOW)
