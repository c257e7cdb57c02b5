"""Who is told what of an event's own life: registrations decided, rounds taken away, an event cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventProblem, Meeting
from matchmaker.permissions import Actor
from matchmaker.services import messages
from matchmaker.services.asking_wishes import recipient_of
from matchmaker.services.recipients import Recipient
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of people who count on coming, or were asked to.
_CONCERNED = ("nominated", "invited", "registered", "accepted")


def registered(uow: UnitOfWork, actor: Actor, event: Event, what: str | Message) -> None:
    """The office: somebody or something waits for validation."""
    if not actor.is_office:
        _tell(uow, actor, messages.office(uow), "event:registered", event, what=what)


def left(uow: UnitOfWork, actor: Actor, event: Event, person: Attendee) -> None:
    """The office: somebody does not come after all."""
    registered(uow, actor, event, Message("%(name)s取消报名", {"name": person.name}))


def decided(uow: UnitOfWork, actor: Actor, event: Event, person: Attendee) -> None:
    """Somebody may come, or may not and why."""
    kind = "event:accepted" if person.state == "accepted" else "event:refused"
    _tell(uow, actor, [recipient_of(uow, person)], kind, event, reason=person.reason or "—", day=_day(event))


def problem_decided(uow: UnitOfWork, actor: Actor, event: Event, offer: EventProblem) -> None:
    """The owner of a problem: it is on, or not and why."""
    kind = "event:problem_accepted" if offer.state == "accepted" else "event:problem_refused"
    values = {"problem": offer.problem.title, "reason": offer.reason or "—"}
    _tell(uow, actor, messages.recipients_for_problem(uow, offer.problem), kind, event, **values)


def cancelled(uow: UnitOfWork, actor: Actor, event: Event, reason: str) -> int:
    """Everybody who counted on it; how many."""
    people = _concerned(uow, event)
    _tell(uow, actor, people, "event:cancelled", event, reason=reason, day=_day(event))
    return len(people)


def moved(uow: UnitOfWork, actor: Actor, event: Event, before: date) -> None:
    """Everybody who counts on it: the event is on another day."""
    _tell(uow, actor, _concerned(uow, event), "event:moved", event, before=f"{before}", day=_day(event))


def unplaced(uow: UnitOfWork, actor: Actor, event: Event, meetings: Iterable[tuple[Meeting, str]]) -> None:
    """Both sides of meetings that lost their round or table; each with the time it was at."""
    for meeting, when in meetings:
        people = [recipient_of(uow, meeting.attendee)]
        people += [recipient_of(uow, each) for each in meeting.event_problem.people]
        _tell(uow, actor, _once(people), "event:unplaced", event, when=when)


def _tell(
    uow: UnitOfWork, actor: Actor, people: Iterable[Recipient], kind: str, event: Event, **values: Any
) -> None:
    subject = f"event:{event.id}"
    messages.tell(uow, actor, people, kind, subject, {"event": event.title, **values})


def _concerned(uow: UnitOfWork, event: Event) -> list[Recipient]:
    statement = select(Attendee).where(Attendee.event_id == event.id, Attendee.state.in_(_CONCERNED))
    rows = uow.session.scalars(statement.options(joinedload(Attendee.expert)).order_by(Attendee.id))
    return _once(recipient_of(uow, row) for row in rows)


def _once(people: Iterable[Recipient]) -> list[Recipient]:
    return list({each.audience or (each.name, each.phone): each for each in people}.values())


def _day(event: Event) -> str:
    return f"{event.first_day:%Y-%m-%d}" if event.first_day else "—"
