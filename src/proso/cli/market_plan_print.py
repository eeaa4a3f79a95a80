"""How a plan and its grades are printed."""

from collections.abc import Sequence
from typing import Any

from proso.cli.market_print import table, wide
from proso.cli.output import answers, market_module, talk

_BARS = 8
_NEVER = 9999


def plan(made: Any) -> None:  # noqa: ANN401
    """A plan as a person reads it."""
    for one in made.hindsight:
        talk.print(f"hindsight: {one.name} could be known from {one.since} on", markup=False)
    _portfolio(made.portfolio)
    _countries(made)
    answer = market_module("answers").plan(made)
    low, middle, high = answer["worth"]
    answers.print(
        f"Worth of the plan, discounted: US$ {middle:,.0f} million (80 % between {low:,.0f} and "
        f"{high:,.0f}); it loses money in {answer['p_loss']:.0%} of the worlds.\n"
        f"Cash needed at the deepest: US$ {answer['cash_need'][1]:,.0f} million "
        f"({answer['cash_need'][0]:,.0f} to {answer['cash_need'][2]:,.0f}).\n"
        "Serving one device with proso: "
        f"US$ {made.serving[0]:.5f} to {made.serving[1]:.5f} a year.",
        markup=False,
    )
    _tornado(made.tornado)
    if made.crossing is None:
        answers.print(
            "Global 500: not asked; a company file with two fiscal years of revenue is needed.",
            markup=False,
        )
        return
    _crossing(made.crossing, made.growth)


def _portfolio(chosen: Any) -> None:  # noqa: ANN401
    answers.print(
        f"Products: {', '.join(chosen.chosen)} (US$ {chosen.profit:,.1f} million a year)",
        markup=False,
    )
    marginal = "  ".join(f"{n}: {value:,.1f}" for n, value in enumerate(chosen.marginal, 1))
    answers.print(f"  with exactly n products: {marginal}", markup=False)
    if chosen.ninth:
        answers.print(
            f"  one product more than the limit would change it by {chosen.ninth:+,.1f} million "
            "a year",
            markup=False,
        )
    uncovered = [name for name, part in chosen.covered.items() if round(part, 2) == 0]
    if uncovered:
        answers.print(f"  left to others: {', '.join(uncovered)}", markup=False)


def _countries(made: Any) -> None:  # noqa: ANN401
    printed = table(
        "country", ">half-year", ">year-5 revenue, US$ m", ">cash need, US$ m",
        ">even after", ">P(never even)", ">price", ">margin", ">services/user",
    )  # fmt: skip
    for one in made.countries:
        even = "-" if one.break_even is None else f"{one.break_even / 2:.1f} years"
        printed.add_row(
            one.country,
            str(one.half_year + 1),
            "{1:,.0f} ({0:,.0f}-{2:,.0f})".format(*one.revenue),
            "{1:,.0f} ({0:,.0f}-{2:,.0f})".format(*one.need),
            even,
            f"{one.never:.0%}",
            f"{one.unit['price']:,.0f}",
            f"{one.unit['margin']:,.1f}",
            f"{one.unit['services']:,.2f}",
        )
    wide().print(printed)
    first = made.countries[0].unit if made.countries else {}
    names = ("parts", "freight", "duty", "channel", "warranty", "margin")
    answers.print(
        "price without tax, US$: " + " + ".join(f"{n} {first.get(n, 0):,.1f}" for n in names),
        markup=False,
    )


def _tornado(bars: Sequence[Any]) -> None:
    printed = table("what matters most", ">low", ">high", ">worth at low", ">worth at high")
    for bar in bars[:_BARS]:
        one = bar.assumption
        printed.add_row(
            one.name,
            f"{one.low:g}",
            f"{one.high:g}",
            f"{bar.at_low:,.0f}",
            f"{bar.at_high:,.0f}",
        )
    wide().print(printed)


def _year(year: int) -> str:
    return "never" if year == _NEVER else str(year)


