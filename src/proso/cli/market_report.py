"""`proso market report` and `proso market launch`: what to read, and what to hand to a hub."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from proso.cli.market import market, options, planned, question, view_of
from proso.cli.output import answers, market_module, print_json, talk


@market.command()
@options
@click.option("--capacity", default=2, show_default=True, help="Countries a half-year.")
@click.option("--budget", type=float, help="US$ million a half-year for entries.")
@click.option("--company", type=click.Path(path_type=Path), help="TOML file of your revenue.")
@click.option("--paths", default=10_000, show_default=True, type=click.IntRange(100, 200_000))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="An .html or .md file.")
def report(  # noqa: PLR0913  a command with its options
    as_of: datetime | None,
    data: Path | None,
    assumed: Path | None,
    exclude: str,
    k: int,
    draws: int,
    seed: int,
    as_json: bool,  # noqa: FBT001
    capacity: int,
    budget: float | None,
    company: Path | None,
    paths: int,
    out: Path,
) -> None:
    """Ranking and plan as one file to read: HTML with pictures, or Markdown.

    Example: proso market report --as-of 2014-01-31 --out market.html
    """
    if out.suffix not in {".html", ".md"}:
        raise click.BadParameter(
            f"{out.name!r} ends neither in .html nor in .md", param_hint="--out"
        )
    view = view_of(as_of, data)
    limits = market_module("waiting").Limits(capacity=capacity, budget=budget)
    with talk.status("ranking, planning, drawing"):
        asked = question(k, draws, seed, exclude)
        files = (None, company, None)
        ranked, entries, made = planned(view, assumed, asked, limits, files, (paths, 8))
        module = market_module("report")
        whole = module.Report(
            view, ranked, entries, made, market_module("assumptions").load(assumed)
        )
        text = module.as_html(whole) if out.suffix == ".html" else module.as_markdown(whole)
    out.write_text(text, "utf-8")
    if as_json:
        print_json({"file": str(out), "bytes": len(text.encode())})
        return
    answers.print(f"{out}: {len(text.encode()):,} bytes", markup=False)
    answers.print(module.headline(whole), markup=False)


@market.command()
@options
@click.option("--for", "service", type=click.Choice(["calls", "wifi"]), help="Weigh by a service.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write the regions as JSON here.")
def launch(  # noqa: PLR0913  a command with its options
    as_of: datetime | None,
    data: Path | None,
    assumed: Path | None,
    exclude: str,
    k: int,
    draws: int,
    seed: int,
    as_json: bool,  # noqa: FBT001
    service: str | None,
    out: Path | None,
) -> None:
    """The chosen countries as a hub's regions: numbering plan, series and feeds, ready or missing.

    Example: proso market launch --for calls --top 5
    """
    view = view_of(as_of, data)
    module = market_module("launch")
    assumptions = market_module("assumptions").load(assumed)
    ranked = market_module("rank").rank(view, assumptions, question(k, draws, seed, exclude))
    codes = ranked.chosen
    if service:
        codes = tuple(n.country for n in module.needs(view, ranked, assumptions, service)[:k])
    found = module.regions(codes, view.day)
    if out:
        import json

        table = {"as_of": view.day.isoformat(), "regions": [asdict(one) for one in found]}
        out.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        plan = f"+{one.calling_code}, such as {one.mobile_example}" if one.calling_code else "none"
        answers.print(f"{one.region} {one.name}", markup=False)
        answers.print(f"  numbering plan: {plan}", markup=False)
        for title, values in (
            ("number series", one.series),
            ("reports", one.reports),
            ("hotspots", one.hotspots),
            ("missing", one.missing),
        ):
            if values:
                answers.print(f"  {title}: {'; '.join(values)}", markup=False)
    talk.print("regions for a hub: " + " ".join(one.region for one in found), markup=False)
