"""Addresses of web pages as strangers write them, and where they may lead.

The only module of the loop that uses `urllib`: of it only the parser, which does no I/O.
"""

import ipaddress
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from proso.errors import BadPlace

MAX_URL: Final = 4096
"""Characters.  Portals put whole addresses into addresses; browsers give up at 32,000."""

_PRIVATE: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""Source: RFC 1918, RFC 6598, RFC 4193."""

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An absolute address over HTTP or HTTPS.

    Attributes:
        text: the whole address, without its fragment.
        scheme: "http" or "https".
        host: in lower case, without brackets.
        port: 1 to 65535.
        path: at least "/".
        query: names and values in order.
    """

    text: str
    scheme: str
    host: str
    port: int
    path: str
    query: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str, base: "WebUrl | None" = None) -> Self:
        """Read an address, absolute or relative to a page.

        Raises:
            BadPlace: another scheme, a name with credentials, too long, or no address.
        """
        # Browsers drop these; leaving them in would let an address mean two things.
        cleaned = "".join(text.split()) if text.strip().lower().startswith("java") else text.strip()
        cleaned = cleaned.replace("\t", "").replace("\n", "").replace("\r", "").replace("\\", "/")
        if len(cleaned) > MAX_URL:
            raise _bad("an address of more than 4,096 characters")
        try:
            joined = urljoin(base.text, cleaned) if base else cleaned
            parts = urlsplit(joined)
            port = parts.port
        except ValueError as error:
            raise _bad("an address that is none") from error
        if parts.scheme not in _PORTS:
            raise _bad(f"an address of the scheme {parts.scheme[:12]!r}")
        if not parts.hostname or parts.username is not None:
            raise _bad("an address without a host, or with a name and password in it")
        if not joined.isprintable() or " " in parts.netloc:
            raise _bad("an address with control characters")
        return cls(
            text=parts._replace(fragment="", path=parts.path or "/").geturl(),
            scheme=parts.scheme,
            host=parts.hostname.lower().rstrip("."),
            port=port or _PORTS[parts.scheme],
            path=parts.path or "/",
            query=tuple(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)),
        )

    def parameter(self, name: str) -> str:
        """The first value of a query parameter, "" where there is none."""
        return next((value for key, value in self.query if key == name), "")

    def with_query(self, values: tuple[tuple[str, str], ...]) -> "WebUrl":
        """The same address with another query: where a form is sent with GET."""
        return WebUrl.parse(self.text.partition("?")[0] + "?" + urlencode(values))

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def is_secure(self) -> bool:
        """Whether it is HTTPS."""
        return self.scheme == "https"

    def __repr__(self) -> str:
        return f"WebUrl({self.scheme}, {self.host})"


def is_never_allowed(address: str) -> bool:
    """Whether no portal may send us to an address: ourselves, the link itself, or many at once.

    Args:
        address: an IP address as text.
    """
    ip = ipaddress.ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    return ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified


def is_private(address: str) -> bool:
    """Whether an address is of a private network: a router, a printer, or the portal itself."""
    ip = ipaddress.ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None)
    return any((mapped or ip) in network for network in _PRIVATE)


def literal_address(host: str) -> str | None:
    """The address a host is written as; None for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def is_local_name(host: str) -> bool:
    """Whether a name can only mean this machine or something on the link."""
    return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _bad(found: str) -> BadPlace:
    return BadPlace(
        found=found, expected="a web address", remedy="the page is not followed any further"
    )
