"""The file that travels: a pack made small, and expanded to the very same bytes.

The layout is in docs/reference/pack-format.md.  Everything a travel file says is untrusted until
the pack it expands to has the digest its publisher signed.
"""

from typing import Final

from proso.errors import Misuse
from proso.packs import hotspots_travel, numbers_travel
from proso.packs.layout import (
    DIGEST_BYTES,
    HEADER_BYTES,
    Kind,
    bad_pack,
    read_opening,
)
from proso.packs.streams import pack_streams, unpack_streams

MAGIC: Final = b"PROSOTR\1"
_SLACK_BYTES: Final = 1 << 16  # headers and tables of the smallest packs


def compress(data: bytes) -> bytes:
    """The travel file of a pack.

    Args:
        data: a sound pack of any kind.

    Raises:
        BadPack: it is not sound.
    """
    kind = read_opening(memoryview(data)).kind
    streams = numbers_travel.split if kind is Kind.NUMBERS else hotspots_travel.split
    frame = data[:HEADER_BYTES] + data[-DIGEST_BYTES:]
    return MAGIC + pack_streams([frame, *streams(data)])


def expand(travel: bytes, *, limit: int) -> bytes:
    """The pack a travel file was made from, byte for byte.

    Args:
        travel: from anybody.
        limit: bytes the pack may have at most; memory stays within a small multiple of it.

    Raises:
        BadPack: no travel file, a damaged one, or one of a larger pack.
    """
    if travel[: len(MAGIC)] != MAGIC:
        raise bad_pack("bytes that are no travel file")
    # A stream is never longer than twice what it becomes: see `gaps` and `ranges`.
    streams = unpack_streams(memoryview(travel)[len(MAGIC) :], limit=2 * limit + _SLACK_BYTES)
    frame = next(streams, b"")
    if len(frame) != HEADER_BYTES + DIGEST_BYTES:
        raise bad_pack("a travel file without the header of its pack")
    opening = read_opening(memoryview(frame))
    join = numbers_travel.join if opening.kind is Kind.NUMBERS else hotspots_travel.join
    try:
        data = join(opening, list(streams), limit=limit)
    except (Misuse, OverflowError, IndexError) as error:
        raise bad_pack("a travel file of something that is no pack") from error
    if len(data) > limit or data[:HEADER_BYTES] + data[-DIGEST_BYTES:] != frame:
        raise bad_pack("a travel file that does not give the pack it names")
    return data
