"""Write src/proso/values/numbering_table.py from the metadata of the installed phonenumberslite.

For every five leading digits the table says which lengths a number may have so that the library
would return it unchanged, and for which lengths all, or only some, of the numbers are in a series
in use.  Nothing is sampled: the plans' regular expressions become automata over digits, which are
walked together, so that "all" and "none" are proved.

Run it with `make numbering` after raising phonenumberslite in pyproject.toml.
"""

import base64
import re
import sys
import textwrap
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import phonenumbers
from interegular import parse_pattern
from interegular.fsm import anything_else
from phonenumbers import PhoneMetadata
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS

TARGET = Path(__file__).parents[1] / "src/proso/values/numbering_table.py"
PREFIX_DIGITS = 5  # the North American plan, the largest, is decided with the fifth
MAX_E164_DIGITS = 15
KINDS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
State = tuple[int | None, ...]
Row = tuple[int, int, int]


@dataclass(frozen=True)
class Automaton:
    """A regular expression over digits as a table: for each state, where each digit leads."""

    initial: int
    steps: dict[int, tuple[int | None, ...]]
    accepting: frozenset[int]


@dataclass(frozen=True)
class Series:
    """A pattern, by its place among the plan's automata, and the lengths it is for (none: any)."""

    automaton: int
    lengths: frozenset[int]


@dataclass(frozen=True)
class RegionPlan:
    """What `_number_type_helper` of the library looks at."""

    leading: int | None
    general: Series
    kinds: tuple[Series, ...]


@cache
def automaton(pattern: str) -> Automaton:
    machine = parse_pattern(pattern).to_fsm()
    symbols = machine.alphabet
    keys = [symbols[d] if d in symbols else symbols[anything_else] for d in "0123456789"]
    steps = {
        state: tuple(moves.get(key, None) for key in keys) for state, moves in machine.map.items()
    }
    return Automaton(machine.initial, steps, frozenset(machine.finals))


