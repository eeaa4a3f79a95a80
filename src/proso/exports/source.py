"""What an export starts from: a pack under a policy, and the account of what got lost."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Final

from proso.packs.pack import Pack
from proso.values.listing import Label
from proso.verdicts.listed import action_of
from proso.verdicts.rules import PackPolicy
from proso.verdicts.verdict import Action

STOPPING: Final = frozenset({Action.SILENCE, Action.REJECT})
"""What a target that can only block is given: the calls that would not ring aloud."""

_ORDER: Final = {action: place for place, action in enumerate(Action)}  # mildest first
ONLY_LABELLED: Final = "only labelled; this format can only block"
CLEARED: Final = "cleared, and in no listed range: nothing would stop them"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a pack and what it leads to.

    Attributes:
        prefix: the leading E.164 digits; all of them for a number.
        digits: digits of a number in all, 0 for any (a series).
        label: what the pack says.
        action: what that leads to; ALLOW also where the rating is too low to act on.
        around: what the next wider entry leads to, None where there is none.
    """

    prefix: str
    digits: int
    label: Label
    action: Action
    around: Action | None

    @property
    def is_number(self) -> bool:
        """Whether it is one number, not a range."""
        return self.digits == len(self.prefix)

    @property
    def size(self) -> int | None:
        """How many numbers it holds; None for a series."""
        return 10 ** (self.digits - len(self.prefix)) if self.digits else None

    @property
    def is_stopped(self) -> bool:
        """Whether calls from it do not ring aloud."""
        return self.action in STOPPING

    @property
    def is_hole(self) -> bool:
        """Whether it rings in a range that is stopped."""
        return self.around in STOPPING and not self.is_stopped

    @property
    def subject(self) -> str:
        """As people write it: +12025550101, +1202555#### or +91140*."""
        rest = "#" * (self.digits - len(self.prefix)) if self.digits else "*"
        return f"+{self.prefix}{rest}"

    @property
    def said(self) -> str:
        """Action, category and rating in hundredths, such as ``reject:scam:97``."""
        return f"{self.action}:{self.label.category}:{round(self.label.rating * 100)}"

    @property
    def strength(self) -> tuple[float, int, int]:
        """What is kept first where not all fits: the surer, then the better supported, fresher."""
        fresh = self.label.freshness_days
        return (self.label.rating, self.label.sample_size, -10_000 if fresh is None else -fresh)


@dataclass(slots=True)
class Tally:
    """What was written and what was not, filled while an export runs.

    Attributes:
        numbers: numbers written, those of written out ranges included.
        ranges: ranges written as ranges.
        lost: how many entries were lost, by what the format cannot hold.
    """

    numbers: int = 0
    ranges: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    def wrote(self, entry: Entry) -> None:
        """Count an entry that was written."""
        if entry.is_number:
            self.numbers += 1
        else:
            self.ranges += 1


