"""Who is asked, in which order, and that a call is never lost."""

from datetime import UTC, datetime, time, timedelta

import pytest

from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.values.call import Attestation, Call, Line, Presentation, Verification
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber
from proso.verdicts.precedence import PRECEDENCE
from proso.verdicts.rules import BreakThrough, NumberPattern, OwnerRules, PackPolicy, Schedule
from proso.verdicts.screening import Screener, explain, screen
from proso.verdicts.verdict import Action, Matched, Reason

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday
LINE = Line("US")
SPAMMER = "+12025550101"
NUMBER = PhoneNumber.parse(SPAMMER)


def _label(rating: float, listing: Listing = Listing.LISTED) -> Label:
    return Label.rounded(
        category=Category.LOAN, rating=rating, sample_size=12, age_days=2, listing=listing
    )


def _pack(*rows: Listed):
    default = (Listed(NUMBER, _label(0.97)),)
    return decode(build(rows or default, region="US", serial=3, as_of=NOW, rule_version="rule-1"))


PACK = _pack()


def _call(text: str = SPAMMER, **more) -> Call:
    return Call.receive(text, at=NOW, line=LINE, **more)


def _action(rules: OwnerRules, text: str = SPAMMER, pack=PACK, now=NOW) -> tuple[Action, Reason]:
    verdict = screen(_call(text), pack, rules, now)
    return verdict.action, verdict.reason


def test_a_listed_number_is_rejected_with_its_evidence():
    verdict = screen(_call(), PACK, OwnerRules(), NOW)
    assert verdict.action is Action.REJECT
    assert (verdict.rating, verdict.sample_size, verdict.pack_serial) == (0.97, 10, 3)
    assert (verdict.matched, verdict.rule_version) == (Matched.NUMBER, "rule-1")
    assert SPAMMER not in repr(verdict)


@pytest.mark.parametrize(("age_days", "said"), [(0.5, "in the day before"), (2, "in the 3 days")])
def test_how_fresh_a_listing_is_reads_as_english(age_days, said):
    label = Label.rounded(category=Category.LOAN, rating=0.9, sample_size=2, age_days=age_days)
    verdict = screen(_call(), _pack(Listed(NUMBER, label)), OwnerRules(), NOW)
    assert f"at least 2 reports, the last {said}" in verdict.text


def test_the_owner_chooses_what_a_rating_leads_to():
    policy = PackPolicy(reject_from=2, silence_from=2, label_from=0.98)
    assert _action(OwnerRules(pack=policy)) == (Action.ALLOW, Reason.NOT_LISTED)


def test_a_verdict_explains_the_number_and_the_range_around_it():
    pack = _pack(
        Listed(NUMBER, _label(0.2, Listing.CLEARED)),
        Listed(NumberRange.parse("+1202555####"), _label(0.99)),
    )
    verdict = screen(_call(), pack, OwnerRules(), NOW)
    assert verdict.action is Action.ALLOW
    assert [one.matched for one in verdict.evidence] == [Matched.NUMBER, Matched.RANGE]
    assert screen(_call("+12025550102"), pack, OwnerRules(), NOW).action is Action.REJECT


ONES = frozenset({NUMBER})


def test_emergency_numbers_are_never_stopped():
    rules = OwnerRules(
        blocked_patterns=(NumberPattern("911"),),
        schedules=(Schedule(time(0), time(23, 59), action=Action.REJECT),),
        impossible=Action.REJECT,
    )
    for text in ("911", "112"):
        assert _action(rules, text) == (Action.ALLOW, Reason.EMERGENCY_NUMBER)


def test_after_an_emergency_call_even_a_blocked_and_a_hidden_caller_rings():
    rules = OwnerRules(
        blocked=ONES, withheld=Action.REJECT, last_emergency_call=NOW - timedelta(hours=2)
    )
    hidden = Call.receive("", at=NOW, line=LINE, presentation=Presentation.RESTRICTED)
    assert screen(_call(), PACK, rules, NOW).action is Action.ALLOW
    assert screen(hidden, PACK, rules, NOW).action is Action.ALLOW
    later = NOW + timedelta(seconds=1)
    assert screen(_call(), PACK, rules, later).action is Action.REJECT


