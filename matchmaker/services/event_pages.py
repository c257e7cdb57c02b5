"""Somebody's own page of an event, by secret link without log-in: what is next, what has changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.errors import Conflict, NotFound
from matchmaker.lifecycle import COMING, EVENT_PLANNED, EVENT_SHOWN, EVENT_TELLING
from matchmaker.messages import Message
from matchmaker.models import AgendaItem, Attendee, Event, EventSlot, SecretLink
from matchmaker.notifications.quiet import local
from matchmaker.permissions import Actor, require
from matchmaker.services import attending, outcome_links, own_meetings, secret_links
from matchmaker.services.asking_wishes import recipient_of
from matchmaker.services.messages import settle, tell
from matchmaker.services.own_meetings import Own
from matchmaker.services.paper_parts import PAGE
from matchmaker.storage.unit_of_work import UnitOfWork

#: Days that a page can be opened after the event's last day, and days when it has none.
AFTERWARDS, OPEN_ENDED = 30, 180
#: How long after its end a meeting that nobody has ended still counts as on.
OVERTIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A meeting on somebody's page.

    Attributes:
        change: "new", "moved" or "" since he last said that he has seen everything.
        was: when and where it was, of a moved one.
    """

    own: Own
    change: str = ""
    was: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody's day.

    Attributes:
        now: position in ``lines`` of the meeting that is on or next; None when all are over.
        gone: meetings that were there when he last looked: when they were.
        agenda: what else concerns him.
        tables: room → names of its tables.
        version: changes with whatever the page shows.
    """

    event: Event
    person: Attendee
    lines: Sequence[Line]
    now: int | None
    gone: Sequence[str]
    agenda: Sequence[AgendaItem]
    tables: Mapping[str, Sequence[str]]
    version: str

    @property
    def is_changed(self) -> bool:
        """Whether there is something that he has not seen."""
        return bool(self.gone) or any(line.change for line in self.lines)

    @property
    def tells(self) -> bool:
        """Whether he may tell what came of his meetings."""
        return bool(self.lines) and self.event.state in EVENT_TELLING


@dataclass(frozen=True, slots=True)
class Handed:
    """Somebody who comes and the link to his page, as the office sees it."""

    person: Attendee
    link: SecretLink | None
    state: str


def listing(uow: UnitOfWork, actor: Actor, event: Event, at: datetime) -> list[Handed]:
    """Everybody who comes, those without a link first."""
    require(actor, "event:print", event)
    subject = "attendee:" + cast(Attendee.id, String)
    rows = uow.session.execute(
        select(Attendee, SecretLink)
        .outerjoin(SecretLink, (SecretLink.subject == subject) & (SecretLink.purpose == PAGE))
        .where(Attendee.event_id == event.id, Attendee.state.in_(COMING))
        .order_by(Attendee.badge_number, SecretLink.id)
        .options(joinedload(Attendee.organization))
    )
    latest = {person.id: (person, link) for person, link in rows}
    found = [
        Handed(person, link, secret_links.standing(link, at) if link else "")
        for person, link in latest.values()
    ]
    return sorted(found, key=lambda each: each.state == "open")


def hand_out(
    uow: UnitOfWork, actor: Actor, event: Event, people: Collection[int] | None, today: date, at: datetime
) -> list[SecretLink]:
    """A link and a message for each of these, or (None) for everybody who has no open one."""
    require(actor, "event:print", event)
    if event.state not in EVENT_SHOWN or event.state == "cancelled":
        raise Conflict(
            Message("活动还没有对外公布，或者已经取消，不能发出个人日程。"),
            hint=Message("请先在活动页面推进到下一步。"),
        )
    last = event.last_day or event.first_day
    days = max((last - today).days, 0) + AFTERWARDS if last else OPEN_ENDED
    wanted = [
        each.person
        for each in listing(uow, actor, event, at)
        if (each.state != "open" if people is None else each.person.id in people)
    ]
    made = []
    for person in wanted:
        recipient = recipient_of(uow, person)
        subject = f"attendee:{person.id}"
        link = secret_links.issue(uow, actor, PAGE, subject, recipient, days)
        settle(uow, subject, ("event:page",))
        values = {"event": event.title, "at": event.id}
        tell(uow, actor, [recipient], "event:page", subject, values, link=link)
        made.append(link)
    return made


def end(uow: UnitOfWork, actor: Actor, event: Event, number: int) -> Attendee:
    """Nobody opens somebody's page by an older link any more."""
    require(actor, "event:print", event)
    person = attending.get(uow, actor, number)
    if person.event_id != event.id:
        raise NotFound(Message("没有这位参会人。"), hint=Message("请从活动的参会名单中查找。"))
    for link in secret_links.of_subject(uow, PAGE, f"attendee:{number}"):
        secret_links.revoke(uow, actor, link)
    return person


