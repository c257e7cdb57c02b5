"""The slots of given meetings as a model for CP-SAT: proves what exchanges find or finds what they miss."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from matchmaker.planning.frame import Frame, bits_of

#: Expressions and numbers; the stubs of OR-Tools do not let them mix.
Sum = Any


@dataclass(slots=True)
class Answer:
    """Slots of the best timetable found (None: none), what bounds idle slots, whether none exists at all."""

    slots: tuple[int, ...] | None = None
    idle: int | None = None
    bound: int = 0
    is_impossible: bool = False


class SlotsModel:
    """Which meeting lies in which slot; a person's idle slots are those from his first to his last meeting,
    less both.

    ``answer`` may be read while another thread solves.
    """

    def __init__(self, frame: Frame) -> None:
        self.answer = Answer()
        self._frame = frame
        self._model = cp_model.CpModel()
        self._solver = cp_model.CpSolver()
        self._lies = [
            {slot: self._model.new_bool_var("") for slot in bits_of(mask)} for mask in frame.allowed
        ]
        for choices in self._lies:
            self._model.add_exactly_one(choices.values())
        for hall in frame.halls:
            for slot, room in enumerate(hall.room):
                here = [self._lies[each][slot] for each in hall.members if slot in self._lies[each]]
                if len(here) > room:
                    self._model.add(sum(here) <= room)
        self._waits = [self._person(person, own) for person, own in enumerate(frame.meetings_of())]

    def _person(self, person: int, own: list[int]) -> Sum:
        """One meeting a slot, no overlong run; returns his idle slots."""
        instance, model = self._frame.instance, self._model
        row = instance.person[self._frame.people[person]]
        busy: dict[int, Sum] = {}
        for slot in range(self._frame.slots):
            here = [self._lies[each][slot] for each in own if slot in self._lies[each]]
            if here:
                model.add_at_most_one(here)
                busy[slot] = sum(here)
        waits: list[Sum] = []
        for first, last in instance.days:
            slots = [slot for slot in range(first, last + 1) if slot in busy]
            if row.max_in_a_row is not None:
                for start in range(first, last + 1 - row.max_in_a_row):
                    window = [busy[slot] for slot in slots if start <= slot <= start + row.max_in_a_row]
                    if len(window) > row.max_in_a_row:
                        model.add(sum(window) <= row.max_in_a_row)
            if len(own) > 1 and len(slots) > 2:
                waits += self._gaps(busy, slots, row.unavailable)
        return sum(waits)

    def _gaps(self, busy: dict[int, Sum], slots: list[int], away: frozenset[int]) -> list[Sum]:
        model = self._model
        between = [slot for slot in range(slots[0], slots[-1] + 1) if slot not in away]
        begun = {slot: model.new_bool_var("") for slot in between}
        goes_on = {slot: model.new_bool_var("") for slot in between}
        found: list[Sum] = []
        for at, slot in enumerate(between):
            met = busy.get(slot, 0)
            model.add(begun[slot] >= met)
            model.add(goes_on[slot] >= met)
            if at:
                model.add_implication(begun[between[at - 1]], begun[slot])
                model.add_implication(goes_on[slot], goes_on[between[at - 1]])
            stays = model.new_bool_var("")
            model.add(stays >= begun[slot] + goes_on[slot] - 1)
            model.add(stays >= met)
            found.append(stays - met)
        return found

    def solve(
        self,
        seconds: float,
        seed: int,
        workers: int,
        hint: Sequence[int] | None = None,
        bound: int = 0,
        most: int | None = None,
    ) -> Answer:
        """Looks for fewest idle slots from ``bound`` to ``most``; for any timetable without ``most``."""
        total = sum(self._waits)
        if most is not None:
            self._model.add(total <= most)
            self._model.add(total >= bound)
            self._model.minimize(total)
        if hint is not None:
            for choices, at in zip(self._lies, hint, strict=True):
                for slot, lies in choices.items():
                    self._model.add_hint(lies, slot == at)
        parameters = self._solver.parameters
        parameters.max_time_in_seconds, parameters.random_seed = max(0.01, seconds), seed
        parameters.num_workers = workers
        status = self._solver.solve(self._model, _Listener(self))
        if status == cp_model.INFEASIBLE:
            self.answer.is_impossible = True
        elif most is not None and status in {cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN}:
            self.answer.bound = max(bound, round(self._solver.best_objective_bound + 0.4999))
        return self.answer

    def stop(self) -> None:
        """Ends the solving in another thread."""
        self._solver.stop_search()

    def read(self, value: cp_model.CpSolverSolutionCallback) -> None:
        """Takes over a solution."""
        slots = tuple(
            next(slot for slot, lies in choices.items() if value.boolean_value(lies))
            for choices in self._lies
        )
        self.answer.slots = slots


class _Listener(cp_model.CpSolverSolutionCallback):
    def __init__(self, model: SlotsModel) -> None:
        super().__init__()
        self._model = model

    def on_solution_callback(self) -> None:
        self._model.read(self)


class Background:
    """A model that is solved beside the caller."""

    def __init__(self, model: SlotsModel, *arguments: object) -> None:
        self.model = model
        self._thread = threading.Thread(target=model.solve, args=arguments, daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether the answer is final."""
        return not self._thread.is_alive()

    def end(self) -> Answer:
        """Stops it, waits for it."""
        while self._thread.is_alive():
            self.model.stop()
            self._thread.join(0.05)
        return self.model.answer
