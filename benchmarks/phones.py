"""Call at the modem to hang-up at the modem: the agent beside a bare client, real daemons.

The bare client hangs every call up as soon as it is there, and asks nobody.  Both work on the same
daemon and modem, turn about.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.simulators.lines import Setting, modemmanager, ofono

from proso.device.agent import Agent
from proso.device.attending import Attendant
from proso.device.call_ports import Rings, Shown
from proso.device.calllog import CallLog
from proso.device.judging import Judge
from proso.device.packshelf import PackShelf
from proso.packs.build import Listed, build
from proso.values.listing import Category, Label
from proso.values.number import PhoneNumber
from proso.verdicts.rules import BreakThrough, OwnerRules

TARGETS = {"ofono": 3.0, "modemmanager": 8.0}


async def main(calls: int) -> None:
    figures = {}
    for daemon in (ofono, modemmanager):
        with tempfile.TemporaryDirectory() as folder:
            async with daemon(Path(folder)) as setting:
                measured = await measure(setting, Path(folder), calls)
        bare, agent = (statistics.median(measured[kind]) for kind in ("bare", "agent"))
        figures[daemon.__name__] = {
            "calls": calls,
            "bare_median_ms": round(bare, 2),
            "agent_median_ms": round(agent, 2),
            "agent_worst_ms": round(max(measured["agent"]), 2),
            "ratio": round(agent / bare, 2),
            "target_ms": TARGETS[daemon.__name__],
        }
    print(json.dumps(figures, indent=2))


async def measure(setting: Setting, folder: Path, calls: int) -> dict[str, list[float]]:
    with CallLog.open(folder / "calls.sqlite") as log:
        # A caller who keeps trying would break through: each call is from another number.
        numbers = [f"+1202555{index:04}" for index in range(100, 100 + 2 * calls)]
        scam = Label.rounded(category=Category.SCAM, rating=0.99, sample_size=40)
        rows = [Listed(PhoneNumber.parse(number, "US"), scam) for number in numbers]
        pack = build(rows, region="US", serial=1, as_of=datetime.now(UTC), rule_version="b")
        (folder / "US.pack").write_bytes(bytes(pack))
        rules = OwnerRules(break_through=BreakThrough())
        judge = Judge(rules, log, PackShelf(folder / "US.pack", "US"))
        attendant = Attendant(Agent(judge.verdict, "US"), judge, [setting.source])
        is_bare = [True]

        async def both() -> None:
            async for event in setting.source.events():
                if not is_bare[0]:
                    attendant.take(setting.source, event)
                elif isinstance(event, Shown) or (isinstance(event, Rings) and event.caller):
                    await setting.source.hang_up(event.ref)

        task = asyncio.create_task(both())
        await asyncio.sleep(0.3)
        measured: dict[str, list[float]] = {"bare": [], "agent": []}
        for index, number in enumerate(numbers):
            is_bare[0] = index % 2 == 0
            call = setting.modem.ring(number)
            await setting.modem.ended(call)
            await asyncio.sleep(0.2)
            measured["bare" if is_bare[0] else "agent"].append(call.milliseconds)
        task.cancel()
        return measured


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    asyncio.run(main(parser.parse_args().calls))
