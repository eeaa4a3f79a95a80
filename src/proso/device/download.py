"""Files of a stranger's server: bounded in length and time, taken up again where they were cut."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from proso.device.disk import make_folder, translated
from proso.device.ports import Clock, Web, WebAnswer
from proso.errors import Altered, Endless, HubUnreachable, TooSlow

TRIES: Final = 5
"""Of one file from one server that sends nothing new between them."""

FIRST_WAIT_SECONDS: Final = 1.0
MAX_WAIT_SECONDS: Final = 30.0

WINDOW_SECONDS: Final = 30.0
MIN_BYTES_A_WINDOW: Final = 16_384
"""550 bytes a second: GPRS at its worst gives 1,000.  Without a floor, a server that sends a byte
a minute keeps a phone awake for ever."""

PROGRESS_BYTES: Final = 4_096
"""A try that brought this much does not count: cut again and again, a file still arrives."""

_OK, _PARTIAL, _NOT_MODIFIED, _BAD_RANGE = 200, 206, 304, 416
_BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(slots=True)
class Traffic:
    """What an update asked of the network.

    Attributes:
        requests: made, failed ones included.
        body_bytes: received, headers not counted.
        server_time: the last server's own clock, None while none has said.
    """

    requests: int = 0
    body_bytes: int = 0
    server_time: datetime | None = None


class BadStatus(Exception):
    """An HTTP status that is no file; 404 is an answer to some questions.

    Attributes:
        status: of HTTP.
        wait_seconds: how long the server asks us to wait, None where it does not say.
    """

    def __init__(self, url: str, answer: WebAnswer) -> None:
        super().__init__(url, answer.status)
        self.url = url
        self.status = answer.status
        self.wait_seconds = answer.retry_after_seconds

    def as_error(self) -> HubUnreachable:
        """What it means where a file was expected."""
        return HubUnreachable(
            found=f"status {self.status} for {self.url.rpartition('/')[2]}",
            expected="a file that the hub's signed list names",
            remedy="check the address, or try again later; the installed pack stays in use",
        )


@dataclass(frozen=True, slots=True)
class Small:
    """A small file.

    Attributes:
        data: its bytes, None where it is what the caller has.
        etag: its validator, None where the server names none.
    """

    data: bytes | None
    etag: str | None


class Downloads:
    """Downloads over one `Web`, counted."""

    def __init__(self, web: Web, clock: Clock) -> None:
        self._web = web
        self._clock = clock
        self.traffic = Traffic()

    def small(self, url: str, *, max_bytes: int, etag: str | None = None) -> Small:
        """A small file, whole.

        Args:
            url: of the file.
            max_bytes: the most it may have.
            etag: validator of what the caller has.

        Raises:
            BadStatus: an HTTP status that is no success.
            Endless: a server that sends more.
            HubUnreachable: no connection, or every one broke.
            TooSlow: a server that stalls.
        """

        def attempt() -> Small:
            with self._asked(url, etag=etag) as answer:
                if answer.status == _NOT_MODIFIED and etag is not None:
                    return Small(None, etag)
                if answer.status != _OK:
                    raise BadStatus(url, answer)
                data = bytearray()
                self._take(answer, data.extend, limit=max_bytes)
                return Small(bytes(data), answer.etag)

        for tried in range(TRIES - 1):
            try:
                return attempt()
            except (HubUnreachable, TooSlow, BadStatus) as error:
                if not _is_passing(error):
                    raise
                self._wait(tried, error)
        return attempt()

    def file(self, urls: Sequence[str], part: Path, *, size_bytes: int) -> bytes:
        """A file of known length, kept in `part` as far as it came.

        Args:
            urls: the same file on several servers, asked in order.
            part: where the bytes are kept until all are there; the caller removes it.
            size_bytes: the length it must have.

        Raises:
            BadStatus: the last server does not have it.
            Endless: it sends more.
            Altered: it has a shorter one.
            HubUnreachable: every connection to it broke.
            TooSlow: it stalls.
            StoreFull: no room.
        """
        problem: Exception | None = None
        for url in urls:
            try:
                self._complete(url, part, size_bytes)
                with translated(part):
                    return part.read_bytes()
            except (BadStatus, HubUnreachable, TooSlow, Altered, Endless) as error:
                problem = error
        raise problem or HubUnreachable(
            found="no server to ask", expected="a hub", remedy="name one with --hub"
        )

    def _complete(self, url: str, part: Path, size_bytes: int) -> None:
        fruitless = 0
        while (before := _size(part)) != size_bytes:
            problem: HubUnreachable | TooSlow | BadStatus | None = None
            try:
                self._go_on(url, part, size_bytes)
            except (HubUnreachable, TooSlow, BadStatus) as error:
                if not _is_passing(error):
                    raise
                problem = error
            now = _size(part)
            if now != size_bytes and now - before < PROGRESS_BYTES:
                fruitless += 1
                if fruitless == TRIES:
                    raise problem or _short(url, now, size_bytes)
                self._wait(fruitless - 1, problem)

    def _go_on(self, url: str, part: Path, size_bytes: int) -> None:
        have = _size(part)
        if have > size_bytes:
            discard(part)
            have = 0
        with self._asked(url, etag=_etag_of(part) if have else None, first_byte=have) as answer:
            if answer.status == _BAD_RANGE or (
                answer.status == _PARTIAL and answer.first_byte != have
            ):
                discard(part)
                raise _cut(url, 0, size_bytes)
            if answer.status not in (_OK, _PARTIAL):
                raise BadStatus(url, answer)
            with translated(part):
                self._append(answer, part, have if answer.status == _PARTIAL else 0, size_bytes)

    def _append(self, answer: WebAnswer, part: Path, have: int, size_bytes: int) -> None:
        make_folder(part.parent)
        _note(part).write_text(answer.etag or "", "ascii")
        opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)

        def write(chunk: bytes) -> None:
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(opened, rest) :]

        try:
            os.ftruncate(opened, have)
            os.lseek(opened, have, os.SEEK_SET)
            self._take(answer, write, limit=size_bytes - have)
        except Endless:
            discard(part)
            raise
        finally:
            os.close(opened)

    def _take(self, answer: WebAnswer, put: Callable[[bytes], object], *, limit: int) -> None:
        pace = _Pace(self._clock)
        taken = 0
        for chunk in answer.chunks:
            self.traffic.body_bytes += len(chunk)
            taken += len(chunk)
            if taken > limit:
                raise Endless(
                    found=f"a server that sends more than the {limit:,} bytes there can be",
                    expected="no more than was announced",
                    remedy="try again later, or from another mirror; the installed pack stays",
                )
            put(chunk)
            pace.took(len(chunk))

    @contextmanager
    def _asked(self, url: str, *, etag: str | None, first_byte: int = 0) -> Iterator[WebAnswer]:
        self.traffic.requests += 1
        with self._web.get(url, etag=etag, first_byte=first_byte) as answer:
            self.traffic.server_time = answer.at or self.traffic.server_time
            yield answer

    def _wait(self, tried: int, problem: Exception | None) -> None:
        asked = problem.wait_seconds if isinstance(problem, BadStatus) else None
        self._clock.sleep(min(max(FIRST_WAIT_SECONDS * 2**tried, asked or 0), MAX_WAIT_SECONDS))


class _Pace:
    """Complains of a server that sends slower than is any use."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = clock.monotonic()
        self._bytes = 0

    def took(self, count: int) -> None:
        """Counts bytes that have come."""
        self._bytes += count
        passed = self._clock.monotonic() - self._since
        if passed < WINDOW_SECONDS:
            return
        if self._bytes < MIN_BYTES_A_WINDOW * passed / WINDOW_SECONDS:
            raise TooSlow(
                found=f"a server that sent {self._bytes} bytes in {passed:.0f} s",
                expected=f"at least {MIN_BYTES_A_WINDOW:,} in {WINDOW_SECONDS:.0f} s",
                remedy="try again later, or name another with --mirror; what came so far is kept",
            )
        self._since, self._bytes = self._clock.monotonic(), 0


