"""What changes a pack into a later one, byte for byte.

A delta tells which entries go, which come and whose labels change; the rest is taken from the pack
at hand.  The layout is in docs/reference/pack-format.md.  What a delta gives is trusted for the
signature over the resulting pack, never for the delta's own word.
"""

from typing import Final

from proso.errors import BadDelta, BadPack, Misuse
from proso.packs import hotspots_delta, numbers_delta
from proso.packs.layout import DIGEST_BYTES, HEADER_BYTES, Kind, Opening, read_opening
from proso.packs.streams import pack_streams, unpack_streams

MAGIC: Final = b"PROSODL\1"
_SLACK_BYTES: Final = 1 << 16  # headers and tables of the smallest packs


def diff(old: bytes, new: bytes) -> bytes:
    """The delta between two sound packs of a region and kind.

    Args:
        old: what the phone has.
        new: what it shall have.

    Raises:
        BadPack: one of them is not sound.
        Misuse: they are of different regions or kinds.
    """
    before, after = read_opening(memoryview(old)), read_opening(memoryview(new))
    if (before.region, before.kind) != (after.region, after.kind):
        raise Misuse(
            found="two packs of different regions or kinds",
            expected="two serials of one",
            remedy="name packs of the same region",
        )
    split = numbers_delta.split if after.kind is Kind.NUMBERS else hotspots_delta.split
    frame = old[-DIGEST_BYTES:] + new[:HEADER_BYTES] + new[-DIGEST_BYTES:]
    return MAGIC + pack_streams([frame, *split(old, new)])


def apply(old: bytes, delta: bytes, *, limit: int) -> bytes:
    """The later pack, byte for byte.

    Args:
        old: the pack the delta was made from.
        delta: from anybody.
        limit: bytes the later pack may have at most; memory stays within a small multiple of it
            and of the old pack.

    Raises:
        BadDelta: made from another pack, damaged, or of a larger result.
    """
    if delta[: len(MAGIC)] != MAGIC:
        raise _bad("bytes that are no delta")
    try:
        return _apply(old, memoryview(delta)[len(MAGIC) :], limit)
    except BadDelta:
        raise
    except BadPack as error:
        raise _bad(error.found) from error
    except (Misuse, OverflowError, IndexError) as error:
        raise _bad("a delta of something that is no pack") from error


def _apply(old: bytes, delta: memoryview, limit: int) -> bytes:
    # What goes is told in at most a few bytes each, and what comes as in a travel file.
    streams = unpack_streams(delta, limit=2 * (limit + len(old)) + _SLACK_BYTES)
    frame = next(streams, b"")
    if len(frame) != HEADER_BYTES + 2 * DIGEST_BYTES:
        raise _bad("a delta without the header of its pack")
    if frame[:DIGEST_BYTES] != old[-DIGEST_BYTES:]:
        raise _bad("a delta that was made from another pack")
    after, before = read_opening(memoryview(frame)[DIGEST_BYTES:]), read_opening(memoryview(old))
    _check_same(before, after)
    join = numbers_delta.join if after.kind is Kind.NUMBERS else hotspots_delta.join
    new = join(old, after, list(streams))
    if len(new) > limit or new[:HEADER_BYTES] + new[-DIGEST_BYTES:] != frame[DIGEST_BYTES:]:
        raise _bad("a delta that does not give the pack it names")
    return new


def _check_same(before: Opening, after: Opening) -> None:
    if (before.region, before.kind) != (after.region, after.kind):
        raise _bad("a delta to a pack of another region or kind")


def _bad(found: str) -> BadDelta:
    return BadDelta(
        found=found,
        expected="a sound delta from the pack that is installed",
        remedy="fetch the whole pack; the one installed stays in use until then",
    )
