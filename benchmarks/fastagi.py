"""A FastAGI verdict, from connecting to the last variable, asked as Asterisk asks."""

import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

import sip
from tests.simulators.pbx import fastagi

CALLS = 1000
ASKED = (
    b"agi_network_script: screen\nagi_callerid: +12025550101\nagi_extension: s\n"
    b"agi_callingpres: 0\n\n"
)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sip.write_pack(folder / "US.pack", 100_000)
        with fastagi(folder, f'pack = "{folder}/US.pack"\n', folder / "home") as (port, _, _):
            taken = sorted(ask(port) for _ in range(CALLS))
    print(f"{CALLS} verdicts: median {statistics.median(taken):.2f} ms", end=", ")
    print(f"99th percentile {taken[CALLS * 99 // 100]:.2f} ms")


def ask(port: int) -> float:
    """Milliseconds of one verdict."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as wire, wire.makefile("rb") as lines:
        wire.sendall(ASKED)
        while (line := lines.readline()).startswith(b"SET VARIABLE"):
            wire.sendall(b"200 result=1\n")
        if line:
            raise SystemExit(f"unexpected: {line!r}")
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
