"""What changed from one release of a region to the next: entries, counted and by example."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeAlias

from proso.packs.pack import Pack
from proso.values.listing import Category, Label
from proso.values.number import NumberRange, PhoneNumber

MAX_EXAMPLES: Final = 5
"""Examples kept of each kind of change: enough to look into, too few to publish a list."""

Subject: TypeAlias = PhoneNumber | NumberRange


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that is not as it was.

    Attributes:
        subject: the number or range.
        before: its label in the old pack, None where it is new.
        after: its label in the new pack, None where it is gone.
    """

    subject: Subject
    before: Label | None
    after: Label | None

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``relabelled``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "relabelled"

    @property
    def aspects(self) -> tuple[str, ...]:
        """Which fields of the label differ, for a relabelled entry."""
        if self.before is None or self.after is None:
            return ()
        names = ("category", "rating", "sample_size", "freshness_days", "listing")
        return tuple(n for n in names if getattr(self.before, n) != getattr(self.after, n))


@dataclass(slots=True)
class Changes:
    """All changes from one pack to another.

    Attributes:
        added: new entries, by category; numbers and ranges alike.
        removed: entries that are gone, by category.
        relabelled: entries that are still there with another label, by the new category.
        aspects: of the relabelled, how often each field changed.
        ranges: how many of each kind of change concern a range.
        unchanged: entries that are as they were.
        examples: the first few of each kind of change.
    """

    added: Counter[Category] = field(default_factory=Counter)
    removed: Counter[Category] = field(default_factory=Counter)
    relabelled: Counter[Category] = field(default_factory=Counter)
    aspects: Counter[str] = field(default_factory=Counter)
    ranges: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    examples: dict[str, list[Change]] = field(default_factory=dict)

    def note(self, change: Change) -> None:
        """Count one change."""
        label = change.before if change.after is None else change.after
        assert label is not None  # noqa: S101  a change has a before or an after
        counts: Counter[Category] = getattr(self, change.kind)
        counts[label.category] += 1
        self.aspects.update(change.aspects)
        if isinstance(change.subject, NumberRange):
            self.ranges[change.kind] += 1
        examples = self.examples.setdefault(change.kind, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append(change)


def changes_between(old: Pack, new: Pack) -> Changes:
    """What a phone that carried the old pack gets with the new one."""
    changes = Changes()
    befores, afters = dict(old.ranges()), dict(new.ranges())
    ranges = ((subject, befores.get(subject), afters.get(subject)) for subject in befores | afters)
    for subject, before, after in chain(_numbers(old, new), ranges):
        if before == after:
            changes.unchanged += 1
        else:
            changes.note(Change(subject, before, after))
    return changes


def _numbers(old: Pack, new: Pack) -> Iterator[tuple[Subject, Label | None, Label | None]]:
    """The numbers of both packs in ascending order, each with what either says."""
    befores, afters = old.numbers(), new.numbers()
    before, after = next(befores, None), next(afters, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before[0] < after[0]):
            assert before is not None  # noqa: S101  else the loop had ended
            yield before[0], before[1], None
            before = next(befores, None)
        elif before is None or after[0] < before[0]:
            yield after[0], None, after[1]
            after = next(afters, None)
        else:
            yield before[0], before[1], after[1]
            before, after = next(befores, None), next(afters, None)
