"""Facts with their dates, and a view of them that cannot look ahead.

`rank` and `plan` are given an `AsOf`, never a `Panel`.  An `AsOf` holds no fact published after its
day and no way back to the panel it came from, so what was published later cannot reach a result.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from proso.errors import Misuse, NothingKnown

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of one country and year.

    Attributes:
        country: ISO 3166-1 alpha-3.
        indicator: a code of `proso.market.indicators`.
        period: the year it speaks of.
        value: in the indicator's unit.
        published: the day on which a figure for this year was first to be had.
        vintage: the day of the edition this value was read from; later than `published` where
            only a revision is at hand.
        source: a key of `proso.market.sources`, or of the file's own.
        licence: in words.
    """

    country: str
    indicator: str
    period: int
    value: float
    published: date
    vintage: date
    source: str
    licence: str


class AsOf:
    """What was published up to a day, and nothing else.

    Where several editions hold a figure, the newest edition of that day is taken; where only later
    revisions exist, the earliest of them, and `is_revision` says so.
    """

    def __init__(self, day: date, facts: Iterable[Fact]) -> None:
        self.day = day
        self._newest: dict[str, int] = {}
        self._by_indicator: dict[str, dict[str, dict[int, Fact]]] = {}
        for fact in facts:
            if fact.published > day:
                raise Misuse(
                    found=f"a figure published {fact.published} in a view of {day}",
                    expected="figures published up to that day",
                    remedy="build the view with Panel.as_of",
                )
            years = self._by_indicator.setdefault(fact.indicator, {}).setdefault(fact.country, {})
            held = years.get(fact.period)
            if held is None or self._is_better(fact, held):
                years[fact.period] = fact

    def _is_better(self, new: Fact, old: Fact) -> bool:
        new_known, old_known = new.vintage <= self.day, old.vintage <= self.day
        if new_known != old_known:
            return new_known
        return new.vintage >= old.vintage if new_known else new.vintage < old.vintage

    def is_revision(self, fact: Fact) -> bool:
        """Whether the value is of an edition that came out after the day."""
        return fact.vintage > self.day

    def indicators(self) -> tuple[str, ...]:
        """The codes with any figure."""
        return tuple(sorted(self._by_indicator))

    def countries(self) -> tuple[str, ...]:
        """The alpha-3 codes with any figure."""
        return tuple(sorted({c for table in self._by_indicator.values() for c in table}))

    def series(self, country: str, indicator: str) -> dict[int, Fact]:
        """The figures of a country by year; empty where there are none."""
        years = self._by_indicator.get(indicator, {}).get(country, {})
        return dict(sorted(years.items()))

    def newest(self, country: str, indicator: str, max_age: int = 4) -> Fact | None:
        """The figure of a country's latest year, None where others' are `max_age` years newer."""
        years = self._by_indicator.get(indicator, {}).get(country)
        if not years:
            return None
        fact = years[max(years)]
        return fact if self.newest_year(indicator) - fact.period <= max_age else None

    def newest_year(self, indicator: str) -> int:
        """The latest year of which half as many countries report as of the best year.

        Raises:
            NothingKnown: nobody had published such a figure.
        """
        if indicator in self._newest:
            return self._newest[indicator]
        counts: dict[int, int] = {}
        for years in self._by_indicator.get(indicator, {}).values():
            for year in years:
                counts[year] = counts.get(year, 0) + 1
        if not counts:
            raise NothingKnown(
                found=f"no figure of {indicator} published up to {self.day}",
                expected="at least one",
                remedy="choose a later --as-of or import such a series with proso market import",
            )
        enough = max(counts.values()) / 2
        newest = max(year for year, count in counts.items() if count >= enough)
        self._newest[indicator] = newest
        return newest

    def latest(self, indicator: str, countries: Sequence[str], max_age: int = 4) -> Floats:
        """The newest value of each country, shape (countries,); NaN where there is none."""
        facts = [self.newest(country, indicator, max_age) for country in countries]
        return np.array([fact.value if fact else np.nan for fact in facts], dtype=np.float64)

    def matrix(self, indicator: str, countries: Sequence[str], years: Sequence[int]) -> Floats:
        """Values, shape (countries, years); NaN where there is none."""
        table = self._by_indicator.get(indicator, {})
        out = np.full((len(countries), len(years)), np.nan)
        for row, country in enumerate(countries):
            known = table.get(country, {})
            for column, year in enumerate(years):
                if year in known:
                    out[row, column] = known[year].value
        return out

    def revisions(self) -> dict[str, tuple[int, int]]:
        """For each source: how many figures there are, and of how many only a later revision."""
        counts: dict[str, tuple[int, int]] = {}
        for table in self._by_indicator.values():
            for years in table.values():
                for fact in years.values():
                    all_, later = counts.get(fact.source, (0, 0))
                    counts[fact.source] = (all_ + 1, later + self.is_revision(fact))
        return counts


class Panel:
    """Every fact at hand, of every vintage.  Only `as_of` gives figures to compute with."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts = tuple(facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __add__(self, other: "Panel") -> "Panel":
        return Panel(self._facts + other._facts)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts as they came."""
        return self._facts

    def as_of(self, day: date) -> AsOf:
        """What was published up to a day.

        Raises:
            NothingKnown: nothing was.
        """
        view = AsOf(day, (fact for fact in self._facts if fact.published <= day))
        if not view.indicators():
            first = min((fact.published for fact in self._facts), default=None)
            raise NothingKnown(
                found=f"nothing published up to {day}"
                + (f"; the earliest figure is of {first}" if first else ""),
                expected="a day on which there was data",
                remedy="choose a later --as-of",
            )
        return view
