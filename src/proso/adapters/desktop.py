"""The owner's desktop: notices by the freedesktop.org server, the ringer by feedbackd."""

import html
from typing import Final

from dbus_fast import Variant

from proso.adapters.bus import PROPERTIES, Daemon

NOTIFICATIONS: Final = "org.freedesktop.Notifications"
FEEDBACK: Final = "org.sigxcpu.Feedback"
_NOTIFICATIONS_PATH: Final = "/org/freedesktop/Notifications"
_FEEDBACK_PATH: Final = "/org/sigxcpu/Feedback"
_LOW, _CRITICAL = 0, 2
_DEFAULT_EXPIRY: Final = -1
_SILENT: Final = "silent"


class DesktopNotices:
    """Source: Desktop Notifications Specification 1.2."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @classmethod
    async def open(cls, address: str = "") -> "DesktopNotices":
        """The server of the session bus, or of the bus at an address.

        Raises:
            NoLine: no such bus.
        """
        return cls(await Daemon.connect(NOTIFICATIONS, address=address, session=True))

    async def show(self, title: str, text: str, *, urgent: bool) -> None:
        """See `proso.device.call_ports.Notices`."""
        hints = {
            "urgency": Variant("y", _CRITICAL if urgent else _LOW),
            "category": Variant("s", "call.incoming" if urgent else "call"),
        }
        # Servers read the text as markup: what a pack says must not become any.
        body = html.escape(text, quote=False)
        await self._daemon.ask(
            _NOTIFICATIONS_PATH,
            NOTIFICATIONS,
            "Notify",
            "susssasa{sv}i",
            "proso",
            0,
            "call-start-symbolic" if urgent else "call-stop-symbolic",
            title,
            body,
            [],
            hints,
            _DEFAULT_EXPIRY,
        )

    async def close(self) -> None:
        """Gives the bus back."""
        await self._daemon.close()


class FeedbackRinger:
    """The phone's sound and vibration on Phosh and others that use feedbackd.

    Puts the profile on silent and back to what it was; a phone the owner silenced stays so.
    """

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._before = ""

    @classmethod
    async def open(cls, address: str = "") -> "FeedbackRinger":
        """The daemon of the session bus, or of the bus at an address.

        Raises:
            NoLine: no such bus.
        """
        return cls(await Daemon.connect(FEEDBACK, address=address, session=True))

    async def set_aloud(self, *, aloud: bool) -> None:
        """See `proso.device.call_ports.Ringer`."""
        if aloud:
            before, self._before = self._before, ""
            if before:
                await self._set(before)
            return
        if not self._before:
            answer = await self._daemon.ask(
                _FEEDBACK_PATH, PROPERTIES, "Get", "ss", FEEDBACK, "Profile"
            )
            self._before = str(answer[0].value)
        await self._set(_SILENT)

    async def close(self) -> None:
        """Gives the bus back."""
        await self._daemon.close()

    async def _set(self, profile: str) -> None:
        await self._daemon.ask(
            _FEEDBACK_PATH,
            PROPERTIES,
            "Set",
            "ssv",
            FEEDBACK,
            "Profile",
            Variant("s", profile),
        )
