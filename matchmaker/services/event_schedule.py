"""Saving the rounds and tables of an event; everything that names a round by its place follows it.

Meetings that fall (``event_consequences``) are cancelled, wait for a new place, and both sides are told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from matchmaker.lifecycle import EVENT_SHOWN
from matchmaker.models import Attendee, Event, EventPair, EventTable, Meeting, PlanPin, Standby
from matchmaker.permissions import Actor, require
from matchmaker.services import event_news, events
from matchmaker.services.event_consequences import (
    Consequence,
    TableFacts,
    Times,
    blocked,
    refuse_unsaid,
    same_time,
    tables_change,
    times_change,
)
from matchmaker.services.event_forming import put_times, refuse_stale
from matchmaker.services.event_times import days_of
from matchmaker.storage.unit_of_work import UnitOfWork


def set_times(
    uow: UnitOfWork, actor: Actor, number: int, times: Times, *, mark: str, fallen: Collection[int] = ()
) -> Event:
    """Puts new sessions and rounds; ``fallen`` are the meetings that somebody has agreed to lose."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:edit", event)
    refuse_stale(event, "times", mark)
    found = times_change(uow, event, times)
    refuse_unsaid(found, fallen)
    told = _lose(uow, actor, event, found)
    before = event.first_day
    gone = blocked(event, found.slots, found.by)
    for table in event.tables:
        table.unavailable = sorted(gone.get(table.id, ()))
    _move_people(uow, event, found)
    _move_plan(uow, event, found)
    for meeting in found.later:
        meeting.sequence += 1
    event.sessions, event.slots = [], []
    uow.session.flush()
    event.slot_minutes, event.break_minutes = times.minutes, times.pause
    put_times(event, list(times.spans))
    days = days_of(times.spans)
    if days is not None:
        event.first_day, event.last_day = days
    if found.by:
        _move_days(event, found.by)
    events.touched(event)
    uow.record(
        actor, "event:times", f"event:{event.id}", slots=len(found.slots), fallen=sorted(found.numbers)
    )
    event_news.unplaced(uow, actor, event, told)
    if found.by and event.state in EVENT_SHOWN and before is not None:
        event_news.moved(uow, actor, event, before)
    return event


def set_tables(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    wanted: Sequence[TableFacts],
    *,
    mark: str,
    fallen: Collection[int] = (),
) -> Event:
    """Puts the tables as they are wanted; what is not named goes."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:edit", event)
    refuse_stale(event, "tables", mark)
    found = tables_change(uow, event, wanted)
    refuse_unsaid(found, fallen)
    told = _lose(uow, actor, event, found)
    for meeting in found.fallen:
        meeting.table_id = None
    uow.session.flush()
    have = {table.id: table for table in event.tables}
    _rename(uow, have, wanted)
    event.tables = [_table(have.get(each.id or 0), each, at) for at, each in enumerate(wanted)]
    events.touched(event)
    uow.record(actor, "event:tables", f"event:{event.id}", tables=len(wanted), fallen=sorted(found.numbers))
    event_news.unplaced(uow, actor, event, told)
    return event


def _lose(uow: UnitOfWork, actor: Actor, event: Event, found: Consequence) -> list[tuple[Meeting, str]]:
    """Cancels what falls; each with the words for when it was."""
    slots = {slot.position: slot for slot in event.slots}
    told = []
    for meeting in found.fallen:
        slot = slots.get(meeting.slot)
        told.append((meeting, f"{slot.starts:%Y-%m-%d %H:%M}" if slot else "—"))
        meeting.state, meeting.sequence = "cancelled", meeting.sequence + 1
        uow.record(actor, "meeting:unplaced", f"meeting:{meeting.id}", slot=meeting.slot, event=event.id)
    return told


def _move_people(uow: UnitOfWork, event: Event, found: Consequence) -> None:
    """Somebody stays away from every round that meets one from which he was away."""
    for person in uow.session.scalars(select(Attendee).where(Attendee.event_id == event.id)):
        if person.unavailable:
            person.unavailable = sorted(same_time(event.slots, person.unavailable, found.slots, found.by))
        person.arrives = person.arrives + found.by if person.arrives is not None else None
        person.leaves = person.leaves + found.by if person.leaves is not None else None


def _move_days(event: Event, by: timedelta) -> None:
    """The agenda and the last days move with the event; every planned meeting is at another time."""
    for item in event.agenda:
        item.starts, item.ends = item.starts + by, item.ends + by
    for name in ("call_until", "answer_until", "prefer_until"):
        until = getattr(event, name)
        if until is not None:
            setattr(event, name, until + by)


def _move_plan(uow: UnitOfWork, event: Event, found: Consequence) -> None:
    """Everything that names a round by its place follows it, or goes with it."""
    sessions = {slot.position: slot.session for slot in found.slots}
    moved: dict[int, int | None] = {}
    for old in event.slots:
        place = found.places[old.position]
        if place is not None:
            moved.setdefault(old.session, sessions[place])
    for meeting in uow.session.scalars(select(Meeting).where(Meeting.event_id == event.id)):
        place = found.places.get(meeting.slot)
        meeting.slot = place if place is not None else meeting.slot
    for pin in uow.session.scalars(select(PlanPin).where(PlanPin.event_id == event.id)):
        pin.slot = None if pin.slot is None else found.places.get(pin.slot)
    pairs = select(EventPair).where(EventPair.event_id == event.id, EventPair.session.is_not(None))
    for pair in uow.session.scalars(pairs):
        pair.session = moved.get(pair.session or 0)
    waiting = uow.session.scalars(select(Standby).where(Standby.event_id == event.id)).all()
    again: list[dict[str, Any]] = [
        {
            "slot": place,
            "rank": row.rank,
            "attendee_id": row.attendee_id,
            "event_problem_id": row.event_problem_id,
        }
        for row in waiting
        if (place := found.places.get(row.slot)) is not None
    ]
    uow.session.execute(delete(Standby).where(Standby.event_id == event.id))
    uow.session.add_all(Standby(event_id=event.id, **facts) for facts in again)
    event.calling = None if event.calling is None else found.places.get(event.calling)


def _rename(uow: UnitOfWork, have: Mapping[int, EventTable], wanted: Sequence[TableFacts]) -> None:
    """Two tables may change their names for each other: names are unique at every moment."""
    for each in wanted:
        row = have.get(each.id or 0)
        if row is not None and row.name != each.name:
            row.name = f"~{row.id}"
    uow.session.flush()


def _table(row: EventTable | None, facts: TableFacts, at: int) -> EventTable:
    made = row or EventTable(name=facts.name)
    made.position, made.name, made.room = at, facts.name, facts.room
    made.kinds, made.unavailable = list(facts.kinds), sorted(set(facts.unavailable))
    return made
