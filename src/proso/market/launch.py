"""From chosen countries to a hub's regions: what is ready there, and what is missing."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from scipy.stats import rankdata

from proso.market.assumptions import Assumptions
from proso.market.builtin import rows
from proso.market.countries import countries
from proso.market.panel import AsOf, Floats
from proso.market.rank import Ranking
from proso.values.numbering import is_region

SERVICES = ("calls", "wifi")


@dataclass(frozen=True, slots=True)
class Region:
    """One region a hub would be initialised with.

    Attributes:
        region: ISO 3166-1 alpha-2.
        country: alpha-3.
        name: in English.
        calling_code: of its numbers; None where libphonenumber has no plan.
        mobile_example: a national number of the plan that is nobody's.
        series: known number series: "140: telemarketing".
        reports: feeds of reports at hand.
        hotspots: feeds of hotspots at hand.
        missing: what has to be found before the launch.
    """

    region: str
    country: str
    name: str
    calling_code: int | None
    mobile_example: str | None
    series: tuple[str, ...]
    reports: tuple[str, ...]
    hotspots: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """How much a country needs one of the two services.

    Attributes:
        country: alpha-3.
        name: in English.
        score: 0..1, what orders the list: chance of the first k times need.
        p_top: P(top k) of the ranking.
        need: 0..1 from what is known.
        known: what the need rests on, in words.
        unscored: what is not known.
    """

    country: str
    name: str
    score: float
    p_top: float
    need: float
    known: tuple[str, ...]
    unscored: tuple[str, ...]


def regions(codes: tuple[str, ...], day: date) -> tuple[Region, ...]:
    """The regions of chosen countries, with what is ready on a day."""
    return tuple(_region(code, day) for code in codes)


def _region(code: str, day: date) -> Region:
    one = countries()[code]
    series = [
        f"{row['series']}: {row['means']}"
        for row in rows("series.csv")
        if row["iso2"] == one.iso2 and _holds(row, day)
    ]
    feeds = [row for row in rows("feeds.csv") if row["iso2"] == one.iso2]
    reports = tuple(row["what"] for row in feeds if row["kind"] == "reports")
    hotspots = tuple(row["what"] for row in feeds if row["kind"] == "hotspots")
    calling = next(
        (c for c, found in COUNTRY_CODE_TO_REGION_CODE.items() if one.iso2 in found), None
    )
    missing = []
    if not is_region(one.iso2):
        missing.append("numbering plan")
    missing += [
        what
        for what, have in (
            ("telemarketing series (none known, or none exists)", series),
            ("a feed of reports", reports),
            ("a feed of hotspots", hotspots),
        )
        if not have
    ]
    return Region(
        region=one.iso2,
        country=code,
        name=one.name,
        calling_code=calling,
        mobile_example=_example(one.iso2),
        series=tuple(series),
        reports=reports,
        hotspots=hotspots,
        missing=tuple(missing),
    )


def _holds(row: dict[str, str], day: date) -> bool:
    ends = date.fromisoformat(row["to"]) if row["to"] else None
    return date.fromisoformat(row["from"]) <= day and (ends is None or day < ends)


def _example(region: str) -> str | None:
    plan = PhoneMetadata.metadata_for_region(region, None)
    if plan is None or plan.mobile is None:
        return None
    example: str | None = plan.mobile.example_number
    return example


def needs(view: AsOf, ranking: Ranking, assumptions: Assumptions, service: str) -> tuple[Need, ...]:
    """Orders the countries by how likely they are chosen times how much they need a service.

    A need is the mean percentile of what is known; what is not known counts as the middle and is
    said aloud.  Of calls: spam burden and whether reports are at hand.  Of Wi-Fi: hotspots listed
    and the price of mobile data.

    Args:
        view: what was published.
        ranking: of the same day.
        assumptions: `calls.*`.
        service: one of SERVICES.
    """
    codes = ranking.inputs.countries
    p_top = {place.country: place.p_top for place in ranking.places}
    if service == "calls":
        parts = _of_calls(view, codes, assumptions.middle("calls.burden_weight"))
    else:
        parts = _of_wifi(view, codes)
    made = []
    for index, code in enumerate(codes):
        known = tuple(text[index] for _, text, _ in parts if text[index])
        unscored = tuple(name for name, text, _ in parts if not text[index])
        need = float(sum(score[index] for _, _, score in parts))
        made.append(
            Need(
                code, countries()[code].name, p_top[code] * need, p_top[code], need, known, unscored
            )
        )
    return tuple(sorted(made, key=lambda one: -one.score))


_Parts = list[tuple[str, list[str], Floats]]


def _of_calls(view: AsOf, codes: tuple[str, ...], weight: float) -> _Parts:
    burden = view.latest("spam_calls_per_month", codes, max_age=10)
    feeds = {row["iso2"]: row["what"] for row in rows("feeds.csv") if row["kind"] == "reports"}
    at_hand = [feeds.get(countries()[code].iso2, "") for code in codes]
    texts = [
        f"{value:g} spam calls a user and month" if np.isfinite(value) else "" for value in burden
    ]
    reports = np.array([1.0 if text else 0.25 for text in at_hand])
    return [
        ("spam burden", texts, weight * _percentile(burden)),
        ("reports", at_hand, (1 - weight) * reports),
    ]


def _of_wifi(view: AsOf, codes: tuple[str, ...]) -> _Parts:
    listed = view.latest("hotspots", codes, max_age=10)
    price = view.latest("mobile_data_usd_gb", codes, max_age=10)
    feeds = {row["iso2"]: row["what"] for row in rows("feeds.csv") if row["kind"] == "hotspots"}
    at_hand = [feeds.get(countries()[code].iso2, "") for code in codes]
    places = [
        f"{value:,.0f} hotspots listed" if np.isfinite(value) else text
        for value, text in zip(listed, at_hand, strict=True)
    ]
    score = np.where(
        np.isfinite(listed), _percentile(listed), [1.0 if text else 0.25 for text in at_hand]
    )
    texts = [f"US$ {value:g} a GB of mobile data" if np.isfinite(value) else "" for value in price]
    return [("hotspots", places, 0.5 * score), ("price of data", texts, 0.5 * _percentile(price))]


def _percentile(values: Floats) -> Floats:
    """0..1 among the known; the middle where unknown."""
    out = np.full(len(values), 0.5)
    known = np.isfinite(values)
    if known.sum() > 1:
        out[known] = (rankdata(values[known]) - 0.5) / known.sum()
    return out
