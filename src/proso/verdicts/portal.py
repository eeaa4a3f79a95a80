"""A portal session: events in, requests out, nothing done.

    Arrived, Failed, Answered, Waited, Verified ──► on() ──► Fetch, Ask, Pause, Verify, Finished

The session follows redirects, picks a recipe or the page's own offer, asks the person before
anything is submitted, and wants proof of internet before it says "online".  Everything a page can
do to it is bounded: fetches, redirects, bytes, time, and where it may lead.
"""

import hashlib
from dataclasses import replace
from typing import Final

from proso.errors import BadPlace
from proso.values.hotspot import SignIn
from proso.values.weburl import (
    WebUrl,
    is_local_name,
    is_never_allowed,
    is_private,
    literal_address,
)
from proso.verdicts.forms import Offer, classify, find_offer, is_automatic, values_of
from proso.verdicts.pages import Form, Link, Page, read_page
from proso.verdicts.portal_talk import (
    Answer,
    Answered,
    Arrived,
    Ask,
    Event,
    Failed,
    Fetch,
    Finished,
    LinkFacts,
    Pause,
    Request,
    Verified,
    Verify,
)
from proso.verdicts.probing import Response, read_wispr
from proso.verdicts.recipes import Do, Recipe, RecipeStep, fill, is_host

MAX_FETCHES: Final = 30
"""Of a whole session.  The longest real flow takes nine."""

MAX_REDIRECTS: Final = 10
"""In a row.  Source: what browsers and curl's users settle on is 10 to 50; portals need up to 5."""

MAX_ROUNDS: Final = 5
"""Submissions of a session."""

MAX_BYTES: Final = 4_000_000
"""Of a whole session."""

MAX_SECONDS: Final = 60.0
"""Of a whole session, the person's own time not counted."""

_ADMIN_PORTS: Final = (80, 443, 8080, 8443)


