"""The same person in two events at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from matchmaker.models import Attendee, Event
from matchmaker.services import events
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of somebody who counts on being there.
_COUNTED = ("invited", "registered", "accepted")
_OVER = ("cancelled", "ended", "locked")


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody who is wanted at two places."""

    attendee: Attendee
    other: Event


def clashes(uow: UnitOfWork, event: Event) -> list[Clash]:
    """Attendees of this event who are at another one at the same time; a fixed number of statements."""
    if event.first_day is None:
        return []
    last = event.last_day or event.first_day
    others = uow.session.scalars(
        select(Event)
        .where(
            Event.id != event.id, Event.state.not_in(_OVER), Event.first_day <= last,
            Event.last_day >= event.first_day,
        )
        .options(selectinload(Event.slots))
        .order_by(Event.first_day, Event.id)
        .limit(20)
    ).all()  # fmt: skip
    if not others:
        return []
    numbers = [event.id, *(each.id for each in others)]
    statement = select(Attendee).where(Attendee.event_id.in_(numbers), Attendee.state.in_(_COUNTED))
    people = uow.session.scalars(statement.order_by(Attendee.badge_number)).all()
    here = [person for person in people if person.event_id == event.id]
    found = []
    for other in others:
        there = {key: person for person in people if person.event_id == other.id for key in _keys(person)}
        for person in here:
            twin = next((there[key] for key in _keys(person) if key in there), None)
            if twin is not None and _meet(_stretches(event, person), _stretches(other, twin)):
                found.append(Clash(person, other))
    return found


def _keys(person: Attendee) -> Sequence[tuple[str, object]]:
    """What makes two attendees the same person."""
    keys: list[tuple[str, object]] = []
    if person.expert_id is not None:
        keys.append(("expert", person.expert_id))
    if person.account_id is not None:
        keys.append(("account", person.account_id))
    if person.phone:
        keys.append(("phone", (person.phone, person.name)))
    return keys


def _stretches(event: Event, person: Attendee) -> list[tuple[datetime, datetime]]:
    """When somebody is wanted: the rounds that he did not refuse; without rounds the whole days."""
    if event.slots:
        return [(slot.starts, slot.ends) for slot in event.slots if slot.position not in person.unavailable]
    assert event.first_day is not None
    last = event.last_day or event.first_day
    return [(datetime.combine(event.first_day, time()), datetime.combine(last, time(23, 59)))]


def _meet(one: list[tuple[datetime, datetime]], other: list[tuple[datetime, datetime]]) -> bool:
    return any(events.overlaps(*first, *second) for first in one for second in other)
