"""The simulator keeps to the contract of a radio."""

from contextlib import asynccontextmanager

import pytest
from tests.contracts.radio import RadioContract
from tests.simulators.radio import SimulatedRadio

from proso.values.hotspot import AccessPoint


class TestSimulatedRadio(RadioContract):
    @pytest.fixture(autouse=True)
    def _radio(self):
        self.radio = SimulatedRadio()
        self.radio.points = (AccessPoint(self.target, 7, -50),)

    @asynccontextmanager
    async def opened(self):
        yield self.radio

    def present(self):
        return self.radio.present

    def cut(self, radio):
        radio.lose()

    def mend(self, radio):
        pass
