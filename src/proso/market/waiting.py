"""In which order to enter: under a budget, a capacity, and with the worth of waiting.

Entering now wins the buyers who come first; waiting shows whether a country passes, so that money
is not spent where it does not.  A country entered in half-year t is worth

    V(t) = (1 - loss)^t * sum over what was seen by t of  max(0, P(seen) E[worth | seen] - cost)

where the sign seen by t is right with a probability that grows from a coin's (t = 0: nothing is
known but the odds, and the `max` is only whether to go at all) to certainty.  Which country in
which half-year is an integer programme: capacity and budget bind, unspent money is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, lil_array

from proso.errors import BadPlan
from proso.market.assumptions import Assumptions
from proso.market.panel import Floats

_TIME_LIMIT: Final = 10.0
"""Seconds for the solver; ten countries and six half-years take hundredths."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one can afford.

    Attributes:
        capacity: countries a half-year that the organisation can open.
        budget: US$ million a half-year; None for no limit.
        half_years: how far ahead the order is made.
    """

    capacity: int = 2
    budget: float | None = None
    half_years: int = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """When a country is entered, and what waiting is worth.

    Attributes:
        country: alpha-3.
        half_year: 0 is now; None where it is better not entered within the time.
        worth_now: US$ million if entered now.
        worth: US$ million if entered in the half-year chosen.
        waiting: worth of the best wait above that of going now; negative where waiting loses.
        passes: probability that the country passes.
        why: in words.
    """

    country: str
    half_year: int | None
    worth_now: float
    worth: float
    waiting: float
    passes: float
    why: str


def worth_by_time(
    worth: Floats, passes: Floats, assumptions: Assumptions, half_years: int
) -> Floats:
    """V(t) of every country, shape (countries, half_years), US$ million.

    Args:
        worth: US$ million where the country passes, cost of entry not yet taken off; (countries,).
        passes: probability of that, (countries,).
        assumptions: `sequence.*`, at their middle.
        half_years: how many.
    """
    cost = assumptions.middle("sequence.entry_cost")
    loss = assumptions.middle("sequence.delay_loss")
    learn = assumptions.middle("sequence.learn_rate")
    failed = assumptions.middle("plan.share_if_failed")
    out = np.zeros((len(worth), half_years))
    for t in range(half_years):
        right = 1 - 0.5 * (1 - learn) ** t
        good = passes * right * worth + (1 - passes) * (1 - right) * failed * worth
        good -= cost * (passes * right + (1 - passes) * (1 - right))
        bad = passes * (1 - right) * worth + (1 - passes) * right * failed * worth
        bad -= cost * (passes * (1 - right) + (1 - passes) * right)
        # At t = 0 the sign is a coin: both branches decide alike, which is "go or not at all".
        seen = np.maximum(good, 0) + np.maximum(bad, 0) if t else np.maximum(good + bad, 0)
        out[:, t] = (1 - loss) ** t * seen
    return out


def order(
    worth: Mapping[str, float],
    passes: Mapping[str, float],
    assumptions: Assumptions,
    limits: Limits,
) -> tuple[Entry, ...]:
    """The best order of entry.

    Args:
        worth: country → US$ million where it passes.
        passes: country → probability that it does.
        assumptions: `sequence.*`.
        limits: capacity and budget.

    Raises:
        BadPlan: a capacity or budget that lets nobody in.
    """
    cost = assumptions.middle("sequence.entry_cost")
    if limits.capacity < 1 or (limits.budget is not None and limits.budget <= 0):
        raise BadPlan(
            found=f"capacity {limits.capacity} a half-year and budget {limits.budget}",
            expected="at least one country and some money",
            remedy="raise --capacity or --budget",
        )
    codes = tuple(worth)
    values = worth_by_time(
        np.array([worth[code] for code in codes]),
        np.array([passes[code] for code in codes]),
        assumptions,
        limits.half_years,
    )
    chosen = _solve(values, cost, limits)
    entries = [
        _entry(code, values[row], chosen[row], passes[code]) for row, code in enumerate(codes)
    ]
    last = limits.half_years
    return tuple(
        sorted(entries, key=lambda e: (last if e.half_year is None else e.half_year, -e.worth))
    )


def _solve(values: Floats, cost: float, limits: Limits) -> list[int | None]:
    countries, periods = values.shape
    rows: list[csr_array] = []
    upper: list[float] = []
    once = lil_array((countries, countries * periods))
    for country in range(countries):
        once[country, country * periods : (country + 1) * periods] = 1
    rows.append(once.tocsr())
    upper += [1.0] * countries
    capacity = lil_array((periods, countries * periods))
    spending = lil_array((periods, countries * periods))
    for period in range(periods):
        for country in range(countries):
            capacity[period, country * periods + period] = 1
            # Money not spent is kept: what binds is all that was spent so far.
            for later in range(period, periods):
                spending[later, country * periods + period] = cost
    rows.append(capacity.tocsr())
    upper += [float(limits.capacity)] * periods
    if limits.budget is not None:
        rows.append(spending.tocsr())
        upper += [limits.budget * (period + 1) for period in range(periods)]
    solved = milp(
        -values.ravel(),
        constraints=[
            LinearConstraint(block, -np.inf, np.array(part))
            for block, part in zip(rows, _split(upper, rows), strict=True)
        ],
        integrality=np.ones(values.size),
        bounds=Bounds(0, 1),
        options={"time_limit": _TIME_LIMIT},
    )
    if solved.x is None:
        raise BadPlan(
            found="no order of entry within the limits",
            expected="limits that let somebody in",
            remedy="raise --capacity or --budget",
        )
    taken = np.round(solved.x).reshape(values.shape)
    return [
        int(np.argmax(row)) if row.any() and values[index, int(np.argmax(row))] > 0 else None
        for index, row in enumerate(taken)
    ]


def _split(upper: list[float], rows: list[csr_array]) -> list[list[float]]:
    parts, start = [], 0
    for block in rows:
        parts.append(upper[start : start + block.shape[0]])
        start += block.shape[0]
    return parts


def _entry(code: str, values: Floats, chosen: int | None, passes: float) -> Entry:
    now = float(values[0])
    waiting = float(values[1:].max() - now) if len(values) > 1 else 0.0
    if chosen is None:
        why = (
            "not worth its cost of entry" if values.max() <= 0 else "capacity and budget went first"
        )
    elif chosen == 0:
        why = "now: buyers lost by waiting outweigh what it would teach"
        if waiting > 0:
            why = "now: waiting would be worth a little more, but places later are needed by others"
    elif waiting > 0:
        why = "wait: what half a year shows is worth more than the buyers it loses"
    else:
        why = "would be worth more now; capacity or budget goes to others first"
    worth = float(values[chosen]) if chosen is not None else 0.0
    return Entry(code, chosen, now, worth, waiting, passes, why)
