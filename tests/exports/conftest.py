"""A pack with everything an export can stumble over."""

from datetime import UTC, datetime

import pytest

from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
SURE = Label.rounded(category=Category.SCAM, rating=0.97, sample_size=12, age_days=2)
LIKELY = Label.rounded(category=Category.ROBOT, rating=0.85)
WEAK = Label.rounded(category=Category.LOAN, rating=0.4)
CLEARED = Label.rounded(category=Category.OTHER, rating=0.1, listing=Listing.CLEARED)


def number(value: int, label: Label) -> Listed:
    return Listed(PhoneNumber(value), label)


def block(text: str, label: Label) -> Listed:
    return Listed(NumberRange.parse(text), label)


ROWS = [
    number(12025550101, SURE),
    number(12025550102, LIKELY),
    number(12025550103, WEAK),
    number(12025550104, CLEARED),  # in no range: nothing stops it
    block("+1310555####", SURE),
    number(13105550177, CLEARED),
    number(13105550178, WEAK),
    block("+131055502##", CLEARED),
    number(13105550299, SURE),  # listed in a cleared range in a listed one
    block("+1415*", LIKELY),
    block("+1415555####", SURE),
    number(14155550123, CLEARED),
    block("+1617*", WEAK),
    block("+91140*", SURE),
    number(911401234567, CLEARED),
    block("+4930123##", SURE),  # prefixes cannot say that it is for eight digits only
    number(49301230, SURE),
]


def a_pack(rows, **more):
    fields = {"region": "US", "serial": 7, "as_of": AS_OF, "rule_version": "rule-1"}
    return decode(build(rows, **(fields | more)))


@pytest.fixture
def full_pack():
    return a_pack(ROWS)


PROBES = [
    12025550101, 12025550102, 12025550103, 12025550104, 12025550105,
    13105550000, 13105550177, 13105550178, 13105550200, 13105550298, 13105550299, 13105559999,
    13105560000, 14155550123, 14155550124, 14155560000, 16175550100,
    911401234567, 911401234568, 91140123456, 4930123, 49301230, 49301231, 493012345, 4930123456,
]  # fmt: skip
"""Numbers in, at the edges of, and beside every entry."""