@dataclass
class CodePlan:
    """All automata of one calling code, walked together."""

    code: int
    automata: list[Automaton] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    moves: dict[tuple[State, int], State] = field(default_factory=dict)
    known: dict[tuple[State, int, int], tuple[bool, bool, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = COUNTRY_CODE_TO_REGION_CODE[self.code]
        main = self._metadata(names[0])
        self.lengths = sorted(set(main.general_desc.possible_length))
        self.regions = [self._region(self._metadata(name)) for name in names]
        stripped = main.national_prefix_for_parsing
        self.rewritten = self._place(rewritten(stripped)) if stripped else None

    def _metadata(self, region: str) -> PhoneMetadata:
        return PhoneMetadata.metadata_for_region_or_calling_code(self.code, region)

    def _place(self, pattern: str) -> int:
        if pattern not in self.places:
            self.places[pattern] = len(self.automata)
            self.automata.append(automaton(pattern))
        return self.places[pattern]

    def _region(self, metadata: PhoneMetadata) -> RegionPlan:
        described = [getattr(metadata, kind) for kind in ("general_desc", *KINDS)]
        general, *kinds = [
            Series(self._place(d.national_number_pattern), frozenset(d.possible_length))
            for d in described
            if d is not None and d.national_number_pattern
        ]
        leading = metadata.leading_digits
        place = self._place(f"(?:{leading})[0-9]*") if leading else None
        return RegionPlan(place, general, tuple(kinds))

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Every five leading digits with this calling code, and their row."""
        start = tuple(machine.initial for machine in self.automata)
        yield from self._rows_below(start, str(self.code))

    def _rows_below(self, state: State, prefix: str) -> Iterator[tuple[str, Row]]:
        if len(prefix) < PREFIX_DIGITS:
            for digit in range(10):
                yield from self._rows_below(self._step(state, digit), f"{prefix}{digit}")
            return
        unchanged = all_used = some_used = 0
        code_digits = len(str(self.code))
        for length in self.lengths:
            total = length + code_digits
            if not PREFIX_DIGITS <= total <= MAX_E164_DIGITS:
                continue
            touched, some, every = self._look(state, length, total - PREFIX_DIGITS)
            unchanged |= (not touched) << total
            all_used |= every << total
            some_used |= (some and not every) << total
        yield prefix, (unchanged, all_used, some_used)

    def _step(self, state: State, digit: int) -> State:
        known = self.moves.get((state, digit))
        if known is None:
            known = self.moves[state, digit] = tuple(
                None if place is None else machine.steps[place][digit]
                for place, machine in zip(state, self.automata, strict=True)
            )
        return known

    def _look(self, state: State, length: int, more: int) -> tuple[bool, bool, bool]:
        """Of the numbers `more` digits on: is any rewritten, any in use, every one in use?"""
        key = (state, length, more)
        known = self.known.get(key)
        if known is None:
            if more:
                below = [self._look(self._step(state, d), length, more - 1) for d in range(10)]
                touched, some, every = zip(*below, strict=True)
                known = (any(touched), any(some), all(every))
            else:
                in_use = self._is_in_use(state, length)
                known = (self._accepts(self.rewritten, state), in_use, in_use)
            self.known[key] = known
        return known

    def _accepts(self, place: int | None, state: State) -> bool:
        return place is not None and state[place] in self.automata[place].accepting

    def _is_in_use(self, state: State, length: int) -> bool:
        """As the library's `is_valid_number`: the first region that claims the number decides."""
        for region in self.regions:
            valid = self._fits(region.general, state, length) and any(
                self._fits(kind, state, length) for kind in region.kinds
            )
            if len(self.regions) == 1:
                return valid
            claimed = valid if region.leading is None else self._accepts(region.leading, state)
            if claimed:
                return valid
        return False

    def _fits(self, series: Series, state: State, length: int) -> bool:
        fits = not series.lengths or length in series.lengths
        return fits and self._accepts(series.automaton, state)


def rewritten(pattern: str) -> str:
    """A pattern of the national numbers from which the library may strip or insert digits.

    It looks for the national prefix even after "+".  An alternative that ends in $ concerns whole
    numbers, any other what begins like it; a match of nothing changes nothing.
    """
    whole = [
        part[:-1] if part.endswith("$") else f"(?:{without_empty_match(part)})[0-9]*"
        for part in alternatives(pattern)
    ]
    return "|".join(whole)


def without_empty_match(pattern: str) -> str:
    """The pattern, or one of the same non-empty matches where it matches nothing as well."""
    if re.fullmatch(pattern, "") is None:
        return pattern
    optional = re.fullmatch(r"([0-9]\?)?(\(.*\))\?", pattern)
    if optional is None or not optional[1]:
        message = f"a national prefix that matches nothing in a way not seen before: {pattern}"
        raise SystemExit(message)
    return f"{optional[1][0]}|{optional[2]}"


def alternatives(pattern: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for i, char in enumerate(pattern):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append(pattern[start:i])
            start = i + 1
    return [*parts, pattern[start:]]


def render() -> str:
    """The whole module, the same for the same metadata."""
    rows: dict[str, Row] = {}
    for code in sorted(COUNTRY_CODE_TO_REGION_CODE):
        rows.update(CodePlan(code).rows())
    different = sorted({(0, 0, 0), *rows.values()})
    place = {row: i for i, row in enumerate(different)}
    ids = array("H", (place[rows.get(f"{p:05}", (0, 0, 0))] for p in range(10**PREFIX_DIGITS)))
    if sys.byteorder == "big":
        ids.byteswap()
    packed = base64.b64encode(zlib.compress(ids.tobytes(), 9)).decode("ascii")
    codes = [
        f"{code}={','.join(names)}" for code, names in sorted(COUNTRY_CODE_TO_REGION_CODE.items())
    ]
    return "\n".join(
        [
            '"""Generated by tools/generate_numbering.py: `make numbering` writes it anew."""',
            "",
            "from typing import Final",
            "",
            f'METADATA_VERSION: Final = "{phonenumbers.__version__}"',
            '"""The phonenumberslite it was made from."""',
            "",
            f"PREFIX_DIGITS: Final = {PREFIX_DIGITS}",
            "",
            "REGIONS: Final = (",
            *words(" ".join(sorted(SUPPORTED_REGIONS))),
            ")",
            "",
            "CALLING_CODES: Final = (",
            *words(" ".join(codes)),
            ")",
            "",
            "ROWS: Final = (",
            *(f"    (0x{a:X}, 0x{b:X}, 0x{c:X})," for a, b, c in different),
            ")",
            '"""Bits of total lengths: returned unchanged, all in use, some in use."""',
            "",
            "ROW_OF_PREFIX: Final = (",
            *pieces(packed),
            ")",
            '"""The row of each five digits from 00000: 16-bit little-endian, zlib, base 64."""',
            "",
        ]
    )


def words(text: str) -> Iterator[str]:
    for line in textwrap.wrap(text, 88, break_long_words=False):
        yield f'    "{line} "'


def pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), 92):
        yield f'    "{text[start : start + 92]}"'


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(render())
    else:
        TARGET.write_text(render(), encoding="utf-8")
        size = TARGET.stat().st_size
        print(f"{TARGET.name}: phonenumberslite {phonenumbers.__version__}, {size:,} bytes")
