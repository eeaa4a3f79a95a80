"""What joining asks of the world: a radio, the web over one link, a person."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from proso.reports.hotspot_report import Step
from proso.values.hotspot import AccessPoint
from proso.verdicts.portal_talk import Answered, Ask, Fetch
from proso.verdicts.probing import Response
from proso.verdicts.ranking import Candidate


class RadioFailed(Exception):
    """The radio could not do it.

    Attributes:
        why: one word or sentence, without names.
        step: whether association or the address failed.
    """

    def __init__(self, why: str, step: Step = Step.ASSOCIATE) -> None:
        super().__init__(why)
        self.why = why
        self.step = step


class WebFailed(Exception):
    """A fetch over the link failed.

    Attributes:
        why: dns, refused, timeout, tls, certificate, pin, too-large, not-allowed, cut.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Link:
    """A link that has an address.

    Attributes:
        interface: its name, such as "wlan0".
        address: our own, IPv4 or IPv6.
        gateway: the router's, "" for none.
        name_servers: of this link.
        is_metered: whether traffic is said to cost.
    """

    interface: str
    address: str
    gateway: str = ""
    name_servers: tuple[str, ...] = ()
    is_metered: bool = False


class Radio(Protocol):
    """One Wi-Fi device."""

    async def scan(self) -> tuple[AccessPoint, ...]:
        """What is in range now, freshly heard.

        Raises:
            NoRadio: there is no Wi-Fi, or it is off.
        """
        ...

    async def take_checkpoint(self, seconds: int) -> None:
        """Notes the present connection; the system returns to it after so long by itself.

        Raises:
            RadioFailed: it cannot.
        """
        ...

    async def extend_checkpoint(self, seconds: int) -> None:
        """Puts the return off, counted from now; harmless without a checkpoint."""
        ...

    async def activate(self, point: AccessPoint) -> Link:
        """Joins exactly this access point, for now only, and gets an address.

        Raises:
            RadioFailed: association or address failed.
        """
        ...

    async def lost(self) -> str:
        """Returns why, once the link that was activated is gone."""
        ...

    async def keep(self) -> None:
        """Makes the present connection stay: there is no return any more.

        Raises:
            RadioFailed: the link is gone.
        """
        ...

    async def roll_back(self) -> None:
        """Returns to what was noted, and waits until it is there.

        Raises:
            RadioFailed: it did not come back.
        """
        ...

    async def leave(self) -> bool:
        """Ends a connection that was kept; False where there is none of ours."""
        ...


class LinkWeb(Protocol):
    """The web, over one link and its own DNS only."""

    async def fetch(self, request: Fetch) -> Response:
        """Answers of at most 512 KiB.

        Raises:
            WebFailed: it failed, or the address may not be fetched.
        """
        ...

    async def captive_api(self) -> str:
        """Where the network tells of its portal (RFC 8910), "" where it does not or may not."""
        ...

    async def close(self) -> None:
        """Forgets cookies and connections."""
        ...


class Person(Protocol):
    """Who clicked."""

    def permit(self, candidate: Candidate) -> Awaitable[bool]:
        """Whether to join a network that looks suspicious."""
        ...

    def agree(self, question: Ask) -> Awaitable[Answered]:
        """What they say to a portal's terms."""
        ...

    def tell(self, sentence: str) -> None:
        """Something worth knowing, while it happens."""
        ...
