"""The web over one link: bound to its interface, resolved by its own DNS, nothing shared.

A VPN, a proxy and private DNS stay as they are: sockets are bound to the interface, names are asked
of the link's servers, and cookies live for one sign-in.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final
from urllib.parse import urlencode

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import httpcore
import httpx

from proso.adapters.linkweb_dhcp import captive_option
from proso.device.wifi_ports import Link, WebFailed
from proso.values.weburl import is_never_allowed, is_private, literal_address
from proso.verdicts.pages import MAX_BODY
from proso.verdicts.portal_talk import Fetch
from proso.verdicts.probing import Response

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
USER_AGENT: Final = "Mozilla/5.0 (X11; Linux) proso"
"""Portals serve a page without forms to what does not look like a browser."""


class BoundWeb:
    """See `proso.device.wifi_ports.LinkWeb`."""

    def __init__(self, link: Link, *, context: ssl.SSLContext | None = None) -> None:
        """Args.

        link: where to.
        context: of TLS; the system's certificates when not given.
        """
        self._link = link
        self._captive_api: str | None = None
        self._backend = _BoundBackend(link)
        self._transport = _Transport(self._backend, context or ssl.create_default_context())
        self._client = httpx.AsyncClient(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            headers={
                "User-Agent": USER_AGENT,
                "Accept-Language": "en",
                # Nothing packed: a few kilobytes could unpack to gigabytes.
                "Accept": "*/*",
                "Accept-Encoding": "identity",
            },
        )

    async def fetch(self, request: Fetch) -> Response:
        """See `proso.device.wifi_ports.LinkWeb`."""
        address = await self._resolved(request.url.host)
        if is_never_allowed(address) or (is_private(address) and not self._may(request, address)):
            raise WebFailed("not-allowed")
        self._backend.addresses[request.url.host] = address
        headers = {"Referer": request.referer} if request.referer else {}
        content = urlencode(request.fields).encode() if request.method == "POST" else None
        if content is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            async with self._client.stream(
                request.method,
                request.url.text,
                headers=headers,
                content=content,
            ) as answer:
                body = await _bounded(answer)
                found = tuple((k, v) for k, v in answer.headers.multi_items())
                return Response(request.url, answer.status_code, found, body)
        except (httpx.HTTPError, httpcore.ProtocolError, OSError, ValueError) as error:
            raise WebFailed(_why(error)) from error

    async def captive_api(self) -> str:
        """See `proso.device.wifi_ports.LinkWeb`."""
        if self._captive_api is None:
            self._captive_api = await asyncio.to_thread(captive_option, self._link)
        return self._captive_api

    async def close(self) -> None:
        """See `proso.device.wifi_ports.LinkWeb`."""
        await self._client.aclose()

    def _may(self, request: Fetch, address: str) -> bool:
        # A portal often stands at a private address; it does so under its own name or number.
        return request.may_be_private or address == self._link.gateway

    async def _resolved(self, host: str) -> str:
        literal = literal_address(host)
        if literal is not None:
            return literal
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = list(self._link.name_servers)
        resolver.lifetime = CONNECT_SECONDS
        try:
            found = await resolver.resolve(host, "A", source=self._link.address, search=False)
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise WebFailed("dns") from error
        return str(next(iter(found)))


async def _bounded(answer: httpx.Response) -> bytes:
    """At most MAX_BODY bytes; whoever sends more is cut off."""
    body = bytearray()
    async for chunk in answer.aiter_raw(16_384):
        body += chunk
        if len(body) >= MAX_BODY:
            break
    return bytes(body[:MAX_BODY])


def _why(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificate"
        if isinstance(cause, ssl.SSLError):
            return "tls"
        if isinstance(cause, ConnectionRefusedError):
            return "refused"
        cause = cause.__cause__ or cause.__context__
    return "timeout" if isinstance(error, httpx.TimeoutException) else "cut"


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        with _translated(httpcore.ReadTimeout, httpcore.ReadError):
            return await asyncio.wait_for(self._reader.read(max_bytes), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        with _translated(httpcore.WriteTimeout, httpcore.WriteError):
            self._writer.write(buffer)
            await asyncio.wait_for(self._writer.drain(), timeout)

    async def aclose(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await self._writer.wait_closed()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        with _translated(httpcore.ConnectTimeout, httpcore.ConnectError):
            await asyncio.wait_for(
                self._writer.start_tls(ssl_context, server_hostname=server_hostname), timeout
            )
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  httpcore's own word
        return self._writer.get_extra_info("ssl_object" if info == "ssl_object" else info)


class _BoundBackend(httpcore.AsyncNetworkBackend):
    """Connects over one interface only, to addresses that were looked at before."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.addresses: dict[str, str] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        address = literal_address(host) or self.addresses[host]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setblocking(False)
        with _translated(httpcore.ConnectTimeout, httpcore.ConnectError):
            try:
                if self._link.interface:
                    name = self._link.interface.encode() + b"\0"
                    bound.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name)
                loop = asyncio.get_running_loop()
                await asyncio.wait_for(loop.sock_connect(bound, (address, port)), timeout)
                return _Stream(*await asyncio.open_connection(sock=bound))
            except BaseException:
                bound.close()
                raise

    async def connect_unix_socket(  # pragma: no cover  never asked for
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@contextlib.contextmanager
def _translated(late: type[Exception], broken: type[Exception]) -> Any:  # noqa: ANN401
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except (OSError, ssl.SSLError, ValueError) as error:
        raise broken(str(error)) from error


class _Transport(httpx.AsyncBaseTransport):
    """httpx over an httpcore pool with our backend, which httpx itself has no way to be given."""

    def __init__(self, backend: _BoundBackend, context: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context, network_backend=backend, max_keepalive_connections=4
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answer = await self._pool.handle_async_request(asked)
        except httpcore.TimeoutException as error:
            raise httpx.ConnectTimeout(str(error)) from error
        except httpcore.NetworkError as error:
            raise httpx.ConnectError(str(error)) from error
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()
