"""Two packs of hotspots as the streams of a delta."""

from collections.abc import Sequence
from typing import Final

from proso.packs.edits import compare, places_of, with_added, without
from proso.packs.gaps import pack_ascending, unpack_ascending
from proso.packs.hotspots import (
    HotspotColumns,
    attach_hotspots,
    columns_of,
    decode_hotspots,
    encode_columns,
)
from proso.packs.hotspots_travel import (
    CORE_STREAMS,
    DETAIL_STREAMS,
    columns_under,
    join_core,
    join_details,
    split_core,
    split_details,
)
from proso.packs.layout import Opening, bad_pack

_STREAMS: Final = 2 + CORE_STREAMS + 3 + 2 + DETAIL_STREAMS
_PLACES: Final = 1 << 40  # more entries than any file holds


def split(old_data: bytes, new_data: bytes) -> list[bytes]:
    """The streams that lead from one pack to the other."""
    old, new = columns_of(decode_hotspots(old_data)), columns_of(decode_hotspots(new_data))
    removed, added = compare(_keys(old), _keys(new))
    come = HotspotColumns(
        region=new.region,
        serial=new.serial,
        as_of=new.as_of,
        rule_version=new.rule_version,
        keys=type(new.keys)("Q", (new.keys[place] for place in added)),
        identities=type(new.keys)("Q", (new.identities[place] for place in added)),
        classes=bytes(new.classes[place] for place in added),
        details=[],
    )
    classes = without(bytearray(new.classes), added)
    reclassed = _differing(without(bytearray(old.classes), removed), classes)
    details = without(_details(new), added)
    retold = _differing(without(_details(old), removed), details)
    told = [_details(new)[place] for place in added] + [details[place] for place in retold]
    return [
        *pack_ascending(removed),
        *split_core(come),
        *pack_ascending(reclassed),
        bytes(classes[place] for place in reclassed),
        *pack_ascending(retold),
        *split_details(told),
    ]


def join(old_data: bytes, opening: Opening, streams: Sequence[bytes]) -> bytes:
    """The pack of a header that some streams make from another pack.

    Raises:
        BadPack: the streams are not of these packs.
    """
    if len(streams) != _STREAMS:
        raise bad_pack("a delta with parts missing or left over")
    old = columns_of(attach_hotspots(old_data))
    removed = unpack_ascending(*streams[:2], limit=_PLACES)
    keys, identities, come_classes = join_core(streams[2:6])
    reclassed = unpack_ascending(*streams[6:8], limit=_PLACES)
    retold = unpack_ascending(*streams[9:11], limit=_PLACES)
    told = join_details(streams[11:]) or [b""] * (len(keys) + len(retold))
    if len(told) != len(keys) + len(retold) or len(streams[8]) != len(reclassed):
        raise bad_pack("a delta whose parts do not belong together")
    stayed = without(_keys(old), removed)
    classes = without(bytearray(old.classes), removed)
    details = without(_details(old), removed)
    for place, klass in zip(reclassed, streams[8], strict=True):
        classes[place] = klass
    for place, detail in zip(retold, told[len(keys) :], strict=True):
        details[place] = detail
    # Among equals in place and identity the one that comes is counted after those that stay.
    places = places_of(stayed, ((k, i, 1 << 32) for k, i in zip(keys, identities, strict=True)))
    return encode_columns(
        columns_under(
            opening,
            with_added(without(old.keys, removed), places, keys),
            with_added(without(old.identities, removed), places, identities),
            bytes(with_added(classes, places, bytearray(come_classes))),
            with_added(details, places, told[: len(keys)]),
        )
    )


def _keys(columns: HotspotColumns) -> list[tuple[int, int, int]]:
    """Place, identity, and how many before it have the same: strictly ascending."""
    keys: list[tuple[int, int, int]] = []
    last, count = (-1, -1), 0
    for pair in zip(columns.keys, columns.identities, strict=True):
        count = count + 1 if pair == last else 0
        keys.append((*pair, count))
        last = pair
    return keys


def _details(columns: HotspotColumns) -> list[bytes]:
    return list(columns.details) or [b""] * len(columns.keys)


def _differing(old: Sequence[object], new: Sequence[object]) -> list[int]:
    return [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
