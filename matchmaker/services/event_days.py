"""Days of events for the calendar: when they are, and the last days before them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select

from matchmaker.models import Event
from matchmaker.permissions import Actor
from matchmaker.services import events
from matchmaker.storage.unit_of_work import UnitOfWork

#: Events in one look, and days of one event that are shown.
MOST, MOST_DAYS = 500, 14
#: Last day → its kind in the calendar; those of replies and wishes are the office's to watch.
_LAST = {"call_until": "event_call", "answer_until": "event_answer", "prefer_until": "event_wishes"}
_OFFICE = frozenset({"answer_until", "prefer_until"})


@dataclass(frozen=True, slots=True)
class Day:
    """One day of an event, or one of its last days."""

    event: Event
    key: str
    kind: str
    on: date
    is_cancelled: bool


def between(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Iterator[Day]:
    """Every day of the events that somebody may see; a cancelled one says so."""
    within: list[ColumnElement[bool]] = [(Event.first_day <= last) & (Event.last_day >= first)]
    within += [getattr(Event, name).between(first, last) for name in _LAST]
    statement = select(Event).where(events.shown_to(actor), or_(*within))
    for event in uow.session.scalars(statement.order_by(Event.first_day, Event.id).limit(MOST)):
        off = event.state == "cancelled"
        for day in _days(event):
            if first <= day <= last:
                yield Day(event, f"event:{event.id}:day:{day.isoformat()}", "event", day, off)
        for name, kind in _LAST.items():
            until = getattr(event, name)
            if until is None or not first <= until <= last or (name in _OFFICE and not actor.is_office):
                continue
            if event.kind == "docking" or name == "call_until":
                yield Day(event, f"event:{event.id}:{name}", kind, until, off)


def _days(event: Event) -> list[date]:
    if event.first_day is None:
        return []
    length = ((event.last_day or event.first_day) - event.first_day).days + 1
    return [event.first_day + timedelta(days=at) for at in range(min(max(length, 1), MOST_DAYS))]
