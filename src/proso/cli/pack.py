"""`proso pack`: the noun, and `build`."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import click

from proso.cli.output import answers, checked_moment, checked_region, print_json, talk
from proso.cli.pack_export import export
from proso.cli.pack_show import diff, show, verify
from proso.cli.pack_update import forget, installed, update
from proso.errors import BadFile, BadListing, ProsoError, Unavailable


@click.group()
def pack() -> None:
    """Build, show, verify, compare, export and update packs."""


for _command in (show, verify, diff, export, update, installed, forget):
    pack.add_command(_command)


@pack.command()
@click.option("--listings", type=click.Path(path_type=Path), required=True, help="CSV file.")
@click.option(
    "--region",
    default="US",
    show_default=True,
    callback=checked_region,
    help="Region of the pack.",
)
@click.option("--serial", default=1, show_default=True, type=click.IntRange(1, 2**63 - 1))
@click.option(
    "--as-of", type=click.DateTime(), callback=checked_moment, help="When the list was true, UTC."
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="Where to; REGION.pack if not given."
)
@click.option("--json", "as_json", is_flag=True)
def build(  # noqa: PLR0913  a command with its options
    listings: Path,
    region: str,
    serial: int,
    as_of: datetime | None,
    output: Path | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """A pack from rows of number_or_prefix, category, rating.

    Example: proso pack build --listings spam.csv --region US
    """
    from proso.packs import build as building

    target = output or Path(f"{region}.pack")
    rows: list[building.Listed] = []
    refused: list[BadListing] = []
    try:
        with listings.open(encoding="utf-8-sig", newline="") as lines:
            for row in building.parse_listings(lines, region=region):
                if isinstance(row, BadListing):
                    refused.append(row)
                else:
                    rows.append(row)
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            found=f"{listings.name}, which cannot be read ({error})",
            expected="a CSV file in UTF-8",
            remedy="check its name, permissions and encoding",
        ) from error
    data = building.build(
        rows,
        region=region,
        serial=serial,
        as_of=(as_of or datetime.now(UTC)).replace(tzinfo=UTC),
        rule_version="listings",
    )
    _write(target, data)
    for one in refused[:20]:
        talk.print(f"left out: {one}", markup=False)
    summary = {
        "file": str(target),
        "entries": len(rows),
        "refused": len(refused),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    if as_json:
        print_json(summary)
    else:
        answers.print(
            f"{target}: {len(rows):,} rows, {len(data):,} bytes"
            + (f"; {len(refused):,} rows left out" if refused else ""),
            markup=False,
        )


def _write(target: Path, data: bytes) -> None:
    temporary = target.with_name(target.name + ".tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        problem: ProsoError = Unavailable(
            found=f"{target.name}, which cannot be written ({error.strerror or error})",
            expected="a place with room",
            remedy="name another with --output",
        )
        raise problem from error
