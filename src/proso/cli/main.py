"""`proso`: noun, then verb."""

import errno
import io
import os
import sys
from typing import Any, Final

import click

from proso.cli.output import printable
from proso.errors import Interrupted, ProsoError, StoreFull, Unavailable

_COMMANDS: Final = {
    "backtest": ("proso.cli.backtest", "backtest", "What would yesterday's packs have caught?"),
    "call": ("proso.cli.call", "call", "Judge calls, and say why."),
    "device": ("proso.cli.device", "device", "Attend to this phone's calls."),
    "demo": ("proso.cli.demo", "demo", "The whole loop on this machine, narrated."),
    "hub": ("proso.cli.hub", "hub", "Run a hub: take reports, publish packs."),
    "market": ("proso.cli.market_report", "market", "Which countries next, and does the plan pay?"),
    "pack": ("proso.cli.pack", "pack", "Build, show, compare and export packs."),
    "wifi": ("proso.cli.wifi", "wifi", "Free Wi-Fi: what is in range, one click, undo."),
    "sip": ("proso.cli.sip", "sip", "Judge the calls of a SIP server or PBX."),
    "report": ("proso.cli.report", "report", "Say what a number is; sent only when you say so."),
}


class _LazyGroup(click.Group):
    """Imports a command's module only when it is used: `call screen` starts in a tenth second."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(__import__(module, fromlist=[name]), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, row[2]) for name, row in sorted(_COMMANDS.items())])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="proso")
def cli() -> None:
    """proso: spam calls intercepted from a pack the phone carries.

    Try: proso demo
    """


def main(arguments: list[str] | None = None) -> None:
    """Runs a command; every error of ours is one sentence and an exit code of its own."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """As `main`, giving the exit code back."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the terminal's encoding lacks is shown as its code; it must not end the command.
            stream.reconfigure(errors="backslashreplace")
    try:
        result: Any = cli.main(args=arguments, prog_name="proso", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _fail(
            Interrupted(
                found="Ctrl-C",
                expected="the command to end by itself",
                remedy="what was finished is kept; the same command goes on from there",
            )
        )
    except ProsoError as error:
        return _fail(error)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): that is its right.
        _discard_output()
        return 0
    except OSError as error:
        _discard_output()
        return _fail(_of_the_system(error))
    return result if isinstance(result, int) else 0


def _discard_output() -> None:
    """Where the answer cannot go, what is left of it would fail again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _of_the_system(error: OSError) -> ProsoError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(
            found="no room left where the answer goes",
            expected="space to write",
            remedy="free some, or write elsewhere, and run the same command again",
        )
    return Unavailable(
        found=f"a file or device that cannot be used ({error.strerror or type(error).__name__})",
        expected="to read and write it",
        remedy="check what the command was given, its permissions and the disk",
    )


def _fail(error: ProsoError) -> int:
    click.echo(f"proso: {printable(str(error))}", err=True)
    return error.exit_code
