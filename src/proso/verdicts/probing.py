"""Is a link online, behind a portal, or nowhere?  What probes showed, as one answer.

Plain HTTP shows a portal; only TLS to a witness whose certificate verifies (and whose key is the
pinned one, where one is pinned) proves internet: everything else can be imitated by the link.
Source: captive-portal-detector's rule; RFC 8908 for what a portal may say of itself.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

from proso.errors import BadPlace
from proso.values.weburl import WebUrl
from proso.verdicts.pages import read_page

MAX_WISPR: Final = 64 * 1024
"""Characters of a WISPr message that are looked at; real ones have below 2,000."""

UNRESTRICTED: Final = "urn:ietf:params:capport:unrestricted"
"""What DHCP says where there is no portal.  Source: RFC 8910 section 2."""

_WISPR: Final = re.compile(
    r"<WISPAccessGatewayParam\b.*?(?:</WISPAccessGatewayParam\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_DOCTYPE: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)[^>]{0,10000}>?", re.IGNORECASE)


class Reach(StrEnum):
    """How far a link reaches."""

    ONLINE = "online"
    PORTAL = "portal"
    TAMPERED = "tampered"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer over HTTP, as it came.

    Attributes:
        url: what was asked.
        status: 100 to 599.
        headers: (name, value) in order.
        body: at most what the adapter reads.
    """

    url: WebUrl
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first header of that name, "" where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What became of one probe.

    Attributes:
        response: the answer; None where there was none.
        expected: what the body must begin with.
        failure: "", or why there was none: dns, refused, timeout, tls, certificate, pin.
    """

    response: Response | None
    expected: bytes = b""
    failure: str = ""

    @property
    def is_genuine(self) -> bool:
        """Whether it is the answer of the host that was asked, as far as plain HTTP can tell."""
        if self.response is None:
            return False
        if self.expected:
            return self.response.status == 200 and self.response.body.startswith(self.expected)  # noqa: PLR2004
        return self.response.status == 204 and not self.response.body  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Found:
    """What the probes together say.

    Attributes:
        reach: how far the link reaches.
        portal: where the portal is, where one showed itself.
        page: the intercepted answer that is the portal's page itself.
        why: one sentence.
    """

    reach: Reach
    portal: WebUrl | None = None
    page: Response | None = None
    why: str = ""


def classify_probes(
    plain: tuple[ProbeResult, ...], witness: ProbeResult, told: "CaptiveState | None" = None
) -> Found:
    """One answer out of all probes.

    Args:
        plain: probes over plain HTTP, to unrelated hosts.
        witness: the probe over TLS.
        told: what the link's own interface says (RFC 8908), where it has one.
    """
    if witness.response is not None and not witness.failure:
        return Found(Reach.ONLINE, why="an encrypted connection to a known site works")
    if told is not None and told.is_captive and told.user_portal is not None:
        return Found(Reach.PORTAL, told.user_portal, why="the network itself names its portal")
    for probe in plain:
        if probe.response is None or probe.is_genuine:
            continue
        portal, page = _intercepted(probe.response)
        if portal is not None or page is not None:
            return Found(Reach.PORTAL, portal, page, "a plain request was answered by a portal")
    if witness.failure in {"certificate", "pin"}:
        return Found(Reach.TAMPERED, why="somebody answers in the place of a known site")
    if any(probe.is_genuine for probe in plain):
        why = "plain requests are answered and encrypted ones are not"
        return Found(Reach.TAMPERED, why=why)
    return Found(Reach.NOWHERE, why="nothing answers")


def _intercepted(response: Response) -> tuple[WebUrl | None, Response | None]:
    """Where an intercepted request was sent, or the page that came in its place."""
    if 300 <= response.status < 400:  # noqa: PLR2004  redirects
        try:
            return WebUrl.parse(response.header("location"), response.url), None
        except BadPlace:
            return None, None
    page = read_page(response.url, response.body, response.header("content-type"))
    if page.redirect is not None:
        return page.redirect[1], None
    if response.status == 511 and page.links:  # noqa: PLR2004  RFC 6585 section 6
        return page.links[0].target, None
    wispr = read_wispr(response.body)
    if wispr is not None and wispr.login is not None and not page.forms:
        return wispr.login, None
    return (None, response) if response.body.strip() else (None, None)


@dataclass(frozen=True, slots=True)
class CaptiveState:
    """What a network says of its portal.  Source: RFC 8908 section 5.

    Attributes:
        is_captive: whether the device is held.
        user_portal: where a person signs in; HTTPS only.
        venue: more about the place.
        can_extend: whether the session can be made longer.
        seconds_left: of the session; None where not told.
        bytes_left: of the allowance; None where not told.
    """

    is_captive: bool
    user_portal: WebUrl | None = None
    venue: WebUrl | None = None
    can_extend: bool = False
    seconds_left: float | None = None
    bytes_left: int | None = None


def read_captive_state(response: Response) -> CaptiveState | None:
    """The state an API answers with; None where it is no such answer.

    Only an answer over TLS counts: RFC 8908 section 4 demands it.
    """
    if response.status != 200 or not response.url.is_secure or len(response.body) > MAX_WISPR:  # noqa: PLR2004
        return None
    try:
        fields = json.loads(response.body)
        captive = fields["captive"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(captive, bool):
        return None
    return CaptiveState(
        is_captive=captive,
        user_portal=_secure_url(fields.get("user-portal-url")),
        venue=_secure_url(fields.get("venue-info-url")),
        can_extend=fields.get("can-extend-session") is True,
        seconds_left=_number(fields.get("seconds-remaining")),
        bytes_left=None if (n := _number(fields.get("bytes-remaining"))) is None else int(n),
    )


@dataclass(frozen=True, slots=True)
class Wispr:
    """A WISPr message: the network speaks to programs, and wants an account.

    Attributes:
        message: 100 redirect, 110 proxy, 120 authentication reply, ...
        response: response code; None where missing.
        login: where a program would log in.
        location: name of the place, as the operator writes it.
    """

    message: int | None
    response: int | None
    login: WebUrl | None
    location: str


def read_wispr(body: bytes) -> Wispr | None:
    """The WISPr message of a page; None where there is none.

    Real ones hold bare ampersands and stand in comments: they are read leniently, and without any
    entity, document type or outside reference.
    """
    matched = _WISPR.search(body[: MAX_WISPR * 4].decode("utf-8", "replace"))
    if not matched:
        return None
    text = _DOCTYPE.sub("", matched[0][:MAX_WISPR])
    text = re.sub(r"&(?!amp;|lt;|gt;|quot;|apos;)", "&amp;", text)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None
    if root is None:
        return None
    values: dict[str, str] = {}
    for node in root.iter():
        if isinstance(node.tag, str):
            values.setdefault(etree.QName(node).localname.lower(), (node.text or "").strip())
    return Wispr(
        message=_code(values.get("messagetype")),
        response=_code(values.get("responsecode")),
        login=_any_url(values.get("loginurl") or values.get("nexturl")),
        location=values.get("locationname", "")[:200],
    )


def _code(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 5 else None  # noqa: PLR2004


def _any_url(text: str | None) -> WebUrl | None:
    try:
        return WebUrl.parse(text) if text else None
    except BadPlace:
        return None


def _secure_url(value: object) -> WebUrl | None:
    url = _any_url(value) if isinstance(value, str) else None
    return url if url is not None and url.is_secure else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:  # noqa: PLR2004
        return None
    return float(value)
