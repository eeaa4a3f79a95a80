"""Several byte streams in one file, each shortened by brotli, none larger than was allowed.

Each stream is announced by its size, and a stream that expands past it is refused, not stored: a
few bytes of brotli can stand for gigabytes.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import brotli

from proso.packs.layout import bad_pack

_STEP_BYTES: Final = 1 << 16
_WINDOW_BITS: Final = 24  # 16 MB, the largest a plain stream may ask a phone to keep
_QUALITY: Final = 11  # packs are made once and fetched by everybody
_LONGEST_SIZE: Final = 6  # bytes of a size: 42 bits, 4 TB


def pack_streams(streams: Iterable[bytes]) -> bytes:
    """The streams one after the other, each with its size; as they are where that is shorter."""
    parts = []
    for raw in streams:
        packed = shorten(raw)
        if len(packed) < len(raw):
            parts += [_size(len(raw) << 1 | 1), _size(len(packed)), packed]
        else:
            parts += [_size(len(raw) << 1), raw]
    return b"".join(parts)


def unpack_streams(data: memoryview, *, limit: int) -> Iterator[bytes]:
    """The streams of `pack_streams`, one at a time.

    Args:
        data: from anybody.
        limit: bytes all streams may have together.

    Raises:
        BadPack: damaged, cut short, or larger than the limit.
    """
    place = 0
    while place < len(data):
        announced, place = _read_size(data, place)
        size, is_packed = announced >> 1, announced & 1
        limit -= size
        if limit < 0:
            raise bad_pack("compressed data that expands to more than it may")
        length, place = _read_size(data, place) if is_packed else (size, place)
        part = data[place : place + length]
        if len(part) < length:
            raise bad_pack("compressed data that is cut short")
        place += length
        yield _expand(bytes(part), size) if is_packed else bytes(part)


def shorten(raw: bytes) -> bytes:
    """One brotli stream."""
    return brotli.compress(raw, quality=_QUALITY, lgwin=_WINDOW_BITS)  # type: ignore[no-any-return]


def _expand(packed: bytes, size: int) -> bytes:
    decoder = brotli.Decompressor()
    parts, missing = [], size
    try:
        part = decoder.process(packed, output_buffer_limit=_STEP_BYTES)
        while part:
            missing -= len(part)
            if missing < 0:
                raise bad_pack("compressed data that expands to more than it says")
            parts.append(part)
            part = decoder.process(b"", output_buffer_limit=_STEP_BYTES)
    except brotli.error as error:
        raise bad_pack("compressed data that is damaged") from error
    if missing or not decoder.is_finished():
        raise bad_pack("compressed data that is cut short")
    return b"".join(parts)


def _size(value: int) -> bytes:
    """Seven bits a byte, lowest first, the last without the eighth (LEB128)."""
    parts = bytearray()
    while value > 0x7F:  # noqa: PLR2004  seven bits
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _read_size(data: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for i, byte in enumerate(data[place : place + _LONGEST_SIZE]):
        value |= (byte & 0x7F) << 7 * i
        if byte < 0x80:  # noqa: PLR2004  the eighth bit
            return value, place + i + 1
    raise bad_pack("compressed data that is cut short")
