"""Values made fast: drafts that become the frozen value they stand for."""

from dataclasses import fields, make_dataclass
from typing import Any


def draft_of(kind: type) -> Any:  # noqa: ANN401  a class that is typed as what it becomes
    """A writable class of the same slots as a frozen dataclass.

    A frozen dataclass sets each field through a call of its own, which for a call and its verdict
    took longer than deciding it.  A draft is made in a quarter of the time, and two classes of the
    same slots may be exchanged: ``draft.__class__ = kind`` makes it the value.  Nothing is checked
    or filled in, so this is only for values whose every field is known to be right.
    """
    return make_dataclass(
        f"{kind.__name__}Draft", [field.name for field in fields(kind)], slots=True
    )
