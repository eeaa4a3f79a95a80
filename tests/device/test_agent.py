"""The agent as a table: events in, commands out, with a clock of the test's own."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.device.agent import MAX_CALLS, NUMBER_WAIT, Agent
from proso.device.call_ports import (
    CallerShown,
    CallRef,
    Dials,
    Emergency,
    Ended,
    EndedBy,
    HangUp,
    HangUpFailed,
    Keep,
    KeepDialled,
    LineLost,
    Rings,
    SetRinger,
    Shown,
    Taken,
    Tell,
    Waited,
    WaitForNumber,
)
from proso.outcomes import Came
from proso.values.call import Presentation
from proso.verdicts.verdict import Action, Reason, Verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE, TWO = CallRef("modem", "1"), CallRef("modem", "2")
BAD, GOOD, QUIET, ODD = "+12025550101", "+12025550102", "+12025550103", "+12025550104"
ACTIONS = {BAD: Action.REJECT, QUIET: Action.SILENCE, ODD: Action.LABEL}


def judge(call, _now):
    number = call.calling_number
    action = ACTIONS.get(number.e164 if number else "", Action.ALLOW)
    return Verdict(action, Reason.PACK, "listed")


@pytest.fixture
def agent():
    return Agent(judge, "US")


def rings(ref, text):
    return Rings(ref, CallerShown(text))


def kinds(commands):
    return [type(command) for command in commands]


def test_a_listed_caller_is_hung_up_first_and_told_after(agent):
    assert kinds(agent.handle(rings(ONE, BAD), NOW)) == [HangUp, Tell, SetRinger]


def test_an_unknown_caller_just_rings(agent):
    assert agent.handle(rings(ONE, GOOD), NOW) == ()


def test_a_labelled_caller_rings_and_is_told_at_once(agent):
    (tell,) = agent.handle(rings(ONE, ODD), NOW)
    assert tell.urgent
    assert ODD not in repr(tell)


def test_a_silenced_caller_sets_the_ringer_and_gives_it_back(agent):
    assert SetRinger(aloud=False) in agent.handle(rings(ONE, QUIET), NOW)
    assert SetRinger(aloud=True) in agent.handle(Ended(ONE), NOW)


def test_the_ringer_is_aloud_while_anybody_wanted_rings(agent):
    agent.handle(rings(ONE, QUIET), NOW)
    assert SetRinger(aloud=True) in agent.handle(rings(TWO, GOOD), NOW)
    assert SetRinger(aloud=False) in agent.handle(Ended(TWO), NOW)


def test_a_late_number_is_waited_for_and_then_judged(agent):
    (wait,) = agent.handle(Rings(ONE, None), NOW)
    assert wait == WaitForNumber(ONE, NUMBER_WAIT.total_seconds())
    assert HangUp(ONE) in agent.handle(Shown(ONE, CallerShown(BAD)), NOW)
    assert agent.handle(Waited(ONE), NOW) == ()


def test_a_number_that_never_comes_counts_as_hidden(agent):
    seen = []
    agent.judge = lambda call, now: seen.append(call) or judge(call, now)
    agent.handle(Rings(ONE, None), NOW)
    agent.handle(Waited(ONE), NOW + NUMBER_WAIT)
    assert seen[0].presentation is Presentation.UNAVAILABLE


def test_a_number_that_comes_after_the_wait_is_still_judged(agent):
    agent.handle(Rings(ONE, None), NOW)
    agent.handle(Waited(ONE), NOW)
    assert HangUp(ONE) in agent.handle(Shown(ONE, CallerShown(BAD)), NOW)


def test_a_call_is_not_judged_twice_when_its_number_is_repeated(agent):
    agent.handle(rings(ONE, ODD), NOW)
    assert agent.handle(Shown(ONE, CallerShown(ODD)), NOW) == ()


def test_a_call_that_cannot_be_hung_up_is_kept_quiet_and_said_so(agent):
    agent.handle(rings(ONE, BAD), NOW)
    (tell,) = agent.handle(HangUpFailed(ONE), NOW)
    assert "could not be stopped" in tell.text


@pytest.mark.parametrize(
    ("number", "between", "by", "came"),
    [
        (GOOD, Taken(ONE), EndedBy.UNKNOWN, Came.ANSWERED),
        (GOOD, None, EndedBy.HERE, Came.DECLINED),
        (GOOD, None, EndedBy.THERE, Came.MISSED),
        (QUIET, None, EndedBy.THERE, Came.STOPPED),
        (QUIET, Taken(ONE), EndedBy.THERE, Came.ANSWERED),
        (BAD, None, EndedBy.HERE, Came.STOPPED),
    ],
)
def test_what_came_of_a_call_is_kept(agent, number, between, by, came):
    agent.handle(rings(ONE, number), NOW)
    if between:
        agent.handle(between, NOW + timedelta(seconds=1))
    commands = agent.handle(Ended(ONE, by), NOW + timedelta(seconds=31))
    (keep,) = [command for command in commands if isinstance(command, Keep)]
    assert keep.outcome.came is came
    assert keep.outcome.lasted == (timedelta(seconds=30) if between else None)


def test_a_caller_who_gives_up_before_the_number_comes_is_missed(agent):
    agent.handle(Rings(ONE, None), NOW)
    (keep,) = agent.handle(Ended(ONE, EndedBy.THERE), NOW)
    assert keep.outcome.came is Came.MISSED
    assert keep.outcome.call.calling_number is None


def test_a_modem_that_goes_away_ends_its_calls_and_the_silence(agent):
    agent.handle(rings(ONE, QUIET), NOW)
    assert kinds(agent.handle(LineLost("modem"), NOW)) == [Keep, SetRinger]


def test_calls_of_the_owner_are_kept_and_emergencies_known_as_such(agent):
    assert agent.handle(Dials(ONE, "+12025550199"), NOW) == (
        KeepDialled("+12025550199", is_emergency=False),
    )
    assert agent.handle(Dials(TWO, "911"), NOW) == (KeepDialled("911", is_emergency=True),)
    assert agent.handle(Emergency("modem"), NOW) == (KeepDialled("", is_emergency=True),)


def test_a_flood_is_bounded(agent):
    for index in range(3 * MAX_CALLS):
        agent.handle(rings(CallRef("modem", str(index)), GOOD), NOW)
    assert len(agent._courses) == MAX_CALLS


REFS = st.sampled_from([ONE, TWO, CallRef("other", "1")])
CALLERS = st.sampled_from([BAD, GOOD, QUIET, ODD, "", "anonymous", "\x00☎"]).map(CallerShown)
EVENTS = st.one_of(
    st.builds(Rings, REFS, st.none() | CALLERS),
    st.builds(Shown, REFS, CALLERS),
    st.builds(Waited, REFS),
    st.builds(Taken, REFS),
    st.builds(Ended, REFS),
    st.builds(HangUpFailed, REFS),
    st.builds(Dials, REFS, st.just("911")),
    st.sampled_from([LineLost("modem"), Emergency("other")]),
)


@given(st.lists(EVENTS, max_size=40))
def test_whatever_happens_nobody_wanted_is_hung_up_and_the_phone_ends_aloud(events):
    agent = Agent(judge, "US")
    aloud, hung_up = True, []
    for event in [*events, LineLost("modem"), LineLost("other")]:
        for command in agent.handle(event, NOW):
            if isinstance(command, SetRinger):
                assert command.aloud is not aloud
                aloud = command.aloud
            if isinstance(command, HangUp):
                hung_up.append(event.caller.text)
    assert aloud
    assert set(hung_up) <= {BAD}
