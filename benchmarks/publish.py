"""Seconds and peak memory of publishing a US pack from nine months of real complaints."""

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from proso.hub.feeds import ftc
from proso.hub.importing import import_files
from proso.hub.publish import publish
from proso.hub.store import Store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/calls"))
    arguments = parser.parse_args()
    files = sorted((arguments.data / "ftc").glob("20*.csv.xz"))[-9:]
    if not files:
        print(f"skipped: no complaints in {arguments.data}")
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(Path(folder) / "hub")
        rows = sum(
            one.added
            for one in import_files(
                store,
                files,
                ftc.tables,
                source=ftc.SOURCE,
                region=ftc.REGION,
                now=datetime.now(UTC),
                progress=lambda *_: None,
            )
        )
        print(f"{rows:,} complaints imported; the import's peak: {_peak():,.0f} MB")
        begun = time.perf_counter()
        done = publish(store, region="US", as_of=datetime(2020, 12, 1, tzinfo=UTC))
        seconds = time.perf_counter() - begun
        store.close()
    print(
        f"publish: {seconds:.1f} s, peak of the process {_peak():,.0f} MB; {done.listed:,} listed, "
        f"{done.watched:,} watched, {done.size_bytes:,} bytes, "
        f"{done.size_bytes / done.release.entries:.2f} a number"
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
