"""An old pack is believed less: what was to be rejected is silenced, and then only labelled.

A pack grows old when the hub publishes no more, when nobody fetches, or when somebody keeps the
newer ones away (a freeze).  The phone cannot tell which, and need not: what matters is that the
listed numbers may by now be somebody else's.  The rule makes another policy of the owner's, once,
when the pack is opened; the decision itself does not know of it.

Source: numbers given back in the United States may be given to another subscriber after 45 days
(47 CFR 52.15(f)(1)(ii)); hubs publish daily.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from proso.verdicts.rules import OwnerRules, PackPolicy

_NEVER: Final = 2.0  # above any rating
_DAY: Final = timedelta(days=1)


class Age(StrEnum):
    """How old a pack is, as far as screening is concerned."""

    FRESH = "fresh"
    OLD = "old"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class PackAge:
    """How old a pack is and what follows.

    Attributes:
        days: whole days since the moment the pack is as of; 0 where the clock is before it.
        step: fresh, old or stale.
    """

    days: int
    step: Age

    @property
    def consequence(self) -> str:
        """What screening does differently, in words; "" for a fresh pack."""
        said = {
            Age.FRESH: "",
            Age.OLD: "nothing is rejected, only silenced",
            Age.STALE: "calls are only labelled",
        }
        return said[self.step]


def age_of(as_of: datetime, now: datetime, policy: PackPolicy) -> PackAge:
    """How old a pack is.

    Args:
        as_of: the moment of the pack, aware.
        now: the present moment, aware.
        policy: the owner's; holds the limits.
    """
    age = max(now - as_of, timedelta(0))
    step = Age.FRESH
    if age >= policy.label_after_days * _DAY:
        step = Age.STALE
    elif age >= policy.careful_after_days * _DAY:
        step = Age.OLD
    return PackAge(age // _DAY, step)


def policy_at_age(policy: PackPolicy, age: PackAge) -> PackPolicy:
    """What the ratings of a pack of this age lead to; the policy itself while it is fresh."""
    if age.step is Age.FRESH:
        return policy
    note = f"; the pack is {age.days} days old: {age.consequence}"
    if age.step is Age.OLD:
        return replace(policy, reject_from=_NEVER, note=note)
    # No more than a label, but whatever the owner wanted labelled still is.
    return replace(policy, reject_from=_NEVER, silence_from=_NEVER, note=note)


def rules_at_age(rules: OwnerRules, as_of: datetime, now: datetime) -> OwnerRules:
    """The owner's rules for a pack as of a moment: to be made when the pack is opened.

    Args:
        rules: the owner's.
        as_of: the moment of the pack, aware.
        now: the present moment, aware.
    """
    policy = policy_at_age(rules.pack, age_of(as_of, now, rules.pack))
    return rules if policy is rules.pack else replace(rules, pack=policy)
