"""`proso demo`: the whole loop on this machine, narrated with the real values.

With the hub's parts installed the hub is the real one, in a folder of its own, over HTTP on the
loopback address.  On a phone's install its place is taken by the rule for one number
(`proso.reputation.rule`), in memory; everything else is the same.
"""

import csv
import hashlib
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final, Protocol

import click

from proso.adapters.webclient import WebClient
from proso.cli.hub_key import start_alone
from proso.cli.output import answers, hub_module, is_hub_installed
from proso.device.disk import write_durably
from proso.device.packfile import open_pack
from proso.device.packstore import PackStore
from proso.errors import BadFile
from proso.outcomes import Came, Outcome, report_of
from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.packs.pack import Pack
from proso.packs.trust import WayKind
from proso.reports.report import Assertion, Report, parse_batch
from proso.reputation.rule import RULE_VERSION, Contribution, Reputation, rate
from proso.values.call import Call, Line, Presentation
from proso.values.listing import Label
from proso.values.number import PhoneNumber
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen
from proso.verdicts.verdict import Action, Verdict

_REGION: Final = "US"
_SPAMMER: Final = "+12025550101"
_SHOP: Final = "+14155550177"
_FRIEND: Final = "+13105550144"


class _Hub(Protocol):
    """What the demo asks of a hub."""

    says: str

    def take(self, reports: list[dict[str, str]]) -> dict[str, Any]: ...

    def publish(self, as_of: datetime) -> str: ...

    def install(self, folder: Path) -> str: ...


@click.command()
@click.option("--reports", type=click.Path(path_type=Path), help="A folder of real complaints.")
def demo(reports: Path | None) -> None:
    """The whole loop on this machine, narrated: report, reputation, pack, verdict, outcome, report.

    Example: proso demo
    """
    started = time.perf_counter()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="proso-demo-")))
        if reports is not None:
            _real_loop(folder, reports)
        else:
            hub = stack.enter_context(_hub(folder))
            _small_loop(folder, hub)
    answers.print(f"\nThe loop is closed. {time.perf_counter() - started:.1f} s.", style="bold")


def _small_loop(folder: Path, hub: _Hub) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    fields = _demo_reports(now)
    reports, _ = parse_batch(fields, now=now)
    answers.print(f"proso, one turn of the loop. {hub.says}\n", style="bold", markup=False)

    _step(1, "reports", "people say what a number is; the hub answers when it is on the disk")
    answer = hub.take(fields)
    people = len({report.reporter for report in reports})
    numbers = len({report.subject for report in reports})
    _say(f"{answer['accepted']} reports by {people} people about {numbers} numbers were accepted")
    broken = hub.take([fields[0] | {"subject": "banana", "report_id": "demo-broken"}])
    _say(f"one about a banana was not: {broken['refused'][0]['why']}")

    _step(2, "reputation", "a report weighs 1 when new and half as much 30 days later")
    for text in (_SPAMMER, "+16175550132", "+17085550166"):
        _say_reputation(text, reports, now)

    _step(3, "pack", "what the hub believes, in one file that a phone maps into memory")
    _say(hub.publish(now))
    _say(hub.install(folder))
    pack = _installed(folder)
    _say(f"it checked every byte and uses the pack as it lies: {pack!r}")

    _step(4, "verdicts", "the phone decides by itself; the owner's word comes first")
    rules = OwnerRules(contacts=frozenset({PhoneNumber.parse(_FRIEND)}))
    for who, call in _calls(now):
        _say_verdict(who, call, pack, rules, now)

    _step(5, "outcome", "the owner sees what was done, and says where it was wrong")
    call = Call.receive(_SHOP, at=now, line=Line(_REGION))
    verdict = screen(call, pack, rules, now)
    outcome = Outcome(
        call=call, verdict=verdict, came=Came.OVERRULED, said=Assertion.NOT_SPAM, at=now
    )
    _say(f"{call.calling_number} was given: {verdict.action}. One tap: this is my optician")
    kept = report_of(outcome, reporter="you", origin="415", consent=False)
    _say(f"without consent nothing leaves the phone: {kept or 'no report is made'}")

    _step(6, "report", "with consent the outcome is the next report, and the loop is closed")
    others = [_said_by(name, outcome) for name in ("you", "tom", "una", "vic")]
    hub.take([report.as_fields() for report in others])
    _say("you and three more customers say it is fine; the hub weighs again")
    later = now + timedelta(seconds=1)
    _say_reputation(_SHOP, reports + others, later)
    _say(hub.publish(later))
    _say(hub.install(folder))
    pack = _installed(folder)
    _say_verdict("the optician", call, pack, rules, now)


