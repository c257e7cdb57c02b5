"""A participant's own meetings: with whom, when, where, why; each side agrees or objects for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import (
    Attendee,
    Event,
    EventPair,
    EventProblem,
    EventProblemPerson,
    EventSlot,
    Meeting,
)
from matchmaker.permissions import Actor, require
from matchmaker.permissions.rules import relations_of
from matchmaker.services import attending, events
from matchmaker.services.messages import settle
from matchmaker.services.plan_messages import called
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

#: Sides of a meeting → their names.
SIDES: dict[str, Message] = {"demand": Message("需求方"), "supply": Message("专家方")}
#: States of an event in which both sides may still say something to its plan.
OPEN_IN = frozenset({"provisional", "frozen"})
MOST_WORDS = 500
#: Kinds of messages that an answer settles.
ASKING = ("meeting:planned", "meeting:moved")


@dataclass(frozen=True, slots=True)
class Own:
    """A meeting as one side reads it.

    Attributes:
        side: of the reader: demand or supply.
        other, body: the other side; an anonymous problem is its number, without its firm.
        why: quoted sentences, as far as the matching kept any.
    """

    row: Meeting
    side: str
    slot: EventSlot | None
    mine: str
    other: str
    body: str
    why: Sequence[Mapping[str, Any]] = ()

    @property
    def is_confirmed(self) -> bool:
        """Whether this side has agreed."""
        return self.side in self.row.confirmed

    @property
    def table(self) -> str:
        """Room and table, as they stand on the door."""
        found = self.row.table
        return " ".join(filter(None, (found.room, found.name))) if found else ""


def listing(uow: UnitOfWork, actor: Actor, event: Event) -> list[Own]:
    """Published meetings of the actor and of those for whom he answers, in the order of time."""
    own = attending_ids(uow, actor, event)
    return _of(uow, event, own) if own else []


def attending_ids(uow: UnitOfWork, actor: Actor, event: Event) -> list[int]:
    """Attendees of an event that are the actor or of his body; the office has none of its own."""
    if actor.is_office:
        return []
    return list(
        uow.session.scalars(
            select(Attendee.id).where(Attendee.event_id == event.id, attending.within_reach(actor))
        )
    )


def of_person(uow: UnitOfWork, event: Event, attendee: int) -> list[Own]:
    """Published meetings of one attendee, on whichever side he sits."""
    return _of(uow, event, [attendee])


def _of(uow: UnitOfWork, event: Event, people: Iterable[int]) -> list[Own]:
    numbers = set(people)
    sits = select(EventProblemPerson.event_problem_id).where(EventProblemPerson.attendee_id.in_(numbers))
    wanted: ColumnElement[bool] = or_(Meeting.attendee_id.in_(numbers), Meeting.event_problem_id.in_(sits))
    rows = uow.session.scalars(
        select(Meeting)
        .join(Meeting.attendee)
        .join(Meeting.event_problem)
        .where(Meeting.event_id == event.id, Meeting.state != "cancelled", wanted)
        .order_by(Meeting.slot, Meeting.id)
        .options(
            contains_eager(Meeting.attendee).joinedload(Attendee.organization),
            contains_eager(Meeting.event_problem).joinedload(EventProblem.problem),
            contains_eager(Meeting.event_problem).selectinload(EventProblem.people).joinedload(Attendee.organization),
            joinedload(Meeting.table),
        )
    ).unique().all()  # fmt: skip
    slots = {slot.position: slot for slot in event.slots}
    why = _why(uow, event, rows)
    return [_own(row, numbers, slots.get(row.slot), why) for row in rows]


def _own(row: Meeting, numbers: set[int], slot: EventSlot | None, why: Mapping[tuple[int, int], Any]) -> Own:
    problem, expert = row.event_problem, row.attendee
    quotes = why.get((row.attendee_id, row.event_problem_id), {}).get("quotes", [])
    body = expert.organization.name if expert.organization else ""
    if row.attendee_id in numbers:
        is_open = problem.problem.visibility != "anonymous"
        firms = {each.organization.name for each in problem.people if each.organization} if is_open else set()
        return Own(row, "supply", slot, expert.name, called(problem), "、".join(sorted(firms)), quotes)
    return Own(row, "demand", slot, called(problem), f"{expert.name} {expert.title}".strip(), body, quotes)


def _why(uow: UnitOfWork, event: Event, rows: Sequence[Meeting]) -> dict[tuple[int, int], Any]:
    keys = {(row.attendee_id, row.event_problem_id) for row in rows}
    found = uow.session.execute(
        select(EventPair.attendee_id, EventPair.event_problem_id, EventPair.why).where(
            EventPair.event_id == event.id,
            EventPair.attendee_id.in_({key[0] for key in keys}),
            EventPair.event_problem_id.in_({key[1] for key in keys}),
        )
    )
    return {(one, other): why for one, other, why in found if (one, other) in keys}


def get(uow: UnitOfWork, actor: Actor, event: Event, number: int) -> Meeting:
    """One published meeting that the actor may look at; hidden is NotFound."""
    row = None
    if number <= MOST_NUMBER:
        row = uow.session.scalar(
            select(Meeting)
            .where(Meeting.id == number, Meeting.event_id == event.id, Meeting.state != "cancelled")
            .options(
                joinedload(Meeting.attendee),
                joinedload(Meeting.event_problem).joinedload(EventProblem.problem),
                joinedload(Meeting.event_problem).selectinload(EventProblem.people),
            )
            .with_for_update(of=Meeting)
        )
    if row is None or not (actor.is_office or sides_of(actor, row)):
        raise NotFound(Message("没有这场洽谈，或者它与您无关。"), hint=Message("请从自己的洽谈安排中选择。"))
    return row


def sides_of(actor: Actor, row: Meeting) -> set[str]:
    """Sides that the actor may speak for."""
    return set(relations_of(actor, row)) & SIDES.keys()


def confirm(uow: UnitOfWork, actor: Actor, event: Event, number: int, side: str = "") -> Meeting:
    """A side agrees; an objection of its own is taken back. The office says which side told it."""
    row, side = _reached(uow, actor, event, number, side)
    agree(uow, actor, event, row, side)
    return row


def object_to(
    uow: UnitOfWork, actor: Actor, event: Event, number: int, words: str, side: str = ""
) -> Meeting:
    """A side says what is wrong with it; it stands on the planner's page until it is dealt with."""
    row, side = _reached(uow, actor, event, number, side)
    disagree(uow, actor, event, row, side, words)
    return row


