"""Fetch what the hub signed, by the cheapest way, and install it; whatever fails, the old stays.

The order: verify the hub's metadata (`trusted`), compare with what is installed, choose the way
(`proso.packs.trust`), fetch (`download`), make the pack, hold it against the signed digest, install
(`packstore`).  An update may be stopped at any instant, by a person or by an empty battery, and the
next one goes on from there.
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from proso.device.disk import make_folder, translated, write_durably
from proso.device.download import BadStatus, Downloads, Traffic, discard, part_file
from proso.device.packstore import Installed, PackStore
from proso.device.ports import Clock, Web
from proso.device.trusted import HubMetadata, first_root
from proso.errors import (
    Altered,
    BadFile,
    BadPack,
    Endless,
    ProsoError,
    Refused,
    Unavailable,
    UnknownHub,
)
from proso.packs import delta, travel
from proso.packs.layout import Kind
from proso.packs.trust import Offer, Way, WayKind, reference_time, ways_to

log = logging.getLogger(__name__)

MAX_MIRRORS: Final = 16
MAX_REGIONS: Final = 300
"""There are 250 countries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedHub:
    """A hub whose packs this phone carries.

    Attributes:
        url: where its ``metadata/`` and ``targets/`` are served, without a slash at the end.
        regions: whose packs.
        mirrors: other addresses of the same ``targets/``, asked before the hub.
    """

    url: str
    regions: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackUpdate:
    """What came of one pack of an update.

    Attributes:
        region: ISO 3166-1 alpha-2.
        kind: numbers or hotspots.
        before: serial that was installed, None for none.
        after: serial that is installed now, None for none.
        way: how it came, None where nothing had to.
        files: how many files that took.
        received_bytes: of these files.
        pack_bytes: size of the pack.
        problem: why it stayed as it was; None where all is well.
    """

    region: str
    kind: Kind
    before: int | None
    after: int | None
    way: WayKind | None = None
    files: int = 0
    received_bytes: int = 0
    pack_bytes: int = 0
    problem: ProsoError | None = None


class Updater:
    """Updates the packs of a store over a network.

    Args:
        store: of installed packs.
        web: the network.
        clock: for waiting between tries.
    """

    def __init__(self, store: PackStore, web: Web, clock: Clock) -> None:
        self._store = store
        self._downloads = Downloads(web, clock)

    @property
    def traffic(self) -> Traffic:
        """What was asked of the network so far."""
        return self._downloads.traffic

    def follow(
        self,
        hub: FollowedHub,
        *,
        fingerprint: str | None = None,
        root: bytes | None = None,
    ) -> FollowedHub:
        """Remembers a hub; one that is known already gets more regions and other mirrors.

        Args:
            hub: address, regions, mirrors.
            fingerprint: of the hub's root, from its people; needed for a hub that is not known.
            root: the root itself, instead.

        Raises:
            UnknownHub: a hub that is not known and neither was given, or another's was.
            Refused: a region that another hub is followed for.
        """
        with self._store.locked():
            for other in self.followed():
                if other.url != hub.url and (both := set(other.regions) & set(hub.regions)):
                    raise Refused(
                        found=f"{', '.join(sorted(both))} at {hub.url}",
                        expected=f"no other hub than {other.url}, which is followed for it",
                        remedy="run: proso pack forget --region " + min(both),
                    )
            folder = self._folder(hub.url)
            known = _read_hub(folder) if (folder / "root.json").is_file() else None
            if known is None or root is not None or fingerprint is not None:
                trusted = first_root(self._downloads, hub.url, fingerprint=fingerprint, data=root)
                write_durably(folder / "root.json", trusted)
            if known is not None:
                regions = tuple(sorted({*known.regions, *hub.regions}))
                hub = replace(hub, regions=regions, mirrors=hub.mirrors or known.mirrors)
            _write_hub(folder, hub)
        return hub

    def followed(self) -> tuple[FollowedHub, ...]:
        """The hubs this phone follows."""
        return tuple(hub for _, hub in followed_in(self._store.directory))

    def forget(self, region: str) -> bool:
        """Stops following a region and removes its packs; True where there was anything."""
        with self._store.locked():
            found = self._store.forget(region)
            for hub in self.followed():
                if region in hub.regions:
                    found = True
                    rest = tuple(one for one in hub.regions if one != region)
                    _write_hub(self._folder(hub.url), replace(hub, regions=rest))
        return found

    def update(self, hub: FollowedHub, *, now: datetime) -> Iterator[PackUpdate]:
        """Brings the packs of a hub's regions up to date, one after the other.

        Args:
            hub: one that is followed.
            now: the device's clock, aware.

        Yields:
            What came of each pack; hotspots only where the hub has them.  A pack that may not be
            trusted stays as it was and carries its problem; the other regions go on.

        Raises:
            UnknownHub: not followed.
            UpdateRefused: metadata that may not be trusted, by its name; everything stays.
            Frozen: the hub's metadata has run out and nothing newer came.
            HubUnreachable, TooSlow, StoreFull, StoreBusy: try again later.
        """
        folder = self._folder(hub.url)
        if not (folder / "root.json").is_file():
            raise UnknownHub(
                found=f"the hub {hub.url}, which this phone does not follow",
                expected="one that it does",
                remedy=f"run: proso pack update --hub {hub.url} --fingerprint ...",
            )
        with self._store.locked():
            packs = [(region, kind) for region in hub.regions for kind in Kind]
            installed = {key: self._store.installed(*key) for key in packs}
            passed = [one.held.as_of for one in installed.values() if one is not None]
            trusted = reference_time(now, *passed)
            metadata = HubMetadata(folder, hub.url, self._downloads, trusted)
            metadata.refresh()
            for (region, kind), have in installed.items():
                serial = have.held.serial if have else None
                was = PackUpdate(region=region, kind=kind, before=serial, after=serial)
                try:
                    offer = metadata.offer(region, kind)
                    if offer is not None:
                        yield self._bring(hub, offer, have)
                    elif kind is Kind.NUMBERS:
                        yield replace(was, problem=_no_pack(hub, region))
                except (Refused, Unavailable) as error:
                    yield replace(was, problem=error)

    def _bring(self, hub: FollowedHub, offer: Offer, have: Installed | None) -> PackUpdate:
        held = have.held if have is not None else None
        done = PackUpdate(
            region=offer.region,
            kind=offer.kind,
            before=held.serial if held else None,
            after=offer.serial,
            pack_bytes=offer.size_bytes,
        )
        ways = ways_to(offer, held)
        if not ways:
            if have is not None and have.is_fallback:
                with _kept(have.path) as data:
                    self._store.install(data, offer, over=have)
            return done
        way = self._by_any(hub, offer, have, ways)
        log.info("pack installed", extra={"region": offer.region, "pack_serial": offer.serial})
        return replace(done, way=way.kind, files=len(way.files), received_bytes=way.size_bytes)

    def _by_any(
        self, hub: FollowedHub, offer: Offer, have: Installed | None, ways: Sequence[Way]
    ) -> Way:
        """Tries the ways in order: first at the mirrors, and then at the hub alone."""
        places = [(*hub.mirrors, hub.url), (hub.url,)] if hub.mirrors else [(hub.url,)]
        problem: Exception | None = None
        for way in ways:
            for servers in places:
                try:
                    self._by(way, servers, offer, have)
                except (BadPack, Altered, Endless, BadStatus) as error:
                    log.info("way failed", extra={"way": way.kind.value})
                    problem = error
                else:
                    return way
        if isinstance(problem, BadStatus):
            raise problem.as_error()
        raise problem or _no_pack(hub, offer.region)

    def _by(self, way: Way, servers: Sequence[str], offer: Offer, have: Installed | None) -> None:
        partial = self._folder(servers[-1]) / "partial"
        parts = [part_file(partial, path) for path in way.files]
        files = []
        for path, part, size in zip(way.files, parts, way.sizes, strict=True):
            urls = [f"{server}/targets/{path}" for server in servers]
            files.append(self._downloads.file(urls, part, size_bytes=size))
        try:
            self._store.install(_made(way, files, offer, have), offer, over=have)
        except (BadPack, Altered):
            for part in parts:
                discard(part)
            raise
        _clear(partial)

    def _folder(self, url: str) -> Path:
        name = hashlib.sha256(url.encode()).hexdigest()[:16]
        return self._store.directory / "hubs" / name


