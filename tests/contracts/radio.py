"""What every radio keeps to: run against the simulator, and NetworkManager in the guest."""

import asyncio
from dataclasses import replace

import pytest

from proso.device.wifi_ports import RadioFailed


class RadioContract:
    """Subclasses give `opened` (an async context manager of a radio), `present` and `cut`."""

    target = b"LibraryOpen"

    def run(self, work):
        """Runs a coroutine function on a fresh radio."""

        async def go():
            async with self.opened() as radio:
                points = await radio.scan()
                point = next(p for p in points if p.ssid == self.target)
                return await work(radio, point)

        return asyncio.run(go())

    def test_a_scan_hears_the_target(self):
        async def work(radio, point):
            assert point in await radio.scan()

        self.run(work)

    def test_what_is_kept_stays_and_cannot_be_rolled_back(self):
        before = self.present()

        async def work(radio, point):
            await radio.take_checkpoint(60)
            link = await radio.activate(point)
            assert link.address
            await radio.keep()
            await radio.roll_back()

        self.run(work)
        assert self.present() != before

    def test_what_is_rolled_back_is_as_before(self):
        before = self.present()

        async def work(radio, point):
            await radio.take_checkpoint(60)
            await radio.activate(point)
            assert self.present() != before
            await radio.roll_back()

        self.run(work)
        assert self.present() == before

    def test_a_radio_that_is_not_there_fails_and_can_be_rolled_back(self):
        before = self.present()

        async def work(radio, point):
            await radio.take_checkpoint(60)
            with pytest.raises(RadioFailed):
                await radio.activate(replace(point, ssid=b"Gone", bssid=0x0200DEADBEEF))
            await radio.roll_back()

        self.run(work)
        assert self.present() == before

    def test_a_link_that_goes_is_noticed(self):
        async def work(radio, point):
            await radio.take_checkpoint(60)
            await radio.activate(point)
            lost = asyncio.create_task(radio.lost())
            await asyncio.sleep(0.1)
            assert not lost.done()
            self.cut(radio)
            try:
                assert await asyncio.wait_for(lost, 60)
            finally:
                self.mend(radio)
                await radio.roll_back()

        before = self.present()
        self.run(work)
        assert self.present() == before

    def test_putting_off_a_return_nobody_planned_is_harmless(self):
        self.run(lambda radio, _point: radio.extend_checkpoint(60))

    def test_the_persons_own_connection_is_not_ours_to_leave(self):
        before = self.present()
        assert not self.run(lambda radio, _point: radio.leave())
        assert self.present() == before

    def test_a_connection_of_ours_is_left(self):
        async def work(radio, point):
            await radio.take_checkpoint(60)
            await radio.activate(point)
            await radio.keep()
            return await radio.leave()

        assert self.run(work)
