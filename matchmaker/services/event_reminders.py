"""Reminders before the last day: of invitations that nobody answered, of bodies that nominated nobody."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, exists, literal, select
from sqlalchemy.orm import joinedload

from matchmaker import lifecycle
from matchmaker.models import Attendee, BodyInvitation, Event, Expert, Outbox
from matchmaker.permissions import SYSTEM
from matchmaker.services import body_inviting, inviting
from matchmaker.storage.unit_of_work import UnitOfWork

#: Days before the last one on which whoever has not answered is reminded, once.
DAYS = 3
#: Rows of one unit of work.
BATCH = 50


def remind_due(uow: UnitOfWork, *, today: date, now: datetime) -> int:
    """Reminds some of those who are due; how many. Nobody is reminded twice by itself."""
    until = today + timedelta(days=DAYS)
    people = uow.session.scalars(_people(today, until).limit(BATCH)).all()
    for person in people:
        inviting.told(uow, SYSTEM, person, inviting.AGAIN, today=today)
    bodies = uow.session.scalars(_bodies(today, until).limit(BATCH)).all()
    for body in bodies:
        body_inviting.told(uow, SYSTEM, body, body_inviting.AGAIN, today=today)
    if people or bodies:
        uow.record(
            SYSTEM, "event:reminded", "event:*", people=len(people), bodies=len(bodies), at=now.isoformat()
        )
    return len(people) + len(bodies)


def _people(today: date, until: date) -> Select[Any]:
    return (
        select(Attendee)
        .join(Attendee.event)
        .where(
            Attendee.kind == "expert",
            Attendee.state == "invited",
            Event.state.in_(lifecycle.EVENT_GATHERING),
            Event.answer_until.between(today, until),
            ~_told(inviting.AGAIN, literal("attendee:") + cast(Attendee.id, String)),
        )
        .options(joinedload(Attendee.event), joinedload(Attendee.expert).joinedload(Expert.organization))
        .order_by(Attendee.id)
    )


def _bodies(today: date, until: date) -> Select[Any]:
    nominated = exists().where(
        Attendee.event_id == BodyInvitation.event_id,
        Attendee.organization_id == BodyInvitation.organization_id,
        Attendee.source == "nominated",
    )
    return (
        select(BodyInvitation)
        .join(BodyInvitation.event)
        .where(
            BodyInvitation.state != "declined",
            Event.state.in_(lifecycle.EVENT_GATHERING),
            BodyInvitation.nominate_until.between(today, until),
            ~nominated,
            ~_told(body_inviting.AGAIN, literal("body_invitation:") + cast(BodyInvitation.id, String)),
        )
        .options(joinedload(BodyInvitation.event), joinedload(BodyInvitation.organization))
        .order_by(BodyInvitation.id)
    )


def _told(kind: str, subject: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(Outbox.kind == kind, Outbox.subject == subject)
