"""Reports wait on the device, survive, and go out in the order they came."""

import sqlite3
from contextlib import closing

import pytest

from proso.device.outbox import Outbox
from proso.errors import StoreFull, Unavailable
from proso.reports.report import Assertion, Report
from proso.values.listing import Category
from proso.values.number import PhoneNumber


@pytest.fixture
def outbox(tmp_path):
    made = Outbox.open(tmp_path / "new folder" / "box.sqlite")
    yield made
    made.close()


@pytest.fixture
def make_report(now):
    def make(report_id: str) -> Report:
        return Report(
            subject=PhoneNumber(12025550101),
            assertion=Assertion.SPAM,
            category=Category.LOAN,
            at=now,
            reporter="ana",
            region="US",
            origin="",
            report_id=report_id,
        )

    return make


def test_a_new_queue_is_empty(outbox):
    assert outbox.waiting() == []


def test_reports_wait_in_the_order_they_came(outbox, make_report):
    for name in ("b", "a", "c", "a"):
        outbox.add(make_report(name))
    assert [fields["report_id"] for fields in outbox.waiting()] == ["b", "a", "c"]


def test_what_waits_is_what_would_be_sent(outbox, make_report, now):
    outbox.add(make_report("a"))
    assert [Report.parse(one, now=now) for one in outbox.waiting()] == [make_report("a")]


def test_removing_takes_only_what_is_named(outbox, make_report):
    outbox.add(make_report("a"))
    outbox.add(make_report("b"))
    outbox.remove(["a", "never queued"])
    assert [fields["report_id"] for fields in outbox.waiting()] == ["b"]


def test_another_process_sees_a_report_at_once(outbox, make_report, tmp_path):
    outbox.add(make_report("a"))
    other = Outbox.open(tmp_path / "new folder" / "box.sqlite")
    assert len(other.waiting()) == 1
    other.close()


def test_a_file_that_is_no_queue_is_refused_in_our_words(tmp_path):
    (tmp_path / "box.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(Unavailable):
        Outbox.open(tmp_path / "box.sqlite")


def test_a_folder_that_cannot_be_made_is_refused_in_our_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        Outbox.open(tmp_path / "file" / "box.sqlite")


def test_nobody_else_can_read_whom_the_owner_reported(outbox, make_report, tmp_path):
    outbox.add(make_report("a"))
    folder = tmp_path / "new folder"
    assert folder.stat().st_mode & 0o077 == 0
    files = list(folder.iterdir())
    assert len(files) > 1
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []


def test_a_full_disk_is_said_in_our_words_and_what_waited_is_kept(outbox, make_report):
    outbox.add(make_report("a"))
    (pages,) = outbox._connection.execute("PRAGMA page_count").fetchone()
    outbox._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull):
        for number in range(1000):
            outbox.add(make_report(f"{number}"))
    assert outbox.waiting()[0]["report_id"] == "a"


def test_a_queue_another_process_holds_is_said_in_our_words(outbox, make_report, tmp_path):
    path = tmp_path / "new folder" / "box.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        outbox._connection.execute("PRAGMA busy_timeout = 10")
        with pytest.raises(Unavailable):
            outbox.add(make_report("a"))
