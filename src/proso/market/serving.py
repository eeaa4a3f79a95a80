"""What it costs proso to serve one device for a year, from what was measured."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np

from proso.errors import BadFile, BadPlan
from proso.market.facts import FACTS
from proso.market.panel import Floats

_GIGABYTE: Final = 1e9
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Line:
    """One number of the calculation: its range, its unit and where it was measured."""

    name: str
    low: float
    high: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Serving:
    """The inputs of the cost to serve one device."""

    lines: dict[str, Line]

    def cost(self, devices: Floats, rng: np.random.Generator | None = None) -> Floats:
        """US$ a device and year, for countries with so many devices; shape as given.

        Args:
            devices: served in the country, at least one.
            rng: draws every input from its range; without it all are at their middle.
        """

        def of(name: str) -> Floats:
            line = self.lines[name]
            if rng is None:
                return np.full(devices.shape, (line.low + line.high) / 2)
            return rng.uniform(line.low, line.high, devices.shape)

        pack = of("pack_bytes")
        travel = pack * (of("full_packs") + of("delta_part") * of("days_online"))
        reported = of("reports") * of("report_bytes")
        bytes_cost = (travel + reported) / _GIGABYTE * of("traffic")
        cores = of("reports") * of("report_seconds")
        cores = cores + of("publishes") * of("publish_seconds") / np.maximum(devices, 1)
        stored = reported / _GIGABYTE * of("storage") * 12
        return np.asarray(bytes_cost + cores / _HOUR * of("core_hour") + stored)


def load(path: Path | None = None) -> Serving:
    """The inputs as shipped, or from a TOML file of the same shape.

    Raises:
        BadFile: no TOML.
        BadPlan: an input is missing or no range.
    """
    try:
        text = (
            path.read_text("utf-8")
            if path
            else resources.files(FACTS).joinpath("serving.toml").read_text("utf-8")
        )
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadFile(
            found=f"{path}: {error}", expected="a TOML file", remedy="mend or leave out the file"
        ) from error
    lines = {
        name: _line(name, entry) for section in table.values() for name, entry in section.items()
    }
    if path:
        missing = [name for name in load().lines if name not in lines]
        if missing:
            raise BadPlan(
                found=f"{path} without {missing[0]}",
                expected="every input of the shipped serving.toml",
                remedy="add it",
            )
    return Serving(lines)


def _line(name: str, entry: dict[str, Any]) -> Line:
    low = entry.get("low", entry.get("value"))
    high = entry.get("high", entry.get("value"))
    if not (isinstance(low, int | float) and isinstance(high, int | float) and 0 <= low <= high):
        raise BadPlan(
            found=f"{name} from {low} to {high}",
            expected="value, or low and high, from nought up",
            remedy="correct it",
        )
    source = str(entry.get("source", "assumed"))
    return Line(name, float(low), float(high), str(entry.get("unit", "")), source)
