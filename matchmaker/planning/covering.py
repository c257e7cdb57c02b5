"""Whom to invite, solved: CP-SAT level by level, each within its share of the time; greedy as a fallback."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from matchmaker.planning.coverage import Answer, Question, answer, greedy, value, worth

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

#: What each level may take of the time that is left; what it has reached is kept by the next.
_SHARES = (0.5, 0.5, 0.5, 1.0)


@dataclass(slots=True)
class _Solved:
    """The best choice so far, and what is known of each level."""

    chosen: set[int]
    worth_bound: int
    number_bound: int = 0
    is_proven: bool = True
    found: bool = False


def cover(question: Question, *, seconds: float = 4.0, seed: int = 1, workers: int = 1) -> Answer:
    """The smallest good choice that is found in some seconds, with bounds; the same question, the same answer
    unless time ran out.
    """
    began = time.monotonic()
    start = greedy(question)
    if not start:
        return replace(answer(question, ()), is_proven=True, worth_bound=0, seconds=time.monotonic() - began)
    try:
        solved = _Solver(question, start, began + seconds, seed, workers).run()
    except ImportError:  # a machine without OR-Tools
        solved = None
    told = answer(question, solved.chosen if solved else start)
    told = replace(told, seconds=time.monotonic() - began)
    if solved is None or not solved.found:
        return told
    return replace(
        told,
        worth_bound=solved.worth_bound,
        number_bound=max(solved.number_bound, 0),
        is_proven=solved.is_proven,
        method="solver",
    )


class _Solver:
    """One model; objectives change from level to level."""

    def __init__(self, question: Question, start: list[int], until: float, seed: int, workers: int) -> None:
        from ortools.sat.python import cp_model

        self.question, self.until, self.seed, self.workers = question, until, seed, workers
        self.solved = _Solved(set(start), sum(sum(question.weights(each)) for each in question.needs))
        self.model = cp_model.CpModel()
        self.taken = {each.id: self.model.new_bool_var(f"x{each.id}") for each in question.open}
        self.worth = self._coverage()
        for limit in question.limits:
            self.model.add(
                sum(self.taken[each.id] for each in question.open if limit.holds(each)) <= limit.most
            )

    def _coverage(self) -> Any:
        """What the choice counts; one step a further expert of a problem, falling in value."""
        total: list[Any] = []
        self.steps: list[tuple[list[int], list[Any]]] = []
        for need in self.question.needs:
            weights = self.question.weights(need)
            steps = [self.model.new_bool_var(f"p{need.id}_{place}") for place in range(len(weights))]
            serving = [self.taken[one] for one in self.question.serving[need.id] if one in self.taken]
            if steps:
                self.model.add(sum(steps) <= sum(serving))
                self.steps.append(([*self.question.serving[need.id]], steps))
            total += [weight * step for weight, step in zip(weights, steps, strict=True)]
        return sum(total)

    def run(self) -> _Solved:
        """All levels; the first that finds nothing ends it."""
        number = sum(self.taken.values())
        reached = self._level(self.worth, 0, is_most=True)
        if reached is None:
            return self.solved
        self.solved.worth_bound = reached[1]
        self.model.add(self.worth >= worth(self.question, self.solved.chosen))
        reached = self._level(number, 1)
        if reached is None:
            return self.solved
        self.solved.number_bound = reached[1]
        self.model.add(number <= len(self.solved.chosen))
        largest = self._largest()
        if self._level(largest, 2) is not None:
            self.model.add(largest <= self._largest_of(self.solved.chosen))
            total = sum(value(self.question, one) * taken for one, taken in self.taken.items())
            self._level(total, 3, is_most=True)
        return self.solved

    def _largest(self) -> cp_model.IntVar:
        """At least as many as any body sends."""
        here = self._here()
        largest = self.model.new_int_var(0, len(self.question.candidates), "largest")
        for body in sorted({each.body for each in self.question.open if each.body}):
            own = sum(self.taken[each.id] for each in self.question.open if each.body == body)
            self.model.add(largest >= own + here.get(body, 0))
        return largest

    def _largest_of(self, chosen: set[int]) -> int:
        """The same of a choice, for bodies of which anybody could be chosen."""
        here = self._here()
        bodies = {each.body for each in self.question.open if each.body}
        counts = {
            body: sum(self.question.by_id[one].body == body for one in chosen) + here.get(body, 0)
            for body in bodies
        }
        return max(counts.values(), default=0)

    def _here(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for one in self.question.coming & self.question.by_id.keys():
            body = self.question.by_id[one].body
            counts[body] = counts.get(body, 0) + 1
        return counts

    def _hint(self) -> None:
        """The best choice so far, whole."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for one, taken in self.taken.items():
            self.model.add_hint(taken, one in self.solved.chosen)
        for serving, steps in self.steps:
            got = sum(one in self.solved.chosen for one in serving)
            for place, step in enumerate(steps):
                self.model.add_hint(step, place < got)

    def _level(self, aim: Any, place: int, *, is_most: bool = False) -> tuple[int, int] | None:
        """(value, bound) of one level, its choice kept; None when nothing was found."""
        from ortools.sat.python import cp_model

        left = self.until - time.monotonic()
        if left <= 0:
            self.solved.is_proven = False
            return None
        self._hint()
        if is_most:
            self.model.maximize(aim)
        else:
            self.model.minimize(aim)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = left * _SHARES[place]
        solver.parameters.linearization_level = 2
        solver.parameters.random_seed = self.seed
        solver.parameters.num_workers = self.workers
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self.solved.is_proven = False
            return None
        chosen = {one for one, taken in self.taken.items() if solver.boolean_value(taken)}
        if place or worth(self.question, chosen) >= worth(self.question, self.solved.chosen):
            self.solved.chosen = chosen
        self.solved.found = True
        self.solved.is_proven &= status == cp_model.OPTIMAL
        bound = solver.best_objective_bound
        told = math.floor(bound + 1e-6) if is_most else math.ceil(bound - 1e-6)
        return round(solver.objective_value), told
