"""What is assumed where no figure says it: each with a range, a reason and the day it was known."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from proso.errors import BadFile, BadPlan, Misuse
from proso.market.facts import FACTS
from proso.market.panel import Floats


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number nobody measured for this case.

    Attributes:
        name: section and key.
        low: least value drawn.
        high: largest value drawn.
        unit: of both.
        why: where the range comes from.
        since: from when on it could be known.
    """

    name: str
    low: float
    high: float
    unit: str
    why: str
    since: date

    @property
    def middle(self) -> float:
        """Halfway between the ends."""
        return (self.low + self.high) / 2


class Assumptions:
    """Every assumption by name, as shipped or overridden."""

    def __init__(self, table: Mapping[str, Assumption]) -> None:
        self._table = dict(table)

    def __iter__(self) -> Iterator[Assumption]:
        return iter(self._table.values())

    def __getitem__(self, name: str) -> Assumption:
        try:
            return self._table[name]
        except KeyError:
            raise Misuse(
                found=f"no assumption {name}",
                expected="a name of assumptions.toml",
                remedy="add it",
            ) from None

    def middle(self, name: str) -> float:
        """Halfway between the ends."""
        return self[name].middle

    def draw(self, name: str, rng: np.random.Generator, count: int) -> Floats:
        """Uniform draws, shape (count,)."""
        one = self[name]
        return rng.uniform(one.low, one.high, count)

    def hindsight(self, day: date, section: str) -> list[Assumption]:
        """The assumptions of a section that could not have been known on a day."""
        start = f"{section}."
        return [one for one in self if one.name.startswith(start) and one.since > day]

    def with_value(self, name: str, value: float) -> "Assumptions":
        """The same with one assumption held fast."""
        one = self[name]
        fixed = Assumption(name, value, value, one.unit, one.why, one.since)
        return Assumptions(self._table | {name: fixed})

    def at_middle(self) -> "Assumptions":
        """The same with every assumption held at its middle."""
        return Assumptions(
            {
                one.name: Assumption(one.name, one.middle, one.middle, one.unit, one.why, one.since)
                for one in self
            }
        )


@cache
def defaults() -> Assumptions:
    """The assumptions as shipped."""
    text = resources.files(FACTS).joinpath("assumptions.toml").read_text("utf-8")
    return Assumptions(
        {
            f"{section}.{key}": Assumption(f"{section}.{key}", **entry)
            for section, entries in tomllib.loads(text).items()
            for key, entry in entries.items()
        }
    )


def load(path: Path | None) -> Assumptions:
    """The assumptions as shipped, with those of a TOML file in their place.

    A file gives `low` and `high`, or one number for both, and optionally `why`.

    Raises:
        BadFile: the file cannot be read or is no TOML.
        BadPlan: a name nobody uses, or a range that is none.
    """
    base = defaults()
    if path is None:
        return base
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadFile(
            found=f"{path}: {error}", expected="a TOML file", remedy="mend or leave out the file"
        ) from error
    known = {one.name: one for one in base}
    for section, entries in given.items():
        for key, entry in entries.items() if isinstance(entries, dict) else [("", entries)]:
            name = f"{section}.{key}"
            if name not in known:
                near = (
                    ", ".join(n for n in known if n.startswith(f"{section}.")) or "rank.*, plan.*"
                )
                raise BadPlan(
                    found=f"{path}: an assumption {name} that nothing uses",
                    expected=f"one of {near}",
                    remedy="correct its name",
                )
            known[name] = _overridden(known[name], entry, path)
    return Assumptions(known)


def _overridden(old: Assumption, entry: Any, path: Path) -> Assumption:  # noqa: ANN401  from TOML
    table = entry if isinstance(entry, dict) else {"low": entry, "high": entry}
    low, high = table.get("low", old.low), table.get("high", old.high)
    if not all(isinstance(end, int | float) and np.isfinite(end) for end in (low, high)) or (
        low > high
    ):
        raise BadPlan(
            found=f"{path}: {old.name} from {low} to {high}",
            expected="two numbers, the lower first",
            remedy="correct the range",
        )
    why = str(table.get("why", f"given in {path.name}"))
    return Assumption(old.name, float(low), float(high), old.unit, why, old.since)
