"""The report of a ranking and a plan: one HTML file that fetches nothing, or Markdown."""

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from proso.market import answers, pictures
from proso.market.assumptions import Assumptions
from proso.market.countries import countries
from proso.market.explain import Step, explain
from proso.market.panel import AsOf
from proso.market.plan import Plan
from proso.market.rank import Ranking
from proso.market.waiting import Entry

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;color:#1c2733;max-width:62rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.8rem;margin:0}h2{margin-top:2.4rem;border-bottom:1px solid #e4e8ec}
table{border-collapse:collapse;font-size:.9rem;width:100%}
td,th{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #e4e8ec;vertical-align:top}
td:first-child,th:first-child,.t{text-align:left}
img{max-width:100%;height:auto}
.note{background:#f6f1ea;padding:.7rem 1rem;border-left:4px solid #c8553d}
details{margin:.5rem 0}summary{cursor:pointer;font-weight:600}small{color:#5a6672}
@media(prefers-color-scheme:dark){body{background:#14191f;color:#e4e8ec}
td,th,h2{border-color:#333c46}
.note{background:#241d18}img{background:#fff;border-radius:4px}
small{color:#9aa5b1}}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is made of."""

    view: AsOf
    ranking: Ranking
    entries: Sequence[Entry]
    plan: Plan
    assumptions: Assumptions


def headline(report: Report) -> str:
    """What a manager reads first."""
    names = ", ".join(countries()[code].name for code in report.ranking.chosen)
    first = [countries()[e.country].name for e in report.entries if e.half_year == 0]
    worth = answers.plan(report.plan)["worth"]
    now = f"Now: {' and '.join(first)}. " if first else "Nothing is worth entering now. "
    return (
        f"{names}. {now}The plan is worth US$ {worth[1]:,.0f} million at the median, with 80 % "
        f"between {worth[0]:,.0f} and {worth[2]:,.0f}."
    )


def cautions(report: Report) -> list[str]:
    """What a reader must know before believing any of it."""
    inputs = report.ranking.inputs
    lines = [f"{name}: not scored, nobody had published a figure" for name in inputs.unscored]
    if inputs.stale:
        oldest = min(inputs.stale.values())
        lines.append(
            f"figures are old (the oldest series ends in {oldest}): the world as last seen"
        )
    for source, (all_, later) in report.view.revisions().items():
        if later:
            lines.append(f"{source}: of {later:,} of {all_:,} figures only a later revision exists")
    lines += [
        f"hindsight: {one.name} could be known from {one.since} on"
        for one in (*report.ranking.hindsight, *report.plan.hindsight)
    ]
    lines.append(report.ranking.verdict)
    return lines


def _images(report: Report) -> list[tuple[str, bytes]]:
    made = [
        ("Where, and in which order", pictures.world(report.ranking, report.entries)),
        ("How sure the ranks are", pictures.rank_intervals(report.ranking)),
        ("The conditions", pictures.gates(report.ranking)),
    ]
    if report.plan.launch.countries:
        fans = pictures.adoption_fans(report.plan.launch, report.plan.paths)
        made.append(("Adoption", fans))
    if report.plan.crossing:
        made.append(("Revenue and the Global 500", pictures.revenue_fan(report.plan.crossing)))
    made.append(("What matters", pictures.tornado(report.plan)))
    return made


_RANKS: Final = ("country", "P(top)", "rank 5-95 %", "buyers, m", "share", "tipping", "social",
                 "e-commerce", "by population", "by GDP")  # fmt: skip
_ORDER: Final = ("country", "half-year", "worth, US$ m", "waiting adds", "passes", "why")
_PLANS: Final = ("country", "year-5 revenue, US$ m", "cash need, US$ m", "even after, years",
                 "P(never even)")  # fmt: skip
_ASSUMED: Final = ("assumption", "low", "high", "unit", "why")


def _tables(report: Report) -> list[tuple[str, Sequence[str], list[list[str]]]]:
    ranks = [
        [
            p.name, f"{p.p_top:.2f}", f"{p.rank_low}-{p.rank_high}", f"{p.buyers / 1e6:.1f}",
            f"{p.share:.0%}{'' if p.surveyed else ' est.'}", f"{p.tipping:.2f}",
            "not scored" if p.social is None else f"{p.social:.2f}",
            "not scored" if p.ecommerce is None else f"{p.ecommerce:.2f}",
            str(p.population_rank), str(p.gdp_rank or "-"),
        ]
        for p in report.ranking.places[: report.ranking.k + 8]
    ]  # fmt: skip
    order = [
        [
            countries()[e.country].name,
            "not yet" if e.half_year is None else str(e.half_year + 1),
            f"{e.worth:.1f}", f"{e.waiting:+.1f}", f"{e.passes:.2f}", e.why,
        ]
        for e in report.entries
    ]  # fmt: skip
    plans = [
        [
            countries()[c.country].name,
            "{1:,.0f} ({0:,.0f}-{2:,.0f})".format(*c.revenue),
            "{1:,.0f} ({0:,.0f}-{2:,.0f})".format(*c.need),
            "-" if c.break_even is None else f"{c.break_even / 2:.1f}",
            f"{c.never:.0%}",
        ]
        for c in report.plan.countries
    ]
    assumed = [[a.name, f"{a.low:g}", f"{a.high:g}", a.unit, a.why] for a in report.assumptions]
    return [
        ("Ranking", _RANKS, ranks),
        ("Order of entry", _ORDER, order),
        ("Countries of the plan", _PLANS, plans),
        ("What is assumed", _ASSUMED, assumed),
    ]


def _notes(report: Report) -> list[str]:
    lines = []
    for number, place in enumerate(report.ranking.places[: report.ranking.k + 8], 1):
        lines += [f"{place.name}: {failed}" for failed in place.failed]
        lines += [f"{place.name}: {one.text} ({one.source})" for one in place.frictions]
        chosen = number <= report.ranking.k
        say = answers.flip_sentence if chosen else answers.admit_sentence
        lines += [say(place.name, flip) for flip in place.flips if flip.inside]
    return lines


def as_html(report: Report) -> str:
    """The report as one file: pictures inside, nothing fetched."""
    day = report.ranking.inputs.day
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Markets as of {day}</title>",
        f"<meta name=viewport content='width=device-width'><style>{_STYLE}</style>",
        f"<h1>Which countries next</h1><small>as of {day}: nothing published later is used</small>",
        f"<p><strong>{html.escape(headline(report))}</strong></p><div class=note><ul>",
        *(f"<li>{html.escape(line)}</li>" for line in cautions(report)),
        "</ul></div>",
    ]
    for title, data in _images(report):
        code = base64.b64encode(data).decode("ascii")
        parts.append(f"<h2>{title}</h2><img alt='{title}' src='data:image/png;base64,{code}'>")
    for title, heads, rows in _tables(report):
        parts.append(f"<h2>{title}</h2>{_html_table(heads, rows)}")
    parts.append("<h2>Failed conditions, friction, and what would change it</h2><ul>")
    parts += [f"<li>{html.escape(line)}</li>" for line in _notes(report)]
    parts.append("</ul><h2>Every figure and its row</h2>")
    for code in report.ranking.chosen:
        steps = explain(report.view, report.ranking, report.assumptions, code)
        rows = [[step.what, step.value, step.rests_on] for step in steps]
        inside = _html_table(("figure", "value", "rests on"), rows)
        parts.append(f"<details><summary>{countries()[code].name}</summary>{inside}</details>")
    parts.append("<p><small>Outlines of countries: Natural Earth, public domain.</small></html>\n")
    return "\n".join(parts)


def _html_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = {"why", "rests on", "unit"}
    marks = [" class=t" if head in text else "" for head in heads]
    head = "".join(f"<th{m}>{html.escape(h)}" for h, m in zip(heads, marks, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{m}>{html.escape(c)}" for c, m in zip(row, marks, strict=True))
        for row in rows
    )
    return f"<table><tr>{head}{body}</table>"


def as_markdown(report: Report) -> str:
    """The report for a pull request: no pictures, the figures behind each country folded away."""
    day = report.ranking.inputs.day
    lines = [f"# Which countries next, as of {day}", "", headline(report), ""]
    lines += [f"> {line}  " for line in cautions(report)]
    for title, heads, rows in _tables(report):
        lines += ["", f"## {title}", "", "| " + " | ".join(heads) + " |"]
        lines.append("|" + "---|" * len(heads))
        lines += ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]
    lines += ["", "## Failed conditions, friction, and what would change it", ""]
    lines += [f"* {line}" for line in _notes(report)]
    for code in report.ranking.chosen:
        steps: tuple[Step, ...] = explain(report.view, report.ranking, report.assumptions, code)
        lines += ["", f"<details><summary>{countries()[code].name}</summary>", ""]
        lines += [f"* {step.what}: {step.value} ({step.rests_on})" for step in steps]
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"
