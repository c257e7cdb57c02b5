"""Walk-ins: an expert or a firm with a problem who stands at the desk, in three fields."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Attendee, EventProblem, EventProblemPerson, Expert, Organization
from matchmaker.permissions import Actor
from matchmaker.services import attending, posting
from matchmaker.services.calling import When, held
from matchmaker.services.day_entries import note
from matchmaker.services.day_state import Day
from matchmaker.services.organization_names import organizations_by_name
from matchmaker.services.problem_changes import settle
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Guest:
    """Who stands there.

    Attributes:
        kind: expert or representative.
        topic: title of the problem that he brings, or what the expert knows.
    """

    kind: str
    name: str
    body: str
    topic: str = ""
    phone: str = ""


def walk_in(uow: UnitOfWork, actor: Actor, number: int, guest: Guest, when: When) -> Attendee:
    """A new attendee with badge and number, here at once; a firm's problem becomes a draft of the office's.

    An expert who stands in our list under this name and body is that one. Somebody who is expected under the
    same name and body is not made twice: InvalidInput says to check him in.
    """
    _refuse_blank(guest)
    day = held(uow, actor, number, when)
    body = _body(uow, guest)
    _refuse_expected(day, guest, body)
    person = attending.add(
        uow,
        day.event,
        name=guest.name,
        kind=guest.kind,
        state="accepted",
        source="walkin",
        organization_id=body.id,
        expert_id=_expert(uow, day, guest, body),
        phone=guest.phone,
        note=guest.topic if guest.kind == "expert" else "",
    )
    if guest.kind == "representative":
        _bring(uow, actor, day, person, guest)
    uow.record(actor, "attendee:walked_in", f"attendee:{person.id}", kind=guest.kind)
    note(uow, actor, day.event, "here", at=when.now, attendee=person)
    if person.expert_id is not None or guest.kind == "representative":
        uow.enqueue("pairs", f"event:{day.event.id}")
    return person


def _bring(uow: UnitOfWork, actor: Actor, day: Day, person: Attendee, guest: Guest) -> None:
    problem = posting.create(
        uow, actor, {"title": guest.topic, "organization": guest.body, "contact_name": guest.name,
                     "contact_phone": guest.phone},
    )  # fmt: skip
    problem.source = "对接会"
    settle(uow, actor, problem, "problem:walked_in")
    offer = EventProblem(
        event_id=day.event.id, problem_id=problem.id, state="accepted", offered_by=actor.name[:100]
    )
    uow.session.add(offer)
    uow.session.flush()
    uow.session.add(EventProblemPerson(event_problem_id=offer.id, attendee_id=person.id))
    uow.session.flush()


def _body(uow: UnitOfWork, guest: Guest) -> Organization:
    named = uow.session.scalars(select(Organization).where(Organization.name == guest.body).limit(2)).all()
    if len(named) == 1:
        return named[0]
    known, _made = organizations_by_name(
        uow.session, "problem" if guest.kind == "representative" else "expert", [guest.body]
    )
    return known[guest.body]


def _expert(uow: UnitOfWork, day: Day, guest: Guest, body: Organization) -> int | None:
    """The expert of this name and body, unless he is here already under another entry."""
    if guest.kind != "expert":
        return None
    known = uow.session.scalars(
        select(Expert.id).where(Expert.name == guest.name, Expert.organization_id == body.id)
    ).all()
    if len(known) != 1:
        return None
    taken = uow.session.scalar(
        select(func.count())
        .select_from(Attendee)
        .where(Attendee.event_id == day.event.id, Attendee.expert_id == known[0])
    )
    if taken:
        raise Conflict(
            Message("%(name)s 已在本活动的名单中，但没有确认参加。", {"name": guest.name}),
            hint=Message("请在参会名单中把他改为确认参加，然后签到。"),
        )
    return known[0]


def _refuse_blank(guest: Guest) -> None:
    wanted = {"name": guest.name, "body": guest.body}
    if guest.kind == "representative":
        wanted["topic"] = guest.topic
    faults = {name: Message("必填，请填写。") for name, value in wanted.items() if not value.strip()}
    if guest.kind not in ("expert", "representative"):
        faults["kind"] = Message("请选择专家或需求方。")
    if faults:
        raise InvalidInput(Message("还不能登记：请补全标出的项目。"), fields=faults)


def _refuse_expected(day: Day, guest: Guest, body: Organization) -> None:
    for each in day.people:
        if (
            each.name == guest.name
            and each.organization_id == body.id
            and guest.kind == each.kind == "expert"
        ):
            raise InvalidInput(
                Message(
                    "%(name)s 在参会名单中，胸牌号 %(number)s，请直接签到。",
                    {"name": each.name, "number": each.badge_number},
                ),
                fields={"name": Message("已在名单中。")},
            )
