"""Meetings and agenda of somebody as a calendar file, and as part of his calendar feed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.lifecycle import COMING, EVENT_PLANNED, EVENT_SHOWN
from matchmaker.models import (
    AgendaItem,
    Attendee,
    Event,
    EventProblem,
    EventProblemPerson,
    EventSlot,
    Meeting,
)
from matchmaker.permissions import Actor
from matchmaker.reporting import calendars
from matchmaker.reporting.calendars import Appointment
from matchmaker.services.own_meetings import attending_ids
from matchmaker.services.plan_messages import called
from matchmaker.storage.unit_of_work import UnitOfWork

__all__ = ["Appointment", "between", "file", "of_actor", "of_person"]

#: Events of one feed.
MOST = 50


def of_actor(uow: UnitOfWork, actor: Actor, event: Event) -> list[Appointment]:
    """What an event brings for the actor and those for whom he answers; the office has nothing of its own."""
    numbers = attending_ids(uow, actor, event)
    statement = select(Attendee).where(Attendee.id.in_(numbers)).options(joinedload(Attendee.event))
    return _whole(uow, event, uow.session.scalars(statement).all()) if numbers else []


def of_person(uow: UnitOfWork, person: Attendee) -> list[Appointment]:
    """What an event brings for one attendee."""
    return _whole(uow, person.event, [person])


def between(uow: UnitOfWork, actor: Actor, first: date, last: date) -> list[tuple[Event, Appointment]]:
    """Appointments of all events in a stretch of days, for the actor himself."""
    if actor.account is None and actor.expert is None:
        return []
    span = (first - timedelta(days=1), last + timedelta(days=1))
    events = uow.session.scalars(
        select(Event)
        .where(
            Event.state.in_(EVENT_SHOWN),
            Event.first_day <= span[1],
            or_(Event.last_day >= span[0], Event.first_day >= span[0]),
            Event.id.in_(select(Attendee.event_id).where(_himself(actor))),
        )
        .order_by(Event.first_day, Event.id)
        .limit(MOST)
    ).all()
    people = _own(uow, actor, [event.id for event in events])
    return [
        (event, each)
        for event in events
        for each in _whole(uow, event, [one for one in people if one.event_id == event.id])
        if first <= each.starts.date() <= last
    ]


def file(appointments: Sequence[Appointment], event: Event, site: str, timezone: str, at: datetime) -> bytes:
    """The calendar file."""
    return calendars.written(appointments, event.title, site, timezone, at)


def _himself(actor: Actor) -> ColumnElement[bool]:
    """Attendees that the actor is; those that he only answers for are in nobody's calendar but their own."""
    own: list[ColumnElement[bool]] = []
    if actor.account is not None:
        own.append(Attendee.account_id == actor.account)
    if actor.expert is not None:
        own.append(Attendee.expert_id == actor.expert)
    return or_(*own)


def _own(uow: UnitOfWork, actor: Actor, events: Collection[int]) -> Sequence[Attendee]:
    if not events or (actor.account is None and actor.expert is None):
        return []
    statement = select(Attendee).where(Attendee.event_id.in_(events), _himself(actor))
    return uow.session.scalars(statement.options(joinedload(Attendee.event))).all()


def _whole(uow: UnitOfWork, event: Event, people: Sequence[Attendee]) -> list[Appointment]:
    is_off = event.state not in EVENT_SHOWN or event.state == "cancelled"
    coming = {person.id for person in people if person.state in COMING}
    found = [
        _item(event, item, is_off=is_off)
        for item in _agenda(uow, event)
        if coming and (item.is_for_all or not coming.isdisjoint(each.id for each in item.people))
    ]
    slots = {slot.position: slot for slot in event.slots}
    for row in _meetings(uow, event, {person.id for person in people}):
        if row.slot in slots:
            gone = is_off or event.state not in EVENT_PLANNED or row.state == "cancelled"
            own = next(person for person in people if _sits(person, row))
            found.append(_meeting(event, row, own, slots[row.slot], is_off=gone))
    return sorted(found, key=lambda each: (each.starts, each.key))


def _agenda(uow: UnitOfWork, event: Event) -> Sequence[AgendaItem]:
    statement = select(AgendaItem).where(AgendaItem.event_id == event.id).order_by(AgendaItem.starts)
    return uow.session.scalars(statement.options(selectinload(AgendaItem.people))).all()


def _meetings(uow: UnitOfWork, event: Event, people: Collection[int]) -> Sequence[Meeting]:
    """Cancelled ones too: a calendar that knows them must learn it."""
    sits = select(EventProblemPerson.event_problem_id).where(EventProblemPerson.attendee_id.in_(people))
    statement = select(Meeting).where(
        Meeting.event_id == event.id,
        or_(Meeting.attendee_id.in_(people), Meeting.event_problem_id.in_(sits)),
    )
    return uow.session.scalars(
        statement.order_by(Meeting.slot, Meeting.id).options(
            joinedload(Meeting.table),
            joinedload(Meeting.attendee).joinedload(Attendee.organization),
            joinedload(Meeting.event_problem).joinedload(EventProblem.problem),
            joinedload(Meeting.event_problem).selectinload(EventProblem.people),
        )
    ).all()


def _sits(person: Attendee, row: Meeting) -> bool:
    return row.attendee_id == person.id or any(each.id == person.id for each in row.event_problem.people)


def _item(event: Event, row: AgendaItem, *, is_off: bool) -> Appointment:
    """Items count no changes of their own: the event's do for them."""
    status = "CANCELLED" if is_off else "CONFIRMED"
    place = " ".join(filter(None, (event.venue, row.room)))
    return Appointment(
        f"agenda:{row.id}", row.starts, row.ends, row.title, place, row.note, status, event.live
    )


def _meeting(event: Event, row: Meeting, own: Attendee, slot: EventSlot, *, is_off: bool) -> Appointment:
    expert, problem = row.attendee, called(row.event_problem)
    body = expert.organization.name if expert.organization else ""
    other = problem if row.attendee_id == own.id else f"{expert.name}（{body}）" if body else expert.name
    table = " ".join(filter(None, (event.venue, row.table.room, row.table.name))) if row.table else "线上"
    status = "CANCELLED" if is_off else "TENTATIVE" if event.state == "provisional" else "CONFIRMED"
    return Appointment(
        f"meeting:{row.id}",
        slot.starts,
        slot.ends,
        f"洽谈：{other}",
        table,
        row.online_link or ("" if row.table else event.online_link),
        status,
        row.sequence,
    )
