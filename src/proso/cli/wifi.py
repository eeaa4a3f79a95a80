"""`proso wifi`: hotspots in range, one click, undo; and where the next one is, offline."""

import asyncio
import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from proso.cli.output import answers, print_json, talk
from proso.cli.places import pack_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from proso.adapters.networkmanager import NetworkManagerRadio
    from proso.device.hotspot_finder import Finder
    from proso.device.wifi_memory import WifiMemory
    from proso.verdicts.join import Join
    from proso.verdicts.ranking import Candidate

_T = TypeVar("_T")

_json = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
_interface = click.option("--interface", default="", help="Wi-Fi device; the first if not given.")
_packs = click.option(
    "--pack",
    "packs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A pack of hotspots; those installed if not given.",
)
_at = click.option("--at", "place", help="Where you are: LAT,LON or part of a place's name.")


@dataclass(slots=True)
class Known:
    """What a command starts from: the packs, and this device's memory."""

    finder: "Finder"
    memory: "WifiMemory"


@click.group()
def wifi() -> None:
    """Free Wi-Fi: what is in range, one click to be online, undo."""


@wifi.command(name="list")
@_packs
@_at
@_interface
@_json
def list_(packs: tuple[Path, ...], place: str | None, interface: str, as_json: bool) -> None:  # noqa: FBT001
    """Networks in range, the best to join first, and why.

    Example: proso wifi list --at 40.7536,-73.9832
    """
    from proso.cli.wifi_print import candidate_json, print_candidates

    known = _known(packs, place)
    candidates = _on_radio(interface, lambda radio: _ranked(radio, known))[0]
    if as_json:
        print_json([candidate_json(one) for one in candidates])
        return
    print_candidates(candidates)


@wifi.command()
@click.argument("network", required=False)
@_packs
@_at
@_interface
@click.option("--yes", is_flag=True, help="Join a suspicious network without being asked.")
@click.option(
    "--consent",
    type=click.Choice(["ask", "once", "always", "never"]),
    default="ask",
    show_default=True,
    help="What to say to a portal's terms.",
)
@click.option("--metered", is_flag=True, help="Keep a network that says it is metered.")
@click.option("--report", is_flag=True, help="Queue a report of what came of it, for your hub.")
@click.option("--region", default="US", show_default=True, help="Region of the report.")
@_json
def join(  # noqa: PLR0913  a command with its options
    network: str | None,
    packs: tuple[Path, ...],
    place: str | None,
    interface: str,
    yes: bool,  # noqa: FBT001
    consent: str,
    metered: bool,  # noqa: FBT001
    report: bool,  # noqa: FBT001
    region: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Join the best network, or the NETWORK of that name: online with proof, or as before.

    Example: proso wifi join
    """
    from proso.cli.wifi_join import JoinWishes, click_once
    from proso.cli.wifi_print import print_join

    known = _known(packs, place)
    wishes = JoinWishes(
        network=network, yes=yes, consent=consent, metered_ok=metered, as_json=as_json
    )
    ended = _on_radio(interface, lambda radio: click_once(radio, known, wishes, _ranked))
    if report:
        _queue(ended, region)
    _keep_sketch(ended)
    print_join(ended, as_json=as_json)


@wifi.command()
@_interface
@_json
def leave(interface: str, as_json: bool) -> None:  # noqa: FBT001
    """End the connection a click made; nothing of it is kept.

    Example: proso wifi leave
    """
    left = _on_radio(interface, lambda radio: radio.leave())
    if as_json:
        print_json({"left": left})
    else:
        answers.print("left" if left else "there is no connection of ours to leave")


@wifi.command()
@_interface
@_json
def status(interface: str, as_json: bool) -> None:  # noqa: FBT001
    """What the device is connected to, and whether the internet is really there.

    Example: proso wifi status
    """
    from proso.cli.wifi_join import status_of
    from proso.cli.wifi_print import print_status

    print_status(_on_radio(interface, status_of), as_json=as_json)


@wifi.command()
@_packs
@_at
@click.option("--radius", default=1000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@_json
def near(
    packs: tuple[Path, ...],
    place: str | None,
    radius: int,
    limit: int,
    as_json: bool,  # noqa: FBT001
) -> None:
    """The nearest listed hotspots, without any network: distance and direction.

    Example: proso wifi near --at "Bryant Park"
    """
    from proso.cli.wifi_print import print_near
    from proso.errors import BadPlace

    known = _known(packs, place)
    here = known.memory.position
    if here is None:
        raise BadPlace(
            found="no place, and none known from before",
            expected="where you are",
            remedy='say --at LAT,LON or --at "part of a place\'s name"',
        )
    print_near(here, known.finder.near(here, radius)[:limit], as_json=as_json)


def memory_path() -> Path:
    """Where this device's memory of networks lies."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "proso" / "wifi.json"


def _installed() -> list[Path]:
    folder = pack_folder()
    # What `proso pack update` installed, and what somebody put beside it.
    return sorted([*folder.glob("*/hotspots.pack"), *folder.glob("*hotspots*.pack")])


def _known(packs: tuple[Path, ...], place: str | None) -> Known:
    from proso.device.hotspot_finder import Finder
    from proso.device.wifi_memory import WifiMemory

    finder = Finder.open(packs or _installed())
    memory = WifiMemory.load(memory_path())
    if place is not None:
        memory.position = finder.place(place)
        memory.save()
    return Known(finder, memory)


def _on_radio(
    interface: str, work: "Callable[[NetworkManagerRadio], Coroutine[Any, Any, _T]]"
) -> _T:
    async def opened() -> _T:
        from proso.adapters.networkmanager import NetworkManagerRadio

        radio = await NetworkManagerRadio.open(interface)
        try:
            return await work(radio)
        finally:
            await radio.close()

    return asyncio.run(opened())


async def _ranked(
    radio: "NetworkManagerRadio", known: Known
) -> "tuple[list[Candidate], tuple[Any, ...]]":
    from proso.verdicts.ranking import rank

    heard = await radio.scan()
    scene = known.finder.scene(heard, known.memory)
    hour = datetime.now().astimezone().hour
    return rank(scene, known.memory.knowledge(), hour=hour), heard


def _queue(ended: Any, region: str) -> None:  # noqa: ANN401  what click_once returns
    from proso.cli.report import home, pseudonym
    from proso.device.outbox import Outbox
    from proso.outcomes import join_report_of

    now = datetime.now().astimezone()
    outbox = Outbox.open(home() / "outbox.sqlite")
    try:
        for attempt in ended.attempts:
            made = join_report_of(
                attempt, at=now, reporter=pseudonym(), region=region, consent=True
            )
            if made is not None:
                outbox.add(made)
    finally:
        outbox.close()
    talk.print("what came of it is queued; send it with: proso report send --hub URL")


def _keep_sketch(ended: "Join") -> None:
    """Where a portal was not signed in to: what its page is made of, for whoever writes recipes."""
    from proso.verdicts.portal_sketch import sketch

    made = sketch(ended.signed_in) if ended.signed_in and not ended.is_online else None
    if made is None:
        return
    text = json.dumps(made, ensure_ascii=False, indent=1)
    folder = memory_path().parent / "portal-sketches"
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError:
        return  # it is a help, not what was asked for
    talk.print(
        f"what its sign-in page is made of, without words and values, is in {path}: it helps to "
        "write a recipe",
        markup=False,
    )
