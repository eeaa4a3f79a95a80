"""The order in which the owner's rules, the call and the pack are asked: one table.

The first rule that has an opinion decides.  The order is that of who would be harmed by a mistake:
life first, then the owner's own word, then what the owner is known to do, then what the call itself
shows, and strangers' reports last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias

from proso.packs.pack import Pack
from proso.values.call import Call, Verification
from proso.values.number import Plausibility, is_emergency, is_short_code
from proso.verdicts.listed import kept_verdicts, unlisted, verdict_on
from proso.verdicts.rules import EMERGENCY_CALLBACK, OwnerRules, any_matches
from proso.verdicts.verdict import Action, Evidence, Matched, Reason, Verdict

Ask: TypeAlias = Callable[[Call, "Pack | None", OwnerRules, datetime], Verdict | None]


class Caller(Enum):
    """What a caller shows; most rules judge only some callers."""

    NUMBERED = "a number"
    FORGED = "a number whose signature is false"
    NUMBERLESS = "no number"

    @classmethod
    def of(cls, call: Call) -> "Caller":
        """What the caller of a call shows."""
        if call.calling_number is None:
            return cls.NUMBERLESS
        return cls.FORGED if call.verification is Verification.FAILED else cls.NUMBERED


EVERYBODY: Final = frozenset(Caller)
WITH_A_NUMBER: Final = frozenset({Caller.NUMBERED, Caller.FORGED})
_NUMBERLESS: Final = frozenset({Caller.NUMBERLESS})


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the precedence table.

    Attributes:
        reason: the name verdicts carry.
        says: what it does, for the table in the documentation.
        ask: gives a verdict, or None when the rule has no opinion.
        of: the callers it can have an opinion on.
        needs: the field of the owner's rules without which it can have none; "" where it always
            may.
        of_each: the verdict on every number in that field, for a rule that is nothing but a set
            of numbers: such rules are answered with one look-up.
    """

    reason: Reason
    says: str
    ask: Ask
    of: frozenset[Caller] = EVERYBODY
    needs: str = ""
    of_each: Verdict | None = None


@lru_cache(maxsize=4096)  # as many texts as patterns and schedules of a few owners need
def _by_rule(action: Action, reason: Reason, text: str) -> Verdict:
    return Verdict(action, reason, text, Matched.RULE, evidence=(Evidence(Matched.RULE, text),))


_EMERGENCY_NUMBER: Final = _by_rule(
    Action.ALLOW, Reason.EMERGENCY_NUMBER, "emergency services are never stopped"
)
_EMERGENCY_CALLBACK: Final = _by_rule(
    Action.ALLOW,
    Reason.EMERGENCY_CALLBACK,
    "you called the emergency services within two hours: they may call back from any number",
)
_ALLOWED: Final = _by_rule(Action.ALLOW, Reason.ALLOWLIST, "on your allow-list")
_BLOCKED: Final = _by_rule(Action.REJECT, Reason.BLOCKLIST, "on your block-list")
_CONTACT: Final = _by_rule(Action.ALLOW, Reason.CONTACT, "in your contacts")
_DIALLED: Final = _by_rule(Action.ALLOW, Reason.DIALLED_BEFORE, "you have called this number")
_ANSWERED: Final = _by_rule(
    Action.ALLOW, Reason.ANSWERED_BEFORE, "you have taken a call from this number"
)
_EXPECTED: Final = _by_rule(Action.ALLOW, Reason.EXPECTED_CALL, "you are expecting a call")
_REPEATED: Final = _by_rule(
    Action.ALLOW, Reason.REPEATED_CALL, "this caller keeps trying, as a person does"
)
_SHORT: Final = _by_rule(
    Action.ALLOW, Reason.SHORT_CODE, "a short number of a local service or extension"
)


def _emergency_number(call: Call, _p: Pack | None, _r: OwnerRules, _n: datetime) -> Verdict | None:
    if call.calling_number is None and is_emergency(call.calling_text, call.line.region):
        return _EMERGENCY_NUMBER
    return None


