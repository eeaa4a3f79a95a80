"""Two packs of numbers as the streams of a delta."""

from array import array
from collections.abc import Sequence
from typing import Any, Final

from proso.packs.codec import Listings, attach, decode, encode_listings, listings_of
from proso.packs.edits import compare, places_of, with_added, without
from proso.packs.gaps import pack_ascending, unpack_ascending
from proso.packs.labels import LABEL_BYTES, SplitTable
from proso.packs.layout import Opening, bad_pack
from proso.packs.numbers_travel import (
    NUMBER_LIMIT,
    RANGE_STREAMS,
    join_ranges,
    listings_under,
    split_ranges,
)
from proso.packs.ranges import order_of
from proso.packs.symbols import CODE_STREAMS, pack_codes, pack_symbols, unpack_codes, unpack_symbols

_NUMBER_STREAMS: Final = 2 + 2 + CODE_STREAMS + 4
_RANGE_STREAMS: Final = 2 + RANGE_STREAMS + 3
_PLACES: Final = 1 << 40  # more entries than any file holds


def split(old_data: bytes, new_data: bytes) -> list[bytes]:
    """The streams that lead from one pack to the other."""
    old, new = listings_of(decode(old_data)), listings_of(decode(new_data))
    renamed = _renamed(old.labels, new.labels)
    return [new.labels, *_split_numbers(old, new, renamed), *_split_ranges(old, new, renamed)]


def join(old_data: bytes, opening: Opening, streams: Sequence[bytes]) -> bytes:
    """The pack of a header that some streams make from another pack.

    Raises:
        BadPack: the streams are not of these packs.
    """
    if len(streams) != 1 + _NUMBER_STREAMS + _RANGE_STREAMS:
        raise bad_pack("a delta with parts missing or left over")
    old, labels = listings_of(attach(old_data)), streams[0]
    if len(labels) % LABEL_BYTES or len(labels) > 256 * LABEL_BYTES:
        raise bad_pack("a delta with more labels than can exist")
    renamed = _renamed(old.labels, labels)
    numbers, ranges = streams[1 : 1 + _NUMBER_STREAMS], streams[1 + _NUMBER_STREAMS :]
    values, codes = _join_numbers(old, numbers, renamed, SplitTable.of(labels))
    return encode_listings(
        listings_under(opening, labels, values, codes, _join_ranges(old, ranges, renamed))
    )


def _renamed(old: bytes, new: bytes) -> bytes:
    """For each old code the new one of the same label, 0 where there is none; 256 bytes."""
    rows = [new[i : i + LABEL_BYTES] for i in range(0, len(new), LABEL_BYTES)]
    code_of = {row: code for code, row in enumerate(rows)}
    codes = [code_of.get(old[i : i + LABEL_BYTES], 0) for i in range(0, len(old), LABEL_BYTES)]
    return bytes(codes) + bytes(256 - len(codes))


def _split_numbers(old: Listings, new: Listings, renamed: bytes) -> list[bytes]:
    removed, added = compare(old.values, new.values)
    table = SplitTable.of(new.labels)
    come = array("Q", (new.values[place] for place in added))
    kept = without(bytearray(old.codes), removed)
    stayed, wanted = kept.translate(renamed), without(bytearray(new.codes), added)
    order = _by_code(kept)
    changed = [rank for rank, place in enumerate(order) if stayed[place] != wanted[place]]
    categories, rests = _steps(stayed, wanted, [order[rank] for rank in changed], table)
    return [
        *pack_ascending(removed),
        *pack_ascending(come),
        *pack_codes(come, bytes(new.codes[place] for place in added), table),
        *pack_ascending(changed),
        pack_symbols(categories, len(set(table.categories))),
        pack_symbols(rests, len(set(table.rests))),
    ]


