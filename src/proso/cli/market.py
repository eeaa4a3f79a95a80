"""`proso market`: which countries next, in what order, and does the plan pay."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from proso.cli.output import answers, market_module, print_json, talk

_day = click.DateTime(formats=["%Y-%m-%d"])


def data_home() -> Path:
    """Where imported figures are kept."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "proso" / "market"


def today() -> date:
    """The day of the clock, UTC."""
    return datetime.now(UTC).date()


def options(command: Callable[..., None]) -> Callable[..., None]:
    """What every question of the market takes."""
    for option in (
        click.option("--as-of", type=_day, help="Use nothing published later; today if not given."),
        click.option(
            "--data", type=click.Path(path_type=Path), help="Folder of imports.", show_default=False
        ),
        click.option(
            "--assumptions", "assumed", type=click.Path(path_type=Path), help="TOML file."
        ),
        click.option("--exclude", default="", help="Codes left out: home, and where you are."),
        click.option("--top", "k", default=10, show_default=True, help="Countries to choose."),
        click.option("--draws", default=2000, show_default=True, type=click.IntRange(10, 100_000)),
        click.option("--seed", default=1, show_default=True),
        click.option("--json", "as_json", is_flag=True),
    ):
        command = option(command)
    return command


def view_of(as_of: datetime | None, data: Path | None) -> Any:  # noqa: ANN401
    """Everything published up to a day: the built-in facts and one's own imports."""
    panel = market_module("builtin").panel() + market_module("importing").imported(
        data or data_home()
    )
    return panel.as_of(as_of.date() if as_of else today())


def codes_of(text: str) -> tuple[str, ...]:
    """Countries of an option, separated by commas."""
    find = market_module("countries").find
    found = []
    for word in text.replace(";", ",").split(","):
        if word.strip():
            code = find(word)
            if code is None:
                raise click.BadParameter(f"{word.strip()!r} is no country; use a code such as IND")
            found.append(code)
    return tuple(found)


def question(k: int, draws: int, seed: int, exclude: str) -> Any:  # noqa: ANN401
    """What is asked of the ranking."""
    return market_module("rank").Question(k=k, draws=draws, seed=seed, exclude=codes_of(exclude))


@click.group()
def market() -> None:
    """Which countries next, in what order, and does the plan pay?"""


@market.command()
@options
@click.option("--capacity", default=2, show_default=True, help="Countries a half-year.")
@click.option("--budget", type=float, help="US$ million a half-year for entries.")
@click.option("--explain", help="Tell every figure behind one country.")
@click.option("--for", "service", type=click.Choice(["calls", "wifi"]), help="Weigh by a service.")
def rank(  # noqa: PLR0913  a command with its options
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
    explain: str | None,
    service: str | None,
) -> None:
    """Rank countries by three conditions, with how sure that is, and in which order to enter.

    Example: proso market rank --as-of 2013-12-31 --exclude CHN,HKG,TWN,SGP,MAC
    """
    from proso.cli import market_print

    view = view_of(as_of, data)
    assumptions = market_module("assumptions").load(assumed)
    with talk.status("judging every country in every world"):
        ranking = market_module("rank").rank(view, assumptions, question(k, draws, seed, exclude))
        limits = market_module("waiting").Limits(capacity=capacity, budget=budget)
        serving = market_module("serving").load()
        entries = market_module("sequence").entries(ranking, assumptions, serving, limits)
    if explain:
        rows = market_module("explain").explain(view, ranking, assumptions, codes_of(explain)[0])
        market_print.explained(rows, as_json=as_json)
        return
    if service:
        needs = market_module("launch").needs(view, ranking, assumptions, service)
        market_print.needs(needs[: k + 8], service, k, as_json=as_json)
        return
    if as_json:
        print_json(market_module("answers").ranking(ranking, entries, view))
        return
    market_print.ranking(ranking, entries, view)


def planned(  # noqa: PLR0913  everything a plan is made with
    view: Any,  # noqa: ANN401
    assumed: Path | None,
    asked: Any,  # noqa: ANN401
    limits: Any,  # noqa: ANN401
    files: tuple[Path | None, Path | None, Path | None],
    paths: tuple[int, int],
) -> tuple[Any, Any, Any]:
    """Ranking, order of entry and plan."""
    products, company, serving = files
    module = market_module("plan")
    assumptions = market_module("assumptions").load(assumed)
    ranked = market_module("rank").rank(view, assumptions, asked)
    served = market_module("serving").load(serving)
    entries = market_module("sequence").entries(ranked, assumptions, served, limits)
    means = module.Means(
        assumptions,
        served,
        market_module("portfolio").load(products),
        market_module("revenue").load_company(company, view.day),
    )
    how = module.PlanQuestion(paths=paths[0], years=paths[1], seed=asked.seed)
    return ranked, entries, module.plan(view, ranked, entries, means, how)


