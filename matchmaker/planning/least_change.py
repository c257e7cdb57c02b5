"""The model of a repair: what is published stays where it can; what cannot is held elsewhere or given up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ortools.sat.python import cp_model

from matchmaker.planning.facts import Key, effective
from matchmaker.planning.instance import Meeting
from matchmaker.planning.published import CENTS, Rows

#: Expressions and numbers; the stubs of OR-Tools do not let them mix.
Sum = Any


@dataclass(frozen=True, slots=True)
class Kept:
    """Slots of all meetings, the published ones that keep slot and table, and what that costs.

    Attributes:
        is_proven: no plan has fewer unmet minima, nor (with as few) fewer moved meetings.
        unmet, moved: bounds of these two.
    """

    slots: Mapping[Key, int]
    staying: tuple[Meeting, ...]
    is_proven: bool
    unmet: float
    moved: int


class LeastChange:
    """Chooses among the published meetings, those that every plan holds, and ``new`` pairs."""

    def __init__(self, rows: Rows, new: Iterable[Key], sets: Iterable[frozenset[int]] = ()) -> None:
        """``sets``: numbers of tables for which Hall's condition must be said besides."""
        self.rows = rows
        self.is_impossible = False
        self._sets = set(sets)
        self._model = cp_model.CpModel()
        instance = rows.instance
        held = {key for key in instance.held if key in instance.pair}
        published = {key for key in rows.published if key in rows.possible}
        self._keys = sorted(published | held | {key for key in new if key in rows.possible})
        self._held = held
        self._stays = {key: self._model.new_bool_var("") for key in rows.staying}
        self._lies = {key: self._options(key) for key in self._keys}
        self._counts: dict[Key, Sum] = {
            key: sum(options.values(), self._stays.get(key, 0)) for key, options in self._lies.items()
        }
        self._rules()

    def _options(self, key: Key) -> dict[int, cp_model.IntVar]:
        return {slot: self._model.new_bool_var("") for slot in self.rows.slots(key)}

    def _at(self, key: Key, slot: int) -> list[cp_model.IntVar]:
        """What says that a pair meets in a slot."""
        found = [self._lies[key][slot]] if slot in self._lies[key] else []
        if key in self._stays and self.rows.published[key].slot == slot:
            found.append(self._stays[key])
        return found

    def _rules(self) -> None:
        model, instance = self._model, self.rows.instance
        own: dict[str, list[Key]] = defaultdict(list)
        for key in self._keys:
            every = [*self._lies[key].values(), *([self._stays[key]] if key in self._stays else [])]
            if key in self._held:
                model.add_exactly_one(every)
            else:
                model.add_at_most_one(every)
            for person in instance.attending(key):
                own[person].append(key)
        for person, keys in own.items():
            self._person(person, keys)
        for who, _, most, _ in self.rows.limits():
            if most is not None:
                model.add(sum(self._of(who)) <= most)
        self._tables()

    def _of(self, who: tuple[str, str]) -> list[Sum]:
        return [self._counts[key] for key in self._by_side.get(who, [])]

    @cached_property
    def _by_side(self) -> Mapping[tuple[str, str], list[Key]]:
        found: dict[tuple[str, str], list[Key]] = defaultdict(list)
        for key in self._keys:
            for side in self.rows.sides(key):
                found[side].append(key)
        return found

    def _person(self, person: str, keys: Sequence[Key]) -> None:
        """One meeting a slot, no overlong run."""
        busy: dict[int, list[cp_model.IntVar]] = {}
        for slot in range(self.rows.instance.slots):
            here = [each for key in keys for each in self._at(key, slot)]
            if here:
                self._model.add_at_most_one(here)
                busy[slot] = here
        limit = self.rows.instance.person[person].max_in_a_row
        if limit is None:
            return
        for first, last in self.rows.instance.days:
            for start in range(first, last - limit + 1):
                run = [busy.get(slot, []) for slot in range(start, start + limit + 1)]
                if all(run):
                    self._model.add(sum(each for here in run for each in here) <= limit)

    def _tables(self) -> None:
        """A staying meeting has its table; the others share what is left of every set of tables."""
        instance = self.rows.instance
        number = {table.id: at for at, table in enumerate(instance.tables)}
        own = {key: self.rows.tables(key) for key in self._keys}
        groups = {frozenset(range(len(instance.tables))), *own.values()}
        groups |= {one | other for one in groups for other in groups} if len(groups) <= 8 else set()
        groups |= self._sets
        for slot in range(instance.slots):
            staying: dict[int, list[cp_model.IntVar]] = defaultdict(list)
            for key, stays in self._stays.items():
                meeting = self.rows.published[key]
                if meeting.slot == slot:
                    staying[number[meeting.table]].append(stays)
            for here in staying.values():
                if len(here) > 1:
                    self._model.add_at_most_one(here)
            for group in groups:
                room = sum(slot not in instance.tables[at].unavailable for at in group)
                others = [
                    self._lies[key][slot]
                    for key in self._keys
                    if slot in self._lies[key] and own[key] <= group
                ]
                taken = [each for at in group for each in staying[at]]
                if others and len(others) + len(taken) > room:
                    self._model.add(sum(others) + sum(taken) <= room)

    # -- levels --------------------------------------------------------------------------------------------

    def _unmet(self) -> list[Sum]:
        found: list[Sum] = []
        for who, least, _, cost in self.rows.limits():
            if least and cost:
                missed = self._model.new_bool_var("")
                self._model.add(sum(self._of(who)) + least * missed >= least)
                found.append(cost * missed)
        return found

    def _ties(self) -> Sum:
        """Fewest whose time changes or that are given up, others, given up, then new pairs by score."""
        model, rows = self._model, self.rows
        touched: dict[str, list[Sum]] = defaultdict(list)
        later: list[Sum] = []
        dropped: list[Sum] = []
        afflicted = {person for each in rows.lost for person in self._people(each)}
        for key, meeting in rows.published.items():
            if key not in self._counts:
                continue
            same = sum(self._at(key, meeting.slot))
            later.append(1 - same)
            dropped.append(1 - self._counts[key])
            for person in rows.instance.attending(key):
                touched[person].append(1 - same)
        fresh = [key for key in self._keys if key not in rows.published]
        for key in fresh:
            for person in rows.instance.attending(key):
                touched[person].append(self._counts[key])
        others = []
        for person, reasons in touched.items():
            if person not in afflicted:
                is_other = model.new_bool_var("")
                for reason in reasons:
                    model.add(is_other >= reason)
                others.append(is_other)
        levels = [sum(later), sum(others), sum(dropped), self._fresh()]
        total: Sum = 0
        sizes = [0, len(others), len(dropped), self._most_fresh]
        for level, size in zip(levels, sizes, strict=True):
            total = total * (size + 1) + level
        return total

    @property
    def _most_fresh(self) -> int:
        return (CENTS + 1) * sum(key not in self.rows.published for key in self._keys)

    def _fresh(self) -> Sum:
        """New pairs: as few as needed, of high scores."""
        fresh = [key for key in self._keys if key not in self.rows.published]
        worth = {key: effective(self.rows.instance, self.rows.instance.pair[key]) for key in fresh}
        most = max(worth.values(), default=0.0) or 1.0
        return sum((CENTS + 1 - round(CENTS * worth[key] / most)) * self._counts[key] for key in fresh)

    def _people(self, meeting: Meeting) -> tuple[str, ...]:
        if meeting.problem not in self.rows.instance.problem:
            return (meeting.expert,)
        return self.rows.instance.attending(meeting.key)

    def solve(self, seconds: float, seed: int, workers: int) -> Kept | None:
        """The best repair; None when none exists (``is_impossible``) or none was found in time."""
        unmet = sum(self._unmet())
        staying = sum(self._stays.values())
        lost = len(self.rows.instance.published)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
        solver.parameters.random_seed, solver.parameters.num_workers = seed, workers
        for key, stays in self._stays.items():
            self._model.add_hint(stays, 1)
            for lies in self._lies[key].values():
                self._model.add_hint(lies, 0)
        self._model.minimize(unmet * (lost + 1) - staying)
        status = solver.solve(self._model)
        self.is_impossible = status == cp_model.INFEASIBLE
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return None
        value = round(solver.objective_value)
        bound = -(-round(solver.best_objective_bound * 1e3) // 1000)
        self._model.add(unmet * (lost + 1) - staying <= value)
        first = self._read(solver)
        self._model.proto.clear_solution_hint()
        for key, options in self._lies.items():
            for slot, lies in options.items():
                self._model.add_hint(lies, first[0].get(key) == slot and key not in first[1])
        for key, stays in self._stays.items():
            self._model.add_hint(stays, key in first[1])
        self._model.minimize(self._ties())
        solver.parameters.max_time_in_seconds = max(0.05, seconds - solver.wall_time)
        if solver.solve(self._model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            first = self._read(solver)
        slots, kept = first
        unmet_value, _ = _split(value, lost)
        unmet_bound, moved_bound = _split(bound, lost)
        return Kept(
            slots,
            tuple(self.rows.published[key] for key in sorted(kept)),
            status == cp_model.OPTIMAL,
            unmet_bound / CENTS,
            moved_bound if unmet_bound == unmet_value else 0,
        )

    def _read(self, solver: cp_model.CpSolver) -> tuple[dict[Key, int], set[Key]]:
        kept = {key for key, stays in self._stays.items() if solver.boolean_value(stays)}
        slots = {key: self.rows.published[key].slot for key in kept}
        for key, options in self._lies.items():
            for slot, lies in options.items():
                if solver.boolean_value(lies):
                    slots[key] = slot
        return slots, kept


def _split(value: int, lost: int) -> tuple[int, int]:
    """Unmet minima (in hundredths) and moved meetings of an objective's value."""
    unmet = (value + lost) // (lost + 1)
    return unmet, value - unmet * (lost + 1) + lost
