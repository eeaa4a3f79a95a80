"""Judging many numbers at once, where numpy is installed: the same verdicts as one by one.

For an exchange or a hub; a phone never imports this module.
"""

from typing import TYPE_CHECKING

import numpy as np

from proso.packs.bulk import BulkLookup, Places, Values
from proso.values.bulk import are_in_use
from proso.verdicts.screening import Screener

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proso.packs.pack import Pack
    from proso.verdicts.rules import OwnerRules
    from proso.verdicts.verdict import Verdict


class BulkScreener:
    """One owner's rules and one pack, made ready for many numbers.

    Attributes:
        screener: what judges one number at a time, and whatever is not alike for many.
    """

    def __init__(self, pack: "Pack | None", rules: "OwnerRules") -> None:
        self.screener = Screener(pack, rules)
        self._lookup = BulkLookup(pack) if pack is not None else None
        self._named = np.array(sorted(self.screener.named), np.uint64)

    def screen(self, values: Values) -> "tuple[Sequence[Verdict], Places]":
        """The verdict on a call from each number that shows nothing else.

        Rules that look at more than the number (schedules, patterns, repeated calls) are left out,
        as in `Screener.judge_number`.

        Args:
            values: (n,) E.164 digits as integers.

        Returns:
            Verdicts, and (n,) for each number the place of its verdict among them.
        """
        verdicts: list[Verdict] = [self.screener.unlisted]
        places, open_places = self._from_pack(values, verdicts)
        odd = open_places[~are_in_use(values[open_places])]
        # What an owner named goes before the pack; few numbers are in no series in use.
        named = np.flatnonzero(np.isin(values, self._named)) if len(self._named) else odd[:0]
        seen: dict[int, int] = {}
        for place in np.concatenate((odd, named)).tolist():
            verdict = self.screener.judge_number(int(values[place]))
            at = seen.get(id(verdict))
            if at is None:
                at = seen[id(verdict)] = len(verdicts)
                verdicts.append(verdict)
            places[place] = at
        return verdicts, places

    def _from_pack(self, values: Values, verdicts: "list[Verdict]") -> tuple[Places, Places]:
        """Where each verdict is, 0 where the pack has none, and which numbers those are."""
        if self._lookup is None:
            return np.zeros(len(values), np.int64), np.arange(len(values))
        matches, found = self._lookup.find(values)
        of_match = np.zeros(len(matches), np.int64)
        for i, match in enumerate(matches):
            verdict = None if match is None else self.screener.judge_match(match)
            if verdict is not None:
                of_match[i] = len(verdicts)
                verdicts.append(verdict)
        places = of_match[found]
        return places, np.flatnonzero(places == 0)
