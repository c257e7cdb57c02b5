"""What becomes of published meetings when the rounds or tables of an event change; nothing is changed here.

A meeting keeps its round when a round begins at the same moment afterwards. One whose round or table goes, or
is blocked, falls. That never happens silently: whoever saves names the meetings that fall, and saving is
refused when these are not exactly the ones.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventProblem, EventSlot, Meeting, Problem
from matchmaker.services import events
from matchmaker.services.event_times import MOST_SLOTS, MOST_TABLES, Slot, Span, days_of, slots_of
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of a meeting that still has its place before it.
_AHEAD = frozenset({"planned", "called"})


@dataclass(frozen=True, slots=True)
class Times:
    """Sessions as somebody wants them, and how long a round and the pause after it are."""

    spans: Sequence[Span]
    minutes: int
    pause: int


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table as somebody wants it; ``id`` None is a new one."""

    name: str
    room: str = ""
    kinds: tuple[str, ...] = ()
    unavailable: tuple[int, ...] = ()
    id: int | None = None


@dataclass(slots=True)
class Consequence:
    """What a change means for what is planned.

    Attributes:
        slots: rounds afterwards.
        places: position of a round now → afterwards, None when it goes.
        fallen: meetings that lose their place.
        held: meetings that took place and would lose it: that cannot be.
        later: meetings that keep their round while its times change.
        by: how far the whole event is moved, in whole days; everything in it moves along.
    """

    slots: list[Slot] = field(default_factory=list)
    places: dict[int, int | None] = field(default_factory=dict)
    fallen: list[Meeting] = field(default_factory=list)
    held: list[Meeting] = field(default_factory=list)
    later: list[Meeting] = field(default_factory=list)
    by: timedelta = timedelta()

    @property
    def numbers(self) -> frozenset[int]:
        """Of the meetings that fall."""
        return frozenset(each.id for each in self.fallen)


def times_change(uow: UnitOfWork, event: Event, times: Times) -> Consequence:
    """What other sessions or rounds would mean; faults of the sessions as InvalidInput."""
    _check_times(times, is_docking=event.kind == "docking")
    rounds = slots_of(times.spans, times.minutes, times.pause) if event.kind == "docking" else []
    found = Consequence(rounds)
    if len(found.slots) > MOST_SLOTS:
        raise InvalidInput(
            Message("场次太多。"),
            fields={"slot_minutes": Message("这样共有 %(n)s 轮，最多 %(most)s 轮；请加长每轮时间。",
                                       {"n": len(found.slots), "most": MOST_SLOTS})},
        )  # fmt: skip
    found.by = _moved_by(event, times, found.slots)
    begins = {slot.starts: slot for slot in found.slots}
    for old in event.slots:
        new = begins.get(old.starts + found.by)
        found.places[old.position] = new.position if new else None
    ends = {slot.position: slot.ends for slot in event.slots}
    gone = blocked(event, found.slots, found.by)
    for meeting in _meetings(uow, event):
        place = found.places.get(meeting.slot)
        over = meeting.state not in _AHEAD
        if place is None or place in gone.get(meeting.table_id or 0, ()) or (over and found.by):
            (found.fallen if meeting.state in _AHEAD else found.held).append(meeting)
        elif not over and (found.by or found.slots[place].ends != ends[meeting.slot]):
            found.later.append(meeting)
    return found


def _moved_by(event: Event, times: Times, slots: Sequence[Slot]) -> timedelta:
    """Whole days by which the event moves: as its first day does, unless as many rounds stay in place."""
    days = days_of(times.spans)
    by = days[0] - event.first_day if days is not None and event.first_day is not None else timedelta()
    before = [each.starts for each in (event.slots or event.sessions)]
    after = {each.starts for each in (slots or times.spans)}
    stay, move = (sum(starts + delta in after for starts in before) for delta in (timedelta(), by))
    return by if move > stay or not stay else timedelta()


def tables_change(uow: UnitOfWork, event: Event, wanted: Sequence[TableFacts]) -> Consequence:
    """What other tables would mean."""
    _check_tables(event, wanted)
    kept = {each.id: each for each in wanted if each.id is not None}
    found = Consequence(places={slot.position: slot.position for slot in event.slots})
    for meeting in _meetings(uow, event):
        if meeting.table_id is None:
            continue
        table = kept.get(meeting.table_id)
        if table is None or meeting.slot in table.unavailable:
            (found.fallen if meeting.state in _AHEAD else found.held).append(meeting)
        elif meeting.state in _AHEAD and not _fits(meeting, table):
            found.fallen.append(meeting)
    return found


