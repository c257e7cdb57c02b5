"""Check-in: whom a few typed signs mean, arriving and leaving, who is still awaited for the next round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from matchmaker import lifecycle
from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, Meeting
from matchmaker.permissions import Actor, require
from matchmaker.services import attending, day_entries, events
from matchmaker.services.day_entries import PRESENCE, note
from matchmaker.services.day_state import TAKING, Day, both, is_here
from matchmaker.services.event_stages import Readiness
from matchmaker.storage.unit_of_work import UnitOfWork
from matchmaker.taxonomy.pinyin import syllables_of

#: Digits of a telephone that stand for its owner.
TAIL = 4


@dataclass(frozen=True, slots=True)
class Found:
    """Whom typed signs mean; ``sure`` when pressing Enter may check in at once."""

    people: Sequence[Attendee] = ()
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How the hall fills.

    Attributes:
        per_minute: over the last ten minutes; recent: last arrivals, the newest first.
    """

    here: int
    expected: int
    per_minute: float
    recent: Sequence[Attendee]


@dataclass(frozen=True, slots=True)
class Awaited:
    """Somebody who meets soon and is not here: first meeting of his that waits, minutes until it begins."""

    attendee: Attendee
    meeting: Meeting
    minutes: int


def readiness(uow: UnitOfWork, actor: Actor, event: Event) -> Sequence[Readiness]:  # noqa: ARG001 - Facts
    """For the event's page: how many of those expected are here."""
    if event.state not in ("running", "ended", "locked"):
        return ()
    coming = (Attendee.event_id == event.id, Attendee.state.in_(lifecycle.COMING))
    expected = uow.session.scalar(select(func.count()).select_from(Attendee).where(*coming)) or 0
    here = (
        uow.session.scalar(
            select(func.count()).select_from(Attendee).where(*coming, Attendee.arrived_at.is_not(None))
        )
        or 0
    )
    text = Message("已签到 %(here)s 人，应到 %(expected)s 人", {"here": here, "expected": expected})
    return (Readiness(text, here >= expected, "checkin.show", action=Message("签到")),)


def find(people: Sequence[Attendee], typed: str) -> Found:
    """Those whom a badge's code or number, initials, a name or the end of a telephone mean.

    A code or number that is exactly one's own wins over everything; otherwise whoever fits in any way is
    told, and one alone is sure.
    """
    text = "".join(typed.split()).casefold()
    if not text:
        return Found()
    for each in people:
        if text == each.badge.casefold() or (text.isdigit() and text.lstrip("0") == str(each.badge_number)):
            alone = not (text.isdigit() and len(text) == TAIL and _by_phone(people, text))
            return Found([each, *(one for one in _by_phone(people, text) if one is not each)], sure=alone)
    fitting = _by_phone(people, text) if text.isdigit() else [each for each in people if _fits(each, text)]
    return Found(fitting, sure=len(fitting) == 1)


def check_in(
    uow: UnitOfWork, actor: Actor, number: int, attendee: int, *, at: datetime, source: str = "desk"
) -> tuple[Attendee, bool]:
    """Somebody arrives (or comes back); False when he is here already: two desks at once are one arrival."""
    event, row = _held(uow, actor, number, attendee)
    if row.arrived_at is not None and row.left_at is None:
        return row, False
    note(uow, actor, event, "here", at=at, attendee=row, source=source)
    return row, True


def leave(uow: UnitOfWork, actor: Actor, number: int, attendee: int, *, at: datetime) -> Attendee:
    """Somebody goes for good; what he still had to do is shown by ``day_moves``."""
    event, row = _held(uow, actor, number, attendee)
    if row.arrived_at is not None and row.left_at is None:
        note(uow, actor, event, "gone", at=at, attendee=row)
    return row


def undo(uow: UnitOfWork, actor: Actor, number: int, attendee: int, *, at: datetime) -> Attendee:
    """The last word about somebody's arriving or leaving was a mistake."""
    event, row = _held(uow, actor, number, attendee)
    told = [each for each in day_entries.standing(day_entries.of_person(uow, row)) if each.kind in PRESENCE]
    if told:
        note(uow, actor, event, "undo", at=at, attendee=row, marks=[told[-1].mark])
    return row


def arrivals(day: Day) -> Arrivals:
    """Figures of the hall now."""
    came = sorted((each for each in day.people if each.arrived_at), key=_arrival, reverse=True)
    since = day.now - timedelta(minutes=10)
    recent = [each for each in came if _arrival(each) > since]
    return Arrivals(sum(map(is_here, day.people)), len(day.people), len(recent) / 10, came[:8])


def awaited(day: Day, slot: int | None) -> list[Awaited]:
    """Who meets in a slot and is not here, by table."""
    found: dict[int, Awaited] = {}
    if slot is None or slot not in day.slots:
        return []
    minutes = int((day.begins(slot) - day.now).total_seconds() // 60)
    for meeting in day.at_slot(slot):
        if meeting.state not in TAKING and meeting.state != "missed":
            continue
        for person in both(meeting):
            if not is_here(person):
                found.setdefault(person.id, Awaited(person, meeting, minutes))
    return list(found.values())


def absent(day: Day) -> list[Attendee]:
    """Everybody who has not come at all, those with the earliest meeting first."""
    first: dict[int, int] = {}
    for meeting in day.meetings:
        for person in both(meeting):
            first[person.id] = min(first.get(person.id, meeting.slot), meeting.slot)
    late = [each for each in day.people if not is_here(each) and each.left_at is None]
    return sorted(late, key=lambda each: (first.get(each.id, 10_000), each.badge_number))


def counts(people: Sequence[Attendee]) -> dict[str, tuple[int, int]]:
    """Kind of attendees → (here, expected)."""
    every = Counter(each.kind for each in people)
    here = Counter(each.kind for each in people if is_here(each))
    return {kind: (here[kind], every[kind]) for kind in every}


def initials_of(name: str) -> str:
    """章屹舟 → zyz."""
    return "".join(part[0] for part in syllables_of(name).split() if part)


def _held(uow: UnitOfWork, actor: Actor, number: int, attendee: int) -> tuple[Event, Attendee]:
    """The event, held so that desks take turns, and somebody of it who comes."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:checkin", event)
    day_entries.refuse_closed(event)
    row = attending.get(uow, actor, attendee, to_change=True)
    if row.event_id != event.id or row.state not in lifecycle.COMING:
        raise Conflict(
            Message("%(name)s 不在本活动的参会名单中，或没有确认参加。", {"name": row.name}),
            hint=Message("请先在参会名单中确认，或登记为现场加入。"),
        )
    return event, row


def _fits(person: Attendee, text: str) -> bool:
    name = "".join(person.name.split()).casefold()
    spelled = syllables_of(person.name).replace(" ", "")
    return text in name or spelled.startswith(text) or initials_of(person.name).startswith(text)


def _by_phone(people: Sequence[Attendee], text: str) -> list[Attendee]:
    if len(text) < TAIL or not text.isdigit():
        return []
    return [each for each in people if "".join(filter(str.isdigit, each.phone)).endswith(text)]


def _arrival(person: Attendee) -> datetime:
    return person.arrived_at or datetime.min  # noqa: DTZ901 - stored moments have no zone
