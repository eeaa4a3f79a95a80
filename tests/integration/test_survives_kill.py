import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from proso.hub.store import Store

pytestmark = [pytest.mark.integration, pytest.mark.slow]

KILLS = 200 if os.environ.get("PROSO_SOAK") == "1" else int(os.environ.get("PROSO_KILLS", "15"))
ROWS = 300_000

APPENDING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from proso.hub.store import Store
from proso.reports.report import Assertion, Report
from proso.values.listing import Category
from proso.values.number import PhoneNumber

store, life = Store.open(Path(sys.argv[1])), sys.argv[2]
now = datetime.now(UTC)
for batch in range(10**9):
    reports = [
        Report(
            subject=PhoneNumber(12024181000 + place),
            assertion=Assertion.SPAM,
            category=Category.OTHER,
            at=now,
            reporter="",
            region="US",
            origin="",
            report_id=f"{life}-{batch}-{place}",
        )
        for place in range(batch % 4 + 1)
    ]
    store.append(reports, received_at=now)
    for report in reports:
        print(report.report_id, flush=True)
"""


def proso(*arguments, **options):
    command = [sys.executable, "-m", "proso", *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def finished(*arguments):
    with proso(*arguments) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return json.loads(out) if out.startswith("{") else out


def test_every_acknowledged_report_outlives_kill_9(tmp_path):
    hub = tmp_path / "hub"
    Store.create(hub).close()
    dice = random.Random(20261124)
    acknowledged: list[str] = []
    for life in range(KILLS):
        command = [sys.executable, "-c", APPENDING, str(hub), str(life)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            first = process.stdout.readline()
            time.sleep(dice.uniform(0, 0.3))
            process.kill()
            lines = [first, *process.stdout]
        assert process.returncode == -signal.SIGKILL
        acknowledged += [line.strip() for line in lines if line.endswith("\n")]
    with closing(Store.open(hub)) as store:
        kept = [row["report_id"] for row in store.live_reports()]
        with store._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert len(acknowledged) >= KILLS
    assert len(kept) == len(set(kept))
    assert set(acknowledged) <= set(kept)


@pytest.fixture(scope="module")
def complaints(tmp_path_factory):
    path = tmp_path_factory.mktemp("complaints") / "2020-06.csv"
    lines = ["created_date,company_number,consumer_area_code,batch"]
    # Every third row comes twice, every fifth has no number.
    for i in range(ROWS):
        number = "" if i % 5 == 0 else 2024181000 + (i // 3 * 3 if i % 3 == 1 else i)
        lines.append(f"2020-06-{i % 28 + 1:02},{number},{200 + i % 700},0")
    path.write_text("\n".join(lines) + "\n")
    return path


def holds(process, path):
    """Whether a process has a file open: it is past its start and at work."""
    links = []
    for link in Path(f"/proc/{process.pid}/fd").glob("*"):
        with suppress(OSError):
            links.append(str(link.readlink()))
    return str(path) in links


def at_work(process, path):
    limit = time.monotonic() + 30
    while not holds(process, path):
        assert process.poll() is None
        assert time.monotonic() < limit
        time.sleep(0.002)


def test_an_import_killed_anywhere_is_finished_by_the_same_command(tmp_path, complaints):
    clean, hub = tmp_path / "clean", tmp_path / "hub"
    for directory in (clean, hub):
        finished("hub", "init", "--hub", directory)
    started = time.perf_counter()
    whole = finished("hub", "import", "ftc", complaints, "--hub", clean, "--json")
    took = time.perf_counter() - started
    assert whole["added"] == ROWS
    for share in (0.05, 0.3, 0.5, 0.7, 0.9):
        with proso("hub", "import", "ftc", complaints, "--hub", hub) as process:
            at_work(process, complaints)
            time.sleep(share * took * 0.6)
            process.kill()
    again = finished("hub", "import", "ftc", complaints, "--hub", hub, "--json")
    assert again["added"] + again["known"] == ROWS
    expected = finished("hub", "status", "--hub", clean, "--json")
    assert finished("hub", "status", "--hub", hub, "--json") == expected
    assert len(list((hub / "log").glob("*/*"))) == 1
    packs = []
    for directory in (clean, hub):
        moment = ["--as-of", "2020-06-28T12:00:00"]
        packs.append(finished("hub", "publish", *moment, "--hub", directory, "--json")["sha256"])
    assert packs[0] == packs[1]


def test_ctrl_c_in_an_import_is_one_sentence_and_130(tmp_path, complaints):
    hub = tmp_path / "hub"
    finished("hub", "init", "--hub", hub)
    with proso("hub", "import", "ftc", complaints, "--hub", hub) as process:
        at_work(process, complaints)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert sum("proso: " in line for line in err.splitlines()) == 1
    assert finished("hub", "import", "ftc", complaints, "--hub", hub, "--json")["added"] == ROWS
