"""A decision and everything it rests on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from proso.values.listing import Category
from proso.values.number import NumberRange


class Action(StrEnum):
    """What to do with a call, mildest first."""

    ALLOW = "allow"
    LABEL = "label"
    SILENCE = "silence"
    REJECT = "reject"


class Reason(StrEnum):
    """Why: the name of the rule that decided.  Each rule of the precedence table has one."""

    EMERGENCY_NUMBER = "emergency-number"
    EMERGENCY_CALLBACK = "emergency-callback"
    ALLOWLIST = "allowlist"
    BLOCKLIST = "blocklist"
    CONTACT = "contact"
    DIALLED_BEFORE = "dialled-before"
    ANSWERED_BEFORE = "answered-before"
    EXPECTED_CALL = "expected-call"
    BLOCKLIST_PATTERN = "blocklist-pattern"
    REPEATED_CALL = "repeated-call"
    SCHEDULE = "schedule"
    WITHHELD = "withheld"
    FAILED_VERIFICATION = "failed-verification"
    SHORT_CODE = "short-code"
    IMPOSSIBLE_NUMBER = "impossible-number"
    UNALLOCATED_NUMBER = "unallocated-number"
    PACK = "pack"
    NOT_LISTED = "not-listed"
    NO_PACK = "no-pack"
    BUG = "bug"


class Matched(StrEnum):
    """What kind of subject a verdict rests on."""

    NUMBER = "number"
    RANGE = "range"
    SERIES = "series"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing a verdict rests on.

    Attributes:
        matched: a number, a range of numbers, a dialling series, or a rule of the owner.
        text: one sentence a person can read; holds no full number.
        subject: the range or series; None for the number itself and for rules.
        category: what the caller is said to want; None for rules.
        rating: 0..1 for evidence from a pack, None for rules.
        sample_size: at least this many reports; None for rules.
        newest_before: the newest report is from at most this long before this moment: the pack's
            own time; None for rules.
        freshness_days: see `proso.values.listing.Label`.
    """

    matched: Matched
    text: str
    subject: NumberRange | None = None
    category: Category | None = None
    rating: float | None = None
    sample_size: int | None = None
    newest_before: datetime | None = None
    freshness_days: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a call and why.

    Attributes:
        action: allow, label, silence or reject.
        reason: the rule that decided.
        text: one sentence a person can read; holds no full number.
        matched: what kind of subject decided; None where nothing matched.
        rating: 0..1 from the pack, None where no pack entry decided.
        confidence: 0..1, None where no pack entry decided.
        sample_size: at least this many reports, None where no pack entry decided.
        evidence: what it rests on, most specific first.
        pack_serial: serial of the pack asked, None without one.
        rule_version: version of the hub's rule that made the listing, "" without a pack.
    """

    action: Action
    reason: Reason
    text: str
    matched: Matched | None = None
    rating: float | None = None
    confidence: float | None = None
    sample_size: int | None = None
    evidence: tuple[Evidence, ...] = ()
    pack_serial: int | None = None
    rule_version: str = ""

    @property
    def is_stopped(self) -> bool:
        """Whether the call does not ring aloud."""
        return self.action in (Action.SILENCE, Action.REJECT)
