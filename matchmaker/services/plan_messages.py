"""Who is told what of a plan: one message a person, however many of his meetings change.

Before the plan is final a change of table alone is told to nobody: the tables stand on the page and on the
sheets, which are printed afterwards. An anonymous problem is called by its number alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventProblem, Meeting
from matchmaker.permissions import Actor
from matchmaker.services import plan_input
from matchmaker.services.asking_wishes import recipient_of
from matchmaker.services.messages import settle, tell
from matchmaker.services.plan_changes import Change, Place
from matchmaker.services.secret_links import issue
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of an event in which its tables are printed: then a change of table is told too.
PRINTED = frozenset({"frozen", "running"})
#: Days that the link in a message holds after the event's last day.
AFTERWARDS = 1
#: Meetings that a message names; the others stand on the page.
MOST_NAMED = 12


def tell_changes(
    uow: UnitOfWork,
    actor: Actor,
    event: Event,
    rows: plan_input.Rows,
    changes: Sequence[tuple[Change, Meeting]],
    *,
    now: datetime,
) -> None:
    """One message for each person whose meetings are not as they were."""
    told = [change for change, _row in changes if change.what != "table" or event.state in PRINTED]
    if not told:
        return
    sitting = {each.id: [one.id for one in each.people] for each in rows.problems}
    concerned: dict[int, list[Change]] = defaultdict(list)
    for change in told:
        experts = plan_input.number_of(change.expert)
        people = [experts, *sitting.get(plan_input.number_of(change.problem), ())]
        for number in dict.fromkeys(people):
            concerned[number].append(change)
    words = Words(event, _people(uow, event), _problems(uow, event))
    for number, person in words.people.items():
        if number in concerned:
            _tell_one(uow, actor, words, person, concerned[number], now)


class Words:
    """How meetings of one event are told in a line."""

    def __init__(self, event: Event, people: dict[int, Attendee], problems: dict[int, EventProblem]) -> None:
        self.event = event
        self.people = people
        self.problems = problems
        self._slots = {slot.position: slot for slot in event.slots}

    def when(self, place: Place | None) -> str:
        """03-18 09:00 A01."""
        if place is None or place[0] not in self._slots:
            return ""
        return f"{self._slots[place[0]].starts:%m-%d %H:%M} {place[1]}".strip()

    def other(self, person: Attendee, change: Change) -> str:
        """The other side: the expert, or the problem by what everybody may know of it."""
        expert = plan_input.number_of(change.expert)
        if expert != person.id:
            found = self.people.get(expert)
            return found.name if found else ""
        row = self.problems.get(plan_input.number_of(change.problem))
        return called(row) if row else ""


def called(row: EventProblem) -> str:
    """A problem as the other side may call it: by its number, with its title unless it is anonymous."""
    problem = row.problem
    number = problem.number or f"#{problem.id}"
    return number if problem.visibility == "anonymous" else f"{number} {problem.title}"


def _tell_one(
    uow: UnitOfWork, actor: Actor, words: Words, person: Attendee, changes: Sequence[Change], now: datetime
) -> None:
    whats = {change.what for change in changes}
    kind = {frozenset({"added"}): "planned", frozenset({"cancelled"}): "cancelled"}.get(
        frozenset(whats), "moved"
    )
    event = words.event
    values = {
        "event": event.title,
        "count": sum(change.what != "cancelled" for change in changes),
        "cancelled": _part(Message("取消：%(list)s。"), words, person, changes, "cancelled"),
        "moved": _part(Message("改时间或换桌：%(list)s。"), words, person, changes, "moved", "table"),
        "added": _part(Message("新增：%(list)s。"), words, person, changes, "added"),
        "list": _list(words, person, changes),
    }
    recipient = recipient_of(uow, person)
    link = None
    if kind != "cancelled" and recipient.account is None:
        last = event.last_day or event.first_day
        days = max((last - now.date()).days, 0) + AFTERWARDS if last else 14
        link = issue(uow, actor, "event_plan", f"attendee:{person.id}", recipient, days)
    settle(uow, f"attendee:{person.id}", ("meeting:planned", "meeting:moved"))  # what it asked is out of date
    tell(
        uow,
        actor,
        [recipient],
        f"meeting:{kind}",
        f"attendee:{person.id}",
        {**values, "at": event.id},
        link=link,
    )


def _part(
    template: Message, words: Words, person: Attendee, changes: Iterable[Change], *whats: str
) -> Message | str:
    some = [change for change in changes if change.what in whats]
    return Message(template.template, {"list": _list(words, person, some)}) if some else ""


def _list(words: Words, person: Attendee, changes: Sequence[Change]) -> str:
    lines = []
    for change in sorted(changes, key=lambda each: each.after or each.before or (0, ""))[:MOST_NAMED]:
        times = [words.when(change.before), words.when(change.after)]
        lines.append(f"{' → '.join(filter(None, times))} {words.other(person, change)}")
    return "; ".join(lines) + ("; …" if len(changes) > MOST_NAMED else "")


def _people(uow: UnitOfWork, event: Event) -> dict[int, Attendee]:
    statement = select(Attendee).where(Attendee.event_id == event.id).options(joinedload(Attendee.expert))
    return {row.id: row for row in uow.session.scalars(statement)}


def _problems(uow: UnitOfWork, event: Event) -> dict[int, EventProblem]:
    statement = (
        select(EventProblem)
        .where(EventProblem.event_id == event.id)
        .options(joinedload(EventProblem.problem), selectinload(EventProblem.people))
    )
    return {row.id: row for row in uow.session.scalars(statement)}
