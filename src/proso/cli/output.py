"""How commands print: answers on stdout, talk on stderr."""

import importlib
import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from proso.errors import MissingExtra

if TYPE_CHECKING:
    from types import ModuleType

_FIRST_YEAR = 1970  # a pack counts seconds from its first
_LAST_YEAR = 9998  # a zone west of UTC has no end of the year 9999

talk = Console(stderr=True, highlight=False)
answers = Console(highlight=False, soft_wrap=True)


def checked_region(_context: click.Context, _option: click.Parameter, region: str) -> str:
    """The region of an option, or click's complaint where there is no such region."""
    from proso.values.numbering import is_region

    if not is_region(region):
        raise click.BadParameter(f"{region!r} is no region; use a code such as US")
    return region


def checked_moment(
    _context: click.Context, _option: click.Parameter, moment: datetime | None
) -> datetime | None:
    """The moment of an option, or click's complaint where no pack could name it."""
    if moment is not None and not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise click.BadParameter(f"the year {moment.year} is none from {_FIRST_YEAR} on")
    return moment


def printable(text: str) -> str:
    """A text without what a terminal would obey: strangers' words are shown, not followed.

    Besides control characters this covers the marks that turn the direction of writing.
    """
    return "".join(char if char.isprintable() else "�" for char in text)


def checked_regions(
    context: click.Context, option: click.Parameter, regions: tuple[str, ...]
) -> tuple[str, ...]:
    """The same for an option that may be given more than once."""
    return tuple(dict.fromkeys(checked_region(context, option, one) for one in regions))


def print_json(value: object) -> None:
    """One JSON value on a line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def hub_module(name: str) -> Any:  # noqa: ANN401  a module, whose attributes no type names
    """A module of the hub, or one clear sentence where only the phone is installed."""
    try:
        module: ModuleType = importlib.import_module(f"proso.hub.{name}")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("proso"):
            raise
        raise MissingExtra(
            found=f"an install without {error.name}: the phone's, which runs no hub",
            expected="the hub's parts",
            remedy="run: pip install 'proso[hub]'",
        ) from error
    return module


def market_module(name: str) -> Any:  # noqa: ANN401  a module, whose attributes no type names
    """A module of the market, or one clear sentence where its parts are not installed."""
    try:
        return importlib.import_module(f"proso.market.{name}")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("proso"):
            raise
        raise MissingExtra(
            found=f"an install without {error.name}",
            expected="the market's parts",
            remedy="run: pip install 'proso[market]'",
        ) from error


def is_hub_installed() -> bool:
    """Whether the hub's parts are there."""
    try:
        hub_module("publish")
        hub_module("app")
    except MissingExtra:
        return False
    return True