def followed_in(store: Path) -> list[tuple[Path, FollowedHub]]:
    """The hubs that a store of packs is filled from, each with its folder."""
    folders = (path.parent for path in sorted((store / "hubs").glob("*/hub.json")))
    return [(one, _read_hub(one)) for one in folders if (one / "root.json").is_file()]


def _made(way: Way, files: Sequence[bytes], offer: Offer, have: Installed | None) -> bytes:
    """The pack that the files of a way give; held against the digest when it is installed."""
    match way.kind:
        case WayKind.WHOLE:
            return files[0]
        case WayKind.TRAVEL:
            return travel.expand(files[0], limit=offer.size_bytes)
        case WayKind.DELTAS:
            data = have.path.read_bytes() if have is not None else b""
            for one in files:
                # A pack in between may be larger than the one at the end.
                data = delta.apply(data, one, limit=2 * max(offer.size_bytes, len(data)))
            return data


def _no_pack(hub: FollowedHub, region: str) -> Refused:
    return Refused(
        found=f"no pack of {region} at {hub.url}",
        expected="a region that the hub publishes",
        remedy="ask its people which it has; what is installed stays in use",
    )


@contextmanager
def _kept(path: Path) -> Iterator[bytes]:
    with translated(path):
        yield path.read_bytes()


def _clear(folder: Path) -> None:
    for path in folder.glob("*"):
        path.unlink(missing_ok=True)


def _write_hub(folder: Path, hub: FollowedHub) -> None:
    make_folder(folder)
    value = {"url": hub.url, "regions": hub.regions, "mirrors": hub.mirrors}
    write_durably(folder / "hub.json", json.dumps(value).encode())


def _read_hub(folder: Path) -> FollowedHub:
    try:
        value = json.loads((folder / "hub.json").read_text("utf-8"))
        return FollowedHub(
            url=str(value["url"]),
            regions=tuple(map(str, value["regions"]))[:MAX_REGIONS],
            mirrors=tuple(map(str, value["mirrors"]))[:MAX_MIRRORS],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadFile(
            found=f"a hub.json that cannot be read ({error})",
            expected="what `proso pack update --hub` wrote",
            remedy="run that again with --hub and --fingerprint",
        ) from error
