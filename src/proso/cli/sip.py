"""`proso sip`: judge the calls of a SIP server or PBX."""

import hashlib
import logging
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proso.cli.output import answers, talk
from proso.cli.report import home, pseudonym
from proso.errors import NoLine

if TYPE_CHECKING:
    from proso.values.call import Call

_settings = click.option(
    "--settings",
    type=click.Path(path_type=Path),
    default="/etc/proso/sip.toml",
    show_default=True,
    help="The server's settings, TOML.",
)


@click.group()
def sip() -> None:
    """Judge the calls of a SIP server or PBX."""


@sip.command()
@_settings
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=4573, show_default=True, type=click.IntRange(1, 65535))
def agi(settings: Path, host: str, port: int) -> None:
    """Answer Asterisk's FastAGI; a stalled server is replaced, so that calls ring.

    Example: proso sip agi --settings sip.toml
    """
    from proso.adapters.asterisk import FastAgi, bind
    from proso.device.guard import keep_serving
    from proso.device.sip import SipScreening

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    screening = SipScreening.open(settings)
    try:
        listening = bind(host, port)
    except OSError as error:
        raise NoLine(
            found=f"port {port} that cannot be had ({error.strerror or error})",
            expected="a free one",
            remedy="choose another with --port, in the dialplan too",
        ) from error
    talk.print(f"answering Asterisk on {host}:{port}")
    keep_serving(listening, FastAgi(screening, _queue).serve)


@sip.command()
@click.argument("caller")
@_settings
def check(caller: str, settings: Path) -> None:
    """What would the server answer a call from CALLER, a number or a SIP URI?

    Example: proso sip check sip:+12025550123@carrier.example --settings sip.toml
    """
    from proso.device.sip import Invite, SipScreening

    uri = caller if ":" in caller else f"sip:{caller}@caller.invalid"
    screening = SipScreening.open(settings)
    answer = screening.answer(Invite(uri, offers_608=True), datetime.now().astimezone())
    does = f"{answer.code} {answer.phrase}" if answer.code else "goes on"
    if answer.to_voicemail:
        does = "goes to the voicemail"
    answers.print(f"{does}: {answer.verdict.text} ({answer.verdict.reason})", markup=False)
    for header in answer.headers:
        answers.print(f"  {header.strip()}", markup=False)


def _queue(call: "Call") -> None:
    """Queues what a subscriber reported with a star code: dialling it is the consent."""
    from proso.device.outbox import Outbox
    from proso.reports.report import Assertion, Report
    from proso.values.listing import Category

    number = call.calling_number
    if number is None:
        return
    reporter = pseudonym()
    identity = f"{reporter}|{number.value}|{call.at.isoformat()}|{Assertion.SPAM}"
    with Outbox.open(home() / "outbox.sqlite") as outbox:
        outbox.add(
            Report(
                subject=number,
                assertion=Assertion.SPAM,
                category=Category.OTHER,
                at=call.at,
                reporter=reporter,
                region=call.line.region,
                origin="",
                report_id=hashlib.sha256(identity.encode()).hexdigest(),
            )
        )
