"""Countries: codes, names, places."""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from proso.market.facts import FACTS


@dataclass(frozen=True, slots=True)
class Country:
    """One country or territory.

    Attributes:
        iso3: ISO 3166-1 alpha-3.
        iso2: ISO 3166-1 alpha-2: the hub's region.
        name: in English.
        region: of the world, six.
        income: the World Bank's class today, never as of a date; empty where it has none.
        place: longitude and latitude of a label, None where no outline was at hand.
    """

    iso3: str
    iso2: str
    name: str
    region: str
    income: str
    place: tuple[float, float] | None


_ALIASES: Final = {
    "russianfederation": "RUS", "vietnam": "VNM", "iranislamicrep": "IRN", "egyptarabrep": "EGY",
    "iranislamicrepublicof": "IRN", "koreasouth": "KOR", "korearep": "KOR",
    "republicofkorea": "KOR",
    "koreademrep": "PRK", "koreademocraticpeoplesrep": "PRK", "turkiye": "TUR", "turkey": "TUR",
    "venezuelarb": "VEN", "venezuelabolivarianrepublicof": "VEN",
    "boliviaplurinationalstateof": "BOL",
    "hongkongsarchina": "HKG", "hongkongchina": "HKG", "hongkong": "HKG", "macaosarchina": "MAC",
    "taiwan": "TWN", "taiwanprovinceofchina": "TWN", "unitedstates": "USA",
    "unitedstatesofamerica": "USA", "us": "USA", "unitedkingdom": "GBR", "greatbritain": "GBR",
    "unitedarabemirates": "ARE", "czechrepublic": "CZE", "czechia": "CZE", "slovakia": "SVK",
    "laopdr": "LAO", "laos": "LAO", "syrianarabrepublic": "SYR", "yemenrep": "YEM",
    "congodemrep": "COD", "congorep": "COG", "cotedivoire": "CIV", "ivorycoast": "CIV",
    "kyrgyzrepublic": "KGZ", "gambiathe": "GMB", "bahamasthe": "BHS", "macedoniafyr": "MKD",
    "northmacedonia": "MKD", "eswatini": "SWZ", "swaziland": "SWZ", "caboverde": "CPV",
    "myanmarburma": "MMR", "burma": "MMR", "tanzania": "TZA", "moldova": "MDA", "brunei": "BRN",
    "bruneidarussalam": "BRN", "westbankandgaza": "PSE", "palestinianterritories": "PSE",
    "stlucia": "LCA", "stkittsandnevis": "KNA", "stvincentandthegrenadines": "VCT",
}  # fmt: skip


@cache
def countries() -> dict[str, Country]:
    """Every country by its alpha-3 code."""
    text = resources.files(FACTS).joinpath("countries.csv").read_text("utf-8")
    table = {}
    for row in csv.DictReader(text.splitlines()):
        place = (float(row["longitude"]), float(row["latitude"])) if row["longitude"] else None
        table[row["iso3"]] = Country(
            row["iso3"], row["iso2"], row["name"], row["region"], row["income"], place
        )
    return table


@cache
def _by_any() -> dict[str, str]:
    table = dict(_ALIASES)
    for one in countries().values():
        table |= {_plain(one.name): one.iso3, one.iso2.lower(): one.iso3}
        table[one.iso3.lower()] = one.iso3
    return table


def find(text: str) -> str | None:
    """The alpha-3 code of a country written as alpha-2, alpha-3 or a name; None for none."""
    return _by_any().get(_plain(text))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z]", "", letters)
