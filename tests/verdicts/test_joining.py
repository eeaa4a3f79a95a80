"""The table of a click: every way from the checkpoint leads to proof or back."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from proso.reports.hotspot_report import Step
from proso.values.hotspot import AccessPoint, SignIn
from proso.verdicts.join import TIME_LIMITS, Event, Join, Kind, Order, State
from proso.verdicts.joining import MAX_ATTEMPTS, MAX_PROBES, TABLE, advance
from proso.verdicts.portal_talk import Finished
from proso.verdicts.probing import Found, Reach
from proso.verdicts.ranking import Candidate
from proso.verdicts.twins import Level, TwinReason, TwinVerdict

KNOWN = TwinVerdict(Level.KNOWN, TwinReason.KNOWN_RADIO)
TWIN = TwinVerdict(Level.SUSPICIOUS, TwinReason.UNKNOWN_RADIO)


def _candidate(bssid, twin=KNOWN):
    return Candidate(AccessPoint(b"Net", bssid, -50), None, twin, 0.9, 0.8, 1, 2, 3)


def _walk(join, *kinds, **details):
    orders = []
    for clock, kind in enumerate(kinds):
        join, command = advance(join, Event(kind, **details.get(kind.value, {})), now=float(clock))
        orders.append(command.order)
    return join, orders


def test_the_straight_way_is_ask_nothing_checkpoint_activate_probe_keep():
    online = {"probed": {"found": Found(Reach.ONLINE)}}
    kinds = (Kind.BEGUN, Kind.CHECKPOINTED, Kind.CONNECTED, Kind.PROBED, Kind.KEPT)
    join, orders = _walk(Join((_candidate(1),)), *kinds, **online)
    assert orders == [Order.CHECKPOINT, Order.ACTIVATE, Order.PROBE, Order.KEEP, Order.END]
    assert join.is_online
    assert join.attempts[0].sign_in is SignIn.OPEN
    assert join.attempts[0].seconds == 4


def test_a_suspicious_network_is_asked_about_before_anything_is_touched():
    _, orders = _walk(Join((_candidate(1, TWIN),)), Kind.BEGUN)
    assert orders == [Order.ASK]


def test_a_link_without_internet_is_probed_a_few_times_and_then_left():
    nowhere = {"probed": {"found": Found(Reach.NOWHERE)}}
    kinds = [Kind.BEGUN, Kind.CHECKPOINTED, Kind.CONNECTED, *[Kind.PROBED] * MAX_PROBES]
    join, orders = _walk(Join((_candidate(1),)), *kinds, **nowhere)
    assert orders.count(Order.PROBE) == MAX_PROBES
    assert orders[-1] is Order.ROLL_BACK
    assert join.attempts[0].step is Step.PROBE


def test_a_portal_that_says_yes_is_proven_before_it_is_kept():
    portal = {
        "probed": {"found": Found(Reach.PORTAL)},
        "signed-in": {"signed_in": Finished(is_online=True, sign_in=SignIn.CONSENT)},
    }
    kinds = (Kind.BEGUN, Kind.CHECKPOINTED, Kind.CONNECTED, Kind.PROBED, Kind.SIGNED_IN)
    join, orders = _walk(Join((_candidate(1),)), *kinds, **portal)
    assert orders[-2:] == [Order.SIGN_IN, Order.PROBE]
    assert join.state is State.PROVING


def test_every_state_that_waits_for_a_machine_has_a_time_limit_and_knows_what_follows():
    waiting = set(State) - {State.CHOOSING, State.SIGNING_IN, State.ONLINE, State.ENDED}
    assert set(TIME_LIMITS) == waiting
    assert all((state, Kind.TIMED_OUT) in TABLE for state in waiting)


def test_every_state_knows_what_to_do_when_it_is_cancelled():
    unfinished = set(State) - {State.ONLINE, State.ENDED}
    assert all((state, Kind.CANCELLED) in TABLE for state in unfinished)


def test_a_checkpoint_that_may_have_been_taken_is_given_back():
    for kind in (Kind.CANCELLED, Kind.TIMED_OUT):
        join, orders = _walk(Join((_candidate(1), _candidate(2))), Kind.BEGUN, kind)
        assert orders[-1] is Order.ROLL_BACK
        assert _walk(join, Kind.ROLLED_BACK)[0].state is State.ENDED


events = st.builds(
    Event,
    st.sampled_from(Kind),
    st.sampled_from(["", "why"]),
    st.sampled_from(Step),
    st.none() | st.builds(Found, st.sampled_from(Reach)),
    st.none() | st.builds(Finished, st.booleans(), st.sampled_from(SignIn)),
)
clicks = st.lists(st.sampled_from([KNOWN, TWIN]), max_size=5).map(
    lambda twins: Join(tuple(_candidate(n, twin) for n, twin in enumerate(twins, start=1)))
)


@settings(max_examples=400)
@given(clicks, st.lists(events, max_size=60))
def test_whatever_happens_what_was_checkpointed_is_kept_or_rolled_back(join, happening):
    join, command = advance(join, Event(Kind.BEGUN), now=0.0)
    is_open = False
    activations = 0
    for clock, event in enumerate(happening, start=1):
        before = join
        join, command = advance(join, event, now=float(clock))
        if command.order is Order.ACTIVATE:
            assert join.has_checkpoint
            is_open = True
            activations += 1
        if command.order is Order.ROLL_BACK:
            is_open = False
        if join.is_finished and not before.is_finished:
            # Ended without internet: only after the way back was ordered, or said to have failed.
            assert join.is_online or not is_open
        if before.is_finished:
            assert join == before
    assert activations <= MAX_ATTEMPTS
    assert len(join.attempts) <= MAX_ATTEMPTS + 1


@given(clicks, st.lists(events, max_size=40))
def test_only_a_kept_and_proven_link_is_online(join, happening):
    join, _ = advance(join, Event(Kind.BEGUN), now=0.0)
    proven = False
    for clock, event in enumerate(happening):
        asked = join.state in (State.PROBING, State.PROVING) and event.kind is Kind.PROBED
        proven = proven or bool(asked and event.found and event.found.reach is Reach.ONLINE)
        join, _ = advance(join, event, now=float(clock))
    assert not join.is_online or proven


def test_the_candidate_of_a_finished_click_stays_what_it_was():
    join = replace(Join((_candidate(1),)), turn=9)
    assert join.candidate is None
