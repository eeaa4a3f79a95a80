"""oFono 1.31 and later, as a source of calls.

oFono asks the modem for its list of calls and shows one when it knows the number, so a number
hardly ever comes late; a hidden one reads ``withheld``.
"""

from typing import Any, Final

from dbus_fast import Message

from proso.adapters.bus import Daemon
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
from proso.values.call import Presentation

OFONO: Final = "org.ofono"
_MANAGER: Final = "org.ofono.Manager"
_MODEM: Final = "org.ofono.Modem"
_VOICE: Final = "org.ofono.VoiceCallManager"
_CALL: Final = "org.ofono.VoiceCall"
_RINGS: Final = frozenset({"incoming", "waiting"})
_TALKS: Final = frozenset({"active", "held"})
_OURS: Final = frozenset({"dialing", "alerting"})


class OfonoCalls(ModemEvents):
    """Every modem of oFono that can talk."""

    def __init__(self, daemon: Daemon) -> None:
        super().__init__(daemon)
        self._states: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._ended_by: dict[str, EndedBy] = {}

    @classmethod
    async def open(cls, address: str = "") -> "OfonoCalls":
        """The daemon of the system bus, or of the bus at an address; it may come later.

        Raises:
            NoLine: no such bus.
        """
        return cls(await Daemon.connect(OFONO, address=address))

    async def hang_up(self, ref: CallRef) -> None:
        """See `proso.device.call_ports.CallSource`."""
        try:
            await self.daemon.ask(ref.name, _CALL, "Hangup")
        except LineFailed:
            # Over already, by the time it was asked: nothing was left to fail.
            if ref.name in self._states:
                raise

    async def _look_round(self) -> None:
        for path, values in (await self.daemon.ask("/", _MANAGER, "GetModems"))[0]:
            if _VOICE in _plain(values).get("Interfaces", ()):
                await self._add_modem(path)

    async def _add_modem(self, modem: str) -> None:
        if modem in self._modems:
            return
        self._modems.add(modem)
        for path, values in (await self.daemon.ask(modem, _VOICE, "GetCalls"))[0]:
            self._add_call(modem, path, _plain(values))

    def _add_call(self, modem: str, path: str, values: dict[str, Any]) -> None:
        if path in self._modem_of:
            return
        ref, state = CallRef(modem, path), str(values.get("State", ""))
        text = str(values.get("LineIdentification", ""))
        self._modem_of[path], self._states[path], self._shown[path] = modem, state, text
        if state in _OURS:
            self._tell(Dials(ref, text))
        else:
            self._tell(Rings(ref, _caller(text)))
        if values.get("Emergency"):
            self._tell(Emergency(modem))
        if state in _TALKS:
            self._tell(Taken(ref))

    def _signal(self, message: Message) -> None:
        path, member, body = message.path or "", message.member, message.body
        match message.interface, member:
            case ("org.ofono.VoiceCallManager", "CallAdded"):
                self._add_call(path, body[0], _plain(body[1]))
            case ("org.ofono.VoiceCallManager", "CallRemoved"):
                self._end(body[0])
            case ("org.ofono.VoiceCallManager", "PropertyChanged") if body[0] == "EmergencyMode":
                if body[1].value:
                    self._tell(Emergency(path))
            case ("org.ofono.VoiceCall", "PropertyChanged") if path in self._states:
                self._changed(path, body[0], body[1].value)
            case ("org.ofono.VoiceCall", "DisconnectReason"):
                here = EndedBy.HERE if body[0] == "local" else EndedBy.THERE
                self._ended_by[path] = here
            case _:
                self._modem_signal(path, message)

    def _modem_signal(self, path: str, message: Message) -> None:
        body = message.body
        if message.interface == _MODEM and message.member == "PropertyChanged":
            if body[0] == "Interfaces" and _VOICE in body[1].value:
                self._begin(self._add_modem(path))
            elif body[0] == "Interfaces" and path in self._modems:
                self._lose(path)
        elif message.member == "ModemRemoved" and body[0] in self._modems:
            self._lose(body[0])

    def _changed(self, path: str, name: str, value: object) -> None:
        ref = CallRef(self._modem_of[path], path)
        if name == "LineIdentification" and self._shown[path] != value:
            self._shown[path] = str(value)
            caller = _caller(str(value))
            if caller is not None:
                self._tell(Shown(ref, caller))
        elif name == "State":
            before, self._states[path] = self._states[path], str(value)
            if before in _RINGS and value in _TALKS:
                self._tell(Taken(ref))

    def _end(self, path: str) -> None:
        by = self._ended_by.pop(path, EndedBy.UNKNOWN)
        if path in self._modem_of:
            self._tell(Ended(CallRef(self._modem_of[path], path), by))
        self._forget(path)

    def _forget(self, path: str) -> None:
        for kept in (self._states, self._shown):
            kept.pop(path, None)
        super()._forget(path)
        self._ended_by.pop(path, None)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: variant.value for name, variant in values.items()}


def _caller(text: str) -> CallerShown | None:
    if text == "withheld":
        return CallerShown("", Presentation.RESTRICTED)
    return CallerShown(text) if text else None
