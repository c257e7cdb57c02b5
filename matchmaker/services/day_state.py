"""An event on its day, loaded at once: slots, tables, people and meetings, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from matchmaker import lifecycle
from matchmaker.models import (
    AgendaItem,
    Attendee,
    Event,
    EventProblem,
    EventSlot,
    EventTable,
    Meeting,
    Problem,
)
from matchmaker.notifications.quiet import local, stored
from matchmaker.permissions import Actor
from matchmaker.services import events
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of meetings that take up people and a table in their slot.
TAKING = frozenset({"planned", "called", "held"})


@dataclass(frozen=True)
class Day:
    """Everything that a desk or a board asks about.

    Attributes:
        now: UTC; ``here_and_now`` the same by the clock of the office, as slots are written.
        people: attendees who come; problems: those accepted; meetings: all but the cancelled ones.
    """

    event: Event
    now: datetime
    timezone: str
    people: Sequence[Attendee] = ()
    problems: Sequence[EventProblem] = ()
    meetings: Sequence[Meeting] = ()

    @property
    def here_and_now(self) -> datetime:
        """The moment by the clock on the wall."""
        return local(self.now, self.timezone).replace(tzinfo=None)

    @cached_property
    def slots(self) -> dict[int, EventSlot]:
        """Slots by position."""
        return {slot.position: slot for slot in self.event.slots}

    @cached_property
    def current(self) -> int | None:
        """The slot that is on or called; without a call the one that is on or next by the clock."""
        if self.event.calling in self.slots:
            return self.event.calling
        left = [slot.position for slot in self.event.slots if slot.ends > self.here_and_now]
        return left[0] if left else None

    @property
    def following(self) -> int | None:
        """The slot after the current one."""
        later = [at for at in self.slots if self.current is not None and at > self.current]
        return min(later) if later else None

    def at_slot(self, slot: int | None) -> list[Meeting]:
        """Meetings of a slot in the order of their tables."""
        return sorted(
            (each for each in self.meetings if each.slot == slot),
            key=lambda each: (each.table is None, each.table.position if each.table else 0, each.id),
        )

    def begins(self, slot: int) -> datetime:
        """When a slot begins (UTC): really, or as it is planned."""
        if slot == self.event.calling and self.event.called_at is not None:
            return self.event.called_at
        return self.moment(self.slots[slot].starts)

    def ends(self, slot: int) -> datetime:
        """When a slot is over (UTC): a late beginning keeps its length."""
        length: timedelta = self.slots[slot].ends - self.slots[slot].starts
        return self.begins(slot) + length

    def moment(self, wall: datetime) -> datetime:
        """A time of the clock on the wall as a stored moment."""
        zone = local(self.now, self.timezone).tzinfo
        return stored(wall.replace(tzinfo=zone))

    def away(self, attendee: Attendee) -> frozenset[int]:
        """Slots in which somebody cannot meet, by his own word or the agenda."""
        if attendee.id not in self._away:
            self._away[attendee.id] = events.away(self.event, attendee)
        return self._away[attendee.id]

    @cached_property
    def _away(self) -> dict[int, frozenset[int]]:
        return {}

    def busy(self, slot: int) -> set[int]:
        """Attendees who meet in a slot."""
        return {
            person.id
            for each in self.meetings
            if each.slot == slot and each.state in TAKING
            for person in both(each)
        }

    def free_tables(self, slot: int) -> list[EventTable]:
        """Tables that stand open and empty in a slot."""
        taken = {each.table_id for each in self.meetings if each.slot == slot and each.state in TAKING}
        return [
            table
            for table in self.event.tables
            if table.id not in taken and not table.is_closed and slot not in table.unavailable
        ]


def demand(meeting: Meeting) -> list[Attendee]:
    """Those who come for the problem."""
    return [each for each in meeting.event_problem.people if each.state in lifecycle.COMING]


def both(meeting: Meeting) -> Iterator[Attendee]:
    """Everybody of a meeting."""
    yield meeting.attendee
    yield from demand(meeting)


def is_here(attendee: Attendee) -> bool:
    """In the hall, or taking part by video."""
    return attendee.mode == "online" or (attendee.arrived_at is not None and attendee.left_at is None)


def any_here(people: Iterable[Attendee]) -> bool:
    """Whether a side can speak: one of its people suffices."""
    return any(is_here(each) for each in people)


def missing_side(meeting: Meeting) -> str:
    """Which side is not here: demand, supply, both or ""."""
    needs, offers = any_here(demand(meeting)), is_here(meeting.attendee)
    if needs and offers:
        return ""
    return "supply" if needs else "demand" if offers else "both"


def load(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    *,
    now: datetime,
    timezone: str,
    to_change: bool = False,
    checked: bool = False,
) -> Day:
    """The day of an event; hidden is NotFound.

    ``to_change`` holds the event against other desks; ``checked``: the caller let the reader in otherwise.
    """
    event = uow.session.get(Event, number) if checked else None
    event = event or events.get(uow, actor, number, to_change=to_change)
    session = uow.session
    agenda = session.scalars(
        select(AgendaItem)
        .where(AgendaItem.event_id == event.id)
        .options(selectinload(AgendaItem.people))
        .order_by(AgendaItem.starts, AgendaItem.id)
    ).all()
    set_committed_value(event, "agenda", agenda)
    _read_now = event.slots, event.tables  # whoever shows the day may do so after its unit of work
    people = session.scalars(
        select(Attendee)
        .where(Attendee.event_id == event.id, Attendee.state.in_(lifecycle.COMING))
        .options(joinedload(Attendee.organization))
        .order_by(Attendee.badge_number)
    ).all()
    problems = session.scalars(
        select(EventProblem)
        .where(EventProblem.event_id == event.id, EventProblem.state == "accepted")
        .options(
            joinedload(EventProblem.problem).joinedload(Problem.organization),
            selectinload(EventProblem.people),
        )
        .order_by(EventProblem.id)
    ).all()
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.state != "cancelled")
        .options(
            joinedload(Meeting.table),
            joinedload(Meeting.attendee).joinedload(Attendee.organization),
            joinedload(Meeting.event_problem)
            .joinedload(EventProblem.problem)
            .joinedload(Problem.organization),
            joinedload(Meeting.event_problem).selectinload(EventProblem.people),
        )
        .order_by(Meeting.slot, Meeting.id)
    ).all()
    return Day(event, now, timezone, people, problems, meetings)
