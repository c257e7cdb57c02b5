"""Intentions become agreements: of meetings where they count, and those told without a meeting.

An agreement is withdrawn, never deleted, when the outcome of its meeting turns out otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import joinedload

from matchmaker import taxonomy
from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Agreement, Counter, Event, FollowUp, History, Introduction, Meeting
from matchmaker.permissions import Actor, relations_of, require
from matchmaker.services import following
from matchmaker.services.outcome_rules import Verdict
from matchmaker.services.paging import Page, paged
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

INTENTION = "intention"
#: Reason of an agreement whose meeting turned out otherwise.
WITHDRAWN = "withdrawn"
#: States of an event after which follow-ups are planned at once.
_OVER = frozenset({"ended", "locked"})
MOST_EXPORTED = 20_000

TABS: dict[str, Message] = {
    "": Message("全部"),
    "open": Message("推进中"),
    "ended": Message("已结束"),
    "withdrawn": Message("已撤销"),
}


@dataclass(frozen=True, slots=True)
class Intended:
    """An intention that came without a meeting of the plan: at a training, a visit, in the corridor."""

    title: str
    demand: str
    supply: str
    ways: tuple[str, ...] = ()
    amount_fen: int | None = None
    began_on: date | None = None
    demand_id: int | None = None
    supply_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AgreementFilter:
    """What a list shows; ``tab`` is one of TABS."""

    tab: str = ""
    mine: bool = False
    event: int | None = None
    q: str = ""


def follow(uow: UnitOfWork, actor: Actor, meeting: Meeting, found: Verdict, *, at: datetime) -> None:
    """Makes the agreement of a meeting say what its verdict says; the same verdict twice changes nothing."""
    row = uow.session.scalar(select(Agreement).where(Agreement.meeting_id == meeting.id).with_for_update())
    if found.counts:
        _count(uow, actor, meeting, row, found, at)
    elif row is not None and row.state == INTENTION and row.reason != WITHDRAWN:
        row.is_open, row.reason = False, WITHDRAWN
        uow.record(actor, "agreement:withdrawn", f"agreement:{row.id}", meeting=meeting.id)
        _end_follow_ups(uow, row, at)


def record(uow: UnitOfWork, actor: Actor, event: Event, told: Intended) -> Agreement:
    """An intention of an event that no meeting of its plan led to, by the organizer's word."""
    require(actor, "meeting:settle")
    faults: dict[str, Message] = {}
    for name in ("title", "demand", "supply"):
        if not getattr(told, name).strip():
            faults[name] = Message("请填写。")
    if any(way not in taxonomy.INTENT_WAYS for way in told.ways):
        faults["ways"] = Message("没有这种意向方式，请从列表中选择。")
    if faults:
        raise InvalidInput(Message("请写明意向的内容和双方。"), fields=faults)
    row = _added(
        uow,
        told.began_on or following.day_of(event),
        title=told.title.strip()[:300],
        event_id=event.id,
        demand=told.demand.strip()[:200],
        supply=told.supply.strip()[:200],
        demand_id=told.demand_id,
        supply_id=told.supply_id,
        ways=list(told.ways),
        amount_fen=told.amount_fen,
        note=told.note.strip()[:2000],
    )
    uow.record(actor, "agreement:recorded", f"agreement:{row.id}", event=event.id, title=row.title)
    if event.state in _OVER:
        following.ensure(uow, event, agreement=row)
    return row


def of_introduction(
    uow: UnitOfWork, actor: Actor, row: Introduction, note: str, today: date
) -> Agreement | None:
    """The agreement of an introduction that came to an intention; taken up again when there was one."""
    known = uow.session.scalar(
        select(Agreement).where(Agreement.introduction_id == row.id).with_for_update().limit(1)
    )
    if known is not None:
        if known.reason == WITHDRAWN:
            known.is_open, known.reason = True, ""
            uow.record(actor, "agreement:reopened", f"agreement:{known.id}", introduction=row.id)
        return known
    firm, body = row.problem.organization, row.expert.organization
    made = _added(
        uow,
        today,
        title=row.problem.title[:300],
        introduction_id=row.id,
        problem_id=row.problem_id,
        expert_id=row.expert_id,
        demand_id=row.problem.organization_id,
        supply_id=row.expert.organization_id,
        demand=(firm.name if firm else "")[:200],
        supply=" ".join(filter(None, (body.name if body else "", row.expert.name)))[:200],
        owner_id=row.follower_id,
        owner=row.follower,
        note=note,
    )
    uow.record(actor, "agreement:began", f"agreement:{made.id}", introduction=row.id)
    return made


