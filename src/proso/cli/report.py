"""`proso report`: one tap to help, and nothing leaves before the owner sends it."""

import hashlib
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

import click

from proso.cli.output import answers, checked_region, print_json
from proso.reports.report import Assertion, Report
from proso.values.listing import Category
from proso.values.number import PhoneNumber


def _home() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "proso"


_region = click.option(
    "--region",
    default="US",
    show_default=True,
    callback=checked_region,
    help="Region of your line.",
)
_json = click.option("--json", "as_json", is_flag=True)


@click.group()
def report() -> None:
    """Say what a number is; it is sent only when you say so."""


@report.command()
@click.argument("number")
@click.option("--category", type=click.Choice([c.value for c in Category]), default="other")
@_region
def spam(number: str, category: str, region: str) -> None:
    """Queue: calls from NUMBER are unwanted.

    Example: proso report spam +12025550123 --category loan
    """
    _queue(number, Assertion.SPAM, Category(category), region)


@report.command()
@click.argument("number")
@_region
def ok(number: str, region: str) -> None:
    """Queue: calls from NUMBER are fine.

    Example: proso report ok +12025550123
    """
    _queue(number, Assertion.NOT_SPAM, Category.OTHER, region)


@report.command(name="list")
@_json
def list_(as_json: bool) -> None:  # noqa: FBT001
    """What waits, exactly as it would be sent.

    Example: proso report list --json
    """
    from proso.device.outbox import Outbox

    waiting = Outbox.open(_home() / "outbox.sqlite").waiting()
    if as_json:
        print_json(waiting)
        return
    for fields in waiting:
        answers.print(
            f"{fields['subject']}  {fields['assertion']}  {fields['category']}", markup=False
        )
    answers.print(f"{len(waiting)} waiting; send them with: proso report send --hub URL")


@report.command()
@click.option("--hub", "url", required=True, help="Address of the hub.")
def send(url: str) -> None:
    """Send what waits; what the hub refuses stays here.

    Example: proso report send --hub https://hub.example
    """
    from proso.adapters.webclient import WebClient
    from proso.device.outbox import Outbox

    outbox = Outbox.open(_home() / "outbox.sqlite")
    waiting = outbox.waiting()
    if waiting:
        with WebClient.to(url) as client:
            answer = client.send(waiting)
        refused = {int(one["row"]) for one in answer["refused"]}
        outbox.remove([f["report_id"] for i, f in enumerate(waiting, 1) if i not in refused])
        for one in answer["refused"]:
            answers.print(f"refused: {one['why']}", markup=False)
    answers.print(f"sent {len(waiting)}")


def _queue(number: str, assertion: Assertion, category: Category, region: str) -> None:
    from proso.device.outbox import Outbox

    now = datetime.now(UTC).replace(microsecond=0)
    subject = PhoneNumber.parse(number, region)
    reporter = _pseudonym()
    identity = f"{reporter}|{subject.value}|{now.isoformat()}|{assertion}"
    Outbox.open(_home() / "outbox.sqlite").add(
        Report(
            subject=subject,
            assertion=assertion,
            category=category,
            at=now,
            reporter=reporter,
            region=region,
            origin="",
            report_id=hashlib.sha256(identity.encode()).hexdigest(),
        )
    )
    answers.print(f"queued: {subject} is {assertion}; send it with: proso report send --hub URL")


def _pseudonym() -> str:
    """A random name of this device, made once; nobody can tell from it whose it is."""
    path = _home() / "pseudonym"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(16), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
