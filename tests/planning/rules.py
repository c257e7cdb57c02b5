"""Every hard rule of a plan, re-checked from the rows alone; all plans of a tiny instance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from matchmaker.planning.instance import Instance, Meeting


def broken(instance: Instance, meetings: Sequence[Meeting]) -> list[str]:
    """The rules that a plan breaks; empty for a good one."""
    return [*_alone(instance, meetings), *_together(meetings, instance), *_runs(instance, meetings)]


def _alone(instance: Instance, meetings: Sequence[Meeting]) -> Iterator[str]:
    days = instance.sessions or ((0, instance.slots - 1),)
    for each in meetings:
        pair = next(row for row in instance.pairs if (row.expert, row.problem) == (each.expert, each.problem))
        problem = next(row for row in instance.problems if row.id == each.problem)
        table = next(row for row in instance.tables if row.id == each.table)
        session = [at for at, (first, last) in enumerate(days) if first <= each.slot <= last]
        if not session or (pair.session is not None and session != [pair.session]):
            yield f"session: {each}"
        if "veto" in (pair.expert_wish, pair.problem_wish):
            yield f"veto: {each}"
        if each.slot in table.unavailable or (problem.table_kind and problem.table_kind not in table.kinds):
            yield f"table: {each}"
        for person in instance.people:
            if person.id in {each.expert, *problem.people} and each.slot in person.unavailable:
                yield f"away: {each}"
    for pin in instance.pinned:
        fits = [
            each
            for each in meetings
            if (each.expert, each.problem) == (pin.expert, pin.problem)
            and pin.slot in {None, each.slot}
            and pin.table in {None, each.table}
        ]
        if len(fits) != 1:
            yield f"pin: {pin}"


def _people(instance: Instance, meeting: Meeting) -> set[str]:
    return {meeting.expert, *next(row.people for row in instance.problems if row.id == meeting.problem)}


def _together(meetings: Sequence[Meeting], instance: Instance) -> Iterator[str]:
    for one, other in combinations(meetings, 2):
        if (one.expert, one.problem) == (other.expert, other.problem):
            yield f"twice: {one}"
        if one.slot == other.slot:
            if one.table == other.table:
                yield f"table taken: {one} {other}"
            if _people(instance, one) & _people(instance, other):
                yield f"two at once: {one} {other}"


def _runs(instance: Instance, meetings: Sequence[Meeting]) -> Iterator[str]:
    days = instance.sessions or ((0, instance.slots - 1),)
    for person in instance.people:
        own = [each for each in meetings if person.id in _people(instance, each)]
        if person.max_meetings is not None and len(own) > person.max_meetings:
            yield f"maximum: {person.id}"
        for first, last in days:
            run = 0
            for slot in range(first, last + 1):
                run = run + 1 if any(each.slot == slot for each in own) else 0
                if person.max_in_a_row is not None and run > person.max_in_a_row:
                    yield f"in a row: {person.id}"
    for problem in instance.problems:
        count = sum(each.problem == problem.id for each in meetings)
        if problem.max_meetings is not None and count > problem.max_meetings:
            yield f"maximum: {problem.id}"


def plans(instance: Instance, *, is_whole: bool) -> Iterator[list[Meeting]]:
    """All plans of a tiny instance that keep every rule; ``is_whole``: with every pair."""
    places = [(slot, table.id) for slot in range(instance.slots) for table in instance.tables]
    choices = [
        [
            *([] if is_whole or pair.must else [None]),
            *(
                Meeting(pair.expert, pair.problem, *place)
                for place in places
                if not list(_alone_but_pins(instance, Meeting(pair.expert, pair.problem, *place)))
            ),
        ]
        for pair in instance.pairs
    ]
    for chosen in product(*choices):
        plan = [each for each in chosen if each is not None]
        if not broken(instance, plan):
            yield plan


def _alone_but_pins(instance: Instance, meeting: Meeting) -> Iterator[str]:
    return (each for each in _alone(instance, [meeting]) if not each.startswith("pin"))
