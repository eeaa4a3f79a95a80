import os
from datetime import UTC, datetime

import pytest
from hypothesis import settings

from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.packs.pack import Pack
from proso.values.call import Line
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber

settings.register_profile("quick", max_examples=100, deadline=None)
settings.register_profile("soak", max_examples=2000, deadline=None)
settings.load_profile("soak" if os.environ.get("PROSO_SOAK") else "quick")


@pytest.fixture(autouse=True)
def _no_packs_of_our_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> None:
    """Nothing is installed, whatever the developer carries."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "no-packs"))


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def line() -> Line:
    return Line("US")


@pytest.fixture
def pack(now: datetime) -> Pack:
    """A listed number, a listed block with a cleared number in it, and a watched series."""
    scam = Label.rounded(category=Category.SCAM, rating=0.97, sample_size=12, age_days=2)
    watched = Label.rounded(category=Category.LOAN, rating=0.4, listing=Listing.WATCHED)
    cleared = Label.rounded(category=Category.OTHER, rating=0.1, listing=Listing.CLEARED)
    rows = [
        Listed(PhoneNumber(12025550101), scam),
        Listed(NumberRange.parse("+1310555####"), scam),
        Listed(PhoneNumber(13105550177), cleared),
        Listed(NumberRange.parse("+1415*"), watched),
    ]
    return decode(build(rows, region="US", serial=3, as_of=now, rule_version="rule-1"))
