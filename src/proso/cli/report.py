"""`proso report`: one tap to help, and nothing leaves before the owner sends it."""

import hashlib
import os
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from proso.cli.output import answers, checked_region, print_json, printable
from proso.reports.report import Assertion, Report
from proso.values.listing import Category
from proso.values.number import PhoneNumber

_AT_ONCE: Final = 1000
"""Reports in one request: about 250 kB, a quarter of what a hub takes."""


def home() -> Path:
    """Where this device keeps what is its own."""
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

    with Outbox.open(home() / "outbox.sqlite") as outbox:
        waiting = outbox.waiting()
    if as_json:
        print_json(waiting)
        return
    for fields in waiting:
        about = fields.get("category") or fields.get("step", "")
        answers.print(f"{fields['subject']}  {fields['assertion']}  {about}", markup=False)
    answers.print(f"{len(waiting)} waiting; send them with: proso report send --hub URL")


@report.command()
@click.option("--hub", "url", required=True, help="Address of the hub.")
def send(url: str) -> None:
    """Send what waits; what the hub refuses stays here.

    Example: proso report send --hub https://hub.example
    """
    from proso.adapters.webclient import WebClient
    from proso.device.outbox import Outbox

    sent = kept = 0
    with (
        Outbox.open(home() / "outbox.sqlite") as outbox,
        WebClient.to(url) as client,
    ):
        waiting = outbox.waiting()
        for begin in range(0, len(waiting), _AT_ONCE):
            batch = waiting[begin : begin + _AT_ONCE]
            refused = {one["row"]: one["why"] for one in client.send(batch)["refused"]}
            taken = [f["report_id"] for i, f in enumerate(batch, 1) if i not in refused]
            outbox.remove(taken)
            sent, kept = sent + len(taken), kept + len(batch) - len(taken)
            for why in refused.values():
                answers.print(f"refused: {printable(why)}", markup=False)
    answers.print(f"sent {sent}" + (f"; {kept} refused, which stay here" if kept else ""))


def _queue(number: str, assertion: Assertion, category: Category, region: str) -> None:
    from proso.device.outbox import Outbox

    now = datetime.now(UTC).replace(microsecond=0)
    subject = PhoneNumber.parse(number, region)
    reporter = pseudonym()
    identity = f"{reporter}|{subject.value}|{now.isoformat()}|{assertion}"
    made = Report(
        subject=subject,
        assertion=assertion,
        category=category,
        at=now,
        reporter=reporter,
        region=region,
        origin="",
        report_id=hashlib.sha256(identity.encode()).hexdigest(),
    )
    with Outbox.open(home() / "outbox.sqlite") as outbox:
        outbox.add(made)
    answers.print(f"queued: {subject} is {assertion}; send it with: proso report send --hub URL")


def pseudonym() -> str:
    """A random name of this device, made once; nobody can tell from it whose it is."""
    path = home() / "pseudonym"
    try:
        if known := path.read_text(encoding="ascii").strip():
            return known
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Whole or not at all: half a name would make every report that follows another person's.
    made = secrets.token_hex(16)
    # Such a file is readable by the owner alone.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="ascii") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    return made
