"""What would packs built the evening before have caught?

For every test day the list is built from the complaints of earlier days only, and applied to that
day's complaints and to numbers known to be honest.  proso's list is made by the very expressions a
release runs; the baselines are the rules of others, replayed beside it on the same days.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from proso.errors import BadFile
from proso.hub.baselines import BASELINES, History
from proso.hub.engine import Engine
from proso.hub.feeds import ftc
from proso.hub.feeds.lines import Lines
from proso.reputation.rule import HORIZON
from proso.reputation.weighing import REPORTS_SCHEMA, rate_subjects
from proso.values.call import Call, Line
from proso.values.number import PhoneNumber, Plausibility
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen
from proso.verdicts.verdict import Action

BUDGETS: Final = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01)
"""Shares of legitimate numbers a list may hit."""

BINS: Final = 1000
"""Steps of the rating at which lists are compared."""

_US_PREFIXES_SAMPLED: Final = 9973  # a prime, so that the sample of the plan has no rhythm

Numbers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """Complaints in the order of their days.

    Attributes:
        day: days since 1970, ascending.
        subject: E.164 digits, 0 where there is no usable number.
        caught: whether screening without any pack would stop, silence or label such a call.
    """

    day: Numbers
    subject: Numbers
    caught: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One list and what it did, as shares 0..1 over all test days.

    Attributes:
        budget: the share of legitimate numbers it was allowed; None for a list as it is.
        threshold: the rating from which numbers were listed; None for rules without one.
        recall: of all complaint rows.
        recall_valid: of the rows with a usable number.
        false_positives: mean share of legitimate numbers hit.
        interval: 95 % interval of that share, from the number of legitimate numbers alone.
        entries: mean length of the list.
        number_space: mean share of the region's valid numbers the list would stop.
    """

    budget: float | None
    threshold: float | None
    recall: float
    recall_valid: float
    false_positives: float
    interval: tuple[float, float]
    entries: int
    number_space: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to make lists.

    Attributes:
        name: as in the JSON.
        points: what it did.
        held_out: the same with the threshold chosen on the first half of the days and judged on
            the second; empty for rules without one.
    """

    name: str
    points: list[Point]
    held_out: list[Point] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a whole run came to."""

    begins: date
    ends: date
    days: int
    complaints: int
    without_number: int
    legitimate: int
    methods: list[Method]


@dataclass(slots=True)
class _Tally:
    """Counts of one method on some days, by rating bin; a rule without ratings uses the last."""

    complaints: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(BINS + 1, np.int64))
    legitimate: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(BINS + 1, np.int64))
    entries: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(BINS + 1, np.int64))
    space: int = 0
    always: int = 0  # complaint rows default screening catches, whatever the list
    always_valid: int = 0
    always_legitimate: int = 0
    rows: int = 0
    valid: int = 0
    days: int = 0

    def __add__(self, other: "_Tally") -> "_Tally":
        return _Tally(*(getattr(self, n) + getattr(other, n) for n in self.__slots__))


