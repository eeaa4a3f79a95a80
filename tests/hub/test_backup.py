import shutil
from datetime import UTC, datetime

import pytest

from proso.errors import Misuse, Refused, StoreFull, Unavailable
from proso.hub import backup
from proso.hub.backup import back_up
from proso.hub.feeds import ftc
from proso.hub.importing import import_files
from proso.hub.publish import publish
from proso.hub.store import Store

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
COMPLAINTS = """created_date,company_number,consumer_area_code,batch
2020-06-01,2024181000,202,0
2020-06-01,2024181001,202,0
"""


@pytest.fixture
def filled(store, tmp_path, make_report):
    path = tmp_path / "a.csv"
    path.write_text(COMPLAINTS)
    take(store, path)
    store.append([make_report(f"{i}") for i in range(5)], received_at=NOW)
    publish(store, region="US", as_of=NOW)
    return store


def take(store, path):
    return list(
        import_files(
            store, [path], ftc.tables, source="ftc", region="US", now=NOW, progress=lambda *_: None
        )
    )


def test_a_backup_is_a_hub_that_holds_the_same(filled, tmp_path):
    back_up(filled, tmp_path / "copy")
    shutil.rmtree(filled.directory)
    with Store.open(tmp_path / "copy") as copy:
        assert copy.counts() == {"reports": 5, "imported": 2, "segments": 1, "releases": 1}
        assert (copy.directory / "packs" / "US.pack").is_file()
        (again,) = take(copy, tmp_path / "a.csv")
        assert (again.added, again.known) == (0, 2)


def test_a_backup_is_of_one_moment_while_reports_come_in(filled, tmp_path, make_report):
    back_up(filled, tmp_path / "copy")
    filled.append([make_report("later")], received_at=NOW)
    with Store.open(tmp_path / "copy") as copy:
        assert copy.counts()["reports"] == 5


def test_a_backup_overwrites_nothing(filled, tmp_path):
    (tmp_path / "copy").mkdir()
    with pytest.raises(Refused, match="already"):
        back_up(filled, tmp_path / "copy")


def test_a_backup_is_not_put_into_the_hub_itself(filled):
    with pytest.raises(Misuse):
        back_up(filled, filled.directory / "copy")


def test_a_backup_without_every_part_of_the_log_is_none(filled, tmp_path):
    for path in (filled.directory / "log" / "ftc").iterdir():
        path.unlink()
    with pytest.raises(Unavailable, match="registered part"):
        back_up(filled, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


def test_a_backup_that_does_not_fit_leaves_nothing_behind(filled, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.shutil, "copyfile", full)
    with pytest.raises(StoreFull):
        back_up(filled, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


def test_a_backup_removes_nothing_that_lies_beside_it(filled, tmp_path):
    (tmp_path / "copy.tmp").mkdir()
    (tmp_path / "copy.tmp" / "diary").write_text("mine")
    back_up(filled, tmp_path / "copy")
    assert (tmp_path / "copy.tmp" / "diary").read_text() == "mine"
