"""候补: for each slot the good pairs that are not planned and whose people are free then; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from matchmaker.planning.facts import effective, possible_pairs
from matchmaker.planning.instance import Instance, Meeting

#: Standby pairs of one slot.
MOST_OF_A_SLOT = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pair that may take a place that falls free in a slot; rank 1 is asked first."""

    slot: int
    rank: int
    expert: str
    problem: str


def waiting(instance: Instance, meetings: Iterable[Meeting]) -> list[Waiting]:
    """The best pairs of each slot: both sides there, free, below their maxima; nobody twice in a slot."""
    held = list(meetings)
    busy: dict[int, set[str]] = defaultdict(set)
    count: Counter[str] = Counter()
    for meeting in held:
        sitting = instance.attending(meeting.key)
        busy[meeting.slot].update(sitting)
        count.update((*sitting, meeting.problem))
    planned = {meeting.key for meeting in held}
    good = [
        pair
        for pair in possible_pairs(instance)
        if pair.key not in planned and _has_room(instance, pair.key, count)
    ]
    good.sort(key=lambda pair: (-effective(instance, pair), pair.key))
    found = []
    for slot in sorted(instance.session_of):
        taken = set(busy[slot])
        rank = 0
        for pair in good:
            people = instance.attending(pair.key)
            if rank == MOST_OF_A_SLOT:
                break
            if pair.session not in {None, instance.session_of[slot]} or not taken.isdisjoint(people):
                continue
            if any(slot in instance.person[each].unavailable for each in people):
                continue
            rank += 1
            taken.update(people)
            found.append(Waiting(slot, rank, *pair.key))
    return found


def _has_room(instance: Instance, key: tuple[str, str], count: Counter[str]) -> bool:
    """Whether one more meeting keeps everybody's maximum."""
    limits = {each: instance.person[each].max_meetings for each in instance.attending(key)}
    limits[key[1]] = instance.problem[key[1]].max_meetings
    return all(most is None or count[name] < most for name, most in limits.items())
