"""What one phone and one user earn: hardware near cost, services on the installed base."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from proso.market.assumptions import Assumptions
from proso.market.panel import Floats

_REFERENCE_INCOME: Final = np.log(10_000.0)
"""Log GDP per head at which `plan.services_revenue` is stated."""


@dataclass(frozen=True, slots=True)
class UnitEconomics:
    """One phone and its user, US$; every array broadcasts to (draws, countries).

    Attributes:
        parts: bill of materials and assembly.
        freight: insurance and stock with it.
        duty: customs.
        channel: what the seller keeps.
        warranty: provision.
        margin: net hardware margin.
        price: without tax: the sum of all.
        services: revenue a user and year in the first year.
        services_profit: of that, gross profit.
    """

    parts: Floats
    freight: Floats
    duty: Floats
    channel: Floats
    warranty: Floats
    margin: Floats
    price: Floats
    services: Floats
    services_profit: Floats


def unit_economics(assumptions: Assumptions, parts: Floats, income: Floats) -> UnitEconomics:
    """The build-up at the middle of the assumptions.

    Args:
        assumptions: `plan.*`.
        parts: US$ of parts and assembly a phone.
        income: natural log of GDP per head, (countries,).
    """
    values = {
        name: np.array(assumptions.middle(f"plan.{name}"))
        for name in (
            "logistics",
            "duty",
            "channel",
            "warranty",
            "hardware_margin",
            "services_revenue",
            "services_income_elasticity",
            "services_margin",
        )
    }
    return build_up(values, parts, income)


def build_up(values: dict[str, Floats], parts: Floats, income: Floats) -> UnitEconomics:
    """The build-up for drawn values, each of a shape that broadcasts with (draws, countries)."""
    freight = parts * values["logistics"]
    duty = (parts + freight) * values["duty"]
    keep = 1 - values["channel"] - values["warranty"] - values["hardware_margin"]
    price = (parts + freight + duty) / keep
    services = values["services_revenue"] * np.exp(
        values["services_income_elasticity"] * (income - _REFERENCE_INCOME)
    )
    return UnitEconomics(
        parts=np.broadcast_to(parts, price.shape),
        freight=freight,
        duty=duty,
        channel=price * values["channel"],
        warranty=price * values["warranty"],
        margin=price * values["hardware_margin"],
        price=price,
        services=services,
        services_profit=services * values["services_margin"],
    )


def worth_of_user(assumptions: Assumptions, unit: UnitEconomics, serving: Floats) -> Floats:
    """US$ that a new user is worth over the years it stays, after what serving costs."""
    stays = assumptions.middle("plan.churn") + assumptions.middle("plan.discount")
    return np.asarray(unit.margin + (unit.services_profit - serving) / stays)
