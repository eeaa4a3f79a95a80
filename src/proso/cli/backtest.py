"""`proso backtest`: what would yesterday's packs have caught?"""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from proso.cli.output import answers, hub_module, print_json, talk

_day = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def backtest() -> None:
    """What would packs built the evening before have caught?"""


@backtest.command()
@click.option("--reports", type=click.Path(path_type=Path), required=True, help="Folder of months.")
@click.option(
    "--legitimate", type=click.Path(path_type=Path), required=True, help="CSV of numbers."
)
@click.option("--from", "begins", type=_day, required=True, help="First test day.")
@click.option("--to", "ends", type=_day, required=True, help="Last test day.")
@click.option("--plot", type=click.Path(path_type=Path), help="Also draw a PNG here.")
@click.option("--json", "as_json", is_flag=True)
def calls(  # noqa: PLR0913  a command with its options
    reports: Path,
    legitimate: Path,
    begins: datetime,
    ends: datetime,
    plot: Path | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Recall and false positives of proso and of others' rules, day by day.

    Example: proso backtest calls --reports ftc --legitimate honest.csv --from 2020-09-01
    --to 2020-11-30 --plot backtest.png
    """
    from rich.progress import Progress

    testing = hub_module("backtest")
    with Progress(console=talk, transient=True) as bar:
        task = bar.add_task("replaying", total=None)
        result = testing.run(
            reports=reports,
            legitimate=legitimate,
            begins=begins.date(),
            ends=ends.date(),
            progress=lambda done, days: bar.update(task, completed=done, total=days),
        )
    if as_json:
        print_json(testing.as_json(result))
    else:
        _print(result)
    if plot:
        testing.plot(result, plot)  # last: where it cannot be written, the figures are not lost


def _print(result: Any) -> None:  # noqa: ANN401
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(
        box=box.SIMPLE,
        pad_edge=False,
        title=f"{result.days} days, {result.complaints:,} complaints ({result.without_number:,} "
        f"without a usable number), {result.legitimate:,} honest numbers",
    )
    columns = ("method", "budget", "recall", "of valid", "FP", "95 % of FP", "entries")
    for name in (*columns, "number space"):
        table.add_column(name, justify="left" if name == "method" else "right", no_wrap=True)
    for method in result.methods:
        for point in method.points:
            table.add_row(method.name, *_cells(point))
        for point in method.held_out:
            table.add_row(f"{method.name} (held out)", *_cells(point))
        table.add_section()
    # A pipe has no width of its own, and a table cut to 80 columns says nothing.
    Console(width=max(answers.width, 110), highlight=False).print(table)
    answers.print(
        "FP: share of honest numbers hit on a day; number space: share of all numbers the list "
        "would stop.\nLists are built from complaints of earlier days only; recall counts all "
        "rows, and those without a number count for proso where screening acts on them.\nbudget: "
        "the lowest threshold that hits at most this share of honest numbers on the same days; "
        "held out: threshold from the first half of the days, figures from the second."
    )


def _cells(point: Any) -> list[str]:  # noqa: ANN401
    low, high = point.interval
    return [
        "as is" if point.budget is None else f"{point.budget:.2%}",
        f"{point.recall:.2%}",
        f"{point.recall_valid:.2%}",
        f"{point.false_positives:.3%}",
        f"{100 * low:.2f}-{high:.2%}",
        f"{point.entries:,}",
        f"{point.number_space:.4%}",
    ]