def run(  # noqa: PLR0913  a command with its settings
    *,
    reports: Path,
    legitimate: Path,
    begins: date,
    ends: date,
    progress: Callable[[int, int], None],
    half_life_days: float | None = None,
) -> Backtest:
    """Replays the days from `begins` to `ends`, both included.

    Args:
        reports: a folder of ``YYYY-MM.csv.xz`` files of complaints.
        legitimate: a CSV with a column ``number``.
        begins: first test day; earlier complaints are history.
        ends: last test day.
        progress: told the days done and in all.
        half_life_days: another half-life than the rule's, for choosing one.

    Raises:
        BadFile: a folder or file that does not hold what it should.
    """
    complaints = load_complaints(reports, ends)
    honest = load_numbers(legitimate)
    days = _test_days(complaints, begins, ends)
    space = count_valid_numbers()
    early, late = _Tally(), _Tally()
    published = _Tally()
    others = {name: _Tally() for name in BASELINES}
    with Engine() as engine:
        table = engine.table("complaints", _as_reports(complaints))
        for done, day in enumerate(days):
            progress(done, len(days))
            now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=int(day), seconds=-1)
            expression, _ = rate_subjects(table, now=now, half_life_days=half_life_days)
            rows = engine.run(expression.select("subject", "rating", "listing"))
            rated = _Rated.of(rows)
            tally = early if done < len(days) // 2 else late
            today = _day(complaints, day)
            _count(tally, rated.subject, rated.bins, today, honest, screened=True)
            shown = rated.shown
            top = np.full(int(shown.sum()), BINS)
            _count(published, rated.subject[shown], top, today, honest, screened=True)
            history = History.before(complaints.day, complaints.subject, int(day))
            for name, rule in BASELINES.items():
                listed = rule(history)
                _count_rule(others[name], listed.hits, listed.entries, today, honest)
                others[name].space += listed.space
        progress(len(days), len(days))
    every = early + late
    methods = [
        Method(
            name="proso",
            points=[_point(every, b, len(honest.subject), space) for b in BUDGETS]
            + [_point(published, None, len(honest.subject), space)],
            held_out=[
                _held_out(early, late, b, len(honest.subject), space)
                for b in BUDGETS
                if early.days  # one day has no first half
            ],
        )
    ]
    methods += [
        Method(name=name, points=[_point(tally, None, len(honest.subject), space)])
        for name, tally in others.items()
    ]
    return Backtest(
        begins=begins,
        ends=ends,
        days=len(days),
        complaints=every.rows,
        without_number=every.rows - every.valid,
        legitimate=len(honest.subject),
        methods=methods,
    )


def load_complaints(folder: Path, ends: date) -> Complaints:
    """The complaints of a folder up to a day, in order."""
    files = sorted(
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.name[:7] <= f"{ends:%Y-%m}" and path.name[4:5] == "-" and ".csv" in path.name
    )
    if not files:
        raise BadFile(
            found=f"no complaints in {folder.name or folder} up to {ends:%Y-%m}",
            expected="files named YYYY-MM.csv.xz",
            remedy="name the folder with --reports",
        )
    table = pa.concat_tables([ftc.read(path) for path in files])
    table = table.sort_by("at")
    subject = table["subject"].fill_null(0).to_numpy().astype(np.int64)
    day = table["at"].cast(pa.int64()).to_numpy() // 86_400
    none = np.flatnonzero(subject == 0)
    texts = table["text"].take(pa.array(none)).to_pylist()
    caught = _unallocated(subject)
    verdicts = {text: _stopped(text) for text in set(texts)}
    caught[none] = [verdicts[text] for text in texts]
    return Complaints(day=day.astype(np.int64), subject=subject, caught=caught)


def load_numbers(path: Path) -> Complaints:
    """Legitimate numbers, as if each called once on every day."""
    subjects: set[int] = set()
    lines = Lines(path, lambda _: None, latest=datetime.max.replace(tzinfo=UTC))
    for table, _ in lines.tables():
        if "number" in lines.header:
            subjects |= {ftc.subject_of(text) or 0 for text in table["number"].to_pylist()}
    if not subjects - {0}:
        raise BadFile(
            found=f"{path.name} without any number",
            expected="a CSV file with a column named number",
            remedy="name the file with --legitimate",
        )
    subject = np.array(sorted(subjects - {0}), np.int64)
    return Complaints(
        day=np.zeros(len(subject), np.int64), subject=subject, caught=_unallocated(subject)
    )


def count_valid_numbers() -> int:
    """About how many numbers the United States' plan has in use: a systematic sample of it."""
    sample = range(2_000_000_000, 10_000_000_000, _US_PREFIXES_SAMPLED * 10)
    valid = sum(
        PhoneNumber(10_000_000_000 + national).plausibility is Plausibility.ALLOCATED
        for national in sample
    )
    return round(valid / len(sample) * 8_000_000_000)


