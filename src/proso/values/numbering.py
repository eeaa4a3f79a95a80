"""What the numbering plans say of a number's first digits, and whether a number is in use.

The answers are libphonenumber's.  Parsing with phonenumbers costs 20 µs, validating 20 more and
importing it 25 ms (measured, docs/benchmarks.md); a call has 2 µs for everything.  So the metadata
is turned beforehand into a table over the first five digits (`numbering_table`, made by
tools/generate_numbering.py), and the library is asked only where the table cannot decide.  Tests
hold both roads equal, and the table equal to the library that is installed.
"""

import base64
import zlib
from array import array
from sys import byteorder
from typing import Final, TypeAlias

from proso.values import numbering_table as table

MAX_E164_DIGITS: Final = 15
"""Digits of the longest number, calling code included.  Source: ITU-T E.164 section 6."""

Row: TypeAlias = tuple[int, int, int]
"""Three masks in which bit n stands for a text of n characters, "+" included: what may be so long
and is returned unchanged by the library; all numbers so long are in use; only some are."""

PREFIX_CHARACTERS: Final = table.PREFIX_DIGITS + 1
"""Characters of a text that choose its row: "+" and five digits."""

_LEAST: Final = (0, 0, *(10**n for n in range(MAX_E164_DIGITS)))  # of n characters, "+" included

REGIONS: Final = frozenset("".join(table.REGIONS).split())
"""ISO 3166-1 alpha-2 codes of the regions that have a numbering plan."""

_CALLING_CODES: Final = frozenset(
    int(code.partition("=")[0]) for code in "".join(table.CALLING_CODES).split()
)
_NOTHING: Final[Row] = (0, 0, 0)
ROWS: Final[tuple[Row, ...]] = tuple((a << 1, b << 1, c << 1) for a, b, c in table.ROWS)
ROW_OF_PREFIX: Final = array("H", zlib.decompress(base64.b64decode("".join(table.ROW_OF_PREFIX))))
"""The place in `ROWS` of each five digits from 00000."""

if byteorder == "big":
    ROW_OF_PREFIX.byteswap()
_seen: dict[str, Row] = {}

seen_row: Final = _seen.get
"""As `row_of`, but None for a prefix not seen before; for the hot path alone."""


def row_of(prefix: str) -> Row:
    """What is known of the texts that begin like this.

    Args:
        prefix: "+" and five ASCII digits; for anything else nothing is known.
    """
    row = _seen.get(prefix)
    if row is None:
        digits = prefix[1:]
        if len(prefix) != PREFIX_CHARACTERS or prefix[0] != "+" or not _is_digits(digits):
            return _NOTHING
        # At most 100,000 prefixes of five digits exist, so what was seen is bounded.
        row = _seen[prefix] = ROWS[ROW_OF_PREFIX[int(digits)]]
    return row


def clean_value(text: str) -> int:
    """The E.164 digits of a text that is "+" and digits, as networks signal a number.

    Returns:
        The digits as an integer; 0 where they are no possible number, or the library may read them
        otherwise: then `notation.read` must be asked.
    """
    row = seen_row(text[:PREFIX_CHARACTERS]) or row_of(text[:PREFIX_CHARACTERS])
    size = len(text)
    if row[0] >> size & 1:
        try:
            value = int(text)
        except ValueError:
            return 0
        # Of a text that has a row `int` takes signs of thousands and blanks as well: then the
        # value is too small for the length.
        return value if value >= _LEAST[size] else 0
    return 0


def is_region(region: str) -> bool:
    """Whether libphonenumber knows this ISO 3166-1 alpha-2 code."""
    return region in REGIONS


def calling_code_of(region: str) -> int:
    """The calling code of a region, 1 to 999; 0 where there is no such region."""
    for entry in "".join(table.CALLING_CODES).split():
        code, _, regions = entry.partition("=")
        if region in regions.split(","):
            return int(code)
    return 0


def split_calling_code(digits: str) -> int:
    """The calling code that E.164 digits begin with, or 0 when none does."""
    for length in (1, 2, 3):
        head = digits[:length]
        if _is_digits(head) and int(head) in _CALLING_CODES:
            return int(head)
    return 0


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
