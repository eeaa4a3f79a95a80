"""`proso pack update` and what belongs to it: packs that a hub signed, kept up to date."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proso.cli.output import answers, checked_regions, print_json, talk
from proso.cli.places import pack_folder
from proso.device.packstore import PackStore
from proso.errors import BadFile, Frozen, ProsoError, Refused
from proso.packs.layout import Kind
from proso.packs.trust import WayKind
from proso.verdicts.ageing import age_of
from proso.verdicts.rules import PackPolicy

if TYPE_CHECKING:  # the framework takes a tenth of a second to import
    from proso.device.updater import FollowedHub, PackUpdate, Updater

_CLOCK_OFF_SECONDS = 3600
_store = click.option(
    "--store",
    "directory",
    type=click.Path(path_type=Path),
    help="Where packs are installed; the owner's own folder if not given.",
)
_regions = click.option(
    "--region",
    "regions",
    multiple=True,
    callback=checked_regions,
    help="A region; may be given more than once.",
)


@click.command()
@click.option("--hub", "url", help="Address of a hub; those followed already if not given.")
@_regions
@click.option("--fingerprint", help="Of the hub's root, told by its people; needed once.")
@click.option("--root", type=click.Path(path_type=Path), help="The root itself, instead.")
@click.option(
    "--mirror", "mirrors", multiple=True, help="Another address of the same packs, asked first."
)
@_store
@click.option("--json", "as_json", is_flag=True)
def update(  # noqa: PLR0913  a command with its options
    url: str | None,
    regions: tuple[str, ...],
    fingerprint: str | None,
    root: Path | None,
    mirrors: tuple[str, ...],
    directory: Path | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Fetch what the hub signed, verify it, and install it; whatever fails, the old pack stays.

    Example: proso pack update --hub https://hub.example --region US --fingerprint "5187 03c9 ..."
    """
    from proso.adapters.webfiles import RealClock, WebFiles
    from proso.device.updater import FollowedHub, Updater

    store = PackStore(directory or pack_folder())
    now = datetime.now(UTC)
    with WebFiles.on_network() as web:
        updater = Updater(store, web, RealClock())
        if url is not None:
            asked = FollowedHub(
                url=_address(url),
                regions=regions or ("US",),
                mirrors=tuple(_address(one) for one in mirrors),
            )
            data = _bytes(root) if root is not None else None
            hubs: tuple[FollowedHub, ...] = (
                updater.follow(asked, fingerprint=fingerprint, root=data),
            )
        else:
            hubs = updater.followed()
        if not hubs:
            raise Refused(
                found="no hub that is followed",
                expected="one",
                remedy="name it: proso pack update --hub ADDRESS --fingerprint DIGITS",
            )
        problem: ProsoError | None = None
        for hub in hubs:
            try:
                problem = _update(updater, hub, now, as_json=as_json) or problem
            except ProsoError as error:
                _say_kept(store, hub, updater, error, now)
                problem = error
    if problem is not None:
        raise problem
    return 0


