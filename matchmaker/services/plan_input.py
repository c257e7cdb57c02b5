"""The planning file of an event (docs/planning-file.md) from its rows: ids only, no name of anybody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from matchmaker import lifecycle
from matchmaker.models import (
    AgendaItem,
    Attendee,
    Event,
    EventPair,
    EventProblem,
    EventTable,
    Meeting,
    PlanPin,
)
from matchmaker.planning.instance import Weights
from matchmaker.planning.reading import FORMAT
from matchmaker.services import events, pairs
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of a meeting that has begun: it stays where it is, whatever is planned around it.
BEGUN = frozenset({"called", "held"})
#: States of a meeting that a plan may still move.
OPEN = frozenset({"planned"})

Key = tuple[int, int]


def person_id(attendee: int) -> str:
    """Id of an attendee in a planning file."""
    return f"attendee:{attendee}"


def problem_id(event_problem: int) -> str:
    """Id of a problem that is brought (its EventProblem row) in a planning file."""
    return f"problem:{event_problem}"


def number_of(identifier: str) -> int:
    """Number of the row behind ``attendee:3`` or ``problem:5``; 0 for anything else."""
    digits = identifier.partition(":")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 11 else 0


@dataclass(slots=True)
class Rows:
    """Everything that a plan depends on, loaded in a fixed number of statements."""

    event: Event
    people: Sequence[Attendee]
    problems: Sequence[EventProblem]
    pairs: Sequence[EventPair]
    meetings: Sequence[Meeting]
    pins: Sequence[PlanPin]
    begun: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sitting = {row.id: [each.id for each in row.people] for row in self.problems}
        for row in self.meetings:
            if row.state in BEGUN:
                for number in (row.attendee_id, *sitting.get(row.event_problem_id, ())):
                    self.begun.setdefault(number, set()).add(row.slot)


def rows_of(uow: UnitOfWork, event: Event) -> Rows:
    """The rows of one event: who comes, what is brought, who may meet, what is published."""
    session = uow.session
    session.scalars(
        select(Event)
        .where(Event.id == event.id)
        .options(
            selectinload(Event.slots),
            selectinload(Event.tables),
            selectinload(Event.sessions),
            selectinload(Event.agenda).selectinload(AgendaItem.people),
        )
    ).all()
    people = session.scalars(
        select(Attendee)
        .where(
            Attendee.event_id == event.id,
            Attendee.state.in_(lifecycle.COMING),
            Attendee.kind.in_(("expert", "representative")),
        )
        .order_by(Attendee.id)
    ).all()
    problems = session.scalars(
        select(EventProblem)
        .where(EventProblem.event_id == event.id, EventProblem.state == "accepted")
        .options(selectinload(EventProblem.people))
        .order_by(EventProblem.id)
    ).all()
    may_meet = session.scalars(
        select(EventPair).where(EventPair.event_id == event.id, EventPair.barred == "").order_by(EventPair.id)
    ).all()
    meetings = session.scalars(
        select(Meeting).where(Meeting.event_id == event.id, Meeting.state != "cancelled").order_by(Meeting.id)
    ).all()
    pins = session.scalars(select(PlanPin).where(PlanPin.event_id == event.id).order_by(PlanPin.id)).all()
    return Rows(event, people, problems, may_meet, meetings, pins)


def build(uow: UnitOfWork, event: Event, *, keeps: bool = True) -> dict[str, Any]:
    """The planning file of an event as it stands; ``keeps``: with what is published, so that little moves."""
    return written(rows_of(uow, event), keeps=keeps)


def written(rows: Rows, *, keeps: bool = True) -> dict[str, Any]:
    """The planning file of rows in hand."""
    event = rows.event
    least = event.min_score if event.min_score is not None else pairs.threshold()
    pair_rows = _pairs(rows)
    listed = {(row["expert"], row["problem"]) for row in pair_rows}
    made: dict[str, Any] = {
        "format": FORMAT,
        "name": event.number or f"event:{event.id}",
        "slots": max(len(event.slots), 1),
        "sessions": sessions_of(event),
        "tables": [_table(rows, each) for each in event.tables],
        "people": [_person(rows, each) for each in rows.people],
        "problems": [_problem(rows, each) for each in rows.problems],
        "pairs": pair_rows,
        "pinned": _pins(rows, listed),
        "weights": weights_of(event),
        "min_score": min(max(least, 0.0), 1.0),
    }
    if keeps and (published := _published(rows)):
        made["published"] = published
    return made


def weights_of(event: Event) -> dict[str, float]:
    """The weights that hold for an event: its own, else those of the planning file."""
    usual = Weights()
    own: Mapping[str, Any] = event.weights or {}
    return {
        "must": float(own.get("must", usual.must)),
        "willing": float(own.get("willing", usual.willing)),
        "fairness_price": float(own.get("fairness_price", usual.fairness_price)),
    }


def sessions_of(event: Event) -> list[list[int]]:
    """First and last slot of each session that has any."""
    found: dict[int, list[int]] = {}
    for slot in event.slots:
        found.setdefault(slot.session, []).append(slot.position)
    return [[min(slots), max(slots)] for _session, slots in sorted(found.items())]


def fingerprint(inputs: Mapping[str, Any]) -> str:
    """What a file asks, in short: equal files have equal ones, whatever the order of their keys."""
    text = json.dumps(inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def present(meetings: Iterable[Meeting]) -> str:
    """A token of what is published: it changes with every meeting that moves, comes or goes."""
    rows = sorted((row.id, row.sequence, row.state) for row in meetings if row.state != "cancelled")
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def _gone(rows: Rows) -> set[int]:
    """Slots that are over or on: nothing new is planned there."""
    event = rows.event
    if event.state != "running" or event.calling is None:
        return set()
    return {slot.position for slot in event.slots if slot.position <= event.calling}


def _table(rows: Rows, table: EventTable) -> dict[str, Any]:
    """A table; a closed one, or one whose room is needed otherwise, keeps only meetings that have begun."""
    event = rows.event
    taken = {row.slot for row in rows.meetings if row.table_id == table.id and row.state in BEGUN}
    away = set(table.unavailable)
    if table.is_closed:
        away |= {slot.position for slot in event.slots}
    for item in event.agenda:
        if item.room and item.room == table.room:
            away |= {
                slot.position
                for slot in event.slots
                if events.overlaps(item.starts, item.ends, slot.starts, slot.ends)
            }
    known = {slot.position for slot in event.slots}
    return {"id": table.name, "kinds": sorted(table.kinds), "unavailable": sorted((away & known) - taken)}


def _person(rows: Rows, person: Attendee) -> dict[str, Any]:
    event = rows.event
    busy = rows.begun.get(person.id, set())
    away = set(events.away(event, person)) | _gone(rows)
    if person.left_at is not None:
        away |= {slot.position for slot in event.slots}
    usual = event.expert_most if person.kind == "expert" else None
    most = person.most if person.most is not None else usual
    row = event.most_in_a_row if person.most_in_a_row is None else person.most_in_a_row
    made: dict[str, Any] = {
        "id": person_id(person.id),
        "body": f"organization:{person.organization_id}" if person.organization_id else "",
        "unavailable": sorted(away - busy),
        "min_meetings": person.least if most is None else min(person.least, most),
    }
    if most is not None:
        made["max_meetings"] = max(most, len(busy))
    if row:
        made["max_in_a_row"] = row
    return made


def _problem(rows: Rows, problem: EventProblem) -> dict[str, Any]:
    event = rows.event
    known = {each.id for each in rows.people}
    most = event.problem_most if problem.most is None else problem.most
    least = event.problem_least if problem.least is None else problem.least
    made: dict[str, Any] = {
        "id": problem_id(problem.id),
        "people": [person_id(each.id) for each in problem.people if each.id in known],
        "min_meetings": least if most is None else min(least, most),
        "priority": problem.priority,
    }
    if most is not None:
        made["max_meetings"] = most
    if problem.table_kind:
        made["table_kind"] = problem.table_kind
    return made


def represented(rows: Rows) -> set[int]:
    """Problems of which somebody comes: nobody meets an empty chair."""
    known = {each.id for each in rows.people}
    return {row.id for row in rows.problems if any(each.id in known for each in row.people)}


def _pairs(rows: Rows) -> list[dict[str, Any]]:
    experts = {each.id for each in rows.people if each.kind == "expert"}
    open_problems = represented(rows)
    missed = {(row.attendee_id, row.event_problem_id) for row in rows.meetings if row.state == "missed"}
    sessions = {slot.session: at for at, slot in enumerate(_firsts(rows.event))}
    made = []
    for pair in rows.pairs:
        key = (pair.attendee_id, pair.event_problem_id)
        if key[0] not in experts or key[1] not in open_problems or key in missed:
            continue
        row: dict[str, Any] = {
            "expert": person_id(key[0]),
            "problem": problem_id(key[1]),
            "score": round(min(max(pair.score, 0.0), 1.0), 6),
        }
        if pair.expert_wish:
            row["expert_wish"] = pair.expert_wish
        if pair.problem_wish:
            row["problem_wish"] = pair.problem_wish
        if pair.must:
            row["must"] = True
        if pair.session in sessions:
            row["session"] = sessions[pair.session]
        made.append(row)
    return made


def _firsts(event: Event) -> list[Any]:
    """One slot of each session, in their order."""
    found: dict[int, Any] = {}
    for slot in event.slots:
        found.setdefault(slot.session, slot)
    return [found[session] for session in sorted(found)]


def _pins(rows: Rows, listed: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """What the organizer pinned, and what has begun; pairs that can no longer meet are left out."""
    names = {table.id: table.name for table in rows.event.tables}
    slots = {slot.position for slot in rows.event.slots}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for pin in rows.pins:
        key = (person_id(pin.attendee_id), problem_id(pin.event_problem_id))
        slot = pin.slot if pin.slot in slots else None
        found[key] = {"slot": slot, "table": names.get(pin.table_id or 0)}
    for meeting in rows.meetings:
        if meeting.state in BEGUN:
            key = (person_id(meeting.attendee_id), problem_id(meeting.event_problem_id))
            found[key] = {"slot": meeting.slot, "table": names.get(meeting.table_id or 0)}
    return [{"expert": key[0], "problem": key[1], **place} for key, place in found.items() if key in listed]


def _published(rows: Rows) -> list[dict[str, Any]]:
    """Present meetings of people and problems that are still there, at their tables."""
    names = {table.id: table.name for table in rows.event.tables}
    people = {each.id for each in rows.people}
    problems = {each.id for each in rows.problems}
    return [
        {
            "expert": person_id(row.attendee_id),
            "problem": problem_id(row.event_problem_id),
            "slot": row.slot,
            "table": names[row.table_id],
        }
        for row in rows.meetings
        if row.state in OPEN | BEGUN
        and row.table_id in names
        and row.attendee_id in people
        and row.event_problem_id in problems
    ]


def standing(uow: UnitOfWork, event: int) -> Sequence[Meeting]:
    """Meetings that are published and not cancelled."""
    return uow.session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event, Meeting.state != "cancelled")
        .order_by(Meeting.slot, Meeting.id)
    ).all()
