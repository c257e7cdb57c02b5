"""A run of the planner in the worker: solved in a thread, watched every second, stopped when asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event as Signal
from threading import Lock
from typing import Any

from matchmaker import lookups
from matchmaker.bootstrap import Application
from matchmaker.errors import MatchmakerError
from matchmaker.permissions import SYSTEM
from matchmaker.planning.result import Effort
from matchmaker.services import plan_nearest, plan_runs, plan_solving
from matchmaker.services.plan_solving import Solve

#: Seconds between two looks at a running plan.
PAUSE = 1.0
#: Threads of a solver at most.
MOST_WORKERS = 8
Beat = Callable[[], None]


class Told:
    """What the solver last said, and whether it shall stop; both sides of the thread share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stage, self._share = "", 0.0
        self.stopped = Signal()

    def hear(self, stage: str, share: float) -> None:
        """Called by the solver."""
        with self._lock:
            self._stage, self._share = stage, share

    @property
    def progress(self) -> dict[str, Any]:
        """As the run keeps it."""
        with self._lock:
            return {"stage": self._stage, "share": round(min(max(self._share, 0.0), 1.0), 3)}


def perform(
    app: Application, number: int, beat: Beat, *, solve: Solve | None = None, pause: float = PAUSE
) -> None:
    """Makes one run; a run that a killed worker began is made again from what it was asked."""
    with app.unit_of_work() as uow:
        run = plan_runs.begin(uow, number)
        if run is None:
            return
        inputs, parameters = dict(run.inputs), dict(run.parameters)
    told = Told()
    effort = Effort(
        seconds=float(parameters.get("seconds", 15)),
        seed=int(parameters.get("seed", 1)),
        workers=min(os.cpu_count() or 1, MOST_WORKERS),
        told=told.hear,
        stopped=told.stopped.is_set,
    )
    try:
        result = _solved(app, number, solve or plan_solving.solved, inputs, effort, told, beat, pause)
    except MatchmakerError as fault:
        with app.unit_of_work() as uow:
            plan_runs.failed(uow, number, str(fault), now=app.clock())
        return
    nearest = _nearest(app, inputs, result)
    with app.unit_of_work() as uow:
        plan_runs.finish(uow, number, result, nearest, now=app.clock())


def _solved(
    app: Application,
    number: int,
    solve: Solve,
    inputs: Mapping[str, Any],
    effort: Effort,
    told: Told,
    beat: Beat,
    pause: float,
) -> Mapping[str, Any]:
    """The solver's answer; meanwhile its progress is written and the lease renewed, in short units."""
    with ThreadPoolExecutor(1, thread_name_prefix="plan") as pool:
        answer: Future[Mapping[str, Any]] = pool.submit(solve, inputs, effort)
        try:
            while not wait([answer], timeout=pause).done:
                with app.unit_of_work() as uow:
                    if plan_runs.heard(uow, number, told.progress):
                        told.stopped.set()
                beat()
        finally:
            told.stopped.set()  # another worker took over, or this one is ending: the thread ends soon
        return answer.result()


def _nearest(app: Application, inputs: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """Problem without a meeting → the best experts who were not invited; empty while the index is away."""
    with app.reading() as uow:
        asked = plan_nearest.asked(uow, plan_nearest.without(inputs, result))
    found: dict[str, Any] = {}
    for identifier, problem in asked.problems.items():
        try:
            ranking = lookups.match_problem(app, SYSTEM, problem, limit=plan_nearest.DEPTH)
        except MatchmakerError:
            continue
        found[identifier] = plan_nearest.best(ranking, asked)
    return found
