"""A radio in memory, with a present connection that must survive whatever happens."""

import asyncio
import random

from tests.simulators.portals import INTERNET, PROBE_BODY

from proso.device.wifi_ports import Link, RadioFailed, WebFailed
from proso.reports.hotspot_report import Step
from proso.verdicts.portal_talk import Answer, Answered
from proso.verdicts.probing import Response

STEPS = ("checkpoint", "associate", "address", "probe", "portal", "proof", "keep")


class SimulatedRadio:
    """One device whose `present` is what a person had before the click.

    `fail_at` names the step that fails, `fail_how` how: an error, a hang, or a lost link.
    `rollback` may be made to fail, too.
    """

    def __init__(self, *, present="home", fail_at="", fail_how="error", metered=False):
        self.present = self.before = present
        self.fail_at, self.fail_how, self.metered = fail_at, fail_how, metered
        self.points = ()
        self.checkpoint = None
        self.checkpoint_seconds = 0
        self.orders = []
        self.rollback_fails = False
        self._gone = asyncio.Event()

    async def scan(self):
        self.orders.append("scan")
        return self.points

    async def take_checkpoint(self, seconds):
        self.orders.append("checkpoint")
        await self._maybe("checkpoint")
        self.checkpoint, self.checkpoint_seconds = self.present, seconds

    async def extend_checkpoint(self, seconds):
        self.checkpoint_seconds = max(self.checkpoint_seconds, seconds)

    async def activate(self, point):
        self.orders.append("activate")
        self.present = "changing"
        self._gone = asyncio.Event()
        if self.points and point not in self.points:
            raise RadioFailed("it is not in range any more")
        await self._maybe("associate")
        await self._maybe("address", Step.ADDRESS)
        self.present = point.bssid
        return Link("wlan0", "10.0.0.2", "192.168.7.1", ("192.168.7.1",), self.metered)

    async def lost(self):
        await self._gone.wait()
        return "beacon loss"

    def lose(self):
        self.present = "lost"
        self._gone.set()

    async def keep(self):
        self.orders.append("keep")
        await self._maybe("keep")
        self.checkpoint = None

    async def roll_back(self):
        self.orders.append("roll back")
        await asyncio.sleep(0)
        if self.rollback_fails:
            raise RadioFailed("device is gone")
        if self.checkpoint is not None:
            self.present, self.checkpoint = self.checkpoint, None

    async def leave(self):
        if self.present == self.before:
            return False
        self.present = ""
        return True

    async def _maybe(self, step, kind=Step.ASSOCIATE):
        await asyncio.sleep(0)
        if step != self.fail_at:
            return
        if self.fail_how == "hang":
            await asyncio.sleep(3600)
        if self.fail_how == "lost":
            if step != "checkpoint":  # before it there is no link of ours that could be lost
                self.lose()
            await asyncio.sleep(3600)
        raise RadioFailed(f"injected at {step}", kind)


class SimulatedWeb:
    """The web over an emulated link; plain probes and a witness that answers once it is open."""

    def __init__(self, portal, radio, link=None):
        self.portal, self.radio, self.link = portal, radio, link
        self.is_closed = False
        self.fetches = 0

    async def fetch(self, request):
        await asyncio.sleep(0)
        self.fetches += 1
        if self.radio.fail_at in {"probe", "portal", "proof"} and self._is_now(request):
            if self.radio.fail_how == "lost":
                self.radio.lose()
            if self.radio.fail_how in {"lost", "hang"}:
                await asyncio.sleep(3600)
            raise WebFailed("injected")
        if request.url.is_secure and request.url.host.endswith(INTERNET):
            if not self.portal.is_open:
                raise WebFailed("timeout")
            return Response(request.url, 200, (), b"<html>")
        return self.portal.fetch(request)

    def _is_now(self, request):
        is_probe = request.url.host.endswith(INTERNET)
        if self.radio.fail_at == "probe":
            return is_probe
        if self.radio.fail_at == "portal":
            return not is_probe
        return is_probe and self.portal.is_open

    async def captive_api(self):
        return ""

    async def close(self):
        self.is_closed = True


class OpenPortal:
    """No portal at all."""

    is_open = True

    def fetch(self, request):
        return Response(request.url, 200, (), PROBE_BODY)


class SimulatedPerson:
    """Says what the test wants."""

    def __init__(self, *, permit=True, answer=Answer.ONCE, typed=None, delay=0.0):
        self.says, self.answer, self.typed, self.delay = permit, answer, typed or {}, delay
        self.asked, self.permits, self.told = [], [], []

    async def permit(self, candidate):
        self.permits.append(candidate)
        await asyncio.sleep(self.delay)
        return self.says

    async def agree(self, question):
        self.asked.append(question)
        await asyncio.sleep(self.delay)
        return Answered(self.answer, self.typed)

    def tell(self, sentence):
        self.told.append(sentence)


def chance_of(seed):
    """The same randomness for the same seed."""
    return random.Random(seed)
