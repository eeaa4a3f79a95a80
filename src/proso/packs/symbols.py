"""Label codes on the road: the category guessed from the block, the rest packed tight.

Numbers of one block of a hundred are mostly used by one caller, so in a block that holds several
the category is told as "as most before it in this block", in runs, and only the exceptions are
named.  The other symbols are drawn from few values, so that several fit into a byte: a byte is the
least brotli's prefix codes can spend bits on, and together they waste less.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from proso.packs.labels import SplitTable
from proso.packs.layout import bad_pack
from proso.packs.streams import shorten

if TYPE_CHECKING:
    from array import array


BLOCK: Final = 100
"""Numbers that share all but their last two digits: what operators hand out together."""

_DENSE: Final = 4  # numbers in a block from which guessing pays; 3 to 6 cost the same
_RUN: Final = 255  # the longest run in one byte, which does not end it
_SAMPLE: Final = 1 << 18
CODE_STREAMS: Final = 4
"""How many streams the codes of a list make."""


def pack_codes(values: "array[int]", codes: bytes, table: SplitTable) -> tuple[bytes, ...]:
    """The codes of ascending numbers: plain categories, runs, exceptions, and the rests."""
    categories = codes.translate(_table(table.categories))
    plain, runs, others = bytearray(), bytearray(), bytearray()
    run = 0
    for begin, end in _blocks(values):
        if end - begin < _DENSE:
            plain += categories[begin:end]
            continue
        guess = _Guess(categories[begin])
        plain.append(guess.category)
        for category in categories[begin + 1 : end]:
            if category == guess.category:
                run += 1
            else:
                _add_run(runs, run)
                others.append(category)
                run = 0
            guess.see(category)
    _add_run(runs, run)
    rests = codes.translate(_table(table.rests))
    used = len(set(table.categories))
    return (
        pack_symbols(bytes(plain), used),
        bytes(runs) if others else b"",
        pack_symbols(bytes(others), used),
        pack_symbols(rests, len(set(table.rests))),
    )


def unpack_codes(values: "array[int]", streams: Sequence[bytes], table: SplitTable) -> bytes:
    """The codes again.

    Raises:
        BadPack: the streams do not belong to these numbers or this table.
    """
    categories = _unpack_categories(values, streams, len(set(table.categories)))
    rests = unpack_symbols(streams[3], len(set(table.rests)), len(values))
    codes = table.codes
    try:
        pairs = zip(categories, rests, strict=True)
        return bytes(codes[category << 8 | rest] for category, rest in pairs)
    except KeyError as error:
        raise bad_pack("a label that is not in the table") from error


def pack_symbols(symbols: bytes, used: int) -> bytes:
    """Symbols 0 to used - 1, several to a byte where that is shorter; the first byte says how many.

    Args:
        symbols: each below `used`.
        used: 1 to 256.
    """
    if used <= 1 or not symbols:
        return b""
    several = next(n for n in range(8, 0, -1) if used**n <= 256)  # noqa: PLR2004  one byte
    sample = symbols[:_SAMPLE]
    alone, together = bytes([1]) + sample, _together(sample, used, several)
    if several == 1 or len(shorten(alone)) <= len(shorten(together)):
        return bytes([1]) + symbols
    return _together(symbols, used, several)


def unpack_symbols(packed: bytes, used: int, count: int) -> bytes:
    """The symbols again.

    Raises:
        BadPack: not so many, or one that is not below `used`.
    """
    if used <= 1 or not count:
        if packed:
            raise bad_pack("symbols where none are needed")
        return bytes(count)
    several = packed[0] if packed else 0
    if several == 0 or used**several > 256 or len(packed) != 1 - -count // several:  # noqa: PLR2004
        raise bad_pack("symbols that are too few or too many")
    if several == 1:
        symbols = packed[1:]
    else:
        split = [_digits(byte, used, several) for byte in range(256)]
        symbols = b"".join([split[byte] for byte in packed[1:]])
    if any(symbols[count:]) or max(symbols) >= used:
        raise bad_pack("symbols that are none")
    return symbols[:count]


class _Guess:
    """The category most seen in a block so far; of equals, the one that was first."""

    def __init__(self, first: int) -> None:
        self.category = first
        self._seen = {first: 1}

    def see(self, category: int) -> None:
        count = self._seen[category] = self._seen.get(category, 0) + 1
        if count > self._seen[self.category]:
            self.category = category


def _unpack_categories(values: "array[int]", streams: Sequence[bytes], used: int) -> bytearray:
    blocks = list(_blocks(values))
    dense = [(begin, end) for begin, end in blocks if end - begin >= _DENSE]
    guessed = sum(end - begin - 1 for begin, end in dense)
    plain = unpack_symbols(streams[0], used, len(values) - guessed)
    runs = _read_runs(streams[1], guessed)
    count = len(streams[1]) - streams[1].count(_RUN)
    others = iter(unpack_symbols(streams[2], used, max(count - 1, 0)))
    categories = bytearray()
    left, place = next(runs), 0
    for begin, end in blocks:
        if end - begin < _DENSE:
            categories += plain[place : place + end - begin]
            place += end - begin
            continue
        guess = _Guess(plain[place])
        categories.append(guess.category)
        place += 1
        for _ in range(begin + 1, end):
            if left:
                left -= 1
                category = guess.category
            else:
                left = next(runs, 0)
                category = next(others, guess.category)
            categories.append(category)
            guess.see(category)
    return categories


def _read_runs(stream: bytes, whole: int) -> Iterator[int]:
    """The lengths of runs; a list without exceptions is one run."""
    if not stream:
        yield whole
        return
    if stream[-1] == _RUN or sum(stream) > whole:
        raise bad_pack("labels whose parts do not belong together")
    run = 0
    for byte in stream:
        run += byte
        if byte != _RUN:
            yield run
            run = 0


def _add_run(runs: bytearray, run: int) -> None:
    while run >= _RUN:
        runs.append(_RUN)
        run -= _RUN
    runs.append(run)


def _blocks(values: "array[int]") -> Iterator[tuple[int, int]]:
    """Begin and end of each stretch of values that lie in one block."""
    if not values:
        return
    begin, block = 0, values[0] // BLOCK
    for place, value in enumerate(values):
        if value // BLOCK != block:
            yield begin, place
            begin, block = place, value // BLOCK
    yield begin, len(values)


def _table(ranks: bytes) -> bytes:
    return ranks + bytes(256 - len(ranks))


def _together(symbols: bytes, used: int, several: int) -> bytes:
    padded = symbols + bytes(-len(symbols) % several)
    joined = padded[::several]
    for i in range(1, several):
        joined = bytes(a * used + b for a, b in zip(joined, padded[i::several], strict=True))
    return bytes([several]) + joined


def _digits(byte: int, used: int, several: int) -> bytes:
    digits = [byte // used**i % used for i in reversed(range(several))]
    # A byte no packer makes gives a symbol that is out of bounds.
    return bytes(digits if byte < used**several else [255] * several)
