"""Decide one call: the owner's rules in order, then the pack, and always an answer.

`PRECEDENCE` is the whole decision: the first rule that has an opinion decides.  It is ordered by
who would be harmed by a mistake: life first, then the owner's own word, then what the owner is
known to do, then what the call itself shows, and strangers' reports last.  `explain` asks every
rule and says what each answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, TypeAlias, cast

from proso.packs.pack import Match, Pack
from proso.values.call import Call, Verification
from proso.values.listing import Label, Listing
from proso.values.number import Plausibility, is_emergency, is_short_code
from proso.verdicts.rules import EMERGENCY_CALLBACK, OwnerRules, any_matches
from proso.verdicts.verdict import Action, Evidence, Matched, Reason, Verdict

_MAX_DERIVED: Final = 4096
"""Verdicts kept with a pack: 256 labels for each of 16 policies."""

Ask: TypeAlias = Callable[[Call, "Pack | None", OwnerRules, datetime], Verdict | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the precedence table.

    Attributes:
        reason: the name verdicts carry.
        ask: gives a verdict, or None when the rule has no opinion.
        needs: the field of the owner's rules without which it can have none; "" where it always
            may.
        of_number: True when it judges only callers with a number, False when only callers
            without, None for either.
        says: what it does, for the table in the documentation.
    """

    reason: Reason
    ask: Ask
    needs: str
    of_number: bool | None
    says: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule said of a call.

    Attributes:
        reason: the rule.
        verdict: its answer, None for no opinion.
        decided: whether this answer became the verdict.
    """

    reason: Reason
    verdict: Verdict | None
    decided: bool


def screen(call: Call, pack: Pack | None, rules: OwnerRules, now: datetime) -> Verdict:
    """The verdict on a call.  Total: whatever goes wrong inside, the call rings.

    Args:
        call: as the network presents it.
        pack: the region's pack, None when there is none.
        rules: the owner's.
        now: the present moment, aware, in the owner's time zone (schedules are local).
    """
    try:
        for ask in _asked(rules.given, call.calling_number is not None):
            verdict = ask(call, pack, rules, now)
            if verdict is not None:
                return verdict
    except Exception:  # noqa: BLE001  a bug of ours must never cost a call
        return _BUG
    return _BUG


def explain(
    call: Call, pack: Pack | None, rules: OwnerRules, now: datetime
) -> tuple[Verdict, list[Answer]]:
    """The verdict, and what every rule would have said, in order of precedence.

    A rule that fails is shown as having no opinion.
    """
    verdict = screen(call, pack, rules, now)
    answers = []
    decided = False
    has_number = call.calling_number is not None
    for rule in PRECEDENCE:
        try:
            applies = rule.of_number in (None, has_number)
            answer = rule.ask(call, pack, rules, now) if applies else None
        except Exception:  # noqa: BLE001  as in `screen`
            answer = None
        decides = not decided and answer is not None and verdict.reason is not Reason.BUG
        decided = decided or decides
        answers.append(Answer(rule.reason, answer, decides))
    return verdict, answers


@lru_cache(maxsize=1024)  # 2 x 2^8 sets of fields can matter, so nothing is ever dropped
def _asked(given: frozenset[str], has_number: bool) -> tuple[Ask, ...]:  # noqa: FBT001
    """The rules that can have an opinion, in order: most owners use a few of them."""
    return tuple(
        rule.ask
        for rule in PRECEDENCE
        if (not rule.needs or rule.needs in given) and rule.of_number in (None, has_number)
    )


def _by_rule(action: Action, reason: Reason, text: str) -> Verdict:
    return Verdict(action, reason, text, Matched.RULE, evidence=(Evidence(Matched.RULE, text),))


_ALLOCATED: Final = Plausibility.ALLOCATED
_BUG: Final = Verdict(
    Action.ALLOW, Reason.BUG, "proso could not judge this call, so it rings; please report it"
)
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
_NO_PACK: Final = Verdict(Action.ALLOW, Reason.NO_PACK, "no pack is installed for this region")


def _emergency_number(call: Call, _p: Pack | None, _r: OwnerRules, _n: datetime) -> Verdict | None:
    if call.calling_number is None and is_emergency(call.calling_text, call.line.region):
        return _EMERGENCY_NUMBER
    return None


def _emergency_callback(_c: Call, _p: Pack | None, r: OwnerRules, now: datetime) -> Verdict | None:
    last = r.last_emergency_call
    if last is not None and now - last <= EMERGENCY_CALLBACK:
        return _EMERGENCY_CALLBACK
    return None


def _allowlist(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    return _ALLOWED if call.calling_number in rules.allowed else None


def _allow_pattern(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    if call.calling_number is None:
        return None
    pattern = any_matches(rules.allowed_patterns, call.calling_number)
    if pattern is None:
        return None
    return _by_rule(Action.ALLOW, Reason.ALLOWLIST, f"your allow-list has {pattern.text}")


def _blocklist(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    return _BLOCKED if call.calling_number in rules.blocked else None


def _contact(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    return _CONTACT if call.calling_number in rules.contacts else None


def _dialled(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    return _DIALLED if call.calling_number in rules.dialled else None


def _answered(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    return _ANSWERED if call.calling_number in rules.answered else None


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
    value = call.calling_number.value
    match = pack.find(value)
    if match is None:
        return None
    if pack.has_ranges:
        return _verdict_of(pack.find_all(value), pack, rules)
    # Without ranges the label says it all, so one verdict serves every number of that label.
    key = (match, rules.pack)
    known = pack.derived.get(key, pack)
    if known is pack:
        if len(pack.derived) >= _MAX_DERIVED:
            pack.derived.clear()
        known = pack.derived[key] = _verdict_of((match,), pack, rules)
    return cast("Verdict | None", known)


def _verdict_of(matches: tuple[Match, ...], pack: Pack, rules: OwnerRules) -> Verdict | None:
    label, header = matches[0].label, pack.header
    action = _action_of(label, rules)
    if action is None:
        return None
    evidence = tuple(_evidence(match, pack) for match in matches)
    return Verdict(
        action,
        Reason.PACK,
        evidence[0].text,
        evidence[0].matched,
        label.rating,
        label.confidence,
        label.sample_size,
        evidence,
        header.serial,
        header.rule_version,
    )


def _action_of(label: Label, rules: OwnerRules) -> Action | None:
    policy = rules.pack
    if label.listing is Listing.CLEARED:
        return Action.ALLOW
    if label.rating < policy.label_from:
        return None
    if label.listing is Listing.WATCHED or label.rating < policy.silence_from:
        return Action.LABEL  # watched: shown, never stopped, because the hub is not sure
    return Action.SILENCE if label.rating < policy.reject_from else Action.REJECT


def _evidence(match: Match, pack: Pack) -> Evidence:
    label, subject = match.label, match.subject
    if subject is None:
        matched, who = Matched.NUMBER, "this number"
    elif subject.digits:
        matched, who = Matched.RANGE, f"the numbers {subject}"
    else:
        matched, who = Matched.SERIES, f"the series {subject}"
    if label.listing is Listing.CLEARED:
        text = f"{who}: cleared after reports"
    else:
        text = f"{who}: {label.category}, {label.rating:.0%} likely unwanted"
    if label.sample_size:
        text += f", at least {label.sample_size} report" + "s" * (label.sample_size > 1)
    if label.freshness_days is not None:
        text += f", the last in the {label.freshness_days} days before {pack.header.as_of:%Y-%m-%d}"
    return Evidence(
        matched,
        text,
        subject,
        label.category,
        label.rating,
        label.sample_size,
        pack.header.as_of,
        label.freshness_days,
    )


def _implausible(call: Call, _p: Pack | None, rules: OwnerRules, _n: datetime) -> Verdict | None:
    number = call.calling_number
    if number is None:
        return None
    kind = number.plausibility
    if kind is _ALLOCATED:
        return None
    if kind is Plausibility.IMPOSSIBLE:
        return _by_rule(rules.impossible, Reason.IMPOSSIBLE_NUMBER, "no such number can exist")
    text = "no operator has this number by the plan at hand"
    return _by_rule(rules.unallocated, Reason.UNALLOCATED_NUMBER, text)


def _unlisted(_c: Call, pack: Pack | None, _r: OwnerRules, _n: datetime) -> Verdict | None:
    if pack is None:
        return _NO_PACK
    known = pack.derived.get(Reason.NOT_LISTED)
    if known is None:
        text = "nothing is known against it"
        header = pack.header
        known = pack.derived[Reason.NOT_LISTED] = Verdict(
            Action.ALLOW,
            Reason.NOT_LISTED,
            text,
            pack_serial=header.serial,
            rule_version=header.rule_version,
        )
    return cast("Verdict", known)


PRECEDENCE: Final = (
    Rule(Reason.EMERGENCY_NUMBER, _emergency_number, "", False, "an emergency number rings"),
    Rule(
        Reason.EMERGENCY_CALLBACK,
        _emergency_callback,
        "last_emergency_call",
        None,
        "every call rings for two hours after the owner called the emergency services",
    ),
    Rule(Reason.ALLOWLIST, _allowlist, "allowed", True, "a number on the owner's allow-list rings"),
    Rule(
        Reason.ALLOWLIST,
        _allow_pattern,
        "allowed_patterns",
        True,
        "a number that fits a pattern of the allow-list rings",
    ),
    Rule(
        Reason.BLOCKLIST,
        _blocklist,
        "blocked",
        True,
        "a number on the owner's block-list is rejected",
    ),
    Rule(Reason.CONTACT, _contact, "contacts", True, "a number in the contacts rings"),
    Rule(Reason.DIALLED_BEFORE, _dialled, "dialled", True, "a number the owner has called rings"),
    Rule(
        Reason.ANSWERED_BEFORE,
        _answered,
        "answered",
        True,
        "a number whose call the owner has taken rings",
    ),
    Rule(
        Reason.EXPECTED_CALL,
        _expected,
        "expecting_until",
        None,
        "every call rings while the owner expects one",
    ),
    Rule(
        Reason.BLOCKLIST_PATTERN,
        _block_pattern,
        "blocked_patterns",
        True,
        "a number that fits a pattern of the block-list is rejected",
    ),
    Rule(
        Reason.REPEATED_CALL,
        _repeated,
        "recent_calls",
        True,
        "a caller who tries n times in m minutes rings; tries closer than the gap count once",
    ),
    Rule(
        Reason.SCHEDULE,
        _schedule,
        "schedules",
        None,
        "in the owner's hours: the action set for them, silenced unless set",
    ),
    Rule(
        Reason.WITHHELD,
        _withheld,
        "",
        False,
        "a caller without a number: the action set, labelled unless set",
    ),
    Rule(
        Reason.FAILED_VERIFICATION,
        _failed,
        "",
        True,
        "a number whose signature is false: the action set, labelled unless set",
    ),
    Rule(Reason.SHORT_CODE, _short_code, "", False, "a short number of two to six digits rings"),
    Rule(
        Reason.IMPOSSIBLE_NUMBER,
        _no_number,
        "",
        False,
        "a caller that is no number: the action set, silenced unless set",
    ),
    Rule(
        Reason.PACK,
        _from_pack,
        "",
        True,
        "what the pack says: rejected, silenced, labelled, or let through where cleared",
    ),
    Rule(
        Reason.UNALLOCATED_NUMBER,
        _implausible,
        "",
        True,
        "a number in no series in use: labelled unless set; one that cannot exist: silenced",
    ),
    Rule(Reason.NOT_LISTED, _unlisted, "", None, "a call nothing is known against rings"),
)
"""Every rule in the order it is asked; the first that has an opinion decides."""