def part_file(folder: Path, path: str) -> Path:
    """Where the download of a path of the hub is kept until it is whole."""
    return folder / (hashlib.sha256(path.encode()).hexdigest()[:24] + ".part")


def discard(part: Path) -> None:
    """Removes what came of a download."""
    for path in (part, _note(part)):
        with translated(path):
            path.unlink(missing_ok=True)


def _note(part: Path) -> Path:
    return part.with_suffix(".etag")


def _etag_of(part: Path) -> str | None:
    with suppress(OSError, ValueError):
        return _note(part).read_text("ascii") or None
    return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _cut(url: str, have: int, size_bytes: int) -> HubUnreachable:
    return HubUnreachable(
        found=f"{have:,} of {size_bytes:,} bytes of {url.rpartition('/')[2]}",
        expected="all of them",
        remedy="run the same again: it goes on from there; the installed pack stays in use",
    )


def _short(url: str, have: int, size_bytes: int) -> Altered:
    return Altered(
        found=f"{url.rpartition('/')[2]} of {have:,} bytes",
        expected=f"the {size_bytes:,} that were announced",
        remedy="try again later, or from another mirror; the installed pack stays in use",
    )


def _is_passing(error: Exception) -> bool:
    return not isinstance(error, BadStatus) or error.status in _BUSY