class PortalSession:
    """One attempt to sign in at one portal."""

    def __init__(
        self,
        recipes: tuple[Recipe, ...],
        link: LinkFacts,
        *,
        standing: frozenset[str] = frozenset(),
        now: float = 0.0,
    ) -> None:
        """Args.

        recipes: tried in order; the first that matches a page is used.
        link: what the portal stands on.
        standing: digests of what the person agreed to for always.
        now: seconds of any clock that only goes forward.
        """
        self._recipes, self._link, self._standing = recipes, link, standing
        self._first: WebUrl | None = None
        self._page: Page | None = None
        self._recipe: Recipe | None = None
        self._step = 0
        self._offer: Offer | None = None
        self._url: WebUrl | None = None
        self._fetches = self._redirects = self._rounds = self._bytes = 0
        self._deadline, self._asked_at = now + MAX_SECONDS, now
        self._sign_in = SignIn.UNKNOWN
        self._next: Fetch | None = None
        self._agreed: set[str] = set()
        self._verified_for: Page | None = None

    def begin(self, portal: WebUrl | None, page: Response | None) -> Request:
        """The first request, from what the probes found."""
        if page is not None:
            self._first = page.url
            return self._arrived(page)
        if portal is None:
            return self._finish(SignIn.BROKEN, "no portal showed itself")
        self._first = portal
        return self._visit(portal)

    def on(self, event: Event, *, now: float) -> Request:
        """The next request.  Any event in any state gives one; a session always ends.

        Args:
            event: what came of the request before.
            now: of the clock given at first.
        """
        if isinstance(event, Answered):
            self._deadline += max(now - self._asked_at, 0.0)
            return self._answered(event)
        if now > self._deadline:
            return self._finish(SignIn.BROKEN, "it took longer than a minute")
        self._asked_at = now
        if isinstance(event, Arrived):
            return self._arrived(event.response)
        if isinstance(event, Failed):
            self._page = None if self._rounds else self._page
            why = f"the portal did not answer ({event.why})"
            # The gate may have opened while the page behind it does not answer.
            return Verify() if self._rounds else self._finish(SignIn.BROKEN, why)
        if isinstance(event, Verified):
            return self._verified(event.is_online)
        following, self._next = self._next, None
        return following or Verify()

    def leave(self, why: str) -> Finished:
        """Ends the session from outside."""
        return self._finish(self._sign_in, why)

    # Arriving somewhere

    def _arrived(self, response: Response) -> Request:
        self._bytes += len(response.body)
        if self._bytes > MAX_BYTES:
            return self._finish(SignIn.BROKEN, "the portal sends without end")
        if 300 <= response.status < 400:  # noqa: PLR2004  redirects
            return self._redirected(response)
        page = read_page(response.url, response.body, response.header("content-type"))
        self._page = page
        if page.is_broken:
            return self._finish(SignIn.BROKEN, "its page has no end")
        if page.redirect is not None:
            return self._moved(*page.redirect)
        return self._landed(page, response)

    def _moved(self, seconds: float, target: WebUrl) -> Request:
        following = self._hop(target)
        if not isinstance(following, Fetch) or not seconds:
            return following
        self._next = following
        return Pause(min(seconds, 5.0))

    def _landed(self, page: Page, response: Response) -> Request:
        self._redirects = 0
        automatic = [form for form in page.forms if is_automatic(form, page)]
        if automatic and self._fetches < MAX_FETCHES:
            offer = Offer(automatic[0], None)
            return self._send(offer, {}, page)
        if response.body and read_wispr(response.body) and find_offer(page) is None:
            return self._finish(SignIn.ACCOUNT, "it speaks WISPr, which needs an account")
        return self._verify_first(page)

    def _redirected(self, response: Response) -> Request:
        try:
            target = WebUrl.parse(response.header("location"), response.url)
        except BadPlace as error:
            return self._finish(SignIn.BROKEN, f"it leads to {error.found}")
        if target.host in self._link.probe_hosts:
            return Verify()
        return self._hop(target)

    def _hop(self, target: WebUrl) -> Request:
        self._redirects += 1
        if self._redirects > MAX_REDIRECTS:
            return self._finish(SignIn.BROKEN, "it redirects without end")
        if target.host in self._link.probe_hosts:
            return Verify()
        return self._visit(target)

    def _visit(self, url: WebUrl) -> Request:
        refused = self._why_not(url)
        if refused:
            return self._finish(SignIn.BROKEN, refused)
        self._fetches += 1
        if self._fetches > MAX_FETCHES:
            return self._finish(SignIn.BROKEN, "it leads in circles")
        self._url = url
        return Fetch(url, may_be_private=self._may_be_private(url))

    # Deciding

    def _verify_first(self, page: Page) -> Request:
        """After a submission the gate may be open: that is asked before anything else is done."""
        if self._rounds and self._verified_for is not page:
            return Verify()
        return self._act(page)

    def _verified(self, is_online: bool) -> Request:  # noqa: FBT001  the event's own word
        if is_online:
            return self._finish(self._sign_in, "the internet answers", is_online=True)
        if self._page is None:
            return self._finish(SignIn.BROKEN, "it let nothing through")
        self._verified_for = self._page
        return self._act(self._page)

    def _act(self, page: Page) -> Request:
        if self._rounds >= MAX_ROUNDS:
            return self._finish(SignIn.BROKEN, "it asks again and again")
        if self._recipe is None:
            self._recipe = next((one for one in self._recipes if one.matches(page)), None)
            self._step = 0
            if self._recipe is not None:
                self._first = page.url
        if self._recipe is not None and self._step < len(self._recipe.steps):
            return self._by_recipe(page, self._recipe.steps[self._step])
        return self._by_offer(page, find_offer(page))

    def _by_recipe(self, page: Page, step: RecipeStep) -> Request:
        self._step += 1
        if step.do is Do.WAIT:
            self._next = self._visited_again(page)
            return Pause(step.seconds)
        if step.do is Do.VERIFY:
            return Verify()
        offer = _offer_of(step, page, self._first or page.url)
        if offer is None:
            # The portal changed: what the page itself offers is tried before giving up.
            self._recipe = None
            return self._by_offer(page, find_offer(page))
        return self._by_offer(page, offer)

    def _visited_again(self, page: Page) -> Fetch:
        return Fetch(page.url, may_be_private=self._may_be_private(page.url))

    def _by_offer(self, page: Page, offer: Offer | None) -> Request:
        if offer is None:
            kind = classify(page)
            why = "nothing on its page can be done without a browser"
            if self._rounds and kind in (SignIn.JAVASCRIPT, SignIn.BROKEN):
                why = "it took the answer and opened nothing"
            return self._finish(kind, why)
        if offer.asked:
            self._sign_in = classify(page)
        elif self._sign_in in (SignIn.UNKNOWN, SignIn.CLICK_THROUGH):
            self._sign_in = SignIn.CONSENT if offer.ticks else SignIn.CLICK_THROUGH
        self._offer = offer
        question = self._question(offer, page)
        if question.digest in self._agreed:
            kind = SignIn.JAVASCRIPT if page.scripts else SignIn.BROKEN
            return self._finish(kind, "it took the answer and opened nothing")
        if not question.wanted and question.digest in self._standing:
            return self._send(offer, {}, page)
        return question

    def _question(self, offer: Offer, page: Page) -> Ask:
        boxes = () if offer.form is None else offer.form.fields
        ticks = tuple(one.label or one.name for one in boxes if one.name in offer.ticks)
        host = page.url.host
        content = "\n".join((host, offer.terms, *ticks))
        digest = hashlib.sha256(content.encode()).hexdigest()
        return Ask(offer.terms, ticks, offer.asked, host, page.url.is_secure, digest)

    def _answered(self, event: Answered) -> Request:
        offer, page = self._offer, self._page
        if offer is None or page is None:
            return self._finish(SignIn.BROKEN, "nothing was asked")
        if event.answer is Answer.NEVER:
            return self._finish(self._sign_in, "you did not agree")
        missing = [one for one in offer.asked if one.is_required and not event.typed.get(one.name)]
        if missing or (offer.asked and not any(event.typed.values())):
            return self._finish(self._sign_in, "it wants to know what only you can say")
        return self._send(offer, event.typed, page)

    def _send(self, offer: Offer, typed: dict[str, str], page: Page) -> Request:
        self._offer = None
        self._agreed.add(self._question(offer, page).digest)
        target = offer.form.target if offer.form else offer.link.target if offer.link else None
        if target is None:
            return self._finish(SignIn.BROKEN, "its form leads nowhere")
        refused = self._why_not(target) or self._why_not_send(target, page)
        if refused:
            return self._finish(SignIn.BROKEN, refused)
        self._rounds += 1
        self._fetches += 1
        if self._fetches > MAX_FETCHES:
            return self._finish(SignIn.BROKEN, "it leads in circles")
        private = self._may_be_private(target)
        if offer.form is None:
            return Fetch(target, referer=page.url.text, may_be_private=private)
        values = values_of(offer, typed)
        if offer.form.method == "POST":
            return Fetch(target, "POST", values, page.url.text, private)
        return Fetch(target.with_query(values), "GET", (), page.url.text, private)

    # Where it may lead

    def _why_not(self, url: WebUrl) -> str:
        """Why an address is not followed, "" where it is."""
        address = literal_address(url.host)
        first = self._first.host if self._first else ""
        if address is None:
            local = is_local_name(url.host) and url.host != first
            return "it leads to this machine" if local else ""
        if is_never_allowed(address):
            return "it leads to this machine"
        if not is_private(address) or url.host == first or self._is_named(url.host):
            return ""
        if address == self._link.gateway and url.port not in _ADMIN_PORTS:
            return ""  # WifiDog, CoovaChilli and openNDS answer beside the router's own pages
        return "it leads into the private network"

    def _why_not_send(self, target: WebUrl, page: Page) -> str:
        """Why something is not submitted there, "" where it is."""
        if page.url.is_secure and not target.is_secure and target.host != self._link.gateway:
            return "it would send over plain HTTP what came encrypted"
        if self._recipe is not None and not self._is_named(target.host):
            return "its recipe would send elsewhere than to the portal"
        return ""

    def _is_named(self, host: str) -> bool:
        if self._recipe is None or self._first is None:
            return False
        named = self._recipe.allowed_hosts(self._first)
        return any(is_host(host, one) for one in named)

    def _may_be_private(self, url: WebUrl) -> bool:
        first = self._first.host if self._first else ""
        return url.host in {first, self._link.gateway} or self._is_named(url.host)

    def _finish(self, sign_in: SignIn, why: str, *, is_online: bool = False) -> Finished:
        page = self._page
        url = page.url if page else self._first
        return Finished(
            is_online=is_online,
            sign_in=sign_in,
            recipe=self._recipe.label if self._recipe else "",
            host=url.host if url else "",
            secure=bool(url and url.is_secure),
            why=why,
            page=page,
        )


