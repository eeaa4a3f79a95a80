"""One click, as a table: what follows what between the click and proven internet, or back again.

    CHOOSING ► CHECKPOINTING ► ACTIVATING ► PROBING ► (SIGNING_IN ► PROVING) ► KEEPING ► ONLINE
                                   └───────── anything that fails ─────────► ROLLING_BACK ► next

Nothing is done here: an event goes in, a command comes out.  From the checkpoint on there is
exactly one way to end without internet, and it leads through ROLLING_BACK: a click never leaves
anybody worse off than before.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from proso.reports.hotspot_report import JoinAssertion, Step
from proso.values.hotspot import SignIn
from proso.verdicts.join import Attempt, Command, Event, Join, Kind, Order, State
from proso.verdicts.probing import Found, Reach
from proso.verdicts.twins import Level

MAX_ATTEMPTS: Final = 3
"""Networks tried in one click.  The third adds 1 % of successes in `benchmarks/wifi_ranking.py`,
the fourth hardly any, and each costs the person half a minute."""

MAX_PROBES: Final = 4
"""Probes of a link that shows neither internet nor a portal, a second apart: some links need a
moment after the address."""

CHECKPOINT_SECONDS: Final = 180
"""After this the system rolls back by itself, should this process die.  Longer than all time limits
of one attempt together."""


Handler = Callable[[Join, Event, float], tuple[Join, Command]]


def advance(join: Join, event: Event, *, now: float) -> tuple[Join, Command]:
    """What follows from an event.

    Args:
        join: the click so far.
        event: what happened; one that does not belong to the state changes nothing.
        now: seconds of a clock that only goes forward.
    """
    handler = TABLE.get((join.state, event.kind))
    if handler is None:
        return join, Command(Order.NOTHING)
    return handler(join, event, now)


def _begin(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    """The next network's turn, or the end."""
    candidate = join.candidate
    if candidate is None or join.turn >= MAX_ATTEMPTS or join.is_over:
        why = join.why or "no network in range is worth joining"
        return replace(join, state=State.ENDED, why=why), Command(Order.END)
    fresh = replace(join, state=State.CHOOSING, begun=now, probes=0, found=None, signed_in=None)
    if not candidate.is_worth_joining:
        return _begin(replace(fresh, turn=join.turn + 1), event, now)
    if candidate.twin.level is Level.SUSPICIOUS:
        return fresh, Command(Order.ASK, candidate)
    return _permitted(fresh, event, now)


def _permitted(join: Join, _event: Event, _now: float) -> tuple[Join, Command]:
    return replace(join, state=State.CHECKPOINTING), Command(Order.CHECKPOINT, join.candidate)


