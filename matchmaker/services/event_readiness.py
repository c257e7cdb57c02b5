"""What the first stages of an event lack: times and tables, problems, people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from matchmaker.lifecycle import COMING
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventProblem, Meeting
from matchmaker.permissions import Actor
from matchmaker.services.event_clashes import clashes
from matchmaker.services.event_stages import Readiness
from matchmaker.services.event_times import tables_for
from matchmaker.storage.unit_of_work import UnitOfWork

_WAITING = Message("去审核")
#: Meetings of a problem where nobody says how many.
USUAL_MEETINGS = 4


def times(uow: UnitOfWork, _actor: Actor, event: Event) -> Sequence[Readiness]:
    """Days, place, rounds and tables."""
    found = [_day(event), _venue(event)]
    if event.kind == "docking":
        found += [_slots(event), _tables(uow, event)]
    return found


def problems(uow: UnitOfWork, _actor: Actor, event: Event) -> Sequence[Readiness]:
    """Problems that wait, problems that nobody represents, and how many there are of the quota."""
    states = _counts(uow, EventProblem, event)
    accepted, waiting = states.get("accepted", 0), states.get("offered", 0)
    found = []
    if waiting:
        text = Message("%(n)s 项难题待审核", {"n": waiting})
        found.append(Readiness(text, False, "event_problems.listing", {}, _WAITING))
    nobody = _without_people(uow, event)
    if nobody:
        text = Message("%(n)s 项难题还没有参会代表", {"n": nobody})
        found.append(Readiness(text, False, "event_problems.listing"))
    if accepted:
        quota = Message("（名额 %(most)s）", {"most": event.most_problems}) if event.most_problems else ""
        text = Message("已有 %(n)s 项难题%(quota)s", {"n": accepted, "quota": quota})
    else:
        text = Message("还没有难题")
    return [*found, Readiness(text, accepted > 0, "event_problems.listing")]


def people(uow: UnitOfWork, _actor: Actor, event: Event) -> Sequence[Readiness]:
    """Registrations that wait, and how many come."""
    states = _counts(uow, Attendee, event)
    found = []
    if states.get("registered"):
        text = Message("%(n)s 人报名待审核", {"n": states["registered"]})
        found.append(Readiness(text, False, "attendees.listing", {"state": "registered"}, _WAITING))
    found += _gone(uow, event) + _twice(uow, event)
    coming = states.get("accepted", 0)
    text = Message("%(n)s 人确认参加", {"n": coming}) if coming else Message("还没有人确认参加")
    return [*found, Readiness(text, coming > 0, "attendees.listing")]


def expected_meetings(uow: UnitOfWork, event: Event) -> int:
    """How many meetings there will be: so many as the problems (or their quota) may have."""
    accepted = _counts(uow, EventProblem, event).get("accepted", 0) or event.most_problems or 0
    most = min(event.problem_most or USUAL_MEETINGS, len(event.slots) or USUAL_MEETINGS)
    return accepted * most


def _day(event: Event) -> Readiness:
    if event.first_day is None:
        return Readiness(Message("还没有日期"), False, "event_forms.edit", {"part": "times"})
    days = f"{event.first_day:%Y-%m-%d}"
    if event.last_day and event.last_day != event.first_day:
        days += f" — {event.last_day:%Y-%m-%d}"
    return Readiness(Message("日期：%(days)s", {"days": days}), True, "event_forms.edit", {"part": "times"})


def _venue(event: Event) -> Readiness:
    if not (event.venue or event.online_link):
        return Readiness(Message("还没有场地"), False, "event_forms.edit", {"part": "what"})
    where = event.venue or Message("线上")
    return Readiness(Message("场地：%(venue)s", {"venue": where}), True, "event_forms.edit", {"part": "what"})


def _slots(event: Event) -> Readiness:
    if not event.slots:
        return Readiness(Message("还没有洽谈场次"), False, "event_forms.edit", {"part": "times"})
    values = {"slots": len(event.slots), "sessions": len(event.sessions)}
    text = Message("%(slots)s 轮洽谈，分 %(sessions)s 场", values)
    return Readiness(text, True, "event_forms.edit", {"part": "times"})


def _tables(uow: UnitOfWork, event: Event) -> Readiness:
    have = sum(not table.is_closed for table in event.tables)
    least, _most = tables_for(expected_meetings(uow, event), len(event.slots))
    if not have:
        text = Message("还没有洽谈桌")
    elif have < least:
        text = Message("%(n)s 张洽谈桌，按预计场次至少要 %(least)s 张", {"n": have, "least": least})
    else:
        text = Message("%(n)s 张洽谈桌", {"n": have})
    return Readiness(text, bool(have) and have >= least, "event_forms.edit", {"part": "tables"})


def _counts(uow: UnitOfWork, model: type[Attendee | EventProblem], event: Event) -> dict[str, int]:
    statement = select(model.state, func.count()).where(model.event_id == event.id).group_by(model.state)
    return {state: int(number) for state, number in uow.session.execute(statement)}


def _gone(uow: UnitOfWork, event: Event) -> list[Readiness]:
    """Planned meetings of which a side does not come any more."""
    statement = (
        select(func.count())
        .select_from(Meeting)
        .join(Meeting.attendee)
        .join(Meeting.event_problem)
        .where(
            Meeting.event_id == event.id,
            Meeting.state == "planned",
            Attendee.state.not_in(COMING) | (EventProblem.state != "accepted"),
        )
    )
    number = uow.session.scalar(statement) or 0
    if not number:
        return []
    text = Message("%(n)s 场已排洽谈的一方不再参加", {"n": number})
    return [Readiness(text, False, "repairs.show", {}, Message("去调整"))]


def _twice(uow: UnitOfWork, event: Event) -> list[Readiness]:
    """Who is wanted at another event at the same time."""
    found = clashes(uow, event)
    if not found:
        return []
    first = found[0]
    values = {"name": first.attendee.name, "event": first.other.title, "n": len(found)}
    text = Message("%(name)s等 %(n)s 人同时要参加“%(event)s”，请错开时间或更换人选", values)
    if len(found) == 1:
        text = Message("%(name)s同时要参加“%(event)s”，请错开时间或更换人选", values)
    return [Readiness(text, False, "attendees.listing", {"q": first.attendee.name})]


def _without_people(uow: UnitOfWork, event: Event) -> int:
    statement = select(func.count()).where(
        EventProblem.event_id == event.id, EventProblem.state == "accepted", ~EventProblem.people.any()
    )
    return uow.session.scalar(statement) or 0
