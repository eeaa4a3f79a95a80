"""What happened after 2013.  Only the backtest may read this: an import contract holds it so."""

from dataclasses import dataclass
from datetime import date

from proso.market.builtin import rows


@dataclass(frozen=True, slots=True)
class Announced:
    """A country the model company announced, and what came of it.

    Attributes:
        country: alpha-3.
        day: of the announcement.
        success: 0 to 1 as judged in 2021; None where not verified.
        source: of both.
    """

    country: str
    day: date
    success: float | None
    source: str


def announced() -> tuple[Announced, ...]:
    """The ten of April 2014."""
    return tuple(
        Announced(
            row["iso3"],
            date.fromisoformat(row["announced"]),
            float(row["success_by_2021"]) if row["success_by_2021"] else None,
            row["source"],
        )
        for row in rows("announced_2014.csv")
    )


def actual_revenue() -> dict[int, float]:
    """US$ billion without tax of the model company, by fiscal year."""
    table = rows("company_actual.csv")
    return {int(row["fiscal_year"]): float(row["revenue_usd_bn"]) for row in table}


def actual_thresholds() -> dict[int, float]:
    """US$ billion, by fiscal year: the list of the next year."""
    return {
        int(row["fiscal_year"]): float(row["threshold_usd_bn"]) for row in rows("global500.csv")
    }


def actual_crossing() -> int:
    """The first fiscal year in which revenue passed the threshold."""
    thresholds = actual_thresholds()
    return min(
        year
        for year, value in actual_revenue().items()
        if year in thresholds and value >= thresholds[year]
    )