def _denied(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    later = replace(join, turn=join.turn + 1, why="you said no to a suspicious network")
    return _begin(later, event, now)


def _checkpointed(join: Join, _event: Event, _now: float) -> tuple[Join, Command]:
    ready = replace(join, state=State.ACTIVATING, has_checkpoint=True)
    return ready, Command(Order.ACTIVATE, join.candidate)


def _no_checkpoint(join: Join, event: Event, _now: float) -> tuple[Join, Command]:
    # Without a way back nothing is touched.
    why = f"the present connection could not be secured ({event.why})"
    return replace(join, state=State.ENDED, why=why), Command(Order.END)


def _broken_off(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    # The checkpoint may have been taken all the same; left alone it would undo, minutes later,
    # whatever the person did since.
    why = "you cancelled" if event.kind is Kind.CANCELLED else "it took too long"
    return _failed(replace(join, is_over=True), replace(event, why=why), now, Step.ASSOCIATE)


def _connected(join: Join, _event: Event, _now: float) -> tuple[Join, Command]:
    return replace(join, state=State.PROBING), Command(Order.PROBE, join.candidate)


def _metered(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    return _failed(join, replace(event, why="it is metered"), now, Step.ADDRESS)


def _connect_failed(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    return _failed(join, event, now, event.step)


def _probed(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    found = event.found or Found(Reach.NOWHERE)
    seen = replace(join, found=found)
    if found.reach is Reach.ONLINE:
        return replace(seen, state=State.KEEPING), Command(Order.KEEP, join.candidate)
    if found.reach is Reach.PORTAL:
        return replace(seen, state=State.SIGNING_IN), Command(
            Order.SIGN_IN, join.candidate, found=found
        )
    if found.reach is Reach.NOWHERE and join.probes + 1 < MAX_PROBES:
        again = replace(seen, probes=join.probes + 1)
        return again, Command(Order.PROBE, join.candidate, delay=1.0)
    return _failed(seen, replace(event, why=found.why), now, Step.PROBE)


def _signed_in(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    ended = event.signed_in
    seen = replace(join, signed_in=ended)
    if ended is not None and ended.is_online:
        return replace(seen, state=State.PROVING), Command(Order.PROBE, join.candidate)
    why = ended.why if ended else "signing in was left"
    over = why == "you did not agree"
    step = Step.CONSENT if over else Step.PORTAL
    return _failed(replace(seen, is_over=over), replace(event, why=why), now, step)


def _proved(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    found = event.found or Found(Reach.NOWHERE)
    if found.reach is Reach.ONLINE:
        return replace(join, state=State.KEEPING), Command(Order.KEEP, join.candidate)
    return _failed(join, replace(event, why=found.why), now, Step.PROOF)


def _kept(join: Join, _event: Event, now: float) -> tuple[Join, Command]:
    online = _noted(join, JoinAssertion.ONLINE, Step.PROOF, "the internet is proven", now)
    return replace(online, state=State.ONLINE), Command(Order.END, join.candidate)


def _lost(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    why = f"the link was lost ({event.why})" if event.why else "the link was lost"
    return _failed(join, replace(event, why=why), now, _STEP_OF[join.state])


def _timed_out(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    return _failed(join, replace(event, why="it took too long"), now, _STEP_OF[join.state])


def _cancelled(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    over = replace(join, is_over=True, why="you cancelled")
    if not join.has_checkpoint:
        return replace(over, state=State.ENDED), Command(Order.END)
    return _failed(over, replace(event, why="you cancelled"), now, _STEP_OF[join.state])


def _failed(join: Join, event: Event, now: float, step: Step) -> tuple[Join, Command]:
    assertion = JoinAssertion.FAILED
    if join.found is not None and join.found.reach is Reach.TAMPERED:
        assertion = JoinAssertion.TWIN
    noted = _noted(join, assertion, step, event.why, now)
    back = replace(noted, state=State.ROLLING_BACK, why=event.why)
    return back, Command(Order.ROLL_BACK, join.candidate)


def _noted(join: Join, assertion: JoinAssertion, step: Step, why: str, now: float) -> Join:
    candidate = join.candidate
    if candidate is None:
        return join
    ended = join.signed_in
    open_ = join.found is not None and join.found.reach is Reach.ONLINE
    attempt = Attempt(
        candidate=candidate,
        assertion=assertion,
        step=step,
        seconds=max(now - join.begun, 0.0),
        sign_in=ended.sign_in if ended else SignIn.OPEN if open_ else SignIn.UNKNOWN,
        recipe=ended.recipe if ended else "",
        portal_host=ended.host if ended else "",
        portal_secure=ended.secure if ended else False,
        why=why,
    )
    return replace(join, attempts=(*join.attempts, attempt))


def _rolled_back(join: Join, event: Event, now: float) -> tuple[Join, Command]:
    return _begin(replace(join, has_checkpoint=False, turn=join.turn + 1), event, now)


def _roll_back_failed(join: Join, event: Event, _now: float) -> tuple[Join, Command]:
    # Nothing more is touched.  The system's own timer still rolls back when it runs out.
    why = f"what was before did not come back yet ({event.why or 'no answer'})"
    ended = replace(join, state=State.ENDED, is_restored=False, why=why)
    return ended, Command(Order.END)


def _cancelled_back(join: Join, _event: Event, _now: float) -> tuple[Join, Command]:
    return replace(join, is_over=True, why="you cancelled"), Command(Order.NOTHING)


_ACTIVE: Final = (
    State.ACTIVATING,
    State.PROBING,
    State.SIGNING_IN,
    State.PROVING,
    State.KEEPING,
)
_STEP_OF: Final = {
    State.CHECKPOINTING: Step.ASSOCIATE,
    State.ACTIVATING: Step.ASSOCIATE,
    State.PROBING: Step.PROBE,
    State.SIGNING_IN: Step.PORTAL,
    State.PROVING: Step.PROOF,
    State.KEEPING: Step.PROOF,
}

TABLE: Final[Mapping[tuple[State, Kind], Handler]] = {
    (State.CHOOSING, Kind.BEGUN): _begin,
    (State.CHOOSING, Kind.PERMITTED): _permitted,
    (State.CHOOSING, Kind.DENIED): _denied,
    (State.CHOOSING, Kind.CANCELLED): _cancelled,
    (State.CHECKPOINTING, Kind.CHECKPOINTED): _checkpointed,
    (State.CHECKPOINTING, Kind.CHECKPOINT_FAILED): _no_checkpoint,
    (State.CHECKPOINTING, Kind.TIMED_OUT): _broken_off,
    (State.CHECKPOINTING, Kind.CANCELLED): _broken_off,
    (State.ACTIVATING, Kind.CONNECTED): _connected,
    (State.ACTIVATING, Kind.METERED): _metered,
    (State.ACTIVATING, Kind.CONNECT_FAILED): _connect_failed,
    (State.PROBING, Kind.PROBED): _probed,
    (State.SIGNING_IN, Kind.SIGNED_IN): _signed_in,
    (State.PROVING, Kind.PROBED): _proved,
    (State.KEEPING, Kind.KEPT): _kept,
    (State.KEEPING, Kind.KEEP_FAILED): _lost,
    (State.ROLLING_BACK, Kind.ROLLED_BACK): _rolled_back,
    (State.ROLLING_BACK, Kind.ROLL_BACK_FAILED): _roll_back_failed,
    (State.ROLLING_BACK, Kind.TIMED_OUT): _roll_back_failed,
    (State.ROLLING_BACK, Kind.CANCELLED): _cancelled_back,
    **{(state, Kind.LINK_LOST): _lost for state in _ACTIVE},
    **{(state, Kind.TIMED_OUT): _timed_out for state in _ACTIVE},
    **{(state, Kind.CANCELLED): _cancelled for state in _ACTIVE},
}
"""What each event means in each state.  A pair that is not here changes nothing."""
