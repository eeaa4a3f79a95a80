"""Captive portals in memory: a link that lets nobody out before its portal is content.

An emulated portal is a description: how requests are intercepted, which pages there are, and which
submission opens the gate.  It notes whatever personal it was sent, and every submission, so that a
test can say what was given without being asked.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit

from proso.values.hotspot import SignIn
from proso.verdicts.portal_talk import Fetch
from proso.verdicts.probing import Response

PERSONAL = {
    "email", "mail", "e-mail", "phone", "tel", "msisdn", "firstname", "lastname", "name",
    "username", "user", "password", "passwd", "voucher", "code", "room", "birthday", "zip",
    "auth_user", "auth_pass", "surname", "card", "fullname",
}  # fmt: skip
INTERNET = "internet.example"
PROBE_BODY = b"NetworkManager is online\n"


@dataclass(frozen=True)
class Grant:
    """A submission the portal acts on.

    Attributes:
        path: of the request; the host does not matter.
        needs: fields it must hold; None for any value, "" for an empty one.
        method: GET or POST.
        then: where the answer leads: an address, or the body of a page.
        opens: whether the gate is open afterwards.
    """

    path: str
    needs: dict = field(default_factory=dict)
    method: str = "POST"
    then: str = "<html><body>You are online</body></html>"
    opens: bool = True


@dataclass(frozen=True)
class PortalSpec:
    """One emulated portal.

    Attributes:
        name: of the emulation.
        family: vendor or product.
        entry: where an intercepted request is sent; {url} is the one intercepted.
        pages: bodies by path; the host does not matter.
        grants: what opens the gate.
        expect: what a client should call it.
        is_free: whether it needs neither account, nor money, nor phone, nor a browser.
        via: how it intercepts: 302, 307, 511, meta, script or page (the page itself, 200).
        prefilled: personal fields the portal itself filled: sending them back is no gift.
        source: where its shape is documented.
    """

    name: str
    family: str
    entry: str
    pages: dict
    grants: tuple = ()
    expect: SignIn = SignIn.CONSENT
    is_free: bool = True
    via: str = "302"
    prefilled: frozenset = frozenset()
    source: str = ""


class PortalLink:
    """A link behind a portal: answers fetches as the portal, or the internet once it opened."""

    def __init__(self, spec, gateway="192.168.7.1"):
        self.spec = spec
        self.gateway = gateway
        self.is_open = False
        self.personal = []
        self.submissions = []
        self.fetched = []

    def fetch(self, request: Fetch) -> Response:
        parts = urlsplit(request.url.text)
        self.fetched.append(request.url.text)
        assert parts.scheme in {"http", "https"}
        sent = dict(request.fields)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self._note(sent if request.method == "POST" else query)
        grant = self._granted(request.method, parts.path, sent | query)
        if grant is not None:
            self.submissions.append(request.url.text)
            self.is_open = self.is_open or grant.opens
            return self._then(grant.then, request)
        if parts.hostname.endswith(INTERNET):
            return self._internet(request)
        body = self.spec.pages.get(parts.path, self.spec.pages.get("*"))
        if request.method == "POST":
            self.submissions.append(request.url.text)
        if body is None:
            return Response(request.url, 404, (), b"<html>not found</html>")
        if body.startswith(("http://", "https://", "/")):
            return Response(request.url, 302, (("Location", body),), b"")
        return Response(request.url, 200, (("Content-Type", "text/html"),), body.encode())

    def _granted(self, method, path, values):
        for grant in self.spec.grants:
            if grant.method != method or grant.path != path:
                continue
            if all(
                name in values and (wanted is None or values[name] == wanted)
                for name, wanted in grant.needs.items()
            ):
                return grant
        return None

    def _then(self, then, request):
        if then.startswith(("http://", "https://", "/")):
            return Response(request.url, 302, (("Location", then),), b"")
        return Response(request.url, 200, (("Content-Type", "text/html"),), then.encode())

    def _internet(self, request):
        if self.is_open:
            return Response(request.url, 200, (("Content-Type", "text/plain"),), PROBE_BODY)
        entry = self.spec.entry.replace("{url}", quote(request.url.text, safe=""))
        if self.spec.via in {"302", "307", "303"}:
            return Response(request.url, int(self.spec.via), (("Location", entry),), b"")
        if self.spec.via == "meta":
            body = f'<html><head><meta http-equiv="refresh" content="0; url={entry}"></head></html>'
        elif self.spec.via == "script":
            body = f"<html><script>window.location.href = '{entry}';</script></html>"
        elif self.spec.via == "511":
            return Response(request.url, 511, (), f'<html><a href="{entry}">Log in</a>'.encode())
        else:
            body = self.spec.pages["*"]
        return Response(request.url, 200, (("Content-Type", "text/html"),), body.encode())

    def _note(self, values):
        for name, value in values.items():
            if name.lower() in PERSONAL and value and name not in self.spec.prefilled:
                self.personal.append(name)
