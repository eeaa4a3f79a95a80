"""The packs a phone has installed, and the hubs it follows: one directory.

    REGION/KIND.pack            the installed pack
    REGION/KIND.pack.before     the one before it, should the installed one be damaged
    hubs/NAME/hub.json          address, mirrors and regions of a hub that is followed
    hubs/NAME/root.json         the root of trust the owner gave
    hubs/NAME/metadata/         what the framework has verified of that hub
    hubs/NAME/partial/          downloads that were cut

Only a verified pack is ever renamed to ``KIND.pack``, so that whatever lies there may be used.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proso.device.disk import make_folder, sync_folder, translated, write_beside
from proso.device.packfile import open_pack
from proso.errors import Altered, BadPack, PackOfOtherRegion, StoreBusy
from proso.packs.codec import decode
from proso.packs.hotspots import HotspotPack, decode_hotspots
from proso.packs.layout import Kind, check_digest, read_opening
from proso.packs.pack import Pack
from proso.packs.trust import Held, Offer

BEFORE: Final = ".before"


@dataclass(frozen=True, slots=True)
class Installed:
    """A sound pack on the disk.

    Attributes:
        path: of the file.
        held: what it is.
        is_fallback: True where the newest one is damaged and this is the one before.
    """

    path: Path
    held: Held
    is_fallback: bool = False


class PackStore:
    """Installed packs below a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, region: str, kind: Kind = Kind.NUMBERS) -> Path:
        """Where the pack of a region lies, or would lie."""
        return self.directory / region / f"{kind.word}.pack"

    def installed(self, region: str, kind: Kind = Kind.NUMBERS) -> Installed | None:
        """The newest sound pack of a region, None where there is none."""
        path = self.path(region, kind)
        for candidate in (path, _before(path)):
            held = _held(candidate, region, kind)
            if held is not None:
                return Installed(candidate, held, candidate != path)
        return None

    def open(self, region: str) -> Pack | None:
        """The installed pack of a region's numbers, or the one before it if that is damaged."""
        path = self.path(region)
        for candidate in (path, _before(path)):
            with suppress(BadPack):
                return open_pack(candidate, region=region, verified=True)
        return None

    def install(self, data: bytes, offer: Offer, *, over: Installed | None) -> None:
        """Makes bytes the installed pack; the sound one before is kept.

        Args:
            data: the pack.
            offer: the genuine statement about it.
            over: what is installed now.

        Raises:
            Altered: not the bytes that were signed for, or of another serial.
            BadPack: signed, and yet no pack.
            PackOfOtherRegion: a pack of another region under this name.
            StoreFull: no room; the installed pack stays.
        """
        _check(data, offer)
        path = self.path(offer.region, offer.kind)
        with translated(path):
            make_folder(path.parent)
            temporary = write_beside(path, data)
            if over is not None and not over.is_fallback:
                _keep(path)
            temporary.replace(path)
            sync_folder(path.parent)

    def forget(self, region: str) -> bool:
        """Removes the packs of a region; True where there were any."""
        folder = self.directory / region
        with translated(folder):
            found = folder.is_dir()
            if found:
                shutil.rmtree(folder)
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other updaters of this directory out.

        Raises:
            StoreBusy: one is at work.
        """
        path = self.directory / "lock"
        with translated(path):
            make_folder(self.directory)
            opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StoreBusy(
                    found="another update that is at work",
                    expected="one at a time",
                    remedy="let it finish",
                ) from error
            yield
        finally:
            os.close(opened)


_DECODERS: Final[dict[Kind, Callable[[bytes], Pack | HotspotPack]]] = {
    Kind.NUMBERS: decode,
    Kind.HOTSPOTS: decode_hotspots,
}


def _check(data: bytes, offer: Offer) -> None:
    if hashlib.sha256(data).hexdigest() != offer.sha256:
        raise Altered(
            found=f"other bytes than those signed for as {offer.region} serial {offer.serial}",
            expected=f"a file with SHA-256 {offer.sha256[:16]}...",
            remedy="try again later, or from another mirror; the installed pack stays in use",
        )
    header = _DECODERS[offer.kind](data).header
    if header.region != offer.region:
        raise PackOfOtherRegion(
            found=f"a pack of {header.region} under the name of {offer.region}",
            expected=f"one of {offer.region}",
            remedy="tell the hub; the installed pack stays in use",
        )
    if header.serial != offer.serial:
        raise Altered(
            found=f"a pack that calls itself serial {header.serial}",
            expected=f"the serial {offer.serial} that was signed for",
            remedy="tell the hub; the installed pack stays in use",
        )


def _held(path: Path, region: str, kind: Kind) -> Held | None:
    """What a file holds, as far as damage goes; it was decoded when it was installed."""
    try:
        data = path.read_bytes()
        view = memoryview(data)
        opening = read_opening(view)
        check_digest(view)
    except (OSError, BadPack):
        return None
    if (opening.region, opening.kind) != (region, kind):
        return None
    digest = hashlib.sha256(data).hexdigest()
    return Held(serial=opening.serial, sha256=digest, as_of=opening.as_of)


def _before(path: Path) -> Path:
    return path.with_name(path.name + BEFORE)


def _keep(path: Path) -> None:
    """A second name for the installed pack, so that replacing it loses nothing."""
    temporary = path.with_name(path.name + BEFORE + ".tmp")
    temporary.unlink(missing_ok=True)
    try:
        os.link(path, temporary)
    except OSError:  # a file system without hard links, such as FAT
        write_beside(_before(path), path.read_bytes())
    temporary.replace(_before(path))
