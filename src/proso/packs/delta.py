"""What changes a pack into a later one, byte for byte."""

import hashlib
from typing import Final

from proso.errors import BadDelta, BadPack
from proso.packs.streams import pack_stream, unpack_stream

MAGIC: Final = b"PROSODL\n"


def diff(old: bytes, new: bytes) -> bytes:
    """The delta between two sound packs of a region and kind.

    Args:
        old: what the phone has.
        new: what it shall have.
    """
    base, result = hashlib.sha256(old).digest(), hashlib.sha256(new).digest()
    return MAGIC + base + result + pack_stream(new)


def apply(old: bytes, delta: bytes, *, limit: int) -> bytes:
    """The later pack, byte for byte.

    Args:
        old: the pack the delta was made from.
        delta: from anybody.
        limit: bytes the later pack may have at most.

    Raises:
        BadDelta: made from another pack, damaged, or of a larger result.
    """
    if delta[:8] != MAGIC or delta[8:40] != hashlib.sha256(old).digest():
        raise _bad("a delta that was made from another pack")
    try:
        new = unpack_stream(delta[72:], limit=limit)
    except BadPack as error:
        raise _bad(error.found) from error
    if delta[40:72] != hashlib.sha256(new).digest():
        raise _bad("a delta that does not give the pack it names")
    return new


def _bad(found: str) -> BadDelta:
    return BadDelta(
        found=found,
        expected="a sound delta from the pack that is installed",
        remedy="fetch the whole pack; the one installed stays in use until then",
    )
