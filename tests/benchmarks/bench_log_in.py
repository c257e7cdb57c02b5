"""Log-ins: fifty at the same time on one process, its memory, and whether time tells which names exist.

python -m tests.benchmarks.bench_log_in [--people 50] [--tries 30]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.models import Base
from tests.benchmarks.support import HEAD, row
from tests.support.accounts import PASSWORD, account
from tests.support.embedder import HashEmbedder
from web.app import create_app

#: Threads of the server; the command starts as many.
THREADS = 8


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--tries", type=int, default=30)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = build(Settings(home=Path(folder)), embedder=HashEmbedder())
        Base.metadata.create_all(app.database.engine)
        for number in range(wanted.people):
            account(app, "broker", name=f"人{number}", username=f"bench{number}", password=PASSWORD)
        print(HEAD)
        _together(app, wanted.people)
        _known_and_unknown(app, wanted.tries)
        app.close()


def _together(app: Application, people: int) -> None:
    site = create_app(app, testing=True)
    before, start = _peak(), time.perf_counter()
    gate = Barrier(THREADS)

    def come(thread: int) -> list[float]:
        gate.wait()
        taken = []
        for number in range(thread, people, THREADS):
            answer = site.test_client().post("/login", data={"name": f"bench{number}", "password": PASSWORD})
            assert answer.status_code == 303, answer.status_code
            taken.append(time.perf_counter() - start)
        return taken

    with ThreadPoolExecutor(THREADS) as pool:
        seconds = [each for some in pool.map(come, range(THREADS)) for each in some]
    print(row(f"{people} log-ins sent in one moment, until answered", seconds))
    print(f"\nall answered after {max(seconds):.1f} s; peak memory + {_peak() - before:.0f} MiB\n")
    print(HEAD)


def _known_and_unknown(app: Application, tries: int) -> None:
    """In turns, so that other work on the machine hits both alike."""
    site = create_app(app, testing=True)
    known, unknown = [], []
    for number in range(tries):
        for name, seconds in ((f"bench{number}", known), (f"nobody{number}", unknown)):
            start = time.perf_counter()
            site.test_client().post("/login", data={"name": name, "password": "falsch-falsch"})
            seconds.append(time.perf_counter() - start)
    print(row("a wrong password of a name that exists", known))
    print(row("a name that nobody has", unknown))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