def _emergency_callback(_c: Call, _p: Pack | None, r: OwnerRules, now: datetime) -> Verdict | None:
    last = r.last_emergency_call
    # A clock set back after the call makes it lie ahead; one years ahead is a slip of the pen, and
    # must not switch everything off until then.
    if last is not None and abs(now - last) <= EMERGENCY_CALLBACK:
        return _EMERGENCY_CALLBACK
    return None


def _allow_pattern(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    if call.calling_number is None:
        return None
    pattern = any_matches(rules.allowed_patterns, call.calling_number)
    if pattern is None:
        return None
    return _by_rule(Action.ALLOW, Reason.ALLOWLIST, f"your allow-list has {pattern.text}")


def _expected(_c: Call, _p: Pack | None, rules: OwnerRules, now: datetime) -> Verdict | None:
    until = rules.expecting_until
    return _EXPECTED if until is not None and now < until else None


def _block_pattern(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    if call.calling_number is None:
        return None
    pattern = any_matches(rules.blocked_patterns, call.calling_number)
    if pattern is None:
        return None
    text = f"your block-list has {pattern.text}"
    return _by_rule(Action.REJECT, Reason.BLOCKLIST_PATTERN, text)


def _repeated(call: Call, _p: Pack | None, rules: OwnerRules, now: datetime) -> Verdict | None:
    asked = rules.break_through
    if asked is None or call.calling_number is None:
        return None
    # Counted backwards from now: a call nearer than the gap to the one counted last is the same
    # attempt, and one robot that never pauses stays one attempt.
    counted, last = 1, now
    for number, at in sorted(rules.recent_calls, key=lambda row: row[1], reverse=True):
        if number != call.calling_number or at > now or now - at > asked.within:
            continue
        if last - at >= asked.minimum_gap:
            counted += 1
        last = at
    return _REPEATED if counted >= asked.calls else None


def _schedule(_c: Call, _p: Pack | None, rules: OwnerRules, now: datetime) -> Verdict | None:
    for schedule in rules.schedules:
        if schedule.covers(now):
            hours = f"{schedule.begins:%H:%M} to {schedule.ends:%H:%M}"
            return _by_rule(schedule.action, Reason.SCHEDULE, f"your rule for {hours}")
    return None


def _withheld(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    if call.calling_number is None and call.is_withheld:
        return _by_rule(rules.withheld, Reason.WITHHELD, "the caller hides the number")
    return None


def _failed(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    if call.verification is not Verification.FAILED:
        return None
    text = "the signature on this number is false: it is probably somebody else's"
    return _by_rule(rules.failed_verification, Reason.FAILED_VERIFICATION, text)


def _short_code(call: Call, _p: Pack | None, _r: OwnerRules, _n: datetime) -> Verdict | None:
    if call.calling_number is None and is_short_code(call.calling_text, call.line.region):
        return _SHORT
    return None


def _no_number(_c: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    return _by_rule(rules.impossible, Reason.IMPOSSIBLE_NUMBER, "no such number can exist")


def _from_pack(call: Call, pack: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    if pack is None or call.calling_number is None:
        return None
    match = pack.find(call.calling_number.value)
    if match is None:
        return None
    return verdict_on(match, pack, rules.pack, kept_verdicts(pack, rules.pack))


def _implausible(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    if call.calling_number is None:
        return None
    return implausible(call.calling_number.plausibility, rules)


def implausible(kind: Plausibility, rules: OwnerRules) -> Verdict | None:
    """The verdict on a number the numbering plan says this of."""
    if kind is Plausibility.ALLOCATED:
        return None
    if kind is Plausibility.IMPOSSIBLE:
        return _by_rule(rules.impossible, Reason.IMPOSSIBLE_NUMBER, "no such number can exist")
    text = "no operator has this number by the plan at hand"
    return _by_rule(rules.unallocated, Reason.UNALLOCATED_NUMBER, text)


def _unlisted(_c: Call, pack: Pack | None, _r: OwnerRules, _n: datetime) -> Verdict | None:
    return unlisted(pack)


def _set_of_numbers(reason: Reason, needs: str, says: str, verdict: Verdict) -> Rule:
    def ask(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
        return verdict if call.calling_number in getattr(rules, needs) else None

    return Rule(reason, says, ask, WITH_A_NUMBER, needs, verdict)


PRECEDENCE: Final = (
    Rule(Reason.EMERGENCY_NUMBER, "an emergency number rings", _emergency_number, _NUMBERLESS),
    Rule(
        Reason.EMERGENCY_CALLBACK,
        "every call rings for two hours after the owner called the emergency services",
        _emergency_callback,
        needs="last_emergency_call",
    ),
    _set_of_numbers(
        Reason.ALLOWLIST, "allowed", "a number on the owner's allow-list rings", _ALLOWED
    ),
    Rule(
        Reason.ALLOWLIST,
        "a number that fits a pattern of the allow-list rings",
        _allow_pattern,
        WITH_A_NUMBER,
        "allowed_patterns",
    ),
    _set_of_numbers(
        Reason.BLOCKLIST, "blocked", "a number on the owner's block-list is rejected", _BLOCKED
    ),
    _set_of_numbers(Reason.CONTACT, "contacts", "a number in the contacts rings", _CONTACT),
    _set_of_numbers(
        Reason.DIALLED_BEFORE, "dialled", "a number the owner has called rings", _DIALLED
    ),
    _set_of_numbers(
        Reason.ANSWERED_BEFORE,
        "answered",
        "a number whose call the owner has taken rings",
        _ANSWERED,
    ),
    Rule(
        Reason.EXPECTED_CALL,
        "every call rings while the owner expects one",
        _expected,
        needs="expecting_until",
    ),
    Rule(
        Reason.BLOCKLIST_PATTERN,
        "a number that fits a pattern of the block-list is rejected",
        _block_pattern,
        WITH_A_NUMBER,
        "blocked_patterns",
    ),
    Rule(
        Reason.REPEATED_CALL,
        "a caller who tries n times in m minutes rings; tries closer than the gap count once",
        _repeated,
        WITH_A_NUMBER,
        "recent_calls",
    ),
    Rule(
        Reason.SCHEDULE,
        "in the owner's hours: the action set for them, silenced unless set",
        _schedule,
        needs="schedules",
    ),
    Rule(
        Reason.WITHHELD,
        "a caller without a number: the action set, labelled unless set",
        _withheld,
        _NUMBERLESS,
    ),
    Rule(
        Reason.FAILED_VERIFICATION,
        "a number whose signature is false: the action set, labelled unless set",
        _failed,
        frozenset({Caller.FORGED}),
    ),
    Rule(Reason.SHORT_CODE, "a short number of two to six digits rings", _short_code, _NUMBERLESS),
    Rule(
        Reason.IMPOSSIBLE_NUMBER,
        "a caller that is no number: the action set, silenced unless set",
        _no_number,
        _NUMBERLESS,
    ),
    Rule(
        Reason.PACK,
        "what the pack says: rejected, silenced, labelled, or let through where cleared",
        _from_pack,
        WITH_A_NUMBER,
    ),
    Rule(
        Reason.UNALLOCATED_NUMBER,
        "a number in no series in use: labelled unless set; one that cannot exist: silenced",
        _implausible,
        WITH_A_NUMBER,
    ),
    Rule(Reason.NOT_LISTED, "a call nothing is known against rings", _unlisted),
)
"""Every rule in the order it is asked; the first that has an opinion decides."""

BY_LOOK_UP: Final = PRECEDENCE[-3:]
"""The rules every caller with a number may come to: what the pack, the plan and nobody says."""
