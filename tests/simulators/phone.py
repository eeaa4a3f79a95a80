"""A phone that follows a hub through a mirror that may misbehave."""

from datetime import timedelta

from tests.simulators.mirror import FakeClock, Mirror
from tests.simulators.signed_hub import NOW

from proso.device.packstore import PackStore
from proso.device.updater import FollowedHub, Updater
from proso.packs.layout import Kind

URL = "http://hub"


class Phone:
    """A store of packs, and the web it sees."""

    def __init__(self, directory, hub, *, regions=("US",), mirrors=()):
        self.store = PackStore(directory / "phone")
        self.clock = FakeClock()
        self.web = Mirror(self.clock, hub=hub.public)
        self.hub = FollowedHub(url=URL, regions=regions, mirrors=mirrors)
        self.updater().follow(self.hub, root=hub.root)

    def updater(self):
        return Updater(self.store, self.web, self.clock)

    def update(self, *, now=NOW):
        """What came of each pack; what was refused is raised."""
        done = list(self.updater().update(self.hub, now=now))
        for one in done:
            if one.problem is not None:
                raise one.problem
        return done

    def poll(self, *, now=NOW):
        """The same, with what was asked of the network."""
        updater = self.updater()
        done = list(updater.update(self.hub, now=now))
        return done, updater.traffic

    def pack(self, region="US", kind=Kind.NUMBERS):
        path = self.store.path(region, kind)
        return path.read_bytes() if path.is_file() else None

    def serial(self, region="US"):
        have = self.store.installed(region)
        return have.held.serial if have else None


LATER = NOW + timedelta(hours=1)
