"""Compressed files as streams of bytes, read with bounded memory."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import IO, Any, Final

MAX_XZ_BYTES: Final = 128 * 1024 * 1024
"""Memory an xz file may ask for: twice what the strongest preset (-9) needs.  The format allows
4 GB, and who wrote the file chooses."""

DAMAGE: Final = (lzma.LZMAError, EOFError, zlib.error, gzip.BadGzipFile)
"""What reading a damaged file raises, besides OSError (which bz2 raises for both)."""

_CHUNK_BYTES: Final = 64 * 1024


def opened(raw: IO[bytes], suffix: str) -> IO[bytes]:
    """The bytes a file holds, by the ending of its name: .xz, .gz, .bz2, or as they are."""
    opener = _OPENERS.get(suffix)
    return opener(raw) if opener else raw


class _Xz(io.RawIOBase):
    """An xz file of any number of streams; `lzma.open` takes no memory limit."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._part = lzma.LZMADecompressor(memlimit=MAX_XZ_BYTES)
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  any writable buffer
        data = self._more(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _more(self, size: int) -> bytes:
        while True:
            fed = b""
            if self._part.eof:
                # Between streams: padding of zeros, then another stream or the end.
                fed = self._part.unused_data.lstrip(b"\0") or self._raw.read(_CHUNK_BYTES)
                while fed and not (fed := fed.lstrip(b"\0")):
                    fed = self._raw.read(_CHUNK_BYTES)
                if not fed:
                    return b""
                self._part = lzma.LZMADecompressor(memlimit=MAX_XZ_BYTES)
            elif self._part.needs_input:
                fed = self._raw.read(_CHUNK_BYTES)
                if not fed:
                    raise EOFError
            data = self._part.decompress(fed, max_length=size)
            if data:
                return data


_OPENERS: Final[dict[str, Callable[[IO[bytes]], Any]]] = {
    ".xz": lambda raw: io.BufferedReader(_Xz(raw), _CHUNK_BYTES),
    ".gz": gzip.open,
    ".bz2": bz2.open,
}
