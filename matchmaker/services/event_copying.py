"""A copy of an event: everything but its people and its plan, moved to another first day."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.models import AgendaItem, Event, EventProblem, EventSession, EventSlot, EventTable, Problem
from matchmaker.permissions import Actor, require
from matchmaker.services import events
from matchmaker.services.event_forming import next_number
from matchmaker.services.event_times import deadlines
from matchmaker.storage.unit_of_work import UnitOfWork

_SAME = (
    "kind", "theme", "summary", "series", "fields", "hosts", "partners", "region", "venue", "address",
    "contact_name", "contact_phone", "slot_minutes", "break_minutes", "most_experts", "most_problems",
    "expert_most", "problem_least", "problem_most", "most_in_a_row", "approves", "weights", "min_score",
)  # fmt: skip
_DEADLINES = ("call_until", "answer_until", "prefer_until")
#: States of a problem that still looks for somebody.
_OPEN = ("published", "docking")


def copy(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    *,
    title: str,
    first_day: date,
    today: date,
    with_problems: bool = False,
) -> Event:
    """A draft like the event, its days, last days and agenda moved together; blocked rounds stay blocked.

    A last day that would be past is set as for a new event. Problems that are still open come as offered.
    """
    old = events.get(uow, actor, number)
    require(actor, "event:create")
    if not title.strip():
        raise InvalidInput(Message("请填写新活动的名称。"), fields={"title": Message("请填写活动名称。")})
    if first_day < today:
        raise InvalidInput(
            Message("请选择今天以后的日期。"), fields={"first_day": Message("请选择今天或以后的日期。")}
        )
    by = first_day - (old.first_day or first_day)
    row = Event(
        **{name: _own(getattr(old, name)) for name in _SAME}, title=title.strip()[:200], state="draft",
        number=next_number(uow, first_day.year), first_day=first_day, created_by=actor.name[:100],
        last_day=(old.last_day or old.first_day or first_day) + by, copied_from=old.id,
    )  # fmt: skip
    usual = deadlines(first_day, today)
    for name in _DEADLINES:
        then = getattr(old, name)
        moved = then + by if then is not None else None
        setattr(row, name, moved if moved is not None and moved >= today else getattr(usual, name))
    _times(old, row, by)
    uow.session.add(row)
    uow.session.flush()
    _agenda(uow, old, row, by)
    if with_problems:
        _problems(uow, actor, old, row)
    uow.record(actor, "event:copy", f"event:{row.id}", copied_from=old.id, first_day=first_day.isoformat())
    return row


def _own(value: object) -> object:
    """Lists and dictionaries of one row are not those of another."""
    if isinstance(value, list):
        return list(value)
    return dict(value) if isinstance(value, dict) else value


def _times(old: Event, row: Event, by: timedelta) -> None:
    row.sessions = [
        EventSession(position=each.position, name=each.name, starts=each.starts + by, ends=each.ends + by)
        for each in old.sessions
    ]
    row.slots = [
        EventSlot(position=each.position, session=each.session, starts=each.starts + by, ends=each.ends + by)
        for each in old.slots
    ]
    row.tables = [
        EventTable(
            position=each.position, name=each.name, room=each.room, kinds=list(each.kinds),
            unavailable=list(each.unavailable),
        )
        for each in old.tables
    ]  # fmt: skip


def _agenda(uow: UnitOfWork, old: Event, row: Event, by: timedelta) -> None:
    """Items move along; who takes part is to be said again, since nobody is registered yet."""
    for each in old.agenda:
        uow.session.add(
            AgendaItem(
                event_id=row.id, kind=each.kind, title=each.title, starts=each.starts + by,
                ends=each.ends + by, room=each.room, speaker=each.speaker, is_for_all=each.is_for_all,
                note=each.note,
            )
        )  # fmt: skip


def _problems(uow: UnitOfWork, actor: Actor, old: Event, row: Event) -> None:
    statement = (
        select(EventProblem)
        .join(Problem, Problem.id == EventProblem.problem_id)
        .where(EventProblem.event_id == old.id, EventProblem.state == "accepted", Problem.state.in_(_OPEN))
        .order_by(EventProblem.id)
    )
    for each in uow.session.scalars(statement):
        uow.session.add(
            EventProblem(
                event_id=row.id, problem_id=each.problem_id, state="offered", least=each.least,
                most=each.most, table_kind=each.table_kind, priority=1.0, offered_by=actor.name[:100],
            )
        )  # fmt: skip
