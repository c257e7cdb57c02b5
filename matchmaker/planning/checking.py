"""Every rule of a plan, looked at once more by code that shares nothing with the solvers.

A plan with a fault is never written or stored.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from matchmaker.planning.instance import Instance, Meeting


def faults(instance: Instance, meetings: Sequence[Meeting]) -> list[str]:
    """Sentences about broken rules; empty when the plan holds."""
    unknown = list(_unknown(instance, meetings))
    if unknown:
        return unknown
    found = list(_twice(instance, meetings))
    for meeting in meetings:
        found += _meeting(instance, meeting)
    found += _promises(instance, meetings)
    found += _limits(instance, meetings)
    return found


def _unknown(instance: Instance, meetings: Sequence[Meeting]) -> Iterator[str]:
    pairs = {(each.expert, each.problem) for each in instance.pairs}
    tables = {each.id for each in instance.tables}
    for meeting in meetings:
        if (meeting.expert, meeting.problem) not in pairs:
            yield f"{meeting.expert} and {meeting.problem} are no listed pair"
        if meeting.table not in tables:
            yield f"{meeting.table} is no table"
        if not 0 <= meeting.slot < instance.slots:
            yield f"{meeting.slot} is no slot"


def _twice(instance: Instance, meetings: Sequence[Meeting]) -> Iterator[str]:
    representatives = {each.id: each.people for each in instance.problems}
    pairs = Counter((each.expert, each.problem) for each in meetings)
    tables = Counter((each.table, each.slot) for each in meetings)
    people = Counter(
        (name, each.slot) for each in meetings for name in {each.expert, *representatives[each.problem]}
    )
    yield from (f"{key[0]} meets {key[1]} twice" for key, times in pairs.items() if times > 1)
    yield from (f"{key[0]} holds two meetings in slot {key[1]}" for key, times in tables.items() if times > 1)
    yield from (f"{key[0]} sits twice in slot {key[1]}" for key, times in people.items() if times > 1)


def _meeting(instance: Instance, meeting: Meeting) -> Iterator[str]:
    """One meeting by itself: session, people, table, veto, score."""
    pair = instance.pair[meeting.expert, meeting.problem]
    problem = instance.problem[meeting.problem]
    table = instance.table[meeting.table]
    name = f"{meeting.expert}–{meeting.problem}"
    within = [at for at, (first, last) in enumerate(instance.days) if first <= meeting.slot <= last]
    if not within:
        yield f"{name}: slot {meeting.slot} is in no session"
    elif pair.session is not None and pair.session not in within:
        yield f"{name}: slot {meeting.slot} is not in session {pair.session}"
    for person in (meeting.expert, *problem.people):
        if meeting.slot in instance.person[person].unavailable:
            yield f"{name}: {person} is not there in slot {meeting.slot}"
    if meeting.slot in table.unavailable:
        yield f"{name}: table {table.id} is not there in slot {meeting.slot}"
    if problem.table_kind is not None and problem.table_kind not in table.kinds:
        yield f"{name}: table {table.id} is no {problem.table_kind}"
    wishes = {pair.expert_wish, pair.problem_wish}
    if "veto" in wishes:
        yield f"{name}: a side said no"
    pinned = any((pin.expert, pin.problem) == (meeting.expert, meeting.problem) for pin in instance.pinned)
    if pair.score < instance.min_score and not (pair.must or pinned or wishes & {"must", "willing"}):
        yield f"{name}: {pair.score} is below {instance.min_score} and nobody wishes it"


def _promises(instance: Instance, meetings: Sequence[Meeting]) -> Iterator[str]:
    """Musts and pins."""
    held = {(each.expert, each.problem): each for each in meetings}
    for pair in instance.pairs:
        if pair.must and (pair.expert, pair.problem) not in held:
            yield f"{pair.expert}–{pair.problem} must be held"
    for pin in instance.pinned:
        meeting = held.get((pin.expert, pin.problem))
        if meeting is None:
            yield f"{pin.expert}–{pin.problem} is pinned and not held"
        elif pin.slot not in {None, meeting.slot} or pin.table not in {None, meeting.table}:
            yield f"{pin.expert}–{pin.problem} is not where it is pinned"


def _limits(instance: Instance, meetings: Sequence[Meeting]) -> Iterator[str]:
    """Maxima, and the longest run before a break."""
    representatives = {each.id: each.people for each in instance.problems}
    brought = Counter(each.problem for each in meetings)
    busy: dict[str, list[int]] = defaultdict(list)
    for meeting in meetings:
        for person in {meeting.expert, *representatives[meeting.problem]}:
            busy[person].append(meeting.slot)
    for problem in instance.problems:
        if problem.max_meetings is not None and brought[problem.id] > problem.max_meetings:
            yield f"{problem.id} has {brought[problem.id]} meetings, more than {problem.max_meetings}"
    for row in instance.people:
        slots = set(busy[row.id])
        if row.max_meetings is not None and len(busy[row.id]) > row.max_meetings:
            yield f"{row.id} has {len(busy[row.id])} meetings, more than {row.max_meetings}"
        if row.max_in_a_row is None:
            continue
        for first, last in instance.days:
            run = 0
            for slot in range(first, last + 1):
                run = run + 1 if slot in slots else 0
                if run == row.max_in_a_row + 1:
                    yield f"{row.id} has more than {row.max_in_a_row} meetings in a row at slot {slot}"
