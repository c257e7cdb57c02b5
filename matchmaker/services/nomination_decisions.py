"""What the office does with nominations: those that wait, what each would add, inviting or refusing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventProblem, Expert
from matchmaker.permissions import Actor, require
from matchmaker.planning import coverage as planning
from matchmaker.services import attending, body_inviting, coverage, events, inviting, messages
from matchmaker.services.coverage import Facts, Wanted
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Waiting:
    """A nominated expert; ``adds``: problems that lack somebody whom he would serve well."""

    row: Attendee
    adds: Sequence[EventProblem]


def waiting(uow: UnitOfWork, event: Event, known: Facts) -> list[Waiting]:
    """Nominations that nobody has decided, held against the coverage as it stands; who adds most first."""
    statement = (
        select(Attendee)
        .where(Attendee.event_id == event.id, Attendee.kind == "expert", Attendee.state == "nominated")
        .options(
            joinedload(Attendee.organization), joinedload(Attendee.expert).joinedload(Expert.organization)
        )
        .order_by(Attendee.id)
    )
    gains = planning.added(coverage.question(known, Wanted()), ())
    found = [
        Waiting(row, [known.problems[one] for one in gains.get(row.expert_id or 0, ())])
        for row in uow.session.scalars(statement)
    ]
    return sorted(found, key=lambda one: -len(one.adds))


def decide(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    people: Sequence[int],
    *,
    takes: bool,
    reason: str = "",
    at: datetime,
    today: date,
) -> list[Attendee]:
    """The office invites nominated experts, or refuses them with a reason that their liaisons read."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:invite", event)
    if not takes and not reason.strip():
        fault = Message("不采纳时请写明原因，推荐单位会看到。")
        raise InvalidInput(fault, fields={"reason": fault})
    rows = [
        row
        for row in (inviting.of_event(uow, actor, event, one) for one in people[: inviting.MOST])
        if row.state == "nominated"
    ]
    for row in rows:
        attending.move(uow, actor, row, "invited" if takes else "refused", at=at, reason=reason)
        if takes:
            inviting.told(uow, actor, row, inviting.ASKED, today=today)
        elif row.organization is not None:
            values = {"person": row.name, "event": event.title, "event_number": event.id, "reason": reason}
            told = body_inviting.recipients_of(uow, row.organization)
            messages.tell(uow, actor, told, "event:nomination_refused", f"attendee:{row.id}", values)
    return rows
