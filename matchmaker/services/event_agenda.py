"""The agenda of an event besides meetings: what is when and where, for whom, and what it runs into."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import AgendaItem, Attendee, Event, EventProblem, EventProblemPerson, Meeting
from matchmaker.permissions import Actor, require
from matchmaker.services import events
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

#: Rounds of planned meetings, each with the attendees who sit in it.
Planned = list[tuple[int, frozenset[int]]]
FIELDS = ("kind", "title", "starts", "ends", "room", "speaker", "is_for_all", "note")


@dataclass(frozen=True, slots=True)
class Collision:
    """What an item of the agenda runs into.

    Attributes:
        rounds: numbers of rounds, from 1, in which its people cannot meet.
        meetings: how many published meetings of them there are.
        items: titles of other items at the same time, for the same people or in the same room.
    """

    rounds: tuple[int, ...] = ()
    meetings: int = 0
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline: an item, or a session of meetings."""

    starts: datetime
    ends: datetime
    item: AgendaItem | None = None
    session: str = ""
    rounds: tuple[int, ...] = ()
    collision: Collision = field(default_factory=Collision)

    @property
    def day(self) -> date:
        """The day it stands under."""
        return self.starts.date()


def items(uow: UnitOfWork, event: Event) -> Sequence[AgendaItem]:
    """Items with their people, in the order of time."""
    statement = select(AgendaItem).where(AgendaItem.event_id == event.id)
    return uow.session.scalars(
        statement.options(selectinload(AgendaItem.people)).order_by(AgendaItem.starts, AgendaItem.id)
    ).all()


def timeline(uow: UnitOfWork, event: Event, *, with_collisions: bool = False) -> list[Line]:
    """Items and sessions in the order of time."""
    rows = items(uow, event)
    meetings = planned(uow, event) if with_collisions else []
    found = [
        Line(
            row.starts, row.ends, row,
            collision=collision(event, row, rows, meetings) if with_collisions else Collision(),
        )
        for row in rows
    ]  # fmt: skip
    for session in event.sessions:
        rounds = tuple(slot.position + 1 for slot in event.slots if slot.session == session.position)
        found.append(Line(session.starts, session.ends, session=session.name, rounds=rounds))
    return sorted(found, key=lambda line: (line.starts, line.ends))


def save(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    values: Mapping[str, Any],
    *,
    item: int | None = None,
    people: Collection[int] = (),
) -> tuple[AgendaItem, Collision]:
    """Adds or changes an item, and tells what it runs into; meetings stay as they are."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:edit", event)
    _check(event, values, people)
    row = _item(uow, event, item) if item is not None else AgendaItem(event_id=event.id)
    for name in FIELDS:
        setattr(row, name, values[name])
    wanted = select(Attendee).where(Attendee.event_id == event.id, Attendee.id.in_(sorted(people)))
    row.people = [] if row.is_for_all else list(uow.session.scalars(wanted))
    uow.session.add(row)
    uow.session.flush()
    events.touched(event)
    uow.record(
        actor, "event:agenda", f"event:{event.id}", item=row.id, title=row.title, starts=f"{row.starts}"
    )
    return row, collision(event, row, items(uow, event), planned(uow, event))


def remove(uow: UnitOfWork, actor: Actor, number: int, item: int) -> None:
    """Takes an item out."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:edit", event)
    row = _item(uow, event, item)
    events.touched(event)
    uow.record(actor, "event:agenda", f"event:{event.id}", removed=row.title)
    uow.session.delete(row)


def planned(uow: UnitOfWork, event: Event) -> Planned:
    """Every planned meeting as its round and the attendees who sit in it; two statements."""
    statement = select(Meeting.slot, Meeting.attendee_id, Meeting.event_problem_id).where(
        Meeting.event_id == event.id, Meeting.state == "planned"
    )
    rows = uow.session.execute(statement).all()
    if not rows:
        return []
    brought: dict[int, set[int]] = {}
    offers = select(EventProblem.id).where(EventProblem.event_id == event.id)
    people = select(EventProblemPerson).where(EventProblemPerson.event_problem_id.in_(offers))
    for each in uow.session.scalars(people):
        brought.setdefault(each.event_problem_id, set()).add(each.attendee_id)
    return [(slot, frozenset({person, *brought.get(offer, ())})) for slot, person, offer in rows]


def collision(event: Event, row: AgendaItem, others: Sequence[AgendaItem], meetings: Planned) -> Collision:
    """What an item runs into."""
    rounds = [
        slot.position for slot in event.slots if events.overlaps(row.starts, row.ends, slot.starts, slot.ends)
    ]
    clashing = [
        other.title
        for other in others
        if other.id != row.id
        and events.overlaps(row.starts, row.ends, other.starts, other.ends)
        and _same_people_or_room(row, other)
    ]
    concerned = {each.id for each in row.people}
    hit = sum(
        slot in rounds and (row.is_for_all or not people.isdisjoint(concerned)) for slot, people in meetings
    )
    return Collision(tuple(position + 1 for position in rounds), hit, tuple(clashing))


def _same_people_or_room(one: AgendaItem, other: AgendaItem) -> bool:
    if one.room and one.room == other.room:
        return True
    if one.is_for_all or other.is_for_all:
        return one.is_for_all and other.is_for_all
    return not {each.id for each in one.people}.isdisjoint(each.id for each in other.people)


def _check(event: Event, values: Mapping[str, Any], people: Collection[int]) -> None:
    faults: dict[str, Message] = {}
    if not values["title"]:
        faults["title"] = Message("请填写议程内容。")
    if values["ends"] <= values["starts"]:
        faults["ends"] = Message("结束时间要晚于开始时间。")
    first, last = event.first_day, event.last_day or event.first_day
    if first and last and not first <= values["starts"].date() <= last:
        faults["day"] = Message(
            "不在活动的日期内（%(first)s 至 %(last)s）。", {"first": f"{first}", "last": f"{last}"}
        )
    if not values["is_for_all"] and not people:
        faults["people"] = Message("请选择参加的人，或改为全体参加。")
    if faults:
        raise InvalidInput(Message("议程还不能保存：请按各项提示更正。"), fields=faults)


def _item(uow: UnitOfWork, event: Event, number: int) -> AgendaItem:
    row = uow.session.get(AgendaItem, number) if number <= MOST_NUMBER else None
    if row is None or row.event_id != event.id:
        raise NotFound(Message("没有这一项议程。"), hint=Message("它可能刚被删除，请刷新页面。"))
    return row
