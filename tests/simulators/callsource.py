"""Lines without a daemon: the modem simulator's calls as events, for the agent's own tests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.simulators.modem import ACTIVE, SimulatedCall, SimulatedModem

from proso.device.call_ports import (
    CallerShown,
    CallRef,
    Ended,
    EndedBy,
    Event,
    LineFailed,
    LineLost,
    Rings,
    Shown,
    Taken,
)
from proso.values.call import Presentation


class ModemCalls:
    """Looks at the simulated modem every millisecond."""

    def __init__(self, modem: SimulatedModem) -> None:
        self._modem = modem
        self._closed = False
        self._lost = False
        self._seen: dict[int, tuple[SimulatedCall, CallRef, bool, int]] = {}

    async def events(self) -> AsyncIterator[Event]:
        while not self._closed:
            if self._modem.unplugged and not self._lost:
                self._lost = True
                self._seen.clear()
                yield LineLost("modem")
            for call in [*self._modem.calls] if not self._lost else ():
                for event in self._of(call):
                    yield event
            for key, (call, ref, _, _) in list(self._seen.items()):
                if call.ended is not None:
                    del self._seen[key]
                    by = EndedBy.THERE if call.ended_by == "network" else EndedBy.HERE
                    yield Ended(ref, by)
            await asyncio.sleep(0.001)

    def _of(self, call: SimulatedCall) -> list[Event]:
        seen = self._seen.get(id(call))
        ref = CallRef("modem", f"call{id(call)}") if seen is None else seen[1]
        known = call.withheld or self._modem.number_delay == 0 or call.shown
        text, how = ("", Presentation.RESTRICTED) if call.withheld else (call.number, None)
        caller = CallerShown(text, how or Presentation.ALLOWED)
        self._seen[id(call)] = (call, ref, known, call.state)
        if seen is None:
            return [Rings(ref, caller if known else None)]
        events: list[Event] = []
        if known and not seen[2]:
            events.append(Shown(ref, caller))
        if call.state == ACTIVE and seen[3] != ACTIVE:
            events.append(Taken(ref))
        return events

    async def hang_up(self, ref: CallRef) -> None:
        for call, known, _, _ in list(self._seen.values()):
            if known == ref and call.ended is None:
                if self._modem.hang_up_fails:
                    raise LineFailed("the modem refused")
                self._modem.hang_up(call, "+CHUP")

    async def close(self) -> None:
        self._closed = True


@contextlib.asynccontextmanager
async def simulated(folder, modem=None, **_):
    from tests.simulators.lines import Setting

    source = ModemCalls(modem or SimulatedModem())
    async with source._modem.served(abstract=""):
        yield Setting(source, source._modem)
        await source.close()
