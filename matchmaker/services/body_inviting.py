"""Bodies invited to an event, each with a quota, a theme and a last day; liaisons are told and reminded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, BodyInvitation, Event, Organization
from matchmaker.permissions import Actor, require
from matchmaker.services import events, messages
from matchmaker.services import secret_links as links
from matchmaker.services.recipients import Recipient, recipients_for_body
from matchmaker.storage.queries import readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

ASKED, AGAIN = "event:body_invited", "event:body_invited_again"
#: Purpose of the links by which a body without an account nominates.
PURPOSE = "event_nomination"
#: Experts that one body may be asked for.
MOST_QUOTA = 100
#: States of an invitation → their names.
STATES: dict[str, Message] = {
    "invited": Message("已邀请，待回复"),
    "accepted": Message("愿意推荐"),
    "declined": Message("这次不参加"),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """What a body is asked."""

    quota: int
    theme: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An invited body with how many of its experts are in which state."""

    row: BodyInvitation
    states: Mapping[str, int]

    @property
    def named(self) -> int:
        """Experts that count to its quota."""
        return sum(self.states.get(state, 0) for state in ("nominated", "invited", "registered", "accepted"))


def invite(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    bodies: Mapping[int, int],
    asking: Asking,
    *,
    at: datetime,
    today: date,
) -> list[BodyInvitation]:
    """Invites bodies (number → quota), or changes what they were asked; each is told."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:invite", event)
    _refuse_faults(bodies, asking, event)
    known = {row.organization_id: row for row in _rows(uow, event)}
    found = uow.session.scalars(
        select(Organization).where(Organization.id.in_(bodies), readable_by(actor, Organization))
    ).all()
    made = []
    for body in sorted(found, key=lambda one: one.id):
        row = known.get(body.id)
        if row is None:
            row = BodyInvitation(event_id=event.id, organization_id=body.id)
            row.event, row.organization = event, body
            uow.session.add(row)
        row.quota, row.nominate_until = bodies[body.id], asking.until or row.nominate_until
        row.theme = asking.theme or row.theme or event.theme
        row.state, row.answered_at, row.answered_by = "invited", None, ""
        uow.session.flush()
        uow.record(
            actor, "event:body_invited", f"event:{event.id}", body=body.id, quota=row.quota, at=at.isoformat()
        )
        told(uow, actor, row, ASKED, today=today)
        made.append(row)
    return made


def _refuse_faults(bodies: Mapping[int, int], asking: Asking, event: Event) -> None:
    faults: dict[str, Message] = {}
    if not bodies:
        faults["body"] = Message("请至少勾选一家单位。")
    if any(not 1 <= quota <= MOST_QUOTA for quota in bodies.values()):
        faults["quota"] = Message("名额应在 1 到 %(most)s 之间。", {"most": MOST_QUOTA})
    if asking.until is not None and event.first_day is not None and asking.until > event.first_day:
        faults["until"] = Message("推荐截止日应在活动之前。")
    if faults:
        raise InvalidInput(Message("还不能发出邀请：请按各项提示更正。"), fields=faults)


def told(uow: UnitOfWork, actor: Actor, row: BodyInvitation, kind: str, *, today: date) -> None:
    """Its liaisons, or whoever answers its telephone, with a link for those without an account."""
    event = row.event
    until = row.nominate_until or event.first_day
    days = min(max((until - today).days + 1, 7) if until else links.DAYS, 365)
    subject = f"body_invitation:{row.id}"
    values = {
        "body": row.organization.name,
        "event": event.title,
        "event_number": event.id,
        "body_number": row.organization_id,
        "theme": row.theme or event.title,
        "quota": row.quota,
        "day": f"{until:%Y-%m-%d}" if until else Message("近日"),
    }
    for person in recipients_of(uow, row.organization):
        link = None if person.account is not None else links.issue(uow, actor, PURPOSE, subject, person, days)
        messages.tell(uow, actor, [person], kind, subject, values, link=link)


def recipients_of(uow: UnitOfWork, body: Organization) -> list[Recipient]:
    """Liaisons of a body; without any the contact that stands with it, whom the office calls."""
    found = recipients_for_body(uow, body.id)
    if found:
        return found
    name = body.contact_name or body.name
    return [Recipient(name=name, phone=body.contact_phone, email=body.contact_email, organization=body.id)]


def remind(
    uow: UnitOfWork, actor: Actor, number: int, bodies: Sequence[int] | None, *, today: date
) -> list[BodyInvitation]:
    """Reminds bodies that have nominated nobody; None: all of them."""
    event = events.get(uow, actor, number)
    require(actor, "event:invite", event)
    statement = _quiet(event)
    if bodies is not None:
        statement = statement.where(BodyInvitation.organization_id.in_(list(bodies)))
    rows = list(uow.session.scalars(statement))
    for row in rows:
        told(uow, actor, row, AGAIN, today=today)
    if rows:
        uow.record(
            actor, "event:bodies_reminded", f"event:{event.id}", bodies=[row.organization_id for row in rows]
        )
    return rows


def silent(uow: UnitOfWork, event: Event) -> int:
    """Bodies that have nominated nobody and have not said that they will not."""
    return uow.session.scalar(select(func.count()).select_from(_quiet(event).subquery())) or 0


def listing(uow: UnitOfWork, actor: Actor, event: Event) -> list[Line]:
    """Invited bodies with their nominations: two statements."""
    require(actor, "attendee:read")
    counted = (
        select(Attendee.organization_id, Attendee.state, func.count())
        .where(Attendee.event_id == event.id, Attendee.kind == "expert")
        .group_by(Attendee.organization_id, Attendee.state)
    )
    states: dict[int, dict[str, int]] = {}
    for body, state, count in uow.session.execute(counted):
        states.setdefault(body or 0, {})[state] = count
    return [Line(row, states.get(row.organization_id, {})) for row in _rows(uow, event)]


def others(
    uow: UnitOfWork,
    actor: Actor,
    known: Collection[int],
    *,
    kinds: Sequence[str],
    text: str = "",
    most: int = 60,
) -> Sequence[Organization]:
    """Bodies of some kinds that are not among the known ones, by kind and name."""
    statement = select(Organization).where(
        Organization.kind.in_(kinds), Organization.id.not_in(known), readable_by(actor, Organization)
    )
    if text:
        statement = statement.where(Organization.name.icontains(text, autoescape=True))
    order = statement.order_by(Organization.kind, Organization.name, Organization.id)
    return uow.session.scalars(order.limit(most)).all()


def get(uow: UnitOfWork, event: Event, body: int) -> BodyInvitation:
    """The invitation of one body; NotFound where it has none."""
    row = uow.session.scalar(
        select(BodyInvitation)
        .where(BodyInvitation.event_id == event.id, BodyInvitation.organization_id == body)
        .options(joinedload(BodyInvitation.organization), joinedload(BodyInvitation.event))
    )
    if row is None:
        raise NotFound(Message("这家单位没有受邀参加这场活动。"), hint=Message("请联系组织者。"))
    return row


def of_liaison(uow: UnitOfWork, actor: Actor, event: Event) -> list[BodyInvitation]:
    """Invitations of the bodies that the actor answers for; the office has all."""
    return [row for row in _rows(uow, event) if actor.is_office or row.organization_id in actor.liaison_of]


def _rows(uow: UnitOfWork, event: Event) -> Sequence[BodyInvitation]:
    statement = (
        select(BodyInvitation)
        .join(BodyInvitation.organization)
        .where(BodyInvitation.event_id == event.id)
        .options(joinedload(BodyInvitation.organization), joinedload(BodyInvitation.event))
        .order_by(Organization.kind, Organization.name, BodyInvitation.id)
    )
    return uow.session.scalars(statement).all()


def _quiet(event: Event) -> Select[BodyInvitation]:
    nominated = exists().where(
        Attendee.event_id == BodyInvitation.event_id,
        Attendee.organization_id == BodyInvitation.organization_id,
        Attendee.kind == "expert",
    )
    return (
        select(BodyInvitation)
        .where(BodyInvitation.event_id == event.id, BodyInvitation.state != "declined", ~nominated)
        .options(joinedload(BodyInvitation.organization), joinedload(BodyInvitation.event))
        .order_by(BodyInvitation.id)
    )
