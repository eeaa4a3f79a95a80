"""Portal recipes on the device: those that were installed, else those proso came with."""

from importlib import resources
from pathlib import Path

from proso.errors import BadRecipe
from proso.verdicts.recipes import Recipe, parse_recipes


def built_in_recipes() -> tuple[Recipe, ...]:
    """The recipes this version came with."""
    return parse_recipes(resources.files("proso.packs").joinpath("recipes.json").read_bytes())


def load_recipes(path: Path) -> tuple[Recipe, ...]:
    """The installed recipes; those proso came with where there are none, or they are damaged."""
    try:
        return parse_recipes(path.read_bytes())
    except (OSError, BadRecipe):
        return built_in_recipes()
