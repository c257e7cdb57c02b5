"""Who comes to an event: registration by oneself or on somebody's behalf, validation, changes, leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.errors import Conflict, Forbidden, InvalidInput
from matchmaker.lifecycle import ATTENDEE_STATES, EVENT_GATHERING
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventProblem, Expert, Organization
from matchmaker.permissions import Actor, require
from matchmaker.services import attending, event_news, events, experts
from matchmaker.services.paging import Page, paged
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kinds that come for meetings; what the others may register as is the office's to say.
MEETING_KINDS = ("expert", "representative")
#: Of an attendee, as a form gives them.
FACTS = ("name", "title", "phone", "email", "mode", "online_link", "note", "arrives", "leaves")
#: States that somebody may come back from.
_GONE = frozenset({"declined", "refused", "cancelled"})
MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What the list of people shows; "" leaves a part open."""

    kind: str = ""
    state: str = ""
    q: str = ""


def listing(
    uow: UnitOfWork, actor: Actor, event: Event, wanted: PeopleFilter, page: int = 1, size: int = 50
) -> Page[Attendee]:
    """One page of those who come or were asked to, by badge number."""
    require(actor, "attendee:read", event)
    return paged(uow.session, _selected(event, wanted), page, size)


def export(uow: UnitOfWork, actor: Actor, event: Event, wanted: PeopleFilter) -> Sequence[Attendee]:
    """The same list as a whole."""
    require(actor, "attendee:read", event)
    return uow.session.scalars(_selected(event, wanted).limit(5_000)).all()


def expected_people(uow: UnitOfWork, event: Event) -> Sequence[Attendee]:
    """Those who come or may still come, to choose from."""
    statement = select(Attendee).where(
        Attendee.event_id == event.id, Attendee.state.in_(("accepted", "registered", "invited"))
    )
    statement = statement.options(joinedload(Attendee.organization)).order_by(Attendee.badge_number)
    return uow.session.scalars(statement).all()


def body_named(uow: UnitOfWork, name: str) -> int | None:
    """Number of the body of this name, for the office; InvalidInput when there is none."""
    if not name:
        return None
    number = uow.session.scalar(select(Organization.id).where(Organization.name == name).limit(1))
    if number is None:
        told = Message("没有名为“%(name)s”的单位；可先新建单位，或写进职务一栏。", {"name": name[:50]})
        raise InvalidInput(Message("没有找到这个单位。"), fields={"body": told})
    return number


def counts(uow: UnitOfWork, actor: Actor, event: Event) -> dict[str, dict[str, int]]:
    """Kind → state → how many."""
    require(actor, "attendee:read", event)
    statement = select(Attendee.kind, Attendee.state, func.count()).where(Attendee.event_id == event.id)
    found: dict[str, dict[str, int]] = {}
    for kind, state, number in uow.session.execute(statement.group_by(Attendee.kind, Attendee.state)):
        found.setdefault(kind, {})[state] = int(number)
    return found


def waiting(uow: UnitOfWork, actor: Actor) -> int:
    """Registrations and problems of all events that wait for validation; one statement."""
    require(actor, "event:validate")
    gathering = select(Event.id).where(Event.state.in_(EVENT_GATHERING))
    people = select(func.count()).where(Attendee.state == "registered", Attendee.event_id.in_(gathering))
    offers = select(func.count()).where(EventProblem.state == "offered", EventProblem.event_id.in_(gathering))
    row = uow.session.execute(select(people.scalar_subquery(), offers.scalar_subquery())).one()
    return int(row[0]) + int(row[1])


def register(
    uow: UnitOfWork, actor: Actor, number: int, kind: str, values: Mapping[str, Any], *, today: date
) -> Attendee:
    """Somebody is to come: himself, one of a body that the actor answers for, or anybody for the office.

    Args:
        uow: writes.
        actor: who registers.
        number: of the event.
        kind: of ``taxonomy.ATTENDEE_KINDS``; others than the office register experts and representatives.
        values: ``FACTS``, and ``expert`` (number) or ``organization`` (number).
        today: the office's day: registration ends with ``Event.call_until``, but not for the office.
    """
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:register", event)
    _refuse_late(actor, event, today)
    person = _expert(uow, actor, values.get("expert")) if kind == "expert" else None
    body = _body(actor, kind, values.get("organization"), person)
    facts = {name: values[name] for name in FACTS if name in values}
    if person is not None:
        _fill(facts, person)
    _check(actor, event, kind, facts, own=person is not None and person.id == actor.expert)
    state = "accepted" if actor.is_office or not event.approves else "registered"
    _refuse_full(uow, actor, event, kind)
    row = _again(uow, event, person, kind, body, str(facts["name"]))
    if row is None:
        row = attending.add(uow, event, **{"kind": kind, "state": state, "source": "registered", **facts})
    else:
        for name, value in facts.items():
            setattr(row, name, value)
        row.state, row.reason = state, ""
    row.organization_id = body
    if person is not None:
        row.expert_id = person.id
    if actor.account is not None and not actor.is_office and _is_himself(actor, row, person):
        row.account_id = actor.account
    events.touched(event)
    uow.record(actor, "event:register", f"attendee:{row.id}", event=event.id, kind=kind, state=state)
    event_news.registered(uow, actor, event, row.name)
    return row


