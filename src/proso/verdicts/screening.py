"""Decide one call: the owner's rules in order, then the pack, and always an answer.

`proso.verdicts.precedence.PRECEDENCE` is the whole decision.  `screen` gives the answer, `explain`
says what every rule of the table answered, and a `Screener` is the table made ready for one owner
and one pack, for whoever judges many calls.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, cast

from proso.packs.pack import Match, Pack
from proso.values.call import Call, Line, Verification
from proso.values.number import PhoneNumber, plausibility_of
from proso.values.numbering import PREFIX_CHARACTERS, clean_value, seen_row
from proso.verdicts.listed import Kept, keep, kept_verdicts, unlisted, verdict_on
from proso.verdicts.precedence import BY_LOOK_UP, PRECEDENCE, Caller, Rule, implausible
from proso.verdicts.rules import OwnerRules
from proso.verdicts.verdict import Action, Reason, Verdict

_BUG: Final = Verdict(
    Action.ALLOW, Reason.BUG, "proso could not judge this call, so it rings; please report it"
)
_FAILED: Final = Verification.FAILED


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
        kept = _WITHOUT_PACK if pack is None else pack.derived
        # What `_ready` keeps is a Screener; to cast it would take as long as a look-up.
        ready = kept.get(id(rules)) or _ready(pack, rules, kept)
        return ready.screen(call, now)  # type: ignore[attr-defined, no-any-return]  # as above
    except Exception:  # noqa: BLE001  a bug of ours must never cost a call
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
    caller = Caller.of(call)
    for rule in PRECEDENCE:
        try:
            answer = rule.ask(call, pack, rules, now) if caller in rule.of else None
        except Exception:  # noqa: BLE001  as in `screen`
            answer = None
        decides = not decided and answer is not None and verdict.reason is not Reason.BUG
        decided = decided or decides
        answers.append(Answer(rule.reason, answer, decides))
    return verdict, answers


class Screener:
    """The precedence table made ready for one owner and one pack, for whoever judges many calls.

    Rules that cannot speak for this owner are left out, rules that are sets of numbers are merged
    into one look-up, and what the pack, the plan and nobody says is looked up at the end.

    Attributes:
        pack: the region's pack, None when there is none.
        rules: the owner's.
        named: the verdict on each number the owner named, by E.164 digits as an integer.
        unlisted: the verdict on a number nothing is known against.
        asks_more: whether rules look at more of a call than its number.
    """

    __slots__ = (
        "_asked",
        "_find",
        "_kept",
        "asks_more",
        "named",
        "pack",
        "rules",
        "unlisted",
    )

    def __init__(self, pack: Pack | None, rules: OwnerRules) -> None:
        self.pack = pack
        self.rules = rules
        self._find = _nothing_found if pack is None else pack.find
        self._kept: Kept = {} if pack is None else kept_verdicts(pack, rules.pack)
        self.unlisted = unlisted(pack)
        self._asked = {
            caller: tuple(rule.ask for rule in _speaking(caller, rules)) for caller in Caller
        }
        before = [rule for rule in _speaking(Caller.NUMBERED, rules) if rule not in BY_LOOK_UP]
        self.asks_more = any(rule.of_each is None for rule in before)
        self.named = _merged(
            tuple((rule.needs, getattr(rules, rule.needs)) for rule in before if rule.of_each)
        )

    def screen(self, call: Call, now: datetime) -> Verdict:
        """As the function of this name, for this owner and pack."""
        try:
            number = call.calling_number
            if number is None or self.asks_more or call.verification is _FAILED:
                return self._ask(call, now)
            return self.judge_number(number.value)
        except Exception:  # noqa: BLE001  a bug of ours must never cost a call
            return _BUG

    def screen_text(self, text: str, now: datetime, line: Line) -> Verdict:
        """The verdict on a call that shows nothing but this text, without making a `Call`.

        Args:
            text: the caller as signalled.
            now: when it rings, aware, in the owner's time zone.
            line: the line called.
        """
        try:
            value = clean_value(text)
            if value and not self.asks_more:
                return self.judge_number(value)
            return self.screen(Call.receive(text, at=now, line=line), now)
        except Exception:  # noqa: BLE001  as above
            return _BUG

    def screen_number(self, value: int) -> Verdict:
        """The verdict on a call that shows nothing but this number, unless `asks_more`."""
        try:
            return self.judge_number(value)
        except Exception:  # noqa: BLE001  as above
            return _BUG

    def judge_number(self, value: int) -> Verdict:
        """What sets of numbers, the pack, the plan and nobody says of a number, in that order."""
        verdict = self.named.get(value)
        if verdict is not None:
            return verdict
        match = self._find(value)
        if match is not None:
            verdict = self._kept.get(match) or self.judge_match(match)
            if verdict is not None:
                return verdict
        text = f"+{value}"
        row = seen_row(text[:PREFIX_CHARACTERS])
        if row is not None and row[1] >> len(text) & 1:
            return self.unlisted
        return implausible(plausibility_of(value), self.rules) or self.unlisted

    def judge_match(self, match: Match) -> Verdict | None:
        """What an entry of the pack leads to; None where it is too little to act on."""
        pack = self.pack
        return None if pack is None else verdict_on(match, pack, self.rules.pack, self._kept)

    def _ask(self, call: Call, now: datetime) -> Verdict:
        for ask in self._asked[Caller.of(call)]:
            verdict = ask(call, self.pack, self.rules, now)
            if verdict is not None:
                return verdict
        return _BUG


def _ready(pack: Pack | None, rules: OwnerRules, kept: dict[object, object]) -> Screener:
    """A screener, kept with the pack for the next call.

    It is found by the identity of the rules: comparing them would cost more than a call.  The
    screener holds the rules, so that their id is nobody else's while it is kept.
    """
    return cast("Screener", keep(kept, id(rules), Screener(pack, rules)))


_WITHOUT_PACK: Final[dict[object, object]] = {}
_OF_EACH: Final = {rule.needs: rule.of_each for rule in PRECEDENCE if rule.of_each}


def _speaking(caller: Caller, rules: OwnerRules) -> list[Rule]:
    """The rules that can have an opinion: most owners use a few of them."""
    return [
        rule
        for rule in PRECEDENCE
        if caller in rule.of and (not rule.needs or rule.needs in rules.given)
    ]


@lru_cache(maxsize=16)  # the sets of some owners: they outlive the rules made anew for a call
def _merged(sets: tuple[tuple[str, frozenset[PhoneNumber]], ...]) -> dict[int, Verdict]:
    """The verdict of each number that is in a set; of two sets the earlier decides."""
    merged: dict[int, Verdict] = {}
    for name, numbers in reversed(sets):
        merged.update(dict.fromkeys((number.value for number in numbers), _OF_EACH[name]))
    return merged


def _nothing_found(_value: int) -> None:
    return None
