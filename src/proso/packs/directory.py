"""Numbers cut into upper bits, which a directory covers, and lower bits, which are listed."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, chain, pairwise, repeat
from operator import or_
from typing import TYPE_CHECKING, Final

from proso.packs.layout import low_words

if TYPE_CHECKING:
    from proso.packs.pack import NumberSections

NARROW_BITS: Final = 16
WIDE_BITS: Final = 32
"""Lower bits are 16 or up to 32, because `memoryview` reads those without unpacking."""

_NUMBERS_A_SLOT: Final = 8  # about as many share a slot where numbers lie far apart
_SLOT_BYTES: Final = 4
_NAME_BYTES: Final = 8


def cut(values: "array[int]") -> "tuple[int, int, array[int], array[int]]":
    """The cut that makes the smaller file; buckets are named only where that saves a third.

    Naming them is what lists far apart by nature need (Indonesia's mobiles have 11 to 14 digits),
    but a look-up is then a search among all numbers instead of a few.

    Args:
        values: strictly ascending.

    Returns:
        How many bits are lower ones; the first bucket (upper bits of the first value); the buckets
        that hold any, where that takes less room than all they span; and in which place of the
        list each bucket, named or spanned, begins, and the last ends.
    """
    if not values:
        return NARROW_BITS, 0, array("Q"), array("I")
    wide = next((b for b in range(NARROW_BITS + 1, WIDE_BITS) if _is_even(values, b)), WIDE_BITS)
    named = _filled(values, WIDE_BITS)
    sizes = {
        NARROW_BITS: 2 * len(values) + _SLOT_BYTES * _spanned(values, NARROW_BITS),
        wide: 4 * len(values) + _SLOT_BYTES * _spanned(values, wide),
    }
    bits = min(sizes, key=sizes.__getitem__)
    size_named = 4 * len(values) + (_SLOT_BYTES + _NAME_BYTES) * len(named)
    if 3 * size_named < 2 * sizes[bits]:
        starts = array("I", chain(named.values(), (len(values),)))
        return WIDE_BITS, values[0] >> WIDE_BITS, array("Q", named), starts
    keys = _filled(values, bits)
    starts = array("I", chain(keys.values(), (len(values),)))
    first, last = values[0] >> bits, values[-1] >> bits
    counts = array("I", bytes(_SLOT_BYTES * (last - first + 1)))
    for key, (begin, end) in zip(keys, pairwise(starts), strict=True):
        counts[key - first] = end - begin
    return bits, first, array("Q"), array("I", accumulate(counts, initial=0))


def width_of(bits: int) -> str:
    """The `array` type code of so many lower bits."""
    return "H" if bits == NARROW_BITS else "I"


def lows_of(values: "array[int]", bits: int) -> "array[int]":
    """The lower bits of each value."""
    if bits == NARROW_BITS:
        return low_words(values)
    mask = (1 << bits) - 1
    return array("I", (value & mask for value in values))


def values_of(section: "NumberSections") -> "array[int]":
    """The numbers of a pack, ascending where the pack is sound.

    Raises:
        OverflowError: the upper bits are none of a number.
    """
    shift = section.shift
    highs = (repeat(high << shift, end - begin) for high, begin, end in section.highs())
    return array("Q", map(or_, chain.from_iterable(highs), section.lows))


def _spanned(values: Sequence[int], bits: int) -> int:
    return (values[-1] >> bits) - (values[0] >> bits) + 1


def _is_even(values: Sequence[int], bits: int) -> bool:
    return _spanned(values, bits) * _NUMBERS_A_SLOT <= len(values)


def _filled(values: "array[int]", bits: int) -> dict[int, int]:
    """The buckets that hold any, and in which place of the list each begins."""
    found, place, size = {}, 0, len(values)
    while place < size:
        bucket = values[place] >> bits
        found[bucket] = place
        place = bisect_left(values, (bucket + 1) << bits, place, size)
    return found