@click.command()
@_store
@click.option("--json", "as_json", is_flag=True)
def installed(directory: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """The packs that are installed, how old they are, and what follows from that.

    Example: proso pack installed
    """
    store = PackStore(directory or pack_folder())
    now = datetime.now(UTC)
    rows = []
    for path in sorted(store.directory.glob("[A-Z][A-Z]")):
        for kind in Kind:
            have = store.installed(path.name, kind)
            if have is None:
                continue
            age = age_of(have.held.as_of, now, PackPolicy())
            rows.append(
                {
                    "region": path.name,
                    "kind": kind.word,
                    "serial": have.held.serial,
                    "as_of": have.held.as_of.isoformat(),
                    "age_days": age.days,
                    "age": age.step.value,
                    "file": str(have.path),
                    "damaged": have.is_fallback,
                }
            )
            if not as_json:
                said = _aged(store, path.name, now, kind)
                answers.print(
                    f"{path.name} {kind.word}: serial {have.held.serial}, {said}", markup=False
                )
    if as_json:
        print_json(rows)
    elif not rows:
        answers.print("no pack is installed")


@click.command()
@click.option("--region", required=True, help="The region.")
@_store
def forget(region: str, directory: Path | None) -> None:
    """Stop following a region and remove its packs.

    Example: proso pack forget --region US
    """
    from proso.adapters.webfiles import RealClock, WebFiles
    from proso.device.updater import Updater

    store = PackStore(directory or pack_folder())
    with WebFiles.on_network() as web:
        found = Updater(store, web, RealClock()).forget(region)
    answers.print(f"{region}: {'forgotten' if found else 'nothing was installed or followed'}")


def _update(
    updater: "Updater", hub: "FollowedHub", now: datetime, *, as_json: bool
) -> ProsoError | None:
    started = time.perf_counter()
    problem = None
    for done in updater.update(hub, now=now):
        traffic = updater.traffic
        seconds = time.perf_counter() - started
        if as_json:
            print_json(
                {
                    "region": done.region,
                    "kind": done.kind.word,
                    "serial_before": done.before,
                    "serial": done.after,
                    "way": done.way.value if done.way else None,
                    "files": done.files,
                    "file_bytes": done.received_bytes,
                    "pack_bytes": done.pack_bytes,
                    "requests": traffic.requests,
                    "body_bytes": traffic.body_bytes,
                    "seconds": round(seconds, 3),
                    "problem": str(done.problem) if done.problem else None,
                }
            )
        elif done.problem is None:
            answers.print(
                f"{done.region} {done.kind.word}: {_in_words(done)} "
                f"({traffic.requests} requests, {traffic.body_bytes:,} bytes, {seconds:.1f} s)",
                markup=False,
            )
        problem = done.problem or problem
    return problem


def _in_words(done: "PackUpdate") -> str:
    if done.way is None:
        return f"serial {done.after} is the newest"
    came = {
        WayKind.DELTAS: f"by {done.files} delta" + "s" * (done.files > 1),
        WayKind.TRAVEL: "as a whole",
        WayKind.WHOLE: "as a whole, not compressed",
    }[done.way]
    before = f"serial {done.before} → {done.after}" if done.before else f"serial {done.after}"
    return (
        f"{before} installed {came}, {done.received_bytes:,} bytes "
        f"for a pack of {done.pack_bytes:,}"
    )


def _say_kept(
    store: PackStore, hub: "FollowedHub", updater: "Updater", error: ProsoError, now: datetime
) -> None:
    """What stays in use although the update failed."""
    for region in hub.regions:
        talk.print(f"{region}: {_aged(store, region, now, Kind.NUMBERS)}", markup=False)
    at = updater.traffic.server_time
    if isinstance(error, Frozen) and at is not None:
        off = (now - at).total_seconds()
        if abs(off) > _CLOCK_OFF_SECONDS:
            talk.print(
                f"this device's clock says {now:%Y-%m-%d %H:%M}, the server's {at:%Y-%m-%d %H:%M}",
                markup=False,
            )


def _aged(store: PackStore, region: str, now: datetime, kind: Kind) -> str:
    have = store.installed(region, kind)
    if have is None:
        return "no pack is installed"
    age = age_of(have.held.as_of, now, PackPolicy())
    text = f"as of {have.held.as_of:%Y-%m-%d %H:%M} UTC, {age.days} days old"
    if have.held.as_of > now:
        text = f"as of {have.held.as_of:%Y-%m-%d %H:%M} UTC: this device's clock is behind"
    if have.is_fallback:
        text += "; the newer one is damaged, so the one before is in use"
    return text + (f"; {age.consequence}" if age.consequence else "")


def _address(url: str) -> str:
    text = url.strip().rstrip("/")
    if not text.startswith(("http://", "https://")) or any(char.isspace() for char in text):
        raise click.BadParameter(f"{url[:80]!r} is no address; write https://hub.example")
    return text


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(
            found=f"{path.name}, which cannot be read ({error.strerror or error})",
            expected="the root.json of a hub",
            remedy="name another with --root",
        ) from error