def _join_numbers(
    old: Listings, streams: Sequence[bytes], renamed: bytes, table: SplitTable
) -> tuple[Any, bytes]:
    removed = unpack_ascending(*streams[:2], limit=_PLACES)
    come = unpack_ascending(*streams[2:4], limit=NUMBER_LIMIT)
    come_codes = unpack_codes(come, streams[4 : 4 + CODE_STREAMS], table)
    changed = unpack_ascending(*streams[4 + CODE_STREAMS : 6 + CODE_STREAMS], limit=_PLACES)
    kept = without(bytearray(old.codes), removed)
    codes = kept.translate(renamed)
    if changed:
        if changed[-1] >= len(codes):
            raise bad_pack("a place beyond the end of the list")
        order = _by_code(kept)
        places = [order[rank] for rank in changed]
        _take_steps(codes, places, streams[6 + CODE_STREAMS :], table)
    values = without(old.values, removed)
    places = places_of(values, come)
    codes = with_added(codes, places, bytearray(come_codes))
    return with_added(values, places, come), bytes(codes)


def _by_code(codes: bytearray) -> "array[int]":
    """Places sorted by their code: what is told in this order is told label by label.

    Numbers of one label grow older together, so changes and their steps bunch.
    """
    groups = [array("I") for _ in range(256)]
    add = [group.append for group in groups]
    for place, code in enumerate(codes):
        add[code](place)
    order = array("I")
    for group in groups:
        order += group
    return order


def _steps(
    before: bytearray, after: bytearray, changed: Sequence[int], table: SplitTable
) -> tuple[bytes, bytes]:
    """How far each changed code moves in the ranks of categories and of rests.

    Most changes are a number growing older or better known: the same small step for many.
    """
    used = len(set(table.categories)) or 1, len(set(table.rests)) or 1
    categories, rests = bytearray(), bytearray()
    for place in changed:
        old, new = before[place], after[place]
        categories.append((table.categories[new] - table.categories[old]) % used[0])
        rests.append((table.rests[new] - table.rests[old]) % used[1])
    return bytes(categories), bytes(rests)


def _take_steps(
    codes: bytearray, changed: Sequence[int], streams: Sequence[bytes], table: SplitTable
) -> None:
    used = len(set(table.categories)) or 1, len(set(table.rests)) or 1
    categories = unpack_symbols(streams[0], used[0], len(changed))
    rests = unpack_symbols(streams[1], used[1], len(changed))
    for place, category, rest in zip(changed, categories, rests, strict=True):
        old = codes[place]
        key = (table.categories[old] + category) % used[0] << 8
        code = table.codes.get(key | (table.rests[old] + rest) % used[1])
        if code is None:
            raise bad_pack("a label that is not in the table")
        codes[place] = code


def _split_ranges(old: Listings, new: Listings, renamed: bytes) -> list[bytes]:
    before, after = ([order_of(s) for s, _ in pack.ranges] for pack in (old, new))
    removed, added = compare(before, after)
    stayed = without([code for _, code in old.ranges], removed)
    wanted = without([code for _, code in new.ranges], added)
    changed = [i for i, (a, b) in enumerate(zip(stayed, wanted, strict=True)) if renamed[a] != b]
    return [
        *pack_ascending(removed),
        *split_ranges([new.ranges[place] for place in added]),
        *pack_ascending(changed),
        bytes(wanted[place] for place in changed),
    ]


def _join_ranges(old: Listings, streams: Sequence[bytes], renamed: bytes) -> list[Any]:
    removed = unpack_ascending(*streams[:2], limit=_PLACES)
    come = join_ranges(streams[2 : 2 + RANGE_STREAMS])
    changed = unpack_ascending(*streams[2 + RANGE_STREAMS : 4 + RANGE_STREAMS], limit=_PLACES)
    labels = streams[4 + RANGE_STREAMS]
    ranges = without([(subject, renamed[code]) for subject, code in old.ranges], removed)
    if len(labels) != len(changed) or (changed and changed[-1] >= len(ranges)):
        raise bad_pack("a place beyond the end of the list")
    for place, code in zip(changed, labels, strict=True):
        ranges[place] = (ranges[place][0], code)
    places = places_of([order_of(s) for s, _ in ranges], [order_of(s) for s, _ in come])
    return with_added(ranges, places, come)
