"""Keeps a server answering: a child that stalls or dies is replaced.

Asterisk waits for a FastAGI server without end, so a stalled one would hang every call.  A killed
one closes its connections, and the dialplan goes on to ring.
"""

import logging
import os
import select
import signal
import socket
import threading
from collections.abc import Callable
from typing import Final

BEAT_SECONDS: Final = 0.25
"""How often the child shows that it lives."""

STALLED_SECONDS: Final = 1.5
"""Without a beat for this long, the child is replaced: a caller hears less than one ring of it."""

_PAUSE_SECONDS: Final = 0.2  # so that a child that cannot start does not take the whole processor
_log = logging.getLogger(__name__)

Serve = Callable[[socket.socket, Callable[[], object]], None]


def keep_serving(listening: socket.socket, serve: Serve) -> None:
    """Runs `serve` in a child, over and over, until this process is told to end.

    Args:
        listening: bound and listening; who calls while a child is replaced waits in its queue.
        serve: given the socket and what to call every `BEAT_SECONDS`; runs in the child.
    """
    over = threading.Event()

    def end(_signal: int, _frame: object) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    while not over.is_set():
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            _run_child(listening, serve, reader, writer)
        os.close(writer)
        while not over.is_set() and _beats(reader):
            pass
        os.close(reader)
        if not over.is_set():
            _log.error("the server stalled or died: it is started anew")
        _end(child)
        over.wait(_PAUSE_SECONDS)


def _beats(reader: int) -> bool:
    try:
        ready, _, _ = select.select([reader], [], [], STALLED_SECONDS)
    except InterruptedError:
        return True
    return bool(ready) and os.read(reader, 4096) != b""


def _end(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _run_child(listening: socket.socket, serve: Serve, reader: int, writer: int) -> None:
    os.close(reader)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    try:
        serve(listening, lambda: os.write(writer, b"."))
    finally:
        os._exit(1)
