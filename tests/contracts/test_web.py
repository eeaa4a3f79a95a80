"""What every `Web` does: the simulator, and httpx against a real web server on loopback."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from tests.simulators.mirror import FakeClock, Mirror

from proso.adapters.webfiles import WebFiles
from proso.errors import HubUnreachable

CONTENT = bytes(range(256)) * 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("web")
    (where / "file").write_bytes(CONTENT)
    (where / "empty").write_bytes(b"")
    return where


@pytest.fixture(scope="module")
def starlette(folder):
    """The hub's own web server, with validators and ranges."""
    app = Starlette(routes=[Mount("/", StaticFiles(directory=folder))])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        pass
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def plain(folder):
    """The simplest web server there is: no validators, no ranges, HTTP/1.0."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["simulator", "starlette", "plain"])
def web(request, folder):
    """(a `Web`, the address of its files)."""
    if request.param == "simulator":
        yield Mirror(FakeClock(), hub=folder), "http://hub"
        return
    with WebFiles.on_network() as made:
        yield made, request.getfixturevalue(request.param)


def body(answer):
    return b"".join(answer.chunks)


def test_a_file_comes_whole(web):
    files, url = web
    with files.get(f"{url}/file") as answer:
        assert (answer.status, answer.first_byte, body(answer)) == (200, 0, CONTENT)
    with files.get(f"{url}/empty") as answer:
        assert (answer.status, body(answer)) == (200, b"")


def test_what_is_not_there_is_404(web):
    files, url = web
    with files.get(f"{url}/nothing") as answer:
        assert answer.status == 404
    with files.get(f"{url}/file") as answer:
        assert body(answer) == CONTENT


def test_a_validator_saves_the_body_while_the_file_is_the_same(web):
    files, url = web
    with files.get(f"{url}/file") as answer:
        etag = answer.etag
    with files.get(f"{url}/file", etag=etag) as answer:
        assert answer.status == (304 if etag else 200)
    with files.get(f"{url}/file", etag='"another"') as answer:
        assert (answer.status, body(answer)) == (200, CONTENT)


def test_a_part_begins_where_it_was_asked_to_or_the_whole_comes(web):
    files, url = web
    with files.get(f"{url}/file") as answer:
        etag = answer.etag
    with files.get(f"{url}/file", etag=etag, first_byte=1_000) as answer:
        assert answer.status in (200, 206)
        assert answer.first_byte == (1_000 if answer.status == 206 else 0)
        assert body(answer) == CONTENT[answer.first_byte :]
        assert answer.status == (206 if etag else 200)
    with files.get(f"{url}/file", etag='"another"', first_byte=1_000) as answer:
        assert (answer.status, body(answer)) == (200, CONTENT)


def test_a_server_that_is_not_there_is_our_error(web):
    files, _ = web
    with pytest.raises(HubUnreachable), files.get("http://127.0.0.1:9/file"):
        pass


@pytest.mark.parametrize("url", ["http://[", "nonsense", "ftp://host/file", "http://"])
def test_an_address_that_is_none_is_our_error(url):
    with WebFiles.on_network() as files, pytest.raises(HubUnreachable), files.get(url):
        pass
