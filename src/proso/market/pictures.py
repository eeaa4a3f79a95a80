"""Pictures of the answers, as PNG bytes."""

import io
import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from proso.market.countries import countries
from proso.market.facts import FACTS
from proso.market.panel import Floats
from proso.market.paths import Launch, Paths
from proso.market.plan import Plan
from proso.market.rank import Ranking
from proso.market.revenue import Crossing
from proso.market.waiting import Entry

INK: Final = "#1c2733"
CHOSEN: Final = "#0b6e4f"
OTHER: Final = "#9aa5b1"
WARM: Final = "#c8553d"
PALE: Final = "#e4e8ec"
_DPI: Final = 110
_SHOWN: Final = 22

mpl.rcParams["axes.spines.top"] = False
mpl.rcParams["axes.spines.right"] = False
mpl.rcParams["font.size"] = 9.5


def _figure(width: float, height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def png(figure: Figure) -> bytes:
    """The picture as bytes; the same picture gives the same bytes."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
    return out.getvalue()


def rank_intervals(ranking: Ranking) -> bytes:
    """Where each country stands in the worlds: 5 to 95 % and the middle."""
    shown = ranking.places[:_SHOWN]
    figure, axes = _figure(8.4, 0.27 * len(shown) + 1.2)
    for row, place in enumerate(shown):
        colour = CHOSEN if row < ranking.k else OTHER
        axes.plot(
            [place.rank_low, place.rank_high], [row, row], color=colour, lw=5, alpha=0.45,
            solid_capstyle="round",
        )  # fmt: skip
        axes.plot(place.rank_median, row, "o", color=colour, ms=6)
        axes.annotate(
            f"{place.p_top:.2f}", (1.01, row), xycoords=("axes fraction", "data"), va="center",
            color=INK,
        )  # fmt: skip
    axes.axvline(ranking.k + 0.5, color=WARM, lw=1, ls="--")
    axes.set_yticks(range(len(shown)), [place.name for place in shown])
    axes.invert_yaxis()
    axes.set_xscale("log")
    ticks = [1, 2, 5, 10, 20, 50, 100]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("rank among all that can be judged (logarithmic)")
    axes.set_title(f"Rank over the multiverse; right: P(top {ranking.k})", loc="left", color=INK)
    return png(figure)


def gates(ranking: Ranking) -> bytes:
    """The two conditions that are scored everywhere, with the ranges of their thresholds."""
    worlds, inputs = ranking.worlds, ranking.inputs
    figure, axes = _figure(8.4, 5.6)
    share = np.median(worlds.share, axis=0)
    score = np.median(worlds.ecommerce_score, axis=0)
    size = 12 + 900 * np.sqrt(inputs.population / inputs.population.max())
    chosen = {*ranking.chosen}
    colours = [CHOSEN if code in chosen else OTHER for code in inputs.countries]
    tipped, shop = (worlds.thresholds[f"rank.{n}"] for n in ("tipped_at", "ecommerce_threshold"))
    axes.axvspan(tipped.min(), tipped.max(), color=WARM, alpha=0.13, lw=0)
    axes.axhspan(shop.min(), shop.max(), color=WARM, alpha=0.13, lw=0)
    axes.scatter(share, score, s=size, c=colours, alpha=0.6, linewidths=0)
    names = {place.country: place.name for place in ranking.places[: ranking.k + 6]}
    for index, code in enumerate(inputs.countries):
        if code in names and np.isfinite(score[index]):
            axes.annotate(
                names[code], (share[index], score[index]), fontsize=8, ha="center", va="center",
                color=INK,
            )  # fmt: skip
    axes.set_xlim(0, min(1.0, float(np.quantile(share, 0.99)) + 0.05))
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("share of people who have a smartphone (right of the band: tipped already)")
    axes.set_ylabel("e-commerce and payment infrastructure, percentile")
    axes.set_title("The conditions: bands are the declared ranges of the thresholds", loc="left")
    return png(figure)


def adoption_fans(launch: Launch, paths: Paths) -> bytes:
    """Smartphone share of every launch country, half-year by half-year."""
    count = len(launch.countries)
    columns = min(5, max(count, 1))
    lines = -(-count // columns)
    figure = Figure(figsize=(10.5, 2.1 * lines + 0.5), layout="constrained")
    years = (np.arange(paths.share.shape[2]) + 1) / 2
    grid = np.atleast_1d(figure.subplots(lines, columns, sharex=True, sharey=True)).ravel()
    for index, axes in enumerate(grid):
        if index >= count:
            axes.set_visible(False)
            continue
        _fan(axes, years, 100 * paths.share[:, index], CHOSEN)
        axes.axvline(launch.half_year[index] / 2, color=WARM, lw=1, ls="--")
        axes.set_title(countries()[launch.countries[index]].name, fontsize=9, loc="left")
        axes.set_ylim(0, 100)
    figure.suptitle("Smartphone share, %, by years from now (dashed: entry)", x=0.01, ha="left")
    return png(figure)


def _fan(axes: Any, x: Floats, values: Floats, colour: str) -> None:  # noqa: ANN401
    points = np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9], axis=0)
    axes.fill_between(x, points[0], points[4], color=colour, alpha=0.18, lw=0)
    axes.fill_between(x, points[1], points[3], color=colour, alpha=0.3, lw=0)
    axes.plot(x, points[2], color=colour, lw=1.8)


def revenue_fan(crossing: Crossing) -> bytes:
    """Revenue of the firm against the threshold of the Global 500."""
    figure, axes = _figure(8.4, 4.6)
    years = np.array(crossing.years, dtype=np.float64)
    _fan(axes, years, crossing.revenue, CHOSEN)
    _fan(axes, years, crossing.threshold, WARM)
    axes.set_yscale("log")
    axes.set_ylim(max(float(np.quantile(crossing.revenue[:, 0], 0.02)), 1e-3), None)
    ticks = [5, 10, 20, 50, 100, 200, 500]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.annotate("threshold", (years[-1], np.median(crossing.threshold[:, -1])), color=WARM,
                  xytext=(-4, -14), textcoords="offset points", ha="right")  # fmt: skip
    axes.annotate("revenue", (years[-1], np.median(crossing.revenue[:, -1])), color=CHOSEN,
                  xytext=(-4, 8), textcoords="offset points", ha="right")  # fmt: skip
    axes.set_xticks(years, [str(int(year)) for year in years])
    axes.set_xlabel("fiscal year")
    axes.set_ylabel("US$ billion (logarithmic)")
    middle = crossing.years[min(4, len(crossing.years) - 1)]
    axes.set_title(
        f"Revenue and the Global 500: passed by {middle} in {crossing.by(middle):.0%} of the "
        f"paths, never in {crossing.never:.0%}",
        loc="left",
    )
    return png(figure)


def tornado(made: Plan) -> bytes:
    """What the worth of the plan hangs on."""
    bars = made.tornado[:12]
    figure, axes = _figure(8.4, 0.32 * len(bars) + 1.1)
    for row, bar in enumerate(bars):
        low, high = sorted((bar.at_low, bar.at_high))
        axes.barh(row, high - low, left=low, color=CHOSEN, alpha=0.55, height=0.6)
        both = ((bar.at_low, bar.assumption.low), (bar.at_high, bar.assumption.high))
        for place, value in both:
            left = place <= (low + high) / 2
            axes.annotate(
                f"{value:g}", (place, row), va="center", ha="right" if left else "left",
                xytext=(-4 if left else 4, 0), textcoords="offset points", fontsize=8, color=INK,
            )  # fmt: skip
    labels = [bar.assumption.name.split(".")[1].replace("_", " ") for bar in bars]
    axes.set_yticks(range(len(bars)), labels)
    axes.invert_yaxis()
    ends = [end for bar in bars for end in (bar.at_low, bar.at_high)] or [0.0]
    room = 0.12 * (max(ends) - min(ends) or 1)
    axes.set_xlim(min([*ends, 0]) - room, max(ends) + room)
    axes.axvline(0, color=WARM, lw=1)
    axes.set_xlabel("worth of the plan, US$ million, all else at the middle")
    axes.set_title("What matters: each assumption at its two ends", loc="left")
    return png(figure)


@cache
def _shapes() -> dict[str, list[list[list[float]]]]:
    text = resources.files(FACTS).joinpath("shapes.json").read_text("utf-8")
    shapes: dict[str, list[list[list[float]]]] = json.loads(text)
    return shapes


def world(ranking: Ranking, entries: Sequence[Entry]) -> bytes:
    """The world by P(top k), the launch countries numbered by their half-year.

    Outlines: Natural Earth, public domain.
    """
    figure, axes = _figure(10.5, 5.2)
    p_top = {place.country: place.p_top for place in ranking.places}
    colours = mpl.colormaps["YlGn"]
    for code, shape in _shapes().items():
        value = p_top.get(code)
        # Below one in a hundred a tint could not be told from the paper.
        face = PALE if value is None or value < 0.01 else colours(0.12 + 0.8 * value)  # noqa: PLR2004
        parts = [_unwrapped(ring) for ring in shape]
        axes.add_collection(PolyCollection(parts, facecolor=face, edgecolor="white", linewidth=0.4))
    for entry in entries:
        place = countries()[entry.country].place
        if place and entry.half_year is not None:
            axes.annotate(
                str(entry.half_year + 1), place, ha="center", va="center", fontsize=8.5,
                color="white", bbox={"boxstyle": "circle,pad=0.25", "fc": INK, "lw": 0},
            )  # fmt: skip
    axes.set_xlim(-170, 190)
    axes.set_ylim(-57, 84)
    axes.set_aspect(1.2)
    axes.set_axis_off()
    axes.set_title(
        f"P(top {ranking.k}), dark is likely; number: half-year of entry", loc="left", color=INK
    )
    return png(figure)


def _unwrapped(ring: list[list[float]]) -> Floats:
    """An outline in one piece: across the date line it goes on past 180 degrees."""
    points = np.array(ring)
    if np.abs(np.diff(points[:, 0])).max(initial=0) > 180:  # noqa: PLR2004  half the world
        points[points[:, 0] < 0, 0] += 360
    return np.asarray(points, dtype=np.float64)
