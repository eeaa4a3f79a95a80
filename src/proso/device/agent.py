"""The agent of a phone, as a table: what happens on the lines in, what is to be done out.

Does no I/O and takes the time as an argument; `proso.device.attending` carries it out.  A call is
in one of a few phases, and each pair of phase and event has one line in `_TABLE`; what the table
does not name changes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

from proso.device.call_ports import (
    CallerShown,
    CallRef,
    Command,
    Dials,
    Emergency,
    Ended,
    EndedBy,
    Event,
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
from proso.outcomes import Came, Outcome
from proso.values.call import Call, Line, Presentation
from proso.values.number import is_emergency
from proso.verdicts.verdict import Action, Verdict

NUMBER_WAIT: Final = timedelta(seconds=2)
"""How long a call may ring before its number comes.  Networks repeat the ring every 3 to 6 s and
send the number between the first and the second (3GPP TS 27.007 section 7.6, seen with both
daemons): a caller without a number after two seconds hides it."""

MAX_CALLS: Final = 64
"""Calls at once.  A line holds seven (3GPP TS 22.030); past this, the oldest is forgotten and its
phone rings."""

Judge: TypeAlias = Callable[[Call, datetime], Verdict]


class Phase(Enum):
    """Where a call is."""

    NEW = "not heard of"
    WAITING = "rings, number still to come"
    RINGING = "rings, judged"
    SILENCED = "kept quiet"
    STOPPED = "being hung up"
    TALKING = "answered"
    DIALLED = "the owner's own"


@dataclass(slots=True)
class _Course:
    """One call on its way."""

    ref: CallRef
    since: datetime
    phase: Phase = Phase.NEW
    call: Call | None = None
    verdict: Verdict | None = None
    taken: datetime | None = None


class Agent:
    """What one owner's phone does with calls.

    Attributes:
        judge: gives the verdict; must not raise (`proso.verdicts.screening.screen` does not).
        region: where numbers in national notation are read.
    """

    def __init__(self, judge: Judge, region: str) -> None:
        self.judge = judge
        self.region = region
        self._courses: dict[CallRef, _Course] = {}
        self._aloud = True

    def handle(self, event: Event, now: datetime) -> tuple[Command, ...]:
        """What to do after an event, in this order.

        Args:
            event: what happened.
            now: when, aware, in the owner's time zone.
        """
        commands: list[Command] = []
        if isinstance(event, Emergency):
            return (KeepDialled("", is_emergency=True),)
        if isinstance(event, LineLost):
            for course in [c for c in self._courses.values() if c.ref.line == event.line]:
                commands += self._step(course, Ended(course.ref), now)
        else:
            course = self._courses.get(event.ref) or _Course(event.ref, now)
            commands += self._step(course, event, now)
        return (*commands, *self._ringer())

    def _step(self, course: _Course, event: Event, now: datetime) -> Iterable[Command]:
        step = _TABLE.get((course.phase, type(event)))
        return () if step is None else step(self, course, event, now)

    def _keep(self, course: _Course, phase: Phase) -> None:
        course.phase = phase
        self._courses[course.ref] = course
        if len(self._courses) > MAX_CALLS:
            del self._courses[next(iter(self._courses))]

    def _ring(self, course: _Course, event: Event, now: datetime) -> Iterable[Command]:
        assert isinstance(event, Rings)  # noqa: S101  by the table, for the type checker
        if event.caller is not None:
            return self._judged(course, event.caller, now)
        self._keep(course, Phase.WAITING)
        return (WaitForNumber(course.ref, NUMBER_WAIT.total_seconds()),)

    def _shown(self, course: _Course, event: Event, now: datetime) -> Iterable[Command]:
        assert isinstance(event, Shown)  # noqa: S101  by the table
        return self._judged(course, event.caller, now)

    def _shown_late(self, course: _Course, event: Event, now: datetime) -> Iterable[Command]:
        if course.call is not None and course.call.calling_number is not None:
            return ()
        return self._shown(course, event, now)

    def _waited(self, course: _Course, _event: Event, now: datetime) -> Iterable[Command]:
        return self._judged(course, CallerShown("", Presentation.UNAVAILABLE), now)

    def _judged(self, course: _Course, caller: CallerShown, now: datetime) -> Iterable[Command]:
        line = Line(self.region, course.ref.line)
        call = Call.receive(
            caller.text, at=course.since, line=line, presentation=caller.presentation
        )
        verdict = self.judge(call, now)
        course.call, course.verdict = call, verdict
        self._keep(course, _PHASE_OF[verdict.action])
        commands: list[Command] = []
        if verdict.action is Action.REJECT:
            commands.append(HangUp(course.ref))
        if verdict.action is not Action.ALLOW:
            commands.append(_notice(call, verdict))
        return commands

    def _not_hung_up(self, course: _Course, _event: Event, _now: datetime) -> Iterable[Command]:
        self._keep(course, Phase.SILENCED)
        if course.call is None or course.verdict is None:
            return ()
        return (_notice(course.call, course.verdict, "could not be stopped, kept quiet"),)

    def _taken(self, course: _Course, _event: Event, now: datetime) -> Iterable[Command]:
        if course.call is None:  # answered before its number came
            self._judged(course, CallerShown("", Presentation.UNAVAILABLE), now)
        course.taken = now
        self._keep(course, Phase.TALKING)
        return ()

    def _dialled(self, course: _Course, event: Event, _now: datetime) -> Iterable[Command]:
        assert isinstance(event, Dials)  # noqa: S101  by the table
        self._keep(course, Phase.DIALLED)
        return (KeepDialled(event.text, is_emergency(event.text, self.region)),)

    def _forgotten(self, course: _Course, _event: Event, _now: datetime) -> Iterable[Command]:
        self._courses.pop(course.ref, None)
        return ()

    def _ended(self, course: _Course, event: Event, now: datetime) -> Iterable[Command]:
        assert isinstance(event, Ended)  # noqa: S101  by the table
        self._courses.pop(course.ref, None)
        if course.call is None:  # gone before its number came
            self._judged(course, CallerShown("", Presentation.UNAVAILABLE), now)
            self._courses.pop(course.ref, None)
            course.phase = Phase.RINGING
        if course.call is None or course.verdict is None:
            return ()
        return (
            Keep(
                Outcome(
                    call=course.call,
                    verdict=course.verdict,
                    came=_came(course.phase, event.by),
                    at=now,
                    lasted=None if course.taken is None else now - course.taken,
                )
            ),
        )

    def _ringer(self) -> Iterable[Command]:
        """The phone is quiet only while nobody rings whom the owner would want to hear."""
        phases = {course.phase for course in self._courses.values()}
        quiet = bool(phases & _QUIET) and not phases & _HEARD
        if quiet is not self._aloud:
            return ()
        self._aloud = not quiet
        return (SetRinger(self._aloud),)


_Step: TypeAlias = Callable[[Agent, _Course, Event, datetime], Iterable[Command]]

_PHASE_OF: Final = {
    Action.ALLOW: Phase.RINGING,
    Action.LABEL: Phase.RINGING,
    Action.SILENCE: Phase.SILENCED,
    Action.REJECT: Phase.STOPPED,
}
_QUIET: Final = frozenset({Phase.SILENCED, Phase.STOPPED})
_HEARD: Final = frozenset({Phase.WAITING, Phase.RINGING})

_TABLE: Final[dict[tuple[Phase, type[Event]], _Step]] = {
    (Phase.NEW, Rings): Agent._ring,  # noqa: SLF001  the class's own table
    (Phase.NEW, Dials): Agent._dialled,  # noqa: SLF001
    (Phase.WAITING, Shown): Agent._shown,  # noqa: SLF001
    (Phase.WAITING, Waited): Agent._waited,  # noqa: SLF001
    (Phase.WAITING, Taken): Agent._taken,  # noqa: SLF001
    (Phase.WAITING, Ended): Agent._ended,  # noqa: SLF001
    (Phase.RINGING, Shown): Agent._shown_late,  # noqa: SLF001
    (Phase.RINGING, Taken): Agent._taken,  # noqa: SLF001
    (Phase.RINGING, Ended): Agent._ended,  # noqa: SLF001
    (Phase.SILENCED, Shown): Agent._shown_late,  # noqa: SLF001
    (Phase.SILENCED, Taken): Agent._taken,  # noqa: SLF001
    (Phase.SILENCED, Ended): Agent._ended,  # noqa: SLF001
    (Phase.STOPPED, HangUpFailed): Agent._not_hung_up,  # noqa: SLF001
    (Phase.STOPPED, Taken): Agent._taken,  # noqa: SLF001
    (Phase.STOPPED, Ended): Agent._ended,  # noqa: SLF001
    (Phase.TALKING, Ended): Agent._ended,  # noqa: SLF001
    (Phase.DIALLED, Ended): Agent._forgotten,  # noqa: SLF001
}

_DONE: Final = {
    Action.ALLOW: "rings",
    Action.LABEL: "rings, with care",
    Action.SILENCE: "silenced",
    Action.REJECT: "stopped",
}


def _came(phase: Phase, by: EndedBy) -> Came:
    if phase is Phase.TALKING:
        return Came.ANSWERED
    if phase in _QUIET:
        return Came.STOPPED
    return Came.DECLINED if by is EndedBy.HERE else Came.MISSED


def _notice(call: Call, verdict: Verdict, done: str = "") -> Tell:
    who = call.calling_number.e164 if call.calling_number else "A caller without a number"
    text = f"{done or _DONE[verdict.action]}: {verdict.text}"
    return Tell(who, text, urgent=verdict.action is Action.LABEL)
