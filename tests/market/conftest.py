import os
from datetime import date
from pathlib import Path

import pytest

from proso.market.assumptions import Assumptions, defaults
from proso.market.builtin import panel
from proso.market.panel import AsOf
from proso.market.rank import Question, Ranking, rank

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "markets"
ALREADY = ("CHN", "HKG", "TWN", "SGP", "MAC")


@pytest.fixture(scope="session")
def data() -> Path:
    """The shared data; without it a test is skipped, and in CI it fails."""
    if not DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{DATA} is missing")
        pytest.skip(f"{DATA} is missing")
    return DATA


@pytest.fixture(scope="session")
def view() -> AsOf:
    return panel().as_of(date(2013, 12, 31))


@pytest.fixture(scope="session")
def assumptions() -> Assumptions:
    return defaults()


@pytest.fixture(scope="session")
def ranking(view: AsOf, assumptions: Assumptions) -> Ranking:
    return rank(view, assumptions, Question(draws=200, exclude=ALREADY))
