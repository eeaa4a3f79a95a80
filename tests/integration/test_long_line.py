import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

# The peak of the process itself: what getrusage says of a child counts its parent's pages too.
MEASURED = """
import sys
from proso.cli.main import run
code = run(sys.argv[1:])
status = open("/proc/self/status").read()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
sys.exit(code)
"""


@pytest.mark.parametrize("filling", ["zeros", "digits"])
def test_a_line_of_300_mb_costs_neither_memory_nor_the_rows_before(tmp_path, filling):
    path, hub = tmp_path / "2020-06.csv", tmp_path / "hub"
    good = b"created_date,company_number,consumer_area_code,batch\n"
    good += b"2020-06-01,2024181000,202,0\n2020-06-01,2024181001,202,0\n"
    with path.open("wb") as file:
        file.write(good)
        if filling == "zeros":
            file.truncate(len(good) + 300_000_000)  # sparse: reads as NUL bytes
        else:
            for _ in range(300):
                file.write(b"1" * 1_000_000)
    subprocess.run([sys.executable, "-m", "proso", "hub", "init", "--hub", hub], check=True)
    command = [sys.executable, "-c", MEASURED]
    done = subprocess.run(
        [*command, "hub", "import", "ftc", path, "--hub", hub, "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    path.unlink()
    said, peak_kib = done.stdout.splitlines()
    summary = json.loads(said)
    assert (summary["added"], summary["refused"]) == (2, 1)
    assert int(peak_kib) < 700 * 1024
    refused = (hub / "refused" / "2020-06.csv.refused.csv").read_text().splitlines()
    assert refused[1] == "4,a line longer than 64 KiB"
