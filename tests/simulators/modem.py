"""A voice modem that speaks AT (3GPP TS 27.007), for the real ModemManager and oFono.

One state machine; daemons reach it over TCP (oFono's phonesim driver) or an abstract socket
(ModemManager's Test.SetProfile).  It holds several calls, so that call waiting can be tried, and
keeps the time of everything, so that what a daemon and the agent take is measured at the modem.
"""

import asyncio
import contextlib
import re
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

ACTIVE, HELD, DIALING, ALERTING, INCOMING, WAITING = range(6)

_FIXED = {
    "I": "AT simulator",
    "+GCAP": "+GCAP: +CGSM,+DS,+ES",
    "+CGMI": "Millet",
    "+GMI": "Millet",
    "+CGMM": "Voice 1",
    "+GMM": "Voice 1",
    "+CGMR": "1.0",
    "+GMR": "1.0",
    "+CGSN": "490154203237518",
    "+GSN": "490154203237518",
    "+CIMI": "001010123456789",
    "+CPIN?": "+CPIN: READY",
    "+CFUN=?": "+CFUN: (0,1,4),(0)",
    "+CREG=?": "+CREG: (0-2)",
    "+CGREG=?": "+CGREG: (0-2)",
    "+CGREG?": "+CGREG: 0,1",
    "+CSQ": "+CSQ: 25,99",
    "+COPS?": '+COPS: 0,2,"00101"',
    "+COPS=?": '+COPS: (2,"Test Net","Test","00101",7)',
    "+CNUM": '+CNUM: ,"+15550001111",145',
    "+CSCS=?": '+CSCS: ("IRA","GSM","UCS2")',
    "+CSCS?": '+CSCS: "IRA"',
    "+CLIP?": "+CLIP: 1,1",
    "+CSCA?": '+CSCA: "+15550009999",145',
    "+CMEE=?": "+CMEE: (0-2)",
    "+CRC=?": "+CRC: (0,1)",
    "+CLIP=?": "+CLIP: (0,1)",
    "+CCWA=?": "+CCWA: (0,1)",
    "+CHLD=?": "+CHLD: (0,1,1x,2,2x,3)",
    "+CLCK=?": '+CLCK: ("SC")',
    '+CLCK="SC",2': "+CLCK: 0",
    "+CSMS=?": "+CSMS: (0,1)",
    "+CMGF=?": "+CMGF: (0,1)",
    "+CIND=?": "+CIND: ",
    "+WS46=?": "+WS46: (12,22,25)",
    "+CBC": "+CBC: 0,90",
    "+CPAS": "+CPAS: 0",
}
_SETTINGS = re.compile(
    r"\+(CLIP|CMEE|CGREG|CSCS|COPS|CNAP|CDIP|COLP|CSSN|CCWA|CUSD|CTZU|CTZR|CMER|CVHU|CSMS|CMGF"
    r"|CNMI|CPMS|CGEREP|CSDH|CCLK|CMOD|CSTA)="
)
_BASIC = re.compile(r"(E\d|V\d|Q\d|X\d|Z\d?|&[A-Z]\d?|S\d+=\d+)+")
# Files of the SIM (3GPP TS 51.011) without which the daemons wait or refuse.
_SIM_FILES = {
    0x2FE2: bytes.fromhex("98102143658709214365"),
    0x6FAD: bytes.fromhex("00000002"),
    0x6F07: bytes.fromhex("080910101032547698"),
    0x6FAE: bytes.fromhex("02"),
    0x6F46: b"\x01Test Net" + b"\xff" * 8,
    0x2F05: b"en",
    0x6F05: b"\x01",
    0x6F38: bytes.fromhex("ff3fffff00003c030c0000f00f0f"),
}


@dataclass
class SimulatedCall:
    """One call in the modem; `ended_by` is the command that ended it, or "network"."""

    index: int
    number: str
    state: int
    withheld: bool = False
    mobile_originated: bool = False
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    ended_by: str = ""
    shown: bool = False

    @property
    def milliseconds(self) -> float:
        assert self.ended is not None
        return (self.ended - self.began) * 1000


