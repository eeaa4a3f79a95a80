"""Lists of numbers as spam lists look, drawn from a model whose entropy is known.

340 area codes of unequal weight (Dirichlet 2), 792 exchanges each.  60 % of the numbers lie
anywhere, 40 % in blocks of a hundred of which a share drawn from Beta(1.2, 1.8) is listed.  In a
block nine of ten numbers have the block's category; scores are independent.  The entropy counts
what the drawing itself decided, as a coder would have to that knew every parameter: a floor.
"""

from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

AREAS, EXCHANGES, BLOCK = 340, 792, 100
UNIVERSE = AREAS * EXCHANGES * 10_000
CATEGORY_SHARES = np.array([0.42, 0.2, 0.14, 0.09, 0.06, 0.04, 0.03, 0.02])
SCORE_SHARES = np.array([0.35, 0.25, 0.18, 0.12, 0.10])
SAME = 0.9
SERVICE = 11  # 911, 411 and the like are neither area codes nor exchanges
CLUSTERED = 0.4

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Drawn:
    """A list and what it takes at least to tell it.

    Attributes:
        values: E.164 digits as integers, ascending.
        categories: 0 to 7.
        scores: 0 to 4.
        set_bits: entropy of which numbers, in all.
        label_bits: entropy of their categories and scores, in all.
    """

    values: Ints
    categories: Ints
    scores: Ints
    set_bits: float
    label_bits: float


def draw(count: int, seed: int) -> Drawn:
    """About `count` numbers."""
    chance = np.random.default_rng(seed)
    weights = chance.dirichlet(np.full(AREAS, 2.0))

    def places(how_many: int, per_exchange: int) -> Ints:
        exchange = chance.choice(AREAS, how_many, p=weights) * EXCHANGES
        exchange += chance.integers(0, EXCHANGES, how_many)
        return np.unique(exchange * per_exchange + chance.integers(0, per_exchange, how_many))

    lone = places(int(count * (1 - CLUSTERED) * 1.02), 10_000)
    lone = chance.permutation(lone)[: int(count * (1 - CLUSTERED))]
    wanted = count - len(lone)
    blocks = chance.permutation(places(int(wanted / 40 * 1.4) + 20, BLOCK))
    listed = chance.random((len(blocks), BLOCK)) < chance.beta(1.2, 1.8, len(blocks))[:, None]
    sizes = listed.sum(axis=1)
    kept = int(np.searchsorted(np.cumsum(sizes), wanted)) + 1
    blocks, listed, sizes = blocks[:kept], listed[:kept], sizes[:kept]
    row, column = np.nonzero(listed)
    of_block = chance.choice(8, kept, p=CATEGORY_SHARES)
    own = chance.choice(8, len(row), p=CATEGORY_SHARES)
    categories = np.concatenate(
        [
            chance.choice(8, len(lone), p=CATEGORY_SHARES),
            np.where(chance.random(len(row)) < SAME, of_block[row], own),
        ]
    )
    ranks, first = np.unique(
        np.concatenate([lone, blocks[row] * BLOCK + column]), return_index=True
    )
    codes = np.sort(
        chance.choice([a for a in range(201, 990) if a % 100 != SERVICE], AREAS, replace=False)
    )
    exchanges = np.array([x for x in range(200, 1000) if x % 100 != SERVICE])
    area, rest = np.divmod(ranks // 10_000, EXCHANGES)
    values = ((1000 + codes[area]) * 1000 + exchanges[rest]) * 10_000 + ranks % 10_000
    tally, times = np.unique(sizes, return_counts=True)
    set_bits = choices(UNIVERSE, len(lone)) - len(lone) * (np.log2(AREAS) - entropy(weights))
    set_bits += choices(UNIVERSE // BLOCK, kept) + kept * entropy(times / kept)
    set_bits += sum(n * choices(BLOCK, int(size)) for size, n in zip(tally, times, strict=True))
    label_bits = (len(lone) + kept) * entropy(CATEGORY_SHARES) + len(row) * _in_block()
    return Drawn(
        values,
        categories[first],
        chance.choice(5, len(ranks), p=SCORE_SHARES),
        float(set_bits),
        float(label_bits + len(ranks) * entropy(SCORE_SHARES)),
    )


def choices(places: int, taken: int) -> float:
    """log2 of the ways to choose."""
    return (lgamma(places + 1) - lgamma(taken + 1) - lgamma(places - taken + 1)) / log(2)


def entropy(shares: NDArray[np.float64]) -> float:
    """Bits a symbol."""
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())


def _in_block() -> float:
    """Bits of the category of a number whose block's category is known."""
    bits = 0.0
    for category, share in enumerate(CATEGORY_SHARES):
        shares = (1 - SAME) * CATEGORY_SHARES.copy()
        shares[category] += SAME
        bits += share * entropy(shares)
    return bits
