"""Makes the tables in src/proso/market/facts that come from open data; run when a table is renewed.

    tools/make_market_facts.py --data ../shared/data/markets --atlas node_modules/world-atlas

Only CC BY 4.0 facts go in, rounded to five digits, each row with its source and licence.  Shapes
are Natural Earth's (public domain), from the npm package world-atlas; outlines are thinned to what
a picture of 1,200 points can show.
"""

import argparse
import csv
import json
import re
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

FACTS = Path(__file__).parents[1] / "src" / "proso" / "market" / "facts"
FLAT = 0.01
"""Square degrees: a ring that rounding made flat."""
YEARS = range(1990, 2019)
SOURCES = {"Gapminder": "wdi-gapminder", "World Bank WDI": "wdi-2019", "World Bank LPI": "lpi"}
LEFT_OUT = {"pc_p100"}  # ends in 2006 and no criterion uses it
ATLAS_NAMES = {
    "bosniaandherz": "BIH", "centralafricanrep": "CAF", "congo": "COG", "cotedivoire": "CIV",
    "czechia": "CZE", "demrepcongo": "COD", "dominicanrep": "DOM", "eqguinea": "GNQ",
    "eswatini": "SWZ", "falklandis": "FLK", "frsantarcticlands": "", "iran": "IRN", "laos": "LAO",
    "macedonia": "MKD", "moldova": "MDA", "myanmar": "MMR", "ncyprus": "", "northkorea": "PRK",
    "palestine": "PSE", "russia": "RUS", "southkorea": "KOR", "ssudan": "SSD", "solomonis": "SLB",
    "somaliland": "", "stvincentandgrenadines": "VCT", "syria": "SYR", "taiwan": "TWN",
    "tanzania": "TZA", "unitedstatesofamerica": "USA", "vietnam": "VNM", "wsahara": "ESH",
    "unitedkingdom": "GBR", "unitedarabemirates": "ARE", "capeverde": "CPV", "micronesia": "FSM",
    "antarctica": "", "brunei": "BRN", "kosovo": "XKX", "bolivia": "BOL", "venezuela": "VEN",
    "egypt": "EGY", "gambia": "GMB", "kyrgyzstan": "KGZ", "slovakia": "SVK", "yemen": "YEM",
    "turkey": "TUR", "bahamas": "BHS", "timorleste": "TLS", "hongkong": "HKG", "macao": "MAC",
}  # fmt: skip
PLACES: dict[str, tuple[object, object]] = {"RUS": (99.0, 62.0)}
"""Where the middle of the outline is wrong: Russia's crosses the date line."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--atlas", type=Path, required=True)
    options = parser.parse_args()
    countries = list(csv.DictReader((options.data / "countries.csv").open(encoding="utf-8")))
    write_facts(options.data / "panel_open.csv", {row["iso3"] for row in countries})
    by_name = {plain(row["name"]): row["iso3"] for row in countries}
    shapes = shapes_of(options.atlas / "countries-110m.json", by_name)
    fine = shapes_of(options.atlas / "countries-50m.json", by_name)
    (FACTS / "shapes.json").write_text(json.dumps(shapes, separators=(",", ":")), "utf-8")
    write_countries(countries, fine)


def write_facts(path: Path, known: set[str]) -> None:
    rows: dict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
    for row in csv.DictReader(path.open(encoding="utf-8")):
        if row["iso3"] in known and row["indicator"] not in LEFT_OUT:
            source = next(key for start, key in SOURCES.items() if row["source"].startswith(start))
            rows[row["indicator"], source, row["iso3"]][int(row["year"])] = float(row["value"])
    with (FACTS / "panel.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["iso3", "indicator", "source", "licence", *YEARS])
        for (indicator, source, iso3), values in sorted(rows.items()):
            cells = [f"{values[year]:.5g}" if year in values else "" for year in YEARS]
            cells = [plain_number(cell) for cell in cells]
            writer.writerow([iso3, indicator, source, "CC BY 4.0", *cells])


def plain_number(cell: str) -> str:
    return f"{float(cell):.0f}" if "e" in cell and float(cell) >= 1 else cell


def write_countries(rows: list[dict[str, str]], shapes: dict[str, Any]) -> None:
    with (FACTS / "countries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["iso3", "iso2", "name", "region", "income", "longitude", "latitude"])
        for row in sorted(rows, key=lambda row: row["iso3"]):
            place = PLACES.get(row["iso3"], ("", ""))
            if place == ("", "") and row["iso3"] in shapes:
                place = middle(shapes[row["iso3"]])
            income = row["income"].removesuffix("_income")
            cells = [row["iso3"], row["iso2"], row["name"], row["region6"], income, *place]
            writer.writerow(cells)


def plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z]", "", letters)


def shapes_of(path: Path, by_name: dict[str, str]) -> dict[str, list[list[list[float]]]]:
    topology = json.loads(path.read_text("utf-8"))
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [degrees(arc, scale, shift) for arc in topology["arcs"]]
    shapes: dict[str, list[list[list[float]]]] = {}
    for one in topology["objects"]["countries"]["geometries"]:
        name = plain(one["properties"]["name"])
        iso3 = ATLAS_NAMES.get(name, by_name.get(name))
        if not iso3:
            continue
        many = one["arcs"] if one["type"] == "MultiPolygon" else [one["arcs"]]
        shapes[iso3] = [ring(polygon[0], arcs) for polygon in many]
    return dict(sorted(shapes.items()))


def degrees(arc: list[list[int]], scale: list[float], shift: list[float]) -> list[list[float]]:
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append([round(x * scale[0] + shift[0], 1), round(y * scale[1] + shift[1], 1)])
    return points


def ring(parts: list[int], arcs: list[list[list[float]]]) -> list[list[float]]:
    points: list[list[float]] = []
    for part in parts:
        arc = arcs[part] if part >= 0 else arcs[~part][::-1]
        points += [point for point in arc if not points or point != points[-1]]
    return points


def middle(shape: list[list[list[float]]]) -> tuple[float, float]:
    """The middle of the largest part, weighted by area: where a label goes."""
    best = max(shape, key=lambda points: abs(area(points)))
    total = area(best) or 1e-9
    x = y = 0.0
    for (x0, y0), (x1, y1) in zip(best, best[1:] + best[:1], strict=True):
        cross = x0 * y1 - x1 * y0
        x += (x0 + x1) * cross
        y += (y0 + y1) * cross
    if abs(total) < FLAT:
        return best[0][0], best[0][1]
    return round(x / (6 * total), 1), round(y / (6 * total), 1)


def area(points: list[list[float]]) -> float:
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2


if __name__ == "__main__":
    main()