def decide(uow: UnitOfWork, actor: Actor, number: int, *, accept: bool, reason: str = "") -> Attendee:
    """The office lets somebody come, or not and says why."""
    row = attending.get(uow, actor, number, to_change=True)
    event = events.get(uow, actor, row.event_id, to_change=True)
    require(actor, "event:validate", event)
    if row.state not in {"registered", "nominated", "refused"}:
        raise Conflict(
            Message(
                "%(name)s的状态是“%(state)s”，不用审核了。",
                {"name": row.name, "state": ATTENDEE_STATES[row.state]},
            ),
            hint=Message("可能别人刚处理过，请刷新名单。"),
        )
    if not accept and not reason.strip():
        told = Message("请写明原因，报名的人会看到。")
        raise InvalidInput(Message("请说明为什么不通过。"), fields={"reason": told})
    row.state = "accepted" if accept else "refused"
    row.reason = "" if accept else reason.strip()[:MOST_REASON]
    events.touched(event)
    uow.record(actor, "event:validate", f"attendee:{row.id}", state=row.state, reason=row.reason)
    event_news.decided(uow, actor, event, row)
    return row


def change(uow: UnitOfWork, actor: Actor, number: int, values: Mapping[str, Any]) -> Attendee:
    """Corrects what is known of somebody: name, ways to reach him, online, coming late, leaving early."""
    row = attending.get(uow, actor, number, to_change=True)
    event = events.get(uow, actor, row.event_id)
    require(actor, "attendee:answer", row)
    facts = {name: values[name] for name in FACTS if name in values}
    _check(actor, event, row.kind, {**facts, "name": facts.get("name", row.name)}, own=True)
    for name, value in facts.items():
        setattr(row, name, value)
    if actor.is_office and values.get("kind") and row.expert_id is None:
        row.kind = values["kind"]
    events.touched(event)
    uow.record(actor, "attendee:change", f"attendee:{row.id}", fields=sorted(facts))
    return row


def leave(uow: UnitOfWork, actor: Actor, number: int, reason: str = "") -> Attendee:
    """Somebody does not come after all; his meetings stay until the office moves them."""
    row = attending.get(uow, actor, number, to_change=True)
    event = events.get(uow, actor, row.event_id, to_change=True)
    require(actor, "attendee:answer", row)
    if event.state in {"ended", "locked"}:
        raise Conflict(
            Message("活动已经结束，不能再取消报名。"), hint=Message("没有到场的，请组织者在签到中登记。")
        )
    row.state, row.reason = "cancelled", reason.strip()[:MOST_REASON]
    events.touched(event)
    uow.record(actor, "attendee:leave", f"attendee:{row.id}", event=event.id, reason=row.reason)
    event_news.left(uow, actor, event, row)
    return row


def own_choices(uow: UnitOfWork, actor: Actor) -> Sequence[Expert]:
    """Experts whom the actor may register: himself, those of bodies that he answers for."""
    own: list[ColumnElement[bool]] = [Expert.organization_id.in_(list(actor.liaison_of))]
    if actor.expert is not None:
        own.append(Expert.id == actor.expert)
    statement = select(Expert).where(or_(*own)).options(joinedload(Expert.organization))
    return uow.session.scalars(statement.order_by(Expert.name, Expert.id).limit(500)).all()


def _refuse_late(actor: Actor, event: Event, today: date) -> None:
    if actor.is_office:
        return
    if event.state == "draft" or (event.call_until is not None and today > event.call_until):
        raise Conflict(
            Message("报名已于 %(day)s 截止。", {"day": f"{event.call_until}"}),
            hint=Message("仍想参加的，请联系组织者，由组织者登记。"),
        )


def _refuse_full(uow: UnitOfWork, actor: Actor, event: Event, kind: str) -> None:
    """The quota of experts binds everybody but the office."""
    if actor.is_office or kind != "expert" or event.most_experts is None:
        return
    taken = select(func.count()).where(
        Attendee.event_id == event.id, Attendee.kind == "expert", Attendee.state == "accepted"
    )
    if (uow.session.scalar(taken) or 0) >= event.most_experts:
        raise Conflict(
            Message("专家名额（%(most)s 人）已满。", {"most": event.most_experts}),
            hint=Message("可联系组织者候补。"),
        )