def _crossing(crossing: Any, growth: Any) -> None:  # noqa: ANN401
    low, high = crossing.interval()
    line = "  ".join(f"{year}: {crossing.by(year):.2f}" for year in crossing.years)
    answers.print(
        f"Global 500, P(passed by fiscal year): {line}\n"
        f"  P(never by {crossing.years[-1]}) {crossing.never:.2f}; half of the paths pass between "
        f"{_year(low)} and {_year(high)}",
        markup=False,
    )
    if growth:
        answers.print(
            f"  growth decays as it did for {', '.join(growth.firms)} ({growth.pairs} pairs of "
            f"years): log growth keeps {growth.slope:.2f} of itself; all of them survived, so the "
            "paths lean to the hopeful side",
            markup=False,
        )


def backtest(choice: Any, tipping: Any, forecasts: Sequence[Any], graded: Any) -> None:  # noqa: ANN401
    """The grades as a person reads them."""
    _choice(choice)
    answers.print(f"{choice.verdict}.\n{market_module('answers').CAVEAT}.\n", markup=False)
    _tipping(tipping)
    _forecasts(forecasts)
    low, high = graded.interval
    answers.print(
        f"Global 500 from what was known in January 2014: passed in FY{graded.actual}; half of the "
        f"paths pass between {_year(low)} and {_year(high)}: "
        f"{'inside' if graded.inside else 'OUTSIDE'}; "
        f"P(by FY{graded.actual}) {graded.by_actual:.2f}, P(never) {graded.never:.2f}",
        markup=False,
    )
    printed = table("fiscal year", ">10 %", ">50 %", ">90 %", ">actual, US$ bn", title="Revenue")
    for year, ten, fifty, ninety, actual in graded.revenue:
        printed.add_row(str(year), f"{ten:.1f}", f"{fifty:.1f}", f"{ninety:.1f}", f"{actual:.1f}")
    wide().print(printed)


def _choice(choice: Any) -> None:  # noqa: ANN401
    printed = table(
        "the ten of April 2014", ">median", ">5-95 %", ">by P(top k)", ">population",
        ">not high income", ">GDP",
    )  # fmt: skip
    for one in choice.hits:
        printed.add_row(
            f"hits at {one.k}",
            f"{one.median:g}",
            f"{one.low:g}-{one.high:g}",
            str(one.by_probability),
            str(one.population),
            str(one.population_emerging),
            str(one.gdp),
        )
    wide().print(printed)
    answers.print(
        f"AUC {choice.auc:.3f}, Brier {choice.brier:.4f}; hit {' '.join(choice.hit)}; missed "
        f"{' '.join(choice.missed)}; in their place {' '.join(choice.intruders)}",
        markup=False,
    )
    answers.print(
        "calibration of P(top 10): "
        + "; ".join(
            f"{low:g}-{high:g}: {count} countries, mean {mean:.2f}, {happened} announced"
            for low, high, count, mean, happened in choice.calibration
        ),
        markup=False,
    )
    answers.print(
        "median hits at 10 and 20 with the e-commerce threshold held at "
        + "; ".join(f"{value}: {ten:g}, {twenty:g}" for value, ten, twenty in choice.other_ranges),
        markup=False,
    )


def _tipping(tipping: Any) -> None:  # noqa: ANN401
    if tipping is None:
        answers.print(
            "tipping score: not graded; import surveys first: "
            "proso market import csv FILE --mapping pew\n",
            markup=False,
        )
        return
    low, high = tipping.interval
    answers.print(
        f"tipping score against the gain of smartphones 2013-15 in {tipping.countries} countries: "
        f"Spearman {tipping.score:.2f} ({low:.2f} to {high:.2f}); affordability alone "
        f"{tipping.affordability:.2f}, GDP per head {tipping.gdp:.2f}, internet use "
        f"{tipping.internet:.2f}\n",
        markup=False,
    )


def _forecasts(forecasts: Sequence[Any]) -> None:
    methods = list(forecasts[0].errors)
    printed = table(
        "indicator", ">countries", *(f">{name}" for name in methods),
        ">in 80 %", ">saturated/naive",
        title="Forecasts from 2013: mean absolute error of 2014 to 2018",
    )  # fmt: skip
    for one in forecasts:
        ratio = f"{one.saturated_ratio:.2f} ({one.saturated})" if one.saturated else "-"
        printed.add_row(
            one.indicator,
            str(one.countries),
            *(f"{one.errors[name]:.2f}" for name in methods),
            f"{one.coverage:.0%}",
            ratio,
        )
    wide().print(printed)
