"""Making and changing an event: what it is, where, its quotas and last days; everything has a default."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, select

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Counter, Event, EventSession, EventSlot, EventTable
from matchmaker.permissions import Actor, require
from matchmaker.services import events
from matchmaker.services.event_times import Span, deadlines, names_of, slots_of
from matchmaker.storage.unit_of_work import UnitOfWork

#: Fields of each part of the form; "times" and "tables" are ``event_schedule``'s.
PARTS: dict[str, tuple[str, ...]] = {
    "what": (
        "title", "kind", "theme", "summary", "series", "fields", "hosts", "partners", "region", "venue",
        "address", "online_link", "contact_name", "contact_phone",
    ),
    "rules": (
        "most_experts", "most_problems", "expert_most", "problem_least", "problem_most", "most_in_a_row",
        "approves", "call_until", "answer_until", "prefer_until",
    ),
}  # fmt: skip
#: What a new event takes over from the last one, unless it says otherwise.
_KEPT = ("hosts", "venue", "address", "region", "contact_name", "contact_phone")
_SLOT, _BREAK, _TABLES = 25, 5, 10
_HALVES = ((Message("上午"), time(9), time(11, 30)), (Message("下午"), time(14), time(16, 30)))


def create(
    uow: UnitOfWork, actor: Actor, values: Mapping[str, Any], *, first_day: date, today: date
) -> Event:
    """A draft with rounds, tables and last days as they usually are; each can be changed afterwards."""
    require(actor, "event:create")
    row = Event(
        title="", number=next_number(uow, first_day.year), first_day=first_day, last_day=first_day,
        slot_minutes=_SLOT, break_minutes=_BREAK, created_by=actor.name[:100],
        state="draft", kind="docking", hosts=[], partners=[], fields=[], weights={}, live=0,
    )  # fmt: skip
    last = uow.session.scalar(select(Event).order_by(Event.id.desc()).limit(1))
    for name in _KEPT:
        if last is not None and not values.get(name):
            setattr(row, name, getattr(last, name))
    for name, value in values.items():
        if value not in ("", None, []):
            setattr(row, name, value)
    _usual_times(row, first_day)
    for name in ("call_until", "answer_until", "prefer_until"):
        setattr(row, name, getattr(deadlines(first_day, today), name))
    _check(row)
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "event:create", f"event:{row.id}", title=row.title, kind=row.kind)
    return row


def change(
    uow: UnitOfWork, actor: Actor, number: int, part: str, values: Mapping[str, Any], *, mark: str
) -> Event:
    """Saves one part of the form; ``mark`` is what the form was filled from.

    Raises:
        Conflict: somebody else has changed this part meanwhile.
        InvalidInput: with the faults by field.
    """
    row = events.get(uow, actor, number, to_change=True)
    require(actor, "event:edit", row)
    refuse_stale(row, part, mark)
    changed = {
        name: values[name] for name in PARTS[part] if name in values and values[name] != getattr(row, name)
    }
    if "kind" in changed and row.state != "draft":
        raise InvalidInput(
            Message("活动类型在筹备中才能更改。"),
            fields={"kind": Message("已开放的活动不能改类型；请退回筹备，或新建活动。")},
        )
    for name, value in changed.items():
        setattr(row, name, value)
    _check(row)
    if changed:
        events.touched(row)
        told = {
            name: value.isoformat() if isinstance(value, date) else value for name, value in changed.items()
        }
        uow.record(actor, "event:edit", f"event:{row.id}", part=part, **told)
    return row


def tell_outcome(uow: UnitOfWork, actor: Actor, number: int, text: str) -> Event:
    """What came of an event, in words."""
    row = events.get(uow, actor, number, to_change=True)
    require(actor, "event:edit", row)
    row.outcome = text
    uow.record(actor, "event:outcome", f"event:{row.id}", outcome=text)
    return row


def mark_of(row: Event, part: str) -> str:
    """Names what a part of an event says just now; a form carries it, so that a stale one is noticed."""
    if part == "times":
        told: Any = [
            [(each.starts, each.ends, each.name) for each in row.sessions],
            row.slot_minutes,
            row.break_minutes,
        ]
    elif part == "tables":
        told = [
            (each.id, each.name, each.room, each.kinds, each.unavailable, each.is_closed)
            for each in row.tables
        ]
    else:
        told = {name: getattr(row, name) for name in PARTS[part]}
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()[:16]


def refuse_stale(row: Event, part: str, mark: str) -> None:
    """Conflict when somebody else saved the same part while the form was being filled in."""
    if mark != mark_of(row, part):
        raise Conflict(
            Message("在您填写期间，别人已更改了这一部分，这次没有保存。"),
            hint=Message("您填写的内容还在下面；请在另一个窗口核对现在的内容，再次保存即可覆盖。"),
        )


def next_number(uow: UnitOfWork, year: int) -> str:
    """2027-H03 is the third event of 2027; a number is given once."""
    uow.alone("event numbers")
    name = f"event:{year}"
    counter = uow.session.get(Counter, name)
    if counter is None:
        counter = Counter(name=name, last=0)
        uow.session.add(counter)
    while True:
        counter.last += 1
        number = f"{year}-H{counter.last:02}"
        if not uow.session.scalar(select(func.count()).where(Event.number == number)):
            uow.session.flush()
            return number


def put_times(row: Event, spans: list[Span]) -> None:
    """Sessions and rounds of an event that has none; only docking is divided into rounds."""
    row.sessions = [
        EventSession(position=at, name=each.name, starts=each.starts, ends=each.ends)
        for at, each in enumerate(spans)
    ]
    row.slots = [
        EventSlot(position=each.position, session=each.session, starts=each.starts, ends=each.ends)
        for each in (slots_of(spans, row.slot_minutes, row.break_minutes) if row.kind == "docking" else ())
    ]


def _usual_times(row: Event, day: date) -> None:
    """Morning and afternoon with tables for docking; one morning for the others."""
    halves = _HALVES if row.kind == "docking" else _HALVES[:1]
    spans = [
        Span(datetime.combine(day, begins), datetime.combine(day, ends), str(name))
        for name, begins, ends in halves
    ]
    put_times(row, spans)
    if row.kind == "docking":
        names = names_of(_TABLES, "A")
        row.tables = [
            EventTable(position=at, name=name, kinds=[], unavailable=[]) for at, name in enumerate(names)
        ]


def _check(row: Event) -> None:
    """Faults that only the whole shows."""
    faults: dict[str, Message] = {}
    if not row.title.strip():
        faults["title"] = Message("请填写活动名称。")
    if (
        row.problem_most is not None
        and row.problem_least is not None
        and row.problem_least > row.problem_most
    ):
        faults["problem_least"] = Message(
            "不能多于每项难题的最多场次（%(most)s）。", {"most": row.problem_most}
        )
    if row.first_day is not None:
        for name in ("call_until", "answer_until", "prefer_until"):
            day = getattr(row, name)
            if day is not None and day > (row.last_day or row.first_day):
                faults[name] = Message(
                    "不能晚于活动的最后一天（%(day)s）。", {"day": f"{row.last_day or row.first_day}"}
                )
    if faults:
        raise InvalidInput(Message("活动还不能保存：请按各项提示更正。"), fields=faults)
