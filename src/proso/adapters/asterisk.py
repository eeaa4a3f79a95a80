"""Asterisk through FastAGI: one TCP connection a call, its verdict as channel variables.

Sets PROSO_ACTION (allow, label, silence or reject), PROSO_REASON, PROSO_TEXT and PROSO_CODE, a SIP
code for PJSIPHangup; the dialplan (deploy/asterisk/extensions_proso.conf) does the rest.  Without
an answer the variables stay empty and the call rings.
"""

import asyncio
import contextlib
import logging
import socket
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final

from proso.device.guard import BEAT_SECONDS
from proso.device.sip import SipScreening
from proso.values.call import Call, Line, Presentation
from proso.verdicts.verdict import Verdict

ASKED_SECONDS: Final = 2.0
"""Asterisk writes its questions at once; who takes longer is no Asterisk."""

MAX_ASKED_BYTES: Final = 16_384
MAX_REMEMBERED: Final = 10_000
"""Extensions whose last caller is kept for a report: a large PBX."""

_RESTRICTED: Final = range(32, 64)  # agi_callingpres, as in ITU-T Q.931: 01 in bits 6 and 7
_UNAVAILABLE: Final = range(64, 128)
_log = logging.getLogger(__name__)

Report = Callable[[Call], None]


class FastAgi:
    """Answers Asterisk."""

    def __init__(self, screening: SipScreening, report: Report | None = None) -> None:
        self._screening = screening
        self._report = report
        self._last: OrderedDict[str, Call] = OrderedDict()

    def serve(self, listening: socket.socket, beat: Callable[[], object]) -> None:
        """Serves for ever; `beat` shows the guard that it lives."""
        asyncio.run(self._serve(listening, beat))

    async def _serve(self, listening: socket.socket, beat: Callable[[], object]) -> None:
        server = await asyncio.start_server(self.attend, sock=listening, limit=MAX_ASKED_BYTES)
        async with server:
            while True:
                beat()
                await asyncio.sleep(BEAT_SECONDS)

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One call."""
        try:
            async with asyncio.timeout(ASKED_SECONDS):
                asked = _fields(await reader.readuntil(b"\n\n"))
                for name, value in self._answer(asked):
                    writer.write(f'SET VARIABLE {name} "{value}"\n'.encode())
                    await writer.drain()
                    if not (await reader.readline()).startswith(b"200"):
                        break
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            _log.info("a connection that was no call of Asterisk's")
        except (OSError, ValueError):
            _log.info("Asterisk hung up before the answer")
        except Exception as error:  # noqa: BLE001  a bug of ours must never cost a call
            _log.error("%s while judging: the call rings", type(error).__name__)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _answer(self, asked: dict[str, str]) -> list[tuple[str, str]]:
        script = asked.get("agi_network_script", "screen").split("?")[0]
        if script == "report":
            return [("PROSO_REPORTED", self._reported(asked.get("agi_callerid", "")))]
        now = datetime.now().astimezone()
        call = self._call(asked, now)
        answer = self._screening.answer_call(call, now)
        # Inside a Gosub the extension is "s": the dialplan passes the one that was called.
        self._remember(asked.get("agi_arg_1") or asked.get("agi_extension", ""), call)
        return _variables(answer.verdict, answer.code)

    def _call(self, asked: dict[str, str], now: datetime) -> Call:
        shown = asked.get("agi_callerid", "")
        presentation = Presentation.ALLOWED
        with contextlib.suppress(ValueError):
            code = int(asked.get("agi_callingpres", "0"))
            if code in _RESTRICTED:
                presentation = Presentation.RESTRICTED
            elif code in _UNAVAILABLE:
                presentation = Presentation.UNAVAILABLE
        line = Line(self._screening.settings.region)
        return Call.receive(shown, at=now, line=line, presentation=presentation)

    def _remember(self, extension: str, call: Call) -> None:
        self._last[extension] = call
        self._last.move_to_end(extension)
        if len(self._last) > MAX_REMEMBERED:
            self._last.popitem(last=False)

    def _reported(self, extension: str) -> str:
        call = self._last.pop(extension, None)
        if call is None or call.calling_number is None or self._report is None:
            return "nothing"
        self._report(call)
        return "queued"


def _variables(verdict: Verdict, code: int) -> list[tuple[str, str]]:
    return [
        ("PROSO_ACTION", verdict.action.value),
        ("PROSO_REASON", verdict.reason.value),
        ("PROSO_TEXT", _plain(verdict.text)),
        ("PROSO_CODE", str(code) if code else ""),
    ]


def _plain(text: str) -> str:
    """A text that cannot end AGI's quotes or line."""
    return "".join(char for char in text if char.isprintable() and char not in '"\\$')[:200]


def _fields(block: bytes) -> dict[str, str]:
    rows = (line.partition(": ") for line in block.decode("utf-8", "replace").splitlines())
    return {name: value for name, colon, value in rows if colon}


def bind(host: str, port: int) -> socket.socket:
    """A listening socket."""
    return socket.create_server((host, port), backlog=1024)
