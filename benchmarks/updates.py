"""What an update costs: bytes on the wire, requests and seconds, from real releases a day apart.

A hub publishes packs of the FTC's complaints as of two evenings; a phone that follows it over HTTP
on the loopback address installs the first, takes the second by delta and as a whole, and polls when
there is nothing new.  Every byte both ways is counted in between, headers included.
"""

import argparse
import json
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from proso.adapters.webfiles import RealClock, WebFiles
from proso.cli.hub_key import start_alone
from proso.device.packstore import PackStore
from proso.device.updater import FollowedHub, PackUpdate, Updater
from proso.hub.app import create_app
from proso.hub.feeds import ftc
from proso.hub.importing import import_files
from proso.hub.publish import publish
from proso.hub.repository import Repository
from proso.hub.shipping import ship
from proso.hub.store import Store

POLLS = 20


class Wire:
    """A relay on loopback that counts what passes, both ways."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.passed = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            near, _ = self._listening.accept()
            far = socket.create_connection(("127.0.0.1", self._to))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):  # the other side has ended the connection
            while data := source.recv(65_536):
                self.passed += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/calls"))
    parser.add_argument("--months", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    files = sorted((arguments.data / "ftc").glob("20*.csv.xz"))[-arguments.months :]
    if not files:
        print(f"skipped: no complaints in {arguments.data}")
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), files)
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<44} {value:,}")


def measure(folder: Path, files: list[Path]) -> dict[str, float]:
    store = Store.create(folder / "hub")
    importing = import_files(
        store,
        files,
        ftc.tables,
        source=ftc.SOURCE,
        region=ftc.REGION,
        now=datetime.now(UTC),
        progress=lambda *_: None,
    )
    figures: dict[str, float] = {"complaints": sum(one.added for one in importing)}
    begun = time.perf_counter()
    repository = start_alone(
        folder / "hub", regions=("US",), threshold=2, root_keys=folder / "drawer"
    )
    figures["first keys and signatures, s"] = _since(begun)
    evening = datetime(2020, 11, 30, tzinfo=UTC)
    with served(store) as port:
        wire = Wire(port)
        for day, name in enumerate(("first", "next")):
            figures |= released(store, repository, evening + timedelta(days=day), name)
            figures |= fetched(folder / "phone", wire, repository, name)
        figures |= fetched(folder / "new phone", wire, repository, "whole")
        figures |= polled(folder / "phone", wire, repository)
    for name in ("timestamp", "2.root", "3.US", "2.snapshot", "1.targets", "1.root"):
        path = repository.metadata / f"{name}.json"
        if path.is_file():
            figures[f"{name}.json, bytes"] = path.stat().st_size
    store.close()
    return figures


def released(store: Store, repository: Repository, as_of: datetime, name: str) -> dict[str, float]:
    begun = time.perf_counter()
    done = publish(store, region="US", as_of=as_of)
    weighed = _since(begun)
    begun = time.perf_counter()
    shipped = ship(store, repository, region="US", now=datetime.now(UTC))
    sizes = {f"{name} release: pack, bytes": done.size_bytes}
    sizes[f"{name} release: travel file, bytes"] = shipped.offer.travel_bytes or 0
    if shipped.offer.deltas:
        sizes[f"{name} release: delta, bytes"] = shipped.offer.deltas[-1].size_bytes
    return {
        f"{name} release: entries": done.release.entries,
        f"{name} release: weigh and build, s": weighed,
        f"{name} release: travel, delta, sign, s": _since(begun),
    } | sizes


def fetched(directory: Path, wire: Wire, repository: Repository, name: str) -> dict[str, float]:
    begun, before = time.perf_counter(), wire.passed
    done, requests = update(directory, wire, repository)
    seconds = _since(begun)
    time.sleep(0.05)
    print(f"{name}: {done.before} → {done.after} by {done.way}")
    return {
        f"{name} update: on the wire, bytes": wire.passed - before,
        f"{name} update: requests": requests,
        f"{name} update: s": seconds,
    }


def polled(directory: Path, wire: Wire, repository: Repository) -> dict[str, float]:
    times, sizes, asked = [], [], []
    for _ in range(POLLS):
        begun, before = time.perf_counter(), wire.passed
        done, requests = update(directory, wire, repository)
        times.append(time.perf_counter() - begun)
        time.sleep(0.02)
        assert done.way is None  # noqa: S101  there is nothing new
        sizes.append(wire.passed - before)
        asked.append(requests)
    repository.settle(now=datetime.now(UTC), force=True)
    before = wire.passed
    update(directory, wire, repository)
    time.sleep(0.05)
    return {
        "no-change poll: requests": max(asked),
        "no-change poll: on the wire, bytes, most": max(sizes),
        "no-change poll: median, ms": round(statistics.median(times) * 1000, 1),
        "poll after a new timestamp: on the wire": wire.passed - before,
    }


def update(directory: Path, wire: Wire, repository: Repository) -> tuple[PackUpdate, int]:
    with WebFiles.on_network() as web:
        updater = Updater(PackStore(directory), web, RealClock())
        hub = FollowedHub(url=wire.url, regions=("US",))
        if not updater.followed():
            updater.follow(hub, root=(repository.metadata / "1.root.json").read_bytes())
        (done,) = updater.update(hub, now=datetime.now(UTC))
        if done.problem is not None:
            raise done.problem
        return done, updater.traffic.requests


@contextmanager
def served(store: Store) -> Iterator[int]:
    config = uvicorn.Config(create_app(store), port=0, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def _since(begun: float) -> float:
    return round(time.perf_counter() - begun, 3)


if __name__ == "__main__":
    main()