def not_of_introduction(uow: UnitOfWork, actor: Actor, row: Introduction) -> None:
    """The introduction went back behind its intention."""
    known = uow.session.scalar(select(Agreement).where(Agreement.introduction_id == row.id).with_for_update())
    if known is not None and known.is_open and known.state == INTENTION:
        known.is_open, known.reason = False, WITHDRAWN
        uow.record(actor, "agreement:withdrawn", f"agreement:{known.id}", introduction=row.id)


def assign(uow: UnitOfWork, actor: Actor, number: int, account: int | None) -> Agreement:
    """Says which broker follows it, with its open follow-ups; None for nobody."""
    row = _held(uow, actor, number)
    require(actor, "agreement:assign", row)
    before = row.owner
    row.owner_id, row.owner = account, following.known_owner(uow, account)
    for look in _open_looks(uow, row):
        look.owner_id, look.owner = row.owner_id, row.owner
    uow.record(actor, "agreement:assigned", f"agreement:{row.id}", before=before, after=row.owner)
    return row


def sign(uow: UnitOfWork, actor: Actor, number: int, *, signs: bool) -> Agreement:
    """Whether it stands on the list of what is signed at the event."""
    row = _held(uow, actor, number)
    require(actor, "meeting:settle")
    if signs and not row.is_open:
        raise Conflict(Message("这项意向已结束，不能列入签约清单。"), hint=Message("请先核对洽谈结果。"))
    if row.signs != signs:
        row.signs = signs
        uow.record(actor, "agreement:signs", f"agreement:{row.id}", signs=signs)
    return row


def listing(uow: UnitOfWork, actor: Actor, wanted: AgreementFilter, page: int = 1) -> Page[Agreement]:
    """Agreements that concern the actor, the newest first."""
    require(actor, "agreement:read")
    return paged(uow.session, _selected(actor, wanted), page)


def export(uow: UnitOfWork, actor: Actor, wanted: AgreementFilter) -> Sequence[Agreement]:
    """The same list as a whole."""
    require(actor, "agreement:read")
    return uow.session.scalars(_selected(actor, wanted).limit(MOST_EXPORTED)).all()


def counts(uow: UnitOfWork, actor: Actor) -> dict[str, int]:
    """Agreements by tab, in one statement."""
    parts = [func.count().filter(_tab(tab)) for tab in TABS]
    row = uow.session.execute(select(*parts).select_from(Agreement).where(shown_to(actor))).one()
    return dict(zip(TABS, row, strict=True))


def get(uow: UnitOfWork, actor: Actor, number: int) -> Agreement:
    """One agreement; hidden is NotFound."""
    require(actor, "agreement:read")
    statement = select(Agreement).where(Agreement.id == min(number, MOST_NUMBER), shown_to(actor))
    row = uow.session.scalar(statement.options(joinedload(Agreement.event), joinedload(Agreement.problem)))
    if row is None:
        raise NotFound(
            Message("没有编号为 %(number)s 的意向，或者它与您无关。", {"number": number}),
            hint=Message("请从“意向”列表中查找。"),
        )
    return row


def looks(uow: UnitOfWork, row: Agreement) -> Sequence[FollowUp]:
    """Its follow-ups, the oldest first; those of its pair before it was an intention as well."""
    same: ColumnElement[bool] = FollowUp.agreement_id == row.id
    if row.meeting_id is not None:
        same = or_(same, FollowUp.meeting_id == row.meeting_id)
    return uow.session.scalars(select(FollowUp).where(same).order_by(FollowUp.id)).all()


def timeline(uow: UnitOfWork, row: Agreement) -> Sequence[History]:
    """What was done to it, the oldest first."""
    subjects = [f"agreement:{row.id}", *(f"followup:{each.id}" for each in looks(uow, row))]
    statement = select(History).where(History.subject.in_(subjects)).order_by(History.id)
    return uow.session.scalars(statement).all()


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """The office sees all, others those of the bodies they answer for, their own, and what they follow."""
    if actor.is_office:
        return true()
    bodies = list(actor.liaison_of)
    own: list[ColumnElement[bool]] = [Agreement.demand_id.in_(bodies), Agreement.supply_id.in_(bodies)]
    if actor.account is not None:
        own.append(Agreement.owner_id == actor.account)
    if actor.expert is not None:
        own.append(Agreement.expert_id == actor.expert)
    if "broker" in actor.roles:
        own.append(and_(Agreement.owner_id.is_(None), Agreement.is_open))
    return or_(*own)


def _count(
    uow: UnitOfWork, actor: Actor, meeting: Meeting, row: Agreement | None, found: Verdict, at: datetime
) -> None:
    if row is None:
        row = _of_meeting(uow, meeting, found, at)
        facts = {"meeting": meeting.id, "settled": found.is_settled}
        uow.record(actor, "agreement:began", f"agreement:{row.id}", **facts)
    else:
        changed = _updated(row, found)
        if row.reason == WITHDRAWN:
            row.is_open, row.reason = True, ""
            uow.record(actor, "agreement:reopened", f"agreement:{row.id}", meeting=meeting.id)
        if changed:
            uow.record(actor, "agreement:changed", f"agreement:{row.id}", **changed)
    if meeting.event.state in _OVER:
        following.ensure(uow, meeting.event, agreement=row)