@pytest.mark.parametrize(("ahead", "rings"), [(timedelta(hours=1), True), (timedelta(3650), False)])
def test_an_emergency_call_that_lies_ahead_counts_only_where_a_clock_was_set_back(ahead, rings):
    rules = OwnerRules(blocked=ONES, last_emergency_call=NOW + ahead)
    assert (_action(rules)[0] is Action.ALLOW) is rings


def test_a_withheld_number_is_never_rejected_by_default():
    call = Call.receive(SPAMMER, at=NOW, line=LINE, presentation=Presentation.RESTRICTED)
    verdict = screen(call, PACK, OwnerRules(), NOW)
    assert (verdict.action, verdict.reason) == (Action.LABEL, Reason.WITHHELD)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.WITHHELD),
        ("anonymous", Reason.WITHHELD),
        ("4711", Reason.SHORT_CODE),
        ("+1200", Reason.IMPOSSIBLE_NUMBER),
        ("no number", Reason.IMPOSSIBLE_NUMBER),
        ("+12595550123", Reason.UNALLOCATED_NUMBER),
        ("+14155550123", Reason.NOT_LISTED),
    ],
)
def test_what_a_caller_shows_is_judged_without_a_list(text, reason):
    assert screen(_call(text), PACK, OwnerRules(), NOW).reason is reason


def test_a_false_signature_is_labelled_and_a_contact_with_one_rings():
    call = Call(NUMBER, SPAMMER, NOW, LINE, None, verification=Verification.FAILED)
    pack = _pack(Listed(PhoneNumber(12025550199), _label(0.9)))
    assert screen(call, pack, OwnerRules(), NOW).reason is Reason.FAILED_VERIFICATION
    assert screen(call, pack, OwnerRules(contacts=ONES), NOW).action is Action.ALLOW


def _tries(*seconds_ago: float) -> OwnerRules:
    recent = tuple((NUMBER, NOW - timedelta(seconds=s)) for s in seconds_ago)
    return OwnerRules(recent_calls=recent, break_through=BreakThrough())


def test_a_person_who_keeps_trying_gets_through():
    assert _action(_tries(120, 400)) == (Action.ALLOW, Reason.REPEATED_CALL)


def test_a_robot_that_redials_four_times_a_minute_does_not():
    assert _action(_tries(15, 30, 45, 60, 75, 90, 105))[0] is Action.REJECT


def test_tries_of_long_ago_and_of_others_do_not_count():
    assert _action(_tries(120, 3600))[0] is Action.REJECT
    other = tuple((PhoneNumber(12025550155), NOW - timedelta(minutes=m)) for m in (2, 5, 8))
    assert _action(OwnerRules(recent_calls=other))[0] is Action.REJECT


def test_without_a_pack_a_call_rings():
    assert _action(OwnerRules(), pack=None) == (Action.ALLOW, Reason.NO_PACK)


class _BrokenPack:
    """A pack whose every look-up fails."""

    has_ranges = False
    header = PACK.header

    def __init__(self):
        self.derived = {}

    def find(self, value):
        raise RuntimeError(value)


def test_a_bug_never_costs_a_call():
    pack = _BrokenPack()
    for verdict in (
        screen(_call(), pack, OwnerRules(), NOW),
        explain(_call(), pack, OwnerRules(), NOW)[0],
        Screener(pack, OwnerRules()).screen_text(SPAMMER, NOW, LINE),
    ):
        assert (verdict.action, verdict.reason) == (Action.ALLOW, Reason.BUG)
    assert screen(_call(""), pack, OwnerRules(), NOW).reason is Reason.WITHHELD


def test_explain_shows_every_rule_and_which_one_decided():
    rules = OwnerRules(contacts=ONES, blocked_patterns=(NumberPattern("+1202*"),))
    verdict, answers = explain(_call(), PACK, rules, NOW)
    assert [answer.reason for answer in answers] == [rule.reason for rule in PRECEDENCE]
    assert [answer.reason for answer in answers if answer.decided] == [verdict.reason]
    assert verdict.reason is Reason.CONTACT
    assert any(a.reason is Reason.BLOCKLIST_PATTERN and a.verdict for a in answers)


def test_an_attested_call_is_judged_like_any_other():
    call = Call(NUMBER, SPAMMER, NOW, LINE, None, attestation=Attestation.FULL)
    assert screen(call, PACK, OwnerRules(), NOW).action is Action.REJECT
