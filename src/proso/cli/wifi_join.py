"""The click itself, wired: radio, web, person, memory."""

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from proso.adapters.linkweb import BoundWeb
from proso.adapters.networkmanager import NetworkManagerRadio
from proso.cli.output import talk
from proso.device.joiner import Joiner, JoinSettings
from proso.device.prober import DEFAULT_PROBES, probe, session_of
from proso.device.recipes import built_in_recipes
from proso.errors import NoSuchNetwork
from proso.values.hotspot import AccessPoint
from proso.verdicts.join import Join
from proso.verdicts.portal_talk import Answer, Answered, Ask
from proso.verdicts.ranking import Candidate

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from proso.cli.wifi import Known

Ranked = tuple[list[Candidate], tuple[AccessPoint, ...]]


@dataclass(frozen=True, slots=True)
class JoinWishes:
    """What the person said on the command line."""

    network: str | None
    yes: bool
    consent: str
    metered_ok: bool
    as_json: bool


class Terminal:
    """The person at the terminal; see `proso.device.wifi_ports.Person`."""

    def __init__(self, wishes: JoinWishes) -> None:
        self._wishes = wishes
        self._can_ask = sys.stdin.isatty() and not wishes.as_json

    async def permit(self, candidate: Candidate) -> bool:
        """Whether to join a suspicious network."""
        if self._wishes.yes or not self._can_ask:
            return self._wishes.yes
        question = f"{candidate.point.name}: {candidate.twin.text}.  Join all the same?"
        return await asyncio.to_thread(click.confirm, question, default=False, err=True)

    async def agree(self, question: Ask) -> Answered:
        """What to say to a portal's terms."""
        talk.print(f"{question.host} wants your agreement:", markup=False)
        talk.print(f"  {question.terms[:1500]}", markup=False, style="dim")
        for box in question.ticks:
            talk.print(f"  [x] {box}", markup=False)
        if not question.secure:
            talk.print("  (this page is not encrypted: anybody near can read and change it)")
        if self._wishes.consent != "ask":
            return Answered(Answer(self._wishes.consent))
        if not self._can_ask:
            return Answered(Answer.NEVER)
        typed = {}
        for one in question.wanted:
            words = one.label or one.name
            hidden = one.kind == "password"
            typed[one.name] = await asyncio.to_thread(
                click.prompt, f"  {words}", default="", show_default=False, hide_input=hidden,
                err=True,
            )  # fmt: skip
        said = await asyncio.to_thread(
            click.prompt,
            "Agree?",
            type=click.Choice([one.value for one in Answer]),
            default=Answer.NEVER.value,
            err=True,
        )
        return Answered(Answer(said), typed)

    def tell(self, sentence: str) -> None:
        """Something worth knowing."""
        talk.print(f"{sentence} ...", markup=False, style="dim")


async def click_once(
    radio: NetworkManagerRadio,
    known: "Known",
    wishes: JoinWishes,
    ranked: "Callable[[NetworkManagerRadio, Known], Coroutine[Any, Any, Ranked]]",
) -> Join:
    """Scans, chooses, joins, remembers.

    Raises:
        NoSuchNetwork: the network that was named is not in range, or nothing is worth joining.
    """
    talk.print("scanning ...", style="dim")
    candidates, heard = await ranked(radio, known)
    chosen = chosen_of(candidates, wishes)
    settings = JoinSettings(
        probes=DEFAULT_PROBES,
        recipes=built_in_recipes(),
        acquaintances=known.memory.acquaintances,
        standing=known.memory.standing,
        metered_ok=wishes.metered_ok,
    )
    joiner = Joiner(radio, BoundWeb, Terminal(wishes), settings)
    ended = await joiner.join(chosen)
    for attempt in ended.attempts:
        known.memory.note(attempt, heard)
    known.memory.standing |= joiner.agreed
    known.memory.save()
    return ended


def chosen_of(candidates: list[Candidate], wishes: JoinWishes) -> tuple[Candidate, ...]:
    """What to try: all that need no question, or the one network that was named.

    Raises:
        NoSuchNetwork: nothing is left.
    """
    if wishes.network is not None:
        named = [one for one in candidates if one.point.name == wishes.network]
        if not named:
            raise NoSuchNetwork(
                found="no joinable network of that name in range",
                expected="one that `proso wifi list` shows",
                remedy="go nearer, or choose another; networks with a password are nmcli's to join",
            )
        return tuple(named)
    worth = [one for one in candidates if one.is_worth_joining]
    calm = [one for one in worth if not one.twin.must_ask]
    if not (calm or worth):
        raise NoSuchNetwork(
            found="no network in range that is worth joining",
            expected="a listed one",
            remedy="see where the next one is: proso wifi near",
        )
    return tuple(calm or worth)


async def status_of(radio: NetworkManagerRadio) -> dict[str, Any]:
    """What the device is connected to, and how far that reaches."""
    present = await radio.present()
    link = await radio.link_now() if present.get("activated") else None
    if link is None:
        return {"connected": False, "reach": "nowhere"}
    web = BoundWeb(link)
    try:
        found = await probe(web, DEFAULT_PROBES)
        told = await session_of(web)
    finally:
        await web.close()
    session = {
        "seconds_left": told.seconds_left if told else None,
        "bytes_left": told.bytes_left if told else None,
        "can_extend": told.can_extend if told else None,
        "venue": told.venue.text if told and told.venue else None,
    }
    return {"connected": True, "reach": found.reach.value, "why": found.why} | present | session
