import os
import time

import pytest

from proso.device.packshelf import LOOK_SECONDS, PackShelf
from proso.packs.build import build


@pytest.fixture
def path(tmp_path):
    return tmp_path / "US.pack"


def write(path, now, serial, region="US"):
    data = bytes(build([], region=region, serial=serial, as_of=now, rule_version="t"))
    path.with_suffix(".new").write_bytes(data)
    path.with_suffix(".new").rename(path)
    time.sleep(1.2 * LOOK_SECONDS)


def test_the_newest_pack_is_given_without_being_told(path, now):
    shelf = PackShelf(path, "US")
    assert shelf.current() is None
    write(path, now, 1)
    assert shelf.current().header.serial == 1
    write(path, now, 2)
    assert shelf.current().header.serial == 2


@pytest.mark.parametrize("how", ["damaged", "of another region", "gone"])
def test_what_cannot_be_used_leaves_the_pack_before(path, now, how):
    shelf = PackShelf(path, "US")
    write(path, now, 1)
    assert shelf.current().header.serial == 1
    if how == "damaged":
        path.with_suffix(".new").write_bytes(os.urandom(999))
        path.with_suffix(".new").rename(path)
        time.sleep(1.2 * LOOK_SECONDS)
    elif how == "gone":
        path.unlink()
        time.sleep(1.2 * LOOK_SECONDS)
    else:
        write(path, now, 2, region="FR")
    assert shelf.current().header.serial == 1
