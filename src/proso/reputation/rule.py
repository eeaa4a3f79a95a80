"""The rule by which reports become belief, for one subject.

A report weighs 1 when it is new and half as much a half-life later.  Weights for and against a
number are added up; the rating is the share of the spam weight, against a prior of one report's
weight that nobody is a spammer:

    rating = spam / (spam + not_spam + PRIOR)

Worked values: one report today 0.50, two today 0.67, nine today 0.90; two of a half-life ago 0.50;
two today and one "not spam" 0.50.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from proso.reports.report import Assertion, Report
from proso.values.listing import Category, Listing

RULE_VERSION: Final = "number-decay-1"
"""Travels into every pack: an output names the rule that made it."""

HALF_LIFE: Final = timedelta(days=30)
"""Chosen on the complaints of 2020-05..2020-08 (benchmarks/choose_half_life.py), reported on
2020-09..2020-11."""

HORIZON: Final = timedelta(days=180)
"""Older reports are left out: six half-lives, 1.6 % of a new one.  Bounds what a release reads."""

PRIOR: Final = 1.0
"""Weight of the belief that a number nobody knows is honest: one new report."""

LISTED_RATING: Final = 0.55
LISTED_REPORTS: Final = 2
WATCHED_RATING: Final = 0.30
CLEARED_NOT_SPAM: Final = 2.0
"""Weight of "not spam" reports from which a number with more of them than of spam is cleared."""


DECIMALS: Final = 9
"""To which figures are compared: far below what matters, far above the error of a sum."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one report adds to a subject's reputation.

    Attributes:
        report: the report.
        weight: 0..1, after decay.
    """

    report: Report
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reputation:
    """What is believed of one subject.  Source of the words: RFC 7071.

    Attributes:
        rating: 0..1, that a call from here is unwanted.
        confidence: 0..1, share of the evidence in the sum with the prior.
        sample_size: reports that count.
        spam: decayed weight of spam reports.
        not_spam: decayed weight of the reports against.
        category: what most weight says it wants.
        newest: time of the newest report that counts.
        listing: how it is published; None for not at all.
    """

    rating: float
    confidence: float
    sample_size: int
    spam: float
    not_spam: float
    category: Category
    newest: datetime
    listing: Listing | None


def weight_of(age: timedelta) -> float:
    """The weight of a report of this age, 0..1; 1 for one from the future (a fast clock)."""
    if age > HORIZON:
        return 0.0
    return float(2.0 ** (-max(age, timedelta()) / HALF_LIFE))


def rate(
    reports: Iterable[Report], *, now: datetime
) -> tuple[Reputation | None, list[Contribution]]:
    """What the reports of one subject make of it, and what each adds, largest first.

    Of one reporter's reports only the last counts: a person may change their mind.

    Args:
        reports: of one subject, any order.
        now: the moment of weighing; later reports are left out.

    Returns:
        The reputation, None when no report counts, and the contributions.
    """
    last: dict[str, Report] = {}
    for report in reports:
        if report.at > now:
            continue
        key = report.reporter or f"id:{report.report_id}"
        known = last.get(key)
        if known is None or (report.at, report.report_id) > (known.at, known.report_id):
            last[key] = report
    contributions = [Contribution(r, w) for r in last.values() if (w := weight_of(now - r.at)) > 0]
    contributions.sort(key=lambda c: (-c.weight, c.report.report_id))
    if not contributions:
        return None, []
    spam = sum(c.weight for c in contributions if c.report.assertion is Assertion.SPAM)
    not_spam = sum(c.weight for c in contributions) - spam
    rating = spam / (spam + not_spam + PRIOR)
    return (
        Reputation(
            rating=rating,
            confidence=(spam + not_spam) / (spam + not_spam + PRIOR),
            sample_size=len(contributions),
            spam=spam,
            not_spam=not_spam,
            category=_category(contributions),
            newest=max(c.report.at for c in contributions),
            listing=listing_of(rating, len(contributions), spam=spam, not_spam=not_spam),
        ),
        contributions,
    )


def listing_of(rating: float, sample_size: int, *, spam: float, not_spam: float) -> Listing | None:
    """The listing table: the first line that holds decides.

    | listing | when |
    |---|---|
    | CLEARED | reports against weigh at least 2 and more than those for |
    | LISTED  | rating at least 0.55 from at least two reports |
    | WATCHED | rating at least 0.30 from at least two reports |
    | none    | else |

    Figures are compared to nine decimals, so that the order of a sum decides nothing.
    """
    rating, spam, not_spam = (round(x, DECIMALS) for x in (rating, spam, not_spam))
    if not_spam >= CLEARED_NOT_SPAM and not_spam > spam:
        return Listing.CLEARED
    if sample_size < LISTED_REPORTS:
        return None
    if rating >= LISTED_RATING:
        return Listing.LISTED
    return Listing.WATCHED if rating >= WATCHED_RATING else None


def _category(contributions: list[Contribution]) -> Category:
    weights: dict[Category, float] = {}
    for one in contributions:
        if one.report.assertion is Assertion.SPAM and one.report.category is not Category.OTHER:
            weights[one.report.category] = weights.get(one.report.category, 0.0) + one.weight
    # Ties go to the name that sorts first, so that a rerun gives the same.
    return min(
        weights, key=lambda c: (-round(weights[c], DECIMALS), c.value), default=Category.OTHER
    )
