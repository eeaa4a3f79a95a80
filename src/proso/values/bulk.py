"""Reading many numbers at once, where numpy is installed: as one by one, a hundred times as fast.

For an exchange or a hub; a phone never imports this module.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from proso.values.numbering import MAX_E164_DIGITS, PREFIX_CHARACTERS, ROW_OF_PREFIX, ROWS

Values: TypeAlias = NDArray[np.uint64]
Flags: TypeAlias = NDArray[np.bool_]

PREFIX_DIGITS: Final = PREFIX_CHARACTERS - 1
_POWERS: Final = np.array([10**n for n in range(MAX_E164_DIGITS + 1)], np.uint64)
_ROWS: Final = np.array(ROWS, np.uint32)[np.frombuffer(ROW_OF_PREFIX, np.uint16)]
_UNCHANGED: Final = np.ascontiguousarray(_ROWS[:, 0])
_IN_USE: Final = np.ascontiguousarray(_ROWS[:, 1])


def clean_values(block: bytes) -> Values:
    """The number in each line, where it is plainly one: as `proso.values.numbering.clean_value`.

    Args:
        block: lines, each with its newline.

    Returns:
        (lines,) E.164 digits as integers, 0 where the line is anything else.
    """
    data = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))[: len(ends)]
    sizes = ends - starts
    values = np.zeros(len(ends), np.uint64)
    for size in range(PREFIX_CHARACTERS, MAX_E164_DIGITS + 2):
        lines = np.flatnonzero(sizes == size)
        if len(lines):
            values[lines] = _of_size(data, starts[lines], size)
    return values


def are_in_use(values: Values) -> Flags:
    """Of which numbers the table says that all of their first digits and length are in use.

    Args:
        values: (n,) E.164 digits as integers.
    """
    digits = np.searchsorted(_POWERS, values, side="right")
    prefixes = values // _POWERS[np.maximum(digits - PREFIX_DIGITS, 0)]
    in_use: Flags = (_IN_USE[prefixes] >> (digits + 1).astype(np.uint32) & 1).astype(np.bool_)
    return in_use


def _of_size(data: NDArray[np.uint8], starts: NDArray[np.int64], size: int) -> Values:
    values = np.zeros(len(starts), np.uint64)
    good = data[starts] == ord("+")
    prefixes = values
    for place in range(1, size):
        digits = data[starts + place] - np.uint8(ord("0"))  # below "0" wraps around to above 9
        good &= digits <= 9  # noqa: PLR2004  the last digit
        values = values * np.uint64(10) + digits
        if place == PREFIX_DIGITS:
            prefixes = values
    known = np.where(good, prefixes, 0)
    good &= (_UNCHANGED[known] >> np.uint32(size) & 1).astype(np.bool_)
    return np.where(good, values, 0)