def _expert(uow: UnitOfWork, actor: Actor, number: int | None) -> Expert:
    """The expert who is registered; others than the office register themselves and those of their body."""
    wanted = number or actor.expert
    if wanted is None:
        told = Message("请选择一位专家。")
        raise InvalidInput(Message("没有说明是哪位专家。"), fields={"expert": told})
    row = experts.get(uow, actor, wanted)
    if not (actor.is_office or row.id == actor.expert or row.organization_id in actor.liaison_of):
        raise Forbidden(
            Message("您只能为自己或本单位的专家报名。"),
            hint=Message("其他专家请由其本人、单位或组织者报名。"),
        )
    return row


def _body(actor: Actor, kind: str, number: int | None, person: Expert | None) -> int | None:
    """The body that somebody comes from: that of the expert; others name one of their own."""
    if person is not None:
        return person.organization_id
    if actor.is_office:
        return number
    if kind != "representative":
        raise Forbidden(Message("这种身份由组织者登记。"), hint=Message("请联系组织者。"))
    own = [*actor.liaison_of, *actor.organizations]
    if number is not None and number not in own:
        raise Forbidden(Message("您只能为自己的单位报名。"), hint=Message("请选择自己的单位，或联系组织者。"))
    return number or (own[0] if own else None)


def _fill(facts: dict[str, Any], person: Expert) -> None:
    """What the profile knows and the form leaves open."""
    for name, known in (
        ("name", person.name), ("title", person.position), ("phone", person.phone), ("email", person.email)
    ):  # fmt: skip
        facts[name] = facts.get(name) or known or ""


def _is_himself(actor: Actor, row: Attendee, person: Expert | None) -> bool:
    """Whether the row is of the account: somebody who answers for his firm may register a colleague."""
    if person is not None:
        return person.id == actor.expert
    return row.name == actor.name or row.organization_id not in actor.liaison_of


def _again(
    uow: UnitOfWork, event: Event, person: Expert | None, kind: str, body: int | None, name: str
) -> Attendee | None:
    """The row of somebody who did not come and now does; Conflict where he is on the list already."""
    statement = select(Attendee).where(Attendee.event_id == event.id)
    if person is not None:
        statement = statement.where(Attendee.expert_id == person.id)
    else:
        same = (Attendee.kind == kind, Attendee.name == name, Attendee.organization_id == body)
        statement = statement.where(*same, Attendee.expert_id.is_(None))
    row = uow.session.scalars(statement.limit(1)).first()
    if row is not None and row.state not in _GONE:
        raise Conflict(
            Message(
                "%(name)s已在名单中（%(state)s）。", {"name": row.name, "state": ATTENDEE_STATES[row.state]}
            ),
            hint=Message("不用再报名；要更改请打开名单中的这一行。"),
        )
    return row


def _check(actor: Actor, event: Event, kind: str, facts: Mapping[str, Any], *, own: bool) -> None:
    faults: dict[str, Message] = {}
    if not facts.get("name"):
        faults["name"] = Message("请填写姓名。")
    if kind == "representative" and not own and not actor.is_office and not facts.get("phone"):
        faults["phone"] = Message("请填写到会人的电话，会前和现场联系要用。")
    arrives, leaves = facts.get("arrives"), facts.get("leaves")
    if arrives is not None and leaves is not None and leaves <= arrives:
        faults["leaves"] = Message("离开时间要晚于到达时间。")
    if (
        facts.get("mode") == "online"
        and not (facts.get("online_link") or event.online_link)
        and actor.is_office
    ):
        faults["online_link"] = Message("请填写线上会议的链接，或在活动中填写统一的链接。")
    if faults:
        raise InvalidInput(Message("报名还不能提交：请按各项提示更正。"), fields=faults)


def _selected(event: Event, wanted: PeopleFilter) -> Select[Any]:
    statement = select(Attendee).where(Attendee.event_id == event.id)
    if wanted.kind:
        statement = statement.where(Attendee.kind == wanted.kind)
    if wanted.state:
        statement = statement.where(Attendee.state == wanted.state)
    if wanted.q:
        statement = statement.where(Attendee.name.icontains(wanted.q, autoescape=True))
    return statement.options(
        joinedload(Attendee.organization), joinedload(Attendee.expert), selectinload(Attendee.problems)
    ).order_by(Attendee.state == "cancelled", Attendee.badge_number)
