"""The desk of the day: rounds are called, begun and ended; tables begin, end, or somebody was missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Event, Meeting
from matchmaker.permissions import Actor, require
from matchmaker.services import day_entries, day_state
from matchmaker.services.day_entries import COURSE, SIDES, note
from matchmaker.services.day_state import Day, missing_side
from matchmaker.services.events import touched
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class When:
    """The moment by the clock, and the zone of the office."""

    now: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class TableLine:
    """One meeting of the slot at hand, as the desk sees it; ``missing`` is who is not in the hall."""

    meeting: Meeting
    missing: str


def lines(day: Day, slot: int | None) -> Sequence[TableLine]:
    """Meetings of a slot in the order of their tables."""
    return [TableLine(each, missing_side(each)) for each in day.at_slot(slot)]


def call(uow: UnitOfWork, actor: Actor, number: int, slot: int, when: When) -> Day:
    """“第3场 10:25 开始，请就座”: the slot is called; nothing counts as begun yet."""
    day = held(uow, actor, number, when)
    _known(day, slot)
    _set(uow, actor, day, slot, None, "event:called")
    for each in day.at_slot(slot):
        if each.state == "planned":
            each.state = "called"
    return day


def start(
    uow: UnitOfWork, actor: Actor, number: int, slot: int, when: When, *, with_tables: bool = True
) -> Day:
    """The slot really begins, early or late; with it every table at which both sides are."""
    day = call(uow, actor, number, slot, when)
    _set(uow, actor, day, slot, when.now, "event:slot_began")
    if with_tables:
        for each in day.at_slot(slot):
            if each.state == "called" and not missing_side(each):
                note(uow, actor, day.event, "began", at=when.now, meeting=each)
    return day


def stop(uow: UnitOfWork, actor: Actor, number: int, when: When, *, with_tables: bool = True) -> Day:
    """The slot at hand is over; tables that have not ended end with it. What was not noted stays open."""
    day = held(uow, actor, number, when)
    slot = day.event.calling
    if slot is None:
        return day
    if with_tables:
        for each in day.at_slot(slot):
            if each.state == "held" and each.ended_at is None:
                note(uow, actor, day.event, "ended", at=when.now, meeting=each)
    _set(uow, actor, day, None, None, "event:slot_ended")
    return day


def begin(uow: UnitOfWork, actor: Actor, number: int, meeting: int, when: When) -> Meeting:
    """A table begins, whatever was noted before: whoever was missed may have come."""
    day = held(uow, actor, number, when)
    row = of_day(day, meeting)
    if row.state != "held" or row.ended_at is not None:
        note(uow, actor, day.event, "began", at=when.now, meeting=row)
    return row


def end(uow: UnitOfWork, actor: Actor, number: int, meeting: int, when: When) -> Meeting:
    """A table is done."""
    day = held(uow, actor, number, when)
    row = of_day(day, meeting)
    if row.state == "held" and row.ended_at is not None:
        return row
    if row.state == "missed":
        raise Conflict(
            Message("这场洽谈已记为未到，不能直接结束。"), hint=Message("如果后来到了，请先按“开始”。")
        )
    note(uow, actor, day.event, "ended", at=when.now, meeting=row)
    return row


def miss(uow: UnitOfWork, actor: Actor, number: int, meeting: int, side: str, when: When) -> Meeting:
    """Somebody did not come: the table is free for a standby pair, outcomes may still be told later."""
    if side not in SIDES:
        raise InvalidInput(
            Message("请选择哪一方未到。"),
            fields={"side": Message("可用的有 %(names)s。", {"names": "、".join(SIDES)})},
        )
    day = held(uow, actor, number, when)
    row = of_day(day, meeting)
    if (row.state, row.missing) != ("missed", side):
        note(uow, actor, day.event, "missed", at=when.now, meeting=row, side=side)
    return row


def undo(uow: UnitOfWork, actor: Actor, number: int, meeting: int, when: When) -> Meeting:
    """The last word about a table was a mistake."""
    day = held(uow, actor, number, when)
    row = of_day(day, meeting)
    told = [each for each in day_entries.standing(day_entries.of_meeting(uow, row)) if each.kind in COURSE]
    if told:
        last = told[-1]
        if last.kind in ("began", "missed"):
            refuse_taken(day, row)
        note(uow, actor, day.event, "undo", at=when.now, meeting=row, marks=[last.mark])
    return row


def held(uow: UnitOfWork, actor: Actor, number: int, when: When) -> Day:
    """The day of an event, held so that desks take turns, for somebody who may run it."""
    day = day_state.load(uow, actor, number, now=when.now, timezone=when.timezone, to_change=True)
    require(actor, "event:checkin", day.event)
    day_entries.refuse_closed(day.event)
    return day


def of_day(day: Day, meeting: int) -> Meeting:
    """One meeting of the day; NotFound for one that is cancelled or another event's."""
    for each in day.meetings:
        if each.id == meeting:
            return each
    raise NotFound(
        Message("没有第 %(number)s 号洽谈，或者它已取消。", {"number": meeting}), hint=Message("请刷新页面。")
    )


def refuse_taken(day: Day, row: Meeting) -> None:
    """A missed meeting comes back only while nobody else has its place."""
    if row.state != "missed":
        return
    others = {each.id for each in day_state.both(row)}
    if (row.table_id and row.table_id not in {each.id for each in day.free_tables(row.slot)}) or (
        others & day.busy(row.slot)
    ):
        raise Conflict(
            Message("这张桌子或其中一方已安排了候补洽谈，不能撤销。"),
            hint=Message("请先取消候补洽谈，或把这一对安排到后面的场次。"),
        )


def _known(day: Day, slot: int) -> None:
    if slot not in day.slots:
        raise NotFound(Message("没有这个场次。"), hint=Message("请从列表中选择。"))


def _set(uow: UnitOfWork, actor: Actor, day: Day, slot: int | None, at: datetime | None, action: str) -> None:
    """What is on; that is no edit of the event, so its version stays."""
    event = day.event
    if (event.calling, event.called_at) == (slot, at):
        return
    previous, ran = event.calling, event.called_at is not None
    uow.session.execute(
        update(Event)
        .where(Event.id == event.id)
        .values(calling=slot, called_at=at)
        .execution_options(synchronize_session=False)
    )
    set_committed_value(event, "calling", slot)
    set_committed_value(event, "called_at", at)
    for each in day.meetings:
        if not ran and each.slot == previous != slot and each.state == "called":
            each.state = "planned"
    day.__dict__.pop("current", None)
    subject = previous if slot is None else slot
    uow.record(actor, action, f"event:{event.id}", slot=subject, at=at.isoformat() if at else None)
    touched(event)
