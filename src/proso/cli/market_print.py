"""How the answers of `proso market` are printed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from proso.cli.output import answers, market_module, print_json, talk

_SHOWN_BEYOND = 8
"""Countries shown past the chosen ones: those that nearly came in."""


def wide() -> Console:
    """A pipe has no width of its own, and a table cut to 80 columns says nothing."""
    return Console(width=max(answers.width, 132), highlight=False)


def table(*columns: str, title: str | None = None) -> Table:
    """A plain table; columns that begin with > are right-aligned, those with ~ may be folded."""
    made = Table(box=box.SIMPLE, pad_edge=False, title=title, title_justify="left")
    for name in columns:
        right = name.startswith(">")
        folds = name.startswith("~")
        made.add_column(name.lstrip(">~"), justify="right" if right else "left", no_wrap=not folds)
    return made


def ranking(ranked: Any, entries: Sequence[Any], view: Any) -> None:  # noqa: ANN401
    """The ranking as a person reads it."""
    _dates(ranked, view)
    _places(ranked)
    answers.print(f"\n{ranked.verdict}.", markup=False)
    for name, codes in (
        ("population alone", ranked.by_population),
        ("population alone, not of high income today", ranked.by_population_emerging),
        ("GDP alone", ranked.by_gdp),
    ):
        same = len(set(codes) & set(ranked.chosen))
        answers.print(f"{name}: {' '.join(codes)} ({same} the same)", markup=False)
    _notes(ranked)
    _flips(ranked)
    _sequence(entries)
    _ineligible(ranked)


def _dates(ranked: Any, view: Any) -> None:  # noqa: ANN401
    inputs = ranked.inputs
    talk.print(f"as of {inputs.day}: nothing published later is used", markup=False)
    for name, year in inputs.stale.items():
        talk.print(f"old: the newest {name} is of {year}", markup=False)
    if inputs.stale:
        talk.print(
            f"this is the world as last seen in {inputs.seen}; for today's run: "
            "proso market import worldbank",
            markup=False,
        )
    for source, (all_, later) in view.revisions().items():
        if later:
            talk.print(f"{source}: of {later:,} of {all_:,} figures only a later revision exists")
    for one in ranked.hindsight:
        talk.print(f"hindsight: {one.name} could be known from {one.since} on", markup=False)


def _places(ranked: Any) -> None:  # noqa: ANN401
    k = ranked.k
    made = table(
        "", "country", f">P(top {k})", ">rank 5-95 %", ">buyers m", ">share", ">tipping",
        ">social", ">e-comm.", ">by pop.", ">by GDP",
    )  # fmt: skip
    for number, place in enumerate(ranked.places[: k + _SHOWN_BEYOND], start=1):
        made.add_row(
            str(number),
            place.name,
            f"{place.p_top:.2f}",
            f"{place.rank_low}-{place.rank_high}",
            f"{place.buyers / 1e6:.1f}",
            f"{place.share:.0%}{'' if place.surveyed else '~'}",
            f"{place.tipping:.2f}",
            "-" if place.social is None else f"{place.social:.2f}",
            "-" if place.ecommerce is None else f"{place.ecommerce:.2f}",
            str(place.population_rank),
            "-" if place.gdp_rank is None else str(place.gdp_rank),
        )
        if number == k:
            made.add_section()
    wide().print(made)
    unscored = ", ".join(f"{name}: not scored" for name in ranked.inputs.unscored)
    answers.print(
        "buyers: first smartphones within three years, millions; share: of people who have one, "
        "~ where no survey says it;\nconditions: degree to which each is passed; e-commerce from "
        + ", ".join(ranked.inputs.infrastructure)
        + (f"\n{unscored}: nobody published a figure by that day" if unscored else ""),
        markup=False,
    )


def _notes(ranked: Any) -> None:  # noqa: ANN401
    shown = ranked.places[: ranked.k + _SHOWN_BEYOND]
    for title, of in (
        ("\nConditions not passed:", lambda place: place.failed),
        ("\nFriction (a warning, never a veto):", lambda place: [o.text for o in place.frictions]),
    ):
        rows = [(place.name, note) for place in shown for note in of(place)]
        if rows:
            answers.print(title, markup=False)
        for name, note in rows:
            answers.print(f"  {name}: {note}", markup=False)


def _flips(ranked: Any) -> None:  # noqa: ANN401
    words = market_module("answers")
    lines = []
    for number, place in enumerate(ranked.places[: ranked.k + _SHOWN_BEYOND], start=1):
        say = words.flip_sentence if number <= ranked.k else words.admit_sentence
        lines += [say(place.name, flip) for flip in place.flips if flip.inside]
    if lines:
        answers.print("\nWhat would change it, one threshold at a time:", markup=False)
        for line in lines:
            answers.print(f"  {line}", markup=False)


def _sequence(entries: Sequence[Any]) -> None:
    made = table(
        ">half-year", "country", ">worth US$ m", ">if now", ">waiting adds", ">passes", "~why",
        title="Order of entry",
    )  # fmt: skip
    for entry in entries:
        made.add_row(
            "not yet" if entry.half_year is None else str(entry.half_year + 1),
            entry.country,
            f"{entry.worth:.1f}",
            f"{entry.worth_now:.1f}",
            f"{entry.waiting:+.1f}",
            f"{entry.passes:.2f}",
            entry.why,
        )
    wide().print(made)


def _ineligible(ranked: Any) -> None:  # noqa: ANN401
    reasons: dict[str, list[str]] = {}
    for code, why in ranked.inputs.ineligible.items():
        reasons.setdefault(why, []).append(code)
    answers.print("Not judged:", markup=False)
    for why, codes in sorted(reasons.items(), key=lambda item: -len(item[1])):
        answers.print(f"  {why}: {' '.join(codes)}", markup=False)


def explained(steps: Sequence[Any], *, as_json: bool) -> None:
    """Every figure behind one country."""
    if as_json:
        print_json([{"what": s.what, "value": s.value, "rests_on": s.rests_on} for s in steps])
        return
    for step in steps:
        answers.print(f"{step.what}: {step.value}", markup=False)
        answers.print(f"    {step.rests_on}", markup=False)


def needs(rows: Sequence[Any], service: str, k: int, *, as_json: bool) -> None:
    """Countries by how much they need a service."""
    if as_json:
        print_json([asdict(one) for one in rows])
        return
    made = table("country", ">score", f">P(top {k})", ">need", "~known", "~not scored")
    for number, one in enumerate(rows, 1):
        made.add_row(
            one.name,
            f"{one.score:.2f}",
            f"{one.p_top:.2f}",
            f"{one.need:.2f}",
            "; ".join(one.known) or "nothing",
            ", ".join(one.unscored),
        )
        if number == k:
            made.add_section()
    wide().print(made)
    answers.print(
        f"score: P(top {k}) times need of {service}; what is not scored counts as the middle",
        markup=False,
    )
