"""Every pair of rules in the order of the table, and the edges of the owner's windows."""

from datetime import time, timedelta
from itertools import combinations

import pytest

from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.values.call import Call, Presentation, Verification
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber
from proso.verdicts.precedence import PRECEDENCE, WITH_A_NUMBER
from proso.verdicts.rules import BreakThrough, NumberPattern, OwnerRules, PackPolicy, Schedule
from proso.verdicts.screening import explain, screen
from proso.verdicts.verdict import Action, Matched, Reason

NUMBER = PhoneNumber(12595550123)  # in no series in use, so that the last rules speak as well
ONES = frozenset({NUMBER})


@pytest.fixture
def listed(now):
    label = Label.rounded(category=Category.SCAM, rating=0.97)
    return decode(
        build([Listed(NUMBER, label)], region="US", serial=1, as_of=now, rule_version="r")
    )


def _ladder(now):
    """What makes each rule for callers with a number speak; the last two need no rule."""
    return [
        (Reason.EMERGENCY_CALLBACK, {"last_emergency_call": now}),
        (Reason.ALLOWLIST, {"allowed": ONES}),
        (Reason.ALLOWLIST, {"allowed_patterns": (NumberPattern("+1259*"),)}),
        (Reason.BLOCKLIST, {"blocked": ONES}),
        (Reason.CONTACT, {"contacts": ONES}),
        (Reason.DIALLED_BEFORE, {"dialled": ONES}),
        (Reason.ANSWERED_BEFORE, {"answered": ONES}),
        (Reason.EXPECTED_CALL, {"expecting_until": now + timedelta(minutes=1)}),
        (Reason.BLOCKLIST_PATTERN, {"blocked_patterns": (NumberPattern("+1259*"),)}),
        (
            Reason.REPEATED_CALL,
            {"recent_calls": tuple((NUMBER, now - timedelta(minutes=m)) for m in (2, 5))},
        ),
        (Reason.SCHEDULE, {"schedules": (Schedule(time(0), time(23)),)}),
        (Reason.FAILED_VERIFICATION, {"verification": Verification.FAILED}),
        (Reason.PACK, {"pack": True}),
        (Reason.UNALLOCATED_NUMBER, {}),
    ]


@pytest.mark.parametrize(("first", "second"), list(combinations(range(14), 2)))
def test_of_two_rules_the_earlier_decides(now, line, listed, first, second):
    reason, more = _ladder(now)[first]
    fields = _ladder(now)[second][1] | more
    verification = fields.pop("verification", Verification.NONE)
    pack = listed if fields.pop("pack", False) else None
    call = Call(NUMBER, "", now, line, verification=verification)
    assert screen(call, pack, OwnerRules(**fields), now).reason is reason


def test_the_pairs_name_every_rule_for_callers_with_a_number(now):
    table = [rule.reason for rule in PRECEDENCE if rule.of & WITH_A_NUMBER]
    assert [reason for reason, _ in _ladder(now)] == table[:-1]
    assert table[-1] is Reason.NOT_LISTED


@pytest.mark.parametrize(
    ("text", "presentation", "more", "reason"),
    [
        ("911", Presentation.RESTRICTED, {"withheld": Action.REJECT}, Reason.EMERGENCY_NUMBER),
        ("911", Presentation.ALLOWED, {"expecting": True}, Reason.EMERGENCY_NUMBER),
        ("", Presentation.ALLOWED, {"expecting": True}, Reason.EXPECTED_CALL),
        ("", Presentation.ALLOWED, {"scheduled": True}, Reason.SCHEDULE),
        ("4711", Presentation.ALLOWED, {"scheduled": True}, Reason.SCHEDULE),
        ("4711", Presentation.RESTRICTED, {}, Reason.WITHHELD),
        ("4711", Presentation.ALLOWED, {"impossible": Action.REJECT}, Reason.SHORT_CODE),
        ("+1200", Presentation.ALLOWED, {}, Reason.IMPOSSIBLE_NUMBER),
    ],
)
def test_callers_without_a_number_are_asked_in_order(now, line, text, presentation, more, reason):
    fields = dict(more)
    if fields.pop("expecting", False):
        fields["expecting_until"] = now + timedelta(minutes=1)
    if fields.pop("scheduled", False):
        fields["schedules"] = (Schedule(time(0), time(23)),)
    call = Call.receive(text, at=now, line=line, presentation=presentation)
    assert screen(call, None, OwnerRules(**fields), now).reason is reason


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize(
    ("text", "field"),
    [("", "withheld"), ("+1200", "impossible"), ("+12595550123", "unallocated")],
)
def test_the_owner_chooses_the_action_of_a_rule(now, line, text, field, action):
    call = Call.receive(text, at=now, line=line)
    assert screen(call, None, OwnerRules(**{field: action}), now).action is action


def test_a_false_signature_gets_the_action_the_owner_chose(now, line):
    call = Call(NUMBER, "", now, line, verification=Verification.FAILED)
    rules = OwnerRules(failed_verification=Action.REJECT)
    assert screen(call, None, rules, now).action is Action.REJECT


def test_an_expecting_window_ends_when_it_says(now, line, listed):
    call = Call(NUMBER, "", now, line)
    rules = OwnerRules(expecting_until=now)
    before = now - timedelta(seconds=1)
    assert screen(call, listed, rules, before).reason is Reason.EXPECTED_CALL
    assert screen(call, listed, rules, now).action is Action.REJECT


