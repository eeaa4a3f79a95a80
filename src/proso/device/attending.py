"""Carries out what the agent says: events of every line in, commands out, one at a time."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime

from proso.device.agent import Agent
from proso.device.call_ports import (
    CallRef,
    CallSource,
    Command,
    Event,
    HangUp,
    HangUpFailed,
    Keep,
    KeepDialled,
    LineFailed,
    Notices,
    Ringer,
    SetRinger,
    Tell,
    Waited,
    WaitForNumber,
)
from proso.device.judging import Judge

_log = logging.getLogger(__name__)


class Attendant:
    """The agent at work on some lines."""

    def __init__(  # noqa: PLR0913  what it works with
        self,
        agent: Agent,
        judge: Judge,
        sources: Sequence[CallSource],
        *,
        ringer: Ringer | None = None,
        notices: Notices | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._agent = agent
        self._judge = judge
        self._sources = sources
        self._ringer = ringer
        self._notices = notices
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Attends until every source ends or the task is cancelled; the ringer is left aloud."""
        try:
            async with asyncio.TaskGroup() as group:
                for source in self._sources:
                    group.create_task(self._attend(source))
        finally:
            for task in list(self._tasks):
                task.cancel()
            if self._ringer is not None:
                with contextlib.suppress(LineFailed):
                    await self._ringer.set_aloud(aloud=True)

    async def _attend(self, source: CallSource) -> None:
        async for event in source.events():
            self.take(source, event)

    def take(self, source: CallSource, event: Event) -> None:
        """One event of a source; what follows from it is begun before the next is looked at."""
        now = self._clock()
        try:
            commands = self._agent.handle(event, now)
        except Exception:  # noqa: BLE001  a bug of ours must never cost a call
            _log.exception("a bug in the agent: the call rings")
            return
        for command in commands:
            self._begin(self._carry_out(source, command, now))

    async def _carry_out(self, source: CallSource, command: Command, now: datetime) -> None:
        try:
            match command:
                case HangUp(ref):
                    await self._hang_up(source, ref)
                case SetRinger(aloud) if self._ringer is not None:
                    await self._ringer.set_aloud(aloud=aloud)
                case WaitForNumber(ref, seconds):
                    await asyncio.sleep(seconds)
                    self.take(source, Waited(ref))
                case Tell(title, text, urgent) if self._notices is not None:
                    await self._notices.show(title, text, urgent=urgent)
                case Keep(outcome):
                    self._judge.keep(outcome)
                case KeepDialled(text, is_emergency):
                    region = self._agent.region
                    self._judge.keep_dialled(text, region, now, is_emergency=is_emergency)
                case _:
                    pass
        except LineFailed as failure:
            _log.warning("%s: %s", type(command).__name__, failure.why)
        except Exception:  # noqa: BLE001  a bug of ours must never cost a call
            _log.exception("a bug while carrying out %s", type(command).__name__)

    async def _hang_up(self, source: CallSource, ref: CallRef) -> None:
        try:
            await source.hang_up(ref)
        except LineFailed:
            self.take(source, HangUpFailed(ref))
            raise

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
