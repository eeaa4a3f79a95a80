"""Carries out one click: the table of `proso.verdicts.joining` on real ports."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from proso.device.prober import Probes, probe
from proso.device.wifi_ports import Link, LinkWeb, Person, Radio, RadioFailed, WebFailed
from proso.verdicts.join import TIME_LIMITS, Command, Event, Join, Kind, Order, State
from proso.verdicts.joining import CHECKPOINT_SECONDS, advance
from proso.verdicts.portal import PortalSession
from proso.verdicts.portal_talk import (
    Answer,
    Answered,
    Arrived,
    Ask,
    Failed,
    Fetch,
    Finished,
    LinkFacts,
    Pause,
    Verified,
    Waited,
)
from proso.verdicts.portal_talk import Event as PortalEvent
from proso.verdicts.probing import Found, Reach
from proso.verdicts.ranking import Candidate
from proso.verdicts.recipes import Recipe
from proso.verdicts.scene import Acquaintance
from proso.verdicts.twins import Level, PortalSeen, confirm

log: Final = logging.getLogger(__name__)

FETCH_SECONDS: Final = 15
"""How long a portal may take for one answer.  PM-WANI gives portals 5 s; real ones take longer."""

PERSON_SECONDS: Final = 600
"""How long a question waits for its answer: a person reads terms, or put the phone away."""


@dataclass(slots=True)
class JoinSettings:
    """What a click needs to know beside its candidates.

    Attributes:
        probes: what is asked to prove internet.
        recipes: of portals.
        acquaintances: what this device remembers, by network name.
        standing: digests of terms the person agreed to for always.
        metered_ok: whether a metered network may be kept.
    """

    probes: Probes
    recipes: tuple[Recipe, ...] = ()
    acquaintances: dict[bytes, Acquaintance] = field(default_factory=dict)
    standing: frozenset[str] = frozenset()
    metered_ok: bool = False


class Joiner:
    """One click at a time, on one radio."""

    def __init__(
        self,
        radio: Radio,
        web: Callable[[Link], LinkWeb],
        person: Person,
        settings: JoinSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._radio, self._web_over, self._person = radio, web, person
        self._settings, self._clock = settings, clock
        self._link: Link | None = None
        self._web: LinkWeb | None = None
        self._lost: asyncio.Task[str] | None = None
        self.agreed: set[str] = set()
        """Digests the person agreed to for always, in this click."""

    async def join(self, candidates: tuple[Candidate, ...]) -> Join:
        """Tries the candidates in turn; whatever happens, it ends online or as it was before.

        A cancelled task rolls back before it ends.
        """
        join = Join(candidates)
        event = Event(Kind.BEGUN)
        cancelled = False
        try:
            while True:
                join, command = advance(join, event, now=self._clock())
                if join.is_finished:
                    break
                task = asyncio.ensure_future(self._carried_out(command, join.state))
                while True:
                    try:
                        event = await asyncio.shield(task)
                    except asyncio.CancelledError:
                        cancelled = True
                        if join.state is State.ROLLING_BACK:
                            # The way back is walked to its end, whoever is impatient.
                            join, _ = advance(join, Event(Kind.CANCELLED), now=self._clock())
                            continue
                        task.cancel()
                        await asyncio.gather(task, return_exceptions=True)
                        event = Event(Kind.CANCELLED)
                    break
        finally:
            await self._let_go()
        if cancelled:
            raise asyncio.CancelledError
        return join

    async def _carried_out(self, command: Command, state: State) -> Event:
        """Carries out a command, watching the clock and the link meanwhile."""
        work = asyncio.ensure_future(self._work(command))
        watched: set[asyncio.Future[Any]] = {work}
        if self._lost is not None and state is not State.ROLLING_BACK:
            watched.add(self._lost)
        try:
            done, _ = await asyncio.wait(
                watched, timeout=TIME_LIMITS.get(state), return_when=asyncio.FIRST_COMPLETED
            )
            if work in done:
                return work.result()
            if done and self._lost is not None:
                return Event(Kind.LINK_LOST, self._lost.result())
            return Event(Kind.TIMED_OUT)
        finally:
            if not work.done():
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError, RadioFailed, WebFailed):
                    await work

    async def _work(self, command: Command) -> Event:
        handlers: dict[Order, Callable[[Command], Coroutine[Any, Any, Event]]] = {
            Order.ASK: self._ask,
            Order.CHECKPOINT: self._checkpoint,
            Order.ACTIVATE: self._activate,
            Order.PROBE: self._probe,
            Order.SIGN_IN: self._sign_in,
            Order.KEEP: self._keep,
            Order.ROLL_BACK: self._roll_back,
        }
        return await handlers[command.order](command)

    async def _ask(self, command: Command) -> Event:
        if command.candidate is None:
            return Event(Kind.DENIED)
        try:
            async with asyncio.timeout(PERSON_SECONDS):
                allowed = await self._person.permit(command.candidate)
        except TimeoutError:
            allowed = False
        return Event(Kind.PERMITTED if allowed else Kind.DENIED)

    async def _checkpoint(self, _command: Command) -> Event:
        try:
            await self._radio.take_checkpoint(CHECKPOINT_SECONDS)
        except RadioFailed as error:
            return Event(Kind.CHECKPOINT_FAILED, error.why)
        return Event(Kind.CHECKPOINTED)

    async def _activate(self, command: Command) -> Event:
        if command.candidate is None:
            return Event(Kind.CONNECT_FAILED, "no network")
        self._person.tell("connecting")
        try:
            link = await self._radio.activate(command.candidate.point)
        except RadioFailed as error:
            return Event(Kind.CONNECT_FAILED, error.why, error.step)
        if link.is_metered and not self._settings.metered_ok:
            return Event(Kind.METERED)
        self._link, self._web = link, self._web_over(link)
        self._lost = asyncio.ensure_future(self._radio.lost())
        return Event(Kind.CONNECTED)

    async def _probe(self, command: Command) -> Event:
        if command.delay:
            await asyncio.sleep(command.delay)
        if self._link is None or self._web is None:
            return Event(Kind.LINK_LOST)
        return Event(Kind.PROBED, found=await probe(self._web, self._settings.probes))

    async def _sign_in(self, command: Command) -> Event:
        if self._link is None or self._web is None or command.found is None:
            return Event(Kind.LINK_LOST)
        self._person.tell("signing in")
        ended = await self._portal(command.found, command.candidate, self._link, self._web)
        return Event(Kind.SIGNED_IN, signed_in=ended)

    async def _portal(
        self, found: Found, candidate: Candidate | None, link: Link, web: LinkWeb
    ) -> Finished:
        facts = LinkFacts(link.gateway, frozenset(self._settings.probes.hosts))
        session = PortalSession(
            self._settings.recipes,
            facts,
            standing=self._settings.standing,
            now=self._clock(),
        )
        request = session.begin(found.portal, found.page)
        while not isinstance(request, Finished):
            event: PortalEvent
            if isinstance(request, Fetch):
                event = await self._fetched(web, request)
            elif isinstance(request, Ask):
                answered = await self._asked(request, candidate)
                if answered is None:
                    return session.leave("its sign-in page is not the one known here")
                event = answered
            elif isinstance(request, Pause):
                await asyncio.sleep(request.seconds)
                event = Waited()
            else:
                again = await probe(web, self._settings.probes)
                event = Verified(again.reach is Reach.ONLINE)
            request = session.on(event, now=self._clock())
        return request

    async def _fetched(self, web: LinkWeb, request: Fetch) -> Arrived | Failed:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return Arrived(await web.fetch(request))
        except WebFailed as error:
            return Failed(error.why)
        except TimeoutError:
            return Failed("timeout")

    async def _asked(self, question: Ask, candidate: Candidate | None) -> PortalEvent | None:
        """The person's answer; None where the page is another one than known here."""
        ssid = candidate.point.ssid if candidate else b""
        seen = PortalSeen(question.host, question.secure)
        verdict = confirm(seen, self._settings.acquaintances.get(ssid), ())
        if verdict.level >= Level.REFUSED:
            return None
        if verdict.level is Level.SUSPICIOUS:
            self._person.tell(verdict.text)
        with contextlib.suppress(RadioFailed):
            await self._radio.extend_checkpoint(PERSON_SECONDS + CHECKPOINT_SECONDS)
        try:
            async with asyncio.timeout(PERSON_SECONDS):
                answered = await self._person.agree(question)
        except TimeoutError:
            return Answered(Answer.NEVER)
        if answered.answer is Answer.ALWAYS:
            self.agreed.add(question.digest)
        return answered

    async def _keep(self, _command: Command) -> Event:
        try:
            await self._radio.keep()
        except RadioFailed as error:
            return Event(Kind.KEEP_FAILED, error.why)
        return Event(Kind.KEPT)

    async def _roll_back(self, _command: Command) -> Event:
        await self._let_go()
        try:
            await self._radio.roll_back()
        except RadioFailed as error:
            log.warning("rolling back failed: %s", error.why)
            return Event(Kind.ROLL_BACK_FAILED, error.why)
        return Event(Kind.ROLLED_BACK)

    async def _let_go(self) -> None:
        """Ends the watch over the link, and closes what was open over it."""
        lost, self._lost = self._lost, None
        if lost is not None:
            lost.cancel()
            with contextlib.suppress(asyncio.CancelledError, RadioFailed):
                await lost
        web, self._web, self._link = self._web, None, None
        if web is not None:
            await web.close()
