"""Repair: an earlier plan with the least change after people, tables, pairs or pins have changed.

First the fewest unmet minima, then the fewest published meetings that are not held at their slot and table;
among equals the fewest whose time changes or that are given up, then the fewest others (people not in a
meeting that the change made impossible, whose time or partner changes). New pairs come in only where a
minimum needs them, or where they must.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from matchmaker.planning.facts import Key, effective, figures
from matchmaker.planning.frame import frame
from matchmaker.planning.instance import Instance, Meeting, Pin
from matchmaker.planning.least_change import Kept, LeastChange
from matchmaker.planning.published import Rows
from matchmaker.planning.reasons import unmet
from matchmaker.planning.result import Effort, Result, Status
from matchmaker.planning.seating import Crowded, seat

#: A repair is tried without new pairs first, beyond those whose minimum hangs on so many meetings.
_SLACK = 1


@dataclass(frozen=True, slots=True)
class Stay:
    """What of a published plan stays.

    Attributes:
        pins: the staying meetings with slot and table; a plan with them exists and misses no more minima.
        meetings: such a plan; None when time ended before one was found.
        is_proven: whether ``unmet`` and ``moved`` are both the least possible; else they are reached, and
            ``unmet_bound`` and ``moved_bound`` hold.
    """

    pins: tuple[Pin, ...]
    meetings: tuple[Meeting, ...] | None
    is_proven: bool
    unmet_bound: float = 0.0
    moved_bound: int = 0


def keep(instance: Instance, effort: Effort) -> Stay | None:
    """What stays in a plan with fewest unmet minima, then fewest moved meetings; None: no plan exists."""
    rows = Rows(instance)
    kept, meetings, is_impossible = _least(rows, effort)
    if kept is None or meetings is None:
        return None if is_impossible else Stay((), None, is_proven=False)
    pins = tuple(
        Pin(each.expert, each.problem, each.slot, each.table) for each in meetings if each in kept.staying
    )
    return Stay(pins, meetings, kept.is_proven, kept.unmet, kept.moved)


def repair(instance: Instance, effort: Effort, *, fill: bool = False) -> Result:
    """The quick one: the published plan with the least change; ``fill`` adds pairs in place of those lost."""
    start = time.monotonic()
    rows = Rows(instance)
    kept, meetings, is_impossible = _least(rows, effort)
    if kept is None or meetings is None:
        status: Status = "infeasible" if is_impossible else "stopped"
        return Result(status, (), None, {}, seconds=time.monotonic() - start, seed=effort.seed)
    if fill:
        meetings = filled(instance, meetings)
    values = figures(instance, meetings)
    bounds = {
        "unmet_minima": min(kept.unmet, values.unmet_minima),
        "moved": float(min(kept.moved, values.moved)),
    }
    return Result(
        "optimal" if kept.is_proven else "feasible",
        meetings,
        values,
        bounds,
        unmet=tuple(unmet(instance, meetings)),
        seconds=time.monotonic() - start,
        seed=effort.seed,
    )


def _least(rows: Rows, effort: Effort) -> tuple[Kept | None, tuple[Meeting, ...] | None, bool]:
    """First among few new pairs; among all where that is not proven to be the least."""
    start = time.monotonic()
    needed = rows.wanting(rows.staying, _SLACK)
    few = {key for key in rows.possible if not needed.isdisjoint(rows.sides(key))}
    known = set(rows.published) | rows.instance.held
    kept, meetings, is_impossible = _solved(rows, few, effort, effort.seconds)
    is_all = rows.possible <= few | known
    if is_all or (kept is not None and _is_least(rows, kept, meetings)):
        return kept, meetings, is_impossible
    left = effort.seconds - (time.monotonic() - start)
    if left <= 0.05:
        return (replace(kept, is_proven=False, unmet=0.0, moved=0) if kept else None), meetings, False
    more, better, is_impossible = _solved(rows, rows.possible, effort, left)
    if more is None or better is None:
        return kept, meetings, is_impossible
    return more, better, is_impossible


def _is_least(rows: Rows, kept: Kept, meetings: Sequence[Meeting] | None) -> bool:
    """Whether no plan could do better: only what had to be is lost, every minimum that can be is met."""
    values = figures(rows.instance, meetings or ())
    hopeless = sum(
        cost
        for who, least, _, cost in rows.limits()
        if least > sum(who in rows.sides(key) for key in rows.possible)
    )
    return kept.is_proven and values.moved == len(rows.lost) and round(values.unmet_minima * 100) <= hopeless


def _solved(
    rows: Rows, new: Collection[Key], effort: Effort, seconds: float
) -> tuple[Kept | None, tuple[Meeting, ...] | None, bool]:
    """Slots, then tables; a condition on tables that the slots break is said and all is done again."""
    end = time.monotonic() + seconds
    sets: list[frozenset[int]] = []
    while True:
        model = LeastChange(rows, new, sets)
        kept = model.solve(end - time.monotonic(), effort.seed, effort.workers)
        if kept is None:
            return None, None, model.is_impossible
        try:
            return kept, _seated(rows.instance, kept), False
        except Crowded as crowded:
            sets.append(crowded.tables)
            if time.monotonic() > end:
                return None, None, False


def _seated(instance: Instance, kept: Kept) -> tuple[Meeting, ...]:
    keys = sorted(kept.slots)
    fixed: dict[Key, tuple[int | None, str | None]] = {
        each.key: (each.slot, each.table) for each in kept.staying
    }
    view = frame(instance, keys, fixed)
    number = {table.id: at for at, table in enumerate(instance.tables)}
    before = {each.key: number.get(each.table) for each in instance.published}
    tables = seat(view, [kept.slots[key] for key in keys], [before.get(key) for key in keys])
    return tuple(
        Meeting(*key, kept.slots[key], instance.tables[table].id)
        for key, table in zip(keys, tables, strict=True)
    )


def filled(instance: Instance, meetings: Sequence[Meeting]) -> tuple[Meeting, ...]:
    """Adds pairs for those with fewer meetings than was published, best scores first; nothing else moves."""
    rows = Rows(instance)
    plan = list(meetings)
    missing = _missing(instance, plan)
    held = {each.key for each in plan}
    tries = [key for key in rows.possible - held if any(missing[side] > 0 for side in rows.sides(key))]
    for key in sorted(tries, key=lambda each: (-effective(instance, instance.pair[each]), each)):
        if not any(missing[side] > 0 for side in rows.sides(key)):
            continue
        place = _place(rows, plan, key)
        if place is not None:
            plan.append(Meeting(*key, *place))
            missing = _missing(instance, plan)
    return tuple(sorted(plan))


def _missing(instance: Instance, plan: Sequence[Meeting]) -> dict[tuple[str, str], int]:
    """Person or problem → how many meetings it has less than was published."""
    rows = Rows(instance)
    count: dict[tuple[str, str], int] = defaultdict(int)
    for meetings, sign in ((instance.published, 1), (plan, -1)):
        for each in meetings:
            if each.key in instance.pair:
                for side in rows.sides(each.key):
                    count[side] += sign
    return count


def _place(rows: Rows, plan: Sequence[Meeting], key: Key) -> tuple[int, str] | None:
    """A free slot and table for one more meeting, or None."""
    instance = rows.instance
    people = set(instance.attending(key))
    for who, _, most, _ in rows.limits():
        is_limited = most is not None and who in rows.sides(key)
        if is_limited and sum(who in rows.sides(each.key) for each in plan) >= (most or 0):
            return None
    for slot in rows.slots(key):
        here = [each for each in plan if each.slot == slot]
        if any(people & set(instance.attending(each.key)) for each in here):
            continue
        if any(_is_too_long(instance, plan, person, slot) for person in people):
            continue
        taken = {each.table for each in here}
        for at in sorted(rows.tables(key)):
            table = instance.tables[at]
            if table.id not in taken and slot not in table.unavailable:
                return slot, table.id
    return None


def _is_too_long(instance: Instance, plan: Sequence[Meeting], person: str, slot: int) -> bool:
    limit = instance.person[person].max_in_a_row
    if limit is None:
        return False
    busy = {each.slot for each in plan if person in instance.attending(each.key)} | {slot}
    first, last = next(day for day in instance.days if day[0] <= slot <= day[1])
    low = high = slot
    while low - 1 >= first and low - 1 in busy:
        low -= 1
    while high + 1 <= last and high + 1 in busy:
        high += 1
    return high - low + 1 > limit
