"""What a device asks of the world: a Protocol a system, for adapters and simulators alike."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """What a web server answered, with the body still to come.

    Attributes:
        status: of HTTP.
        chunks: the body in pieces of at most some tens of kB; may raise like `Web.get`.
        etag: validator of the content, None where the server names none.
        first_byte: place of the body's first byte in the file; 0 but for a partial answer.
        retry_after_seconds: how long the server asks us to wait, None where it does not say.
        at: the server's own clock, None where it does not say.
    """

    status: int
    chunks: Iterator[bytes] = field(repr=False)
    etag: str | None = None
    first_byte: int = 0
    retry_after_seconds: float | None = None
    at: datetime | None = None


class Web(Protocol):
    """Static files over HTTP."""

    def get(
        self, url: str, *, etag: str | None = None, first_byte: int = 0
    ) -> AbstractContextManager[WebAnswer]:
        """Asks for a file.

        Args:
            url: absolute, http or https.
            etag: with `first_byte` 0: answer 304 while this is current.  Else: give the rest only
                while this is current, and the whole file otherwise.
            first_byte: where to go on; 0 for the whole file.

        Raises:
            HubUnreachable: no connection, or it broke.
            TooSlow: nothing came for too long.
        """
        ...


class Clock(Protocol):
    """Time, so that waiting can be tested without waiting."""

    def monotonic(self) -> float:
        """Seconds since some moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Waits."""
        ...
