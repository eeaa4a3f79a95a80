"""One command at a time does what two would spoil for each other."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from proso.errors import StoreBusy
from proso.hub import store
from proso.hub.store import translated


@contextmanager
def alone(path: Path, doing: str) -> Iterator[None]:
    """Keeps every other command with this lock out.

    The system gives the lock back with the process, however that ends.

    Args:
        path: the lock's file, in the hub's directory; made if it is not there, and never removed.
        doing: what is done meanwhile, such as "importing"; for the error.

    Raises:
        StoreBusy: another command holds it longer than `proso.hub.store.BUSY_SECONDS`.
    """
    with translated(path.parent):
        lock = path.open("w")
    with lock:
        limit = time.monotonic() + store.BUSY_SECONDS
        while not _locked(lock):
            if time.monotonic() >= limit:
                raise StoreBusy(
                    found=f"a hub in which another command is {doing}",
                    expected="one at a time",
                    remedy="try again when the other one has ended",
                )
            time.sleep(0.05)
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
