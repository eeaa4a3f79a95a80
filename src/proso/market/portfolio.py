"""Which few products to make: an integer programme over demands, with cannibalisation.

max  sum over d, p of demand[d] y[d, p] profit[p]  -  sum over n of cost[n] z[n]
y[d, p] <= fit[d, p] x[p]        a product wins at most its part of a demand
sum over p of y[d, p] <= 1       a buyer buys one thing of the kind: products eat each other
sum over p of x[p] = sum over n of z[n] <= most,   cost rising with n
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from proso.errors import BadFile, BadPlan
from proso.market.facts import FACTS
from proso.market.panel import Floats

_TIME_LIMIT: Final = 15.0
"""Seconds; the shipped twelve candidates take hundredths."""
_MOST_CANDIDATES: Final = 60


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What could be made.

    Attributes:
        products: names.
        parts: US$ of parts and assembly each, (products,).
        demands: names.
        size: wanted by 100 phone buyers, (demands,).
        fits: (demands, products), 0..1.
        most: products at the same time.
        first: US$ million a year that one product costs.
        each_further: and what each further one costs more than the one before.
    """

    products: tuple[str, ...]
    parts: Floats
    demands: tuple[str, ...]
    size: Floats
    fits: Floats
    most: int
    first: float
    each_further: float

    @property
    def phones(self) -> Floats:
        """1.0 for the products that cover a phone demand mostly, (products,)."""
        is_phone = np.array([name.startswith("phone") for name in self.demands])
        reached = self.fits * self.size[:, None]
        mostly = reached[is_phone].sum(axis=0) > reached[~is_phone].sum(axis=0)
        return np.asarray(mostly, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The choice.

    Attributes:
        chosen: names, in the catalogue's order.
        profit: US$ million a year after operations.
        sold: units of each chosen product for 100 phone buyers, in that order.
        covered: demand → part covered, 0..1.
        marginal: profit with 1, 2 .. products at the most, US$ million a year.
        ninth: what being made to carry one product more than `most` would change, US$ million.
        phone_parts: mean parts of a phone sold, US$.
        other_parts: parts of everything else sold per phone buyer, US$.
    """

    chosen: tuple[str, ...]
    profit: float
    sold: tuple[float, ...]
    covered: Mapping[str, float]
    marginal: tuple[float, ...]
    ninth: float
    phone_parts: float
    other_parts: float


def load(path: Path | None = None) -> Catalogue:
    """The catalogue as shipped, or a TOML file of the same shape.

    Raises:
        BadFile: no TOML.
        BadPlan: a product without parts, or that fits a demand nobody has.
    """
    try:
        text = (
            path.read_text("utf-8")
            if path
            else resources.files(FACTS).joinpath("products.toml").read_text("utf-8")
        )
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadFile(
            found=f"{path}: {error}", expected="a TOML file", remedy="mend or leave out the file"
        ) from error
    products, demand = table.get("products", {}), table.get("demand", {})
    where = path or Path("products.toml")
    if not products or not demand or len(products) > _MOST_CANDIDATES:
        raise BadPlan(
            found=f"{where}: {len(products)} products and {len(demand)} demands",
            expected=f"1 to {_MOST_CANDIDATES} products and a demand",
            remedy="add [products.NAME] and [demand]",
        )
    fits = np.zeros((len(demand), len(products)))
    for column, (name, entry) in enumerate(products.items()):
        _check(name, entry, demand, where)
        for kind, part in entry["fits"].items():
            fits[list(demand).index(kind), column] = part
    operations = table.get("operations", {})
    return Catalogue(
        tuple(products),
        np.array([float(entry["parts"]) for entry in products.values()]),
        tuple(demand),
        np.array([float(size) for size in demand.values()]),
        fits,
        int(table.get("most", 8)),
        float(operations.get("first", 1.0)),
        float(operations.get("each_further", 0.0)),
    )


def _check(name: str, entry: dict[str, Any], demand: dict[str, Any], where: Path) -> None:
    fits = entry.get("fits", {})
    wrong = [k for k, v in fits.items() if k not in demand or not 0 <= v <= 1]
    if wrong or not fits or not isinstance(entry.get("parts"), int | float) or entry["parts"] <= 0:
        raise BadPlan(
            found=f"{where}: product {name} with parts {entry.get('parts')} and fits {fits}",
            expected="parts above nought, and fits from 0 to 1 of demands in [demand]",
            remedy=f"correct {wrong[0] if wrong else 'the product'}",
        )


def choose(catalogue: Catalogue, buyers: float, profit: Floats) -> Portfolio:
    """The best few products.

    Args:
        catalogue: the candidates.
        buyers: phone buyers a year, people.
        profit: US$ a unit earns, with what its user brings in services, (products,).
    """
    count = len(catalogue.products)
    best = _solve(catalogue, buyers, profit, catalogue.most, exactly=False)
    chosen = np.flatnonzero(best.x)
    marginal = [
        _solve(catalogue, buyers, profit, n, exactly=True).value for n in range(1, count + 1)
    ]
    most = min(catalogue.most, count)
    ninth = marginal[most] - best.value if most < count else 0.0
    units = (best.y * catalogue.size[:, None]).sum(axis=0)
    phones = units * catalogue.phones
    others = units - phones
    return Portfolio(
        chosen=tuple(catalogue.products[index] for index in chosen),
        profit=best.value,
        sold=tuple(float(units[index]) for index in chosen),
        covered={name: float(best.y[row].sum()) for row, name in enumerate(catalogue.demands)},
        marginal=tuple(marginal),
        ninth=ninth,
        phone_parts=float(phones @ catalogue.parts / max(phones.sum(), 1e-9)),
        other_parts=float(others @ catalogue.parts / max(phones.sum(), 1e-9)),
    )


@dataclass(frozen=True, slots=True)
class _Solution:
    x: Floats
    y: Floats
    value: float


def _solve(
    catalogue: Catalogue, buyers: float, profit: Floats, most: int, *, exactly: bool
) -> _Solution:
    demands, products = catalogue.fits.shape
    flows = demands * products
    steps = min(most, products)
    cost = catalogue.first + catalogue.each_further * np.arange(steps)
    gain = catalogue.size[:, None] / 100 * buyers * profit[None, :] / 1e6
    objective = np.concatenate([-gain.ravel(), np.zeros(products), cost])
    total = flows + products + steps
    link = lil_array((flows, total))
    share = lil_array((demands, total))
    for demand in range(demands):
        for product in range(products):
            place = demand * products + product
            link[place, place] = 1
            link[place, flows + product] = -catalogue.fits[demand, product]
            share[demand, place] = 1
    balance = lil_array((1, total))
    balance[0, flows : flows + products] = 1
    balance[0, flows + products :] = -1
    lower = np.zeros(total)
    if exactly:
        lower[flows + products :] = 1
    found = milp(
        objective,
        constraints=[
            LinearConstraint(link.tocsr(), -np.inf, 0),
            LinearConstraint(share.tocsr(), -np.inf, 1),
            LinearConstraint(balance.tocsr(), 0, 0),
        ],
        integrality=np.concatenate([np.zeros(flows), np.ones(products + steps)]),
        bounds=Bounds(lower, 1),
        options={"time_limit": _TIME_LIMIT},
    )
    if found.x is None:
        raise BadPlan(
            found="no portfolio within the limits",
            expected="a catalogue that can be solved",
            remedy="raise `most` or drop products",
        )
    return _Solution(
        np.round(found.x[flows : flows + products]),
        found.x[:flows].reshape(demands, products),
        float(-found.fun),
    )
