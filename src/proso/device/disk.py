"""Bytes put at a path so that a power cut at any instant leaves the old ones or the new ones.

Every step is a call of `os`, in an order a test can stop at each of: write, sync, rename, sync the
folder.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from proso.errors import ProsoError, StoreFull, Unavailable


def write_durably(path: Path, data: bytes | memoryview) -> None:
    """Puts bytes at a path, whole or not at all; on return they survive a power cut.

    Raises:
        StoreFull: no room; what was at the path before is still there.
        Unavailable: the folder cannot be written.
    """
    with translated(path):
        make_folder(path.parent)
        temporary = write_beside(path, data)
        temporary.replace(path)
        sync_folder(path.parent)


def write_beside(path: Path, data: bytes | memoryview) -> Path:
    """A synced temporary file in the folder of a path; the caller renames it."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(opened, rest) :]
            os.fsync(opened)
        finally:
            os.close(opened)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    return temporary


def make_folder(folder: Path) -> None:
    """A folder with all above it, durably."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names of a folder survive a power cut."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns what the disk complains of into our errors.

    Raises:
        StoreFull: no room.
        Unavailable: anything else the disk says.
    """
    try:
        yield
    except ProsoError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StoreFull(
                found=f"no room left on the disk for {path.name}",
                expected="space for a new pack beside the old one",
                remedy="free some and try again; the installed pack stays in use",
            ) from error
        raise Unavailable(
            found=f"{path.name}, which cannot be used ({error.strerror or error})",
            expected="a folder that can be read and written",
            remedy="check its permissions and the disk",
        ) from error
