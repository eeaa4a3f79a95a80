"""Packs of hotspots as streams: what `travel` and `delta` share."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from proso.packs.gaps import pack_ascending, pack_gaps, unpack_ascending, unpack_gaps
from proso.packs.hotspots import HotspotColumns, columns_of, decode_hotspots, encode_columns
from proso.packs.layout import Opening, bad_pack, from_little_endian, little_endian

if TYPE_CHECKING:
    from array import array


_LIMIT: Final = 1 << 50  # 180,001 rows of 3.6e9 places
CORE_STREAMS: Final = 4
DETAIL_STREAMS: Final = 3
_BYTES_A_HOTSPOT: Final = 14


def split(data: bytes) -> list[bytes]:
    """The streams of a pack of hotspots."""
    columns = columns_of(decode_hotspots(data))
    return [*split_core(columns), *split_details(columns.details)]


def join(opening: Opening, streams: Sequence[bytes], *, limit: int) -> bytes:
    """The pack of some streams.

    Raises:
        BadPack: they are not those of a pack within the limit.
    """
    if len(streams) != CORE_STREAMS + DETAIL_STREAMS:
        raise bad_pack("a travel file with parts missing or left over")
    if _BYTES_A_HOTSPOT * len(streams[0]) > limit:
        raise bad_pack("a travel file of a pack that is larger than it may be")
    keys, identities, classes = join_core(streams[:CORE_STREAMS])
    details = join_details(streams[CORE_STREAMS:])
    if details and len(details) != len(keys):
        raise bad_pack("a travel file whose details are not of its hotspots")
    return encode_columns(columns_under(opening, keys, identities, classes, details))


def columns_under(
    opening: Opening,
    keys: "array[int]",
    identities: "array[int]",
    classes: bytes,
    details: Sequence[bytes],
) -> HotspotColumns:
    """Columns with the region, serial and time of a header."""
    return HotspotColumns(
        region=opening.region,
        serial=opening.serial,
        as_of=opening.as_of,
        rule_version=opening.rule_version,
        keys=keys,
        identities=identities,
        classes=classes,
        details=details,
    )


def split_core(columns: HotspotColumns) -> list[bytes]:
    """Places as gaps, identities as they are (they are as good as random), classes."""
    return [
        *pack_ascending(columns.keys, step=0),
        little_endian(columns.identities),
        columns.classes,
    ]


def join_core(streams: Sequence[bytes]) -> "tuple[array[int], array[int], bytes]":
    """Keys, identities and classes again.

    Raises:
        BadPack: they do not belong together.
    """
    symbols, below, identities, classes = streams
    keys = unpack_ascending(symbols, below, step=0, limit=_LIMIT)
    if not len(keys) * 8 == len(identities) == len(classes) * 8:
        raise bad_pack("hotspots whose parts do not belong together")
    return keys, from_little_endian(identities, "Q"), classes


def split_details(details: Sequence[bytes]) -> list[bytes]:
    """The sizes and the details themselves; nothing where there are none."""
    if not any(details):
        return [b""] * DETAIL_STREAMS
    return [*pack_gaps(map(len, details)), b"".join(details)]


def join_details(streams: Sequence[bytes]) -> list[bytes]:
    """The details again.

    Raises:
        BadPack: they do not belong together.
    """
    symbols, below, blob = streams
    edges = list(accumulate(unpack_gaps(symbols, below), initial=0))
    if edges[-1] != len(blob):
        raise bad_pack("details whose sizes do not add up")
    return [blob[begin:end] for begin, end in pairwise(edges)]
