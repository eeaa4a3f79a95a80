"""What holds of every call, owner and pack."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.values.call import Call, Line, Presentation, Verification
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber
from proso.verdicts.precedence import PRECEDENCE, Caller
from proso.verdicts.rules import BreakThrough, NumberPattern, OwnerRules, PackPolicy, Schedule
from proso.verdicts.screening import Screener, explain, screen
from proso.verdicts.verdict import Action, Reason, Verdict

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
NUMBERS = [PhoneNumber(value) for value in (12025550101, 13105550144, 12595550123, 49301234567)]
SCAM = Label.rounded(category=Category.SCAM, rating=0.97)
CLEARED = Label.rounded(category=Category.OTHER, rating=0.1, listing=Listing.CLEARED)


def _pack(*rows):
    return decode(build(rows, region="US", serial=1, as_of=NOW, rule_version="r"))


packs = st.sampled_from(
    [
        None,
        _pack(),
        _pack(*(Listed(number, SCAM) for number in NUMBERS)),
        _pack(Listed(NumberRange(1), SCAM), Listed(NUMBERS[0], CLEARED)),
    ]
)
sets = st.frozensets(st.sampled_from(NUMBERS))
patterns = st.lists(
    st.sampled_from(["+1*", "+4930*", "0*", "202*", "+1202555####"]).map(NumberPattern), max_size=2
).map(tuple)
moments = st.datetimes(NOW.replace(tzinfo=None, year=2025), timezones=st.just(UTC)) | st.just(NOW)
actions = st.sampled_from(Action)
some_rules = st.builds(
    OwnerRules,
    allowed=sets,
    allowed_patterns=patterns,
    blocked=sets,
    blocked_patterns=patterns,
    contacts=sets,
    dialled=sets,
    answered=sets,
    recent_calls=st.lists(st.tuples(st.sampled_from(NUMBERS), moments), max_size=5).map(tuple),
    expecting_until=st.none() | moments,
    last_emergency_call=st.none() | moments,
    break_through=st.none()
    | st.builds(
        BreakThrough,
        st.integers(2, 4),
        st.timedeltas(timedelta(microseconds=1)),
        st.timedeltas(timedelta()),
    ),
    schedules=st.lists(
        st.builds(
            Schedule, st.times(), st.times(), st.frozensets(st.integers(0, 6)), action=actions
        ),
        max_size=2,
    ).map(tuple),
    withheld=actions,
    failed_verification=actions,
    impossible=actions,
    unallocated=actions,
    pack=st.lists(st.floats(0, 1), min_size=3, max_size=3).map(
        lambda three: PackPolicy(*sorted(three, reverse=True))
    ),
)
texts = (
    st.sampled_from([number.e164 for number in NUMBERS])
    | st.sampled_from(
        ["", "911", "112", "anonymous", "4711", "+1200", "+99", "٢٠٢٥٥٥٠١٠١", "+" * 70]
    )
    | st.text(max_size=80)
)
received = st.builds(
    lambda text, presentation, region: Call.receive(
        text, at=NOW, line=Line(region), presentation=presentation
    ),
    texts,
    st.sampled_from(Presentation),
    st.sampled_from(["US", "DE", "IN", "XX", ""]),
)
signed = st.builds(
    lambda number, verification: Call(number, "", NOW, Line(), verification=verification),
    st.sampled_from(NUMBERS),
    st.sampled_from(Verification),
)
calls = received | signed
WORST = {
    "schedules": (Schedule(time(0), time(23, 59), action=Action.REJECT),),
    "withheld": Action.REJECT,
    "impossible": Action.REJECT,
    "unallocated": Action.REJECT,
    "failed_verification": Action.REJECT,
    "blocked_patterns": (NumberPattern("+#*"), NumberPattern("#*")),
}


@given(calls, packs, some_rules)
def test_every_call_gets_a_verdict_and_it_is_no_bug(call, pack, rules):
    verdict = screen(call, pack, rules, NOW)
    assert isinstance(verdict, Verdict)
    assert verdict.reason is not Reason.BUG
    assert verdict.text


@given(calls, packs, some_rules)
def test_the_verdict_is_that_of_the_first_rule_of_the_table_with_an_opinion(call, pack, rules):
    caller = Caller.of(call)
    said = (rule.ask(call, pack, rules, NOW) for rule in PRECEDENCE if caller in rule.of)
    expected = next(verdict for verdict in said if verdict is not None)
    assert screen(call, pack, rules, NOW) == expected
    assert Screener(pack, rules).screen(call, NOW) == expected


@given(texts, packs, some_rules, st.sampled_from(["US", "DE", "XX"]))
def test_a_text_gets_the_verdict_of_a_call_that_shows_it(text, pack, rules, region):
    line = Line(region)
    call = Call.receive(text, at=NOW, line=line)
    assert Screener(pack, rules).screen_text(text, NOW, line) == screen(call, pack, rules, NOW)


@given(calls, packs, some_rules)
def test_asking_again_gives_the_same_verdict(call, pack, rules):
    assert screen(call, pack, rules, NOW) == screen(call, pack, rules, NOW)


@given(calls, packs, some_rules)
def test_an_explanation_lists_every_rule_in_order_and_the_one_that_decided(call, pack, rules):
    verdict, answers = explain(call, pack, rules, NOW)
    assert verdict == screen(call, pack, rules, NOW)
    assert [answer.reason for answer in answers] == [rule.reason for rule in PRECEDENCE]
    (decided,) = [answer for answer in answers if answer.decided]
    assert decided.verdict == verdict
    assert not any(answer.verdict for answer in answers[: answers.index(decided)])


@given(st.sampled_from(["911", "112"]), st.sampled_from(Presentation), packs, some_rules)
def test_emergency_numbers_always_ring(text, presentation, pack, rules):
    call = Call.receive(text, at=NOW, line=Line(), presentation=presentation)
    for owner in (rules, OwnerRules(**WORST)):
        assert screen(call, pack, owner, NOW).action is Action.ALLOW


@given(signed, packs, st.booleans())
def test_an_allow_listed_number_always_rings(call, pack, by_pattern):
    ones = frozenset({call.calling_number})
    allowed = {"allowed": ones}
    if by_pattern:
        allowed = {"allowed_patterns": (NumberPattern(call.calling_number.e164),)}
    rules = OwnerRules(blocked=ones, **WORST, **allowed)
    verdict = screen(call, pack, rules, NOW)
    assert (verdict.action, verdict.reason) == (Action.ALLOW, Reason.ALLOWLIST)


@given(calls, packs)
def test_every_call_rings_after_an_emergency_call_and_while_one_is_expected(call, pack):
    ago = NOW - timedelta(hours=1)
    assert screen(call, pack, OwnerRules(last_emergency_call=ago, **WORST), NOW).action == "allow"
    later = NOW + timedelta(hours=1)
    assert screen(call, pack, OwnerRules(expecting_until=later, **WORST), NOW).action == "allow"


@given(received, packs)
def test_a_caller_without_a_number_is_never_rejected_by_default(call, pack):
    if call.calling_number is None:
        assert screen(call, pack, OwnerRules(), NOW).action is not Action.REJECT


@given(calls, packs, some_rules)
def test_a_verdict_never_prints_the_number(call, pack, rules):
    if call.calling_number is not None:
        assert str(call.calling_number.value) not in repr(screen(call, pack, rules, NOW))
