"""The calendar of deadlines 日程: what is due when, as far as the actor may read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import contains_eager

from matchmaker import lifecycle
from matchmaker.messages import Message
from matchmaker.models import Expert, FollowUp, Introduction, Invitation, Problem, SecretLink
from matchmaker.permissions import Actor, allowed, require
from matchmaker.services import answers, event_calendar, event_days, following, introductions
from matchmaker.services.paper_parts import PAGE
from matchmaker.services.problems import shown_to
from matchmaker.storage.queries import readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Entries of one source in one look.
MOST = 500
#: Days after which facts that nobody has verified are stale.
STALE_DAYS = 365


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on one day.

    Attributes:
        key: names it for ever, so that a calendar program knows it again ("problem:12:deadline").
        kind: one of ``KINDS``.
        link: path of its page.
        sequence: grows when it changes.
        is_cancelled: it was there and is not any more.
        at: the moment, when it has one (UTC without a zone).
        until: its end, when it has one.
        is_local: moments are those of the office's clock.
        is_tentative: it may still change.
    """

    key: str
    day: date
    title: str
    kind: str
    link: str
    sequence: int = 0
    is_cancelled: bool = False
    at: datetime | None = None
    until: datetime | None = None
    is_local: bool = False
    is_tentative: bool = False


Source = Callable[[UnitOfWork, Actor, date, date], Sequence[Entry]]

#: Kind of an entry → its name.
KINDS: dict[str, Message] = {
    "deadline": Message("难题截止"),
    "expiry": Message("难题到期"),
    "answer": Message("答复期限"),
    "stale": Message("资料待核实"),
    "meeting": Message("见面"),
    "invitation": Message("邀请到期"),
    "followup": Message("跟进到期"),
    "event": Message("活动"),
    "event_call": Message("报名和征集截止"),
    "event_answer": Message("邀请回复截止"),
    "event_wishes": Message("填写意愿截止"),
}


def entries(uow: UnitOfWork, actor: Actor, first: date, last: date) -> list[Entry]:
    """Everything from the first to the last day, in the order of days."""
    require(actor, "calendar:read")
    found = [entry for source in SOURCES for entry in source(uow, actor, first, last)]
    return sorted(found, key=lambda entry: (entry.day, f"{entry.at or ''}", entry.key))


