"""An old pack is believed less, in two steps, and says so."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.errors import BadRules
from proso.values.call import Call
from proso.verdicts.ageing import Age, age_of, policy_at_age, rules_at_age
from proso.verdicts.rules import OwnerRules, PackPolicy
from proso.verdicts.screening import screen
from proso.verdicts.verdict import Action

MILDER = [Action.ALLOW, Action.LABEL, Action.SILENCE, Action.REJECT]


def verdict(pack, line, now, days, text="+12025550101", rules=None):
    later = now + timedelta(days=days)
    rules = rules_at_age(rules or OwnerRules(), pack.header.as_of, later)
    return screen(Call.receive(text, at=later, line=line), pack, rules, later)


@pytest.mark.parametrize(
    ("days", "action"),
    [
        (-400, Action.REJECT),
        (0, Action.REJECT),
        (6.9, Action.REJECT),
        (7, Action.SILENCE),
        (44.9, Action.SILENCE),
        (45, Action.LABEL),
        (4_000, Action.LABEL),
    ],
)
def test_a_pack_is_believed_less_as_it_ages(pack, line, now, days, action):
    assert verdict(pack, line, now, days).action is action


def test_an_old_packs_verdict_says_how_old_it_is(pack, line, now):
    assert "days old" not in verdict(pack, line, now, 1).text
    assert "20 days old: nothing is rejected" in verdict(pack, line, now, 20).text
    assert "50 days old: calls are only labelled" in verdict(pack, line, now, 50).text


def test_a_cleared_number_rings_whatever_the_age(pack, line, now):
    for days in (0, 10, 100):
        assert verdict(pack, line, now, days, "+13105550177").action is Action.ALLOW


def test_the_owners_block_list_does_not_age(pack, line, now):
    from proso.values.number import PhoneNumber

    rules = OwnerRules(blocked=frozenset({PhoneNumber(12025550101)}))
    assert verdict(pack, line, now, 1_000, rules=rules).action is Action.REJECT


def test_a_fresh_pack_keeps_the_owners_own_policy(now):
    rules = OwnerRules()
    assert rules_at_age(rules, now, now + timedelta(days=1)) is rules


def test_a_clock_behind_the_pack_counts_as_fresh(now):
    age = age_of(now, now - timedelta(days=400), PackPolicy())
    assert (age.days, age.step) == (0, Age.FRESH)


@given(st.floats(0, 400), st.floats(0, 400), st.floats(0, 1), st.floats(0, 1))
def test_older_never_acts_harder(one, other, a, b):
    from datetime import UTC, datetime

    from proso.values.listing import Category, Label
    from proso.verdicts.listed import action_of

    low, high = sorted((a, b))
    policy = PackPolicy(reject_from=high, silence_from=low)
    label = Label.rounded(category=Category.SCAM, rating=0.9)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    actions = [
        action_of(label, policy_at_age(policy, age_of(at, at + timedelta(days=days), policy)))
        for days in sorted((one, other))
    ]
    assert MILDER.index(actions[1]) <= MILDER.index(actions[0])


def test_limits_out_of_order_are_refused():
    for days in ((8, 7), (-1, 7), (float("nan"), 7), (1, float("inf"))):
        with pytest.raises(BadRules):
            PackPolicy(careful_after_days=days[0], label_after_days=days[1])
