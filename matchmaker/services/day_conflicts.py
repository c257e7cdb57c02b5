"""Contradictions between two machines that noted the same day: listed once, until somebody has looked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, DayEntry, Event, Meeting
from matchmaker.permissions import Actor, require
from matchmaker.services import day_entries, events
from matchmaker.services.day_entries import COURSE, PRESENCE, note
from matchmaker.services.day_state import Day
from matchmaker.storage.unit_of_work import UnitOfWork

#: Words in which a contradiction is kept → how they are told; others are told as they are.
WORDS: dict[str, Message] = {
    "here": Message("在场"),
    "away": Message("未签到"),
    "gone": Message("已离开"),
    "planned": Message("待开始"),
    "held": Message("已洽谈"),
    "missed demand": Message("需求方未到"),
    "missed supply": Message("专家未到"),
    "missed both": Message("双方均未到"),
    "cancelled": Message("取消"),
}


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A contradiction between two machines that nobody has looked at yet."""

    entry: DayEntry
    text: Message


def listed(
    uow: UnitOfWork,
    actor: Actor,
    event: Event,
    what: str,
    marks: list[str],
    words: tuple[str, str, str],
    *,
    at: datetime,
    attendee: Attendee | None = None,
    meeting: Meeting | None = None,
    **more: Any,
) -> DayEntry | None:
    """Keeps a contradiction (ours, theirs, what holds now); None when it is known already."""
    subject = f"{attendee.id if attendee else ''}/{meeting.id if meeting else ''}"
    mark = hashlib.sha256("|".join([what, subject, *sorted(marks)]).encode()).hexdigest()[:32]
    if uow.session.scalar(select(DayEntry.id).where(DayEntry.mark == mark)):
        return None
    ours, theirs, kept = words
    row = DayEntry(
        event_id=event.id, mark=mark, kind="conflict", at=at, source="file", entered_by=actor.name[:100],
        attendee_id=attendee.id if attendee else None, meeting_id=meeting.id if meeting else None,
        facts={"what": what, "ours": ours, "theirs": theirs, "kept": kept, **more},
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    return row


def settle(uow: UnitOfWork, actor: Actor, number: int, entry: int, *, at: datetime) -> None:
    """Somebody has looked: what holds now stays."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:checkin", event)
    row = uow.session.get(DayEntry, entry)
    if row is None or row.event_id != event.id or row.kind != "conflict":
        raise NotFound(Message("没有这一条。"), hint=Message("请刷新页面。"))
    note(uow, actor, event, "undo", at=at, marks=[row.mark])


def open_conflicts(uow: UnitOfWork, day: Day) -> list[Unsettled]:
    """Contradictions that nobody settled: by a word of the desk or the paper about the same, or by hand."""
    entries = uow.session.scalars(
        select(DayEntry).where(DayEntry.event_id == day.event.id).order_by(DayEntry.id)
    ).all()
    found = []
    for each in sorted(day_entries.standing(entries), key=lambda one: one.id):
        if each.kind != "conflict":
            continue
        settled = each.facts.get("what") in ("presence", "course") and any(
            later.id > each.id
            and later.source != "file"
            and (later.attendee_id, later.meeting_id) == (each.attendee_id, each.meeting_id)
            for later in entries
        )
        if not settled:
            found.append(Unsettled(each, told(each, day)))
    return found


def told(entry: DayEntry, day: Day) -> Message:
    """A contradiction as a sentence."""
    names: dict[int, str] = {each.id: each.name for each in day.people}
    who = (
        Message("洽谈 %(number)s", {"number": entry.meeting_id})
        if entry.meeting_id
        else names.get(entry.attendee_id or 0, "—")
    )
    return Message(
        "%(who)s：本机为“%(ours)s”，带回的为“%(theirs)s”，现按“%(kept)s”",
        {
            "who": who,
            **{name: word(str(entry.facts.get(name) or "—")) for name in ("ours", "theirs", "kept")},
        },
    )


def word(text: str) -> Message | str:
    """A word of a contradiction as people read it."""
    return WORDS.get(text, text)


def by_subject(entries: Iterable[DayEntry]) -> dict[tuple[str, int], list[DayEntry]]:
    """Entries by whom or what they concern; contradictions concern nobody."""
    found: dict[tuple[str, int], list[DayEntry]] = {}
    for each in entries:
        if each.kind == "conflict":
            continue
        key = ("attendee", each.attendee_id) if each.attendee_id else ("meeting", each.meeting_id)
        if key[1] is not None:
            found.setdefault((key[0], key[1]), []).append(each)
    return found


def presence_word(entries: list[DayEntry]) -> str:
    """Where entries leave somebody."""
    found = day_entries.presence(each for each in entries if each.kind in PRESENCE | {"undo"})
    return "gone" if found.left_at else "here" if found.arrived_at else "away"


def course_word(entries: list[DayEntry]) -> str:
    """Where entries leave a meeting."""
    found = day_entries.course(each for each in entries if each.kind in COURSE | {"undo"})
    return f"{found.state or 'planned'} {found.missing}".strip()


def place_word(place: tuple[int, int | None, bool]) -> str:
    """Where a meeting stands in a plan."""
    slot, table, is_cancelled = place
    return "cancelled" if is_cancelled else f"slot {slot + 1}, table {table or '-'}"
