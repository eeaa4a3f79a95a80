"""ModemManager 1.20 and later, as a source of calls.

What mocks hide and the real one taught (tests/integration):
* a call is there before its number: ``Number`` comes by ``PropertiesChanged``, up to a second
  later, and stays empty for a caller who hides it;
* ended calls stay in the list until somebody deletes them;
* a caller who gives up is noticed late: after some seconds without a ring, by the generic modem;
* hanging up a waiting call would end the conversation instead, so it is refused here;
* a call is said to be over after a hang-up whatever the modem answered.
"""

from typing import Any, Final

from dbus_fast import Message

from proso.adapters.bus import PROPERTIES, Daemon
from proso.adapters.modem_events import ModemEvents
from proso.device.call_ports import (
    CallerShown,
    CallRef,
    Dials,
    Emergency,
    Ended,
    EndedBy,
    LineFailed,
    Rings,
    Shown,
    Taken,
)

MM: Final = "org.freedesktop.ModemManager1"
ROOT: Final = "/org/freedesktop/ModemManager1"
_VOICE: Final = MM + ".Modem.Voice"
_CALL: Final = MM + ".Call"
_OBJECTS: Final = "org.freedesktop.DBus.ObjectManager"

# MMCallState, MMCallDirection and MMCallStateReason of the ModemManager reference.
_DIALING, _RINGING_OUT, _RINGING_IN, _ACTIVE, _HELD, _WAITING, _TERMINATED = range(1, 8)
_INCOMING: Final = 1
_REFUSED: Final = 5
_RINGS: Final = frozenset({_RINGING_IN, _WAITING})
_TALKS: Final = frozenset({_ACTIVE, _HELD})


class ModemManagerCalls(ModemEvents):
    """Every modem of ModemManager that can talk."""

    def __init__(self, daemon: Daemon) -> None:
        super().__init__(daemon)
        self._known: dict[str, dict[str, Any]] = {}
        self._early: dict[str, dict[str, Any]] = {}
        self._ours: set[str] = set()

    @classmethod
    async def open(cls, address: str = "") -> "ModemManagerCalls":
        """The daemon of the system bus, or of the bus at an address; it may come later.

        Raises:
            NoLine: no such bus.
        """
        return cls(await Daemon.connect(MM, address=address))

    async def hang_up(self, ref: CallRef) -> None:
        """See `proso.device.call_ports.CallSource`."""
        if self._is_behind_another(ref):
            raise LineFailed("ModemManager would end the other call instead")
        self._ours.add(ref.name)
        try:
            await self.daemon.ask(ref.name, _CALL, "Hangup")
        except LineFailed:
            # Over already, by the time it was asked: nothing was left to fail.
            if ref.name in self._known:
                raise

    def _is_behind_another(self, ref: CallRef) -> bool:
        """Whether a call waits while another is there.

        Then `Hangup` sends AT+CHUP (1.20.4), which ends the conversation (TS 27.007 section 6.5).
        """
        others = (path for path, one in self._modem_of.items() if one == ref.line)
        waits = self._known.get(ref.name, {}).get("State") == _WAITING
        return waits and any(path in self._known and path != ref.name for path in others)

    async def _look_round(self) -> None:
        (objects,) = await self.daemon.ask(ROOT, _OBJECTS, "GetManagedObjects")
        for path, interfaces in objects.items():
            if _VOICE in interfaces:
                await self._add_modem(path)

    async def _add_modem(self, modem: str) -> None:
        if modem in self._modems:
            return
        self._modems.add(modem)
        for call in (await self.daemon.ask(modem, _VOICE, "ListCalls"))[0]:
            await self._add_call(modem, call)

    async def _add_call(self, modem: str, path: str) -> None:
        if path in self._modem_of:
            return
        self._modem_of[path] = modem
        self._early[path] = {}
        try:
            known = await self.daemon.properties(path, _CALL)
        except LineFailed:
            self._forget(path)
            return
        # What changed while the answer was on its way is newer than the answer.
        known |= self._early.pop(path, {})
        ref, state = CallRef(modem, path), known["State"]
        if state == _TERMINATED:
            self._forget(path)
            return
        self._known[path] = known
        if known["Direction"] != _INCOMING:
            self._tell(Dials(ref, str(known["Number"])))
            return
        number = str(known["Number"])
        self._tell(Rings(ref, CallerShown(number) if number else None))
        if state in _TALKS:
            self._tell(Taken(ref))

    def _signal(self, message: Message) -> None:
        path, member, body = message.path or "", message.member, message.body
        if message.interface == _VOICE and member == "CallAdded":
            self._begin(self._add_call(path, body[0]))
        elif message.interface == _VOICE and member == "CallDeleted":
            self._end(body[0], 0)
        elif message.interface == _CALL and member == "StateChanged":
            self._changed(path, {"State": body[1]}, body[2])
        elif message.interface == PROPERTIES and member == "PropertiesChanged":
            self._properties(path, body)
        elif message.interface == _OBJECTS and member == "InterfacesAdded":
            if _VOICE in body[1]:
                self._begin(self._add_modem(body[0]))
        elif message.interface == _OBJECTS and member == "InterfacesRemoved" and _VOICE in body[1]:
            self._lose(body[0])

    def _properties(self, path: str, body: list[Any]) -> None:
        values = {name: variant.value for name, variant in body[1].items()}
        if body[0] == _CALL:
            self._changed(path, values, 0)
        elif body[0] == _VOICE and values.get("EmergencyOnly"):
            self._tell(Emergency(path))

    def _changed(self, path: str, values: dict[str, Any], reason: int) -> None:
        known = self._known.get(path)
        if known is None:
            self._early.get(path, {}).update(values)
            return
        before = dict(known)
        known.update(values)
        ref = CallRef(self._modem_of[path], path)
        if known["Direction"] == _INCOMING:
            if known["Number"] != before["Number"]:
                self._tell(Shown(ref, CallerShown(str(known["Number"]))))
            if known["State"] in _TALKS and before["State"] in _RINGS:
                self._tell(Taken(ref))
        if known["State"] == _TERMINATED:
            self._end(path, reason)

    def _end(self, path: str, reason: int) -> None:
        if path in self._known:
            by = EndedBy.HERE if reason == _REFUSED else EndedBy.UNKNOWN
            self._tell(Ended(CallRef(self._modem_of[path], path), by))
            if path in self._ours:
                self._begin(self._delete(self._modem_of[path], path))
        self._forget(path)

    async def _delete(self, modem: str, path: str) -> None:
        # Nobody else knows that a call is over which never rang; the list would grow for ever.
        await self.daemon.ask(modem, _VOICE, "DeleteCall", "o", path)

    def _forget(self, path: str) -> None:
        for kept in (self._known, self._early):
            kept.pop(path, None)
        super()._forget(path)
        self._ours.discard(path)
