"""One sorted list made into another: which entries go, which come, and where."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from proso.packs.layout import bad_pack

if TYPE_CHECKING:
    from array import array

Column = TypeVar("Column", "array[int]", bytearray, "list[Any]")


def compare(old: Sequence[Any], new: Sequence[Any]) -> tuple[list[int], list[int]]:
    """Places in `old` that are not in `new`, and places in `new` that are not in `old`.

    Args:
        old: strictly ascending.
        new: strictly ascending.
    """
    removed, added = [], []
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            i += 1
            j += 1
        elif old[i] < new[j]:
            removed.append(i)
            i += 1
        else:
            added.append(j)
            j += 1
    removed += range(i, len(old))
    added += range(j, len(new))
    return removed, added


def without(column: Column, removed: Sequence[int]) -> Column:
    """A column without the places named, which ascend.

    Raises:
        BadPack: a place it has not.
    """
    if removed and removed[-1] >= len(column):
        raise bad_pack("a place beyond the end of the list")
    result, begin = column[:0], 0
    for place in removed:
        result += column[begin:place]
        begin = place + 1
    result += column[begin:]
    return result


def places_of(column: Sequence[Any], added: Iterable[Any]) -> list[int]:
    """Before which place of a sorted column each of some ascending values belongs."""
    places, place = [], 0
    for value in added:
        place = bisect_left(column, value, place)
        places.append(place)
    return places


def with_added(column: Column, places: Sequence[int], added: Column) -> Column:
    """A column with values inserted before the places named, which do not descend."""
    result, begin = column[:0], 0
    for i, place in enumerate(places):
        result += column[begin:place]
        result.append(added[i])
        begin = place
    result += column[begin:]
    return result