def test_the_callback_window_of_an_emergency_call_is_two_hours(now, line, listed):
    call, rules = Call(NUMBER, "", now, line), OwnerRules(last_emergency_call=now)
    assert screen(call, listed, rules, now + timedelta(hours=2)).action is Action.ALLOW
    late = now + timedelta(hours=2, seconds=1)
    assert screen(call, listed, rules, late).action is Action.REJECT


@pytest.mark.parametrize(
    ("minutes_ago", "reason"),
    [((1, 15), Reason.REPEATED_CALL), ((1, 15.1), Reason.PACK), ((1,), Reason.PACK)],
)
def test_a_third_call_in_fifteen_minutes_gets_through(now, line, listed, minutes_ago, reason):
    recent = tuple((NUMBER, now - timedelta(minutes=m)) for m in minutes_ago)
    call = Call(NUMBER, "", now, line)
    assert screen(call, listed, OwnerRules(recent_calls=recent), now).reason is reason


def test_a_robot_that_never_pauses_is_one_attempt_for_ever(now, line, listed):
    recent = tuple((NUMBER, now - timedelta(seconds=15 * i)) for i in range(60))
    rules = OwnerRules(recent_calls=recent)
    assert screen(Call(NUMBER, "", now, line), listed, rules, now).action is Action.REJECT


def test_the_present_call_in_the_list_counts_once(now, line, listed):
    recent = ((NUMBER, now), (NUMBER, now - timedelta(minutes=5)))
    rules = OwnerRules(recent_calls=recent)
    assert screen(Call(NUMBER, "", now, line), listed, rules, now).reason is Reason.PACK


def test_the_break_through_can_be_turned_off(now, line, listed):
    recent = tuple((NUMBER, now - timedelta(minutes=m)) for m in (2, 5, 9))
    call = Call(NUMBER, "", now, line)
    two = OwnerRules(recent_calls=recent[:1], break_through=BreakThrough(calls=2))
    assert screen(call, listed, two, now).reason is Reason.REPEATED_CALL
    never = OwnerRules(recent_calls=recent, break_through=None)
    assert screen(call, listed, never, now).reason is Reason.PACK


@pytest.mark.parametrize("listing", [Listing.LISTED, Listing.WATCHED, Listing.CLEARED])
@pytest.mark.parametrize("rating", [0.0, 0.5, 0.8, 0.93, 0.95, 0.99])
def test_thresholds_decide_of_what_is_listed_and_only_label_what_is_watched(
    now, line, rating, listing
):
    label = Label.rounded(category=Category.SCAM, rating=rating, listing=listing)
    pack = decode(
        build([Listed(NUMBER, label)], region="US", serial=1, as_of=now, rule_version="r")
    )
    expected = Action.REJECT if rating >= 0.95 else Action.SILENCE if rating >= 0.8 else None
    expected = {
        Listing.LISTED: expected or Action.LABEL,
        Listing.WATCHED: Action.LABEL,
        Listing.CLEARED: Action.ALLOW,
    }[listing]
    assert screen(Call(NUMBER, "", now, line), pack, OwnerRules(), now).action is expected


def test_one_pack_serves_owners_of_different_thresholds(now, line, listed):
    call = Call(NUMBER, "", now, line)
    mild = OwnerRules(pack=PackPolicy(reject_from=2, silence_from=2))
    for _ in range(2):  # the second time from what was kept
        assert screen(call, listed, OwnerRules(), now).action is Action.REJECT
        assert screen(call, listed, mild, now).action is Action.LABEL


def test_ten_thousand_owners_do_not_fill_the_memory_of_a_pack(now, line, listed):
    call = Call(NUMBER, "", now, line)
    for _ in range(10_000):
        screen(call, listed, OwnerRules(pack=PackPolicy()), now)
    assert len(listed.derived) <= 5000


def test_a_block_and_a_series_are_named_as_evidence(now, line, pack):
    call = Call.receive("+13105550100", at=now, line=line)
    assert screen(call, pack, OwnerRules(), now).matched is Matched.RANGE
    call = Call.receive("+14155550100", at=now, line=line)
    verdict = screen(call, pack, OwnerRules(), now)
    assert (verdict.matched, verdict.action) == (Matched.SERIES, Action.LABEL)
    assert verdict.evidence[0].subject == NumberRange(1415)


class _Rude:
    """A pack that fails in every way a pack can."""

    def __getattr__(self, name):
        raise MemoryError(name)


def test_a_pack_that_raises_costs_no_call_and_no_explanation(now, line):
    call = Call(PhoneNumber(12025550101), "", now, line)
    verdict, answers = explain(call, _Rude(), OwnerRules(), now)
    assert (verdict.action, verdict.reason) == (Action.ALLOW, Reason.BUG)
    assert len(answers) == len(PRECEDENCE)
    assert not any(answer.decided for answer in answers)


def test_a_moment_without_a_zone_costs_no_call(now, line):
    rules = OwnerRules(expecting_until=now)
    verdict = screen(Call(NUMBER, "", now, line), None, rules, now.replace(tzinfo=None))
    assert (verdict.action, verdict.reason) == (Action.ALLOW, Reason.BUG)
