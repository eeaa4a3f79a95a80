"""What a hub publishes about a subject: the words reports, packs and verdicts share."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Category(StrEnum):
    """What the caller wants, as reporters say it.

    The order is the code of the pack format: append, never reorder.
    """

    OTHER = "other"
    LOAN = "loan"
    SCAM = "scam"
    TELEMARKETING = "telemarketing"
    DEBT = "debt"
    SURVEY = "survey"
    ROBOT = "robot"
    POLITICAL = "political"
    CHARITY = "charity"
    BUSINESS = "business"


class Listing(StrEnum):
    """Whether a subject is published, and how.

    The order is the code of the pack format: append, never reorder.
    """

    LISTED = "listed"
    WATCHED = "watched"
    CLEARED = "cleared"


CATEGORIES: Final = tuple(Category)
LISTINGS: Final = tuple(Listing)

BLOCKED_GROUP: Final = "proso blocked"
"""The group of an address book that exported numbers to block are in; never a contact's."""

RATING_STEPS: Final = (0, 10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 93, 95, 97, 98, 99)
"""Ratings a pack can carry, in hundredths: finer where actions change.  A rating is rounded down,
so that a published figure never claims more than the hub believes."""

SAMPLE_STEPS: Final = (0, 1, 2, 3, 5, 10, 20, 50, 100, 1000)
"""Lower bounds of the sample-size classes: "at least this many reports"."""

FRESHNESS_STEPS: Final = (1, 3, 7, 14, 30, 60, 90, 180, 365)
"""Upper bounds of the freshness classes in days; the class after the last means "older or not
known"."""


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """What a pack says about a number or a range.

    Attributes:
        category: what the caller wants.
        rating: 0..1, the hub's belief that a call from here is unwanted; one of the steps.
        sample_size: at least this many reports; one of the steps.
        freshness_days: the newest report was at most this many days old when the pack was made;
            None for older or not known.
        listing: LISTED entries act, WATCHED ones are shown, CLEARED ones are let through.
    """

    category: Category
    rating: float
    sample_size: int
    freshness_days: int | None
    listing: Listing = Listing.LISTED

    @classmethod
    def rounded(
        cls,
        *,
        category: Category,
        rating: float,
        sample_size: int = 0,
        age_days: float | None = None,
        listing: Listing = Listing.LISTED,
    ) -> "Label":
        """The label a pack can carry that claims at most what the arguments say.

        Args:
            category: what the caller wants.
            rating: 0..1; values outside are clamped.
            sample_size: how many reports, 0 where not known.
            age_days: age of the newest report in days, None where not known.
            listing: how it is published.
        """
        hundredths = int(min(max(rating, 0.0), 1.0) * 100 + 1e-9)
        fresh = None
        if age_days is not None:
            fresh = next((step for step in FRESHNESS_STEPS if age_days <= step), None)
        return cls(
            category,
            max(step for step in RATING_STEPS if step <= hundredths) / 100,
            max(step for step in SAMPLE_STEPS if step <= max(sample_size, 0)),
            fresh,
            listing,
        )

    @property
    def confidence(self) -> float:
        """0..1, how much the rating may be relied on: n / (n + 2) of the sample size.

        Source: the share of the posterior that n observations hold against a uniform prior.
        """
        return self.sample_size / (self.sample_size + 2)
