"""Packs as files on the device: mapped, not read."""

import mmap
from pathlib import Path

from proso.errors import BadPack, PackOfOtherRegion
from proso.packs.codec import attach, decode
from proso.packs.hotspots import HotspotPack, decode_hotspots
from proso.packs.layout import Kind, read_opening
from proso.packs.pack import Pack


def open_pack(path: Path, *, region: str | None = None, verified: bool = False) -> Pack:
    """The pack in a file, mapped into memory.

    Args:
        path: the file; it may be replaced while the pack is in use, but not written into.
        region: the region it must be of; None for any.
        verified: True for a file that was decoded when it was installed: then only its header is
            read, whatever its size (docs/adr/0004).  False checks every byte.

    Raises:
        BadPack: no file, or no sound pack in it.
        PackOfOtherRegion: a sound pack of another region.
    """
    view = _mapped(path)
    pack = attach(view) if verified else decode(view)
    if region is not None and pack.header.region != region:
        raise PackOfOtherRegion(
            found=f"a pack of {pack.header.region}",
            expected=f"one of {region}",
            remedy="name the pack of the line's region",
        )
    return pack


def open_any_pack(path: Path) -> Pack | HotspotPack:
    """The pack of numbers or hotspots in a file, mapped into memory and checked.

    Raises:
        BadPack: no file, or no sound pack in it.
    """
    view = _mapped(path)
    is_hotspots = read_opening(view).kind is Kind.HOTSPOTS
    return decode_hotspots(view) if is_hotspots else decode(view)


def _mapped(path: Path) -> memoryview:
    try:
        with path.open("rb") as file:
            # An empty file cannot be mapped; decoding nothing gives the right complaint.
            size = path.stat().st_size
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b"")
    except OSError as error:
        raise BadPack(
            found=f"the pack {path.name}, which cannot be read ({error.strerror or error})",
            expected="a readable pack file",
            remedy="name one with --pack",
        ) from error
