"""The figures a country is judged by: their names, units and what values are possible."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure.

    Attributes:
        code: the name in files and options.
        label: what a person reads.
        unit: of the value.
        low: the least value that is possible.
        high: the largest value that is possible.
    """

    code: str
    label: str
    unit: str
    low: float
    high: float


def _share(code: str, label: str, of: str) -> Indicator:
    return Indicator(code, label, f"% of {of}", 0, 100)


_ALL: Final = (
    Indicator("population", "population", "people", 1, 3e9),
    Indicator("gdp_usd", "GDP", "US$", 1e5, 2e14),
    Indicator("gdp_pc_ppp", "GDP per head", "international $", 50, 4e5),
    _share("internet_users_pct", "internet users", "people"),
    Indicator("mobile_subs_p100", "mobile subscriptions", "per 100 people", 0, 600),
    Indicator("mobile_bb_p100", "mobile broadband", "per 100 people", 0, 600),
    Indicator("fixed_bb_p100", "fixed broadband", "per 100 people", 0, 120),
    _share("urban_pct", "urban share", "people"),
    Indicator("lpi_overall", "logistics performance", "1 to 5", 1, 5),
    Indicator("debit_cards", "debit cards", "cards", 0, 3e10),
    Indicator("credit_cards", "credit cards", "cards", 0, 3e10),
    Indicator("pos_terminals", "card terminals", "terminals", 0, 1e9),
    Indicator("secure_servers_p1m", "secure servers", "per million people", 0, 1e6),
    _share("account_pct", "account at a bank or phone operator", "adults"),
    _share("online_purchase_pct", "bought online", "adults"),
    Indicator("b2c_index", "UNCTAD B2C index", "0 to 100", 0, 100),
    Indicator("nri", "networked readiness", "1 to 7", 1, 7),
    Indicator("mci", "mobile connectivity index", "0 to 100", 0, 100),
    _share("smartphone_pct_omp", "smartphone share (Our Mobile Planet)", "people"),
    _share("smartphone_pct_pew", "smartphone share (Pew)", "adults"),
    _share("sns_pct_of_internet_users", "social network users", "internet users"),
    Indicator("facebook_users", "Facebook users", "people", 0, 3e9),
    Indicator("spam_calls_per_month", "spam calls", "per user and month", 0, 1000),
    Indicator("mobile_data_usd_gb", "price of mobile data", "US$ per GB", 0, 500),
    Indicator("hotspots", "free hotspots listed", "places", 0, 1e8),
)

INDICATORS: Final = {one.code: one for one in _ALL}
"""Every indicator by its code."""
