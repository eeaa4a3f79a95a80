"""`proso call`: judge calls, and say why."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from proso.cli.output import answers, checked_region, print_json
from proso.packs.pack import Pack
from proso.values.call import Call, Line, Presentation
from proso.values.number import PhoneNumber
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import explain as explain_call
from proso.verdicts.screening import screen as screen_call
from proso.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK_LINES: Final = 8192  # about two megabytes of answers a write
_MAX_LINE_BYTES: Final = 4096
_MAX_TEXTS: Final = 10_000  # packs with ranges make a verdict a number
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
        click.option("--pack", "pack_path", type=click.Path(path_type=Path), help="A pack file."),
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
        _screen_lines(_lines_of(sys.stdin.buffer), pack, rules, line, as_json=as_json)
        return
    received = Call.receive(number, at=now, line=line, called_number=to)
    verdict = screen_call(received, pack, rules, now)
    if as_json:
        print_json({"number": _shown(received)} | _verdict_json(verdict))
        return
    _print_verdict(_shown(received), verdict)


@call.command()
@click.argument("number")
@_options
@click.option("--withheld", is_flag=True, help="The caller hides the number.")
@click.option("--at", type=click.DateTime(), help="When it rings, local time; now if not given.")
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
        print_json({"number": _shown(received)} | _verdict_json(verdict) | {"asked": asked})
        return
    for place, row in enumerate(rows, start=1):
        said = f"{row.verdict.action}: {row.verdict.text}" if row.verdict else "no opinion"
        mark, style = ("→", "bold") if row.decided else (" ", "dim" if not row.verdict else "")
        answers.print(f"{mark} {place:2} {row.reason:<20} {said}", style=style, markup=False)
    _print_verdict(_shown(received), verdict)


def _load(
    pack_path: Path | None, rules: Path | None, contacts: Path | None, region: str
) -> tuple[Pack | None, OwnerRules, Line]:
    from proso.device.owner import load_rules
    from proso.device.packfile import open_pack

    pack = open_pack(pack_path, region=region) if pack_path else None
    return pack, load_rules(rules, contacts=contacts, region=region), Line(region=region)


def _shown(received: Call) -> str:
    # The owner asked about this very number, so the answer names it.
    return received.calling_number.e164 if received.calling_number else received.calling_text


def _print_verdict(number: str, verdict: Verdict) -> None:
    style = _COLOURS[verdict.action]
    answers.print(f"[bold {style}]{verdict.action}[/] ", end="")
    answers.print(f"{number or 'no number'}: {verdict.text} ({verdict.reason})", markup=False)
    for one in verdict.evidence[1:]:
        answers.print(f"  and {one.text}", markup=False)


def _verdict_json(verdict: Verdict) -> dict[str, object]:
    return {
        "action": verdict.action.value,
        "reason": verdict.reason.value,
        "text": verdict.text,
        "rating": verdict.rating,
        "confidence": None if verdict.confidence is None else round(verdict.confidence, 3),
        "sample_size": verdict.sample_size,
        "matched": verdict.matched.value if verdict.matched else None,
        "evidence": [
            {
                "matched": one.matched.value,
                "text": one.text,
                "subject": str(one.subject) if one.subject else None,
                "category": one.category.value if one.category else None,
                "rating": one.rating,
                "sample_size": one.sample_size,
                "newest_before": one.newest_before.isoformat() if one.newest_before else None,
                "freshness_days": one.freshness_days,
            }
            for one in verdict.evidence
        ],
        "pack_serial": verdict.pack_serial,
        "rule_version": verdict.rule_version,
    }


def _screen_lines(
    lines: Iterable[str], pack: Pack | None, rules: OwnerRules, line: Line, *, as_json: bool
) -> None:
    now = datetime.now().astimezone()
    lines = iter(lines)
    after = _AfterNumber(as_json=as_json)
    # Digits need no escaping; anything else that callers send does.
    opening, closing = ('{"number": "', '"') if as_json else ("", "")
    receive, judge, text_after = Call.receive, screen_call, after.of
    while block := list(islice(lines, _BLOCK_LINES)):
        out = []
        for text in map(str.strip, block):
            received = receive(text, at=now, line=line)
            number = received.calling_number
            if number is not None:
                out.append(f"{opening}+{number.value}{closing}")
            else:
                out.append(f'{{"number": {json.dumps(text)}' if as_json else text)
            out.append(text_after(judge(received, pack, rules, now)))
        sys.stdout.write("".join(out))


def _lines_of(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream, cut where one is longer than any number could be."""
    while line := stream.readline(_MAX_LINE_BYTES):
        if len(line) == _MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(_MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
        yield line.decode("utf-8", "replace")


class _AfterNumber:
    """The text after the number, made once for each verdict: many numbers share one."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        # A verdict is kept with its text, because its id is its own only as long as it lives.
        self._made: dict[int, tuple[Verdict, str]] = {}

    def of(self, verdict: Verdict) -> str:
        known = self._made.get(id(verdict))
        if known is not None:
            return known[1]
        if self._as_json:
            text = ", " + json.dumps(_verdict_json(verdict), ensure_ascii=False)[1:] + "\n"
        else:
            text = f"\t{verdict.action}\t{verdict.reason}\t{verdict.text}\n"
        if len(self._made) >= _MAX_TEXTS:
            self._made.clear()
        self._made[id(verdict)] = (verdict, text)
        return text
