"""Nominations: a body names its experts up to its quota, takes one back, or sends nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select

from matchmaker import lifecycle
from matchmaker.errors import Conflict, InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Attendee, BodyInvitation, Event, Expert
from matchmaker.permissions import Actor, require
from matchmaker.services import attending, body_inviting, events, inviting, messages
from matchmaker.services.answers import invalid
from matchmaker.services.nomination_sheet import COUNTING, counting, own_experts
from matchmaker.storage.unit_of_work import UnitOfWork


def nominate(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    body: int,
    experts: Sequence[int],
    *,
    at: datetime,
    today: date,
) -> list[Attendee]:
    """Names experts of a body; those who are named, invited or come already are left alone.

    Raises:
        Conflict: the last day is over, the event has gone on, or the quota is full.
    """
    event, row = _held(uow, actor, number, body)
    refuse_late(actor, row, today)
    if not experts:
        fault = Message("请至少勾选一位专家。")
        raise InvalidInput(fault, fields={"expert": fault})
    own = {person.id: person for person in own_experts(uow, actor, body)}
    people = [own[one] for one in dict.fromkeys(experts) if one in own]
    return _named(uow, actor, event, row, [(person, person.name, "", "") for person in people], at)


def _held(uow: UnitOfWork, actor: Actor, number: int, body: int) -> tuple[Event, BodyInvitation]:
    event = events.get(uow, actor, number, to_change=True)
    row = body_inviting.get(uow, event, body)
    require(actor, "event:nominate", row)
    return event, row


def refuse_late(actor: Actor, row: BodyInvitation, today: date) -> None:
    """Raises Conflict once nominations are closed; the office may still enter what was told by telephone."""
    if row.event.state not in lifecycle.EVENT_GATHERING:
        raise Conflict(Message("这场活动已经不再接受推荐。"), hint=Message("如需更换人选，请致电办公室。"))
    if row.nominate_until is not None and today > row.nominate_until and not actor.is_office:
        raise Conflict(
            Message("推荐已于 %(day)s 截止。", {"day": f"{row.nominate_until:%Y-%m-%d}"}),
            hint=Message("仍要推荐的，请致电办公室代为登记。"),
        )


Named = tuple[Expert | None, str, str, str]


def _named(
    uow: UnitOfWork, actor: Actor, event: Event, row: BodyInvitation, people: Sequence[Named], at: datetime
) -> list[Attendee]:
    """Rows for (profile, name, title, telephone); the body counts as willing."""
    known = {
        person.expert_id: person
        for person in uow.session.scalars(
            select(Attendee).where(Attendee.event_id == event.id, Attendee.expert_id.is_not(None))
        )
    }
    new = [one for one in people if one[0] is None or _may_name(known.get(one[0].id))]
    here = counting(uow, event, row)
    if here + len(new) > row.quota:
        raise Conflict(
            Message(
                "贵单位的名额是 %(quota)s 位，已推荐 %(here)s 位，不能再推荐 %(new)s 位。",
                {"quota": row.quota, "here": here, "new": len(new)},
            ),
            hint=Message("请少选几位，或先撤回一位；需要更多名额请联系组织者。"),
        )
    made = [_row(uow, event, row, one, known) for one in new]
    for each in made:
        attending.move(uow, actor, each, "nominated", at=at, body=row.organization_id)
    _willing(actor, row, at)
    if made and not actor.is_office:
        values = {
            "event": event.title, "event_number": event.id, "body": row.organization.name, "n": len(made),
        }  # fmt: skip
        messages.tell(uow, actor, messages.office(uow), "event:nominated", f"event:{event.id}", values)
    messages.settle(uow, f"body_invitation:{row.id}", [body_inviting.ASKED, body_inviting.AGAIN])
    return made


def _may_name(row: Attendee | None) -> bool:
    return row is None or row.state in {"declined", "cancelled"}


def _row(
    uow: UnitOfWork, event: Event, row: BodyInvitation, named: Named, known: Mapping[int | None, Attendee]
) -> Attendee:
    person, name, title, phone = named
    made = known.get(person.id) if person is not None else None
    if made is not None:
        made.source = "nominated"
        return made
    return attending.add(
        uow, event, name=name[:100], kind="expert", state="nominated", source="nominated",
        expert_id=person.id if person else None, organization_id=row.organization_id,
        title=(title or (person.position if person else ""))[:100],
        phone=(phone or (person.phone if person else ""))[:50], email=person.email if person else "",
    )  # fmt: skip


def _willing(actor: Actor, row: BodyInvitation, at: datetime) -> None:
    if row.state != "accepted":
        row.state, row.answered_at, row.answered_by = "accepted", at, actor.name[:100]


def decline(
    uow: UnitOfWork, actor: Actor, number: int, body: int, note: str, *, at: datetime
) -> BodyInvitation:
    """The body sends nobody this time."""
    event, row = _held(uow, actor, number, body)
    declined(uow, actor, event, row, note, at)
    return row


def declined(
    uow: UnitOfWork, actor: Actor, event: Event, row: BodyInvitation, note: str, at: datetime
) -> None:
    """Writes down that a body sends nobody, and tells the office."""
    row.state, row.note = "declined", note
    row.answered_at, row.answered_by = at, actor.name[:100]
    uow.record(actor, "event:body_declined", f"event:{event.id}", body=row.organization_id, note=note)
    messages.settle(uow, f"body_invitation:{row.id}", [body_inviting.ASKED, body_inviting.AGAIN])
    if not actor.is_office:
        values = {
            "event": event.title, "event_number": event.id, "body": row.organization.name,
            "why": note or Message("（没有补充说明）"),
        }  # fmt: skip
        messages.tell(uow, actor, messages.office(uow), "event:body_declined", f"event:{event.id}", values)


def over(actor: Actor, row: BodyInvitation, today: date) -> Message | None:
    """Why this actor may name nobody any more; None while he may."""
    try:
        refuse_late(actor, row, today)
    except Conflict as fault:
        return fault.message
    return None


def withdraw(uow: UnitOfWork, actor: Actor, number: int, body: int, person: int, *, at: datetime) -> Attendee:
    """Takes a nomination back before the office has decided."""
    event, row = _held(uow, actor, number, body)
    made = inviting.of_event(uow, actor, event, person)
    if made.organization_id != row.organization_id or made.state != "nominated":
        raise Conflict(
            Message("这项推荐已经有了决定。"), hint=Message("不能来的，请在邀请中回复“不能参加”或请人代替。")
        )
    attending.move(uow, actor, made, "cancelled", at=at)
    return made


def by_list(
    uow: UnitOfWork,
    actor: Actor,
    row: BodyInvitation,
    people: Sequence[tuple[str, str, str]],
    *,
    at: datetime,
) -> list[Attendee]:
    """Names (name, title, telephone) from a link or a file; who has a profile in this body is found by it."""
    event = uow.session.get_one(Event, row.event_id, with_for_update=True)
    own: dict[str, list[Expert]] = {}
    for person in uow.session.scalars(select(Expert).where(Expert.organization_id == row.organization_id)):
        own.setdefault(person.name, []).append(person)
    known = set(
        uow.session.scalars(
            select(Attendee.name).where(
                Attendee.event_id == event.id,
                Attendee.organization_id == row.organization_id,
                Attendee.state.in_(COUNTING),
            )
        )
    )
    named: list[Named] = []
    for name, title, phone in people:
        if name in known:
            continue
        found = own.get(name, [])
        if len(found) > 1:
            told = Message("本单位有几位“%(name)s”，请电话说明是哪一位。", {"name": name})
            raise invalid({"people": told})
        named.append((found[0] if found else None, name, title, phone))
    try:
        return _named(uow, actor, event, row, named, at)
    except Conflict as fault:
        raise invalid({"people": fault.message}) from fault
