"""Many numbers at once are judged as one by one."""

import random

import pytest

np = pytest.importorskip("numpy", reason="numpy comes with the hub's extra")

from proso.packs.build import Listed, build  # noqa: E402  after the skip
from proso.packs.bulk import BulkLookup  # noqa: E402
from proso.packs.codec import decode  # noqa: E402
from proso.values.listing import Category, Label, Listing  # noqa: E402
from proso.values.number import NumberRange, PhoneNumber  # noqa: E402
from proso.verdicts.bulk import BulkScreener  # noqa: E402
from proso.verdicts.rules import OwnerRules  # noqa: E402
from proso.verdicts.screening import Screener  # noqa: E402


@pytest.fixture
def chance():
    return random.Random(5)


@pytest.fixture
def numbers(chance):
    """Near and far, listed or not, in use or not."""
    near = [12025550000 + chance.randrange(3000) for _ in range(2000)]
    far = [chance.randrange(1_000, 10**15) for _ in range(300)]
    plans = [int(f"{chance.choice((1, 33, 49, 91, 62))}{chance.randrange(10**9, 10**10)}") for _ in range(700)]  # fmt: skip  # noqa: E501
    return near + far + plans


@pytest.fixture(params=["numbers", "ranges", "both", "nothing"])
def a_pack(request, chance, now):
    labels = [
        Label.rounded(category=c, rating=r, listing=li)
        for c in (Category.SCAM, Category.LOAN)
        for r in (0.2, 0.6, 0.9)
        for li in Listing
    ]
    rows = []
    if request.param in ("numbers", "both"):
        rows += [PhoneNumber(12025550000 + chance.randrange(3000)) for _ in range(900)]
        rows += [PhoneNumber(chance.randrange(1_000, 10**15)) for _ in range(50)]
    if request.param in ("ranges", "both"):
        rows += [NumberRange(1202555, 11), NumberRange(12025551, 11), NumberRange(1202555123, 11)]
        rows += [NumberRange(1202), NumberRange(49), NumberRange(4915, 12), NumberRange(1, 11)]
        rows += [NumberRange(chance.randrange(1, 10**6)) for _ in range(60)]
    listed = [Listed(subject, chance.choice(labels)) for subject in rows]
    return decode(build(listed, region="US", serial=1, as_of=now, rule_version="r"))


def test_look_ups_in_bulk_give_the_matches_of_look_ups_one_by_one(a_pack, numbers):
    matches, places = BulkLookup(a_pack).find(np.array(numbers, np.uint64))
    for value, place in zip(numbers, places.tolist(), strict=True):
        assert matches[place] is a_pack.find(value)


@pytest.mark.parametrize("named", [False, True])
def test_verdicts_in_bulk_are_those_of_one_by_one(a_pack, numbers, named):
    some = frozenset(map(PhoneNumber, numbers[::40]))
    rules = OwnerRules(allowed=some, blocked=frozenset({PhoneNumber(12025550101)})) if named else OwnerRules()  # fmt: skip  # noqa: E501
    verdicts, places = BulkScreener(a_pack, rules).screen(np.array(numbers, np.uint64))
    one_by_one = Screener(a_pack, rules)
    for value, place in zip(numbers, places.tolist(), strict=True):
        assert verdicts[place] == one_by_one.judge_number(value)


def test_without_a_pack_the_plan_alone_is_asked(numbers):
    verdicts, places = BulkScreener(None, OwnerRules()).screen(np.array(numbers, np.uint64))
    one_by_one = Screener(None, OwnerRules())
    for value, place in zip(numbers, places.tolist(), strict=True):
        assert verdicts[place] == one_by_one.judge_number(value)


def test_no_numbers_are_no_verdicts(a_pack):
    _, places = BulkScreener(a_pack, OwnerRules()).screen(np.array([], np.uint64))
    assert len(places) == 0
