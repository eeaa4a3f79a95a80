"""Static files over HTTP, for updates: nothing but what the device asked for is sent or kept."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Self

import httpx

from proso.device.ports import WebAnswer
from proso.errors import HubUnreachable, TooSlow

CHUNK_BYTES: Final = 65_536
MAX_ETAG_BYTES: Final = 256
"""Servers make them of a digest, or of size and time."""

MAX_REDIRECTS: Final = 3
"""A mirror behind a load balancer behind a shortened address."""

TIMEOUT: Final = httpx.Timeout(20.0)
"""Seconds for a connection, and without a byte: a phone on the edge of a cell waits that long."""

_RANGE: Final = re.compile(r"bytes (\d{1,15})-\d{1,15}/(?:\d{1,15}|\*)")


class WebFiles:
    """The `Web` of `proso.device.ports` over httpx."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        # httpx's own headers say more of the phone than a mirror needs to know.  Compression is
        # ours: a server that adds its own would change the lengths that were signed.
        client.headers = httpx.Headers({"User-Agent": "proso", "Accept-Encoding": "identity"})
        client.follow_redirects = True
        client.max_redirects = MAX_REDIRECTS

    @classmethod
    def on_network(cls) -> Self:
        """Files of any host this machine reaches; proxies are as the environment says."""
        return cls(httpx.Client(timeout=TIMEOUT))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @contextmanager
    def get(self, url: str, *, etag: str | None = None, first_byte: int = 0) -> Iterator[WebAnswer]:
        """See `proso.device.ports.Web.get`."""
        headers = {}
        if first_byte:
            headers["Range"] = f"bytes={first_byte}-"
        if etag is not None:
            headers["If-Range" if first_byte else "If-None-Match"] = etag
        with _translated(), self._client.stream("GET", url, headers=headers) as response:
            if response.is_error and _is_short(response):
                # Read to its end, so that the connection serves the next request as well.
                response.read()
            yield WebAnswer(
                status=response.status_code,
                chunks=_chunks(response),
                etag=_etag(response.headers.get("ETag")),
                first_byte=_first_byte(response),
                retry_after_seconds=_seconds(response.headers.get("Retry-After")),
                at=_moment(response.headers.get("Date")),
            )

    def ping(self, url: str) -> bool:
        """Whether a server answers at all."""
        try:
            with self.get(url) as answer:
                return answer.status < httpx.codes.INTERNAL_SERVER_ERROR
        except (HubUnreachable, TooSlow):
            return False


class RealClock:
    """The `Clock` of `proso.device.ports`."""

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise TooSlow(
            found="a server that sends nothing",
            expected=f"a byte within {TIMEOUT.read:.0f} s",
            remedy="try again later, or name another with --mirror; what came so far is kept",
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unreachable(f"{type(error).__name__}: {error}") from error


def _unreachable(why: str) -> HubUnreachable:
    return HubUnreachable(
        found=f"no good answer ({why})".replace("\n", " "),
        expected="files over HTTP",
        remedy="check the address and the network, or try again later; what came is kept",
    )


def _chunks(response: httpx.Response) -> Iterator[bytes]:
    with _translated():
        if response.is_stream_consumed:
            yield response.content
        else:
            yield from response.iter_raw(CHUNK_BYTES)


def _is_short(response: httpx.Response) -> bool:
    said = response.headers.get("Content-Length", "")
    return said.isascii() and said.isdigit() and int(said[:9]) <= CHUNK_BYTES


def _first_byte(response: httpx.Response) -> int:
    if response.status_code != httpx.codes.PARTIAL_CONTENT:
        return 0
    said = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if said is None:
        raise _unreachable("a partial answer that does not say which part")
    return int(said[1])


def _etag(text: str | None) -> str | None:
    # It is sent back as a header, so it must be able to be one.
    fits = (
        text is not None and len(text) <= MAX_ETAG_BYTES and text.isascii() and text.isprintable()
    )
    return text if fits else None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    # Both "-0000" and nonsense without a zone come out naive.
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