def _of_meeting(uow: UnitOfWork, meeting: Meeting, found: Verdict, at: datetime) -> Agreement:
    problem, person = meeting.event_problem.problem, meeting.attendee
    slot = next((each for each in meeting.event.slots if each.position == meeting.slot), None)
    began_on = slot.starts.date() if slot else meeting.event.first_day or at.date()
    owner_id, owner = following.follower_of(uow, meeting)
    body = person.organization.name if person.organization else ""
    return _added(
        uow,
        began_on,
        title=problem.title[:300],
        event_id=meeting.event_id,
        meeting_id=meeting.id,
        problem_id=problem.id,
        expert_id=person.expert_id,
        demand_id=problem.organization_id,
        supply_id=person.organization_id,
        demand=(problem.organization.name if problem.organization else "")[:200],
        supply=f"{body} {person.name}".strip()[:200],
        ways=list(found.ways),
        amount_fen=found.amount_fen,
        owner_id=owner_id,
        owner=owner,
    )


def _updated(row: Agreement, found: Verdict) -> dict[str, Any]:
    """What a verdict changes of an agreement that has not gone further."""
    if row.state != INTENTION:
        return {}
    changed: dict[str, Any] = {}
    if list(row.ways) != list(found.ways):
        changed["ways"], row.ways = [list(row.ways), list(found.ways)], list(found.ways)
    if row.amount_fen != found.amount_fen:
        changed["amount_fen"], row.amount_fen = [row.amount_fen, found.amount_fen], found.amount_fen
    return changed


def _added(uow: UnitOfWork, began_on: date, **facts: Any) -> Agreement:
    row = Agreement(number=_number(uow, began_on.year), state=INTENTION, began_on=began_on, **facts)
    uow.session.add(row)
    uow.session.flush()
    return row


def _number(uow: UnitOfWork, year: int) -> str:
    """The next number of the year; two transactions never get the same."""
    uow.alone("agreements")
    series = f"agreement:{year}"
    counter = uow.session.get(Counter, series, with_for_update=True)
    if counter is None:
        counter = Counter(name=series, last=0)
        uow.session.add(counter)
    counter.last += 1
    uow.session.flush()
    return f"YX-{year}-{counter.last:04d}"


def _held(uow: UnitOfWork, actor: Actor, number: int) -> Agreement:
    row = get(uow, actor, number)
    uow.session.refresh(row, with_for_update=True)
    return row


def _open_looks(uow: UnitOfWork, row: Agreement) -> Sequence[FollowUp]:
    return uow.session.scalars(
        select(FollowUp).where(FollowUp.agreement_id == row.id, FollowUp.done_at.is_(None))
    ).all()


def _end_follow_ups(uow: UnitOfWork, row: Agreement, at: datetime) -> None:
    """Its open looks go on with the pair: there may still be something to talk about."""
    for look in _open_looks(uow, row):
        look.agreement_id = None
        if look.meeting_id is None:
            look.done_at, look.status, look.reason = at, "dropped", "other"


def _tab(tab: str) -> ColumnElement[bool]:
    if tab == "open":
        return Agreement.is_open.is_(True)
    if tab == "ended":
        return and_(Agreement.is_open.is_(False), Agreement.reason != WITHDRAWN)
    return Agreement.reason == WITHDRAWN if tab == "withdrawn" else true()


def _selected(actor: Actor, wanted: AgreementFilter) -> Select[Any]:
    where = [shown_to(actor), _tab(wanted.tab)]
    if wanted.mine:
        where.append(Agreement.owner_id == (actor.account or 0))
    if wanted.event is not None:
        where.append(Agreement.event_id == wanted.event)
    if wanted.q:
        columns = (Agreement.title, Agreement.number, Agreement.demand, Agreement.supply)
        where.append(or_(*(column.contains(wanted.q, autoescape=True) for column in columns)))
    order = (Agreement.began_on.desc(), Agreement.id.desc())
    return (
        select(Agreement)
        .where(*where)
        .order_by(*order)
        .options(joinedload(Agreement.event), joinedload(Agreement.problem))
    )


def demand_of(actor: Actor, row: Agreement) -> str:
    """The demanding side as the reader may know it: brokers learn an anonymous firm when they follow it."""
    hidden = row.problem is not None and row.problem.visibility == "anonymous"
    return row.demand if not hidden or actor.is_office or relations_of(actor, row) else ""
