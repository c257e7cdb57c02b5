"""Events as they are looked for: coming, past, prepared, of a kind or a series; what concerns the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.lifecycle import EVENT_GATHERING
from matchmaker.messages import Message
from matchmaker.models import Attendee, BodyInvitation, Event, EventProblem, Meeting, Problem
from matchmaker.permissions import Actor, allowed
from matchmaker.services import attending, events, problems
from matchmaker.services.paging import Page, paged
from matchmaker.storage.unit_of_work import UnitOfWork

#: Name of a tab → what it is called; drafts and what was cancelled before it opened are the office's.
TABS: dict[str, Message] = {
    "coming": Message("即将举办"),
    "past": Message("已举办"),
    "draft": Message("筹备中"),
    "cancelled": Message("已取消"),
}
_OVER = frozenset({"ended", "locked"})
#: Rows of an export.
MOST_EXPORTED = 5_000


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What a list shows; "" leaves a part open."""

    tab: str = "coming"
    kind: str = ""
    series: str = ""
    q: str = ""


def listing(
    uow: UnitOfWork, actor: Actor, wanted: EventFilter, today: date, page: int = 1, size: int = 50
) -> Page[Event]:
    """One page: what comes next first; of what is past the newest first."""
    return paged(uow.session, _selected(actor, wanted, today), page, size)


def export(uow: UnitOfWork, actor: Actor, wanted: EventFilter, today: date) -> Sequence[Event]:
    """The same list as a whole."""
    return uow.session.scalars(_selected(actor, wanted, today).limit(MOST_EXPORTED)).all()


def counts(uow: UnitOfWork, actor: Actor, wanted: EventFilter, today: date) -> dict[str, int]:
    """Tab → how many; one statement."""
    counted = [func.count().filter(_tab(name, today)) for name in TABS]
    row = uow.session.execute(select(*counted).select_from(Event).where(*_narrowed(actor, wanted))).one()
    return dict(zip(TABS, (int(number) for number in row), strict=True))


def series(uow: UnitOfWork, actor: Actor) -> Sequence[str]:
    """Names of the series that there are."""
    statement = select(Event.series).where(events.shown_to(actor), Event.series != "").distinct()
    return uow.session.scalars(statement.order_by(Event.series).limit(200)).all()


