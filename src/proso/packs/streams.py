"""Brotli with a limit: a stream that expands past what was announced is refused, not stored."""

from typing import Final

import brotli

from proso.packs.layout import bad_pack

_STEP_BYTES: Final = 1 << 16
_WINDOW_BITS: Final = 24  # 16 MB, the largest a plain stream may ask a phone to keep
_QUALITY: Final = 11  # packs are made once and fetched by everybody


def pack_stream(raw: bytes) -> bytes:
    """One brotli stream."""
    return brotli.compress(raw, quality=_QUALITY, lgwin=_WINDOW_BITS)  # type: ignore[no-any-return]


def unpack_stream(packed: bytes | memoryview, *, limit: int) -> bytes:
    """What a whole stream holds.

    Takes at most `limit` bytes and a few windows of memory, whatever the stream is.

    Raises:
        BadPack: no stream, a truncated one, one with something after it, or one that holds more
            than `limit` bytes.
    """
    decoder = brotli.Decompressor()
    parts, size = [], 0
    try:
        part = decoder.process(bytes(packed), output_buffer_limit=_STEP_BYTES)
        while part:
            size += len(part)
            if size > limit:
                raise bad_pack(f"compressed data that expands to more than {limit} bytes")
            parts.append(part)
            part = decoder.process(b"", output_buffer_limit=_STEP_BYTES)
    except brotli.error as error:
        raise bad_pack("compressed data that is damaged") from error
    if not decoder.is_finished():
        raise bad_pack("compressed data that is cut short")
    return b"".join(parts)
