"""A country's listings as a phone carries them, and how one is found.

A pack is one buffer, usually a memory-mapped file, that is used as it lies: nothing is parsed or
copied when it is opened.  `docs/reference/pack-format.md` describes the bytes.  Exact numbers are
in two levels: a directory over the upper bits of the number, and under each directory entry the
sorted lower bits, 16 or, where numbers lie far apart, up to 32, found with one `bisect`.  Where
even so most of the directory would be empty it names the buckets that hold any, and is searched as
well.  Ranges are in `proso.packs.ranges`.

Source: measured against nine other layouts (docs/benchmarks.md); only a C extension was faster.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from proso.errors import Misuse
from proso.packs.layout import PackHeader
from proso.packs.ranges import POWERS, RangeTable
from proso.values.listing import Label
from proso.values.number import NumberRange, PhoneNumber

_NO_CODE: Final = 256
_MAX_MATCHES: Final = 16_384
"""Matches in ranges kept for the next call, about 200 bytes each."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """What a pack says about a number: the most specific entry, and through it what encloses it.

    Attributes:
        label: the entry's label.
        subject: the range that holds the number; None where the number itself is listed.
        enclosing: the next wider entry that holds the number as well, None for none.

    Shared: numbers about which a pack says the same have the same match (until 16,384 different
    ones were asked for), so that what is derived from it can be kept in `Pack.derived`.  Compared
    by identity.
    """

    label: Label
    subject: NumberRange | None = None
    enclosing: "Match | None" = None

    @property
    def chain(self) -> "tuple[Match, ...]":
        """This match and all that enclose it, most specific first."""
        found, match = [self], self.enclosing
        while match is not None:
            found.append(match)
            match = match.enclosing
        return tuple(found)


@dataclass(frozen=True, slots=True)
class NumberSections:
    """The exact numbers of a pack as they lie in the file.

    Attributes:
        shift: how many bits of a number are its lower ones, 16 to 32.
        first_bucket: upper bits of the smallest number.
        buckets: u64, upper bits of the buckets that hold any, where they are named.
        directory: u32, where each bucket begins in `lows`, and the end of the last.
        lows: the lower bits of each number, u16 where they are 16, u32 where more.
        codes: u8, the label of each number.
    """

    shift: int
    first_bucket: int
    buckets: memoryview
    directory: memoryview
    lows: memoryview
    codes: memoryview

    def highs(self) -> Iterator[tuple[int, int, int]]:
        """(upper bits, begin, end) of each bucket, empty ones as well where all are spanned."""
        buckets = self.buckets or range(
            self.first_bucket, self.first_bucket + len(self.directory) - 1
        )
        edges = self.directory.tolist()
        return zip(buckets, edges, edges[1:], strict=False)


class Pack:
    """The listings of a region.

    Built by `proso.packs.codec`; the views all lie in one buffer.

    Attributes:
        header: what the pack says of itself.
        labels: the labels in use, by code.
        numbers_section: the exact numbers as they lie in the file.
        range_table: the ranges as they lie in the file.
        find: the most specific entry for a number (its E.164 digits as an integer, see
            `PhoneNumber.value`), or None where the pack says nothing.  Total: a file damaged after
            it was installed says nothing where it is damaged.
        derived: a place for what a caller derives from shared matches and wants kept as long as
            the pack lives; the caller bounds it.
    """

    __slots__ = (
        "_matches",
        "_of_label",
        "derived",
        "find",
        "header",
        "labels",
        "numbers_section",
        "range_table",
    )

    def __init__(
        self,
        header: PackHeader,
        labels: tuple[Label, ...],
        numbers: NumberSections,
        ranges: RangeTable,
    ) -> None:
        self.header = header
        self.labels = labels
        self.numbers_section = numbers
        self.range_table = ranges
        self.derived: dict[object, object] = {}
        # One shared Match for each label: a look-up that hits allocates nothing.
        self._of_label = tuple(Match(label) for label in labels)
        self._matches: dict[int, Match] = {}
        self.find = self._finder()

    def find_all(self, value: int) -> tuple[Match, ...]:
        """Every entry for a number, most specific first."""
        match = self.find(value)
        return match.chain if match else ()

    @property
    def has_ranges(self) -> bool:
        """Whether any entry is a range."""
        return self.header.ranges > 0

    def _finder(self) -> Callable[[int], Match | None]:
        # A closure, because reading attributes was a seventh of a look-up.
        section, ranges, in_ranges = self.numbers_section, self.range_table, self._in_ranges
        buckets, directory, lows = section.buckets, section.directory, section.lows
        codes, of_label = section.codes, self._of_label
        first, shift, mask = section.first_bucket, section.shift, (1 << section.shift) - 1
        last = buckets[-1] if buckets else first + len(directory) - 2
        named, enclosed = len(buckets) > 0, len(ranges) > 0

        def find(value: int) -> Match | None:
            try:
                bucket = value >> shift
                if first <= bucket <= last:
                    slot = bisect_left(buckets, bucket) if named else bucket - first
                    end = directory[slot + 1]
                    low = value & mask
                    place = bisect_left(lows, low, directory[slot], end)
                    if (
                        place < end
                        and lows[place] == low
                        and (not named or buckets[slot] == bucket)
                    ):
                        code = codes[place]
                        return in_ranges(value, code) if enclosed else of_label[code]
                return in_ranges(value, _NO_CODE) if enclosed else None
            except (IndexError, Misuse):
                return None

        return find

    def _in_ranges(self, value: int, code: int) -> Match | None:
        """The match of a number with this code of its own (256: none) in what encloses it."""
        digits = bisect_right(POWERS, value)
        number = self.range_table.innermost(value, digits)
        if not number:
            return None if code == _NO_CODE else self._of_label[code]
        key = number << 16 | digits << 9 | code
        match = self._matches.get(key)
        if match is None:
            match = self._chain(number, value, digits)
            if code != _NO_CODE:
                match = self._keep(key, Match(self.labels[code], None, match))
        return match

    def _chain(self, number: int, value: int, digits: int) -> Match:
        key = number << 16 | digits << 9 | _NO_CODE
        match = self._matches.get(key)
        if match is None:
            table = self.range_table
            wider = table.enclosing(number, value, digits)
            label = self.labels[table.codes[number - 1]]
            around = self._chain(wider, value, digits) if wider else None
            match = self._keep(key, Match(label, table.subject(number - 1), around))
        return match

    def _keep(self, key: int, match: Match) -> Match:
        if len(self._matches) >= _MAX_MATCHES:
            self._matches.clear()
        self._matches[key] = match
        return match

    def numbers(self) -> Iterator[tuple[PhoneNumber, Label]]:
        """The exact numbers in ascending order."""
        lows, codes, labels = self.numbers_section.lows, self.numbers_section.codes, self.labels
        shift = self.numbers_section.shift
        for high, begin, end in self.numbers_section.highs():
            for place in range(begin, end):
                yield PhoneNumber(high << shift | lows[place]), labels[codes[place]]

    def ranges(self) -> Iterator[tuple[NumberRange, Label]]:
        """The ranges and series, ascending by prefix, each before those within it."""
        for subject, code in self.range_table:
            yield subject, self.labels[code]

    def __len__(self) -> int:
        return self.header.numbers + self.header.ranges

    def __repr__(self) -> str:
        header = self.header
        return f"Pack({header.region} {header.serial}, {len(self)} entries)"
