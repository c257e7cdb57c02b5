"""Problems of an event: offered by their owners or the office, accepted or refused, with their people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventProblem, Problem
from matchmaker.permissions import Actor, relations_of, require
from matchmaker.services import event_news, events, problems
from matchmaker.services.candidates import wish as rank_experts
from matchmaker.services.registering import MOST_REASON
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

#: State of a problem of an event → its name.
STATES: dict[str, Message] = {
    "offered": Message("待审核"),
    "accepted": Message("已列入"),
    "refused": Message("未列入"),
    "withdrawn": Message("已撤回"),
}
#: States of a problem in which it may be on the list.
_LOOKING = frozenset({"published", "docking"})
_OFFERED = frozenset({"draft", "submitted", "returned", "published", "docking"})
_OWNERS = frozenset({"owner", "territory"})
#: A priority beyond the usual, and what it may be.
MOST_PRIORITY = 3.0


def listing(uow: UnitOfWork, actor: Actor, event: Event, state: str = "") -> Sequence[EventProblem]:
    """All problems of an event for the office, what waits first."""
    require(actor, "attendee:read", event)
    statement = select(EventProblem).where(EventProblem.event_id == event.id)
    if state:
        statement = statement.where(EventProblem.state == state)
    return uow.session.scalars(
        statement.options(
            joinedload(EventProblem.problem).joinedload(Problem.organization),
            selectinload(EventProblem.people),
        ).order_by(EventProblem.state != "offered", EventProblem.state != "accepted", EventProblem.id)
    ).all()


def get(uow: UnitOfWork, actor: Actor, number: int, *, to_change: bool = False) -> EventProblem:
    """One problem of an event, for the office, its owner and its representatives; hidden is NotFound."""
    row = uow.session.get(EventProblem, number, with_for_update=to_change) if number <= MOST_NUMBER else None
    if row is None or not (actor.is_office or _OWNERS & relations_of(actor, row)):
        raise NotFound(Message("活动中没有这项难题，或者您不能更改它。"), hint=Message("请从活动页面打开。"))
    return row


def may_be_offered(uow: UnitOfWork, actor: Actor, event: Event, q: str = "") -> Sequence[Problem]:
    """Problems that the actor may offer and that are not there yet; for the office all published ones."""
    there = select(EventProblem.problem_id).where(
        EventProblem.event_id == event.id, EventProblem.state.in_(("offered", "accepted"))
    )
    statement = select(Problem).where(problems.shown_to(actor), Problem.id.not_in(there))
    if actor.is_office:
        statement = statement.where(Problem.state.in_(_LOOKING))
    else:
        own: list[ColumnElement[bool]] = [Problem.organization_id.in_(list(actor.liaison_of))]
        if actor.account is not None:
            own.append(Problem.created_by == actor.account)
        statement = statement.where(or_(*own), Problem.state.in_(_OFFERED))
    if q:
        text = or_(Problem.title.icontains(q, autoescape=True), Problem.number.icontains(q, autoescape=True))
        statement = statement.where(text)
    return uow.session.scalars(
        statement.options(joinedload(Problem.organization)).order_by(Problem.id.desc()).limit(200)
    ).all()


def offer(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    problem: int,
    *,
    today: date,
    people: Collection[int] = (),
) -> EventProblem:
    """A problem for the event: the office puts it on the list, its owner offers it until the last day."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:register", event)
    need = problems.get(uow, actor, problem)
    if not actor.is_office:
        if not _OWNERS & relations_of(actor, need):
            raise Forbidden(Message("只有难题的单位可以带它参加活动。"), hint=Message("请选择自己的难题。"))
        if event.state == "draft" or (event.call_until is not None and today > event.call_until):
            raise Conflict(
                Message("难题征集已于 %(day)s 截止。", {"day": f"{event.call_until}"}),
                hint=Message("仍想参加的，请联系组织者，由组织者登记。"),
            )
    if need.state not in _OFFERED:
        raise Conflict(
            Message("这项难题现在不能参加活动。"), hint=Message("已解决、已撤回或过期的难题请先重新打开。")
        )
    row = uow.session.scalar(
        select(EventProblem).where(EventProblem.event_id == event.id, EventProblem.problem_id == need.id)
    )
    if row is not None and row.state in {"offered", "accepted"}:
        raise Conflict(Message("这项难题已在活动中。"), hint=Message("请在下面的清单中查看。"))
    ready = need.state in _LOOKING and (actor.is_office or not event.approves)
    state = "accepted" if ready and (actor.is_office or not _is_full(uow, event)) else "offered"
    row = row or EventProblem(event_id=event.id, problem_id=need.id, priority=1.0)
    row.state, row.reason, row.offered_by = state, "", actor.name[:100]
    row.problem = need
    uow.session.add(row)
    uow.session.flush()
    _put_people(uow, actor, event, row, people)
    events.touched(event)
    uow.record(actor, "event:offer", f"event:{event.id}", problem=need.id, state=state)
    rank_experts(uow, event)
    if state == "offered":
        event_news.registered(uow, actor, event, need.title)
    return row


