from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proso.hub.store import Store
from proso.reports.report import Assertion, Report
from proso.values.listing import Category
from proso.values.number import PhoneNumber

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path / "hub")
    yield made
    made.close()


@pytest.fixture
def make_report() -> Callable[..., Report]:
    def make(report_id: str, value: int = 12025550101, **fields) -> Report:
        known = {
            "subject": PhoneNumber(value),
            "assertion": Assertion.SPAM,
            "category": Category.LOAN,
            "at": NOW,
            "reporter": f"by-{report_id}",
            "region": "US",
            "origin": "202",
            "report_id": report_id,
        }
        return Report(**(known | fields))

    return make
