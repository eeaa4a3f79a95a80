"""Ascending integers as gaps: a symbol that tells the size of a gap, and its lower bits beside.

A gap below 16 is its own symbol.  Of a larger one the symbol holds the length and the three bits
after the leading one; the bits below are as good as random and are packed apart, those of one
length together.  Symbols are what brotli then shortens, helped by each other: gaps of like size
follow each other.

Source: of ten codings of real and synthetic lists this is the shortest that brotli brings within
4 % of the entropy (docs/benchmarks.md).
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from proso.packs.layout import bad_pack

_KEPT: Final = 3  # bits after the leading one that the symbol holds
_DIRECT: Final = 2 << _KEPT
_LONGEST: Final = 29  # bits below the symbol; its largest symbol is 247
_ESCAPE: Final = 255  # a gap of 2^33 or more, given in eight bytes
_ESCAPED_BYTES: Final = 8


def pack_gaps(gaps: Iterable[int]) -> tuple[bytes, bytes]:
    """Symbols, one byte each, and the bits below them.

    Args:
        gaps: 0 to 2^64 - 1.
    """
    symbols = bytearray()
    below: list[list[int]] = [[] for _ in range(_LONGEST + 1)]
    escaped = array("Q")
    for gap in gaps:
        if gap < _DIRECT:
            symbols.append(gap)
            continue
        bits = gap.bit_length() - _KEPT - 1
        if bits > _LONGEST:
            symbols.append(_ESCAPE)
            escaped.append(gap)
            continue
        symbols.append((bits << _KEPT) + (gap >> bits))
        below[bits].append(gap & (1 << bits) - 1)
    parts = [_pack_bits(values, bits) for bits, values in enumerate(below) if values]
    parts += [gap.to_bytes(_ESCAPED_BYTES, "little") for gap in escaped]
    return bytes(symbols), b"".join(parts)


def unpack_gaps(symbols: bytes, below: bytes) -> Iterator[int]:
    """The gaps again.

    Raises:
        BadPack: the parts do not belong together.  Checked before the first gap is given.
    """
    counts = [symbols.count(symbol) for symbol in range(256)]
    if any(counts[_top(_LONGEST) + 1 : _ESCAPE]):
        raise bad_pack("gaps of a length that cannot be")
    readers: list[Iterator[int]] = []
    place = 0
    for bits in range(1, _LONGEST + 1):
        count = sum(counts[_top(bits - 1) + 1 : _top(bits) + 1])
        size = -(-count * bits // 8)
        readers.append(_unpack_bits(below[place : place + size], bits))
        place += size
    escaped = below[place : place + _ESCAPED_BYTES * counts[_ESCAPE]]
    if place + _ESCAPED_BYTES * counts[_ESCAPE] != len(below):
        raise bad_pack("gaps whose parts do not belong together")
    wide = (
        int.from_bytes(escaped[i : i + _ESCAPED_BYTES], "little")
        for i in range(0, len(escaped), _ESCAPED_BYTES)
    )
    return _join(symbols, readers, wide)


def _top(bits: int) -> int:
    """The largest symbol of gaps with so many bits below."""
    return (bits << _KEPT) + _DIRECT - 1


def _join(symbols: bytes, readers: Sequence[Iterator[int]], wide: Iterator[int]) -> Iterator[int]:
    # For each symbol the gap without the bits below it, and where those come from.
    bases = list(range(_DIRECT))
    nexts: list[Callable[[], int]] = [iter([0]).__next__] * _DIRECT
    for bits, reader in enumerate(readers, start=1):
        bases += [top << bits for top in range(_DIRECT >> 1, _DIRECT)]
        nexts += [reader.__next__] * (_DIRECT >> 1)
    bases += [0] * (256 - len(bases))
    nexts += [wide.__next__] * (256 - len(nexts))
    for symbol in symbols:
        yield symbol if symbol < _DIRECT else bases[symbol] + nexts[symbol]()


def _pack_bits(values: list[int], bits: int) -> bytes:
    """Values of so many bits each, lowest first."""
    size = -(-len(values) * bits // 8)
    shifts = range(0, 8 * bits, bits)
    parts = bytearray()
    for i in range(0, len(values), 8):
        word = 0
        for value, shift in zip(values[i : i + 8], shifts, strict=False):
            word |= value << shift
        parts += word.to_bytes(bits, "little")
    return bytes(parts[:size])


def _unpack_bits(packed: bytes, bits: int) -> Iterator[int]:
    mask, shifts = (1 << bits) - 1, range(0, 8 * bits, bits)
    for i in range(0, len(packed), bits):
        word = int.from_bytes(packed[i : i + bits], "little")
        for shift in shifts:
            yield word >> shift & mask


def pack_ascending(values: Sequence[int], *, step: int = 1) -> tuple[bytes, bytes]:
    """Ascending integers as the gaps between them, the first from 0.

    Args:
        values: 0 to 2^64 - 1, each at least `step` more than the one before.
        step: 1 where no value comes twice, 0 where it may.
    """
    if not values:
        return b"", b""
    return pack_gaps(_differences(values, step))


def unpack_ascending(symbols: bytes, below: bytes, *, step: int = 1, limit: int) -> "array[int]":
    """The integers again.

    Args:
        symbols: as `pack_ascending` gave them.
        below: as `pack_ascending` gave them.
        step: as it was.
        limit: no value may reach it.

    Raises:
        BadPack: the parts do not belong together, or a value reaches the limit.
    """
    gaps = unpack_gaps(symbols, below)
    try:
        first = next(gaps, None)
        if first is None:
            return array("Q")
        values = array("Q", accumulate((gap + step for gap in gaps), initial=first))
    except OverflowError as error:
        raise bad_pack("gaps that run out of bounds") from error
    if values[-1] >= limit:
        raise bad_pack("gaps that run out of bounds")
    return values


def _differences(values: Sequence[int], step: int) -> Iterator[int]:
    yield values[0]
    before = values[0]
    for value in values[1:]:
        yield value - before - step
        before = value
