"""`proso device`: the agent on the phone, and the log of its calls."""

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proso.cli.output import answers, checked_region, print_json, talk
from proso.cli.report import home, pseudonym

if TYPE_CHECKING:
    from proso.device.call_ports import CallSource
    from proso.device.calllog import Kept
    from proso.device.judging import Judge

_NOT_SPAM = "ok"


_log_option = click.option(
    "--log",
    "log_path",
    type=click.Path(path_type=Path),
    help="The log of calls; the owner's own if not given.",
)


@click.group()
def device() -> None:
    """Attend to this phone's calls."""


@device.command()
@click.option("--pack", "pack_path", type=click.Path(path_type=Path), required=True, help="A pack.")
@click.option(
    "--region", default="US", show_default=True, callback=checked_region, help="Of the line."
)
@click.option("--rules", type=click.Path(path_type=Path), help="The owner's rules, TOML.")
@click.option("--contacts", type=click.Path(path_type=Path), help="Contacts, as vCard.")
@click.option(
    "--modem",
    "daemons",
    type=click.Choice(["modemmanager", "ofono"]),
    multiple=True,
    help="Which daemon has the modem; both are listened to if not given.",
)
@_log_option
def run(  # noqa: PLR0913  the options of a command
    pack_path: Path,
    region: str,
    rules: Path | None,
    contacts: Path | None,
    daemons: tuple[str, ...],
    log_path: Path | None,
) -> None:
    """Judge every call of this phone until stopped; a daemon that comes later is waited for.

    Example: proso device run --pack US.pack --rules rules.toml
    """
    from proso.device.calllog import CallLog
    from proso.device.judging import Judge
    from proso.device.owner import load_rules
    from proso.device.packfile import open_pack
    from proso.device.packshelf import PackShelf

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    if pack_path.exists():
        open_pack(pack_path, region=region)  # a damaged one is told here, not call after call
    else:
        talk.print(f"no pack at {pack_path.name} yet: every call rings until there is one")
    known = load_rules(rules, contacts=contacts, region=region)
    with CallLog.open(log_path or home() / "calls.sqlite") as log:
        judge = Judge(known, log, PackShelf(pack_path, region))
        asyncio.run(_attend(judge, region, daemons or ("modemmanager", "ofono")))


async def _attend(judge: "Judge", region: str, daemons: tuple[str, ...]) -> None:
    from proso.adapters.desktop import DesktopNotices, FeedbackRinger
    from proso.adapters.modemmanager import ModemManagerCalls
    from proso.adapters.ofono import OfonoCalls
    from proso.device.agent import Agent
    from proso.device.attending import Attendant
    from proso.errors import NoLine

    ringer: FeedbackRinger | None = None
    notices: DesktopNotices | None = None
    try:
        ringer, notices = await FeedbackRinger.open(), await DesktopNotices.open()
    except NoLine:
        talk.print("no desktop session: calls are judged without notices and the ringer")
    sources: list[CallSource] = []
    if "modemmanager" in daemons:
        sources.append(await ModemManagerCalls.open())
    if "ofono" in daemons:
        sources.append(await OfonoCalls.open())
    agent = Agent(judge.verdict, region)
    talk.print(f"attending to calls by {' and '.join(daemons)}; Ctrl-C ends it")
    try:
        await Attendant(agent, judge, sources, ringer=ringer, notices=notices).run()
    finally:
        for one in (*sources, ringer, notices):
            if one is not None:
                await one.close()
    raise NoLine(
        found="the system bus gone",
        expected="it to stay",
        remedy="start this again; the service file does so by itself",
    )


@device.command()
@click.option("--count", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True)
@_log_option
def calls(count: int, as_json: bool, log_path: Path | None) -> None:  # noqa: FBT001
    """The last calls, what was decided and what came of them.

    Example: proso device calls
    """
    from proso.device.calllog import CallLog

    with CallLog.open(log_path or home() / "calls.sqlite") as log:
        kept = log.last(count)
    if as_json:
        print_json([_fields(one) for one in kept])
        return
    for one in kept:
        row = _fields(one)
        answers.print(
            f"{row['call']:>5}  {row['at']}  {row['number']:<17} {row['action']:<8}"
            f" {row['came']:<9} {row['text']}",
            markup=False,
        )
    if not kept:
        answers.print("no call yet")


@device.command()
@click.argument("place", metavar="CALL", type=int)
@click.argument("word", type=click.Choice(["spam", _NOT_SPAM]))
@_log_option
def said(place: int, word: str, log_path: Path | None) -> None:
    """Say of a call of the log what it was; queued, and sent only when you say so.

    Example: proso device said 12 ok
    """
    from proso.device.calllog import CallLog
    from proso.device.outbox import Outbox
    from proso.outcomes import Came, Outcome, report_of
    from proso.reports.report import Assertion

    with CallLog.open(log_path or home() / "calls.sqlite") as log:
        was = log.call(place).outcome
    wrong = was.verdict.is_stopped is (word == _NOT_SPAM)
    outcome = Outcome(
        call=was.call,
        verdict=was.verdict,
        came=Came.OVERRULED if wrong else was.came,
        at=datetime.now(UTC),
        said=Assertion.NOT_SPAM if word == _NOT_SPAM else Assertion.SPAM,
    )
    report = report_of(outcome, reporter=pseudonym(), origin="", consent=True)
    if report is None:
        answers.print("that caller showed no number: there is nothing to report")
        return
    with Outbox.open(home() / "outbox.sqlite") as outbox:
        outbox.add(report)
    answers.print(
        f"queued: {report.subject} is {report.assertion}; send it with: proso report send --hub URL"
    )


def _fields(kept: "Kept") -> dict[str, object]:
    outcome = kept.outcome
    number = outcome.call.calling_number
    return {
        "call": kept.place,
        "at": outcome.call.at.astimezone().isoformat(sep=" ", timespec="seconds"),
        "number": number.e164 if number else "no number",
        "line": outcome.call.line.name,
        "action": outcome.verdict.action.value,
        "reason": outcome.verdict.reason.value,
        "text": outcome.verdict.text,
        "came": outcome.came.value,
        "seconds": outcome.lasted.total_seconds() if outcome.lasted else None,
    }
