"""A real hub's store and signed files in a folder, with the holders at hand: tests bend the files.

Everything is made by the hub's own code; only the weighing of reports is left out.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tuf.api.metadata import TargetFile

from proso.hub import ceremony
from proso.hub.keys import load_signer, make_key
from proso.hub.repository import Repository
from proso.hub.shipping import ship
from proso.hub.store import Release, Store, write_durably
from proso.packs.build import Listed, build
from proso.packs.layout import Kind
from proso.packs.trust import target_path
from proso.values.listing import Category, Label
from proso.values.number import PhoneNumber

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOLDERS = ("ana", "ben", "cem")


def pack_of(serial, *, region="US", as_of=NOW, count=40, first=12024000000):
    """A pack of scattered numbers, a twentieth of which are others with each serial."""
    label = Label.rounded(category=Category.LOAN, rating=0.97, sample_size=12, age_days=1)
    rows = []
    for place in range(count):
        seed = f"{place} {(serial + place) // 20}".encode()
        offset = int.from_bytes(hashlib.sha256(seed).digest()[:5], "little") % 9_000_000
        rows.append(Listed(PhoneNumber(first + offset), label))
    return build(rows, region=region, serial=serial, as_of=as_of, rule_version="t")


class SignedHub:
    """A hub with three holders, of whom two decide."""

    def __init__(self, directory: Path, *, regions=("US",), now=NOW):
        self.directory = directory / "hub"
        self.drawer = directory / "drawer"
        self.store = Store.create(self.directory)
        self.repository = Repository(self.directory)
        publics = [make_key(self.drawer / f"{name}.key", holder=name) for name in HOLDERS]
        online = {
            name: self.repository.make_online_key(name) for name in (*ceremony.ONLINE, *regions)
        }
        self.put_in_force(ceremony.found(publics, 2, online, now=now), now=now)
        self.count = 40

    @property
    def public(self):
        return self.directory / "public"

    @property
    def root(self):
        return (self.public / "metadata" / "1.root.json").read_bytes()

    def put_in_force(self, change, *, by=("ana", "ben"), now=NOW):
        for name in by:
            signer = load_signer(self.drawer / f"{name}.key")
            ceremony.sign(change, signer, self.repository.in_force)
        self.repository.apply(change, now=now)

    def rotate(self, role, *, now=NOW, by=("ana", "ben")):
        key = self.repository.make_online_key(role)
        current = self.repository.in_force
        self.put_in_force(ceremony.rotate_online(current, role, key, now=now), by=by, now=now)

    def publish(self, *, now=NOW, region="US", data=None, serial=None, as_of=None):
        """The next serial; returns its pack."""
        known = self.store.releases(region)
        serial = serial or (known[-1].serial + 1 if known else 1)
        as_of = as_of or now
        if data is None:
            data = pack_of(serial, region=region, as_of=as_of, count=self.count)
        release = Release(
            region=region,
            serial=serial,
            as_of=int(as_of.timestamp()),
            digest=hashlib.sha256(data).hexdigest(),
            entries=self.count,
            rule_version="t",
            file=f"{region}-{serial}.pack",
        )
        write_durably(self.store.directory / "packs" / release.file, data)
        self.store.record(release)
        ship(self.store, self.repository, region=region, now=now)
        return data

    def state(self, data, serial, *, region="US", now=NOW, **custom):
        """A statement about any bytes, as a thief of the online keys can make one."""
        path = target_path(region, Kind.NUMBERS)
        digest = hashlib.sha256(data).hexdigest()
        said = {"custom": {"serial": serial, "travel": None} | custom}
        stated = TargetFile(len(data), {"sha256": digest}, path, said)
        write_durably(self.public / "targets/packs" / region / f"{digest}.numbers.pack", data)
        self.repository.set_targets(region, {path: stated}, now=now)
        self.repository.settle(now=now)

    def publish_many(self, count, *, begin=NOW - timedelta(days=100)):
        """Serials a day apart; returns the last pack."""
        data = b""
        for place in range(count):
            data = self.publish(now=begin + timedelta(days=place))
        return data

    def publish_hotspots(self, data, serial, *, now=NOW, region="US"):
        release = Release(
            region=region,
            serial=serial,
            as_of=int(now.timestamp()),
            digest=hashlib.sha256(data).hexdigest(),
            entries=0,
            rule_version="t",
            file=f"{region}-hotspots-{serial}.pack",
        )
        write_durably(self.store.directory / "packs" / release.file, data)
        ship(
            self.store,
            self.repository,
            region=region,
            now=now,
            kind=Kind.HOTSPOTS,
            releases=[release],
        )

    def close(self):
        self.store.close()
