"""What the owner of a phone wants, as one value.

Two halves: settings a person writes down, and what the phone knows of the owner's calls.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime, time, timedelta
from typing import Final

from proso.errors import BadRules
from proso.values.number import PhoneNumber, mask
from proso.values.numbering import split_calling_code
from proso.verdicts.verdict import Action

MAX_PATTERNS: Final = 1000
"""Patterns of one list: each costs up to a microsecond a call, and a person writes a few dozen."""

EMERGENCY_CALLBACK: Final = timedelta(hours=2)
"""How long after an emergency call every call rings.  Source: Android's default for the same
purpose, 7,200 s (CarrierConfigManager, duration_blocking_disabled_after_emergency)."""

MAX_AGE_DAYS: Final = 36_500
"""A pack of a hundred years; whoever wants no ageing writes this."""

_PATTERN: Final = re.compile(r"\+?[0-9#xX?]{1,15}\*?")


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """A shape of numbers, such as ``+1900*``, ``+4930########`` or ``0190*``.

    Attributes:
        text: as written: digits, # for any one digit, a * at the end for any rest.  With a
            leading + it is compared with the E.164 digits, else with the national digits.
        calling_code: the country whose national digits are meant where there is no +, 1 to 999; 0
            for any country.
    """

    text: str
    calling_code: int = 0
    _regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        compact = re.sub(r"[\s().-]", "", self.text)
        if not _PATTERN.fullmatch(compact):
            raise BadRules(
                found=f"the pattern {mask(self.text[:40])!r}",
                expected="digits, # for any digit, and at most one * at the end",
                remedy="write it like +1900* or 0190*",
            )
        body = re.sub("[#xX?]", "[0-9]", compact.lstrip("+")).replace("*", ".*")
        # A number holds no trunk prefix, a pattern in national notation may: its 0 is optional.
        source = body if compact.startswith("+") else f"{body}|{body.removeprefix('0')}"
        object.__setattr__(self, "_regex", re.compile(source))

    def matches(self, number: PhoneNumber) -> bool:
        """Whether the number has this shape."""
        digits = str(number.value)
        if "+" not in self.text:
            code = split_calling_code(digits)
            if self.calling_code not in (0, code):
                return False
            digits = digits[len(str(code)) :]
        return self._regex.fullmatch(digits) is not None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Hours in which callers the owner does not know are treated in a way of their own.

    Attributes:
        begins: local time of day.
        ends: local time of day; before `begins` when it runs past midnight, the same for a whole
            day.
        days: weekdays on which it begins, Monday is 0.
        action: what happens to callers no earlier rule let through.
    """

    begins: time
    ends: time
    days: frozenset[int] = frozenset(range(7))
    action: Action = Action.SILENCE

    def covers(self, moment: datetime) -> bool:
        """Whether a moment, in the owner's own time zone, falls into it."""
        clock, day = moment.time(), moment.weekday()
        if self.begins < self.ends:
            return day in self.days and self.begins <= clock < self.ends
        yesterday = (day - 1) % 7
        return (day in self.days and clock >= self.begins) or (
            yesterday in self.days and clock < self.ends
        )


@dataclass(frozen=True, slots=True)
class BreakThrough:
    """When a caller who tries again gets through.

    Attributes:
        calls: how many calls, the present one included.
        within: in how much time.
        minimum_gap: calls closer together count as one, so that a robot that redials four times
            in a minute does not get through.
    """

    calls: int = 3
    within: timedelta = timedelta(minutes=15)
    minimum_gap: timedelta = timedelta(seconds=60)

    def __post_init__(self) -> None:
        if self.calls < 2:  # noqa: PLR2004  one call is no repetition: everybody would get through
            raise BadRules(
                found=f"a break-through after {self.calls} call",
                expected="at least 2",
                remedy="correct the [break_through] section; calls = 0 turns it off",
            )
        if self.within <= timedelta(0) or self.minimum_gap < timedelta(0):
            raise BadRules(
                found="a break-through in no time at all, or with a gap below zero",
                expected="within_minutes above 0 and minimum_gap_seconds of at least 0",
                remedy="correct the [break_through] section",
            )


