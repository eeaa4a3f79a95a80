import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proso.device.packfile import open_pack
from proso.hub.engine import Engine
from proso.hub.feeds import ftc
from proso.hub.importing import import_files
from proso.hub.publish import publish
from proso.hub.store import Store
from proso.values.call import Call, Line
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen
from proso.verdicts.verdict import Action

pytestmark = [pytest.mark.integration, pytest.mark.slow]

CALLS = Path(__file__).parents[2].parent / "shared" / "data" / "calls"


@pytest.fixture
def june():
    path = CALLS / "ftc" / "2020-06.csv.xz"
    if not path.is_file():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have the shared data: {path}")
        pytest.skip(f"no shared data at {path}")
    return path


def test_a_real_month_is_imported_published_and_screens_calls(june, tmp_path):
    def take():
        return list(
            import_files(
                store,
                [june],
                ftc.tables,
                source="ftc",
                region="US",
                now=datetime(2026, 11, 24, tzinfo=UTC),
                progress=lambda *_: None,
            )
        )

    with closing(Store.create(tmp_path / "hub")) as store:
        (first,) = take()
        assert first.read > 100_000
        assert first.refused < first.read / 1000
        assert first.added + first.known + first.refused == first.read
        (again,) = take()
        assert again.added == 0
        now = datetime(2020, 7, 1, tzinfo=UTC)
        done = publish(store, region="US", as_of=now)
        assert done.listed > 5_000
        pack = open_pack(store.directory / "packs" / "US.pack", region="US")
        with Engine() as engine:
            table = engine.reports(store, "US")
            top = engine.run(
                table.filter(table.subject.notnull())
                .group_by("subject")
                .aggregate(n=lambda t: t.count())
                .order_by(["n", "subject"])
            )
    worst = top["subject"].to_pylist()[-20:]
    later = now + timedelta(hours=9)
    for value in worst:
        call = Call.receive(f"+{value}", at=later, line=Line(region="US"))
        assert screen(call, pack, OwnerRules(), later).action is not Action.ALLOW
