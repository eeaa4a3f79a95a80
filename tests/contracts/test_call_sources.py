"""What every source of calls must do: the simulator and the real daemons alike."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from tests.simulators.callsource import simulated
from tests.simulators.lines import modemmanager, ofono
from tests.simulators.modem import SimulatedModem

from proso.device.call_ports import Ended, LineFailed, LineLost, Rings, Shown, Taken
from proso.values.call import Presentation

SOURCES = [
    pytest.param(simulated, id="simulator"),
    pytest.param(modemmanager, id="modemmanager", marks=pytest.mark.integration),
    pytest.param(ofono, id="ofono", marks=pytest.mark.integration),
]
NUMBER = "+12025550101"


class Heard:
    """The events of a source, as they come."""

    def __init__(self, source):
        self._source, self._queue = source, asyncio.Queue()
        self.all = []

    async def listen(self):
        async for event in self._source.events():
            self.all.append(event)
            self._queue.put_nowait(event)

    async def next(self, kind, seconds=15):
        async with asyncio.timeout(seconds):
            while True:
                event = await self._queue.get()
                if isinstance(event, kind):
                    return event


@asynccontextmanager
async def listening(kind, folder, modem=None):
    async with kind(folder, modem) as setting:
        heard = Heard(setting.source)
        task = asyncio.create_task(heard.listen())
        await asyncio.sleep(0.2)
        try:
            yield setting, heard
        finally:
            task.cancel()


@pytest.fixture(params=SOURCES)
def kind(request):
    return request.param


def test_a_call_rings_with_its_number_and_can_be_hung_up(kind, tmp_path):
    async def run():
        async with listening(kind, tmp_path) as (setting, heard):
            call = setting.modem.ring(NUMBER)
            rings = await heard.next(Rings)
            caller = rings.caller or (await heard.next(Shown)).caller
            assert caller.text == NUMBER
            await setting.source.hang_up(rings.ref)
            await setting.modem.ended(call)
            assert call.ended_by != "network"
            assert (await heard.next(Ended)).ref == rings.ref

    asyncio.run(run())


def test_a_number_that_comes_late_is_shown_when_it_comes(kind, tmp_path):
    async def run():
        modem = SimulatedModem(lists_calls=False)  # else the daemons ask and know it at once
        modem.number_delay = 0.6
        async with listening(kind, tmp_path, modem) as (setting, heard):
            setting.modem.ring(NUMBER)
            rings = await heard.next(Rings)
            if rings.caller is None:
                shown = await heard.next(Shown)
                assert shown.ref == rings.ref
                assert shown.caller.text == NUMBER
            else:
                assert rings.caller.text == NUMBER

    asyncio.run(run())


def test_a_hidden_number_is_never_shown(kind, tmp_path):
    async def run():
        async with listening(kind, tmp_path) as (setting, heard):
            setting.modem.ring("", withheld=True)
            rings = await heard.next(Rings)
            assert rings.caller is None or rings.caller.presentation is not Presentation.ALLOWED
            await asyncio.sleep(0.3)
            assert not [event for event in heard.all if isinstance(event, Shown)]

    asyncio.run(run())


def test_a_caller_who_gives_up_ends_the_call(kind, tmp_path):
    async def run():
        async with listening(kind, tmp_path) as (setting, heard):
            call = setting.modem.ring(NUMBER)
            rings = await heard.next(Rings)
            setting.modem.give_up(call)
            assert (await heard.next(Ended)).ref == rings.ref

    asyncio.run(run())


def test_a_call_the_owner_takes_is_taken(kind, tmp_path):
    async def run():
        async with listening(kind, tmp_path) as (setting, heard):
            setting.modem.ring(NUMBER)
            rings = await heard.next(Rings)
            await setting.take(rings.ref)
            assert (await heard.next(Taken)).ref == rings.ref

    asyncio.run(run())


def test_hanging_up_a_waiting_call_leaves_the_conversation(kind, tmp_path):
    async def run():
        async with listening(kind, tmp_path) as (setting, heard):
            talk = setting.modem.ring("+12025550199")
            first = await heard.next(Rings)
            await setting.take(first.ref)
            await heard.next(Taken)
            knock = setting.modem.ring(NUMBER)
            second = await heard.next(Rings)
            assert second.ref != first.ref
            try:
                await setting.source.hang_up(second.ref)
                await setting.modem.ended(knock)
            except LineFailed:
                pass  # a line that cannot end this call alone must refuse
            assert talk.ended is None

    asyncio.run(run())


def test_a_refusal_of_the_modem_is_told(kind, tmp_path):
    if kind is modemmanager:
        pytest.skip("ModemManager says the call is over whatever the modem answers")

    async def run():
        async with listening(kind, tmp_path) as (setting, heard):
            setting.modem.hang_up_fails = True
            setting.modem.ring(NUMBER)
            rings = await heard.next(Rings)
            with pytest.raises(LineFailed):
                await setting.source.hang_up(rings.ref)

    asyncio.run(run())


def test_hanging_up_what_is_over_is_no_failure(kind, tmp_path):
    async def run():
        async with listening(kind, tmp_path) as (setting, heard):
            call = setting.modem.ring(NUMBER)
            rings = await heard.next(Rings)
            setting.modem.give_up(call)
            await heard.next(Ended)
            await setting.source.hang_up(rings.ref)

    asyncio.run(run())


def test_a_modem_that_goes_away_is_lost(kind, tmp_path):
    async def run():
        async with listening(kind, tmp_path) as (setting, heard):
            setting.modem.ring(NUMBER)
            rings = await heard.next(Rings)
            if setting.daemon:
                setting.daemon.kill()
            else:
                setting.modem.unplug()
            assert (await heard.next(LineLost)).line == rings.ref.line

    asyncio.run(run())
