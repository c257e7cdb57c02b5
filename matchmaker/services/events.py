"""Events: finding one, and telling screens that something about it has changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import object_session
from sqlalchemy.orm.attributes import set_committed_value

from matchmaker import lifecycle
from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import AgendaItem, Attendee, Event, EventSlot
from matchmaker.permissions import Actor
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """Events that somebody may see: the office all, others those that are no longer prepared."""
    if actor.is_office:
        return Event.id.is_not(None)
    return Event.state.in_(lifecycle.EVENT_SHOWN)


def get(uow: UnitOfWork, actor: Actor, number: int, *, to_change: bool = False) -> Event:
    """One event; hidden is NotFound."""
    row = None
    if number <= MOST_NUMBER:
        statement = select(Event).where(Event.id == number, shown_to(actor))
        row = uow.session.scalar(statement.with_for_update() if to_change else statement)
    if row is None:
        raise NotFound(
            Message("没有编号为 %(number)s 的活动，或者您不能查看。", {"number": number}),
            hint=Message("请从活动列表中查找。"),
        )
    return row


def touched(event: Event) -> None:
    """Screens that poll the event's version show what is new.

    That is no edit: ``version`` stays, so that a check-in does not refuse a form that somebody has open.
    """
    session = object_session(event)
    if session is None or event.id is None:
        event.live = (event.live or 0) + 1
        return
    counted = update(Event).where(Event.id == event.id).values(live=Event.live + 1)
    session.execute(counted.execution_options(synchronize_session=False))
    set_committed_value(event, "live", event.live + 1)


def overlaps(first: datetime, last: datetime, starts: datetime, ends: datetime) -> bool:
    """Whether two stretches of time meet; the end of one may be the beginning of the other."""
    return first < ends and starts < last


def away(event: Event, attendee: Attendee) -> frozenset[int]:
    """Positions of slots in which somebody cannot meet: his own word, coming late, leaving early, the agenda.

    ``event.slots`` and ``event.agenda`` with ``people`` are read: load them together for many attendees.
    """
    return frozenset(
        slot.position
        for slot in event.slots
        if slot.position in attendee.unavailable
        or (attendee.arrives is not None and slot.starts < attendee.arrives)
        or (attendee.leaves is not None and slot.ends > attendee.leaves)
        or any(blocks(item, slot, attendee) for item in event.agenda)
    )


def blocks(item: AgendaItem, slot: EventSlot, attendee: Attendee) -> bool:
    """Whether an item of the agenda keeps somebody from meeting in a slot."""
    concerned = item.is_for_all or any(each.id == attendee.id for each in item.people)
    return concerned and overlaps(item.starts, item.ends, slot.starts, slot.ends)