def following(uow: UnitOfWork, actor: Actor, today: date, most: int = 3) -> Sequence[Event]:
    """The next events, those of today first; the office's drafts with a day among them."""
    statement = select(Event).where(
        events.shown_to(actor),
        Event.state.not_in(("cancelled", "locked", "ended")),
        or_(Event.last_day >= today, Event.state == "running"),
    )
    return uow.session.scalars(statement.order_by(Event.first_day, Event.id).limit(most)).all()


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as its page shows it.

    Attributes:
        offers: accepted problems that the reader may read.
        hidden: how many more there are.
        own: attendees that the reader is or answers for (not for the office, which has the list).
        own_offers: problems that he brought, whatever became of them.
        meetings: published meetings of these, in the order of rounds.
        experts: how many experts have agreed to come.
    """

    event: Event
    offers: Sequence[EventProblem]
    hidden: int
    own: Sequence[Attendee]
    own_offers: Sequence[EventProblem]
    meetings: Sequence[Meeting]
    experts: int


def seen(uow: UnitOfWork, actor: Actor, event: Event) -> Seen:
    """What the page of an event tells this reader; a fixed number of statements."""
    offers, hidden = _offers(uow, actor, event)
    own: Sequence[Attendee] = ()
    own_offers: Sequence[EventProblem] = ()
    if not actor.is_office and (actor.account is not None or actor.liaison_of):
        statement = select(Attendee).where(Attendee.event_id == event.id, attending.within_reach(actor))
        own = uow.session.scalars(
            statement.options(joinedload(Attendee.organization), selectinload(Attendee.problems))
            .order_by(Attendee.badge_number)
            .limit(200)
        ).all()
        own_offers = own_offers_of(uow, actor, event)
    experts = select(func.count()).where(
        Attendee.event_id == event.id, Attendee.kind == "expert", Attendee.state == "accepted"
    )
    return Seen(
        event,
        offers,
        hidden,
        own,
        own_offers,
        _meetings(uow, own, own_offers),
        uow.session.scalar(experts) or 0,
    )


def own_offers_of(uow: UnitOfWork, actor: Actor, event: Event) -> Sequence[EventProblem]:
    """Problems that somebody has brought to an event for himself or for a body that he answers for."""
    mine: list[ColumnElement[bool]] = [Problem.organization_id.in_(list(actor.liaison_of))]
    if actor.account is not None:
        mine.append(Problem.created_by == actor.account)
        mine.append(EventProblem.people.any(Attendee.account_id == actor.account))
    statement = (
        select(EventProblem)
        .join(EventProblem.problem)
        .where(EventProblem.event_id == event.id, or_(*mine))
        .options(joinedload(EventProblem.problem), selectinload(EventProblem.people))
        .order_by(EventProblem.id)
        .limit(200)
    )
    return uow.session.scalars(statement).all()


def coming(uow: UnitOfWork, event: Event) -> int:
    """How many people come, of those who told whether they were there those who were."""
    arrived = func.count().filter(Attendee.arrived_at.is_not(None))
    statement = select(func.count(), arrived).where(
        Attendee.event_id == event.id, Attendee.state == "accepted"
    )
    accepted, there = uow.session.execute(statement).one()
    return int(there or accepted)


def may_nominate(uow: UnitOfWork, actor: Actor, event: Event) -> bool:
    """Whether the actor answers for a body that is invited to send experts."""
    if actor.is_office or not actor.liaison_of or event.state not in EVENT_GATHERING:
        return False
    statement = select(func.count()).where(
        BodyInvitation.event_id == event.id,
        BodyInvitation.organization_id.in_(list(actor.liaison_of)),
        BodyInvitation.state != "declined",
    )
    return bool(uow.session.scalar(statement))


def may_register(actor: Actor, event: Event, today: date) -> bool:
    """Whether registration is open to the actor: after its last day to the office alone."""
    if not allowed(actor, "event:register", event):
        return False
    return actor.is_office or is_open(event, today)


def is_open(event: Event, today: date) -> bool:
    """Whether people who are not of the office may still register."""
    if event.state == "draft" or event.state not in EVENT_GATHERING:
        return False
    return event.call_until is None or today <= event.call_until


def _offers(uow: UnitOfWork, actor: Actor, event: Event) -> tuple[Sequence[EventProblem], int]:
    accepted = (EventProblem.event_id == event.id, EventProblem.state == "accepted")
    total = uow.session.scalar(select(func.count()).where(*accepted)) or 0
    statement = (
        select(EventProblem)
        .join(EventProblem.problem)
        .where(*accepted, problems.shown_to(actor))
        .options(joinedload(EventProblem.problem).joinedload(Problem.organization))
        .order_by(EventProblem.id)
        .limit(500)
    )
    rows = uow.session.scalars(statement).all()
    return rows, total - len(rows)


def _meetings(uow: UnitOfWork, own: Sequence[Attendee], offers: Sequence[EventProblem]) -> Sequence[Meeting]:
    if not (own or offers):
        return ()
    brought = {each.id for each in offers if each.state == "accepted"}
    brought |= {offer.id for each in own if each.kind == "representative" for offer in each.problems}
    statement = (
        select(Meeting)
        .where(
            or_(Meeting.attendee_id.in_([each.id for each in own]), Meeting.event_problem_id.in_(brought)),
            Meeting.state != "cancelled",
        )
        .options(
            joinedload(Meeting.attendee).joinedload(Attendee.organization),
            joinedload(Meeting.event_problem)
            .joinedload(EventProblem.problem)
            .joinedload(Problem.organization),
            joinedload(Meeting.table),
        )
        .order_by(Meeting.slot, Meeting.id)
        .limit(500)
    )
    return uow.session.scalars(statement).all()


def _tab(name: str, today: date) -> ColumnElement[bool]:
    past = or_(Event.state.in_(_OVER), and_(Event.last_day < today, Event.state != "running"))
    if name in {"draft", "cancelled"}:
        return Event.state == name
    shown = Event.state.not_in(("draft", "cancelled"))
    return and_(shown, past if name == "past" else ~func.coalesce(past, False))


def _narrowed(actor: Actor, wanted: EventFilter) -> list[ColumnElement[bool]]:
    where = [events.shown_to(actor)]
    if wanted.kind:
        where.append(Event.kind == wanted.kind)
    if wanted.series:
        where.append(Event.series == wanted.series)
    if wanted.q:
        where.append(
            or_(
                *(
                    column.icontains(wanted.q, autoescape=True)
                    for column in (Event.title, Event.theme, Event.venue, Event.number)
                )
            )
        )
    return where


def _selected(actor: Actor, wanted: EventFilter, today: date) -> Select[Any]:
    statement = select(Event).where(*_narrowed(actor, wanted), _tab(wanted.tab, today))
    if wanted.tab == "past":
        return statement.order_by(Event.first_day.desc(), Event.id.desc())
    return statement.order_by(Event.first_day.is_(None), Event.first_day, Event.id)
