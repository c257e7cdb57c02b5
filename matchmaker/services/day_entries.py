"""The journal of an event's day: entries are added, never changed; what rows say follows from them.

Two machines that noted the same day apart are put together by joining their entries: each has a mark of its
own, and what follows from them does not depend on the order in which they came.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.models import Attendee, DayEntry, Event, Meeting
from matchmaker.permissions import Actor
from matchmaker.services.events import touched
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kind of an entry → how it is told. "undo" takes the entries of ``facts["marks"]`` back.
KINDS: dict[str, Message] = {
    "here": Message("签到"),
    "gone": Message("离开"),
    "began": Message("开始洽谈"),
    "ended": Message("结束洽谈"),
    "missed": Message("有人未到"),
    "undo": Message("撤销"),
    "conflict": Message("两处记录不一致"),
}
PRESENCE = frozenset({"here", "gone"})
COURSE = frozenset({"began", "ended", "missed"})
#: Side of a meeting → its name; "both" were missing.
SIDES: dict[str, Message] = {
    "demand": Message("需求方"),
    "supply": Message("专家"),
    "both": Message("双方"),
}
#: States of an event in which its day may be noted: before somebody pressed “start”, and later from paper.
OPEN = frozenset({"open", "choosing", "provisional", "frozen", "running", "ended"})


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether somebody is in the hall."""

    arrived_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How a meeting went; ``state`` is "" while nothing is known."""

    state: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    missing: str = ""


def refuse_closed(event: Event) -> None:
    """Raises Conflict for an event whose day is not, or not any more, written down."""
    if event.state not in OPEN:
        raise Conflict(
            Message("这个活动现在不能签到或登记：%(event)s。", {"event": event.title}),
            hint=Message("活动尚未开放，或数据已锁定；请先在活动页面调整状态。"),
        )


def note(
    uow: UnitOfWork,
    actor: Actor,
    event: Event,
    kind: str,
    *,
    at: datetime,
    attendee: Attendee | None = None,
    meeting: Meeting | None = None,
    source: str = "desk",
    **facts: Any,
) -> DayEntry:
    """Adds an entry, brings the row it concerns up to date, and lets the screens know."""
    row = DayEntry(
        event_id=event.id, mark=secrets.token_hex(16), kind=kind, at=at, source=source, facts=facts,
        entered_by=actor.name[:100], attendee_id=attendee.id if attendee else None,
        meeting_id=meeting.id if meeting else None,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    subject = f"attendee:{attendee.id}" if attendee else f"meeting:{meeting.id}" if meeting else ""
    uow.record(
        actor, f"day:{kind}", subject or f"event:{event.id}", at=at.isoformat(), source=source, **facts
    )
    if attendee is not None:
        follow_person(uow, attendee)
    if meeting is not None:
        follow_meeting(uow, event, meeting)
    touched(event)
    return row


def of_person(uow: UnitOfWork, attendee: Attendee) -> Sequence[DayEntry]:
    """Entries about somebody, as they were written."""
    statement = select(DayEntry).where(DayEntry.attendee_id == attendee.id).order_by(DayEntry.id)
    return uow.session.scalars(statement).all()


def of_meeting(uow: UnitOfWork, meeting: Meeting) -> Sequence[DayEntry]:
    """Entries about a meeting, as they were written."""
    statement = select(DayEntry).where(DayEntry.meeting_id == meeting.id).order_by(DayEntry.id)
    return uow.session.scalars(statement).all()


def follow_person(uow: UnitOfWork, attendee: Attendee) -> None:
    """The row says what its entries say."""
    found = presence(of_person(uow, attendee))
    attendee.arrived_at, attendee.left_at = found.arrived_at, found.left_at


def follow_meeting(uow: UnitOfWork, event: Event, meeting: Meeting) -> None:
    """The row says what its entries say; one that was cancelled stays so."""
    found = course(of_meeting(uow, meeting))
    meeting.began_at, meeting.ended_at, meeting.missing = found.began_at, found.ended_at, found.missing
    if meeting.state != "cancelled":
        meeting.state = found.state or ("called" if event.calling == meeting.slot else "planned")


def standing(entries: Iterable[DayEntry]) -> list[DayEntry]:
    """Entries that nobody took back, by moment; the mark settles what fell on the same one."""
    every = list(entries)
    void = {mark for each in every if each.kind == "undo" for mark in each.facts.get("marks", ())}
    return sorted((each for each in every if each.mark not in void), key=lambda each: (each.at, each.mark))


def presence(entries: Iterable[DayEntry]) -> Presence:
    """The first arrival, and the leaving that nobody came back from."""
    arrived = left = None
    for each in standing(entries):
        if each.kind == "here":
            arrived, left = arrived or each.at, None
        elif each.kind == "gone":
            left = each.at
    return Presence(arrived, left)


def course(entries: Iterable[DayEntry]) -> Course:
    """What the latest word says: whoever was missed at first may come late and be met after all."""
    state, missing = "", ""
    began = ended = None
    for each in standing(entries):
        if each.kind == "missed":
            state, missing, began, ended = "missed", str(each.facts.get("side", "both")), None, None
        elif each.kind == "began":
            state, missing, began = "held", "", began or each.at
        elif each.kind == "ended":
            state, missing, ended = "held", "", each.at
    return Course(state, began, ended, missing)
