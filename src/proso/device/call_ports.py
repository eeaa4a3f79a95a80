"""What the agent sees of calls, what it asks for, and the lines it works on: Protocols.

Adapters and simulators speak this alike (tests/contracts).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, TypeAlias

from proso.outcomes import Outcome
from proso.values.call import Presentation


class LineFailed(Exception):
    """A line did not do what it was asked: the modem is gone, or we lack the right.

    Attributes:
        why: in words, without personal data.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class CallRef:
    """A call as its line names it.

    Attributes:
        line: name of the line, such as a modem's path.
        name: the line's own name of the call.
    """

    line: str
    name: str


@dataclass(frozen=True, slots=True)
class CallerShown:
    """What the network shows of a caller.

    Attributes:
        text: as signalled; personal, so no text of it ever holds it.
        presentation: whether the number may be seen.
    """

    text: str = field(repr=False)
    presentation: Presentation = Presentation.ALLOWED


class EndedBy(Enum):
    """Who ended a call."""

    HERE = "here"
    THERE = "there"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rings:
    """A call comes in; `caller` is None while the number is still to come."""

    ref: CallRef
    caller: CallerShown | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The number came, later than the call."""

    ref: CallRef
    caller: CallerShown


@dataclass(frozen=True, slots=True)
class Waited:
    """As long as `WaitForNumber` asked."""

    ref: CallRef


@dataclass(frozen=True, slots=True)
class Taken:
    """The owner answered."""

    ref: CallRef


@dataclass(frozen=True, slots=True)
class Ended:
    """A call is over."""

    ref: CallRef
    by: EndedBy = EndedBy.UNKNOWN


@dataclass(frozen=True, slots=True)
class HangUpFailed:
    """A call that was to be hung up could not be."""

    ref: CallRef


@dataclass(frozen=True, slots=True)
class Dials:
    """The owner calls somebody."""

    ref: CallRef
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Emergency:
    """The line has an emergency call, or waits for one to be answered."""

    line: str


@dataclass(frozen=True, slots=True)
class LineLost:
    """The line is gone, and its calls with it."""

    line: str


Event: TypeAlias = (
    Rings | Shown | Waited | Taken | Ended | HangUpFailed | Dials | Emergency | LineLost
)


@dataclass(frozen=True, slots=True)
class HangUp:
    """End this call."""

    ref: CallRef


@dataclass(frozen=True, slots=True)
class SetRinger:
    """Let the phone ring aloud, or not."""

    aloud: bool


@dataclass(frozen=True, slots=True)
class WaitForNumber:
    """Send `Waited` after so many seconds."""

    ref: CallRef
    seconds: float


@dataclass(frozen=True, slots=True)
class Tell:
    """Show the owner a call and the reason.

    Attributes:
        title: who calls, for the owner's eyes; never logged.
        text: what was done and why.
        urgent: whether it must be seen while the phone rings.
    """

    title: str = field(repr=False)
    text: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Keep:
    """Remember what came of a call."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class KeepDialled:
    """Remember whom the owner called."""

    text: str = field(repr=False)
    is_emergency: bool


Command: TypeAlias = HangUp | SetRinger | WaitForNumber | Tell | Keep | KeepDialled


class CallSource(Protocol):
    """Lines on which calls come in."""

    def events(self) -> AsyncIterator[Event]:
        """What happens on the lines, in order, from the calls already there on.

        Ends only when the source is closed: a daemon that dies comes back, and so do its lines.
        Never gives `Waited` or `HangUpFailed`: those are the agent's own.
        """
        ...

    async def hang_up(self, ref: CallRef) -> None:
        """Ends one call, and no other; a call that is over already is no failure.

        Raises:
            LineFailed: it could not be ended.
        """
        ...

    async def close(self) -> None:
        """Gives everything back; `events` ends."""
        ...


class Ringer(Protocol):
    """What makes the phone sound."""

    async def set_aloud(self, *, aloud: bool) -> None:
        """Lets the phone ring, or keeps it quiet until told otherwise.

        Raises:
            LineFailed: it cannot be told.
        """
        ...


class Notices(Protocol):
    """Where the owner sees what happened."""

    async def show(self, title: str, text: str, *, urgent: bool) -> None:
        """Shows one notice.

        Raises:
            LineFailed: there is nobody to show it.
        """
        ...
