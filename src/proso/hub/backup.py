"""A copy of a hub, taken while it works.

The database is copied in one read transaction.  Segments and packs never change once they are
written, so those that the copy's register names can be copied after it, one by one.
"""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from proso.errors import Misuse, Refused
from proso.hub.store import DATABASE, Store, settle, translated


def back_up(store: Store, target: Path) -> None:
    """Copies a hub into a directory that is a hub itself: to restore it is to use it.

    Args:
        store: the hub's.
        target: a directory that does not exist yet; it appears when the copy is whole.

    Raises:
        Refused: there is something at the target.
        StoreFull: no room there; nothing is left behind.
        Unavailable: a registered part of the log is missing.
    """
    if target.exists():
        raise Refused(
            found=f"something at {target.name} already",
            expected="a directory that does not exist yet",
            remedy="name another one",
        )
    if store.directory.resolve() in target.resolve().parents:
        raise Misuse(
            found="a backup inside the hub it copies",
            expected="a directory elsewhere",
            remedy="name one on another disk",
        )
    with translated(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        # A name nobody else has: what the owner keeps beside the target is not ours to remove.
        partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            _copy(store, partial)
            settle(partial, target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


def _copy(store: Store, target: Path) -> None:
    with (
        closing(sqlite3.connect(store.directory / DATABASE)) as source,
        closing(sqlite3.connect(target / DATABASE)) as copy,
    ):
        source.backup(copy)  # all pages in one step: a single moment, whoever writes meanwhile
    with Store.create(target) as copied:
        for segment, file in zip(copied.segments(), store.files(copied.segments()), strict=True):
            _copy_file(Path(file), target / "log" / segment.file)
    for pack in (store.directory / "packs").glob("*.pack"):
        _copy_file(pack, target / "packs" / pack.name)


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    settle(target, target)
