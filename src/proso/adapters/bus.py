"""A D-Bus connection to one daemon, for the adapters that are thin over it.

What comes from anybody but the present owner of the daemon's name is dropped: on a system bus any
program may send signals to us, and some would like a call to look like another.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final, Self

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError

from proso.device.call_ports import LineFailed
from proso.errors import NoLine

PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_BUS: Final = "org.freedesktop.DBus"
_ANSWER_SECONDS: Final = 10.0
"""A daemon that takes longer than this to hang up has a modem that hangs."""

Signal = Callable[[Message], None]


class Daemon:
    """One daemon on a bus, by its well-known name."""

    def __init__(self, bus: MessageBus, name: str) -> None:
        self._bus = bus
        self._name = name
        self._gone = asyncio.ensure_future(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]
        self._gone.add_done_callback(lambda gone: gone.cancelled() or gone.exception())
        self._owner = ""
        self._on_signal: Signal = lambda _message: None
        self._on_owner: Callable[[bool], None] = lambda _there: None

    @classmethod
    async def connect(cls, name: str, *, address: str = "", session: bool = False) -> Self:
        """A daemon that may or may not be running yet.

        Args:
            name: well-known name, such as org.ofono.
            address: of the bus; the system's, or the session's, when empty.
            session: whether the daemon is on the session bus.

        Raises:
            NoLine: no such bus.
        """
        kind = BusType.SESSION if session else BusType.SYSTEM
        try:
            bus = await MessageBus(bus_address=address or None, bus_type=kind).connect()
        except (OSError, DBusError, ValueError, EOFError) as error:
            raise NoLine(
                found="no D-Bus to talk to",
                expected=f"the {'session' if session else 'system'} bus",
                remedy="start it, or check DBUS_SYSTEM_BUS_ADDRESS",
            ) from error
        return cls(bus, name)

    async def watch(self, on_signal: Signal, on_owner: Callable[[bool], None]) -> None:
        """Hears the daemon's signals, and when it comes and goes; at once if it is there.

        Args:
            on_signal: called with each signal of the daemon itself.
            on_owner: called with whether the daemon is there, at once and at each change.
        """
        self._on_signal, self._on_owner = on_signal, on_owner
        self._bus.add_message_handler(self._heard)
        await self._match(f"type='signal',sender='{self._name}'")
        await self._match(
            f"type='signal',sender='{_BUS}',member='NameOwnerChanged',arg0='{self._name}'"
        )
        with contextlib.suppress(LineFailed):
            (self._owner,) = await self._ask(_BUS, "/", _BUS, "GetNameOwner", "s", self._name)
        on_owner(bool(self._owner))

    async def ask(
        self, path: str, interface: str, member: str, signature: str = "", *body: object
    ) -> Any:  # noqa: ANN401
        """Calls a method of the daemon.

        Returns:
            The list of what it answers.

        Raises:
            LineFailed: it refused, is not there, or does not answer.
        """
        return await self._ask(self._name, path, interface, member, signature, *body)

    async def properties(self, path: str, interface: str) -> dict[str, Any]:
        """Every property of an interface, plain.

        Raises:
            LineFailed: as `ask`.
        """
        (values,) = await self.ask(path, PROPERTIES, "GetAll", "s", interface)
        return {name: variant.value for name, variant in values.items()}

    def is_connected(self) -> bool:
        """Whether the bus is still there."""
        return bool(self._bus.connected)

    async def close(self) -> None:
        """Gives the bus back."""
        self._bus.disconnect()
        await self.wait_closed()

    async def wait_closed(self) -> None:
        """Returns when the bus is gone."""
        # The library's own future dies with the first who stops waiting for it.
        with contextlib.suppress(EOFError, OSError):
            await asyncio.shield(self._gone)

    async def _match(self, rule: str) -> None:
        await self._ask(_BUS, "/org/freedesktop/DBus", _BUS, "AddMatch", "s", rule)

    async def _ask(
        self, to: str, path: str, interface: str, member: str, signature: str = "", *body: object
    ) -> Any:  # noqa: ANN401
        message = Message(to, path, interface, member, signature=signature, body=list(body))
        try:
            answer = await asyncio.wait_for(self._bus.call(message), _ANSWER_SECONDS)
        except TimeoutError:
            raise LineFailed(f"{to} does not answer {member}") from None
        except (OSError, EOFError, DBusError) as error:
            raise LineFailed(f"the bus is gone ({type(error).__name__})") from error
        if answer.message_type is MessageType.ERROR:
            raise LineFailed(f"{to} refused {member} ({answer.error_name})")
        return answer.body

    def _heard(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        if message.sender == _BUS:
            if message.member == "NameOwnerChanged" and message.body[0] == self._name:
                was, self._owner = self._owner, message.body[2]
                if was:
                    self._on_owner(False)
                if self._owner:
                    self._on_owner(True)
        elif self._owner and message.sender == self._owner:
            self._on_signal(message)
