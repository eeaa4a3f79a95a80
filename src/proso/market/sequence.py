"""From a ranking to an order of entry: what each country is worth, and when to go."""

from typing import Final

import numpy as np

from proso.market.assumptions import Assumptions
from proso.market.economics import unit_economics, worth_of_user
from proso.market.rank import Ranking
from proso.market.serving import Serving
from proso.market.waiting import Entry, Limits, order

PARTS: Final = 120.0
"""US$ of parts and assembly of the phone a first buyer takes, where no portfolio says it."""


def entries(
    ranking: Ranking, assumptions: Assumptions, serving: Serving, limits: Limits
) -> tuple[Entry, ...]:
    """The order in which to enter the first k of a ranking."""
    index = {code: place for place, code in enumerate(ranking.inputs.countries)}
    rows = np.array([index[code] for code in ranking.chosen])
    buyers = np.median(ranking.worlds.buyers, axis=0)[rows]
    users = buyers * assumptions.middle("plan.market_share")
    unit = unit_economics(assumptions, np.array(PARTS), ranking.inputs.income[rows])
    worth = users * worth_of_user(assumptions, unit, serving.cost(np.maximum(users, 1))) / 1e6
    passes = ranking.worlds.passes.mean(axis=0)[rows]
    return order(
        dict(zip(ranking.chosen, worth.tolist(), strict=True)),
        dict(zip(ranking.chosen, passes.tolist(), strict=True)),
        assumptions,
        limits,
    )