def _real_loop(folder: Path, source: Path) -> None:
    """The loop on real complaints: every day but the last is known, and the last one comes."""
    store_module, importing, feed, publishing, engine = (
        hub_module(name) for name in ("store", "importing", "feeds.ftc", "publish", "engine")
    )
    files = sorted(p for p in source.glob("*.csv*") if p.name[:1].isdigit())
    if not files:
        raise BadFile(
            found=f"no complaints in {source.name or source}",
            expected="files named YYYY-MM.csv.xz",
            remedy="name a folder of the FTC's complaints",
        )
    answers.print(
        f"proso, one turn of the loop on real complaints: {len(files)} files\n", style="bold"
    )
    store = store_module.Store.create(folder / "hub")
    _step(1, "reports", "complaints into the columnar log")
    done = list(
        importing.import_files(
            store,
            files,
            feed.tables,
            source=feed.SOURCE,
            region=feed.REGION,
            now=datetime.now(UTC),
            progress=lambda *_: None,
        )
    )
    read, seconds = sum(one.read for one in done), sum(one.seconds for one in done)
    _say(f"{read:,} complaints in {seconds:.1f} s, {read / seconds:,.0f} a second")
    last = max(segment.last_at for segment in store.segments())
    evening = datetime.fromtimestamp(last, UTC) - timedelta(seconds=1)

    _step(2, "reputation", f"weighing what was known on the evening of {evening:%Y-%m-%d}")
    _step(3, "pack", "listing, building, writing")
    begun = time.perf_counter()
    out = publishing.publish(store, region=feed.REGION, as_of=evening)
    _say(
        f"{out.listed:,} numbers listed and {out.watched:,} watched, {out.size_bytes:,} bytes, "
        f"in {time.perf_counter() - begun:.1f} s"
    )
    pack = open_pack(store.directory / "packs" / "US.pack", region="US")

    _step(
        4, "verdicts", f"the calls people complained of on {evening + timedelta(days=1):%Y-%m-%d}"
    )
    with engine.Engine() as running:
        table = running.reports(store, feed.REGION)
        rows = running.run(table.filter(table["at"] > evening).select("subject"))
    now = evening + timedelta(days=1)
    counts = dict.fromkeys(Action, 0)
    for value in rows["subject"].to_pylist():
        text = f"+{value}" if value else ""
        call = Call.receive(text, at=now, line=Line("US"))
        counts[screen(call, pack, OwnerRules(), now).action] += 1
    for action, count in counts.items():
        _say(f"{action:<8} {count:6,}  {count / len(rows):6.1%}")
    _step(5, "outcomes", "for honest figures over many days: proso backtest calls")
    _step(6, "reports", "what owners say of these calls would go into tomorrow's pack")


def _demo_reports(now: datetime) -> list[dict[str, str]]:
    """The package's own reports, of numbers that are reserved for fiction."""
    text = resources.files("proso.cli").joinpath("demo_reports.csv").read_text("utf-8")
    return [
        {
            "subject": row["number"],
            "assertion": row["assertion"],
            "category": row["category"],
            "at": (now - timedelta(days=int(row["days_ago"]))).isoformat(),
            "reporter": row["reporter"],
            "region": _REGION,
            "origin": "202",
            "report_id": f"demo-{place}",
        }
        for place, row in enumerate(csv.DictReader(text.splitlines()))
    ]


def _calls(now: datetime) -> Iterator[tuple[str, Call]]:
    def from_(text: str) -> Call:
        return Call.receive(text, at=now, line=Line(_REGION))

    yield "twelve people reported it", from_(_SPAMMER)
    yield "reported, but a friend", from_(_FRIEND)
    yield "two reports", from_(_SHOP)
    yield "reported long ago", from_("+16175550132")
    yield "cleared by others", from_("+17085550166")
    yield "one report only", from_("+18085550119")
    yield "never heard of", from_("+12025550188")
    yield (
        "hides the number",
        Call.receive("", at=now, line=Line(_REGION), presentation=Presentation.RESTRICTED),
    )
    yield "a number that cannot be", from_("+1200")
    yield "the emergency services", from_("911")


def _said_by(name: str, outcome: Outcome) -> Report:
    report = report_of(outcome, reporter=name, origin="415", consent=True)
    assert report is not None  # noqa: S101  the outcome has a number and the owner's word
    return report


def _say_reputation(text: str, reports: list[Report], now: datetime) -> None:
    subject = PhoneNumber.parse(text)
    reputation, contributions = rate((r for r in reports if r.subject == subject), now=now)
    if reputation is None:
        return
    _say(f"{subject}: {_in_words(reputation, contributions)}")


def _in_words(reputation: Reputation, contributions: list[Contribution]) -> str:
    heaviest = contributions[0]
    return (
        f"{len(contributions)} reports, weights {contributions[-1].weight:.2f} to "
        f"{heaviest.weight:.2f}; for spam {reputation.spam:.2f}, "
        f"against {reputation.not_spam:.2f}; rating {reputation.rating:.2f}: "
        f"{reputation.listing or 'not published'}"
    )


