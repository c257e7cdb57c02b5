"""An event's day as one file: what a machine without network needs to check in, call and take outcome cards.

The file is the office's own: it names firms behind anonymous problems. Telephones and addresses are in it
only where that was asked for. People are told apart by the code on their badge, meetings by their pair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from matchmaker.models import (
    Attendee,
    DayCopy,
    DayEntry,
    Event,
    EventPair,
    EventProblem,
    EventTable,
    Meeting,
    OutcomeCard,
    Standby,
)
from matchmaker.permissions import Actor, require
from matchmaker.services import events
from matchmaker.storage.unit_of_work import UnitOfWork

FORMAT = "docking-day/1"
#: Columns that hold moments or days; a file holds them as text.
_MOMENTS = frozenset({"starts", "ends", "arrives", "leaves"})
_DAYS = frozenset({"first_day", "last_day", "next_on"})
#: Columns of each row that go along.
EVENT = (
    "number", "title", "kind", "state", "venue", "address", "contact_name", "first_day", "last_day",
    "slot_minutes", "break_minutes", "expert_most", "problem_least", "problem_most", "most_in_a_row",
    "min_score",
)  # fmt: skip
SLOT = ("session", "position", "starts", "ends")
TABLE = ("position", "name", "room", "kinds", "unavailable", "is_closed")
PERSON = (
    "kind", "state", "source", "name", "title", "mode", "unavailable", "arrives", "leaves", "least", "most",
    "badge", "badge_number",
)  # fmt: skip
CONTACTS = ("phone", "email")
PROBLEM = ("number", "title", "visibility", "hidden_from", "state")
OFFER = ("state", "least", "most", "table_kind", "priority")
PAIR = ("score", "band", "expert_wish", "problem_wish", "must", "barred")
CARD = (
    "side", "attended", "result", "ways", "amount_fen", "next_step", "next_who", "next_on", "reason",
    "rating", "note", "via", "given_by",
)  # fmt: skip


def house_of(secret: bytes) -> str:
    """What an installation is called in files: the same always, and it tells nothing of its secret."""
    return hashlib.sha256(b"day:" + secret).hexdigest()[:32]


def take(
    uow: UnitOfWork, actor: Actor, number: int, *, house: str, at: datetime, contacts: bool = False
) -> dict[str, Any]:
    """The day of an event as a file; of one that was itself taken along, to be brought back."""
    event = events.get(uow, actor, number)
    require(actor, "event:checkin", event)
    copy = copy_of(uow, number)
    keys = Keys(uow, event, copy)
    people = uow.session.scalars(
        select(Attendee).where(Attendee.event_id == number).order_by(Attendee.id)
    ).all()
    columns = PERSON + (CONTACTS if contacts else ())
    return {
        "format": FORMAT,
        "house": copy.house if copy else house,
        "number": copy.number if copy else number,
        "is_copy": copy is not None,
        "copy": copy.baseline["mark"] if copy else "",
        "taken_at": at.isoformat(),
        "baseline": copy.baseline if copy else {},
        "event": _columns(event, EVENT),
        "slots": [_columns(each, SLOT) for each in event.slots],
        "tables": [{"id": each.id, **_columns(each, TABLE)} for each in event.tables],
        "people": [
            {
                "id": each.id,
                "body": each.organization.name if each.organization else "",
                **_columns(each, columns),
            }
            for each in people
        ],
        "offers": [_offer(keys, each) for each in keys.offers],
        "pairs": [
            {
                "who": keys.badge(each.attendee_id),
                "offer": keys.offer(each.event_problem_id),
                **_columns(each, PAIR),
            }
            for each in uow.session.scalars(select(EventPair).where(EventPair.event_id == number))
        ],
        "standby": [
            {
                "who": keys.badge(each.attendee_id),
                "offer": keys.offer(each.event_problem_id),
                "slot": each.slot,
                "rank": each.rank,
            }
            for each in uow.session.scalars(select(Standby).where(Standby.event_id == number))
        ],
        "meetings": [_meeting(keys, each) for each in keys.meetings],
        "entries": [
            _entry(keys, each)
            for each in uow.session.scalars(
                select(DayEntry).where(DayEntry.event_id == number).order_by(DayEntry.id)
            )
            if each.kind != "conflict"
        ],
    }


def copy_of(uow: UnitOfWork, number: int) -> DayCopy | None:
    """Where an event of this installation comes from; None for its own."""
    row = record_of(uow, number)
    return row if row is not None and "mark" in row.baseline else None


def record_of(uow: UnitOfWork, number: int) -> DayCopy | None:
    """What is known of copies: of a copy where it comes from, of the house's event what was brought last."""
    return uow.session.scalar(select(DayCopy).where(DayCopy.event_id == number))


