"""The web over one link, on real sockets: what it fetches and what it never does."""

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager, suppress

import pytest

from proso.adapters import linkweb
from proso.adapters.linkweb import BoundWeb
from proso.device.wifi_ports import Link, WebFailed
from proso.values.weburl import WebUrl
from proso.verdicts.pages import MAX_BODY
from proso.verdicts.portal_talk import Fetch

pytestmark = pytest.mark.integration


@pytest.fixture
def _loopback_allowed(monkeypatch):
    # The only address a test may talk to is the one no portal may ever send us to.
    monkeypatch.setattr(linkweb, "is_never_allowed", lambda _address: False)


@asynccontextmanager
async def _server(answer):
    heads = []

    async def handle(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(dict(
            line.lower().split(": ", 1) for line in head.decode().split("\r\n") if ": " in line
        ).get("content-length", "0"))  # fmt: skip
        heads.append((head + await reader.readexactly(length)).decode())
        writer.write(answer if isinstance(answer, bytes) else answer(len(heads)))
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heads


def _fetch(answer, *requests, **context):
    async def go():
        async with _server(answer) as (port, heads):
            web = BoundWeb(Link("lo", "127.0.0.1", "127.0.0.1"), **context)
            try:
                got = []
                for path, method, fields in requests:
                    url = WebUrl.parse(f"http://127.0.0.1:{port}{path}")
                    got.append(await web.fetch(Fetch(url, method, fields)))
                return got, heads
            finally:
                await web.close()

    return asyncio.run(go())


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@pytest.mark.usefixtures("_loopback_allowed")
def test_a_page_is_fetched_as_it_comes():
    (answer,), heads = _fetch(PLAIN, ("/x?a=1", "GET", ()))
    assert (answer.status, answer.body) == (200, b"ok")
    assert heads[0].startswith("GET /x?a=1 HTTP/1.1")
    assert "accept-encoding: identity" in heads[0].lower()


@pytest.mark.usefixtures("_loopback_allowed")
def test_a_form_is_posted_in_its_order():
    _, heads = _fetch(PLAIN, ("/go", "POST", (("b", "1 2"), ("a", "é"), ("b", "3"))))
    assert heads[0].endswith("b=1+2&a=%C3%A9&b=3")


@pytest.mark.usefixtures("_loopback_allowed")
def test_a_redirect_is_told_and_not_followed():
    answer = b"HTTP/1.1 302 F\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
    (got,), heads = _fetch(answer, ("/", "GET", ()))
    assert got.header("location") == "http://elsewhere.example/"
    assert len(heads) == 1


@pytest.mark.usefixtures("_loopback_allowed")
def test_cookies_live_for_one_sign_in_and_no_longer():
    answer = (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    _, heads = _fetch(answer, ("/", "GET", ()), ("/again", "GET", ()))
    assert "sid=7" in heads[1]
    _, heads = _fetch(answer, ("/", "GET", ()))
    assert "cookie" not in heads[0].lower()


@pytest.mark.usefixtures("_loopback_allowed")
def test_who_sends_without_end_is_cut_off():
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n" + b"x" * (MAX_BODY + 100_000)
    (got,), _ = _fetch(answer, ("/", "GET", ()))
    assert len(got.body) == MAX_BODY


@pytest.mark.usefixtures("_loopback_allowed")
@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_what_is_no_http_is_a_failure_in_one_word(answer):
    with pytest.raises(WebFailed):
        _fetch(answer, ("/", "GET", ()))


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "169.254.1.1", "0.0.0.0"])
def test_this_machine_is_never_asked(host):
    with pytest.raises(WebFailed, match="not-allowed"):
        asyncio.run(BoundWeb(Link("lo", "127.0.0.1")).fetch(Fetch(WebUrl.parse(f"http://{host}/"))))


def test_a_private_address_needs_leave_and_the_gateway_does_not():
    web = BoundWeb(Link("lo", "10.0.0.2", "10.0.0.1"))
    request = Fetch(WebUrl.parse("http://10.9.9.9/"))
    assert not web._may(request, "10.9.9.9")
    assert web._may(request, "10.0.0.1")
    assert web._may(Fetch(request.url, may_be_private=True), "10.9.9.9")


@pytest.mark.usefixtures("_loopback_allowed")
def test_a_name_is_asked_of_the_links_own_server_and_of_no_other():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        web = BoundWeb(Link("lo", "127.0.0.1", name_servers=("127.0.0.1",)))
        with pytest.raises(WebFailed, match="dns"):
            asyncio.run(web.fetch(Fetch(WebUrl.parse("http://localhost.example/"))))


@pytest.mark.usefixtures("_loopback_allowed")
def test_a_port_nobody_listens_on_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(WebFailed, match="refused"):
        asyncio.run(
            BoundWeb(Link("lo", "127.0.0.1")).fetch(
                Fetch(WebUrl.parse(f"http://127.0.0.1:{port}/"))
            )
        )


@pytest.mark.usefixtures("_loopback_allowed")
def test_plain_text_where_tls_was_asked_for_is_no_answer():
    async def go():
        async with _server(PLAIN) as (port, _):
            web = BoundWeb(Link("lo", "127.0.0.1"), context=ssl.create_default_context())
            await web.fetch(Fetch(WebUrl.parse(f"https://127.0.0.1:{port}/")))

    with pytest.raises(WebFailed):
        asyncio.run(go())