def decide(uow: UnitOfWork, actor: Actor, number: int, *, accept: bool, reason: str = "") -> EventProblem:
    """The office puts a problem on the list, or not and says why."""
    row = get(uow, actor, number, to_change=True)
    event = events.get(uow, actor, row.event_id, to_change=True)
    require(actor, "event:validate", event)
    if accept and row.problem.state not in _LOOKING:
        raise Conflict(
            Message("“%(title)s”还没有发布，不能列入。", {"title": row.problem.title}),
            hint=Message("请先在“审核”中发布这项难题。"),
        )
    if not accept and not reason.strip():
        told = Message("请写明原因，难题的单位会看到。")
        raise InvalidInput(Message("请说明为什么不列入。"), fields={"reason": told})
    if accept and row.state == "accepted":
        return row
    row.state = "accepted" if accept else "refused"
    row.reason = "" if accept else reason.strip()[:MOST_REASON]
    events.touched(event)
    uow.record(actor, "event:validate", f"event:{event.id}", problem=row.problem_id, state=row.state)
    event_news.problem_decided(uow, actor, event, row)
    return row


def withdraw(uow: UnitOfWork, actor: Actor, number: int, reason: str = "") -> EventProblem:
    """A problem does not take part after all; its meetings stay until the office moves them."""
    row = get(uow, actor, number, to_change=True)
    event = events.get(uow, actor, row.event_id, to_change=True)
    require(actor, "event:register", event)
    row.state, row.reason = "withdrawn", reason.strip()[:MOST_REASON]
    events.touched(event)
    uow.record(actor, "event:withdraw", f"event:{event.id}", problem=row.problem_id, reason=row.reason)
    event_news.registered(uow, actor, event, Message("撤回难题“%(title)s”", {"title": row.problem.title}))
    return row


def change(
    uow: UnitOfWork, actor: Actor, number: int, values: Mapping[str, Any], *, people: Collection[int]
) -> EventProblem:
    """How many meetings, which table, who represents it; priority and its visible reason are the office's."""
    row = get(uow, actor, number, to_change=True)
    event = events.get(uow, actor, row.event_id, to_change=True)
    require(actor, "attendee:prefer", row)
    _check(actor, values)
    for name in ("least", "most", "table_kind"):
        setattr(row, name, values[name])
    if actor.is_office:
        row.priority, row.priority_reason = values["priority"], values["priority_reason"]
    _put_people(uow, actor, event, row, people)
    events.touched(event)
    changed = {name: values[name] for name in ("least", "most", "table_kind")}
    uow.record(
        actor, "event:problem", f"event:{event.id}", problem=row.problem_id, **changed, priority=row.priority
    )
    return row


def representatives(uow: UnitOfWork, actor: Actor, event: Event) -> Sequence[Attendee]:
    """Attendees who may represent problems: for the office all, for others those of their bodies."""
    statement = select(Attendee).where(
        Attendee.event_id == event.id, Attendee.kind == "representative",
        Attendee.state.in_(("accepted", "registered", "invited")),
    )  # fmt: skip
    if not actor.is_office:
        bodies = [*actor.liaison_of, *actor.organizations]
        own: list[ColumnElement[bool]] = [Attendee.organization_id.in_(bodies)]
        if actor.account is not None:
            own.append(Attendee.account_id == actor.account)
        statement = statement.where(or_(*own))
    statement = statement.options(joinedload(Attendee.organization))
    return uow.session.scalars(statement.order_by(Attendee.badge_number)).all()


def _put_people(
    uow: UnitOfWork, actor: Actor, event: Event, row: EventProblem, people: Collection[int]
) -> None:
    """Those of the numbers whom the actor may name; the office is not told of others, they are not there."""
    known = {each.id: each for each in representatives(uow, actor, event)}
    kept = [] if actor.is_office else [each for each in row.people if each.id not in known]
    row.people = [*kept, *(known[number] for number in sorted(set(people)) if number in known)]


def _is_full(uow: UnitOfWork, event: Event) -> bool:
    if event.most_problems is None:
        return False
    taken = select(func.count()).where(EventProblem.event_id == event.id, EventProblem.state == "accepted")
    return (uow.session.scalar(taken) or 0) >= event.most_problems


def _check(actor: Actor, values: Mapping[str, Any]) -> None:
    faults: dict[str, Message] = {}
    least, most = values["least"], values["most"]
    if least is not None and most is not None and least > most:
        faults["least"] = Message("不能多于最多场次（%(most)s）。", {"most": most})
    if actor.is_office and values["priority"] != 1 and not values["priority_reason"]:
        faults["priority_reason"] = Message("请写明为什么优先，参会各方可以看到。")
    if faults:
        raise InvalidInput(Message("还不能保存：请按各项提示更正。"), fields=faults)
