"""Kamailio with proso in it beside the same Kamailio without, driven by SIPp, turn about.

Prints processor time a call (of every Kamailio process, from the kernel's scheduler), and how many
calls succeeded.  Wall time says little on a shared machine; processor time says more, and varies by
a third from run to run, so the median of several rounds is taken.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

import sip_scenarios as scenarios
from tests.simulators.sip import ROOT, free_port, kamailio

from proso.packs.build import Listed, build
from proso.values.listing import Category, Label
from proso.values.number import PhoneNumber

LISTED, UNKNOWN = "+12025550101", "+12025550199"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--numbers", type=int, default=100_000, help="in the pack")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), options), indent=2))


def measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    for name in ("CALLER", "REFUSED", "CALLED"):
        (folder / f"{name}.xml").write_text(getattr(scenarios, name))
    (folder / "listed.csv").write_text(f"SEQUENTIAL\n{LISTED};\n")
    (folder / "unknown.csv").write_text(f"SEQUENTIAL\n{UNKNOWN};\n")
    write_pack(folder / "US.pack", options.numbers)
    hop = free_port()
    settings = f'pack = "{folder}/US.pack"\nnext_hop = "sip:127.0.0.1:{hop}"\n'
    proso = ROOT / "deploy/kamailio/kamailio.cfg"
    native, htable = (configuration(folder, hop, check) for check in ("", "htable"))
    spent: dict[str, list[float]] = {}
    failed: dict[str, int] = {}
    called = ["sipp", "-sf", "CALLED.xml", "-i", "127.0.0.1", "-p", str(hop), "-nostdin"]
    with subprocess.Popen(
        [*called, "-buff_size", "4000000"], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as answering:  # fmt: skip
        for _ in range(options.rounds):
            for name, config, scenario in (
                ("forwarded natively", native, "CALLER"),
                ("forwarded by proso", proso, "CALLER"),
                ("refused by htable", htable, "REFUSED"),
                ("refused by proso", proso, "REFUSED"),
            ):
                cost, lost = run(folder, settings, config, scenario, options)
                spent.setdefault(name, []).append(cost)
                failed[name] = failed.get(name, 0) + lost
        answering.kill()
    median = {name: statistics.median(costs) for name, costs in spent.items()}
    return {
        "calls": options.calls * options.rounds,
        "rate": options.rate,
        "pack_numbers": options.numbers,
        "microseconds_a_call": {name: round(cost, 1) for name, cost in median.items()},
        "failed_calls": failed,
        "forwarded_ratio": round(median["forwarded by proso"] / median["forwarded natively"], 2),
        "refused_ratio": round(median["refused by proso"] / median["refused by htable"], 2),
    }


def write_pack(path: Path, numbers: int) -> None:
    scam = Label.rounded(category=Category.SCAM, rating=0.99, sample_size=40)
    rows = [Listed(PhoneNumber(13102000000 + 7 * index), scam) for index in range(numbers)]
    rows.append(Listed(PhoneNumber.parse(LISTED, "US"), scam))
    pack = build(rows, region="US", serial=1, as_of=datetime.now(UTC), rule_version="b")
    path.write_bytes(bytes(pack))


def configuration(folder: Path, hop: int, check: str) -> Path:
    """Our configuration with its Python taken out and the same routing natively."""
    lines = (ROOT / "deploy/kamailio/kamailio.cfg").read_text().splitlines()
    kept = [line for line in lines if "python" not in line and not line.startswith("kemi.")]
    route = scenarios.NATIVE_ROUTE.replace("NEXT_HOP", str(hop))
    route = route.replace("CHECK", scenarios.HTABLE_CHECK if check else "")
    path = folder / f"{check or 'native'}.cfg"
    path.write_text("\n".join(kept) + route)
    return path


def run(
    folder: Path, settings: str, config: Path, scenario: str, options: argparse.Namespace
) -> tuple[float, int]:
    """Microseconds of processor a call, and how many calls failed."""
    with kamailio(folder, settings, config=config) as (port, _, running):
        command = ["sipp", "-sf", f"{scenario}.xml", "-inf"]
        command += ["listed.csv" if scenario == "REFUSED" else "unknown.csv", "-i", "127.0.0.1"]
        command += ["-p", str(free_port()), "-s", "+12025550000", f"127.0.0.1:{port}"]
        command += ["-l", "20000", "-nostdin", "-timeout", "60", "-buff_size", "4000000"]
        command += ["-trace_stat", "-stf", "stat.csv", "-fd", "1"]
        quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        warm = [*command, "-r", "200", "-m", "200"]
        subprocess.run(warm, check=False, **quiet)
        before = processor(running.pid)
        load = [*command, "-r", str(options.rate), "-m", str(options.calls)]
        subprocess.run(load, check=False, **quiet)
        time.sleep(0.2)
        spent = processor(running.pid) - before
        names, *_, last = (folder / "stat.csv").read_text().splitlines()
        row = dict(zip(names.split(";"), last.split(";"), strict=False))
        return spent / options.calls / 1000, int(row["FailedCall(C)"])


def processor(pid: int) -> int:
    """Nanoseconds the process and its children have run."""
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    total = 0
    for one in (pid, *map(int, listed.stdout.split())):
        for task in Path(f"/proc/{one}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(task.read_text().split()[0])
    return total


if __name__ == "__main__":
    main()