@dataclass(frozen=True, slots=True, eq=False)
class PackPolicy:
    """What a pack's rating leads to.  Compared by identity: verdicts are kept for each policy.

    Attributes:
        reject_from: a rating of at least this is rejected, 0..1; above 1 for never.
        silence_from: of at least this is silenced.
        label_from: of at least this is labelled.
        careful_after_days: from this age of the pack on nothing is rejected, only silenced.
        label_after_days: from this age on calls are only labelled.
        note: what verdicts say of the policy; "" for the owner's own.
    """

    reject_from: float = 0.95
    silence_from: float = 0.8
    label_from: float = 0.0
    careful_after_days: float = 7.0
    label_after_days: float = 45.0
    note: str = ""

    def __post_init__(self) -> None:
        if not self.label_from <= self.silence_from <= self.reject_from:
            raise BadRules(
                found="pack thresholds out of order",
                expected="label_from <= silence_from <= reject_from",
                remedy="correct the [pack] section",
            )
        if not 0 <= self.careful_after_days <= self.label_after_days <= MAX_AGE_DAYS:
            raise BadRules(
                found="ages of the pack out of order",
                expected=f"0 <= careful_after_days <= label_after_days <= {MAX_AGE_DAYS}",
                remedy="correct the [pack] section",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRules:
    """Everything the owner decides or is known to have done.

    Attributes:
        allowed: numbers that always ring.
        allowed_patterns: shapes that always ring.
        blocked: numbers that never ring.
        blocked_patterns: shapes that are rejected unless the caller is known.
        contacts: numbers of the address book.
        dialled: numbers the owner called before.
        answered: numbers whose calls the owner took before.
        recent_calls: (number, time) of calls that came in lately, for the break-through.
        expecting_until: until when every call rings because one is expected.
        last_emergency_call: when the owner last called the emergency services.
        break_through: when a repeated call rings; None for never.
        schedules: hours with an action of their own.
        withheld: what happens to callers without a number.
        failed_verification: what happens when the signature on the number is false.
        impossible: what happens to numbers that cannot exist.
        unallocated: what happens to numbers in no series in use.
        pack: what a pack's rating leads to.
        given: names of the fields that hold anything, so that rules without are not asked.
    """

    allowed: frozenset[PhoneNumber] = frozenset()
    allowed_patterns: tuple[NumberPattern, ...] = ()
    blocked: frozenset[PhoneNumber] = frozenset()
    blocked_patterns: tuple[NumberPattern, ...] = ()
    contacts: frozenset[PhoneNumber] = frozenset()
    dialled: frozenset[PhoneNumber] = frozenset()
    answered: frozenset[PhoneNumber] = frozenset()
    recent_calls: tuple[tuple[PhoneNumber, datetime], ...] = ()
    expecting_until: datetime | None = None
    last_emergency_call: datetime | None = None
    break_through: BreakThrough | None = field(default_factory=BreakThrough)
    schedules: tuple[Schedule, ...] = ()
    withheld: Action = Action.LABEL
    failed_verification: Action = Action.LABEL
    impossible: Action = Action.SILENCE
    unallocated: Action = Action.LABEL
    pack: PackPolicy = field(default_factory=PackPolicy)
    given: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = frozenset(f.name for f in fields(self) if f.init and getattr(self, f.name))
        object.__setattr__(self, "given", names)
        if len(self.allowed_patterns) > MAX_PATTERNS or len(self.blocked_patterns) > MAX_PATTERNS:
            raise BadRules(
                found="a list of more than 1,000 patterns",
                expected=f"at most {MAX_PATTERNS}",
                remedy="build a pack of them: proso pack build --listings FILE",
            )


def any_matches(patterns: Iterable[NumberPattern], number: PhoneNumber) -> NumberPattern | None:
    """The first pattern that matches, or None."""
    return next((pattern for pattern in patterns if pattern.matches(number)), None)
