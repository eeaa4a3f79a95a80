"""A pack's table of labels: eight bytes each, ascending, each used.

An entry refers to its label by one byte, its code.  For the road a code is told in two parts, the
category and the rest: blocks of numbers share the first far more often than the second.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from proso.packs.layout import bad_pack
from proso.values.listing import (
    CATEGORIES,
    FRESHNESS_STEPS,
    LISTINGS,
    RATING_STEPS,
    SAMPLE_STEPS,
    Label,
)

MAX_LABELS: Final = 256
"""A label's code is one byte."""

LABEL_BYTES: Final = 8

_LABEL: Final = struct.Struct("<BBBBB3x")
_NO_FRESHNESS: Final = 255


def pack_labels(labels: Iterable[Label]) -> bytes:
    """The table of labels, in the order given."""
    return b"".join(map(pack_label, labels))


def pack_label(label: Label) -> bytes:
    """The eight bytes of a label; ascending bytes are the order of the table."""
    days = label.freshness_days
    return _LABEL.pack(
        CATEGORIES.index(label.category),
        RATING_STEPS.index(round(label.rating * 100)),
        SAMPLE_STEPS.index(label.sample_size),
        _NO_FRESHNESS if days is None else FRESHNESS_STEPS.index(days),
        LISTINGS.index(label.listing),
    )


def unpack_labels(table: bytes | memoryview) -> tuple[Label, ...]:
    """The labels of a table, checked to be ascending.

    Raises:
        BadPack: a label this version does not know, out of order or padded with something.
    """
    if len(table) > MAX_LABELS * LABEL_BYTES or len(table) % LABEL_BYTES:
        raise bad_pack("a pack with more labels than can exist")
    labels = []
    try:
        for category, rating, sample, fresh, listing in _LABEL.iter_unpack(table):
            days = None if fresh == _NO_FRESHNESS else FRESHNESS_STEPS[fresh]
            labels.append(
                Label(
                    CATEGORIES[category],
                    RATING_STEPS[rating] / 100,
                    SAMPLE_STEPS[sample],
                    days,
                    LISTINGS[listing],
                )
            )
    except IndexError as error:
        raise bad_pack("a pack with a label this version does not know") from error
    packed = [pack_label(label) for label in labels]
    if b"".join(packed) != table or any(a >= b for a, b in pairwise(packed)):
        raise bad_pack("a pack whose labels are out of order")
    return tuple(labels)


@dataclass(frozen=True, slots=True)
class SplitTable:
    """How codes are told as (category, rest) and back.

    Attributes:
        categories: for each code, the rank of its category among those in use.
        rests: for each code, the rank of the rest of its label among those in use.
        codes: (category rank, rest rank) to code; 256 * category + rest is the key.
    """

    categories: bytes
    rests: bytes
    codes: dict[int, int]

    @classmethod
    def of(cls, table: bytes | memoryview) -> "SplitTable":
        """Of a table of at most 256 labels."""
        rows = [bytes(table[i : i + LABEL_BYTES]) for i in range(0, len(table), LABEL_BYTES)]
        heads = {head: rank for rank, head in enumerate(sorted({row[:1] for row in rows}))}
        tails = {tail: rank for rank, tail in enumerate(sorted({row[1:] for row in rows}))}
        categories = bytes(heads[row[:1]] for row in rows)
        rests = bytes(tails[row[1:]] for row in rows)
        pairs = zip(categories, rests, strict=True)
        return cls(categories, rests, {c << 8 | r: code for code, (c, r) in enumerate(pairs)})
