"""The market's figures: `proso market backtest` with the surveys imported, and two run times."""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROSO = str(Path(sys.executable).parent / "proso")
CASE = ["--as-of", "2014-01-31", "--exclude", "CHN,HKG,TWN,SGP,MAC"]
SURVEYS = {
    "smartphone_pew_2013_2015.csv": "pew",
    "social_pew_2013.csv": "pew",
    "smartphone_omp2013_wiki.csv": "omp",
    "payments_gpss_2010_2015.csv": "gpss",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/markets"))
    data = parser.parse_args().data
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as all_:
        for name, mapping in SURVEYS.items():
            for folder in [all_, one] if "pew_2013_2015" in name else [all_]:
                take = ["market", "import", "csv", str(data / name), "--mapping", mapping]
                subprocess.run([PROSO, *take, "--data", folder], check=True, capture_output=True)
        print("open figures; Pew's surveys of 2013 and 2015 only to grade by", flush=True)
        subprocess.run([PROSO, "market", "backtest", "--data", one], check=True)
        print("every file imported", flush=True)
        subprocess.run([PROSO, "market", "backtest", "--data", all_], check=True)
        for name, options in (
            ("rank, 2,000 draws", ["rank", "--draws", "2000"]),
            ("plan, 10,000 paths", ["plan", "--paths", "10000"]),
        ):
            started = time.monotonic()
            asked = [PROSO, "market", *options, *CASE, "--data", one, "--json"]
            subprocess.run(asked, check=True, capture_output=True)
            print(f"{name}: {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
