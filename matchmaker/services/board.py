"""The live board: what everybody in the hall may see, and the key that opens it without log-in.

The board hangs where press and rivals pass: no contacts, no titles of problems, and a firm's name only where
its problem is shown to everybody or to members and hidden from nobody. Any other problem is its number.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from matchmaker.errors import Forbidden
from matchmaker.messages import Message
from matchmaker.models import Event, EventProblem, EventSlot, Meeting
from matchmaker.notifications.quiet import local
from matchmaker.permissions import Actor, allowed, require
from matchmaker.services import events
from matchmaker.services.day_state import Day, any_here, demand, is_here
from matchmaker.services.events import touched
from matchmaker.services.veils import may_name
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

#: Signs of the state of a table.
STATES: dict[str, Message] = {
    "planned": Message("待开始"),
    "called": Message("请就座"),
    "held": Message("洽谈中"),
    "ended": Message("已结束"),
    "missed": Message("未到"),
    "free": Message("空"),
    "closed": Message("停用"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One table in one slot; ``demand`` and ``supply`` are empty for a table at which nobody meets.

    Attributes:
        then: who meets there in the slot after it.
    """

    table: str
    room: str
    state: str
    number: str = ""
    demand: str = ""
    supply: str = ""
    body: str = ""
    awaited: Sequence[str | Message] = ()
    then: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One slot on the board; moments are UTC."""

    number: int
    starts: datetime
    begins: datetime
    ends: datetime
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Board:
    """What the screen shows.

    Attributes:
        phase: waiting (not called), called, running, or over.
    """

    event: Event
    phase: str
    now: Round | None
    then: Round | None

    @property
    def awaited(self) -> list[tuple[str, str | Message]]:
        """(table, who) of those who should sit at a table of this slot and are not in the hall."""
        return [(cell.table, who) for cell in (self.now.cells if self.now else ()) for who in cell.awaited]


def opened(uow: UnitOfWork, actor: Actor, number: int, key: str) -> Event:
    """The event for whoever runs it, or for a screen with its key; Forbidden says what is wrong with it."""
    row = uow.session.get(Event, number) if number <= MOST_NUMBER else None
    if row is not None and row.board_key and hmac.compare_digest(row.board_key.encode(), key.encode()):
        return row
    if row is not None and not key and allowed(actor, "event:checkin", row):
        return row
    raise Forbidden(
        Message("这个大屏链接已失效，或者不完整。"),
        hint=Message("请工作人员在“会议当天”页面重新复制大屏链接，在这台电脑上打开。"),
    )


def new_key(uow: UnitOfWork, actor: Actor, number: int) -> Event:
    """A link for screens; screens with the earlier one say that it holds no more."""
    row = events.get(uow, actor, number, to_change=True)
    require(actor, "event:checkin", row)
    row.board_key = secrets.token_urlsafe(18)
    uow.record(actor, "board:linked", f"event:{row.id}")
    touched(row)
    return row


def revoke(uow: UnitOfWork, actor: Actor, number: int) -> Event:
    """No screen without log-in any more."""
    row = events.get(uow, actor, number, to_change=True)
    require(actor, "event:checkin", row)
    row.board_key = ""
    uow.record(actor, "board:revoked", f"event:{row.id}")
    touched(row)
    return row


def version(uow: UnitOfWork, number: int, *, now: datetime, timezone: str) -> tuple[str, str] | None:
    """(version, key) in one statement; the version grows with changes, and when the clock passes a slot."""
    wall = local(now, timezone).replace(tzinfo=None)
    passed = (
        select(func.count())
        .select_from(EventSlot)
        .where(EventSlot.event_id == number, EventSlot.ends <= wall)
        .scalar_subquery()
    )
    row = uow.session.execute(
        select(Event.live, passed, Event.state, Event.board_key).where(Event.id == number)
    ).first()
    return (f"{row[0]}.{row[1]}.{row[2]}", str(row[3])) if row else None


def shown(day: Day) -> Board:
    """The board of a day."""
    current, following = day.current, day.following
    phase = "over" if current is None else "waiting"
    if day.event.calling is not None and day.event.calling == current:
        phase = "running" if day.event.called_at else "called"
    then = _round(day, following)
    after = {
        cell.table: f"{cell.supply} · {cell.number}" for cell in (then.cells if then else ()) if cell.demand
    }
    return Board(day.event, phase, _round(day, current, after), then)


def demand_label(problem: EventProblem) -> str:
    """The firm where everybody may know it, with the problem's number; otherwise the number alone."""
    firm = problem.problem.organization
    number = number_of(problem)
    return f"{number} {firm.name}" if firm is not None and may_name(problem.problem) else number


def number_of(problem: EventProblem) -> str:
    """What a problem is called where nothing else may be said of it."""
    return problem.problem.number or f"#{problem.id}"


def _round(day: Day, slot: int | None, after: Mapping[str, str] | None = None) -> Round | None:
    if slot is None:
        return None
    row = day.slots[slot]
    meetings = day.at_slot(slot)
    by_table: dict[int | None, Meeting] = {}
    for each in sorted(meetings, key=lambda one: one.state != "missed"):
        by_table[each.table_id] = each  # whoever sits there now, else who was missed
    cells = [
        _cell(by_table[table.id], table.name, table.room)
        if table.id in by_table
        else Cell(table.name, table.room, "closed" if table.is_closed else "free")
        for table in day.event.tables
    ]
    cells += [_cell(each, "线上", "") for each in meetings if each.table_id is None]
    if after:
        cells = [replace(each, then=after.get(each.table, "")) for each in cells]
    return Round(slot + 1, day.moment(row.starts), day.begins(slot), day.ends(slot), cells)


def _cell(meeting: Meeting, table: str, room: str) -> Cell:
    state = "ended" if meeting.state == "held" and meeting.ended_at else meeting.state
    expert = meeting.attendee
    awaited: list[str | Message] = []
    if state in ("planned", "called"):
        if not any_here(demand(meeting)):
            awaited.append(_awaited_demand(meeting))
        if not is_here(expert):
            awaited.append(expert.name)
    return Cell(
        table,
        room,
        state,
        number_of(meeting.event_problem),
        demand_label(meeting.event_problem),
        expert.name,
        expert.organization.name if expert.organization else "",
        awaited,
    )


def _awaited_demand(meeting: Meeting) -> str | Message:
    """Names of representatives only where their firm may be named."""
    people = demand(meeting)
    if people and may_name(meeting.event_problem.problem):
        return "、".join(each.name for each in people)
    return Message("%(number)s 的代表", {"number": number_of(meeting.event_problem)})
