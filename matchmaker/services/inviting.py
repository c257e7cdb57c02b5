"""Invitations 邀请函: experts invited by the office, reminded, called back; who has answered what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, Expert
from matchmaker.permissions import Actor, require
from matchmaker.services import attending, body_inviting, candidates, events, invitation_facts, messages
from matchmaker.services import secret_links as links
from matchmaker.services.event_stages import Readiness
from matchmaker.services.recipients import Recipient, account, recipients_for_body, recipients_for_expert
from matchmaker.storage.queries import may_read, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kinds of messages by which an expert is asked.
ASKED, AGAIN = "event:invited", "event:invited_again"
#: Purpose of the links by which he answers.
PURPOSE = "event_invitation"
#: States in which an expert may be invited (again).
_OPEN = frozenset({"nominated", "declined", "cancelled", "refused"})
#: Experts invited at a time.
MOST = 300


def invite(
    uow: UnitOfWork, actor: Actor, number: int, experts: Sequence[int], *, at: datetime, today: date
) -> list[Attendee]:
    """Invites experts; whoever is invited or comes already is left alone.

    Raises:
        Conflict: more than the event takes.
    """
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:invite", event)
    if not experts:
        fault = Message("请至少勾选一位专家。")
        raise InvalidInput(fault, fields={"expert": fault})
    rows = uow.session.scalars(
        select(Expert)
        .where(Expert.id.in_(list(experts)[:MOST]), readable_by(actor, Expert))
        .options(joinedload(Expert.organization))
        .order_by(Expert.id)
    ).all()
    known = {row.expert_id: row for row in _experts_of(uow, event)}
    new = [row for row in rows if row.id not in known or known[row.id].state in _OPEN]
    _refuse_too_many(event, known.values(), len(new))
    made = [_invited(uow, actor, event, person, known.get(person.id), at) for person in new]
    for row in made:
        told(uow, actor, row, ASKED, today=today)
    return made


def _experts_of(uow: UnitOfWork, event: Event) -> Sequence[Attendee]:
    statement = select(Attendee).where(Attendee.event_id == event.id, Attendee.expert_id.is_not(None))
    return uow.session.scalars(statement.options(joinedload(Attendee.expert))).all()


def _refuse_too_many(event: Event, known: Iterable[Attendee], new: int) -> None:
    here = sum(row.state in {"invited", "accepted", "registered"} for row in known)
    if event.most_experts is not None and here + new > event.most_experts:
        raise Conflict(
            Message(
                "专家名额是 %(most)s 位，已邀请或确认 %(here)s 位，不能再邀请 %(new)s 位。",
                {"most": event.most_experts, "here": here, "new": new},
            ),
            hint=Message("请少选几位，或在活动的设置中增加专家名额。"),
        )


def _invited(
    uow: UnitOfWork, actor: Actor, event: Event, person: Expert, row: Attendee | None, at: datetime
) -> Attendee:
    if row is None:
        row = attending.add(
            uow, event, name=person.name, kind="expert", state="nominated", expert_id=person.id,
            title=person.position, organization_id=person.organization_id, phone=person.phone,
            email=person.email,
        )  # fmt: skip
        row.expert, row.event = person, event
    attending.move(uow, actor, row, "invited", at=at)
    return row


def told(uow: UnitOfWork, actor: Actor, row: Attendee, kind: str, *, today: date) -> None:
    """The message with a link for each who may answer: himself, or by telephone and through his liaison."""
    event = row.event
    subject = f"attendee:{row.id}"
    until = event.answer_until or event.first_day
    days = min(max((until - today).days + 1, 7) if until else links.DAYS, 365)
    problems = invitation_facts.concerning(uow, event, [row])[row.id]
    for person in recipients_of(uow, row):
        link = links.issue(uow, actor, PURPOSE, subject, person, days)
        names = [invitation_facts.problem_name(each, person.may_read) for each in problems]
        values = {
            "person": row.name,
            "event": event.title,
            "when": invitation_facts.when(event) or Message("时间另行通知"),
            "place": invitation_facts.place(event) or Message("地点另行通知"),
            "problems": listed(names) if names else Message("见活动页面"),
            "day": f"{until:%Y-%m-%d}" if until else Message("近日"),
        }
        messages.tell(uow, actor, [person], kind, subject, values, link=link)


def listed(names: Sequence[Message]) -> Message:
    """A few problems in one sentence."""
    template = "；".join(f"%(p{at})s" for at in range(len(names)))
    return Message(template, {f"p{at}": name for at, name in enumerate(names)})


def recipients_of(uow: UnitOfWork, row: Attendee) -> list[Recipient]:
    """Who is asked for an attendee; somebody without profile and account by telephone, and his liaison."""
    if row.account_id is not None:
        own = account(uow, row.account_id)
        if own:
            return own
    if row.expert is not None:
        return recipients_for_expert(uow, row.expert)
    person = Recipient(name=row.name, phone=row.phone, email=row.email, organization=row.organization_id)
    liaisons = recipients_for_body(uow, row.organization_id) if row.organization_id is not None else []
    return [person, *liaisons]


def remind(
    uow: UnitOfWork, actor: Actor, number: int, people: Sequence[int] | None, *, today: date
) -> list[Attendee]:
    """Reminds those who have not answered; None: all of them."""
    event = events.get(uow, actor, number)
    require(actor, "event:invite", event)
    statement = _asked(event).where(Attendee.state == "invited")
    if people is not None:
        statement = statement.where(Attendee.id.in_(list(people)[:MOST]))
    rows = list(uow.session.scalars(statement))
    for row in rows:
        told(uow, actor, row, AGAIN, today=today)
        uow.record(actor, "attendee:reminded", f"attendee:{row.id}", event=event.id)
    return rows


def recall(
    uow: UnitOfWork, actor: Actor, number: int, person: int, *, at: datetime, reason: str = ""
) -> Attendee:
    """Takes an invitation back, or gives up somebody who has accepted; he is told."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:invite", event)
    row = of_event(uow, actor, event, person)
    if row.state not in {"invited", "accepted", "nominated"}:
        raise Conflict(Message("这份邀请已经结束。"), hint=Message("请刷新页面查看现在的状态。"))
    attending.move(uow, actor, row, "cancelled", at=at, reason=reason)
    end_question(uow, row)
    values = {"person": row.name, "event": event.title, "reason": reason or Message("（没有补充说明）")}
    messages.tell(uow, actor, recipients_of(uow, row), "event:recalled", f"attendee:{row.id}", values)
    return row


