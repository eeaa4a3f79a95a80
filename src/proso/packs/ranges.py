"""The ranges of a pack: one sorted table, whose entries name what encloses them.

Every range is its prefix filled with zeros to 15 digits, so that ranges of all lengths lie on one
line, a range before those within it.  The last entry at or before a number is then the innermost
range that can hold it, or lies within whatever does: one `bisect`, then a walk outwards.  The line
is cut into about as many equal pieces as there are ranges, so that the `bisect` is over a few.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from proso.packs.layout import Cursor, little_endian
from proso.values.number import NumberRange
from proso.values.numbering import MAX_E164_DIGITS

ENTRY_BYTES: Final = 14
"""Start 8, shape 1, code 1, parent 4; the pieces of the line come on top, at most 4."""

POWERS: Final = tuple(10**i for i in range(MAX_E164_DIGITS + 1))
_BY_PREFIX: Final = (0, *(10 ** (MAX_E164_DIGITS - i) for i in range(1, MAX_E164_DIGITS + 1)))
"""How many places of the line a range covers, by the digits of its prefix."""


def digits_of(value: int) -> int:
    """How many decimal digits, for 1 to 10^15 - 1."""
    return bisect_right(POWERS, value)


def order_of(subject: NumberRange) -> tuple[int, int, int]:
    """The key ranges are sorted by: along the line, wider before narrower."""
    length = digits_of(subject.prefix)
    return subject.prefix * _BY_PREFIX[length], length, subject.digits


def subject_at(start: int, shape: int) -> NumberRange:
    """The range of an entry.

    Raises:
        Misuse: there is none.
    """
    return NumberRange(start // max(_BY_PREFIX[shape & 15], 1), shape >> 4)


class RangeTable:
    """The ranges of a pack as they lie in the file.

    Attributes:
        starts: u64, the prefix filled with zeros to 15 digits; ascending.
        shapes: u8, digits of the prefix + 16 x digits of a number in all, 0 for any.
        codes: u8, the label.
        parents: u32, 1 + place of the next wider range that has this one's prefix in it, 0 for
            none.
        pieces: u32, how many ranges start before each piece of the line, and before its end.
    """

    __slots__ = ("_first", "_last", "_shift", "codes", "parents", "pieces", "shapes", "starts")

    def __init__(self, sections: Sequence[memoryview]) -> None:
        self.starts, self.shapes, self.codes, self.parents, self.pieces = sections
        self._first, self._last, self._shift = _cut(self.starts)

    @classmethod
    def take(cls, cursor: Cursor, count: int, pieces: int) -> "RangeTable":
        """The sections of a file, O(1)."""
        return cls(
            (
                cursor.take_integers("Q", count),
                cursor.take(count),
                cursor.take(count),
                cursor.take_integers("I", count),
                cursor.take_integers("I", pieces),
            )
        )

    def subject(self, place: int) -> NumberRange:
        """The range at a place of the table."""
        return subject_at(self.starts[place], self.shapes[place])

    def innermost(self, value: int, digits: int) -> int:
        """1 + place of the most specific range that holds a number of so many digits; 0 none.

        Raises:
            IndexError: the file was damaged after it was installed.
        """
        at = value * _BY_PREFIX[digits]
        piece = at >> self._shift
        if piece < self._first:
            return 0
        if piece > self._last:
            return self._outwards(len(self.starts), at, digits)
        piece -= self._first
        pieces = self.pieces
        number = bisect_right(self.starts, at, pieces[piece], pieces[piece + 1])
        return self._outwards(number, at, digits) if number else 0

    def enclosing(self, number: int, value: int, digits: int) -> int:
        """As `innermost`, for the next one around the range with this number."""
        wider = self.parents[number - 1]
        return self._outwards(wider, value * _BY_PREFIX[digits], digits) if wider < number else 0

    def _outwards(self, number: int, at: int, digits: int) -> int:
        """The first of a range and those around it that holds a place on the line."""
        starts, shapes, parents = self.starts, self.shapes, self.parents
        while number:
            place = number - 1
            shape = shapes[place]
            prefix = shape & 15
            # A number of fewer digits than the prefix can still lie where the range begins.
            fits = shape >> 4 in (0, digits) and prefix <= digits
            if fits and at - starts[place] < _BY_PREFIX[prefix]:
                return number
            wider = parents[place]
            number = wider if wider < number else 0  # a damaged file must not turn in circles
        return 0

    def __iter__(self) -> Iterator[tuple[NumberRange, int]]:
        for place in range(len(self.starts)):
            yield self.subject(place), self.codes[place]

    def __len__(self) -> int:
        return len(self.starts)


def encode_ranges(entries: Sequence[tuple[NumberRange, int]]) -> list[bytes]:
    """The sections of a file for (range, label code), sorted by `order_of`."""
    keys = [order_of(subject) for subject, _ in entries]
    parents, around = array("I"), list[int]()
    for place, (start, _, _) in enumerate(keys):
        while around and start - keys[around[-1]][0] >= _BY_PREFIX[keys[around[-1]][1]]:
            around.pop()
        parents.append(around[-1] + 1 if around else 0)
        around.append(place)
    starts = array("Q", (start for start, _, _ in keys))
    first, last, shift = _cut(starts)
    pieces = (bisect_left(starts, piece << shift) for piece in range(first, last + 2))
    return [
        little_endian(starts),
        bytes(length | digits << 4 for _, length, digits in keys),
        bytes(code for _, code in entries),
        little_endian(parents),
        little_endian(array("I", pieces if keys else ())),
    ]


def _cut(starts: Sequence[int]) -> tuple[int, int, int]:
    """First and last piece of the line, and how many bits of a place lie within one."""
    if not len(starts):
        return 0, -1, 0
    spread = (starts[-1] - starts[0]) // len(starts)
    shift = max(spread, 1).bit_length()
    return starts[0] >> shift, starts[-1] >> shift, shift