@dataclass(frozen=True, slots=True)
class _Rated:
    subject: Numbers
    bins: Numbers
    shown: Flags

    @classmethod
    def of(cls, rows: pa.Table) -> "_Rated":
        subject = rows["subject"].to_numpy()
        order = np.argsort(subject)
        rating = rows["rating"].to_numpy()[order]
        shown = pa.compute.is_in(
            rows["listing"], value_set=pa.array(["listed", "watched"])
        ).to_numpy()
        return cls(subject[order], (rating * BINS).astype(np.int64), shown[order])


def _as_reports(complaints: Complaints) -> pa.Table:
    size = len(complaints.day)
    texts = {"assertion": "spam", "category": "other", "region": "US", "source": "ftc"}
    empty = pa.repeat(pa.scalar(""), size)
    at = pa.array(complaints.day * 86_400).cast(pa.timestamp("s", "UTC"))
    columns = {name: pa.repeat(pa.scalar(text), size) for name, text in texts.items()}
    columns |= {"reporter": empty, "origin": empty, "report_id": empty, "at": at}
    columns["subject"] = pa.array(complaints.subject, mask=complaints.subject == 0)
    return pa.table({name: columns[name] for name in REPORTS_SCHEMA.names})


def _test_days(complaints: Complaints, begins: date, ends: date) -> list[int]:
    first, last = ((day - date(1970, 1, 1)).days for day in (begins, ends))
    days = [int(day) for day in np.unique(complaints.day) if first <= day <= last]
    if not days or begins > ends:
        raise BadFile(
            found=f"no complaints from {begins} to {ends}",
            expected="at least one day of them",
            remedy="choose other days with --from and --to",
        )
    if first - int(complaints.day[0]) < 1:
        raise BadFile(
            found=f"no complaints before {begins}",
            expected=f"history to build lists from, at best {HORIZON.days} days",
            remedy="choose a later --from",
        )
    return days


def _day(complaints: Complaints, day: int) -> Complaints:
    start, stop = np.searchsorted(complaints.day, [day, day + 1])
    return Complaints(
        day=complaints.day[start:stop],
        subject=complaints.subject[start:stop],
        caught=complaints.caught[start:stop],
    )


def _count(  # noqa: PLR0913  one list and what it is held against
    tally: _Tally,
    listed: Numbers,
    bins: Numbers,
    today: Complaints,
    honest: Complaints,
    *,
    screened: bool,
) -> None:
    tally.entries += np.bincount(bins, minlength=BINS + 1)
    for calls, counts in ((today, tally.complaints), (honest, tally.legitimate)):
        place = np.minimum(np.searchsorted(listed, calls.subject), max(len(listed) - 1, 0))
        hit = (
            (listed[place] == calls.subject) & ~calls.caught
            if len(listed)
            else calls.caught & False
        )
        if len(listed):
            np.add.at(counts, bins[place[hit]], 1)
    tally.space = int(tally.entries.sum())
    tally.always += int(today.caught.sum()) * screened
    tally.always_valid += int(today.caught[today.subject > 0].sum()) * screened
    tally.always_legitimate += int(honest.caught.sum()) * screened
    _count_rows(tally, today)


def _count_rule(
    tally: _Tally,
    hits: Callable[[Numbers], Flags],
    entries: int,
    today: Complaints,
    honest: Complaints,
) -> None:
    tally.complaints[BINS] += int(hits(today.subject).sum())
    tally.legitimate[BINS] += int(hits(honest.subject).sum())
    tally.entries[BINS] += entries
    _count_rows(tally, today)


def _count_rows(tally: _Tally, today: Complaints) -> None:
    tally.rows += len(today.subject)
    tally.valid += int((today.subject > 0).sum())
    tally.days += 1