def agree(uow: UnitOfWork, actor: Actor, event: Event, row: Meeting, side: str) -> None:
    """Writes down that a side agrees; the caller has looked whether it may."""
    _require_open(event, row)
    row.confirmed = sorted({*row.confirmed, side})
    row.objection = _without(row.objection, side)
    _told(uow, actor, event, row, "meeting:confirmed", side)


def disagree(uow: UnitOfWork, actor: Actor, event: Event, row: Meeting, side: str, words: str) -> None:
    """Writes down what a side has against it; the caller has looked whether it may."""
    _require_open(event, row)
    if not words.strip():
        text = Message("请写一句哪里不合适，例如“当天下午三点要赶车”。")
        raise InvalidInput(text, fields={"words": text})
    row.confirmed = [each for each in row.confirmed if each != side]
    others = _without(row.objection, side)
    row.objection = "\n".join(filter(None, (others, f"{side}: {' '.join(words.split())[:MOST_WORDS]}")))
    _told(uow, actor, event, row, "meeting:objected", side)


def settle_objection(uow: UnitOfWork, actor: Actor, event: Event, number: int) -> Meeting:
    """The organizer has dealt with what was said against a meeting."""
    require(actor, "plan:run", event)
    row = get(uow, actor, event, number)
    row.objection = ""
    _told(uow, actor, event, row, "meeting:objection_settled")
    return row


def objections(row: Meeting) -> list[tuple[Message, str]]:
    """(side, words) of what was said against a meeting."""
    found = []
    for line in row.objection.splitlines():
        side, mark, words = line.partition(": ")
        found.append((SIDES[side], words) if mark and side in SIDES else (Message("一方"), line))
    return found


def _without(objection: str, side: str) -> str:
    return "\n".join(line for line in objection.splitlines() if not line.startswith(f"{side}: "))


def _reached(uow: UnitOfWork, actor: Actor, event: Event, number: int, side: str) -> tuple[Meeting, str]:
    row = get(uow, actor, event, number)
    require(actor, "meeting:confirm", row)
    may = sorted(SIDES if actor.is_office else sides_of(actor, row))
    return row, side if side in may else may[0]


def _require_open(event: Event, row: Meeting) -> None:
    if event.state not in OPEN_IN or row.state != "planned":
        raise Conflict(
            Message("这场洽谈的安排现在不能再确认或提意见。"), hint=Message("当天的变动请联系现场工作人员。")
        )


def _told(uow: UnitOfWork, actor: Actor, event: Event, row: Meeting, action: str, side: str = "") -> None:
    people = {"supply": [row.attendee_id], "demand": [each.id for each in row.event_problem.people]}
    for number in people.get(side, ()):
        settle(uow, f"attendee:{number}", ASKING)
    events.touched(event)
    uow.record(actor, action, f"meeting:{row.id}", event=event.id, **({"side": side} if side else {}))
