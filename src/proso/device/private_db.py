"""SQLite files that are their owner's alone: how they are opened, and what their trouble is called.

SQLite of the standard library.  Whom the owner called or reported is nobody else's to read.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proso.errors import StoreFull, Unavailable


def open_private(path: Path, schema: str, *, survives_power_cut: bool) -> sqlite3.Connection:
    """A database that others on the machine cannot read, made if it is not there.

    Args:
        path: the file; SQLite gives the files beside it the same permissions.
        schema: statements that make what is missing.
        survives_power_cut: whether a finished statement does; else the last few may be lost, and
            the file is sound all the same.

    Raises:
        OSError, sqlite3.Error: it cannot be used; ask within `translated`.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if survives_power_cut else 'NORMAL'}")
        connection.executescript(schema)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def translated(what: str, *, remedy_when_full: str) -> Iterator[None]:
    """Turns what the database and the disk complain of into our errors.

    Args:
        what: the file in words, such as "queue of reports".
        remedy_when_full: what to do where the disk is full.

    Raises:
        StoreFull: no room.
        Unavailable: anything else.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise StoreFull(
                found=f"no room left on the disk of the {what}",
                expected="space to write",
                remedy=remedy_when_full,
            ) from error
        raise Unavailable(
            found=f"a {what} that cannot be used ({error})",
            expected="a database that can be read and written",
            remedy="check the disk and the permissions of its folder",
        ) from error
