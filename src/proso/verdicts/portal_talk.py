"""What a portal session is told, and what it asks for: the words between it and the shell."""

from dataclasses import dataclass, field
from enum import StrEnum

from proso.values.hotspot import SignIn
from proso.values.weburl import WebUrl
from proso.verdicts.pages import Field, Page
from proso.verdicts.probing import Response


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What is known of the link a portal stands on.

    Attributes:
        gateway: its address, "" where not known.
        probe_hosts: hosts of the probes: being sent back there means the portal is content.
    """

    gateway: str = ""
    probe_hosts: frozenset[str] = frozenset()


class Answer(StrEnum):
    """What a person says to an agreement."""

    ONCE = "once"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Arrived:
    """An answer came."""

    response: Response


@dataclass(frozen=True, slots=True)
class Failed:
    """A fetch failed: dns, refused, timeout, tls, certificate, too-large, not-allowed."""

    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The person answered; `typed` holds what they typed, by field name."""

    answer: Answer
    typed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waited:
    """A pause is over."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the internet is proven."""

    is_online: bool


@dataclass(frozen=True, slots=True)
class Fetch:
    """Get or post something over this link only.

    Attributes:
        url: what.
        method: GET or POST.
        fields: of the form, for POST; already in the address for GET.
        referer: the page it comes from, "" for none.
        may_be_private: whether the address may be of a private network.
    """

    url: WebUrl
    method: str = "GET"
    fields: tuple[tuple[str, str], ...] = ()
    referer: str = ""
    may_be_private: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Put something to the person before it is submitted.

    Attributes:
        terms: what the page says, in its own words.
        ticks: the boxes that would be ticked, in their own words.
        wanted: fields the person would have to fill; empty for a plain agreement.
        host: who is agreed with.
        secure: whether the page came encrypted and verified.
        digest: of what is agreed to: "always here" holds for exactly this.
    """

    terms: str
    ticks: tuple[str, ...]
    wanted: tuple[Field, ...]
    host: str
    secure: bool
    digest: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds, 0 to 10."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Verify:
    """Prove internet."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How it ended.

    Attributes:
        is_online: whether internet was proven.
        sign_in: what the portal wanted.
        recipe: id and version of the recipe used, "" for the page's own offer.
        host: of the portal's page.
        secure: whether that came encrypted and verified.
        why: one sentence.
        page: the page it ended at, for a browser and for a report; None where there was none.
    """

    is_online: bool
    sign_in: SignIn
    recipe: str = ""
    host: str = ""
    secure: bool = False
    why: str = ""
    page: Page | None = None


Event = Arrived | Failed | Answered | Waited | Verified
Request = Fetch | Ask | Pause | Verify | Finished
