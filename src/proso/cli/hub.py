"""`proso hub`: take reports, publish packs."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from proso.cli.hub_key import key, start
from proso.cli.output import (
    answers,
    checked_moment,
    checked_region,
    checked_regions,
    hub_module,
    print_json,
    printable,
    talk,
)

_hub = click.option(
    "--hub",
    "directory",
    type=click.Path(path_type=Path),
    default=Path("hub"),
    show_default=True,
    help="Directory of the hub.",
)
_json = click.option("--json", "as_json", is_flag=True)
_files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group()
def hub() -> None:
    """Run a hub: take reports, publish packs."""


hub.add_command(key)


@hub.command()
@_hub
@click.option(
    "--region",
    "regions",
    multiple=True,
    default=("US",),
    show_default=True,
    callback=checked_regions,
    help="Whose packs it will sign; may be given more than once.",
)
@click.option(
    "--launch",
    type=click.Path(path_type=Path),
    help="Regions from `proso market launch --out`, in place of --region.",
)
@click.option(
    "--holder",
    "holders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Public key of one who decides on keys; three are made if none is given.",
)
@click.option("--threshold", type=click.IntRange(1, 32), default=2, show_default=True)
@click.option(
    "--root-keys",
    type=click.Path(path_type=Path),
    help="Where the holders' keys made here go; HUB-root-keys if not given.",
)
def init(  # noqa: PLR0913  a command with its options
    directory: Path,
    regions: tuple[str, ...],
    launch: Path | None,
    holders: tuple[Path, ...],
    threshold: int,
    root_keys: Path | None,
) -> None:
    """Make a hub in a directory, with its keys; harmless where there is one.

    Example: proso hub init --hub hub --region US
    """
    keeping = hub_module("regions")
    found = keeping.read(launch) if launch else ()
    hub_module("store").Store.create(directory).close()
    answers.print(f"a hub in {directory}", markup=False)
    if not hub_module("repository").Repository(directory).exists:
        start(
            directory,
            regions=tuple(one.region for one in found) or regions,
            holders=holders,
            threshold=threshold,
            root_keys=root_keys or directory.with_name(directory.name + "-root-keys"),
        )
    if launch:
        keeping.keep(directory, launch)
    for one in found:
        needed = f"; missing: {', '.join(one.missing)}" if one.missing else ""
        answers.print(f"  {one.region} {one.name}{needed}", markup=False)


@hub.command(name="regions")
@_hub
@_json
def list_regions(directory: Path, as_json: bool) -> None:  # noqa: FBT001
    """The regions a hub was initialised with, and what was published for each.

    Example: proso hub regions --hub hub
    """
    rows = []
    with hub_module("store").Store.open(directory) as store:
        for one in hub_module("regions").kept(directory):
            releases = store.releases(one.region)
            serial = max((release.serial for release in releases), default=None)
            rows.append({"region": one.region, "name": one.name, "serial": serial})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        state = f"serial {row['serial']}" if row["serial"] else "nothing published yet"
        answers.print(f"{row['region']} {row['name']}: {state}", markup=False)


@hub.command()
@_hub
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8021, show_default=True)
def serve(directory: Path, host: str, port: int) -> None:
    """Take reports and hand out packs over HTTP.

    Example: proso hub serve --hub hub --port 8021
    """
    app_module = hub_module("app")
    import uvicorn

    with hub_module("store").Store.open(directory) as store:
        uvicorn.run(app_module.create_app(store), host=host, port=port, access_log=False)


@hub.group(name="import")
def import_() -> None:
    """Take in files of reports; importing twice adds nothing."""


@import_.command()
@_files
@_hub
@_json
def ftc(files: tuple[Path, ...], directory: Path, as_json: bool) -> None:  # noqa: FBT001
    """The FTC's daily files, or monthly ones reduced to four columns.

    Example: proso hub import ftc 2020-09.csv.xz
    """
    feed = hub_module("feeds.ftc")
    _import(files, directory, feed.tables, feed.SOURCE, feed.REGION, as_json=as_json)


@import_.command(name="csv")
@_files
@_hub
@_json
@click.option("--number-column", required=True, help="Column of the numbers.")
@click.option("--date-column", help="Column of the dates, ISO 8601.")
@click.option("--category-column", help="Column of the categories.")
@click.option(
    "--region",
    default="US",
    show_default=True,
    callback=checked_region,
    help="Region of the numbers.",
)
@click.option("--source", default="list", show_default=True, help="A name for the list.")
@click.option(
    "--as-of",
    type=click.DateTime(),
    callback=checked_moment,
    help="When the list was true; today if not given.",
)
def csv_(  # noqa: PLR0913  a command with its options
    files: tuple[Path, ...],
    directory: Path,
    as_json: bool,  # noqa: FBT001
    number_column: str,
    date_column: str | None,
    category_column: str | None,
    region: str,
    source: str,
    as_of: datetime | None,
) -> None:
    """Anybody's list of numbers.

    Example: proso hub import csv spam.csv --number-column phone
    """
    feed = hub_module("feeds.listfile")
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    columns = feed.ListColumns(
        number=number_column,
        date=date_column,
        category=category_column,
        region=region,
        as_of=as_of.replace(tzinfo=UTC) if as_of else today,
    )
    feed.check_source(source)
    read = partial(feed.tables, columns=columns)
    _import(files, directory, read, source, region, as_json=as_json)


@import_.command()
@_files
@_hub
@_json
@click.option("--source", required=True, help="Which list it is; `list` names them.")
@click.option("--region", default="", help="Region, for lists that name none or hold several.")
def hotspots(
    files: tuple[Path, ...],
    directory: Path,
    as_json: bool,  # noqa: FBT001
    source: str,
    region: str,
) -> None:
    """Lists of free Wi-Fi; each replaces what its source said before.

    Example: proso hub import hotspots nyc.csv --source us_nyc
    """
    feed = hub_module("feeds.hotspots")
    if source not in feed.SOURCES:
        raise click.BadParameter(
            "use one of " + ", ".join(sorted(feed.SOURCES)), param_hint="--source"
        )
    if region:
        checked_region(click.get_current_context(), click.Option(["--region"]), region)
    with hub_module("store").Store.open(directory):
        pass
    summary = hub_module("hotspot_import").import_lists(
        directory, files, feed.SOURCES[source], region=region
    )
    for one in summary.refused[:20]:
        talk.print(f"left out: {one}", markup=False)
    if as_json:
        print_json(summary.as_json())
        return
    answers.print(summary.sentence(), markup=False)


@import_.command()
@_files
@_hub
@_json
def moving(files: tuple[Path, ...], directory: Path, as_json: bool) -> None:  # noqa: FBT001
    """Radios on buses and trains: they are bound to no place.

    Example: proso hub import moving operators/*.json
    """
    feed = hub_module("feeds.moving")
    with hub_module("store").Store.open(directory):
        found = feed.read_moving(files)
        path = feed.write_moving(directory, found)
    counts = {
        "vehicles": found.vehicles,
        "radios": found.radios,
        "families": len(found.families),
        "refused": found.refused,
        "file": str(path),
    }
    if as_json:
        print_json(counts)
        return
    answers.print(
        f"{path}: {len(found.families)} families of {found.radios:,} radios on "
        f"{found.vehicles:,} vehicles",
        markup=False,
    )


@hub.command()
@_hub
@_json
@click.option("--region", default="US", show_default=True, callback=checked_region)
@click.option(
    "--as-of",
    type=click.DateTime(),
    callback=checked_moment,
    help="Weigh what was known then, UTC.",
)
def publish(directory: Path, region: str, as_of: datetime | None, as_json: bool) -> None:  # noqa: FBT001
    """Weigh the reports, write the pack of a region, and sign what phones fetch.

    Example: proso hub publish --region US
    """
    publishing = hub_module("publish")
    now = datetime.now(UTC)
    moment = as_of.replace(tzinfo=UTC) if as_of else now
    if moment > now:
        # No release may step back, so one of a day to come would bar all others until that day.
        raise click.BadParameter(f"{moment:%Y-%m-%d} is still to come", param_hint="--as-of")
    repository = hub_module("repository").Repository(directory)
    with hub_module("store").Store.open(directory) as store:
        if repository.exists:
            repository.check_ready(region)
            hub_module("shipping").check_moment(moment, now)
        done = publishing.publish(
            store, region=region, as_of=moment, after=repository.serial(region)
        )
        shipped = (
            hub_module("shipping").ship(store, repository, region=region, now=now)
            if repository.exists
            else None
        )
    release = done.release
    path = directory / "packs" / release.file
    if as_json:
        print_json(
            {
                "region": release.region,
                "serial": release.serial,
                "as_of": datetime.fromtimestamp(release.as_of, UTC).isoformat(),
                "file": str(path),
                "sha256": release.digest,
                "bytes": done.size_bytes,
                "listed": done.listed,
                "watched": done.watched,
                "cleared": done.cleared,
                "rule_version": release.rule_version,
                "travel_bytes": shipped.offer.travel_bytes if shipped else None,
                "deltas": len(shipped.offer.deltas) if shipped else None,
                "signed": shipped.signed if shipped else None,
            }
        )
        return
    answers.print(
        f"{path}: serial {release.serial}, {done.listed:,} listed, {done.watched:,} watched, "
        f"{done.cleared:,} cleared, {done.size_bytes:,} bytes",
        markup=False,
    )
    if shipped is not None:
        offer = shipped.offer
        answers.print(
            f"{repository.targets.parent}: serial {offer.serial} travels in "
            f"{offer.travel_bytes:,} bytes"
            + (f", or as a delta from {len(offer.deltas)} earlier ones" if offer.deltas else "")
            + f"; signed: {', '.join(shipped.signed) or 'nothing new'}",
            markup=False,
        )


@hub.command()
@_hub
@_json
def stamp(directory: Path, as_json: bool) -> None:  # noqa: FBT001
    """Sign again that what was published is current; for a cron job between releases.

    Example: proso hub stamp --hub hub
    """
    hub_module("store").Store.open(directory).close()
    repository = hub_module("repository").Repository(directory)
    signed = repository.settle(now=datetime.now(UTC), force=True)
    until = repository.valid_until()
    if as_json:
        print_json({"signed": signed, "valid_until": until.isoformat()})
        return
    answers.print(f"signed: {', '.join(signed)}; phones trust it until {until:%Y-%m-%d %H:%M} UTC")


@hub.command(name="hotspots")
@_hub
@_json
@click.option("--region", required=True, callback=checked_region)
@click.option("--as-of", type=click.DateTime(), help="When the lists were true; now if not given.")
def hotspots_(directory: Path, region: str, as_of: datetime | None, as_json: bool) -> None:  # noqa: FBT001
    """Write the pack of a region's hotspots from the lists that were imported.

    Example: proso hub hotspots --region US
    """
    publishing = hub_module("hotspot_publish")
    moment = as_of.replace(tzinfo=UTC) if as_of else datetime.now(UTC)
    done = publishing.publish_hotspots(directory, region=region, as_of=moment)
    if as_json:
        print_json(
            [
                {
                    "file": str(directory / "packs" / one.release.file),
                    "serial": one.release.serial,
                    "hotspots": one.release.entries,
                    "bytes": one.size_bytes,
                    "sha256": one.release.digest,
                    "licences": one.licences,
                    "is_new": one.is_new,
                }
                for one in done
            ]
        )
        return
    for one in done:
        answers.print(
            f"{directory / 'packs' / one.release.file}: serial {one.release.serial}, "
            f"{one.release.entries:,} hotspots, {one.size_bytes:,} bytes"
            + ("" if one.is_new else ", as before"),
            markup=False,
        )


@hub.command()
@_hub
@_json
def status(directory: Path, as_json: bool) -> None:  # noqa: FBT001
    """How much a hub holds.

    Example: proso hub status
    """
    with hub_module("store").Store.open(directory) as store:
        counts = store.counts()
    if as_json:
        print_json(counts)
        return
    for name, value in counts.items():
        answers.print(f"{name:<10} {value:,}", markup=False)


def _import(  # noqa: PLR0913  a command with its settings
    files: tuple[Path, ...],
    directory: Path,
    read: Any,  # noqa: ANN401
    source: str,
    region: str,
    *,
    as_json: bool,
) -> None:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    importing = hub_module("importing")
    sizes = {path: path.stat().st_size for path in files if path.is_file()}
    summaries = []
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    with (
        hub_module("store").Store.open(directory) as store,
        Progress(*columns, TimeRemainingColumn(), console=talk) as bar,
    ):
        task = bar.add_task("importing", total=sum(sizes.values()))
        before: dict[Path, int] = {}

        def progress(path: Path, done: int) -> None:
            before[path] = done
            bar.update(task, completed=sum(before.values()), description=printable(path.name))

        for summary in importing.import_files(
            store,
            files,
            read,
            source=source,
            region=region,
            now=datetime.now(UTC),
            progress=progress,
        ):
            summaries.append(summary)
            if not as_json:
                talk.print(_sentence(summary), markup=False)
        bar.update(task, completed=sum(sizes.values()))
    _print_import(summaries, as_json=as_json)


def _sentence(one: Any) -> str:  # noqa: ANN401
    text = f"{one.name}: {one.read:,} rows, {one.added:,} new, {one.known:,} known"
    if one.refused:
        text += f", {one.refused:,} refused (see {one.refused_file})"
    return text


def _print_import(summaries: Iterable[Any], *, as_json: bool) -> None:
    rows = list(summaries)
    total = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("read", "added", "known", "refused", "without_number")
    }
    seconds = sum(row.seconds for row in rows)
    speed = round(total["read"] / seconds) if seconds else 0
    if as_json:
        print_json(total | {"seconds": round(seconds, 2), "rows_per_second": speed})
        return
    answers.print(
        f"{total['read']:,} rows in {seconds:.1f} s ({speed:,} a second): {total['added']:,} new, "
        f"{total['known']:,} known, {total['refused']:,} refused; "
        f"{total['without_number']:,} of the new carry no usable number",
        markup=False,
    )
