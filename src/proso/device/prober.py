"""Asks a link whether the internet is behind it: all probes at once, the verdict elsewhere."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from proso.device.wifi_ports import LinkWeb, WebFailed
from proso.errors import BadPlace
from proso.values.weburl import WebUrl
from proso.verdicts.portal_talk import Fetch
from proso.verdicts.probing import (
    UNRESTRICTED,
    CaptiveState,
    Found,
    ProbeResult,
    classify_probes,
    read_captive_state,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

PROBE_SECONDS: Final = 8.0
"""A link that needs longer for the smallest of answers is of no use."""


@dataclass(frozen=True, slots=True)
class Probes:
    """What is asked.

    Attributes:
        plain: (address over HTTP, what its body begins with; empty for an answer 204), of
            unrelated operators.
        witness: address over HTTPS whose certificate must verify.
    """

    plain: tuple[tuple[WebUrl, bytes], ...]
    witness: WebUrl

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts of all probes."""
        return (*(url.host for url, _ in self.plain), self.witness.host)


DEFAULT_PROBES: Final = Probes(
    plain=(
        (WebUrl.parse("http://network-test.debian.org/nm"), b"NetworkManager is online"),
        (WebUrl.parse("http://detectportal.firefox.com/success.txt"), b"success"),
    ),
    witness=WebUrl.parse("https://www.debian.org/"),
)
"""Debian's own check for NetworkManager, Mozilla's for Firefox, and a page of Debian over TLS.  All
can be replaced in `wifi.toml`: whoever runs a hub can be witness to its own phones."""


async def probe(web: LinkWeb, probes: Probes) -> Found:
    """How far the link reaches; the witness answers the question alone if it answers."""
    witness = asyncio.ensure_future(_asked(web, probes.witness, b""))
    plain = [asyncio.ensure_future(_asked(web, url, body)) for url, body in probes.plain]
    told = asyncio.ensure_future(_told(web))
    everything = [witness, *plain, told]
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await _until_known(witness, plain, told)
    except TimeoutError:
        pass
    finally:
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)
    return classify_probes(
        tuple(_result(task) for task in plain),
        _result(witness),
        told.result() if told.done() and not told.cancelled() else None,
    )


async def session_of(web: LinkWeb) -> CaptiveState | None:
    """What the network says of the present session: time and data left; None where it does not."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await _told(web)
    except TimeoutError:
        return None


async def _until_known(
    witness: "asyncio.Future[ProbeResult]",
    plain: "Sequence[asyncio.Future[ProbeResult]]",
    told: "asyncio.Future[CaptiveState | None]",
) -> None:
    """Waits until more answers could not change the verdict."""
    waiting: set[asyncio.Future[object]] = {witness, *plain, told}  # type: ignore[arg-type]
    while waiting:
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if witness.done() and witness.result().response is not None:
            return
        intercepted = [
            one for one in plain
            if one.done() and one.result().response is not None and not one.result().is_genuine
        ]  # fmt: skip
        # A portal that answers plain requests in its own way will not let the witness through.
        if intercepted and told.done():
            return


async def _asked(web: LinkWeb, url: WebUrl, body: bytes) -> ProbeResult:
    try:
        return ProbeResult(await web.fetch(Fetch(url)), body)
    except WebFailed as error:
        return ProbeResult(None, body, error.why)


async def _told(web: LinkWeb) -> CaptiveState | None:
    """What the network's own interface says (RFC 8908), where DHCP named one (RFC 8910)."""
    api = await web.captive_api()
    if not api or api == UNRESTRICTED:
        return None
    try:
        return read_captive_state(await web.fetch(Fetch(WebUrl.parse(api))))
    except (WebFailed, BadPlace):
        return None


def _result(task: "asyncio.Future[ProbeResult]") -> ProbeResult:
    if not task.done() or task.cancelled():
        return ProbeResult(None, failure="timeout")
    return task.result()