def _offer_of(step: RecipeStep, page: Page, first: WebUrl) -> Offer | None:
    """What a recipe's step would do on a page, as an offer; None where the page has changed."""
    if step.do is Do.GET:
        try:
            target = WebUrl.parse(fill(step.url, first), page.url)
        except BadPlace:
            return None
        return Offer(None, Link(target, ""), terms=page.text)
    if step.do is Do.FOLLOW:
        for link in page.links:
            if all(one in link.target.text or one in link.text for one in step.find):
                return Offer(None, link, terms=page.text)
        return None
    for form in page.forms:
        names = {one.name for one in form.fields} | {one[0] for one in form.buttons}
        if set(step.find) <= names and set(step.tick) <= names:
            return _by_step(step, page, form)
    return None


def _by_step(step: RecipeStep, page: Page, form: Form) -> Offer | None:
    alone = replace(page, forms=(form,), links=())
    offer = find_offer(alone) or Offer(form, None, terms=page.text)
    if offer.asked:
        return offer
    button = offer.button
    if step.button:
        wanted = [b for b in form.buttons if step.button.lower() in b[2].lower()]
        if not wanted:
            return None
        button = (wanted[0][0], wanted[0][1])
    return replace(
        offer,
        button=button,
        ticks=tuple(dict.fromkeys((*offer.ticks, *step.tick))),
        chosen=(*offer.chosen, *step.put),
    )