@market.command()
@options
@click.option("--capacity", default=2, show_default=True, help="Countries a half-year.")
@click.option("--budget", type=float, help="US$ million a half-year for entries.")
@click.option("--products", type=click.Path(path_type=Path), help="TOML file of candidates.")
@click.option("--company", type=click.Path(path_type=Path), help="TOML file of your revenue.")
@click.option("--serving", type=click.Path(path_type=Path), help="TOML file of measured costs.")
@click.option("--paths", default=10_000, show_default=True, type=click.IntRange(100, 200_000))
@click.option("--years", default=8, show_default=True, type=click.IntRange(1, 15))
def plan(  # noqa: PLR0913  a command with its options
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
    products: Path | None,
    company: Path | None,
    serving: Path | None,
    paths: int,
    years: int,
) -> None:
    """Products, countries, revenue and cash of a plan, and when it passes the Global 500.

    Example: proso market plan --as-of 2014-01-31 --exclude CHN,HKG,TWN,SGP,MAC
    """
    from proso.cli import market_plan_print

    view = view_of(as_of, data)
    limits = market_module("waiting").Limits(capacity=capacity, budget=budget)
    with talk.status("following every path"):
        _, _, made = planned(
            view,
            assumed,
            question(k, draws, seed, exclude),
            limits,
            (products, company, serving),
            (paths, years),
        )
    if as_json:
        print_json(market_module("answers").plan(made))
        return
    market_plan_print.plan(made)


@market.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of imports.")
@click.option("--assumptions", "assumed", type=click.Path(path_type=Path), help="TOML file.")
@click.option("--draws", default=2000, show_default=True, type=click.IntRange(10, 100_000))
@click.option("--paths", default=10_000, show_default=True, type=click.IntRange(100, 200_000))
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def backtest(  # noqa: PLR0913  a command with its options
    data: Path | None,
    assumed: Path | None,
    draws: int,
    paths: int,
    seed: int,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make the choice and the plan of 2013 again, and hold them against what happened.

    Example: proso market backtest
    """
    from proso.cli import market_plan_print

    back, accuracy = market_module("backtest"), market_module("accuracy")
    assumptions = market_module("assumptions").load(assumed)
    imports = market_module("importing").imported(data or data_home())
    panel = market_module("builtin").panel() + imports
    now = panel.as_of(today())
    from rich.progress import Progress

    with Progress(console=talk, transient=True) as bar:
        task = bar.add_task("judging the past", total=11)

        def step() -> None:
            bar.advance(task)

        chosen, _ = back.choice(panel.as_of(back.DECIDED), assumptions, draws, seed)
        step()
        tipped = back.tipping(panel.as_of(back.DECIDED), assumptions, imports)
        forecasts = [
            accuracy.accuracy(now, name, progress=step)
            for name in ("internet_users_pct", "mobile_subs_p100", "fixed_bb_p100")
        ]
        graded = back.graded_plan(assumptions, paths, seed)
        step()
    if as_json:
        print_json(market_module("answers").backtest(chosen, tipped, forecasts, graded))
        return
    market_plan_print.backtest(chosen, tipped, forecasts, graded)


@market.group(name="import")
def import_() -> None:
    """Take in figures that may not travel inside proso."""


@import_.command(name="list")
def list_() -> None:
    """The files proso knows how to read, their licences, and the indicators.

    Example: proso market import list
    """
    importing = market_module("importing")
    for name in importing.presets():
        how = importing.mapping(name)
        answers.print(f"{name:<13} {how.source.title}", markup=False)
        answers.print(f"{'':<13} licence: {how.source.licence}", markup=False)
        answers.print(f"{'':<13} {how.checked}", markup=False)
    answers.print("\nindicators:", markup=False)
    for one in market_module("indicators").INDICATORS.values():
        answers.print(f"  {one.code:<26} {one.label}, {one.unit}", markup=False)


@import_.command(name="csv")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--mapping", required=True, help="A name of `import list`, or a TOML file.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of imports.")
@click.option("--json", "as_json", is_flag=True)
def csv_(files: tuple[Path, ...], mapping: str, data: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Any CSV, by a mapping.

    Example: proso market import csv smartphone_pew.csv --mapping pew
    """
    importing = market_module("importing")
    how = importing.mapping(mapping)
    done = []
    for path in files:
        facts = importing.read(path, how, today())
        written = importing.write(data or data_home(), f"{how.source.key}-{path.stem}", facts)
        done.append({"file": str(path), "figures": len(facts), "kept_in": str(written)})
        if not as_json:
            answers.print(f"{path.name}: {len(facts):,} figures into {written}", markup=False)
    if as_json:
        print_json({"licence": how.source.licence, "files": done})
        return
    talk.print(f"licence of these figures: {how.source.licence}", markup=False)


@import_.command()
@click.option("--years", default=10, show_default=True, type=click.IntRange(1, 60))
@click.option("--data", type=click.Path(path_type=Path), help="Folder of imports.")
@click.option("--endpoint", help="Another address of the API.")
def worldbank(years: int, data: Path | None, endpoint: str | None) -> None:
    """The World Bank's newest figures (CC BY 4.0), over the network.

    Example: proso market import worldbank --years 15
    """
    importing, bank = market_module("importing"), market_module("worldbank")
    with talk.status("asking the World Bank"):
        facts = importing.world_bank(bank.fetcher(endpoint), years, today())
    written = importing.write(data or data_home(), "worldbank", facts)
    answers.print(f"{len(facts):,} figures into {written}", markup=False)
