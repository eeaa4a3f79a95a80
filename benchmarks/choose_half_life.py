"""Chooses the half-life of evidence on early complaints; the backtest reports on later ones.

Prints, for each half-life, recall at 0.05 and 0.1 % of honest numbers on days of 2020-07 and
2020-08.  Run it again when the traffic changes, and put the best into proso.reputation.rule.
"""

import argparse
from datetime import date
from pathlib import Path

from proso.hub.backtest import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/calls"))
    parser.add_argument("--days", type=float, nargs="+", default=[10, 20, 30, 45, 60, 90])
    parser.add_argument("--from", dest="begins", type=date.fromisoformat, default="2020-07-15")
    parser.add_argument("--to", dest="ends", type=date.fromisoformat, default="2020-08-15")
    arguments = parser.parse_args()
    if not (arguments.data / "ftc").is_dir():
        print(f"skipped: no complaints in {arguments.data}")
        return
    print("half-life   recall at 0.02 %   0.05 %   0.10 %   0.20 % of honest numbers")
    for half_life in arguments.days:
        result = run(
            reports=arguments.data / "ftc",
            legitimate=arguments.data / "legitimate_us.csv",
            begins=arguments.begins,
            ends=arguments.ends,
            progress=lambda *_: None,
            half_life_days=half_life,
        )
        recalls = [point.recall for point in result.methods[0].points[:4]]
        print(f"{half_life:6.0f} d   " + "   ".join(f"{r:12.2%}" for r in recalls), flush=True)


if __name__ == "__main__":
    main()