def baseline(data: Mapping[str, Any]) -> dict[str, Any]:
    """Plan and cards of a file, as short as tells what changed since."""
    return {
        key_of(each): {
            "sequence": each["sequence"],
            "cards": {card["side"]: card["digest"] for card in each["cards"]},
        }
        for each in data["meetings"]
    }


def key_of(meeting: Mapping[str, Any]) -> str:
    """A meeting is its pair."""
    return f"{meeting['who']} {meeting['offer']}"


def digest(card: Mapping[str, Any]) -> str:
    """What a card says, in short: the same words are the same card."""
    told = "\x1f".join(str(card.get(name) or "") for name in CARD if name not in ("via", "given_by"))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def card_columns(card: OutcomeCard) -> dict[str, Any]:
    """A card as the file holds it."""
    return _columns(card, CARD)


class Keys:
    """Rows of an event by what they are called in a file, and back."""

    def __init__(self, uow: UnitOfWork, event: Event, copy: DayCopy | None) -> None:
        session = uow.session
        people = select(Attendee.id, Attendee.badge).where(Attendee.event_id == event.id)
        self._badges: dict[int, str] = {row.id: row.badge for row in session.execute(people)}
        self.offers: Sequence[EventProblem] = session.scalars(
            select(EventProblem)
            .where(EventProblem.event_id == event.id)
            .options(selectinload(EventProblem.people), selectinload(EventProblem.problem))
            .order_by(EventProblem.id)
        ).all()
        self.meetings: Sequence[Meeting] = session.scalars(
            select(Meeting)
            .where(Meeting.event_id == event.id)
            .options(selectinload(Meeting.cards), selectinload(Meeting.table))
            .order_by(Meeting.id)
        ).all()
        ours = None if copy is None else set(copy.baseline.get("offers", ()))
        self._offers = {each.id: self._name(each, ours) for each in self.offers}
        self.people = {badge: number for number, badge in self._badges.items()}
        self.problems = {name: number for number, name in self._offers.items()}
        for each in self.offers:  # one that walked in is known by its representative too
            for person in each.people:
                if person.source == "walkin":
                    self.problems.setdefault(f"w{person.badge}", each.id)
        self.tables: dict[str, EventTable] = {each.name: each for each in event.tables}

    def badge(self, number: int) -> str:
        """What an attendee is called."""
        return self._badges[number]

    def offer(self, number: int) -> str:
        """What a problem of the event is called: its number at the house, or who walked in with it."""
        return self._offers[number]

    @staticmethod
    def _name(offer: EventProblem, ours: set[int] | None) -> str:
        if (ours is None or offer.id in ours) or not offer.people:
            return f"o{offer.id}"
        return f"w{offer.people[0].badge}"


def _offer(keys: Keys, row: EventProblem) -> dict[str, Any]:
    problem = row.problem
    return {
        "key": keys.offer(row.id),
        "id": row.id,
        "problem_id": problem.id,
        "people": [each.badge for each in row.people],
        "body": problem.organization.name if problem.organization else "",
        **_columns(row, OFFER),
        "problem": _columns(problem, PROBLEM),
    }


def _meeting(keys: Keys, row: Meeting) -> dict[str, Any]:
    cards = [_columns(each, CARD) for each in row.cards]
    return {
        "id": row.id,
        "who": keys.badge(row.attendee_id),
        "offer": keys.offer(row.event_problem_id),
        "slot": row.slot,
        "table": row.table.name if row.table else "",
        "is_cancelled": row.state == "cancelled",
        "sequence": row.sequence,
        "source": row.source,
        "cards": [{**each, "digest": digest(each)} for each in cards],
    }


def _entry(keys: Keys, row: DayEntry) -> dict[str, Any]:
    meeting = next((each for each in keys.meetings if each.id == row.meeting_id), None)
    return {
        "mark": row.mark,
        "kind": row.kind,
        "who": keys.badge(row.attendee_id) if row.attendee_id else "",
        "meeting": [keys.badge(meeting.attendee_id), keys.offer(meeting.event_problem_id)]
        if meeting
        else None,
        "at": row.at.isoformat(),
        "entered_at": row.entered_at.isoformat(),
        "entered_by": row.entered_by,
        "source": row.source,
        "facts": row.facts,
    }


def _columns(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def values(given: Mapping[str, Any], without: Sequence[str] = ()) -> dict[str, Any]:
    """Columns of a row out of a file, with days and moments."""
    return {name: _read(name, value) for name, value in given.items() if name not in without}


def moment(text: Any) -> datetime:
    """A moment of a file; ValueError for what is none."""
    return datetime.fromisoformat(str(text)).replace(tzinfo=None)


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _MOMENTS:
        return moment(value)
    return date.fromisoformat(value) if name in _DAYS else value
