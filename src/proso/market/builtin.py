"""The facts inside the package, so that a fresh machine can answer at once."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Final

from proso.market.facts import FACTS
from proso.market.panel import Fact, Panel
from proso.market.sources import sources

_LPI_EDITIONS: Final = {2010: date(2010, 1, 15), 2012: date(2012, 5, 15)}


@dataclass(frozen=True, slots=True)
class Embargo:
    """A country with which the law forbids to trade, and from when to when."""

    country: str
    begins: date
    ends: date | None
    what: str
    source: str


@dataclass(frozen=True, slots=True)
class Friction:
    """Something that makes a country hard to enter; a warning, never a verdict."""

    country: str
    kind: str
    published: date
    text: str
    source: str


def rows(name: str) -> list[dict[str, str]]:
    """A table of the package as it is written."""
    text = resources.files(FACTS).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def panel() -> Panel:
    """The built-in figures: CC BY 4.0, 1990 to 2018, and a few facts from the press."""
    return Panel([*_panel_facts(), *_spam_facts()])


def _panel_facts() -> Iterator[Fact]:
    for row in rows("panel.csv"):
        source = sources()[row["source"]]
        years = [(int(name), cell) for name, cell in row.items() if name.isdigit() and cell]
        for year, cell in years:
            published = source.published(year)
            if source.key == "lpi":
                published = _LPI_EDITIONS.get(year, published)
            yield Fact(
                country=row["iso3"],
                indicator=row["indicator"],
                period=year,
                value=float(cell),
                published=published,
                vintage=max(published, source.vintage or published),
                source=source.key,
                licence=row["licence"],
            )


def _spam_facts() -> Iterator[Fact]:
    for row in rows("spam_burden.csv"):
        published = date.fromisoformat(row["published"])
        yield Fact(
            country=row["iso3"],
            indicator=row["indicator"],
            period=int(row["period"]),
            value=float(row["value"]),
            published=published,
            vintage=published,
            source="truecaller",
            licence=row["licence"],
        )


def embargoes(day: date) -> dict[str, Embargo]:
    """The embargoes in force on a day, by country."""
    found = {}
    for row in rows("embargoes.csv"):
        one = Embargo(
            country=row["iso3"],
            begins=date.fromisoformat(row["from"]),
            ends=date.fromisoformat(row["to"]) if row["to"] else None,
            what=row["what"],
            source=row["source"],
        )
        if one.begins <= day and (one.ends is None or day < one.ends):
            found[one.country] = one
    return found


def frictions(day: date) -> dict[str, list[Friction]]:
    """What was published up to a day about duty, tax, local content and regulation, by country."""
    found: dict[str, list[Friction]] = {}
    for row in rows("friction.csv"):
        published = date.fromisoformat(row["published"])
        if published <= day:
            one = Friction(row["iso3"], row["kind"], published, row["text"], row["source"])
            found.setdefault(one.country, []).append(one)
    return found
