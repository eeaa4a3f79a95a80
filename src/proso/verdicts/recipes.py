"""Portal recipes: how one family of sign-in pages is signed in to, as data.

A recipe cannot do more than a visitor of the page: get, follow, tick, choose, submit, wait, verify.
It has no loops and no code, says which pages it is for, and may send only to the host it matched
or to hosts it names.  It never fills in anything personal: such fields are the person's.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from proso.errors import BadRecipe
from proso.values.hotspot import SIGN_INS, SignIn
from proso.values.weburl import WebUrl
from proso.verdicts.pages import Page

MAX_STEPS: Final = 12
"""Steps of a recipe.  The longest flow known takes five."""

MAX_RECIPES: Final = 1_000
MAX_RECIPES_BYTES: Final = 2_000_000

_ID: Final = re.compile(r"[a-z0-9-]{1,40}")
_TEMPLATE: Final = re.compile(r"\{query\.([A-Za-z0-9_.-]{1,40})\}")
_PERSONAL: Final = re.compile(
    r"mail|phone|tel|msisdn|first|last|name|birth|pass|voucher|code|room|card", re.IGNORECASE
)


class Do(StrEnum):
    """What a step does."""

    SUBMIT = "submit"
    FOLLOW = "follow"
    GET = "get"
    WAIT = "wait"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class RecipeStep:
    """One step.

    Attributes:
        do: what.
        find: for SUBMIT, names of fields the form must have; for FOLLOW, what its address or words
            must contain.
        tick: names of boxes to tick.
        put: (name, value) of hidden fields whose value the page's script would set.
        button: what the button's words must contain; "" for the likeliest.
        url: for GET, an address in which {query.NAME} stands for a parameter of the first page.
        seconds: for WAIT, 0 to 10.
    """

    do: Do
    find: tuple[str, ...] = ()
    tick: tuple[str, ...] = ()
    put: tuple[tuple[str, str], ...] = ()
    button: str = ""
    url: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one family of portals is signed in to.

    Attributes:
        name: id, such as "unifi".
        version: 1 and up.
        host: what the page's host must end with, one of them; empty for any.
        path: what its path must contain; "" for any.
        query: parameters its address must have.
        fields: fields one of its forms must have.
        text: what its words must contain, in lower case; "" for any.
        sign_in: what the family wants of a visitor.
        hosts: hosts it may send to besides the page's own; {query.NAME} for a parameter.
        steps: what to do, in order.
        source: where the family is documented.
    """

    name: str
    version: int
    host: tuple[str, ...]
    path: str
    query: tuple[str, ...]
    fields: tuple[str, ...]
    text: str
    sign_in: SignIn
    hosts: tuple[str, ...]
    steps: tuple[RecipeStep, ...]
    source: str

    @property
    def label(self) -> str:
        """Id and version, as reports carry it."""
        return f"{self.name}@{self.version}"

    def matches(self, page: Page) -> bool:
        """Whether it is for this page."""
        url = page.url
        if self.host and not any(is_host(url.host, one) for one in self.host):
            return False
        if self.path not in url.path or self.text not in page.text.lower():
            return False
        if not all(any(key == name for key, _ in url.query) for name in self.query):
            return False
        return not self.fields or any(
            all(form.named(name) or _has_button(form.buttons, name) for name in self.fields)
            for form in page.forms
        )

    def allowed_hosts(self, first: WebUrl) -> tuple[str, ...]:
        """Hosts it may send to, for a sign-in that began at an address."""
        return (first.host, *(fill(one, first).lower() for one in self.hosts))


def is_host(host: str, expected: str) -> bool:
    """Whether a host is another, or below it."""
    return bool(expected) and (host == expected or host.endswith("." + expected))


def fill(template: str, first: WebUrl) -> str:
    """A template with the first page's parameters put in."""
    return _TEMPLATE.sub(lambda found: first.parameter(found[1]), template)


