"""Running the solvers: CP-SAT within a deadline that may be cut short, and the LP relaxation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from matchmaker.planning.linear import Linear
from matchmaker.planning.result import Effort

#: Seconds between two looks at whether the search is to end.
STEP = 0.02
#: Share by which a bound of the LP is widened: its arithmetic is inexact.
SLACK = 1e-7

#: Below this number of workers one alone is quicker: it proves on the LP what several dispute.
MANY_WORKERS = 8

State = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found.

    Attributes:
        values: of every column, None when nothing was found.
        value: of the objective.
        bound: that no values can beat (of the maximum), None when nothing is known.
    """

    state: State
    values: list[int] | None = None
    value: int = 0
    bound: float | None = None


class Clock:
    """A deadline that everybody who searches looks at; ``is_over`` also when the caller has had enough."""

    def __init__(self, effort: Effort) -> None:
        self.effort = effort
        self.started = time.monotonic()
        self.end = self.started + effort.seconds

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds until the end; 0 once the caller wants to stop."""
        if self.effort.stopped is not None and self.effort.stopped():
            return 0.0
        return max(0.0, self.end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return self.left <= 0

    def tell(self, stage: str) -> None:
        """Tells whoever listens what is being done now."""
        if self.effort.told is not None:
            self.effort.told(stage, min(1.0, self.spent / max(self.effort.seconds, 1e-9)))

    def part(self, share: float, least: float = 0.0) -> float:
        """A share of the time that is left, at least so many seconds where there are."""
        left = self.left
        return min(left, max(least, share * left))


def maximise(
    model: Linear,
    goal: Mapping[int, int],
    clock: Clock,
    seconds: float,
    *,
    hint: Sequence[int] | None = None,
    without: Collection[int] = (),
) -> Outcome:
    """CP-SAT; an empty goal asks for any values.

    ``without``: columns held at 0; state and bound then say nothing about the whole.
    """
    if seconds <= 0:
        return Outcome("unknown")
    from ortools.sat.python import cp_model

    program, columns = _program(model, goal, hint, without)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = clock.effort.workers if clock.effort.workers >= MANY_WORKERS else 1
    solver.parameters.random_seed = clock.effort.seed
    solver.parameters.linearization_level = 2
    solver.parameters.catch_sigint_signal = False
    state = watched(solver, lambda: solver.solve(program), clock)
    if state == cp_model.INFEASIBLE:
        return Outcome("infeasible")
    bound = float(solver.best_objective_bound) if goal and state != cp_model.MODEL_INVALID else None
    if state not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Outcome("unknown", bound=bound)
    values = [0 if column is None else int(solver.value(column)) for column in columns]
    value = sum(factor * values[column] for column, factor in goal.items())
    return Outcome("optimal" if state == cp_model.OPTIMAL else "feasible", values, value, bound)


def _program(
    model: Linear, goal: Mapping[int, int], hint: Sequence[int] | None, without: Collection[int]
) -> tuple[Any, list[Any]]:
    from ortools.sat.python import cp_model

    program = cp_model.CpModel()
    none = {column for column in without if not model.lower[column]}
    columns = [
        None if at in none else program.new_int_var(low, high, "")
        for at, (low, high) in enumerate(zip(model.lower, model.upper, strict=True))
    ]
    for every, each, low, high in model.rows:
        listed, factors = every, each
        if none:
            kept = [(at, factor) for at, factor in zip(every, each, strict=True) if at not in none]
            listed, factors = [at for at, _factor in kept], [factor for _at, factor in kept]
        expression = cp_model.LinearExpr.weighted_sum([columns[at] for at in listed], factors)
        if low is not None and high is not None:
            program.add_linear_constraint(expression, low, high)
        elif low is not None:
            program.add(expression >= low)
        elif high is not None:
            program.add(expression <= high)
    if goal:
        wanted = {at: factor for at, factor in goal.items() if at not in none}
        program.maximize(
            cp_model.LinearExpr.weighted_sum([columns[at] for at in wanted], list(wanted.values()))
        )
    for column, value in zip(columns, hint or (), strict=False):
        if column is not None:
            program.add_hint(column, value)
    return program, columns


def watched(solver: Any, solve: Callable[[], Any], clock: Clock) -> Any:
    """Runs a search in a thread of its own, so that this one hears a signal and can end it."""
    found: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(solve())
        except BaseException as fault:  # noqa: BLE001 - told to the caller below
            failed.append(fault)

    thread = threading.Thread(target=run, name="planning", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(STEP)
        if thread.is_alive() and clock.is_over:
            solver.stop_search()
    if failed:
        raise failed[0]
    return found[0]


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The LP relaxation's answer: bound of the maximum, value and reduced cost of every column."""

    bound: float
    values: Sequence[float]
    costs: Sequence[float]


def relaxed(model: Linear, goal: Mapping[int, int], seconds: float) -> Relaxed | None:
    """The maximum when parts of meetings may be held; None without one in time."""
    if seconds <= 0:
        return None
    if not model.upper:
        return Relaxed(0.0, (), ())
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix

    limit: list[float] = []
    where: list[int] = []
    which: list[int] = []
    factor: list[float] = []
    for listed, factors, low, high in model.rows:
        for side, value in ((-1, low), (1, high)):
            if value is None:
                continue
            scale = max(1, *(abs(each) for each in factors)) if factors else 1
            where += [len(limit)] * len(listed)
            which += listed
            factor += [side * each / scale for each in factors]
            limit.append(side * value / scale)
    count = len(model.upper)
    costs = np.zeros(count)
    unit = max((abs(value) for value in goal.values()), default=1) or 1
    for column, value in goal.items():
        costs[column] = -value / unit
    matrix = csr_matrix((factor, (where, which)), shape=(len(limit), count))
    answer = linprog(
        costs,
        A_ub=matrix if limit else None,
        b_ub=np.array(limit) if limit else None,
        bounds=np.column_stack((model.lower, model.upper)),
        method="highs",
        options={"time_limit": seconds},
    )
    if answer.status != 0:
        return None
    bound = -float(answer.fun) * unit
    return Relaxed(
        bound + SLACK * max(1.0, abs(bound)),
        [float(each) for each in answer.x],
        [
            float(low + high) * -unit
            for low, high in zip(answer.lower.marginals, answer.upper.marginals, strict=True)
        ],
    )
