"""The whole chain: what stays of a published plan, who meets whom, when and where.

A greedy plan stands after a moment. The levels then choose pairs on sums of time and tables; when the chosen
ones have no timetable, others are chosen slot by slot. When time ends, the best plan so far is the answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from matchmaker.planning import reasons
from matchmaker.planning.assignment import Assignment
from matchmaker.planning.bounds import Bounds, loose
from matchmaker.planning.facts import Figures, Key, figures, satisfactions
from matchmaker.planning.greedy import greedy
from matchmaker.planning.instance import Instance, Meeting
from matchmaker.planning.levels import Level, Levels
from matchmaker.planning.relaxations import relaxations
from matchmaker.planning.repair import Stay, keep
from matchmaker.planning.result import Effort, Result, Status
from matchmaker.planning.room import Room
from matchmaker.planning.search import Clock
from matchmaker.planning.timetable import Timetable
from matchmaker.planning.timetable import solve as timetable

#: Columns for pairs and slots beyond which pairs are not chosen slot by slot.
MOST_PLACES = 300_000
#: Seconds for finding what to relax, of those asked for.
RELAXING = 10.0
#: Seconds at the end for figures and bounds, and how many times the greedy plan's where that is more.
RESERVE = 0.1
TIMES = 1.0
#: Share of the time for choosing pairs; placing them has the rest.
CHOOSING = 0.8
#: Share of what is left for placing: its threads end a little after they are asked to.
PLACING = 0.92


def solve(instance: Instance, effort: Effort) -> Result:
    """The best plan within ``effort``; never one that breaks a rule (see ``checking``)."""
    return _Chain(instance, effort).run()


@dataclass(frozen=True, slots=True)
class _Found:
    """A plan with its figures and what it is compared by, larger being better."""

    meetings: tuple[Meeting, ...]
    figures: Figures
    rank: tuple[float, ...]


class _Chain:
    """One solving; ``work`` is the instance with what stays of a published plan pinned."""

    def __init__(self, instance: Instance, effort: Effort) -> None:
        self.instance = instance
        self.work = instance
        self.effort = effort
        self.clock = Clock(effort)
        self.stages: dict[str, float] = {}
        self.best: _Found | None = None
        self.levels: Levels | None = None
        self.table: Timetable | None = None
        self.kept: Stay | None = None

    def run(self) -> Result:
        """Every stage in turn; what time cuts is skipped."""
        with self._stage("greedy"):
            self._offer(greedy(self.work))
        self.clock.end -= min(RESERVE + TIMES * self.stages["greedy"], self.clock.left / 4)
        if self.instance.published and self._keep() is None:
            return self._impossible()
        keys = self._every_pair() if self.instance.objective == "timetable" else self._choose()
        if keys is None and self.levels is not None and self.levels.is_impossible:
            return self._impossible()
        if keys is not None and not self._place(keys):
            keys = None if self.instance.objective == "timetable" else self._choose_by_slot()
            if keys is None and self.levels is not None and self.levels.is_impossible:
                return self._impossible()
            if keys is not None:
                self._place(keys)
        return self._result()

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        self.clock.tell(name)
        yield
        self.stages[name] = self.stages.get(name, 0.0) + time.monotonic() - started

    def _offer(self, meetings: Sequence[Meeting] | None) -> bool:
        """Keeps a plan when it is the best so far."""
        if meetings is None:
            return False
        told = figures(self.instance, list(meetings))
        held = [meeting.key for meeting in meetings]
        worst = sorted(satisfactions(self.instance, held).values())[:3]
        rank = (
            -told.unmet_minima,
            -float(told.moved),
            *(round(share, 9) for share in worst),
            round(told.score, 7),
            told.two_bodies,
            -told.idle_slots,
            -told.worst_idle,
            -told.table_changes,
        )
        if self.best is None or rank > self.best.rank:
            self.best = _Found(tuple(sorted(meetings)), told, rank)
            return True
        return False

    def _keep(self) -> bool | None:
        """Pins what stays of the published plan; None when no plan exists."""
        with self._stage("keep"):
            kept = keep(self.instance, replace(self.effort, seconds=self.clock.part(0.25)))
            if kept is None:
                return None
            pinned = {pin.key: pin for pin in (*self.instance.pinned, *kept.pins)}
            self.work = replace(self.instance, pinned=tuple(pinned.values()))
            self.kept = kept
            self._offer(kept.meetings)
            self._offer(greedy(self.work))
        return True

    def _every_pair(self) -> list[Key] | None:
        """``timetable``: all pairs, unless a maximum or a veto forbids it."""
        keys = [pair.key for pair in self.work.pairs]
        assignment = Assignment(self.work)
        self.levels = Levels(assignment, self.clock, self.clock.spent)
        values = assignment.values(keys)
        if assignment.is_hopeless or not assignment.model.holds(values):
            self.levels.is_impossible = True
            return None
        return keys

    def _choose(self) -> list[Key] | None:
        with self._stage("choose"):
            end = self.clock.spent + CHOOSING * self.clock.left
            start = [meeting.key for meeting in self.best.meetings] if self.best is not None else None
            self.levels = Levels(Assignment(self.work), self.clock, end, start)
            fair = greedy(self.work, self.levels.assignment.room, everybody=True)
            self.levels.fair = [meeting.key for meeting in fair or ()]
            return self.levels.run()

    def _choose_by_slot(self) -> list[Key] | None:
        """The exact model, for pairs that fit in sums and not in slots."""
        with self._stage("choose by slot"):
            assignment = Assignment(self.work, with_slots=True)
            if len(assignment.places) > MOST_PLACES:
                return None
            end = self.clock.spent + CHOOSING * self.clock.left
            exact = Levels(assignment, self.clock, end)
            keys = exact.run()
            if keys is not None or exact.is_impossible:
                self.levels = exact
            return keys

    def _place(self, keys: Sequence[Key]) -> bool:
        """Slots and tables for chosen pairs; False when they surely have none."""
        with self._stage("place"):
            hint = self.best.meetings if self.best is not None else ()
            seconds = max(0.0, PLACING * self.clock.left - self.stages["greedy"])
            found = timetable(self.work, keys, replace(self.effort, seconds=seconds), hint=hint)
            if found is not None and found.meetings is not None:
                self.table = found
                self._offer(found.meetings)
                return True
            if self.instance.objective == "timetable":
                if found is None:
                    assert self.levels is not None
                    self.levels.is_impossible = True
                return found is not None
            self._offer(greedy(self.work, Room(self.work), first=keys))
        return found is not None

    def _result(self) -> Result:
        if self.best is None:
            return self._answer("stopped")
        with self._stage("bounds"):
            known = Bounds(self.instance, self.best.figures, self.best.meetings)
            levels: dict[str, Level] = self.levels.found if self.levels is not None else {}
            if self.instance.published:
                known.levels({}, loose(self.instance, self.best.figures, self.clock) | self._least())
            else:
                known.levels(levels, None)
            if self.table is not None and tuple(sorted(self.table.meetings or ())) == self.best.meetings:
                is_only = self.instance.objective == "timetable" or self._is_only(known, self.table)
                known.places(self.table, is_only=is_only)
        status: Status = "optimal" if known.all_met() else "feasible"
        return self._answer(status, bounds=known.found)

    def _least(self) -> dict[str, float]:
        """Bounds of what stays of the published plan; of the moved ones only with as few unmet minima."""
        if self.kept is None or self.best is None:
            return {}
        told = self.best.figures
        found = {"unmet_minima": min(self.kept.unmet_bound, told.unmet_minima)}
        if told.unmet_minima <= self.kept.unmet_bound + 1e-9:
            found["moved"] = float(min(self.kept.moved_bound, told.moved))
        return found

    def _is_only(self, known: Bounds, table: Timetable) -> bool:
        """Whether no other pairs have the same values, so that bounds of their timetable are general."""
        levels = self.levels
        if levels is None or self.instance.published or not known.are_met("unmet_minima", "score"):
            return False
        if table.status != "optimal" and not table.idle_bound:
            return False  # nothing would be gained
        return levels.is_only(self.clock.part(0.5))

    def _impossible(self) -> Result:
        """Nothing keeps all musts and pins: what would have to change."""
        self.best = None
        with self._stage("relaxations"):
            seconds = min(RELAXING, max(self.clock.left, 0.0))
            found = relaxations(self.instance, replace(self.effort, seconds=seconds))
        return replace(self._answer("infeasible"), relaxations=found)

    def _answer(self, status: Status, bounds: dict[str, float] | None = None) -> Result:
        meetings = self.best.meetings if self.best is not None else ()
        return Result(
            status=status,
            meetings=meetings,
            figures=self.best.figures if self.best is not None else None,
            bounds=bounds or {},
            unmet=reasons.unmet(self.instance, meetings) if self.best is not None else (),
            seconds=self.clock.spent,
            seed=self.effort.seed,
            stages={name: round(seconds, 3) for name, seconds in self.stages.items()},
        )
