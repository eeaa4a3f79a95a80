"""Writes the reference pages that are made from the code; `--check` only says which are stale."""

import sys
from pathlib import Path

import click

from proso import errors
from proso.cli.main import cli
from proso.verdicts.precedence import PRECEDENCE

REFERENCE = Path(__file__).parent / "reference"


def main() -> int:
    """Writes or checks every generated page; the exit code is the number of stale ones."""
    pages = {"cli.md": cli_page(), "screening.md": screening_page(), "errors.md": errors_page()}
    stale = 0
    for name, text in pages.items():
        path = REFERENCE / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        if "--check" in sys.argv:
            print(f"{path.name} is stale; run: make docs")
            stale += 1
        else:
            path.write_text(text, "utf-8")
    return stale


def cli_page() -> str:
    """Every command with its help, as the command itself prints it."""
    parts = ["# Commands\n\nGenerated from the commands' own help by `make docs`.\n"]

    def add(command: click.Command, path: str) -> None:
        # A fixed width, so that the page does not depend on the terminal it was made in.
        context = click.Context(command, info_name=path, terminal_width=88, max_content_width=88)
        parts.append(f"\n## {path}\n\n```text\n{command.get_help(context)}\n```\n")
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                if child is not None:
                    add(child, f"{path} {name}")

    add(cli, "proso")
    return "".join(parts)


def screening_page() -> str:
    """The precedence table."""
    rows = "\n".join(
        f"| {place} | `{rule.reason}` | {rule.says} |"
        for place, rule in enumerate(PRECEDENCE, start=1)
    )
    return f"""# Screening: who is asked, in which order

Generated from `proso.verdicts.precedence.PRECEDENCE` by `make docs`.  The first rule that has an
opinion decides; the rest are not asked.  `proso call explain NUMBER` shows what each would say.

| | rule | what it does |
|---|---|---|
{rows}

The order follows who would be harmed by a mistake: life first, then the owner's own word, then
what the owner is known to do, then what the call itself shows, and strangers' reports last.  Should
proso itself fail, the call rings (`bug`).

What a pack's rating leads to is the owner's choice (`[pack]` in the rules): by default a LISTED
number of rating 0.95 and more is rejected, of 0.8 and more silenced, and else labelled; a WATCHED
one is only labelled, and a CLEARED one rings.
"""


def errors_page() -> str:
    """The error tree with exit codes."""
    tree = (errors.__doc__ or "").split("\n\n", 1)[1]
    kinds = sorted(_kinds(errors.ProsoError), key=lambda kind: kind.exit_code)
    rows = "\n".join(
        f"| {kind.exit_code} | `{kind.__name__}` | {(kind.__doc__ or '').splitlines()[0]} |"
        for kind in kinds
    )
    return f"""# Errors and exit codes

Generated from `proso.errors` by `make docs`.  An error is one sentence on stderr: what was found,
what was expected, what to do.  2 is a command used wrongly.

```text
{tree.split("An error says")[0].rstrip()}
```

| exit code | error | when |
|---|---|---|
{rows}
"""


def _kinds(kind: type[errors.ProsoError]) -> list[type[errors.ProsoError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _kinds(child))]


if __name__ == "__main__":
    sys.exit(main())
