import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from proso.errors import NotAHub, StoreBusy, StoreFull, StoreTooNew
from proso.hub import schema
from proso.hub import store as store_module
from proso.hub.store import DATABASE, Release, Segment, Store, write_durably

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_appending_the_same_report_twice_adds_it_once(store, make_report):
    assert store.append([make_report("a"), make_report("b")], received_at=NOW) == 2
    assert store.append([make_report("b"), make_report("c")], received_at=NOW) == 1
    assert [row["report_id"] for row in store.live_reports()] == ["a", "b", "c"]


def test_a_batch_that_repeats_itself_adds_each_once(store, make_report):
    assert store.append([make_report("a")] * 3, received_at=NOW) == 1


def test_appending_nothing_adds_nothing(store):
    assert store.append([], received_at=NOW) == 0


def test_a_report_is_read_back_as_it_was_given(store, make_report):
    store.append([make_report("a")], received_at=NOW)
    (row,) = store.reports_about(12025550101)
    assert dict(row) == {
        "id": 1,
        "report_id": "a",
        "subject": 12025550101,
        "assertion": "spam",
        "category": "loan",
        "at": int(NOW.timestamp()),
        "reporter": "by-a",
        "region": "US",
        "origin": "202",
        "received_at": int(NOW.timestamp()),
    }
    assert store.reports_about(12025550102) == []


def test_reports_of_a_region_are_those_of_that_region(store, make_report):
    store.append([make_report("a"), make_report("b", region="TR")], received_at=NOW)
    assert [row["report_id"] for row in store.live_reports("TR")] == ["b"]


def test_reports_are_there_when_the_store_is_opened_again(store, make_report):
    store.append([make_report("a")], received_at=NOW)
    with closing(Store.open(store.directory)) as again:
        assert again.counts()["reports"] == 1


def test_an_acknowledged_report_waits_for_the_disk(store):
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_many_writers_at_once_are_told_what_each_added(store, make_report):
    def add(worker: int) -> int:
        return sum(store.append([make_report(f"{worker}-{i}")], received_at=NOW) for i in range(10))

    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(add, range(4)))
    assert added == [10] * 4
    assert store.counts()["reports"] == 40


def test_migrations_make_the_tables_of_the_schema(store):
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


@pytest.mark.parametrize("statement", ["UPDATE report SET subject = 1", "DELETE FROM report"])
def test_the_log_of_reports_refuses_changes(store, make_report, statement):
    store.append([make_report("a")], received_at=NOW)
    with (
        closing(sqlite3.connect(store.directory / DATABASE)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement)
    assert store.counts()["reports"] == 1


def test_creating_a_store_where_one_is_keeps_what_it_holds(store, make_report):
    store.append([make_report("a")], received_at=NOW)
    with closing(Store.create(store.directory)) as again:
        assert again.counts()["reports"] == 1


def test_a_first_migration_that_was_cut_off_can_be_done_again(tmp_path, monkeypatch):
    upgrade = command.upgrade

    def cut_off(*arguments, **options):
        upgrade(*arguments, **options)
        raise KeyboardInterrupt  # as late as it can come: before the transaction ends

    monkeypatch.setattr(store_module.command, "upgrade", cut_off)
    with pytest.raises(KeyboardInterrupt):
        Store.create(tmp_path / "hub")
    monkeypatch.undo()
    with closing(sqlite3.connect(tmp_path / "hub" / DATABASE)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    with closing(Store.create(tmp_path / "hub")) as store:
        assert store.counts()["reports"] == 0


def test_a_database_of_a_later_version_is_left_alone(store):
    with closing(sqlite3.connect(store.directory / DATABASE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNew, match="9999"):
        Store.open(store.directory)


def test_a_directory_without_a_hub_is_not_a_hub(tmp_path):
    with pytest.raises(NotAHub, match="proso hub init"):
        Store.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_writer_waits_for_another_and_then_says_so(store, make_report, monkeypatch):
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.1)
    with (
        closing(Store.open(store.directory)) as impatient,
        closing(sqlite3.connect(store.directory / DATABASE)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            impatient.append([make_report("a")], received_at=NOW)
        other.rollback()
        assert impatient.append([make_report("a")], received_at=NOW) == 1


def test_a_full_database_takes_none_of_a_batch(store, make_report):
    store.append([make_report("a")], received_at=NOW)
    batch = [make_report(f"{i:060}") for i in range(2_000)]
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StoreFull) as caught:
        store.append(batch, received_at=NOW)
    assert caught.value.exit_code == 41
    assert [row["report_id"] for row in store.live_reports()] == ["a"]
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert store.append(batch, received_at=NOW) == 2_000


def test_a_file_that_is_no_database_is_refused_in_our_words(tmp_path):
    (tmp_path / DATABASE).write_bytes(b"not a database, but long enough to look at" * 30)
    with pytest.raises(store_module.ProsoError, match="cannot be used"):
        Store.open(tmp_path)


def test_segments_and_releases_are_read_back_in_order(store):
    segments = [
        Segment(
            file=f"ftc/{n}.parquet",
            source="ftc",
            region="US",
            rows=n,
            first_at=0,
            last_at=1,
            input_name=f"{n}.csv",
            input_sha256="0" * 64,
            imported_at=2,
        )
        for n in (1, 2)
    ]
    for one in segments:
        store.register(one)
    assert store.segments() == segments
    assert store.segments(region="TR") == store.segments(source="list") == []
    release = Release(
        region="US", serial=1, as_of=5, digest="0" * 64, entries=0, rule_version="r", file="f"
    )
    store.record(release)
    store.record(release)
    assert store.releases("US") == [release]
    assert store.counts() == {"reports": 0, "imported": 3, "segments": 2, "releases": 1}


def test_files_that_are_not_registered_are_removed(store):
    rubbish = store.directory / "log" / "ftc" / "half.tmp"
    rubbish.parent.mkdir()
    rubbish.write_bytes(b"half")
    assert store.remove_unregistered() == 1
    assert not rubbish.exists()


def test_a_durable_write_that_fails_leaves_the_file_before(tmp_path, monkeypatch):
    path = tmp_path / "US.pack"
    write_durably(path, b"one")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_module.os, "fsync", fail)
    with pytest.raises(StoreFull):
        write_durably(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_times_are_stored_as_utc_seconds(store):
    with store._engine.connect() as connection:
        columns = {c["name"]: c["type"] for c in sa.inspect(connection).get_columns("report")}
    assert isinstance(columns["at"], sa.BigInteger)


@pytest.mark.parametrize("name", ["what?", "100%", "a#b", "with space"])
def test_a_directory_may_have_any_name(tmp_path, make_report, name):
    with Store.create(tmp_path / name) as store:
        store.append([make_report("a")], received_at=NOW)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with Store.open(tmp_path / name) as store:
        assert store.counts()["reports"] == 1


def test_commands_that_make_the_same_hub_at_once_all_get_it(tmp_path):
    def make(_):
        with Store.create(tmp_path / "hub") as made:
            return made.counts()["reports"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(make, range(8))) == [0] * 8
