"""The plan in the service: its file from the rows, its pages, publication, a meeting moved by hand.

python -m tests.benchmarks.bench_plan_pages

43 experts and 28 problems at 8 slots × 16 tables; a plan made by first fit, so that the solver's time is apart.
"""

from __future__ import annotations

import gzip
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.models import Base, EventPair
from matchmaker.services import events, plan_input, plan_publishing, plan_runs, plan_view
from tests.support.accounts import log_in
from tests.support.embedder import HashEmbedder
from tests.support.events import Docking, docking
from tests.support.plans import base_of, run
from web.app import create_app

ROUNDS = 7


def main() -> None:
    """Prints one table."""
    with tempfile.TemporaryDirectory(prefix="plan-pages-") as folder:
        app = build(Settings(home=Path(folder)), embedder=HashEmbedder())
        Base.metadata.create_all(app.database.engine)
        made = _made(app)
        print(f"43 × 28, 8 slots, 16 tables; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
        print("| what | median ms | worst ms | KB (compressed) |\n|---|--:|--:|--:|")
        _measure(app, made)
        app.close()


def _made(app: Application) -> Docking:
    made = docking(app, experts=43, problems=28, slots=8, tables=16, expert_most=5)
    chance = random.Random(3)
    with app.unit_of_work() as uow:
        for pair in uow.session.query(EventPair):
            pair.score = round(chance.random() ** 2, 3)
    return made


def _measure(app: Application, made: Docking) -> None:
    who, number = made.actor("office"), run(app, made)
    client = log_in(create_app(app), made.account("office"))

    def file() -> None:
        with app.reading() as uow:
            plan_input.build(uow, events.get(uow, who, made.event))

    _row("planning file from the rows", file, ROUNDS)

    def publish() -> None:
        with app.unit_of_work() as uow:
            event = events.get(uow, who, made.event, to_change=True)
            row = plan_runs.get(uow, who, event, number)
            plan_publishing.apply(uow, who, event, row, base=base_of(uow, event), now=app.clock())

    _row("publishing the first plan", publish, 1)
    for view in ("", "people", "meetings"):
        address = f"/events/{made.event}/plan?view={view}"
        _row(
            f"page of the plan, {view or 'timetable'}",
            lambda address=address: client.get(address).data,
            ROUNDS,
        )
    with app.reading() as uow:
        event = events.get(uow, who, made.event)
        shown = plan_view.show(uow, event, plan_runs.get(uow, who, event, number))
    cells = iter(shown.cells)
    site = create_app(app, testing=True)
    desk = log_in(site, made.account("office"))

    def move() -> None:
        cell = next(cells)
        given = {"pair": f"{cell.expert.id}|{cell.problem.id}", "slot": str((cell.slot + 3) % 8)}
        assert desk.post(f"/events/{made.event}/plan/move", data=given).status_code in {303, 409}

    _row("a meeting moved by hand, the first (loads the solver)", move, 1)
    _row("a meeting moved by hand, later ones: planned around and kept", move, ROUNDS)


def _row(name: str, action: Callable[[], Any], rounds: int) -> None:
    taken, size = [], ""
    for _ in range(rounds):
        start = time.perf_counter()
        answer = action()
        taken.append(1000 * (time.perf_counter() - start))
        if isinstance(answer, bytes):
            size = f"{len(answer) / 1000:.0f} ({len(gzip.compress(answer)) / 1000:.0f})"
    print(f"| {name} | {statistics.median(taken):.0f} | {max(taken):.0f} | {size} |")


if __name__ == "__main__":
    main()
