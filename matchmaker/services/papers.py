"""单据: an event gathered for its documents in a fixed number of statements; they are written afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from matchmaker.errors import NotFound
from matchmaker.lifecycle import COMING, EVENT_PLANNED
from matchmaker.messages import Message
from matchmaker.models import (
    AgendaItem,
    AgendaPerson,
    Agreement,
    Attendee,
    Event,
    EventPair,
    EventProblem,
    EventSession,
    EventSlot,
    Meeting,
    PlanRun,
    Problem,
    SecretLink,
)
from matchmaker.notifications.quiet import local
from matchmaker.permissions import Actor, require
from matchmaker.reporting import documents
from matchmaker.reporting.documents import TYPES, Document
from matchmaker.reporting.dossier import Dossier, Stamp
from matchmaker.services import events, paper_parts, secret_links, veils
from matchmaker.services.event_stages import Readiness
from matchmaker.services.paper_parts import PAGE
from matchmaker.storage.unit_of_work import UnitOfWork

__all__ = ["ALL", "TYPES", "gather", "listing", "offered", "readiness", "unsent", "written"]

#: Name of everything in one file.
ALL = "all"


def gather(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    at: datetime,
    timezone: str,
    *,
    secret: bytes = b"",
    site: str = "",
) -> Dossier:
    """Everything that any document of an event tells, without what the hall may not know.

    ``at`` (UTC) is printed at the foot; ``secret`` and ``site`` make the addresses of people's own pages.
    """
    event = events.get(uow, actor, number)
    require(actor, "event:print", event)
    offers = _offers(uow, event)
    meetings = _meetings(uow, event)
    names = veils.veiled(offers)
    hidden = {offer.id for offer in offers if not veils.may_name(offer.problem)}
    pages = _pages(uow, event, secret, site, at)
    people = [
        paper_parts.person(row, names.get(row.id), pages.get(row.id, "")) for row in _people(uow, event)
    ]
    shown = {offer.id for offer in offers if offer.state == "accepted"} | {
        meeting.event_problem_id for meeting, _why in meetings
    }
    return paper_parts.whole(
        event,
        stamp=_stamp(uow, event, local(at, timezone), timezone),
        slots=_slots(uow, event),
        agenda=_agenda(uow, event),
        people=sorted(people, key=lambda one: (one.is_veiled, one.order, one.number)),
        needs=[paper_parts.need(offer) for offer in offers if offer.id in shown],
        meetings=[
            paper_parts.pairing(
                meeting, why or {}, event.online_link, is_open=meeting.event_problem_id not in hidden
            )
            for meeting, why in meetings
        ],
        signings=[paper_parts.signing(row, problem) for row, problem in _signings(uow, event)],
    )


def listing(uow: UnitOfWork, actor: Actor, event: Event, at: datetime, timezone: str) -> Stamp:
    """The version of the plan that documents would be made from now."""
    require(actor, "event:print", event)
    return _stamp(uow, event, local(at, timezone), timezone)


def offered(event: Event) -> dict[str, Document]:
    """Documents that an event of its kind has, by name."""
    return documents.offered(is_docking=event.kind == "docking")


def written(dossier: Dossier, name: str, form: str) -> tuple[bytes, str]:
    """A document's file and what a download of it is called; for after the transaction.

    Raises:
        NotFound: there is no such document, or not in this form, or not of this event.
        Unavailable: a PDF without any Chinese font.
    """
    if (name, form) == (ALL, "zip"):
        return documents.bundle(dossier), documents.file_name(dossier, name, form)
    document = documents.offered(is_docking=dossier.is_docking).get(name)
    if document is None or form not in document.writers:
        raise NotFound(Message("没有这种单据。"), hint=Message("请从活动的“单据和手册”页面选择。"))
    return document.writers[form](dossier), documents.file_name(dossier, name, form)


def readiness(uow: UnitOfWork, _actor: Actor, event: Event) -> Sequence[Readiness]:
    """What the stage of paper lacks: a final plan, and pages for the telephone that nobody has got yet."""
    if event.kind == "docking" and event.state not in EVENT_PLANNED:
        return (Readiness(Message("还没有公布排程，日程单、桌签等要等排程"), False, "plans.show"),)
    found = []
    if event.state == "provisional":
        found.append(
            Readiness(Message("排程还是初排，单据上会注明；定稿后请重新打印"), False, "papers.listing")
        )
    waiting = unsent(uow, event)
    text = Message("%(n)s 人还没有收到手机日程链接", {"n": waiting})
    done = Message("手机日程链接都已发出")
    found.append(Readiness(text if waiting else done, not waiting, "papers.listing"))
    return found


def unsent(uow: UnitOfWork, event: Event) -> int:
    """How many of those who come have no link to their page."""
    subject = "attendee:" + cast(Attendee.id, String)
    linked = select(SecretLink.id).where(SecretLink.purpose == PAGE, SecretLink.subject == subject)
    statement = select(func.count()).where(
        Attendee.event_id == event.id, Attendee.state.in_(COMING), ~linked.exists()
    )
    return uow.session.scalar(statement) or 0


def _stamp(uow: UnitOfWork, event: Event, now: datetime, timezone: str) -> Stamp:
    printed = f"{now:%Y-%m-%d %H:%M}"
    run = None
    if event.run_id is not None and event.state in EVENT_PLANNED:
        statement = select(PlanRun.number, PlanRun.published_at).where(PlanRun.id == event.run_id)
        run = uow.session.execute(statement).first()
    if run is None:
        return Stamp(printed_at=printed)
    planned = local(run.published_at, timezone) if run.published_at else None
    return Stamp(
        run.number, f"{planned:%Y-%m-%d %H:%M}" if planned else "", printed, event.state == "provisional"
    )


def _people(uow: UnitOfWork, event: Event) -> Sequence[Attendee]:
    statement = select(Attendee).where(Attendee.event_id == event.id, Attendee.state.in_(COMING))
    return uow.session.scalars(
        statement.options(joinedload(Attendee.organization), joinedload(Attendee.expert))
    ).all()


def _offers(uow: UnitOfWork, event: Event) -> Sequence[EventProblem]:
    """Every problem that is or was brought: whoever stands behind a withdrawn one stays veiled."""
    statement = (
        select(EventProblem)
        .join(EventProblem.problem)
        .where(EventProblem.event_id == event.id)
        .order_by(Problem.number, EventProblem.id)
        .options(
            contains_eager(EventProblem.problem).joinedload(Problem.organization),
            contains_eager(EventProblem.problem).selectinload(Problem.indicators),
            selectinload(EventProblem.people),
        )
    )
    return uow.session.scalars(statement).all()


def _meetings(uow: UnitOfWork, event: Event) -> Sequence[tuple[Meeting, Mapping[str, object] | None]]:
    """Published meetings with why they match."""
    if event.state not in EVENT_PLANNED:
        return []
    statement = (
        select(Meeting, EventPair.why)
        .outerjoin(
            EventPair,
            (EventPair.attendee_id == Meeting.attendee_id)
            & (EventPair.event_problem_id == Meeting.event_problem_id),
        )
        .where(Meeting.event_id == event.id, Meeting.state != "cancelled")
        .order_by(Meeting.slot, Meeting.id)
        .options(joinedload(Meeting.table))
    )
    return [(row[0], row[1]) for row in uow.session.execute(statement)]


def _slots(uow: UnitOfWork, event: Event) -> list[tuple[EventSlot, str]]:
    """Slots with the name of their session."""
    statement = (
        select(EventSlot, EventSession.name)
        .outerjoin(
            EventSession,
            (EventSession.event_id == EventSlot.event_id) & (EventSession.position == EventSlot.session),
        )
        .where(EventSlot.event_id == event.id)
        .order_by(EventSlot.position)
    )
    return [(row[0], row[1] or "") for row in uow.session.execute(statement)]


def _agenda(uow: UnitOfWork, event: Event) -> list[tuple[AgendaItem, frozenset[int]]]:
    """Items with the numbers of those who take part."""
    statement = (
        select(AgendaItem, AgendaPerson.attendee_id)
        .outerjoin(AgendaPerson, AgendaPerson.item_id == AgendaItem.id)
        .where(AgendaItem.event_id == event.id)
        .order_by(AgendaItem.starts, AgendaItem.id)
    )
    found: dict[int, tuple[AgendaItem, set[int]]] = {}
    for item, person in uow.session.execute(statement):
        found.setdefault(item.id, (item, set()))[1].update({person} - {None})
    return [(item, frozenset(people)) for item, people in found.values()]


def _signings(uow: UnitOfWork, event: Event) -> list[tuple[Agreement, Problem | None]]:
    statement = (
        select(Agreement, Problem)
        .outerjoin(Problem, Problem.id == Agreement.problem_id)
        .where(Agreement.event_id == event.id, Agreement.signs.is_(True), Agreement.is_open.is_(True))
        .order_by(Agreement.number, Agreement.id)
        .options(joinedload(Problem.organization))
    )
    return [(row[0], row[1]) for row in uow.session.execute(statement)]


def _pages(uow: UnitOfWork, event: Event, secret: bytes, site: str, at: datetime) -> dict[int, str]:
    """Attendee → full address of his page, where he has one."""
    if not site:
        return {}
    subject = "attendee:" + cast(Attendee.id, String)
    statement = (
        select(Attendee.id, SecretLink)
        .join(SecretLink, SecretLink.subject == subject)
        .where(Attendee.event_id == event.id, SecretLink.purpose == PAGE, SecretLink.revoked_at.is_(None))
        .order_by(SecretLink.id)
    )
    return {
        number: site + secret_links.path(secret, link)
        for number, link in uow.session.execute(statement)
        if secret_links.standing(link, at) == "open"
    }
