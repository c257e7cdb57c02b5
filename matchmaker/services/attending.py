"""People at an event: their badges, and who may be looked at."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event
from matchmaker.permissions import Actor
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

#: Bytes of the opaque code on a badge.
BADGE_BYTES = 12


def add(uow: UnitOfWork, event: Event, *, name: str, kind: str, state: str, **facts: Any) -> Attendee:
    """A new attendee with a badge of his own; the caller holds the event's row, since numbers count up."""
    most = uow.session.scalar(select(func.max(Attendee.badge_number)).where(Attendee.event_id == event.id))
    row = Attendee(
        event_id=event.id,
        name=name,
        kind=kind,
        state=state,
        badge=secrets.token_urlsafe(BADGE_BYTES),
        badge_number=(most or 0) + 1,
        **facts,
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def within_reach(actor: Actor) -> ColumnElement[bool]:
    """Attendees that somebody may look at: the office all, others themselves and those they answer for."""
    if actor.is_office:
        return Attendee.id.is_not(None)
    own: list[ColumnElement[bool]] = [Attendee.organization_id.in_(list(actor.liaison_of))]
    if actor.account is not None:
        own.append(Attendee.account_id == actor.account)
    if actor.expert is not None:
        own.append(Attendee.expert_id == actor.expert)
    return or_(*own)


def get(uow: UnitOfWork, actor: Actor, number: int, *, to_change: bool = False) -> Attendee:
    """One attendee; hidden is NotFound."""
    row = None
    if number <= MOST_NUMBER:
        statement = select(Attendee).where(Attendee.id == number, within_reach(actor))
        row = uow.session.scalar(statement.with_for_update() if to_change else statement)
    if row is None:
        raise NotFound(
            Message("没有这位参会人，或者您不能查看。"), hint=Message("请从活动的参会名单中查找。")
        )
    return row


def move(
    uow: UnitOfWork, actor: Actor, row: Attendee, state: str, *, at: datetime, reason: str = "", **facts: Any
) -> None:
    """An invitation, a nomination or a reply changes somebody's state, with history; the right was checked.

    Screens show it, and whoever may come has his pairs scored. ``facts`` stand in the history beside it.
    """
    before = row.state
    row.state, row.reason = state, reason[:200]
    if state == "invited":
        row.invited_at, row.answered_at = at, None
    elif state != "nominated":
        row.answered_at = at
    event = uow.session.get_one(Event, row.event_id)
    event.live += 1
    uow.record(
        actor,
        f"attendee:{state}",
        f"attendee:{row.id}",
        event=event.id,
        before=before,
        reason=reason,
        **facts,
    )
    if row.kind == "expert" and row.expert_id is not None and state in {"nominated", "invited", "accepted"}:
        uow.enqueue("pairs", f"event:{event.id}")
