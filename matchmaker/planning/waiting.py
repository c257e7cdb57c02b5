"""A bound for idle slots: how little people could wait if it did not matter who meets whom.

What is left of the timetable: everybody's number of meetings, his hours, and how many people a slot can seat.
People of the same kind (number of meetings, hours, side of the house) are counted, not told apart, so that
the question stays small and is answered within a second where the timetable itself is not. No timetable waits
less.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ortools.sat.python import cp_model

from matchmaker.planning.frame import Frame, bits_of

_SIDES = 2

#: (Side, slot) → numbers of people who meet there.
Busy = dict[tuple[int, int], list[cp_model.LinearExprT]]


@dataclass(frozen=True, slots=True)
class Kind:
    """People who are alike: hours, meetings in each session at least, meetings in all."""

    side: int
    hours: int
    least: tuple[int, ...]
    total: int


def least_waiting(frame: Frame, most: int, seconds: float, seed: int) -> int:
    """Idle slots that every timetable has; ``most``: what is reached already, no need to prove more."""
    if most <= 0:
        return 0
    model = cp_model.CpModel()
    seats = [_seats(frame, slot) for slot in range(frame.slots)]
    side = sides(frame)
    held = [model.new_int_var(0, room, "") for room in seats]
    model.add(sum(held) == len(frame.keys))
    waits = []
    busy: Busy = {}
    for kind, count in sorted(_kinds(frame, side).items(), key=repr):
        waits.append(_wait(model, frame, kind, count, busy, most))
    for slot in range(frame.slots):
        _seat(model, frame, held[slot], {at: busy.get((at, slot), []) for at in range(_SIDES)}, seats[slot])
    model.minimize(sum(waits))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return most
    if status == cp_model.MODEL_INVALID:
        return 0
    return max(0, min(most, round(solver.best_objective_bound + 0.4999)))


def sides(frame: Frame) -> list[int] | None:
    """Person → 0 or 1 so that each meeting has one of each; None where that cannot be."""
    if any(len(people) != _SIDES for people in frame.who):
        return None
    near: list[list[int]] = [[] for _ in frame.people]
    for one, other in frame.who:
        near[one].append(other)
        near[other].append(one)
    side = [-1] * len(frame.people)
    for start in range(len(side)):
        if side[start] >= 0:
            continue
        side[start] = 0
        waiting = [start]
        for person in waiting:
            for other in near[person]:
                if side[other] < 0:
                    side[other] = 1 - side[person]
                    waiting.append(other)
                elif side[other] == side[person]:
                    return None
    return side


def _seats(frame: Frame, slot: int) -> int:
    """Meetings that a slot's tables can hold."""
    return len(frame.free(frozenset(range(len(frame.instance.tables))), slot))


def _kinds(frame: Frame, side: list[int] | None) -> Counter[Kind]:
    instance = frame.instance
    days = [(1 << (last + 1)) - (1 << first) for first, last in instance.days]
    found: Counter[Kind] = Counter()
    for person, own in enumerate(frame.meetings_of()):
        hours = 0
        for meeting in own:
            hours |= frame.allowed[meeting]
        least = tuple(sum(frame.allowed[each] & ~day == 0 for each in own) for day in days)
        found[Kind(side[person] if side else 0, hours, least, len(own))] += 1
    return found


def _wait(
    model: cp_model.CpModel,
    frame: Frame,
    kind: Kind,
    count: int,
    busy: Busy,
    most: int,
) -> cp_model.LinearExprT:
    """Adds people of a kind: how many are there from which slot to which, and when they meet."""
    spans: list[cp_model.LinearExprT] = []
    met: list[cp_model.LinearExprT] = []
    for session, (first, last) in enumerate(frame.instance.days):
        slots = [slot for slot in bits_of(kind.hours) if first <= slot <= last]
        least = kind.least[session]
        here: list[cp_model.LinearExprT] = []
        for run in _runs(slots, least, kind.total - sum(kind.least) + least, most):
            people = model.new_int_var(0, count, "")
            meetings = _meetings(model, run, people, count, kind.side, busy)
            model.add(meetings <= (kind.total - sum(kind.least) + least) * people)
            model.add(meetings >= max(least, len(run) - most) * people)
            here.append(people)
            spans.append(people * len(run))
            met.append(meetings)
        model.add(sum(here) == count if least else sum(here) <= count)
    model.add(sum(met) == kind.total * count)
    return sum(spans) - kind.total * count


def _runs(slots: list[int], least: int, highest: int, most: int) -> list[list[int]]:
    """Stays long enough for a kind's meetings in a session, without more waiting than is of interest."""
    count = len(slots)
    return [
        slots[low : high + 1]
        for low in range(count)
        for high in range(low, count)
        if least <= high - low + 1 <= highest + most and (high == low or highest > 1)
    ]


def _meetings(
    model: cp_model.CpModel,
    run: list[int],
    people: cp_model.IntVar,
    count: int,
    side: int,
    busy: Busy,
) -> cp_model.LinearExprT:
    """When people of a stay meet: all of them at its ends, some of them between."""
    taking: list[cp_model.LinearExprT] = []
    for slot in run:
        each = people
        if slot not in {run[0], run[-1]}:
            each = model.new_int_var(0, count, "")
            model.add(each <= people)
        taking.append(each)
        busy.setdefault((side, slot), []).append(each)
    return sum(taking)


def _seat(
    model: cp_model.CpModel,
    frame: Frame,
    held: cp_model.IntVar,
    busy: dict[int, list[cp_model.LinearExprT]],
    seats: int,
) -> None:
    """People of a slot, against the meetings of a slot: with two sides one of each, else two each."""
    sizes = {len(people) for people in frame.who}
    if busy[1]:
        for each in busy.values():
            model.add(sum(each) == held)
    elif len(sizes) == 1:
        model.add(sum(busy[0]) == held * min(sizes))
    else:
        largest = sorted((len(people) for people in frame.who), reverse=True)[:seats]
        model.add(sum(busy[0]) <= sum(largest))
