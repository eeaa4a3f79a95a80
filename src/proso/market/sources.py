"""Where figures come from: licence, and how long after a year its figures are published."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

from proso.market.facts import FACTS


@dataclass(frozen=True, slots=True)
class Source:
    """One publisher's series.

    Attributes:
        key: the name in files.
        title: what a person reads.
        licence: in words.
        built_in: whether its facts may travel inside the package.
        lag_days: from the end of a year to the day its figures are published; declared, because
            files do not say it.  Negative for figures published inside their year.
        vintage: the day of the edition held, None where the day of the import is.
        note: what the lag rests on.
    """

    key: str
    title: str
    licence: str
    built_in: bool
    lag_days: int
    vintage: date | None
    note: str

    def published(self, period: int) -> date:
        """The day on which the figures of a year were first published."""
        return date(period, 12, 31) + timedelta(days=self.lag_days)


@cache
def sources() -> dict[str, Source]:
    """Every known source by its key."""
    text = resources.files(FACTS).joinpath("sources.csv").read_text("utf-8")
    return {
        row["key"]: Source(
            key=row["key"],
            title=row["title"],
            licence=row["licence"],
            built_in=row["terms"] == "built-in",
            lag_days=int(row["lag_days"]),
            vintage=date.fromisoformat(row["vintage"]) if row["vintage"] else None,
            note=row["note"],
        )
        for row in csv.DictReader(text.splitlines())
    }