def find(uow: UnitOfWork, secret: bytes, key: str) -> SecretLink:
    """The link of a page; NotFound for any other, of another purpose too."""
    link = secret_links.find(uow, secret, key)
    if link.purpose != PAGE:
        raise NotFound(
            Message("这个链接不完整或无效。"),
            hint=Message("请重新复制完整的链接；仍打不开时请致电发给您链接的人。"),
        )
    return link


def of_link(uow: UnitOfWork, link: SecretLink) -> Attendee | None:
    """Whose page it is; None when he does not come (any more)."""
    person = uow.session.get(Attendee, int(link.subject.partition(":")[2]))
    if person is None or person.state not in COMING or person.event.state not in EVENT_SHOWN:
        return None
    return person


def shown(uow: UnitOfWork, link: SecretLink, person: Attendee, at: datetime, timezone: str) -> Page:
    """The page now; before the plan is published there are no meetings on it."""
    event, wall = person.event, local(at, timezone).replace(tzinfo=None)
    rows = own_meetings.of_person(uow, event, person.id) if event.state in EVENT_PLANNED else []
    known = link.answers.get("known")
    lines = [_line(own, known) for own in rows]
    there = {str(own.row.id) for own in rows}
    return Page(
        event=event,
        person=person,
        lines=lines,
        now=_now(lines, wall),
        gone=[was for number, was in (known or {}).items() if number not in there],
        agenda=_agenda(uow, event, person),
        tables=_tables(event),
        version=version(uow, link, at, timezone) or "",
    )


def looked(link: SecretLink, page: Page, at: datetime) -> None:
    """He has seen everything that stands on it now; what changes later is marked."""
    link.seen_at = link.seen_at or at
    link.answers = {"known": {str(line.own.row.id): _where(line.own) for line in page.lines}}
    link.revision += 1


def outcome_link(uow: UnitOfWork, person: Attendee, at: datetime) -> SecretLink:
    """His link for outcome cards; where the office has sent none, his own page is authority enough."""
    if person.event.state not in EVENT_TELLING:
        raise Conflict(
            Message("现在还不能填写结果，或者活动的数据已经锁定。"), hint=Message("请联系会务组。")
        )
    subject = f"attendee:{person.id}"
    for link in reversed(secret_links.of_subject(uow, outcome_links.PURPOSE, subject)):
        if secret_links.standing(link, at) == "open":
            return link
    himself = Actor("visitor", f"{person.name}（专属链接）")
    recipient = recipient_of(uow, person)
    return secret_links.issue(uow, himself, outcome_links.PURPOSE, subject, recipient, outcome_links.DAYS)


def version(uow: UnitOfWork, link: SecretLink, at: datetime, timezone: str) -> str | None:
    """What changes with the page, in one small statement; None when the page is gone."""
    wall = local(at, timezone).replace(tzinfo=None)
    number = int(link.subject.partition(":")[2])
    passed = (
        select(func.count())
        .where(EventSlot.event_id == Attendee.event_id, EventSlot.ends <= wall)
        .correlate(Attendee)
        .scalar_subquery()
    )
    row = uow.session.execute(
        select(Event.live, passed, Event.state, Attendee.state)
        .join(Attendee, Attendee.event_id == Event.id)
        .where(Attendee.id == number)
    ).first()
    return f"{row[0]}.{row[1]}.{row[2]}.{row[3]}.{link.revision}" if row else None


def _line(own: Own, known: Mapping[str, str] | None) -> Line:
    if known is None:
        return Line(own)
    was = known.get(str(own.row.id))
    if was is None:
        return Line(own, "new")
    return Line(own, "moved", was) if was != _where(own) else Line(own)


def _where(own: Own) -> str:
    """When and where a meeting is, as it is told when it is so no more."""
    return f"{own.slot.starts:%m-%d %H:%M} {own.table}".strip() if own.slot else own.table


def _now(lines: Sequence[Line], wall: datetime) -> int | None:
    """The first one that is not over."""
    for at, line in enumerate(lines):
        slot, row = line.own.slot, line.own.row
        if slot is not None and slot.ends > wall and row.state in {"planned", "called"}:
            return at
        if (
            row.state == "held"
            and row.ended_at is None
            and slot is not None
            and slot.ends > wall - timedelta(hours=1)
        ):
            return at
    return None


def _agenda(uow: UnitOfWork, event: Event, person: Attendee) -> list[AgendaItem]:
    statement = select(AgendaItem).where(AgendaItem.event_id == event.id).order_by(AgendaItem.starts)
    items = uow.session.scalars(statement.options(selectinload(AgendaItem.people)))
    return [item for item in items if item.is_for_all or person in item.people]


def _tables(event: Event) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table in event.tables:
        if not table.is_closed:
            found.setdefault(table.room, []).append(table.name)
    return found
