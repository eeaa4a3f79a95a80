"""A country's listings as a phone carries them, and how one is found.

A pack is one buffer, usually a memory-mapped file, that is used as it lies: nothing is parsed or
copied when it is opened.  `docs/reference/pack-format.md` describes the bytes.  Exact numbers are
in two levels: a directory over the upper bits of the number, and under each directory entry the
sorted lower 16 bits, found with one `bisect`.  Where numbers lie far apart the directory names the
buckets that hold any, and is searched as well.  Ranges are sorted prefixes, one short table for
each pair of (digits in all, digits of the prefix).

Source: measured against nine other layouts (docs/benchmarks.md); only a C extension was faster.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from proso.errors import Misuse
from proso.packs.layout import PackHeader
from proso.values.listing import Label
from proso.values.number import NumberRange, PhoneNumber

LOW_BITS: Final = 16
"""Bits of a number kept beside each entry; the directory covers the rest.  16 is a machine type
that `memoryview` reads without unpacking."""

_LOW_MASK: Final = (1 << LOW_BITS) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """What a pack says about a number.

    Attributes:
        label: the entry's label.
        subject: the range that holds the number; None where the number itself is listed.

    Compared by identity: an exact number's match is shared by all numbers of the same label, so
    that what is derived from it can be kept in `Pack.derived`.
    """

    label: Label
    subject: NumberRange | None = None


@dataclass(frozen=True, slots=True)
class RangeGroup:
    """The ranges whose numbers and prefixes have the same length.

    Attributes:
        digits: digits of a number in all, 0 for any.
        prefix_digits: digits of the prefix.
        prefixes: sorted prefixes as unsigned 64-bit integers.
        codes: one label code for each.
    """

    digits: int
    prefix_digits: int
    prefixes: memoryview
    codes: memoryview


class Pack:
    """The listings of a region.

    Built by `proso.packs.codec.decode`; the views all lie in one buffer.

    Attributes:
        header: what the pack says of itself.
        labels: the labels in use, by code.
        derived: a place for what a caller derives from shared matches and wants kept as long as
            the pack lives; the caller bounds it.
    """

    __slots__ = (
        "_buckets",
        "_codes",
        "_directory",
        "_first_bucket",
        "_groups",
        "_last_bucket",
        "_lows",
        "_matches",
        "derived",
        "header",
        "labels",
    )

    def __init__(  # noqa: PLR0913  the sections of one file
        self,
        header: PackHeader,
        labels: tuple[Label, ...],
        *,
        first_bucket: int,
        buckets: memoryview,
        directory: memoryview,
        lows: memoryview,
        codes: memoryview,
        groups: tuple[RangeGroup, ...],
    ) -> None:
        self.header = header
        self.labels = labels
        self._buckets = buckets
        self._first_bucket = first_bucket
        self._last_bucket = buckets[-1] if len(buckets) else first_bucket + len(directory) - 2
        self._directory = directory
        self._lows = lows
        self._codes = codes
        self._groups = groups
        self.derived: dict[object, object] = {}
        # One shared Match for each label: a look-up that hits allocates nothing.
        self._matches = tuple(Match(label) for label in labels)

    def find(self, value: int) -> Match | None:
        """The most specific entry for a number, or None where the pack says nothing.

        Total: a file damaged after it was installed says nothing where it is damaged.

        Args:
            value: E.164 digits as an integer (`PhoneNumber.value`).
        """
        try:
            return self._find(value)
        except (IndexError, Misuse):
            return None

    def _find(self, value: int) -> Match | None:
        bucket = value >> LOW_BITS
        if self._first_bucket <= bucket <= self._last_bucket:
            buckets = self._buckets
            if buckets:
                slot = bisect_left(buckets, bucket)
                begin = self._directory[slot]
                end = self._directory[slot + 1] if buckets[slot] == bucket else begin
            else:
                slot = bucket - self._first_bucket
                begin, end = self._directory[slot], self._directory[slot + 1]
            low = value & _LOW_MASK
            place = bisect_left(self._lows, low, begin, end)
            if place < end and self._lows[place] == low:
                return self._matches[self._codes[place]]
        if self._groups:
            return next(self._enclosing(value), None)
        return None

    @property
    def has_ranges(self) -> bool:
        """Whether any entry is a range."""
        return bool(self._groups)

    def find_all(self, value: int) -> tuple[Match, ...]:
        """Every entry for a number, most specific first."""
        best = self.find(value)
        try:
            found = list(self._enclosing(value))
        except (IndexError, Misuse):
            found = []
        if best is not None and best.subject is None:
            found.insert(0, best)
        return tuple(found)

    def _enclosing(self, value: int) -> Iterator[Match]:
        # Groups are stored most specific first: long prefixes before short ones.
        text = str(value)
        for group in self._groups:
            if len(text) < group.prefix_digits or group.digits not in (0, len(text)):
                continue
            prefix = int(text[: group.prefix_digits])
            place = bisect_left(group.prefixes, prefix)
            if place < len(group.prefixes) and group.prefixes[place] == prefix:
                label = self.labels[group.codes[place]]
                yield Match(label, NumberRange(prefix, group.digits))

    def numbers(self) -> Iterator[tuple[PhoneNumber, Label]]:
        """The exact numbers in ascending order."""
        for slot in range(len(self._directory) - 1):
            bucket = self._buckets[slot] if len(self._buckets) else self._first_bucket + slot
            high = bucket << LOW_BITS
            for place in range(self._directory[slot], self._directory[slot + 1]):
                value = high | self._lows[place]
                yield PhoneNumber(value), self.labels[self._codes[place]]

    def ranges(self) -> Iterator[tuple[NumberRange, Label]]:
        """The ranges and series, most specific first, ascending within a length."""
        for group in self._groups:
            for prefix, code in zip(group.prefixes, group.codes, strict=True):
                yield NumberRange(prefix, group.digits), self.labels[code]

    def __len__(self) -> int:
        return self.header.numbers + self.header.ranges

    def __repr__(self) -> str:
        header = self.header
        return f"Pack({header.region} {header.serial}, {len(self)} entries)"
