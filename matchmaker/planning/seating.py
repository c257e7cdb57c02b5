"""Tables for meetings whose slots are settled: people should stay where they sit.

Slot by slot the best tables given those of the other slots (an assignment problem each), again until nothing
gets better. Where everybody's meetings lie side by side and tables are alike, one pass is best possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ortools.graph.python import linear_sum_assignment  # type: ignore[import-untyped]

from matchmaker.planning.frame import Frame

_FORBIDDEN = 1000


class Crowded(Exception):
    """Meetings of a slot that do not get tables, with the set of tables that too many of them need."""

    def __init__(self, tables: frozenset[int]) -> None:
        super().__init__("more meetings than tables")
        self.tables = tables


def seat(frame: Frame, slots: Sequence[int], wished: Sequence[int | None]) -> list[int]:
    """Table (number) of each meeting; ``wished`` tables win over everything else where they are free.

    Raises:
        Crowded: when the meetings of a slot cannot all get tables.
    """
    links = _links(frame, slots)
    here: list[list[int]] = [[] for _ in range(frame.slots)]
    for meeting, slot in enumerate(slots):
        here[slot].append(meeting)
    tables: list[int | None] = [None] * len(slots)
    lost = len(frame.keys) * 2
    while True:
        for slot in range(frame.slots):
            if here[slot]:
                _seat_slot(frame, slot, here[slot], links, tables, wished)
        seated = [0 if table is None else table for table in tables]
        changes = _changes(links, seated)
        if changes >= lost:
            return seated
        lost = changes


def _links(frame: Frame, slots: Sequence[int]) -> list[list[int]]:
    """Meeting → the meetings that one of its people has right before or right after it."""
    found: list[list[int]] = [[] for _ in slots]
    for own in frame.meetings_of():
        day = sorted(own, key=lambda each: slots[each])
        for one, other in pairwise(day):
            found[one].append(other)
            found[other].append(one)
    return found


def _changes(links: list[list[int]], tables: Sequence[int]) -> int:
    return sum(tables[one] != tables[other] for one, near in enumerate(links) for other in near) // 2


def _seat_slot(
    frame: Frame,
    slot: int,
    meetings: list[int],
    links: list[list[int]],
    tables: list[int | None],
    wished: Sequence[int | None],
) -> None:
    free = frame.free(frozenset().union(*(frame.tables[each] for each in meetings)), slot)
    if len(free) < len(meetings):
        raise Crowded(_broken(frame, slot, meetings))
    lap = linear_sum_assignment.SimpleLinearSumAssignment()
    place = {table: column for column, table in enumerate(free)}
    for row, meeting in enumerate(meetings):
        near = [tables[other] for other in links[meeting]]
        for table in frame.tables[meeting]:
            if table in place:
                worth = 2 * near.count(table) + 50 * (table == wished[meeting]) + (table == tables[meeting])
                lap.add_arc_with_cost(row, place[table], -worth)
        if not any(table in place for table in frame.tables[meeting]):
            raise Crowded(_broken(frame, slot, meetings))
    for row in range(len(meetings), len(free)):
        for column in range(len(free)):
            lap.add_arc_with_cost(row, column, 0)
    if lap.solve() != lap.OPTIMAL:
        raise Crowded(_broken(frame, slot, meetings))
    for row, meeting in enumerate(meetings):
        tables[meeting] = free[lap.right_mate(row)]


def _broken(frame: Frame, slot: int, meetings: list[int]) -> frozenset[int]:
    """A set of tables that too many meetings need: those reached by exchanges from a meeting left over."""
    taken: dict[int, int] = {}
    for meeting in meetings:
        seen: set[int] = set()
        if not _augment(frame, slot, meeting, taken, seen):
            return frozenset(seen) | _closed(frame, slot)
    raise AssertionError("the meetings of the slot have tables")


def _augment(frame: Frame, slot: int, meeting: int, taken: dict[int, int], seen: set[int]) -> bool:
    for table in frame.free(frame.tables[meeting], slot):
        if table not in seen:
            seen.add(table)
            if table not in taken or _augment(frame, slot, taken[table], taken, seen):
                taken[table] = meeting
                return True
    return False


def _closed(frame: Frame, slot: int) -> frozenset[int]:
    """Tables that nobody can use in a slot: they may stand in any condition on it."""
    return frozenset(
        number for number, table in enumerate(frame.instance.tables) if slot in table.unavailable
    )
