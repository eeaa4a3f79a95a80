"""Figures from files of one's own: read by a mapping, refused with row and column where wrong."""

import csv
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from proso.errors import BadFact, BadFile
from proso.market.countries import find
from proso.market.indicators import INDICATORS
from proso.market.mappings import MAPPINGS
from proso.market.panel import Fact, Panel
from proso.market.sources import Source, sources

COLUMNS: Final = (
    "country", "indicator", "period", "value", "published", "vintage", "source", "licence",
)  # fmt: skip
"""The columns of an imported file, in the folder `proso market import` writes to."""
_MOST_ROWS: Final = 2_000_000
"""A panel of every country, year and indicator is a tenth of this; more is another kind of file."""
_FIRST_YEAR: Final = 1960
_MISSING: Final = {"", "..", "NA", "N/A", "n/a", "nan", "NaN", "-"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: which indicator, and what to multiply by to get its unit."""

    indicator: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How a file is read.

    Attributes:
        source: whose figures they are.
        country: column of the country: alpha-2, alpha-3 or English name.
        period: column of the year, or None where the whole file is of one.
        period_is: that one year.
        indicator: column of the indicator's code in a long file.
        value: column of the value in a long file.
        columns: column → indicator in a wide file.
        published: year → day of publication, where the source's usual lag is not right.
        ignore: indicators of a long file that are left out.
        ignore_countries: texts of the country's column that are left out.
        repeats: what a second value of a country, year and indicator is: `refuse` or `last`.
        checked: whether this mapping was tried on a real file.
    """

    source: Source
    country: str
    period: str | None
    period_is: int | None
    indicator: str | None
    value: str | None
    columns: Mapping[str, Column]
    published: Mapping[int, date] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    ignore_countries: tuple[str, ...] = ()
    checked: str = ""
    repeats: str = "refuse"


def presets() -> tuple[str, ...]:
    """Names of the mappings that come with proso."""
    return tuple(
        sorted(
            one.name.removesuffix(".toml")
            for one in resources.files(MAPPINGS).iterdir()
            if one.name.endswith(".toml")
        )
    )


def mapping(name_or_path: str) -> FileMapping:
    """A mapping that comes with proso, or a TOML file of one's own.

    Raises:
        BadFile: neither, or a file that is no mapping.
    """
    try:
        if name_or_path in presets():
            text = resources.files(MAPPINGS).joinpath(f"{name_or_path}.toml").read_text("utf-8")
        else:
            text = Path(name_or_path).read_text("utf-8")
        return _mapping(tomllib.loads(text), name_or_path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise BadFile(
            found=f"mapping {name_or_path}: {error}",
            expected=f"one of {', '.join(presets())}, or a TOML file",
            remedy="see docs/reference/market-data.md",
        ) from error


def _mapping(table: dict[str, Any], name: str) -> FileMapping:
    key = table.get("source", "csv")
    known = sources().get(key)
    base = known or sources()["csv"]
    source = Source(
        key=key,
        title=table.get("title", base.title if known else name),
        licence=table.get("licence", base.licence),
        built_in=False,
        lag_days=int(table.get("lag_days", base.lag_days)),
        vintage=base.vintage,
        note=base.note,
    )
    columns = {head: Column(**entry) for head, entry in table.get("columns", {}).items()}
    made = FileMapping(
        source=source,
        country=table.get("country", "country"),
        period=table.get("period"),
        period_is=table.get("period_is"),
        indicator=table.get("indicator"),
        value=table.get("value"),
        columns=columns,
        published={int(year): day for year, day in table.get("published", {}).items()},
        ignore=tuple(table.get("ignore_indicators", ())),
        ignore_countries=tuple(table.get("ignore_countries", ())),
        checked=table.get("checked", ""),
        repeats=table.get("repeats", "refuse"),
    )
    unknown = [
        column.indicator for column in columns.values() if column.indicator not in INDICATORS
    ]
    if unknown or not (columns or (made.indicator and made.value)):
        raise ValueError(
            f"unknown indicator {unknown[0]}" if unknown else "neither columns nor indicator, value"
        )
    return made


def read(path: Path, how: FileMapping, today: date) -> list[Fact]:
    """The figures of a file.

    Args:
        path: a CSV with a header row.
        how: which column is what.
        today: the vintage, where the source declares none.

    Raises:
        BadFile: it cannot be read or lacks a column.
        BadFact: a row that cannot be true; the sentence names row and column.
    """
    seen: dict[tuple[str, str, int], tuple[int, int]] = {}
    facts: list[Fact] = []
    for row_number, row in _rows(path, how):
        for head, indicator, factor in _cells(row, how, row_number, path):
            text = (row.get(head) or "").strip()
            if text in _MISSING:
                continue
            where = f"{path.name}, row {row_number}, column {head}"
            fact = _fact(row, how, indicator, (text, factor, where), today, path, row_number)
            key = (fact.country, fact.indicator, fact.period)
            if key in seen and how.repeats == "last":
                facts[seen[key][1]] = fact
                continue
            if key in seen:
                raise BadFact(
                    found=f"{path.name}, row {row_number}, column {how.country}: {fact.country} "
                    f"{fact.period} {indicator} a second time, first in row {seen[key][0]}",
                    expected="a country once a year and indicator",
                    remedy="keep one of the two rows, or say repeats = 'last' in the mapping",
                )
            seen[key] = (row_number, len(facts))
            facts.append(fact)
    _refuse_mixed_units(facts, path)
    return facts


def _rows(path: Path, how: FileMapping) -> Iterator[tuple[int, dict[str, str]]]:
    needed = [how.country, *how.columns, *(c for c in (how.period, how.indicator, how.value) if c)]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in needed if name not in (reader.fieldnames or [])]
            if missing:
                raise BadFile(
                    found=f"{path.name} without a column {missing[0]}",
                    expected=f"columns {', '.join(needed)}",
                    remedy="correct the file or give another --mapping",
                )
            for number, row in enumerate(reader, start=2):
                if number > _MOST_ROWS:
                    raise BadFile(
                        found=f"{path.name} with more than {_MOST_ROWS:,} rows",
                        expected="a panel of countries and years",
                        remedy="cut the file down",
                    )
                if (row.get(how.country) or "").strip() not in how.ignore_countries:
                    yield number, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(
            found=f"{path}: {error}", expected="a CSV file in UTF-8", remedy="check the file"
        ) from error


def _cells(
    row: dict[str, str], how: FileMapping, number: int, path: Path
) -> Iterator[tuple[str, str, float]]:
    for head, column in how.columns.items():
        yield head, column.indicator, column.factor
    if how.indicator and how.value:
        name = (row.get(how.indicator) or "").strip()
        if name in how.ignore:
            return
        if name not in INDICATORS:
            raise BadFact(
                found=f"{path.name}, row {number}, column {how.indicator}: {name!r}",
                expected="an indicator proso knows (proso market import list)",
                remedy="rename it, or list it in ignore_indicators of the mapping",
            )
        yield how.value, name, 1.0


def _fact(  # noqa: PLR0913  the cell and its row
    row: dict[str, str],
    how: FileMapping,
    indicator: str,
    cell: tuple[str, float, str],
    today: date,
    path: Path,
    number: int,
) -> Fact:
    code = find(row.get(how.country) or "")
    if code is None:
        raise BadFact(
            found=f"{path.name}, row {number}, column {how.country}: {row.get(how.country)!r}",
            expected="a country's ISO 3166-1 code or English name",
            remedy="correct it, or drop rows of regions and groups",
        )
    period = _period(row, how, today, path, number)
    value = _value(indicator, *cell)
    published = how.published.get(period, how.source.published(period))
    vintage = max(published, how.source.vintage or today)
    return Fact(
        code, indicator, period, value, published, vintage, how.source.key, how.source.licence
    )


def _period(row: dict[str, str], how: FileMapping, today: date, path: Path, number: int) -> int:
    if how.period is None:
        return int(how.period_is or today.year - 1)
    text = (row.get(how.period) or "").strip()
    if not text.isdigit() or not _FIRST_YEAR <= int(text) <= today.year:
        raise BadFact(
            found=f"{path.name}, row {number}, column {how.period}: {text!r}",
            expected=f"a year from {_FIRST_YEAR} to {today.year}",
            remedy="correct or drop the row",
        )
    return int(text)


def _value(indicator: str, text: str, factor: float, where: str) -> float:
    one = INDICATORS[indicator]
    try:
        value = float(text.replace(",", "")) * factor
    except ValueError:
        value = float("nan")
    if not one.low <= value <= one.high:
        raise BadFact(
            found=f"{where}: {text!r} for {one.label}",
            expected=f"{one.low:,.10g} to {one.high:,.10g} {one.unit}",
            remedy="correct the cell, or give the column a factor in the mapping",
        )
    return value


def _refuse_mixed_units(facts: Iterable[Fact], path: Path) -> None:
    """Shares of 0..1 among shares of 0..100: the file itself shows that units are mixed."""
    by_country: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if INDICATORS[fact.indicator].unit.startswith("%"):
            by_country.setdefault((fact.country, fact.indicator), []).append(fact)
    for (country, indicator), series in by_country.items():
        series.sort(key=lambda fact: fact.period)
        for before, after in pairwise(series):
            low, high = sorted((before.value, after.value))
            if 0 < low <= 1 and high / low > 30 and high > 20:  # noqa: PLR2004  no share jumps so
                raise BadFact(
                    found=f"{path.name}, column {indicator}: {country} has {before.value:g} in "
                    f"{before.period} and {after.value:g} in {after.period}: units are mixed",
                    expected="per cent throughout",
                    remedy="bring the file to one unit",
                )


def write(folder: Path, name: str, facts: Iterable[Fact]) -> Path:
    """Puts figures into a folder of imports; a file of the same name is replaced whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path, part = folder / f"{name}.csv", folder / f".{name}.csv.part"
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for fact in facts:
            writer.writerow(
                [fact.country, fact.indicator, fact.period, repr(fact.value), fact.published,
                 fact.vintage, fact.source, fact.licence]
            )  # fmt: skip
    part.replace(path)
    return path


def imported(folder: Path) -> Panel:
    """Every figure imported so far; nothing where there is no folder.

    Raises:
        BadFile: a file there that was not written by `write`.
    """
    facts: list[Fact] = []
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else []:
        facts += _imported(path)
    return Panel(facts)


def _imported(path: Path) -> Iterator[Fact]:
    number = 1
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                number += 1
                yield Fact(
                    row["country"], row["indicator"], int(row["period"]), float(row["value"]),
                    date.fromisoformat(row["published"]), date.fromisoformat(row["vintage"]),
                    row["source"], row["licence"],
                )  # fmt: skip
    except (OSError, KeyError, ValueError, TypeError, UnicodeDecodeError) as error:
        raise BadFile(
            found=f"{path}, row {number}: {error}",
            expected="a file written by proso market import",
            remedy="import the original again or delete the file",
        ) from error


WORLD_BANK: Final = {
    "SP.POP.TOTL": "population",
    "NY.GDP.MKTP.CD": "gdp_usd",
    "NY.GDP.PCAP.PP.KD": "gdp_pc_ppp",
    "IT.NET.USER.ZS": "internet_users_pct",
    "IT.CEL.SETS.P2": "mobile_subs_p100",
    "IT.NET.BBND.P2": "fixed_bb_p100",
    "SP.URB.TOTL.IN.ZS": "urban_pct",
    "LP.LPI.OVRL.XQ": "lpi_overall",
    "IT.NET.SECR.P6": "secure_servers_p1m",
}
"""World Bank series → indicator; CC BY 4.0."""


def world_bank(
    fetch: Callable[[str, int], Iterable[Mapping[str, Any]]], years: int, today: date
) -> list[Fact]:
    """The World Bank's figures of the last years.

    Args:
        fetch: (series, years) → rows of `economy, time, value`, as wbgapi's `data.fetch` gives.
        years: how many.
        today: the vintage.
    """
    source = sources()["worldbank"]
    facts = []
    for series, indicator in WORLD_BANK.items():
        for row in fetch(series, years):
            code, text = find(str(row["economy"])), str(row["time"]).removeprefix("YR")
            if code is None or row["value"] is None or not text.isdigit():
                continue  # groups of countries, which the Bank lists among them
            one = INDICATORS[indicator]
            value = float(row["value"])
            if not one.low <= value <= one.high:
                raise BadFact(
                    found=f"World Bank {series}, {code} {text}: {value}",
                    expected=f"{one.low:,.10g} to {one.high:,.10g} {one.unit}",
                    remedy="try again; the API may have answered in another unit",
                )
            # A figure of the running lag was published by the day it was downloaded.
            published = min(source.published(int(text)), today)
            facts.append(
                Fact(code, indicator, int(text), value, published, today, "worldbank",
                     source.licence)
            )  # fmt: skip
    return facts