def _from_top(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.cumsum(counts[::-1])[::-1]


def _threshold(tally: _Tally, budget: float, honest: int) -> int:
    """The lowest bin whose list stays within the budget; past the last where none does."""
    share = (_from_top(tally.legitimate) + tally.always_legitimate) / (tally.days * honest)
    within = np.flatnonzero(share <= budget)
    return int(within[0]) if len(within) else BINS + 1


def _point(tally: _Tally, budget: float | None, honest: int, space: int) -> Point:
    start = 0 if budget is None else _threshold(tally, budget, honest)
    return _at(tally, start, budget, honest, space)


def _held_out(early: _Tally, late: _Tally, budget: float, honest: int, space: int) -> Point:
    return _at(late, _threshold(early, budget, honest), budget, honest, space)


def _at(tally: _Tally, start: int, budget: float | None, honest: int, space: int) -> Point:
    caught = int(tally.complaints[start:].sum())
    hits = int(tally.legitimate[start:].sum()) + tally.always_legitimate
    entries = int(tally.entries[start:].sum()) // tally.days
    covered = entries if budget is not None else tally.space // tally.days
    share = hits / (tally.days * honest)
    return Point(
        budget=budget,
        threshold=None if budget is None else start / BINS,
        recall=(caught + tally.always) / tally.rows,
        recall_valid=(caught + tally.always_valid) / max(tally.valid, 1),
        false_positives=share,
        interval=wilson(share, honest),
        entries=entries,
        number_space=covered / space,
    )


def wilson(share: float, size: int) -> tuple[float, float]:
    """The 95 % interval of a share seen in `size` cases.  Source: Wilson 1927."""
    z = 1.959964
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    spread = z / (1 + z * z / size) * math.sqrt(share * (1 - share) / size + (z / (2 * size)) ** 2)
    return (max(0.0, middle - spread), min(1.0, middle + spread))


def _unallocated(subject: Numbers) -> Flags:
    values, inverse = np.unique(subject, return_inverse=True)
    unknown = [
        value > 0 and PhoneNumber(value).plausibility is not Plausibility.ALLOCATED
        for value in values.tolist()
    ]
    flags: Flags = np.array(unknown, np.bool_)[inverse]
    return flags


def _stopped(text: str) -> bool:
    now = datetime(2020, 1, 1, tzinfo=UTC)
    call = Call.receive(text, at=now, line=Line(region="US"))
    return screen(call, None, OwnerRules(), now).action is not Action.ALLOW


def as_json(result: Backtest) -> dict[str, object]:
    """The result in the shape docs/reference/backtest.md describes."""
    return {
        "from": f"{result.begins}",
        "to": f"{result.ends}",
        "days": result.days,
        "complaints": result.complaints,
        "without_number": result.without_number,
        "legitimate": result.legitimate,
        "methods": [
            {
                "name": method.name,
                "points": [_point_json(point) for point in method.points],
                "held_out": [_point_json(point) for point in method.held_out],
            }
            for method in result.methods
        ],
    }


def _point_json(point: Point) -> dict[str, object]:
    return {name: getattr(point, name) for name in point.__slots__}


def plot(result: Backtest, path: Path) -> None:
    """Recall against false positives of every method, as a PNG."""
    import matplotlib as mpl  # noqa: PLC0415  half a second that only this function needs

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for method, marker in zip(result.methods, _markers(), strict=False):
        curve = [p for p in method.points if p.budget is not None]
        if curve:
            xs, ys = ([100 * getattr(p, n) for p in curve] for n in ("false_positives", "recall"))
            axes.plot(xs, ys, marker="o", label=f"{method.name}, by threshold")
        for p in method.points:
            if p.budget is None:
                xy = (100 * p.false_positives, 100 * p.recall)
                axes.plot(*xy, marker, ms=9, ls="none", label=f"{method.name}, as published")
    axes.set_xscale("symlog", linthresh=0.01)  # a list that hits nobody is at 0
    ticks = [0, *(100 * budget for budget in BUDGETS)]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("legitimate numbers hit, % (log)")
    axes.set_ylabel("complaints of the day caught, %")
    axes.set_title(f"Lists of the evening before, {result.begins} to {result.ends}")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _markers() -> Iterator[str]:
    yield from "*sDv^<>"


def methods_of(result: Backtest) -> Sequence[tuple[str, Point]]:
    """Every (method, point) in the order of the table."""
    return [(method.name, point) for method in result.methods for point in method.points]
