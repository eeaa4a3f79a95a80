"""The updater over real HTTP: static servers on loopback that misbehave on the wire."""

import socket
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from tests.simulators.signed_hub import NOW, SignedHub

from proso.adapters.webfiles import RealClock, WebFiles
from proso.device.packstore import PackStore
from proso.device.updater import FollowedHub, Updater
from proso.errors import Frozen, HubUnreachable, TooSlow, UpdateRefused


@pytest.fixture
def hub(tmp_path):
    made = SignedHub(tmp_path)
    made.publish(now=NOW - timedelta(days=1))
    yield made
    made.close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def static(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def answering(act):
    """A server that reads a request and does what it is told with the connection."""
    listening = socket.create_server(("127.0.0.1", 0))
    ending = threading.Event()

    def serve():
        while not ending.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    asked = connection.recv(65_536).split(b" ")[1:2]
                    if asked:
                        act(connection, asked[0].decode())
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    ending.set()
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(timeout=10)


def phone_of(tmp_path, hub, url, *, mirrors=(), timeout=20.0):
    web = WebFiles(httpx.Client(timeout=timeout))
    updater = Updater(PackStore(tmp_path / "phone"), web, RealClock())
    followed = updater.follow(FollowedHub(url=url, regions=("US",), mirrors=mirrors), root=hub.root)
    return web, updater, followed


def update(updater, followed, now=NOW):
    for done in updater.update(followed, now=now):
        if done.problem is not None:
            raise done.problem


def pack(tmp_path):
    return (tmp_path / "phone" / "US" / "numbers.pack").read_bytes()


def test_any_static_web_server_will_do(tmp_path, hub):
    with static(hub.public) as url:
        web, updater, followed = phone_of(tmp_path, hub, url)
        with web:
            update(updater, followed)
            for day in range(3):
                data = hub.publish(now=NOW + timedelta(hours=day))
                update(updater, followed, NOW + timedelta(hours=day))
                assert pack(tmp_path) == data
            with pytest.raises(Frozen):
                update(updater, followed, NOW + timedelta(days=9))
            assert pack(tmp_path) == data


OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


def silent(_connection):
    threading.Event().wait(2)


def header_only(connection):
    connection.sendall(OK + b"Content-Length: 400\r\n\r\n")
    threading.Event().wait(2)


def body_without_end(connection):
    connection.sendall(OK + b"\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def cut(connection):
    connection.sendall(OK + b"Content-Length: 400\r\n\r\nhalf")


def garbage(connection):
    connection.sendall(b"\0\xff" * 500)


@pytest.mark.slow
@pytest.mark.parametrize("act", [silent, header_only, body_without_end, cut, garbage])
def test_a_server_that_misbehaves_on_the_wire_is_refused_and_the_pack_stays(tmp_path, hub, act):
    honest = threading.Event()
    honest.set()

    def serve(connection, path):
        file = hub.public / path.lstrip("/")
        if not honest.is_set():
            act(connection)
        elif file.is_file():
            data = file.read_bytes()
            connection.sendall(OK + f"Content-Length: {len(data)}\r\n\r\n".encode() + data)
        else:
            connection.sendall(OK.replace(b"200", b"404") + b"Content-Length: 0\r\n\r\n")

    with answering(serve) as url:
        web, updater, followed = phone_of(tmp_path, hub, url, timeout=0.5)
        updater._downloads._clock = Hasty()
        with web:
            update(updater, followed)
            before = pack(tmp_path)
            hub.publish(now=NOW)
            honest.clear()
            with pytest.raises((TooSlow, HubUnreachable, UpdateRefused)):
                update(updater, followed)
            assert pack(tmp_path) == before
            honest.set()
            update(updater, followed)
            assert pack(tmp_path) != before


class Hasty(RealClock):
    """Real time, without the waiting between tries."""

    def sleep(self, seconds):
        pass


def test_a_download_cut_on_the_wire_goes_on_at_the_next_server(tmp_path, hub):
    hub.count = 20_000
    data = hub.publish(now=NOW)
    asked = []

    def half(connection, path):
        asked.append(path)
        body = Path(hub.public, path.lstrip("/")).read_bytes()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        connection.sendall(head + body[: len(body) // 2])

    with answering(half) as mirror, static(hub.public) as url:
        web, updater, followed = phone_of(tmp_path, hub, url, mirrors=(mirror,))
        updater._downloads._clock = Hasty()
        with web:
            update(updater, followed)
    assert asked
    assert pack(tmp_path) == data