def _deadlines(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Sequence[Entry]:
    """Deadlines of problems; of one that was taken back as cancelled."""
    statement = (
        select(Problem.id, Problem.title, Problem.deadline, Problem.revision, Problem.state)
        .where(
            shown_to(actor), Problem.deadline.between(first, last), Problem.state.not_in(("draft", "solved"))
        )
        .order_by(Problem.deadline, Problem.id)
        .limit(MOST)
    )
    return [
        Entry(
            f"problem:{number}:deadline",
            day,
            title,
            "deadline",
            f"/problems/{number}",
            revision,
            state in {"withdrawn", "expired"},
        )
        for number, title, day, revision, state in uow.session.execute(statement)
        if day
    ]


def _expiries(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Sequence[Entry]:
    """Days on which problems cease to be shown: for the office, and for who answers for them."""
    own: list[Any] = [Problem.organization_id.in_([*actor.organizations, *actor.liaison_of])]
    if actor.account is not None:
        own.append(Problem.created_by == actor.account)
    statement = (
        select(Problem.id, Problem.title, Problem.expires_on, Problem.revision)
        .where(
            shown_to(actor),
            Problem.expires_on.between(first, last),
            Problem.state.in_(lifecycle.FROM["expire"]),
        )
        .order_by(Problem.expires_on, Problem.id)
        .limit(MOST)
    )
    if not actor.is_office:
        statement = statement.where(or_(*own))
    return [
        Entry(f"problem:{number}:expiry", day, title, "expiry", f"/problems/{number}", revision)
        for number, title, day, revision in uow.session.execute(statement)
        if day
    ]


def _answers(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Sequence[Entry]:
    """Last days of links that nobody has answered, of those whom the actor answers for."""
    if not (actor.is_office or actor.liaison_of or actor.account is not None):
        return []
    span = (datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.max.time()))
    statement = (
        select(SecretLink)
        .where(
            answers.within_reach(actor),
            SecretLink.expires_at.between(*span),
            SecretLink.answered_at.is_(None),
            SecretLink.purpose.not_in((FEED, PAGE)),
        )
        .order_by(SecretLink.expires_at, SecretLink.id)
        .limit(MOST)
    )
    return [
        Entry(
            f"link:{link.id}:answer",
            link.expires_at.date(),
            link.recipient,
            "answer",
            f"/answers/{link.purpose}" if actor.is_office or actor.liaison_of else "/messages",
            link.revision,
            link.revoked_at is not None or link.closed_at is not None,
        )
        for link in uow.session.scalars(statement)
    ]


def _stale(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Sequence[Entry]:
    """Experts whose facts were last verified a year before: their own, or of the bodies answered for."""
    own: list[Any] = [Expert.organization_id.in_(actor.liaison_of)]
    if actor.expert is not None:
        own.append(Expert.id == actor.expert)
    span = (first - timedelta(days=STALE_DAYS), last - timedelta(days=STALE_DAYS))
    statement = (
        select(Expert.id, Expert.name, Expert.verified_on, Expert.revision)
        .where(and_(readable_by(actor, Expert), Expert.verified_on.between(*span)))
        .order_by(Expert.verified_on, Expert.id)
        .limit(MOST)
    )
    if not actor.is_office:
        statement = statement.where(or_(*own))
    return [
        Entry(
            f"expert:{number}:stale",
            day + timedelta(days=STALE_DAYS),
            name,
            "stale",
            f"/experts/{number}",
            revision,
        )
        for number, name, day, revision in uow.session.execute(statement)
        if day
    ]


def _invitations(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Sequence[Entry]:
    """Last days of invitations that nobody has used, of who may invite: the office, liaisons of the body."""
    if not allowed(actor, "account:invite"):
        return []
    span = (datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.max.time()))
    statement = (
        select(Invitation.id, Invitation.name, Invitation.expires_at)
        .where(Invitation.used_at.is_(None), Invitation.expires_at.between(*span))
        .order_by(Invitation.expires_at, Invitation.id)
        .limit(MOST)
    )
    if not actor.is_office:
        statement = statement.where(Invitation.organization_id.in_(actor.liaison_of))
    return [
        Entry(f"invitation:{number}", until.date(), name, "invitation", "/invitations")
        for number, name, until in uow.session.execute(statement)
    ]


def _meetings(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Sequence[Entry]:
    """Meetings of introductions, for the calendar of whoever takes part in them."""
    if not allowed(actor, "introduction:read"):
        return []
    span = (datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.max.time()))
    statement = (
        select(Introduction)
        .join(Introduction.problem)
        .join(Introduction.expert)
        .where(introductions.shown_to(actor), Introduction.meeting_at.between(*span))
        .order_by(Introduction.meeting_at, Introduction.id)
        .options(contains_eager(Introduction.problem), contains_eager(Introduction.expert))
        .limit(MOST)
    )
    return [_met(row) for row in uow.session.scalars(statement)]


def _met(row: Introduction) -> Entry:
    assert row.meeting_at is not None
    title = " · ".join(filter(None, (row.problem.title, row.expert.name, row.meeting_place)))
    cancelled = row.state not in {"meeting", "intention"}
    link = f"/introductions/{row.id}"
    key = f"introduction:{row.id}:meeting"
    return Entry(
        key, row.meeting_at.date(), title, "meeting", link, row.version, cancelled, at=row.meeting_at
    )


def _events(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Sequence[Entry]:
    """Meetings and agenda of the events that the actor takes part in himself."""
    return [
        Entry(
            each.key,
            each.starts.date(),
            " · ".join(filter(None, (each.title, each.place))),
            "event",
            f"/events/{event.id}",
            each.sequence,
            each.status == "CANCELLED",
            at=each.starts,
            until=each.ends,
            is_local=True,
            is_tentative=each.status == "TENTATIVE",
        )
        for event, each in event_calendar.between(uow, actor, first, last)
    ]


def _event_days(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Sequence[Entry]:
    """Days of events, and the last days before them."""
    return [
        Entry(each.key, each.on, each.event.title, each.kind, f"/events/{each.event.id}",
              each.event.version, each.is_cancelled)
        for each in event_days.between(uow, actor, first, last)
    ]  # fmt: skip


def _follow_ups(uow: UnitOfWork, actor: Actor, first: date, last: date) -> Sequence[Entry]:
    """Looks at pairs that the actor follows, done ones as they were due."""
    if not allowed(actor, "followup:read") or actor.account is None:
        return []
    rows = uow.session.scalars(
        select(FollowUp)
        .where(FollowUp.owner_id == actor.account, FollowUp.due_on.between(first, last))
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(MOST)
    ).all()
    titles = following.titles(uow, rows)
    return [
        Entry(
            f"followup:{row.id}", row.due_on, titles[row.id], "followup", f"/follow-ups/{row.id}",
            1 if row.done_at else 0, row.status == "dropped",
        )
        for row in rows
    ]  # fmt: skip


#: Purpose of the link by which a calendar program reads somebody's calendar.
FEED = "calendar"
#: Every source; a later subject adds its own.
SOURCES: list[Source] = [
    _deadlines,
    _expiries,
    _answers,
    _stale,
    _invitations,
    _meetings,
    _events,
    _event_days,
    _follow_ups,
]
