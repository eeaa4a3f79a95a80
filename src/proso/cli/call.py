"""`proso call`: judge calls, and say why."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from proso.cli.call_json import verdict_json
from proso.cli.call_lines import LineScreener, blocks_of
from proso.cli.output import answers, checked_moment, checked_region, print_json, printable
from proso.packs.pack import Pack
from proso.values.call import Call, Line, Presentation
from proso.values.number import PhoneNumber
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import explain as explain_call
from proso.verdicts.screening import screen as screen_call
from proso.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

_COLOURS: Final = {"allow": "green", "label": "yellow", "silence": "magenta", "reject": "red"}


def _options(command: "Callable[..., object]") -> "Callable[..., object]":
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON object a number."),
        click.option("--contacts", type=click.Path(path_type=Path), help="Contacts, as vCard."),
        click.option("--rules", type=click.Path(path_type=Path), help="The owner's rules, TOML."),
        click.option(
            "--region",
            default="US",
            show_default=True,
            callback=checked_region,
            help="Region of the line.",
        ),
        click.option(
            "--pack",
            "pack_path",
            type=click.Path(path_type=Path),
            help="A pack file; the installed one if not given.",
        ),
        click.option("--to", "called", help="The number that was called."),
    ):
        command = option(command)
    return command


@click.group()
def call() -> None:
    """Judge calls, and say why."""


@call.command()
@click.argument("number")
@_options
def screen(number: str, called: str | None, as_json: bool, **files: Any) -> None:  # noqa: ANN401, FBT001
    """The verdict on a call from NUMBER; - reads numbers from stdin, one a line.

    Example: proso call screen +12025550123 --pack US.pack
    """
    pack, rules, line = _load(**files)
    now = datetime.now().astimezone()
    to = PhoneNumber.parse(called, line.region) if called else None
    if number == "-":
        lines = LineScreener(pack, rules, line, now, as_json=as_json)
        for block in blocks_of(sys.stdin.buffer):
            sys.stdout.buffer.write(lines.answers(block))
        sys.stdout.buffer.flush()
        return
    received = Call.receive(number, at=now, line=line, called_number=to)
    verdict = screen_call(received, pack, rules, now)
    if as_json:
        print_json({"number": _shown(received)} | verdict_json(verdict))
        return
    _print_verdict(_shown(received), verdict)


@call.command()
@click.argument("number")
@_options
@click.option("--withheld", is_flag=True, help="The caller hides the number.")
@click.option(
    "--at",
    type=click.DateTime(),
    callback=checked_moment,
    help="When it rings, local time; now if not given.",
)
def explain(
    number: str,
    called: str | None,
    as_json: bool,  # noqa: FBT001
    withheld: bool,  # noqa: FBT001
    at: datetime | None,
    **files: Any,  # noqa: ANN401
) -> None:
    """What if NUMBER called?  Every rule in order, and what each said.

    Example: proso call explain +12025550123 --pack US.pack --rules rules.toml
    """
    pack, rules, line = _load(**files)
    now = at.astimezone() if at else datetime.now().astimezone()
    to = PhoneNumber.parse(called, line.region) if called else None
    presentation = Presentation.RESTRICTED if withheld else Presentation.ALLOWED
    received = Call.receive(number, at=now, line=line, called_number=to, presentation=presentation)
    verdict, rows = explain_call(received, pack, rules, now)
    if as_json:
        asked = [
            {
                "rule": row.reason.value,
                "action": row.verdict.action.value if row.verdict else None,
                "said": row.verdict.text if row.verdict else None,
                "decided": row.decided,
            }
            for row in rows
        ]
        print_json({"number": _shown(received)} | verdict_json(verdict) | {"asked": asked})
        return
    for place, row in enumerate(rows, start=1):
        said = f"{row.verdict.action}: {row.verdict.text}" if row.verdict else "no opinion"
        mark, style = ("→", "bold") if row.decided else (" ", "dim" if not row.verdict else "")
        answers.print(f"{mark} {place:2} {row.reason:<20} {said}", style=style, markup=False)
    _print_verdict(_shown(received), verdict)


def _load(
    pack_path: Path | None, rules: Path | None, contacts: Path | None, region: str
) -> tuple[Pack | None, OwnerRules, Line]:
    from proso.cli.places import pack_folder
    from proso.device.owner import load_rules
    from proso.device.packfile import open_pack
    from proso.device.packstore import PackStore
    from proso.verdicts.ageing import rules_at_age

    if pack_path:
        pack: Pack | None = open_pack(pack_path, region=region)
    else:
        pack = PackStore(pack_folder()).open(region)
    owner = load_rules(rules, contacts=contacts, region=region)
    if pack is not None:
        owner = rules_at_age(owner, pack.header.as_of, datetime.now(UTC))
    return pack, owner, Line(region=region)


def _shown(received: Call) -> str:
    # The owner asked about this very number, so the answer names it.
    return received.calling_number.e164 if received.calling_number else received.calling_text


def _print_verdict(number: str, verdict: Verdict) -> None:
    style = _COLOURS[verdict.action]
    answers.print(f"[bold {style}]{verdict.action}[/] ", end="")
    answers.print(
        f"{printable(number) or 'no number'}: {verdict.text} ({verdict.reason})", markup=False
    )
    for one in verdict.evidence[1:]:
        answers.print(f"  and {one.text}", markup=False)
