"""Updates on a disk that is really full."""

import os
from contextlib import suppress
from datetime import timedelta

import pytest
from tests.simulators.phone import Phone
from tests.simulators.signed_hub import NOW, SignedHub

from proso.errors import StoreFull

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.mark.parametrize("leave", [0, 4_096, 16_384, 65_536, 131_072, 196_608, 262_144])
def test_an_update_that_does_not_fit_leaves_the_old_pack_and_works_when_there_is_room(
    disk, tmp_path, leave
):
    hub = SignedHub(tmp_path)
    hub.count = 80_000
    old = hub.publish(now=NOW - timedelta(days=1))
    phone = Phone(disk, hub)
    phone.update()
    new = hub.publish(now=NOW)
    assert len(new) > 196_608
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    os.truncate(ballast, ballast.stat().st_size - leave)
    if len(new) > leave:
        with pytest.raises(StoreFull, match="the installed pack stays in use"):
            phone.update()
        assert phone.pack() == old
        assert phone.store.open("US") is not None
        ballast.unlink()
    phone.update()
    assert phone.pack() == new
    hub.close()
