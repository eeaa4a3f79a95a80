"""A web of static files that a test bends: cuts, stalls, floods, old files, other files.

`Mirror` has the shape of `proso.device.ports.Web`, `FakeClock` that of `Clock`; both share a time
that only waiting moves on.
"""

import hashlib
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

from proso.device.ports import WebAnswer
from proso.errors import HubUnreachable, TooSlow


class FakeClock:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Mirror:
    """Serves folders by host name.

    Attributes:
        asked: (path, first byte, etag) of every request.
        instead: bytes served for a path in place of the file's; None for 404.
        cut_after: bytes of a body after which every connection breaks; None for never.
        cut_only: the endings of paths that are cut.
        chunk_bytes: sizes of pieces.
        seconds_a_chunk: what a piece takes.
        status: answered for paths with this ending.
        has_ranges: whether parts can be asked for.
        has_etags: whether validators are given.
        endless: endings of paths whose bodies never end.
    """

    def __init__(self, clock, **folders):
        self.clock = clock
        self.folders = folders
        self.asked = []
        self.instead = {}
        self.cut_after = None
        self.cut_only = ("",)
        self.chunk_bytes = 65_536
        self.seconds_a_chunk = 0.0
        self.stalls = ()
        self.status = {}
        self.has_ranges = True
        self.has_etags = True
        self.endless = ()
        self.is_down = False

    @contextmanager
    def get(self, url, *, etag=None, first_byte=0):
        parts = urlparse(url)
        path = parts.path.lstrip("/")
        self.asked.append((path, first_byte, etag))
        if self.is_down or parts.hostname not in self.folders:
            raise HubUnreachable(found="no answer", expected="one", remedy="wait")
        if any(path.endswith(one) for one in self.stalls):
            self.clock.sleep(20)
            raise TooSlow(found="a server that sends nothing", expected="a byte", remedy="wait")
        for ending, status in self.status.items():
            if path.endswith(ending):
                yield WebAnswer(status=status, chunks=iter(()))
                return
        data = self._content(parts.hostname, path)
        if data is None:
            yield WebAnswer(status=404, chunks=iter(()))
            return
        yield self._answer(path, data, etag, first_byte)

    def paths(self):
        return [path for path, _, _ in self.asked]

    def _content(self, host, path):
        if path in self.instead:
            return self.instead[path]
        file = Path(self.folders[host]) / path
        return file.read_bytes() if file.is_file() else None

    def _answer(self, path, data, etag, first_byte):
        validator = f'"{hashlib.sha256(data).hexdigest()[:16]}"' if self.has_etags else None
        if not first_byte and etag is not None and etag == validator:
            return WebAnswer(status=304, chunks=iter(()), etag=validator)
        begin, status = 0, 200
        if first_byte and self.has_ranges and (etag is None or etag == validator):
            if first_byte >= len(data):
                return WebAnswer(status=416, chunks=iter(()))
            begin, status = first_byte, 206
        chunks = self._chunks(path, data[begin:])
        return WebAnswer(status=status, chunks=chunks, etag=validator, first_byte=begin)

    def _chunks(self, path, body):
        is_cut = self.cut_after is not None and path.endswith(self.cut_only)
        sent = body[: self.cut_after] if is_cut else body
        for place in range(0, len(sent), self.chunk_bytes):
            self.clock.sleep(self.seconds_a_chunk)
            yield sent[place : place + self.chunk_bytes]
        while path.endswith(tuple(self.endless)) and self.endless:
            yield b"x" * 65_536
        if is_cut and len(body) > self.cut_after:
            raise HubUnreachable(found="a cut", expected="the rest", remedy="go on")