def _say_verdict(who: str, call: Call, pack: Pack, rules: OwnerRules, now: datetime) -> None:
    begun = time.perf_counter_ns()
    verdict: Verdict = screen(call, pack, rules, now)
    micros = (time.perf_counter_ns() - begun) / 1000
    number = str(call.calling_number or call.calling_text or "no number")
    _say(f"{number:<14} {who:<26} {verdict.action:<8} {verdict.text}  ({micros:.0f} µs)")


def _installed(folder: Path) -> Pack:
    pack = PackStore(folder / "phone").open(_REGION)
    assert pack is not None  # noqa: S101  it was installed just now
    return pack


def _step(number: int, name: str, what: str) -> None:
    answers.print(f"\n{number}. {name}", style="bold cyan", end="")
    answers.print(f": {what}", style="cyan")


def _say(text: str) -> None:
    answers.print(f"   {text}", markup=False)


@contextmanager
def _hub(folder: Path) -> Iterator[_Hub]:
    if not is_hub_installed():
        yield _MemoryHub()
        return
    store = hub_module("store").Store.create(folder / "hub")
    repository = start_alone(
        folder / "hub", regions=(_REGION,), threshold=2, root_keys=folder / "drawer"
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        import uvicorn

        config = uvicorn.Config(hub_module("app").create_app(store), log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            with WebClient.to(url) as client:
                yield _HttpHub(client, store, repository, url)
        finally:
            server.should_exit = True
            thread.join(timeout=5)
            store.close()
            shutil.rmtree(folder / "hub", ignore_errors=True)


class _HttpHub:
    """The real hub: reports and packs over HTTP, releases by its own command's code."""

    def __init__(self, client: WebClient, store: Any, repository: Any, url: str) -> None:  # noqa: ANN401
        self._client = client
        self._store = store
        self._repository = repository
        self._url = url
        self.says = f"The hub is real and listens at {url}."

    def take(self, reports: list[dict[str, str]]) -> dict[str, Any]:
        return self._client.send(reports)

    def publish(self, as_of: datetime) -> str:
        done = hub_module("publish").publish(self._store, region=_REGION, as_of=as_of)
        hub_module("shipping").ship(
            self._store, self._repository, region=_REGION, now=datetime.now(UTC)
        )
        return (
            f"serial {done.release.serial}: {done.listed} listed, {done.watched} watched, "
            f"{done.cleared} cleared, {done.size_bytes} bytes, "
            f"SHA-256 {done.release.digest[:16]}..., signed"
        )

    def install(self, folder: Path) -> str:
        from proso.adapters.webfiles import RealClock, WebFiles
        from proso.device.updater import FollowedHub, Updater

        with WebFiles.on_network() as web:
            updater = Updater(PackStore(folder / "phone"), web, RealClock())
            hub = FollowedHub(url=self._url, regions=(_REGION,))
            if not updater.followed():
                updater.follow(hub, fingerprint=self._repository.fingerprint())
            (done, *_) = updater.update(hub, now=datetime.now(UTC))
        way = "a delta" if done.way is WayKind.DELTAS else "the whole pack"
        return (
            f"the phone asked {updater.traffic.requests} times, verified the signatures and "
            f"fetched {way}: {done.received_bytes} bytes"
        )


class _MemoryHub:
    """The rule without the hub's parts, for a phone's install."""

    says = (
        "This install is the phone alone, so the hub's place is taken in memory "
        "(pip install 'proso[hub]' for the real one)."
    )

    def __init__(self) -> None:
        self._reports: dict[str, Report] = {}
        self._pack = b""
        self._serial = 0

    def take(self, reports: list[dict[str, str]]) -> dict[str, Any]:
        good, refusals = parse_batch(reports, now=datetime.now(UTC))
        self._reports |= {report.report_id: report for report in good}
        return {
            "accepted": len(good),
            "refused": [{"row": one.row, "why": one.why} for one in refusals],
        }

    def publish(self, as_of: datetime) -> str:
        self._serial += 1
        rows = []
        for subject in {report.subject for report in self._reports.values()}:
            reports = (r for r in self._reports.values() if r.subject == subject)
            belief, _ = rate(reports, now=as_of)
            if belief is not None and belief.listing is not None:
                label = Label.rounded(
                    category=belief.category,
                    rating=belief.rating,
                    sample_size=belief.sample_size,
                    age_days=(as_of - belief.newest) / timedelta(days=1),
                    listing=belief.listing,
                )
                rows.append(Listed(subject, label))
        self._pack = build(
            rows, region=_REGION, serial=self._serial, as_of=as_of, rule_version=RULE_VERSION
        )
        digest = hashlib.sha256(self._pack).hexdigest()[:16]
        size = len(self._pack)
        return f"serial {self._serial}: {len(rows)} numbers, {size} bytes, SHA-256 {digest}..."

    def install(self, folder: Path) -> str:
        path = PackStore(folder / "phone").path(_REGION)
        decode(self._pack)  # a pack that is not sound never replaces the old one
        write_durably(path, self._pack)
        return "the phone took it over; from a real hub it would have verified signatures first"