class SimulatedModem:
    """The modem; `number_delay` holds the number back, `hang_up_fails` answers ERROR."""

    def __init__(self, *, lists_calls: bool = True) -> None:
        self.calls: list[SimulatedCall] = []
        self.past: list[SimulatedCall] = []
        self.commands: list[str] = []
        self.number_delay = 0.0
        self.hang_up_fails = False
        self.lists_calls = lists_calls
        self.unplugged = False
        self._serving: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._function = 1
        self._registration = 0
        self._cring = False
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def served(self, *, abstract: str = "") -> AsyncIterator[int]:
        """Serves on an abstract socket of this name, or on a TCP port, which is given."""
        if abstract:
            listening = socket.socket(socket.AF_UNIX)
            listening.bind("\0" + abstract)
            listening.listen(5)
            server = await asyncio.start_unix_server(self._serve, sock=listening)
            port = 0
        else:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
        try:
            yield port
        finally:
            for task in list(self._tasks):
                task.cancel()
            self.unplug()
            server.close()
            await asyncio.sleep(0)
            while self._serving:
                await asyncio.wait(self._serving)

    def unplug(self) -> None:
        """The modem is gone: every port closes."""
        self.unplugged = True
        for writer in list(self._writers):
            writer.close()

    def ring(self, number: str, *, withheld: bool = False) -> SimulatedCall:
        """A call comes in; it waits where another is there already."""
        index = min(set(range(1, 8)) - {call.index for call in self.calls})
        state = WAITING if self.calls else INCOMING
        call = SimulatedCall(index, number, state, withheld)
        self.calls.append(call)
        self._begin(self._announce(call))
        return call

    def give_up(self, call: SimulatedCall) -> None:
        """The caller hangs up."""
        self._end(call, "network")

    def hang_up(self, call: SimulatedCall, command: str) -> None:
        """The phone ends a call."""
        self._end(call, command)

    def answer(self) -> None:
        """The owner takes what rings, as ATA does."""
        self._answer("A")

    async def ended(self, call: SimulatedCall, seconds: float = 10.0) -> None:
        """Waits until a call is over."""
        async with asyncio.timeout(seconds):
            while call.ended is None:  # noqa: ASYNC110  the modem of a benchmark keeps it simple
                await asyncio.sleep(0.001)

    async def _announce(self, call: SimulatedCall) -> None:
        kind = 145 if call.number.startswith("+") else 129
        shown, validity = ("", 1) if call.withheld else (call.number, 0)
        for _ in range(10):
            if call.state == WAITING:
                self._say(f'+CCWA: "{shown}",{kind},1,,{validity}')
                return
            if call.ended or call.state != INCOMING:
                return
            self._say("+CRING: VOICE" if self._cring else "RING")
            await asyncio.sleep(self.number_delay)
            if call.ended or call.state != INCOMING:
                return
            call.shown = True
            self._say(f'+CLIP: "{shown}",{kind},,,,{validity}')
            await asyncio.sleep(3)

    def _begin(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _say(self, text: str) -> None:
        for writer in self._writers:
            writer.write(f"\r\n{text}\r\n".encode())

    def _end(self, call: SimulatedCall, by: str) -> None:
        if call.ended is None:
            call.ended, call.ended_by = time.monotonic(), by
            self.calls.remove(call)
            self.past.append(call)
            if by == "network":
                self._say("NO CARRIER")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        rest = b""
        try:
            while data := await reader.read(4096):
                *lines, rest = re.split(rb"[\r\n\x1a]", rest + data)
                for line in lines:
                    text = line.decode("ascii", "replace").strip()
                    if text.upper().startswith("AT"):
                        answer = self._obey(text[2:])
                        writer.write("".join(f"\r\n{one}\r\n" for one in answer).encode())
        except (ConnectionError, OSError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _obey(self, line: str) -> list[str]:
        told = []
        for command in re.findall(r'(?:[^;"]|"[^"]*")+', line) or [""]:
            self.commands.append(command.strip())
            *answer, result = self._answer(command.strip())
            told += answer
            if result != "OK":
                return [*told, result]
        return [*told, "OK"]

    def _answer(self, command: str) -> list[str]:
        text = command.upper()
        if text in _FIXED:
            return [_FIXED[text], "OK"]
        if text == "" or _BASIC.fullmatch(text) or text.startswith("+COPS=3"):
            return ["OK"]
        for answer in (self._call_command, self._state_command):
            answered = answer(text)
            if answered is not None:
                return answered
        if text.startswith("D") and text.endswith(";"):
            index = min(set(range(1, 8)) - {call.index for call in self.calls})
            self.calls.append(SimulatedCall(index, text[1:-1], ALERTING, mobile_originated=True))
            return ["OK"]
        return ["OK"] if _SETTINGS.match(text) else ["+CME ERROR: 4"]

    def _call_command(self, text: str) -> list[str] | None:
        if text == "+CLCC=?":
            return ["+CLCC: ", "OK"] if self.lists_calls else ["ERROR"]
        if text == "+CLCC":
            rows = [
                f"+CLCC: {c.index},{0 if c.mobile_originated else 1},{c.state},0,0,"
                f'"{"" if c.withheld else c.number}",{145 if c.number.startswith("+") else 129}'
                for c in self.calls
            ]
            return [*rows, "OK"]
        if text == "A":
            ringing = [call for call in self.calls if call.state == INCOMING]
            for call in ringing:
                call.state = ACTIVE
            return ["OK"] if ringing else ["NO CARRIER"]
        chosen = self._ended_by(text)
        if chosen is None:
            return None
        if self.hang_up_fails:
            return ["+CME ERROR: 3"]
        for call in chosen:
            self._end(call, text)
        return ["OK"]

    def _ended_by(self, text: str) -> list[SimulatedCall] | None:
        """The calls a command ends (TS 27.007 sections 6.5, 7.13), None for other commands."""
        waiting = [call for call in self.calls if call.state == WAITING]
        current = [call for call in self.calls if call.state not in (WAITING, HELD)]
        if text in ("H", "H0", "+CHUP", "+CHLD=1", "+CVHU=0"):
            return current
        if text == "+CHLD=0":
            return waiting or [call for call in self.calls if call.state in (HELD, INCOMING)]
        if matched := re.fullmatch(r"\+CHLD=1([1-7])", text):
            return [call for call in self.calls if call.index == int(matched[1])]
        return None

    def _state_command(self, text: str) -> list[str] | None:
        if text == "+CFUN?":
            return [f"+CFUN: {self._function}", "OK"]
        if text == "+CREG?":
            return [f"+CREG: {self._registration},1", "OK"]
        if matched := re.match(r"\+CFUN=(\d+)", text):
            self._function = int(matched[1])
        elif matched := re.match(r"\+CREG=(\d)", text):
            self._registration = int(matched[1])
        elif matched := re.match(r"\+CRC=(\d)", text):
            self._cring = matched[1] == "1"
        elif text.startswith("+CRSM="):
            return _sim_file(text[6:])
        else:
            return None
        return ["OK"]


def _sim_file(asked: str) -> list[str]:
    fields = [one.strip() for one in asked.split(",")]
    command, file = int(fields[0]), int(fields[1])
    content = _SIM_FILES.get(file)
    if content is None:
        return ["+CRSM: 106,130", "OK"]
    if command == 192:
        header = b"\0\0" + len(content).to_bytes(2, "big") + file.to_bytes(2, "big")
        header += b"\x04\0\xff\xff\xff\x01\x02\x00\x00"
        return [f'+CRSM: 144,0,"{header.hex().upper()}"', "OK"]
    start, length = int(fields[2]) * 256 + int(fields[3]), int(fields[4]) or len(content)
    return [f'+CRSM: 144,0,"{content[start : start + length].hex().upper()}"', "OK"]
