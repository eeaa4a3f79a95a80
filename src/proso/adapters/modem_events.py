"""What adapters of daemons with modems share: the daemon comes and goes, events wait in line."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from dbus_fast import Message

from proso.adapters.bus import Daemon
from proso.device.call_ports import Event, LineFailed, LineLost


class ModemEvents(ABC):
    """The calls of a daemon's modems as events: what adapters of such daemons share.

    An adapter looks round when the daemon is there, reads its signals, and says which modems it has
    and which calls it forgets.

    Attributes:
        daemon: whose modems they are.
    """

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._modem_of: dict[str, str] = {}
        self._modems: set[str] = set()

    async def events(self) -> AsyncIterator[Event]:
        """See `proso.device.call_ports.CallSource`."""
        await self.daemon.watch(self._signal, self._owner)
        self._begin(self._until_closed())
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """See `proso.device.call_ports.CallSource`."""
        for task in list(self._tasks):
            task.cancel()
        await self.daemon.close()
        self._events.put_nowait(None)

    @abstractmethod
    async def _look_round(self) -> None:
        """Finds the modems that are there; asked when the daemon comes."""

    @abstractmethod
    def _signal(self, message: Message) -> None:
        """Reads one signal of the daemon."""

    def _forget(self, path: str) -> None:
        self._modem_of.pop(path, None)

    def _tell(self, event: Event) -> None:
        self._events.put_nowait(event)

    async def _until_closed(self) -> None:
        await self.daemon.wait_closed()
        self._events.put_nowait(None)

    def _owner(self, there: bool) -> None:  # noqa: FBT001  a callback
        if there:
            self._begin(self._look_round())
            return
        for modem in sorted(self._modems):
            self._lose(modem)

    def _lose(self, modem: str) -> None:
        self._modems.discard(modem)
        for path in [path for path, one in self._modem_of.items() if one == modem]:
            self._forget(path)
        self._tell(LineLost(modem))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        async def quietly() -> None:
            try:
                await work
            except LineFailed:
                return  # the daemon went away in the middle; its going is told by itself

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
