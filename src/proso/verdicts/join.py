"""A click as values: where it stands, what may happen, what is to be done, what came of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from proso.reports.hotspot_report import JoinAssertion, Step
from proso.values.hotspot import SignIn
from proso.verdicts.portal_talk import Finished
from proso.verdicts.probing import Found
from proso.verdicts.ranking import Candidate


class State(StrEnum):
    """Where a click stands."""

    CHOOSING = "choosing"
    CHECKPOINTING = "checkpointing"
    ACTIVATING = "activating"
    PROBING = "probing"
    SIGNING_IN = "signing-in"
    PROVING = "proving"
    KEEPING = "keeping"
    ROLLING_BACK = "rolling-back"
    ONLINE = "online"
    ENDED = "ended"


TIME_LIMITS: Final = {
    State.CHECKPOINTING: 5.0,
    State.ACTIVATING: 25.0,
    State.PROBING: 12.0,
    State.PROVING: 12.0,
    State.KEEPING: 5.0,
    State.ROLLING_BACK: 30.0,
}
"""Seconds a state may take.  ACTIVATING covers association and address: 5 % of successful ones take
over 10 s (INFOCOM 2017), and a DHCP server that does not answer is given up by NetworkManager at
45.  CHOOSING and SIGNING_IN wait for a person; a portal session has its own limit."""


class Kind(StrEnum):
    """What may happen."""

    BEGUN = "begun"
    PERMITTED = "permitted"
    DENIED = "denied"
    CHECKPOINTED = "checkpointed"
    CHECKPOINT_FAILED = "checkpoint-failed"
    CONNECTED = "connected"
    METERED = "metered"
    CONNECT_FAILED = "connect-failed"
    PROBED = "probed"
    SIGNED_IN = "signed-in"
    LINK_LOST = "link-lost"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    KEPT = "kept"
    KEEP_FAILED = "keep-failed"
    ROLLED_BACK = "rolled-back"
    ROLL_BACK_FAILED = "roll-back-failed"


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened.

    Attributes:
        kind: what.
        why: of a failure, one word or sentence without names.
        step: for CONNECT_FAILED, whether association or the address failed.
        found: for PROBED.
        signed_in: for SIGNED_IN.
    """

    kind: Kind
    why: str = ""
    step: Step = Step.ASSOCIATE
    found: Found | None = None
    signed_in: Finished | None = None


class Order(StrEnum):
    """What the shell is to do."""

    ASK = "ask"
    CHECKPOINT = "checkpoint"
    ACTIVATE = "activate"
    PROBE = "probe"
    SIGN_IN = "sign-in"
    KEEP = "keep"
    ROLL_BACK = "roll-back"
    NOTHING = "nothing"
    END = "end"


@dataclass(frozen=True, slots=True)
class Command:
    """One order, and what it is about.

    Attributes:
        order: what to do.
        candidate: the network it is about; None for END without any.
        found: for SIGN_IN, what the probes found.
        delay: for PROBE, seconds to wait before.
    """

    order: Order
    candidate: Candidate | None = None
    found: Found | None = None
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one network.

    Attributes:
        candidate: the network.
        assertion: ONLINE, FAILED or TWIN.
        step: where it ended.
        seconds: from its turn to proven internet or to the failure.
        sign_in: what stood before the internet.
        recipe: the recipe used, "" for none.
        portal_host: host of its sign-in page, "" for none.
        portal_secure: whether that came encrypted and verified.
        why: one sentence.
    """

    candidate: Candidate
    assertion: JoinAssertion
    step: Step
    seconds: float
    sign_in: SignIn = SignIn.UNKNOWN
    recipe: str = ""
    portal_host: str = ""
    portal_secure: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """One click under way.

    Attributes:
        candidates: what to try, best first; at most MAX_ATTEMPTS are.
        state: where it stands.
        turn: which candidate.
        begun: when this candidate's turn began, seconds of a clock that only goes forward.
        probes: made of this link without finding anything.
        has_checkpoint: whether there is something to roll back to.
        is_over: no other network is tried: the person said no, or cancelled.
        found: what the probes found.
        signed_in: how signing in ended.
        attempts: what came of the networks tried.
        is_restored: False where rolling back failed and the person has to look.
        why: of an end without internet.
    """

    candidates: tuple[Candidate, ...]
    state: State = State.CHOOSING
    turn: int = 0
    begun: float = 0.0
    probes: int = 0
    has_checkpoint: bool = False
    is_over: bool = False
    found: Found | None = None
    signed_in: Finished | None = None
    attempts: tuple[Attempt, ...] = ()
    is_restored: bool = True
    why: str = ""

    @property
    def candidate(self) -> Candidate | None:
        """The network whose turn it is."""
        return self.candidates[self.turn] if self.turn < len(self.candidates) else None

    @property
    def is_online(self) -> bool:
        """Whether the click led to proven internet."""
        return self.state is State.ONLINE

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in (State.ONLINE, State.ENDED)
