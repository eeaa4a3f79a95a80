"""Looking many numbers up at once, where numpy is installed.

A phone asks for one number at a time and needs none of this; an exchange that checks a day's calls,
or a hub that judges its own pack, asks for millions.
"""

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from proso.packs.directory import values_of
from proso.packs.pack import Match, Pack
from proso.packs.ranges import POWERS

if TYPE_CHECKING:
    from collections.abc import Sequence

Values: TypeAlias = NDArray[np.uint64]
Places: TypeAlias = NDArray[np.int64]

_SCALES: Final = np.array([0, *(10 ** (15 - n) for n in range(1, 16)), 0], np.uint64)


class BulkLookup:
    """A pack made ready for many look-ups: its numbers are unfolded once, eight bytes each.

    Attributes:
        pack: the pack.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._values: Values = np.frombuffer(values_of(pack.numbers_section), np.uint64)
        self._codes = np.frombuffer(pack.numbers_section.codes, np.uint8)
        table = pack.range_table
        self._starts: Values = np.frombuffer(table.starts, np.uint64)
        self._parents = np.frombuffer(table.parents, np.uint32).astype(np.int64)
        shapes = np.frombuffer(table.shapes, np.uint8)
        self._widths: Values = _SCALES[shapes & 15]
        self._digits = (shapes >> 4).astype(np.int64)
        self._prefixes = (shapes & 15).astype(np.int64)

    def find(self, values: Values) -> "tuple[Sequence[Match | None], Places]":
        """What the pack says of each number.

        Args:
            values: (n,) E.164 digits as integers, in any order.

        Returns:
            Matches, and (n,) for each number the place of its match among them; None for a number
            of which nothing is known.  The matches are those `Pack.find` gives.
        """
        order = np.argsort(values)
        ascending = values[order]
        codes = self._exact(ascending)
        if len(self._starts):
            matches, found = self._with_ranges(ascending, codes)
        else:
            matches, found = _one_for_each(self.pack, ascending, codes + 1)
        places = np.empty(len(values), np.int64)
        places[order] = found
        return matches, places

    def _exact(self, ascending: Values) -> Places:
        """The code of each number, -1 where it is not listed itself."""
        if not len(self._values):
            return np.full(len(ascending), -1, np.int64)
        at = np.searchsorted(self._values, ascending)
        at[at == len(self._values)] = 0
        return np.where(self._values[at] == ascending, self._codes[at].astype(np.int64), -1)

    def _with_ranges(
        self, ascending: Values, codes: Places
    ) -> "tuple[Sequence[Match | None], Places]":
        digits = np.searchsorted(np.array(POWERS, np.uint64), ascending, side="right")
        # Numbers of which the pack says the same have the same code, innermost range and length.
        keys = self._innermost(ascending, digits) * 16 + np.minimum(digits, 15)
        return _one_for_each(self.pack, ascending, keys * 257 + codes + 1)

    def _innermost(self, ascending: Values, digits: Places) -> Places:
        """1 + place of the most specific range that holds each number, 0 for none."""
        at = ascending * _SCALES[digits]
        numbers = np.searchsorted(self._starts, at, side="right").astype(np.int64)
        asked = np.flatnonzero(numbers)
        while len(asked):
            place = numbers[asked] - 1
            within = at[asked] - self._starts[place] < self._widths[place]
            fits = (self._digits[place] == 0) | (self._digits[place] == digits[asked])
            fits &= self._prefixes[place] <= digits[asked]
            asked = asked[~(within & fits)]
            numbers[asked] = self._parents[numbers[asked] - 1]
            asked = asked[numbers[asked] > 0]
        return numbers


def _one_for_each(
    pack: Pack, values: Values, keys: Places
) -> "tuple[Sequence[Match | None], Places]":
    """The match of each distinct key, asked for once, and where each number's is."""
    if len(keys) and keys.max() <= len(pack.labels):  # few: counting is faster than sorting
        first = np.full(len(pack.labels) + 1, -1, np.int64)
        first[keys[::-1]] = np.arange(len(keys) - 1, -1, -1)
        return [pack.find(int(values[i])) if i >= 0 else None for i in first], keys
    _, first, places = np.unique(keys, return_index=True, return_inverse=True)
    return [pack.find(int(values[i])) for i in first], places
