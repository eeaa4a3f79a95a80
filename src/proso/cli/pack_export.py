"""`proso pack export`: packs in the formats of others."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from proso.cli.output import print_json, talk
from proso.errors import Unavailable
from proso.exports.formats import FORMATS
from proso.exports.source import Source, Tally

_EPILOG = "\b\nFormats:\n" + "\n".join(f"  {name:<20} {f.says}" for name, f in FORMATS.items())


@click.command(epilog=_EPILOG)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to", "name", type=click.Choice(list(FORMATS)), required=True, help="The format; see below."
)
@click.option("--output", type=click.Path(path_type=Path), help="Where to; stdout if not given.")
@click.option("--rules", type=click.Path(path_type=Path), help="The owner's rules, for [pack].")
@click.option(
    "--limit",
    type=click.IntRange(1),
    help="How many single numbers at most, the surest first; the format's own if not given.",
)
@click.option("--json", "as_json", is_flag=True, help="What was written and lost, as JSON.")
def export(  # noqa: PLR0913  a command with its options
    file: Path,
    name: str,
    output: Path | None,
    rules: Path | None,
    limit: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """A pack for a phone, router or exchange that does not run proso.

    What is blocked is what proso would silence or reject.  A cleared number in a listed range
    rings wherever the format can say so; what it cannot say is left out and told on stderr.

    Example: proso pack export US.pack --to fritzbox --output book.xml
    """
    from proso.device.owner import load_rules
    from proso.device.packfile import open_pack

    if as_json and output is None:
        raise click.UsageError("--json says what was written, so name a file with --output")
    pack = open_pack(file)
    policy = load_rules(rules, contacts=None, region=pack.header.region).pack
    form, tally = FORMATS[name], Tally()
    source = Source(pack, policy, limit=limit or form.limit)
    with _opened(output) as out:
        for piece in form.write(source, tally):
            out.write(piece if isinstance(piece, bytes) else piece.encode())
    written = {"format": name, "numbers": tally.numbers, "ranges": tally.ranges}
    if as_json:
        print_json(written | {"file": str(output), "lost": dict(tally.lost)})
        return
    talk.print(f"{name}: {tally.numbers:,} numbers, {tally.ranges:,} ranges", markup=False)
    for what, count in tally.lost.most_common():
        talk.print(f"lost {count:,}: {what}", markup=False)


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """A place to write, and the whole file or none of it there in the end."""
    if output is None:
        yield sys.stdout.buffer
        return
    temporary = output.with_name(output.name + ".tmp")
    try:
        with temporary.open("wb") as out:
            yield out
        temporary.replace(output)
    except OSError as error:
        raise Unavailable(
            found=f"{output.name}, which cannot be written ({error.strerror or error})",
            expected="a place with room",
            remedy="name another with --output",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
