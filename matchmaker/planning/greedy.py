"""A plan at once, pair by pair, best first: something to start from, and a careful person's own way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from matchmaker.planning.facts import Key, effective
from matchmaker.planning.instance import Instance, Meeting, Pair, Table
from matchmaker.planning.room import Room


class Board:
    """Meetings put down one by one; a place is offered only when every rule allows it."""

    def __init__(self, room: Room) -> None:
        self.instance = room.instance
        self.room = room
        self.meetings: dict[Key, Meeting] = {}
        self._busy: dict[str, set[int]] = defaultdict(set)
        self._taken: set[tuple[int, str]] = set()
        self._count: dict[tuple[str, str], int] = defaultdict(int)
        self._last: dict[str, str] = {}
        self._tables: dict[str | None, list[Table]] = {}

    def put(self, key: Key) -> bool:
        """Holds a pair in the slot that leaves the fewest holes; False when there is none."""
        if key in self.meetings or not self._has_room(key):
            return False
        for slot in sorted(self.room.slots.get(key, ()), key=lambda slot: (self._holes(key, slot), slot)):
            if self._is_free(key, slot) and (table := self._table(key, slot)) is not None:
                self._hold(Meeting(*key, slot, table))
                return True
        return False

    def counts(self, who: tuple[str, str]) -> int:
        """Meetings of a person or problem so far."""
        return self._count[who]

    def _hold(self, meeting: Meeting) -> None:
        self.meetings[meeting.key] = meeting
        self._taken.add((meeting.slot, meeting.table))
        self._count["problem", meeting.problem] += 1
        for person in self.instance.attending(meeting.key):
            self._busy[person].add(meeting.slot)
            self._count["person", person] += 1
            self._last[person] = meeting.table

    def _has_room(self, key: Key) -> bool:
        most = self.instance.problem[key[1]].max_meetings
        if most is not None and self._count["problem", key[1]] >= most:
            return False
        for person in self.instance.attending(key):
            most = self.instance.person[person].max_meetings
            if most is not None and self._count["person", person] >= most:
                return False
        return True

    def _is_free(self, key: Key, slot: int) -> bool:
        for person in self.instance.attending(key):
            busy = self._busy[person]
            run = self.instance.person[person].max_in_a_row
            if slot in busy or (run is not None and self._run(busy, slot) > run):
                return False
        return True

    def _run(self, busy: set[int], slot: int) -> int:
        """Length of the stretch of meetings that one more in this slot would make."""
        session = self.instance.session_of[slot]
        length = 1
        for step in (-1, 1):
            at = slot + step
            while at in busy and self.instance.session_of.get(at) == session:
                length += 1
                at += step
        return length

    def _holes(self, key: Key, slot: int) -> int:
        """How far a slot is from what its people do in that session."""
        first, last = self.instance.days[self.instance.session_of[slot]]
        far = 0
        for person in self.instance.attending(key):
            near = [abs(slot - at) for at in self._busy[person] if first <= at <= last]
            far += min(near) - 1 if near else 0
        return far

    def _table(self, key: Key, slot: int) -> str | None:
        pin = self.room.pins.get(key)
        kind = self.instance.problem[key[1]].table_kind
        if kind not in self._tables:
            fitting = [each for each in self.instance.tables if kind is None or kind in each.kinds]
            self._tables[kind] = sorted(fitting, key=lambda each: len(each.kinds))
        free = [
            table
            for table in self._tables[kind]
            if slot not in table.unavailable
            and (slot, table.id) not in self._taken
            and (pin is None or pin.table in {None, table.id})
        ]
        if not free:
            return None
        usual = {self._last.get(person) for person in self.instance.attending(key)}
        least = len(free[0].kinds)
        return next((each.id for each in free if each.id in usual and len(each.kinds) == least), free[0].id)


def greedy(
    instance: Instance,
    room: Room | None = None,
    order: Sequence[Pair] | None = None,
    *,
    minima: bool = True,
    everybody: bool = False,
    first: Iterable[Key] = (),
) -> tuple[Meeting, ...] | None:
    """Held pairs, then what is missing to somebody's minimum, then by effective score (or by ``order``).

    ``everybody``: each person and problem is first looked after as if it wanted one meeting at least.
    Answers None when a held pair found no place, which does not prove that there is none.
    """
    room = room or Room(instance)
    board = Board(room)
    freedom = {pair.key: len(room.slots[pair.key]) for pair in room.pairs}
    pinned = sorted(instance.held, key=lambda key: (key not in room.pins, freedom.get(key, 0), key))
    if not all(board.put(key) for key in pinned):
        return None
    for key in first:
        board.put(key)
    if order is None:
        order = sorted(room.pairs, key=lambda pair: (-effective(instance, pair), pair.key))
    if minima or everybody:
        _minima(instance, board, order, int(everybody))
    for pair in order:
        board.put(pair.key)
    return tuple(sorted(board.meetings.values()))


def _minima(instance: Instance, board: Board, order: Sequence[Pair], each_at_least: int) -> None:
    """Serves those with a minimum, the ones with fewest choices first."""
    of: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for pair in order:
        of["problem", pair.problem].append(pair.key)
        for person in instance.attending(pair.key):
            of["person", person].append(pair.key)
    least = {("person", each.id): each.min_meetings for each in instance.people}
    least |= {("problem", each.id): each.min_meetings for each in instance.problems}
    least = {who: max(wanted, each_at_least) for who, wanted in least.items()}
    for who in sorted((who for who in least if least[who]), key=lambda who: (len(of[who]), who)):
        for key in of[who]:
            if board.counts(who) >= least[who]:
                break
            board.put(key)