def end_question(uow: UnitOfWork, row: Attendee) -> None:
    """Nobody is asked or called for this invitation any more."""
    messages.settle(uow, f"attendee:{row.id}", [ASKED, AGAIN])
    links.close(uow, PURPOSE, f"attendee:{row.id}")


def of_event(uow: UnitOfWork, actor: Actor, event: Event, person: int, *, to_change: bool = True) -> Attendee:
    """One expert of an event, whom the actor may look at."""
    row = attending.get(uow, actor, person, to_change=to_change)
    if row.event_id != event.id or row.kind != "expert":
        raise NotFound(Message("这场活动没有这位专家。"), hint=Message("请从活动的邀请页面查找。"))
    return row


def facts(uow: UnitOfWork, actor: Actor, event: Event, row: Attendee) -> list[tuple[Message, Message | str]]:
    """What an invitation says to whoever answers it on a page; the office reads every title."""
    problems = invitation_facts.concerning(uow, event, [row])[row.id]
    shown = [invitation_facts.problem_name(each, lambda one: may_read(actor, one)) for each in problems]
    found: list[tuple[Message, Message | str]] = [
        (Message("专家"), row.name),
        (Message("时间"), invitation_facts.when(event)),
        (Message("地点"), invitation_facts.place(event)),
        (Message("有关的难题"), listed(shown) if shown else ""),
        (Message("请在此日前回复"), f"{event.answer_until:%Y-%m-%d}" if event.answer_until else ""),
    ]
    return [(name, text) for name, text in found if text]


def listing(uow: UnitOfWork, actor: Actor, event: Event) -> Sequence[Attendee]:
    """Every expert of an event, those who have not answered first."""
    require(actor, "attendee:read")
    order = {state: at for at, state in enumerate(("invited", "nominated", "registered", "accepted"))}
    rows = uow.session.scalars(_asked(event).order_by(Attendee.id)).all()
    return sorted(rows, key=lambda row: order.get(row.state, len(order)))


def _asked(event: Event) -> Select[Attendee]:
    return (
        select(Attendee)
        .where(Attendee.event_id == event.id, Attendee.kind == "expert")
        .options(
            joinedload(Attendee.event),
            joinedload(Attendee.expert).joinedload(Expert.organization),
            joinedload(Attendee.organization),
        )
    )


def readiness(uow: UnitOfWork, _actor: Actor, event: Event) -> Sequence[Readiness]:
    """What inviting lacks: replies, bodies without nominations, problems for which nobody good is asked."""
    counted = select(Attendee.state, func.count()).where(
        Attendee.event_id == event.id, Attendee.kind == "expert"
    )
    states = Counter[str]()
    for state, count in uow.session.execute(counted.group_by(Attendee.state)):
        states[state] = count
    found = []
    if states["invited"]:
        text = Message("%(n)s 位专家还没有回复", {"n": states["invited"]})
        found.append(Readiness(text, False, "inviting.invitations", {}, Message("提醒")))
    if states["nominated"]:
        text = Message("%(n)s 位单位推荐的专家待决定", {"n": states["nominated"]})
        found.append(Readiness(text, False, "nominating.bodies", {}, Message("去决定")))
    quiet = body_inviting.silent(uow, event)
    if quiet:
        text = Message("%(n)s 家单位还没有推荐专家", {"n": quiet})
        found.append(Readiness(text, False, "nominating.bodies", {}, Message("提醒")))
    asked, lacking = candidates.bare(uow, event.id)
    if lacking:
        text = Message("%(n)s 项难题还没有邀请到合适的专家", {"n": lacking})
        found.append(Readiness(text, False, "inviting.show", {}, Message("选择专家")))
    coming = states["accepted"]
    text = Message("%(n)s 位专家确认参加", {"n": coming}) if coming else Message("还没有专家确认参加")
    return [*found, Readiness(text, coming > 0, "inviting.invitations")] if asked or coming else found