class Source:
    """A pack under a policy.

    Attributes:
        pack: the pack.
        policy: what its ratings lead to.
        limit: how many numbers a target gets that holds single numbers only.
    """

    def __init__(self, pack: Pack, policy: PackPolicy, *, limit: int) -> None:
        self.pack = pack
        self.policy = policy
        self.limit = limit
        self._ranges = {
            (str(subject.prefix), subject.digits): self._action(label)
            for subject, label in pack.ranges()
        }
        self._shapes = sorted({digits for _, digits in self._ranges})

    def entries(self) -> Iterator[Entry]:
        """Every entry: the numbers ascending, then the ranges as the pack holds them."""
        for number, label in self.pack.numbers():
            digits = str(number.value)
            yield self._entry(digits, len(digits), label)
        for subject, label in self.pack.ranges():
            yield self._entry(str(subject.prefix), subject.digits, label)

    def live_entries(self, tally: Tally) -> Iterator[Entry]:
        """Every entry that decides anything: no range of one number that is listed itself."""
        for number, label in self.pack.numbers():
            digits = str(number.value)
            yield self._entry(digits, len(digits), label)
        for subject, label in self.pack.ranges():
            if subject.size == 1 and self.is_listed_itself(subject.prefix):
                tally.lost["ranges of one number that is listed itself"] += 1
            else:
                yield self._entry(str(subject.prefix), subject.digits, label)

    def is_listed_itself(self, value: int) -> bool:
        """Whether the pack has this very number, not only a range that holds it."""
        match = self.pack.find(value)
        return match is not None and match.subject is None

    def is_stopped(self, value: int) -> bool:
        """Whether a call from this number does not ring aloud because of the pack."""
        match = self.pack.find(value)
        return match is not None and action_of(match.label, self.policy) in STOPPING

    def has_range(self, prefix: str, digits: int) -> bool:
        """Whether the range of this prefix and number of digits has an entry of its own."""
        return (prefix, digits) in self._ranges

    def said_entries(self, tally: Tally) -> Iterator[Entry]:
        """Every entry for a target that can say anything of it; ringing ones only within ranges."""
        for entry in self.live_entries(tally):
            if entry.action is Action.ALLOW and entry.around is None:
                tally.lost[CLEARED] += 1
                continue
            tally.wrote(entry)
            yield entry

    def stopped_and_holes(self, tally: Tally) -> Iterator[Entry]:
        """What is stopped, and what rings inside of that, for a target that blocks or allows."""
        for entry in self.live_entries(tally):
            if entry.is_stopped or entry.is_hole:
                tally.wrote(entry)
                yield entry
            if not entry.is_stopped and not (entry.is_hole and entry.action is Action.ALLOW):
                tally.lost[_why_unstopped(entry)] += 1

    def stopped_numbers(self, tally: Tally) -> list[Entry]:
        """The single numbers to block, ascending, ranges written out as numbers.

        Where there are more than the limit the surest stay.  A range is written out whole or not
        at all, and without the numbers in it that ring.
        """
        ranges: list[Entry] = []
        kept = {
            int(entry.prefix): entry
            for entry in nlargest(
                self.limit, self._stopped(tally, ranges), key=lambda entry: entry.strength
            )
        }
        stopped = tally.numbers
        if stopped > len(kept):
            tally.lost[f"numbers less sure than the {self.limit:,} kept (--limit)"] += (
                stopped - len(kept)
            )
        for entry in sorted(ranges, key=lambda entry: entry.strength, reverse=True):
            size = entry.size
            if size is None:
                tally.lost["series of any length; they cannot be written out as numbers"] += 1
            elif size > self.limit - len(kept):
                tally.lost[f"ranges for which {self.limit:,} numbers leave no room (--limit)"] += 1
            else:
                first = int(entry.prefix) * size
                for value in range(first, first + size):
                    if value not in kept and self.is_stopped(value):
                        kept[value] = self._entry(str(value), entry.digits, entry.label)
        tally.numbers = len(kept)
        return [kept[value] for value in sorted(kept)]

    def _stopped(self, tally: Tally, ranges: list[Entry]) -> Iterator[Entry]:
        """Stopped numbers; the stopped ranges are put aside."""
        for entry in self.live_entries(tally):
            if not entry.is_stopped:
                if not (entry.is_hole and entry.action is Action.ALLOW):
                    tally.lost[_why_unstopped(entry)] += 1
            elif entry.is_number:
                tally.numbers += 1
                yield entry
            else:
                ranges.append(entry)

    def _entry(self, prefix: str, digits: int, label: Label) -> Entry:
        return Entry(prefix, digits, label, self._action(label), self._around(prefix, digits))

    def _around(self, prefix: str, digits: int) -> Action | None:
        """What the next wider range leads to; for a series the strictest of those around it.

        A series can lie in ranges of several lengths of number, of which each is next to some.
        """
        if not self._ranges:
            return None
        found: Action | None = None
        for kept in range(len(prefix), 0, -1):
            shapes = (digits, 0) if digits else self._shapes
            for shape in shapes:
                is_wider = kept < len(prefix) or (shape != digits and not shape)
                action = self._ranges.get((prefix[:kept], shape)) if is_wider else None
                if action is not None and digits:
                    return action
                if action is not None and (found is None or _ORDER[action] > _ORDER[found]):
                    found = action
        return found

    def _action(self, label: Label) -> Action:
        return action_of(label, self.policy) or Action.ALLOW


def _why_unstopped(entry: Entry) -> str:
    return ONLY_LABELLED if entry.action is Action.LABEL else CLEARED
