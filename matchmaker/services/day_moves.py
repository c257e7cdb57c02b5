"""Small changes in the hall: a table is gone, somebody is late or leaves; each meeting's next best place.

Everything is computed from the day as it is, shown first, and accepted under the fingerprint of what was
shown. Larger changes are the planner's (``services.repairing``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from matchmaker.errors import Conflict, NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, EventTable, Meeting
from matchmaker.permissions import Actor
from matchmaker.services import day_telling
from matchmaker.services.calling import When, held, of_day
from matchmaker.services.day_state import Day, both
from matchmaker.services.events import touched
from matchmaker.services.standby import fits
from matchmaker.storage.unit_of_work import UnitOfWork

#: Meetings that may still move.
WAITING = frozenset({"planned", "called"})


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one meeting; ``slot`` None: it falls, for want of a common place."""

    meeting: Meeting
    slot: int | None
    table: EventTable | None

    @property
    def told(self) -> list[Attendee]:
        """Who must be told of it."""
        return list(both(self.meeting))


def fingerprint(changes: Sequence[Change]) -> str:
    """What was shown: acceptance of anything else is refused."""
    text = ";".join(
        f"{each.meeting.id}:{each.meeting.sequence}:{each.slot}:{each.table.id if each.table else ''}"
        for each in changes
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def table_of(day: Day, number: int) -> EventTable:
    """A table of the event; NotFound for any other."""
    for each in day.event.tables:
        if each.id == number:
            return each
    raise NotFound(Message("没有这张洽谈桌。"), hint=Message("请从列表中选择。"))


def person_of(day: Day, number: int) -> Attendee:
    """Somebody who comes; NotFound for any other."""
    for each in day.people:
        if each.id == number:
            return each
    raise NotFound(Message("没有这位参会人。"), hint=Message("请从列表中选择。"))


def closing(day: Day, table: EventTable) -> list[Change]:
    """Where the meetings of a broken table go: another table at the same time, else another time."""
    moving = [each for each in _left(day) if each.table_id == table.id]
    return _fitted(day, moving, without=frozenset({table.id}))


def late(day: Day, person: Attendee, until: datetime | None) -> list[Change]:
    """Somebody's meetings when he comes only at a time of the wall clock (None: not at all)."""
    gone = {slot for slot, row in day.slots.items() if until is None or row.starts < until}
    moving = [
        each for each in _left(day) if each.slot in gone and person.id in {one.id for one in both(each)}
    ]
    return _fitted(day, moving, away={person.id: gone})


def swapped(day: Day, meeting: Meeting, table: EventTable) -> list[Change]:
    """A meeting goes to another table of its slot; whoever sits there comes to its own in exchange."""
    if meeting.state not in WAITING or table.is_closed or meeting.slot in table.unavailable:
        raise Conflict(
            Message("这场洽谈现在不能换到 %(table)s。", {"table": table.name}),
            hint=Message("请选择另一张桌子。"),
        )
    changes = [Change(meeting, meeting.slot, table)]
    for other in day.at_slot(meeting.slot):
        if other.table_id == table.id and other.id != meeting.id and other.state != "missed":
            if other.state not in WAITING:
                raise Conflict(
                    Message("%(table)s 的洽谈已经开始，不能交换。", {"table": table.name}),
                    hint=Message("请选择另一张桌子。"),
                )
            changes.append(Change(other, other.slot, meeting.table))
    return changes


def close_table(
    uow: UnitOfWork, actor: Actor, number: int, table: int, shown: str, when: When
) -> Sequence[Change]:
    """The table is gone; its meetings go where they were shown to go."""
    day = held(uow, actor, number, when)
    row = table_of(day, table)
    changes = _as_shown(closing(day, row), shown)
    row.is_closed = True
    uow.record(actor, "table:closed", f"event:{number}", table=row.name)
    return _done(uow, actor, day, changes, when)


def open_table(uow: UnitOfWork, actor: Actor, number: int, table: int, when: When) -> EventTable:
    """The table can be used again; what was moved stays where it is."""
    day = held(uow, actor, number, when)
    row = table_of(day, table)
    if row.is_closed:
        row.is_closed = False
        uow.record(actor, "table:opened", f"event:{number}", table=row.name)
        touched(day.event)
    return row


def be_late(
    uow: UnitOfWork, actor: Actor, number: int, person: int, until: datetime | None, shown: str, when: When
) -> Sequence[Change]:
    """Somebody comes later (or not at all): noted, and his meetings go where they were shown to go."""
    day = held(uow, actor, number, when)
    row = person_of(day, person)
    changes = _as_shown(late(day, row, until), shown)
    if until is not None:
        row.arrives = until
    told = until.isoformat() if until else None
    uow.record(actor, "attendee:late", f"attendee:{row.id}", until=told)
    return _done(uow, actor, day, changes, when)


def change_table(
    uow: UnitOfWork, actor: Actor, number: int, meeting: int, table: int, shown: str, when: When
) -> Sequence[Change]:
    """Two tables are exchanged, or one meeting goes to an empty one."""
    day = held(uow, actor, number, when)
    changes = _as_shown(swapped(day, of_day(day, meeting), table_of(day, table)), shown)
    return _done(uow, actor, day, changes, when)


def _left(day: Day) -> list[Meeting]:
    """Meetings that have not begun and are not over."""
    first = day.current
    return [each for each in day.meetings if each.state in WAITING and (first is None or each.slot >= first)]


def _fitted(
    day: Day,
    moving: Sequence[Meeting],
    *,
    without: frozenset[int] = frozenset(),
    away: Mapping[int, set[int]] | None = None,
) -> list[Change]:
    """A place for each meeting: first for all who can keep their time, then the nearest later ones.

    ``without``: tables that are gone; ``away``: attendee → slots in which he is not there besides.
    """
    hall = _Hall(day, moving, without, away or {})
    order = sorted(moving, key=lambda each: (each.slot, each.id))
    places = {each.id: hall.take(each, [each.slot]) for each in order}
    for each in order:
        places[each.id] = places[each.id] or hall.take(
            each, [at for at in sorted(day.slots) if at != each.slot]
        )
    return [Change(each, *(places[each.id] or (None, None))) for each in order]


class _Hall:
    """Who and what is still free while places are given out."""

    def __init__(
        self, day: Day, moving: Sequence[Meeting], without: frozenset[int], away: Mapping[int, set[int]]
    ) -> None:
        ids = {each.id for each in moving}
        staying = [each for each in day.meetings if each.id not in ids]
        rest = Day(day.event, day.now, day.timezone, day.people, day.problems, staying)
        self._day = day
        self._away = away
        self._busy = {slot: rest.busy(slot) for slot in day.slots}
        self._tables = {
            slot: [each for each in rest.free_tables(slot) if each.id not in without] for slot in day.slots
        }
        self._first = day.current if day.current is not None else 0

    def take(self, meeting: Meeting, slots: Sequence[int]) -> tuple[int, EventTable] | None:
        """The first of these slots that has room for it, at its own table if that is free."""
        for slot in slots:
            if slot < self._first or any(self._is_away(each, slot) for each in both(meeting)):
                continue
            tables = [each for each in self._tables[slot] if fits(meeting.event_problem, each)]
            if tables:
                table = next((each for each in tables if each.id == meeting.table_id), tables[0])
                self._tables[slot].remove(table)
                self._busy[slot] |= {each.id for each in both(meeting)}
                return slot, table
        return None

    def _is_away(self, person: Attendee, slot: int) -> bool:
        return (
            person.id in self._busy[slot]
            or slot in self._day.away(person)
            or slot in self._away.get(person.id, ())
        )


def _as_shown(changes: Sequence[Change], shown: str) -> Sequence[Change]:
    if fingerprint(changes) != shown:
        raise Conflict(
            Message("刚才又有变化，影响与您看到的不同。"), hint=Message("请看更新后的影响，再确认一次。")
        )
    return changes


def _done(uow: UnitOfWork, actor: Actor, day: Day, changes: Sequence[Change], when: When) -> Sequence[Change]:
    were = [(each.meeting, day_telling.place_of(each.meeting)) for each in changes]
    for each in changes:
        row = each.meeting
        before = {"slot": row.slot, "table": row.table.name if row.table else ""}
        row.sequence += 1
        if each.slot is None:
            row.state = "cancelled"
            uow.record(actor, "meeting:fell", f"meeting:{row.id}", before=before)
            continue
        row.slot, row.table_id = each.slot, each.table.id if each.table else None
        row.table = each.table
        row.state = "called" if day.event.calling == row.slot else "planned"
        after = {"slot": row.slot, "table": each.table.name if each.table else ""}
        uow.record(actor, "meeting:moved", f"meeting:{row.id}", before=before, after=after)
    uow.session.flush()
    touched(day.event)
    day_telling.tell(uow, actor, day.event, were, when.now)
    return changes