def refuse_unsaid(found: Consequence, fallen: Collection[int]) -> None:
    """Saving needs the word for exactly the meetings that fall; what took place cannot fall."""
    if found.held:
        raise Conflict(
            Message("有 %(n)s 场洽谈已经进行，它们的场次和洽谈桌不能取消。", {"n": len(found.held)}),
            hint=Message("请保留这些场次和洽谈桌，只改后面的。"),
        )
    if found.numbers != frozenset(fallen):
        raise Conflict(
            Message("这样改会使 %(n)s 场已公布的洽谈失去位置，请先确认。", {"n": len(found.fallen)}),
            hint=Message("核对下面的名单后确认；这些洽谈会取消并通知双方，再到“排程”中重新安排。"),
        )


def blocked(event: Event, slots: Sequence[Slot], by: timedelta) -> dict[int, frozenset[int]]:
    """Table → rounds afterwards in which it is not to be had."""
    return {
        table.id: same_time(event.slots, table.unavailable, slots, by)
        for table in event.tables
        if table.unavailable
    }


def same_time(
    before: Sequence[EventSlot], positions: Collection[int], slots: Sequence[Slot], by: timedelta
) -> frozenset[int]:
    """Rounds that meet any of some rounds of another timetable, which is moved by so many days."""
    old = [slot for slot in before if slot.position in positions]
    return frozenset(
        new.position
        for new in slots
        if any(events.overlaps(each.starts + by, each.ends + by, new.starts, new.ends) for each in old)
    )


def _meetings(uow: UnitOfWork, event: Event) -> Sequence[Meeting]:
    statement = (
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.state != "cancelled")
        .options(
            joinedload(Meeting.attendee).joinedload(Attendee.expert),
            joinedload(Meeting.event_problem)
            .joinedload(EventProblem.problem)
            .joinedload(Problem.organization),
            joinedload(Meeting.event_problem).selectinload(EventProblem.people),
            joinedload(Meeting.table),
        )
        .order_by(Meeting.slot, Meeting.id)
    )
    return uow.session.scalars(statement).all()


def _fits(meeting: Meeting, table: TableFacts) -> bool:
    wanted = meeting.event_problem.table_kind
    return not wanted or wanted in table.kinds


def _check_times(times: Times, *, is_docking: bool) -> None:
    faults: dict[str, Message] = {}
    for at, span in enumerate(times.spans):
        if span.ends <= span.starts:
            faults[f"session-{at}-ends"] = Message("结束时间要晚于开始时间。")
        elif is_docking and (span.ends - span.starts).total_seconds() < times.minutes * 60:
            faults[f"session-{at}-ends"] = Message("这一场放不下一轮（%(n)s 分钟）。", {"n": times.minutes})
        for other, earlier in enumerate(times.spans[:at]):
            if events.overlaps(span.starts, span.ends, earlier.starts, earlier.ends):
                faults[f"session-{at}-starts"] = Message("与第 %(n)s 场时间重叠。", {"n": other + 1})
    if not times.spans:
        faults["session-0-day"] = Message("至少要有一场，请填写日期和起止时间。")
    if list(times.spans) != sorted(times.spans, key=lambda span: span.starts) and not faults:
        faults["session-0-day"] = Message("请按时间先后填写各场。")
    if faults:
        raise InvalidInput(Message("时间有误，请按各项提示更正。"), fields=faults)


def _check_tables(event: Event, wanted: Sequence[TableFacts]) -> None:
    faults: dict[str, Message] = {}
    names: set[str] = set()
    for at, table in enumerate(wanted):
        if not table.name:
            faults[f"table-{at}-name"] = Message("请填写桌号。")
        elif table.name in names:
            faults[f"table-{at}-name"] = Message("桌号“%(name)s”重复。", {"name": table.name})
        if any(slot >= len(event.slots) for slot in table.unavailable):
            faults[f"table-{at}-unavailable"] = Message("只有第 1–%(n)s 轮。", {"n": len(event.slots)})
        names.add(table.name)
    if len(wanted) > MOST_TABLES:
        faults["count"] = Message("最多 %(most)s 张洽谈桌。", {"most": MOST_TABLES})
    if faults:
        raise InvalidInput(Message("洽谈桌有误，请按各项提示更正。"), fields=faults)
