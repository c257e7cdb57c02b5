"""When and where: given pairs get slots and tables, so that people wait little and stay where they sit.

Slots first, then tables. A filling heuristic and exchanges of chains (``chains``) find timetables within
fractions of a second; what bounds idle slots is found by counting people (``waiting``); where both do not
meet, CP-SAT (``slots_model``) works beside the exchanges until the time is over. Everything stops as soon as
all is proven.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from matchmaker.planning.facts import Key, days_of, idle, table_changes
from matchmaker.planning.frame import Frame, Place, frame
from matchmaker.planning.instance import Instance, Meeting
from matchmaker.planning.result import Effort, Status
from matchmaker.planning.searching import Slots
from matchmaker.planning.seating import seat

#: Other timetables that are made for the sake of tables, and the most seconds spent on them.
_STARTS, _MORE = 6, 1.0


@dataclass(frozen=True, slots=True)
class Timetable:
    """Where the meetings lie; every bound holds for the reported values of the figures before it.

    Attributes:
        meetings: None when time ended before any timetable was found.
        idle: idle slots in all; ``worst_idle``: of the worst person; ``changes``: of table.
        status: optimal where every figure meets its bound.
    """

    meetings: tuple[Meeting, ...] | None
    idle: int
    idle_bound: int
    worst_idle: int
    worst_idle_bound: int
    changes: int
    changes_bound: int
    status: Status


def solve(
    instance: Instance,
    keys: Sequence[Key],
    effort: Effort,
    *,
    fixed: Mapping[Key, Place] | None = None,
    hint: Sequence[Meeting] = (),
) -> Timetable | None:
    """Places all of these pairs; None when that is proven impossible.

    The instance's own pins hold; ``fixed`` (slot and table, either may be None) holds besides. ``hint``:
    meetings of an earlier plan, where the search starts.
    """
    watch = _Watch(effort)
    view = frame(instance, keys, fixed or {})
    if not keys:
        return Timetable((), 0, 0, 0, 0, 0, 0, "optimal")
    if _is_plainly_impossible(view):
        return None
    search = Slots(view, watch.until, lambda: watch.left, effort.seed, effort.workers)
    watch.tell("timetable")
    search.search(watch.left, _hint(view, hint))
    if search.is_impossible:
        return None
    if search.found is None:
        return Timetable(None, 0, 0, 0, 0, 0, 0, "stopped")
    watch.tell("tables")
    best = _told(view, search, seat(view, search.found.slots, _wished(view, hint)))
    is_over = watch.until(min(_MORE, 0.1 * effort.seconds))
    for _ in range(0 if hint else _STARTS):
        if best.changes <= best.changes_bound or not search.again(is_over):
            break
        other = _told(view, search, seat(view, search.found.slots, _wished(view, hint)))
        best = min(best, other, key=lambda each: (each.idle, each.worst_idle, each.changes))
    return best


class _Watch:
    """What is left of the effort."""

    def __init__(self, effort: Effort) -> None:
        self.effort = effort
        self._start = time.monotonic()

    @property
    def left(self) -> float:
        return self.effort.seconds - (time.monotonic() - self._start)

    def is_over(self) -> bool:
        return self.left <= 0 or (self.effort.stopped is not None and self.effort.stopped())

    def until(self, seconds: float) -> Callable[[], bool]:
        """Whether so many seconds from now, or everything, are over."""
        end = time.monotonic() + seconds
        return lambda: time.monotonic() >= end or self.is_over()

    def tell(self, stage: str) -> None:
        if self.effort.told is not None:
            gone = 1 - max(0.0, self.left) / max(self.effort.seconds, 0.001)
            self.effort.told(stage, min(1.0, gone))


def _is_plainly_impossible(view: Frame) -> bool:
    """A meeting without a slot; somebody with more meetings than hours; more meetings than places."""
    if not all(view.allowed):
        return True
    for own in view.meetings_of():
        hours = 0
        for meeting in own:
            hours |= view.allowed[meeting]
        if len(own) > hours.bit_count():
            return True
    return any(len(hall.members) > sum(hall.room) for hall in view.halls)


def _hint(view: Frame, hint: Sequence[Meeting]) -> list[int] | None:
    """Meeting → slot of the earlier plan, -1 where there is none or it is no longer allowed."""
    if not hint:
        return None
    before = {each.key: each.slot for each in hint}
    return [
        before[key] if key in before and allowed >> before[key] & 1 else -1
        for key, allowed in zip(view.keys, view.allowed, strict=True)
    ]


def _wished(view: Frame, hint: Sequence[Meeting]) -> list[int | None]:
    number = {table.id: at for at, table in enumerate(view.instance.tables)}
    before = {each.key: number.get(each.table) for each in hint}
    return [before.get(key) for key in view.keys]


def _told(view: Frame, search: Slots, tables: Sequence[int]) -> Timetable:
    """The timetable with figures by ``facts``."""
    assert search.found is not None
    instance = view.instance
    meetings = tuple(
        Meeting(*key, slot, instance.tables[table].id)
        for key, slot, table in zip(view.keys, search.found.slots, tables, strict=True)
    )
    days = days_of(instance, meetings)
    idles = [idle(instance, person, [each.slot for each in day]) for person, day in days.items()]
    changes = sum(table_changes(day) for day in days.values())
    total, worst = sum(idles), max(idles, default=0)
    bounds = (
        min(search.bound, total),
        min(search.least_worst, worst),
        min(changes, fewest_changes(view, total)),
    )
    is_best = bounds == (total, worst, changes)
    return Timetable(
        meetings,
        total,
        bounds[0],
        worst,
        bounds[1],
        changes,
        bounds[2],
        "optimal" if is_best else "feasible",
    )


def fewest_changes(view: Frame, idles: int) -> int:
    """Changes of table that every timetable with so many idle slots has, by counting.

    From a slot to the next a table keeps the people of one meeting at most, and some table begins its day
    for each meeting of the fullest slot. Across a pause (between sessions, of hours away, an idle slot) we
    grant everybody his table.
    """
    meetings = len(view.keys)
    own = [len(each) for each in view.meetings_of()]
    together = _most_together(view)
    pauses = idles
    for person, name in enumerate(view.people):
        hours = sum(1 << slot for slot in view.instance.person[name].unavailable)
        pauses += min(own[person] - 1, _pauses(view, hours))
    usable = sum(any(mask >> slot & 1 for mask in view.allowed) for slot in range(view.slots))
    kept = together * (meetings - -(-meetings // usable))
    return max(0, sum(own) - len(own) - kept - pauses)


def _pauses(view: Frame, away: int) -> int:
    """How often a person's hours break off and go on."""
    runs = 0
    for first, last in view.instance.days:
        is_here = False
        for slot in range(first, last + 1):
            is_present = not away >> slot & 1
            runs += is_present and not is_here
            is_here = is_present
    return max(0, runs - 1)


def _most_together(view: Frame) -> int:
    """How many people two meetings may share at most."""
    of = [set(each) for each in view.who]
    most = 1
    for own in view.meetings_of():
        for at, one in enumerate(own):
            if len(of[one]) > most:
                most = max([most, *(len(of[one] & of[other]) for other in own[at + 1 :])])
    return most
