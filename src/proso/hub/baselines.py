"""The rules of others, replayed beside proso's on the same days.

Each takes the complaints before a day and gives a list.  They are rules, not services: PhoneBlock
was tuned for Germany and for reports of another kind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class History:
    """Complaints before a day: their age in days (1 is yesterday) and subject, oldest first."""

    age: Numbers
    subject: Numbers

    @classmethod
    def before(cls, day: Numbers, subject: Numbers, today: int) -> "History":
        """What was known the evening before `today`, without rows that have no number."""
        stop = int(np.searchsorted(day, today))
        usable = subject[:stop] > 0
        return cls(today - day[:stop][usable], subject[:stop][usable])

    def within(self, days: int) -> Numbers:
        """The subjects of the last so many days."""
        return self.subject[np.searchsorted(-self.age, -days) :]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list.

    Attributes:
        hits: whether each of some numbers is on it.
        entries: numbers and ranges on it.
        space: numbers it would stop.
    """

    hits: Callable[[Numbers], Flags]
    entries: int
    space: int


Baseline: TypeAlias = Callable[[History], Listed]


def exact(history: History, *, times: int, days: int = 90) -> Listed:
    """Every number complained of at least so many times in the last days."""
    numbers, counts = np.unique(history.within(days), return_counts=True)
    listed = numbers[counts >= times]
    return Listed(partial(_member, listed), len(listed), len(listed))


def phoneblock(history: History) -> Listed:
    """PhoneBlock 3.1: decayed votes, and blocks of ten and a hundred around listed numbers.

    A complaint is two votes, as an entry in a personal list is there.  Votes halve in 125 days.  A
    number is listed from 4 votes, rounded; it counts for its block from 2.  A block of ten is
    listed with 4 such numbers; a block of a hundred with 8 in at least 4 tens of 2.
    Source: the project's DB.java and Ema.java, read 2026-11.
    """
    numbers, inverse = np.unique(history.subject, return_inverse=True)
    votes = np.bincount(inverse, 2.0 * 2.0 ** (-history.age / 125.0), len(numbers))
    rounded = np.floor(votes + 0.5)
    listed, members = numbers[rounded >= 4], numbers[rounded >= 2]  # noqa: PLR2004  as said above
    tens, in_ten = np.unique(members // 10, return_counts=True)
    dense = tens[in_ten >= 4]  # noqa: PLR2004
    spread = in_ten >= 2  # noqa: PLR2004
    hundreds, first = np.unique(tens[spread] // 10, return_index=True)
    mass = np.add.reduceat(in_ten[spread], first) if len(first) else first
    width = np.diff(np.append(first, int(spread.sum())))
    wide = hundreds[(mass >= 8) & (width >= 4)]  # noqa: PLR2004

    def hits(subject: Numbers) -> Flags:
        return (
            _member(listed, subject) | _member(dense, subject // 10) | _member(wide, subject // 100)
        )

    entries = len(listed) + len(dense) + len(wide)
    return Listed(hits, entries, len(listed) + 10 * len(dense) + 100 * len(wide))


def opencaller(history: History) -> Listed:
    """OpenCaller: every number of 180 days, and thousand-blocks with 25 different ones."""
    # Asking for counts too makes numpy sort instead of hash, which is twice as fast here.
    listed, _ = np.unique(history.within(180), return_counts=True)
    blocks, counts = np.unique(listed // 1000, return_counts=True)
    wide = blocks[counts >= 25]  # noqa: PLR2004  the rule's own number

    def hits(subject: Numbers) -> Flags:
        return _member(listed, subject) | _member(wide, subject // 1000)

    return Listed(hits, len(listed) + len(wide), len(listed) + 1000 * len(wide))


def _member(listed: Numbers, subject: Numbers) -> Flags:
    """Whether each subject is in a sorted list; 0 never is."""
    if not len(listed):
        return np.zeros(len(subject), np.bool_)
    place = np.minimum(np.searchsorted(listed, subject), len(listed) - 1)
    found: Flags = (listed[place] == subject) & (subject > 0)
    return found


BASELINES: Final[dict[str, Baseline]] = {
    "exact-k1-w90": partial(exact, times=1),
    "exact-k2-w90": partial(exact, times=2),
    "phoneblock": phoneblock,
    "opencaller": opencaller,
}