def parse_recipes(data: bytes) -> tuple[Recipe, ...]:
    """Reads a file of recipes: ``{"recipes": [...]}``.

    Raises:
        BadRecipe: it is none, or one of its recipes may not be run.
    """
    if len(data) > MAX_RECIPES_BYTES:
        raise _bad("a file of recipes that is too large", f"at most {MAX_RECIPES_BYTES} bytes")
    try:
        document = json.loads(data)
        rows = document["recipes"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _bad("a file that holds no recipes", 'JSON with "recipes"') from error
    if not isinstance(rows, list) or len(rows) > MAX_RECIPES:
        raise _bad("recipes that are no list, or too many", f"at most {MAX_RECIPES}")
    recipes = tuple(_recipe(row) for row in rows)
    if len({one.name for one in recipes}) != len(recipes):
        raise _bad("two recipes of one id", "each id once")
    return recipes


def _recipe(row: object) -> Recipe:
    if not isinstance(row, dict):
        raise _bad("a recipe that is no object", "an object")
    name, match = row.get("id"), row.get("match")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise _bad("a recipe without an id", "lower-case letters, digits and -")
    if not isinstance(match, dict) or not match:
        raise _bad(f"the recipe {name}, which would match any page", "what its pages have")
    unknown = set(row) - {"id", "version", "match", "sign_in", "hosts", "steps", "source"}
    if unknown:
        raise _bad(f"the recipe {name} with {min(unknown)!r}", "only what the format has")
    steps = row.get("steps")
    if not isinstance(steps, list) or not 0 < len(steps) <= MAX_STEPS:
        raise _bad(f"the recipe {name} without steps, or too many", f"1 to {MAX_STEPS}")
    version = row.get("version")
    if not isinstance(version, int) or not 0 < version < 1_000_000:  # noqa: PLR2004  six digits
        raise _bad(f"the recipe {name} without a version", "a whole number from 1 on")
    sign_in = row.get("sign_in")
    if sign_in not in SIGN_INS:
        raise _bad(f"the recipe {name} without sign_in", "one of " + ", ".join(SIGN_INS))
    return Recipe(
        name=name,
        version=version,
        host=_names(match.get("host", []), name),
        path=_text(match.get("path", ""), name),
        query=_names(match.get("query", []), name),
        fields=_names(match.get("fields", []), name),
        text=_text(match.get("text", ""), name).lower(),
        sign_in=SignIn(sign_in),
        hosts=_names(row.get("hosts", []), name),
        steps=tuple(_step(one, name) for one in steps),
        source=_text(row.get("source", ""), name),
    )


def _step(row: object, name: str) -> RecipeStep:
    if not isinstance(row, dict) or row.get("do") not in tuple(Do):
        raise _bad(f"the recipe {name} with an unknown step", "one of " + ", ".join(Do))
    if set(row) - {"do", "find", "tick", "put", "button", "url", "seconds"}:
        raise _bad(f"the recipe {name} with a step that has more than steps have", "less")
    put = row.get("put", {})
    seconds = row.get("seconds", 0)
    if not isinstance(put, dict) or not isinstance(seconds, int | float) or not 0 <= seconds <= 10:  # noqa: PLR2004
        raise _bad(f"the recipe {name} with a step out of bounds", "put: {}, seconds: 0 to 10")
    if any(_PERSONAL.search(str(key)) for key in put):
        raise _bad(f"the recipe {name}, which fills in personal data", "only hidden settings")
    return RecipeStep(
        do=Do(row["do"]),
        find=_names(row.get("find", []), name),
        tick=_names(row.get("tick", []), name),
        put=tuple((_text(key, name), _text(value, name)) for key, value in put.items()),
        button=_text(row.get("button", ""), name),
        url=_text(row.get("url", ""), name),
        seconds=float(seconds),
    )


def _names(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 20:  # noqa: PLR2004  names of one form
        raise _bad(f"the recipe {name} with a list that is none", "at most 20 texts")
    return tuple(_text(one, name) for one in value)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > 400 or not value.isprintable():  # noqa: PLR2004
        raise _bad(f"the recipe {name} with a text that is none", "at most 400 characters")
    return value


def _has_button(buttons: tuple[tuple[str, str, str], ...], name: str) -> bool:
    return any(one[0] == name for one in buttons)


def _bad(found: str, expected: str) -> BadRecipe:
    return BadRecipe(found=found, expected=expected, remedy="the recipes before stay in use")


def as_mapping(recipe: Recipe) -> Mapping[str, Any]:
    """A recipe for people: what it is for and what it does."""
    return {
        "recipe": recipe.label,
        "sign_in": recipe.sign_in.value,
        "steps": [step.do.value for step in recipe.steps],
        "source": recipe.source,
    }
