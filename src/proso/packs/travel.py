"""The file that travels: a pack made small, and expanded to the very same bytes."""

from typing import Final

from proso.packs.layout import bad_pack
from proso.packs.streams import pack_stream, unpack_stream

MAGIC: Final = b"PROSOTR\n"


def compress(data: bytes) -> bytes:
    """The travel file of a pack.

    Args:
        data: a sound pack of any kind.
    """
    return MAGIC + pack_stream(data)


def expand(travel: bytes, *, limit: int) -> bytes:
    """The pack a travel file was made from, byte for byte.

    Args:
        travel: from anybody.
        limit: bytes the pack may have at most; memory stays within a small multiple of it.

    Raises:
        BadPack: no travel file, a damaged one, or one of a larger pack.
    """
    if travel[:8] != MAGIC:
        raise bad_pack("bytes that are no travel file")
    return unpack_stream(travel[8:], limit=limit)
