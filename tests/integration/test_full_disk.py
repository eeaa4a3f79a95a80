import os
import random
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime

import pytest

from proso.errors import StoreFull
from proso.hub.store import Store
from proso.reports.report import Assertion, Report
from proso.values.listing import Category
from proso.values.number import PhoneNumber

pytestmark = [pytest.mark.integration, pytest.mark.slow]

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def fill(where, leave=0):
    """Takes all space but so many bytes; returns the file to delete."""
    ballast = where / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    if leave:
        os.truncate(ballast, ballast.stat().st_size - leave)
    return ballast


def proso(*arguments):
    command = [sys.executable, "-m", "proso", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def batch(name, size):
    return [
        Report(
            subject=PhoneNumber(12024181000 + i),
            assertion=Assertion.SPAM,
            category=Category.OTHER,
            at=NOW,
            reporter="",
            region="US",
            origin="",
            report_id=f"{name}-{i}",
        )
        for i in range(size)
    ]


def append_for_ever(store):
    for turn in range(100):
        store.append(batch(f"lost{turn}", 2_000), received_at=NOW)


def complaints(path, rows, bad=0):
    dice = random.Random(1)
    lines = ["created_date,company_number,consumer_area_code,batch"]
    lines += [f"2020-06-01,202{dice.randrange(2000000, 9999999)},202,0" for _ in range(rows)]
    lines += ["never,2024181000,202,0"] * bad
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("leave", [0, 16_384])
def test_reports_that_do_not_fit_are_refused_and_the_old_ones_stay(disk, leave):
    with closing(Store.create(disk / "hub")) as store:
        store.append(batch("old", 10), received_at=NOW)
        ballast = fill(disk, leave)
        with pytest.raises(StoreFull):
            append_for_ever(store)
        kept = store.counts()["reports"]
        assert kept % 2_000 == 10
        ballast.unlink()
        assert store.append(batch("new", 10), received_at=NOW) == 10
        assert store.counts()["reports"] == kept + 10


@pytest.mark.parametrize("leave", [0, 65_536, 131_072])
def test_an_import_on_a_full_disk_ends_with_41_and_works_when_there_is_room(disk, tmp_path, leave):
    hub = disk / "hub"
    with closing(Store.create(hub)) as store:
        store.append(batch("old", 10), received_at=NOW)
    path = complaints(tmp_path / "2020-06.csv", 60_000)
    ballast = fill(disk, leave)
    failed = proso("hub", "import", "ftc", path, "--hub", hub)
    assert failed.returncode == 41, failed.stderr
    assert "Traceback" not in failed.stderr
    assert sum("proso: " in line for line in failed.stderr.splitlines()) == 1
    ballast.unlink()
    with closing(Store.open(hub)) as store:
        assert store.counts() == {"reports": 10, "imported": 0, "segments": 0, "releases": 0}
    done = proso("hub", "import", "ftc", path, "--hub", hub)
    assert done.returncode == 0, done.stderr
    with closing(Store.open(hub)) as store:
        assert store.counts()["imported"] == 60_000


def test_refusals_that_do_not_fit_are_said_and_written_when_there_is_room(disk, tmp_path):
    hub = disk / "hub"
    Store.create(hub).close()
    path = complaints(tmp_path / "2020-06.csv", 10, bad=5_000)
    ballast = fill(disk, leave=131_072)
    failed = proso("hub", "import", "ftc", path, "--hub", hub)
    assert failed.returncode == 41, failed.stderr
    assert "Traceback" not in failed.stderr
    ballast.unlink()
    assert proso("hub", "import", "ftc", path, "--hub", hub).returncode == 0
    refused = (hub / "refused" / "2020-06.csv.refused.csv").read_text().splitlines()
    assert len(refused) == 5_001
    with closing(Store.open(hub)) as store:
        assert store.counts()["imported"] == 10


def test_a_pack_that_does_not_fit_leaves_the_one_before(disk):
    hub = disk / "hub"
    with closing(Store.create(hub)) as store:
        store.append(batch("a", 50) + batch("b", 50), received_at=NOW)
    assert proso("hub", "publish", "--hub", hub, "--as-of", "2026-11-24T13:00:00").returncode == 0
    before = (hub / "packs" / "US.pack").read_bytes()
    ballast = fill(disk)
    failed = proso("hub", "publish", "--hub", hub, "--as-of", "2026-11-24T14:00:00")
    assert failed.returncode == 41, failed.stderr
    assert (hub / "packs" / "US.pack").read_bytes() == before
    ballast.unlink()
    assert proso("hub", "publish", "--hub", hub, "--as-of", "2026-11-24T14:00:00").returncode == 0
