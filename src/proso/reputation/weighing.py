"""The rule of `proso.reputation.rule` for all subjects at once, as dataframe expressions.

Building an expression is pure; running it is the hub's business, on DuckDB or on Spark.
"""

import math
from datetime import datetime
from typing import Final

import ibis
from ibis.expr.types import FloatingValue, Table

from proso.reports.report import Assertion
from proso.reputation.rule import (
    CLEARED_NOT_SPAM,
    DECIMALS,
    HALF_LIFE,
    HORIZON,
    LISTED_RATING,
    LISTED_REPORTS,
    PRIOR,
    WATCHED_RATING,
)
from proso.values.listing import Category, Listing

_LN_2: Final = math.log(2)

REPORTS_SCHEMA: Final = ibis.schema(
    {
        "subject": "int64",
        "assertion": "string",
        "category": "string",
        "at": "timestamp('UTC', 6)",
        "reporter": "string",
        "region": "string",
        "origin": "string",
        "source": "string",
        "report_id": "string",
    }
)
"""Columns of the log of reports.  `subject` is E.164 digits as an integer and null in rows without
a usable number; `reporter` and `report_id` may be empty."""


def rate_subjects(
    reports: Table, *, now: datetime, half_life_days: float | None = None
) -> tuple[Table, Table]:
    """Each subject's reputation.

    Args:
        reports: rows of `REPORTS_SCHEMA`.
        now: the moment of weighing, aware; later reports are left out.
        half_life_days: another half-life than the rule's, for choosing one.

    Returns:
        A table of ``subject, spam, not_spam, sample_size, newest, rating, listing``, a row for each
        subject with a report that counts, listing null where none holds; and the weighted reports.
    """
    counted = _last_word(_in_time(reports, now))
    weighted = counted.mutate(weight=_weight(counted, now, half_life_days))
    is_spam = weighted.assertion == Assertion.SPAM.value
    sums = weighted.group_by("subject").aggregate(
        spam=weighted.weight.sum(where=is_spam).coalesce(0.0),
        not_spam=weighted.weight.sum(where=~is_spam).coalesce(0.0),
        sample_size=weighted.count(),
        newest=weighted.at.max(),
    )
    rated = sums.mutate(rating=sums.spam / (sums.spam + sums.not_spam + PRIOR))
    return rated.mutate(listing=_listing(rated)), weighted


def weigh(reports: Table, *, now: datetime) -> Table:
    """Each subject's reputation: the table of `rate_subjects` with its ``category``."""
    rated, weighted = rate_subjects(reports, now=now)
    return _with_category(rated, weighted)


def _in_time(reports: Table, now: datetime) -> Table:
    return reports.filter(
        reports.subject.notnull(),
        reports["at"] <= ibis.literal(now),
        reports["at"] >= ibis.literal(now - HORIZON),
    )


def _last_word(reports: Table) -> Table:
    """Of one reporter's reports of one subject, the last; reports of nobody all count."""
    named = reports.filter(reports.reporter != "")
    order = ibis.window(
        group_by=[named.subject, named.reporter],
        order_by=[named["at"].desc(), named.report_id.desc()],
    )
    latest = named.mutate(place=ibis.row_number().over(order))
    latest = latest.filter(latest.place == 0).drop("place")
    return ibis.union(reports.filter(reports.reporter == ""), latest)


def _weight(reports: Table, now: datetime, half_life_days: float | None) -> FloatingValue:
    seconds = (half_life_days or HALF_LIFE.days) * 86_400
    age = int(now.timestamp()) - reports["at"].epoch_seconds()
    return (age.cast("float64") * (-_LN_2 / seconds)).exp()


def _with_category(rated: Table, weighted: Table) -> Table:
    """Adds the category most spam weight names, OTHER where none is named."""
    named = weighted.filter(
        weighted.assertion == Assertion.SPAM.value, weighted.category != Category.OTHER.value
    )
    sums = named.group_by("subject", "category").aggregate(weight=named.weight.sum())
    order = ibis.window(
        group_by=sums.subject, order_by=[sums.weight.round(DECIMALS).desc(), sums.category.asc()]
    )
    first = sums.mutate(place=ibis.row_number().over(order))
    first = first.filter(first.place == 0).select("subject", "category")
    joined = rated.left_join(first, "subject").drop("subject_right")
    return joined.mutate(category=joined.category.fill_null(Category.OTHER.value))


def _listing(rated: Table) -> ibis.Value:
    several = rated.sample_size >= LISTED_REPORTS
    rating, spam, not_spam = (
        column.round(DECIMALS) for column in (rated.rating, rated.spam, rated.not_spam)
    )
    return ibis.cases(
        (
            (not_spam >= CLEARED_NOT_SPAM) & (not_spam > spam),
            Listing.CLEARED.value,
        ),
        (several & (rating >= LISTED_RATING), Listing.LISTED.value),
        (several & (rating >= WATCHED_RATING), Listing.WATCHED.value),
    )
