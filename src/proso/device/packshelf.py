"""The installed pack, always the newest one, for whoever judges calls for a long time."""

import logging
import math
import os
import time
from pathlib import Path
from typing import Final

from proso.device.packfile import open_pack
from proso.errors import ProsoError
from proso.packs.pack import Pack

LOOK_SECONDS: Final = 0.05
"""How often the file is looked at: asking the disk on every call took a fifth of judging it."""

_log = logging.getLogger(__name__)


class PackShelf:
    """One file that is replaced now and then; every process that maps it shares its memory.

    Asked before each call, it looks twenty times a second at most.  When the file is another than
    before, it is opened, which takes about a tenth of a millisecond whatever its size, because its
    bytes were checked when it was installed (docs/adr/0004).  A file that cannot be opened changes
    nothing: the pack before stays.
    """

    def __init__(self, path: Path, region: str | None = None) -> None:
        self._path = path
        self._region = region
        self._looked = -math.inf
        self._seen: tuple[int, int, int] | None = None
        self._pack: Pack | None = None

    def current(self) -> Pack | None:
        """The pack to judge with; None while there has been none.  Never raises."""
        moment = time.monotonic()
        if moment - self._looked < LOOK_SECONDS:
            return self._pack
        self._looked = moment
        try:
            status = os.stat(self._path)  # noqa: PTH116  half the time of Path.stat, on every call
        except OSError:
            return self._pack
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            self._seen = seen
            self._open()
        return self._pack

    def _open(self) -> None:
        try:
            self._pack = open_pack(self._path, region=self._region, verified=True)
        except ProsoError as error:
            _log.warning("the pack stays as it was: %s", error)
        except Exception:  # noqa: BLE001  a bug of ours must never cost a call
            _log.exception("the pack stays as it was: a bug while opening the new one")
