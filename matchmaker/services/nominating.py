"""Nominations: a body names its experts up to its quota, held against the problems; the office decides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker import lifecycle
from matchmaker.errors import Conflict, InvalidInput
from matchmaker.matching.result import WORTH
from matchmaker.messages import Message
from matchmaker.models import Attendee, BodyInvitation, Event, EventProblem, Expert
from matchmaker.models.base import Findable
from matchmaker.permissions import Actor, require
from matchmaker.services import attending, body_inviting, coverage, events, inviting, messages
from matchmaker.services.answers import invalid
from matchmaker.services.candidates import Scored
from matchmaker.services.coverage import Facts
from matchmaker.storage.queries import may_read, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of experts that count to a body's quota.
COUNTING = frozenset({"nominated", "invited", "registered", "accepted"})
#: Experts of a body that its page lists.
MOST_LISTED = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One expert of the body.

    Attributes:
        problems: that he would serve well, best first.
        adds: problems of the body's fields that none of its named experts serves yet.
        state: at this event; "" when he is not named.
    """

    expert: Expert
    problems: Sequence[tuple[EventProblem, Scored]]
    adds: int
    state: str
    attendee: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the liaison of a body sees.

    Attributes:
        reachable: problems that any expert of the body would serve well: those in its fields.
        covered: of these, served by those who are named.
    """

    invitation: BodyInvitation
    lines: Sequence[Line]
    named: int
    reachable: int
    covered: int

    @property
    def left(self) -> int:
        """How many more it may name."""
        return max(self.invitation.quota - self.named, 0)

    @property
    def best(self) -> Line | None:
        """Who would add most."""
        free = [line for line in self.lines if line.adds and line.state not in COUNTING]
        return max(free, key=lambda line: line.adds, default=None)


def sheet(uow: UnitOfWork, actor: Actor, event: Event, row: BodyInvitation) -> Sheet:
    """The body's experts, ranked for the problems of the event that the actor may see."""
    require(actor, "event:nominate", row)
    known = coverage.facts(uow, actor, event, with_past=False)
    own = _own(uow, actor, row.organization_id)
    people = {
        person.expert_id: person
        for person in uow.session.scalars(
            select(Attendee).where(
                Attendee.event_id == event.id, Attendee.expert_id.in_([person.id for person in own])
            )
        )
    }
    served = {person.id: _served(known, person) for person in own}
    named = [one for one, person in people.items() if person.state in COUNTING]
    reachable = {problem for some in served.values() for problem in some}
    covered = {problem for one in named if one is not None for problem in served.get(one, {})}
    lines = [_line(known, person, served[person.id], covered, people.get(person.id)) for person in own]
    lines.sort(
        key=lambda line: (line.state not in COUNTING, -line.adds, -len(line.problems), line.expert.name)
    )
    return Sheet(row, lines, _count(uow, event, row), len(reachable), len(covered))


def _own(uow: UnitOfWork, actor: Actor, body: int) -> Sequence[Expert]:
    statement = (
        select(Expert)
        .where(Expert.organization_id == body, readable_by(actor, Expert))
        .options(joinedload(Expert.organization))
        .order_by(Expert.name, Expert.id)
        .limit(MOST_LISTED)
    )
    return uow.session.scalars(statement).all()


def _served(known: Facts, person: Expert) -> dict[int, Scored]:
    return known.bands(person.id, WORTH)


def _line(
    known: Facts, person: Expert, served: Mapping[int, Scored], covered: Collection[int], row: Attendee | None
) -> Line:
    order = sorted(served, key=lambda problem: (-served[problem].score, problem))
    return Line(
        person,
        [(known.problems[problem], served[problem]) for problem in order],
        len(served.keys() - set(covered)),
        row.state if row else "",
        row.id if row else None,
    )


def _count(uow: UnitOfWork, event: Event, row: BodyInvitation) -> int:
    """Experts of the body who count to its quota, with or without a profile."""
    return len(
        uow.session.scalars(
            select(Attendee.id).where(
                Attendee.event_id == event.id,
                Attendee.kind == "expert",
                Attendee.organization_id == row.organization_id,
                Attendee.state.in_(COUNTING),
            )
        ).all()
    )


def nominate(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    body: int,
    experts: Sequence[int],
    *,
    at: datetime,
    today: date,
) -> list[Attendee]:
    """Names experts of a body; those who are named, invited or come already are left alone.

    Raises:
        Conflict: the last day is over, the event has gone on, or the quota is full.
    """
    event, row = _held(uow, actor, number, body)
    refuse_late(actor, row, today)
    if not experts:
        fault = Message("请至少勾选一位专家。")
        raise InvalidInput(fault, fields={"expert": fault})
    own = {person.id: person for person in _own(uow, actor, body)}
    people = [own[one] for one in dict.fromkeys(experts) if one in own]
    return _named(uow, actor, event, row, [(person, person.name, "", "") for person in people], at)


def _held(uow: UnitOfWork, actor: Actor, number: int, body: int) -> tuple[Event, BodyInvitation]:
    event = events.get(uow, actor, number, to_change=True)
    row = body_inviting.get(uow, event, body)
    require(actor, "event:nominate", row)
    return event, row


def refuse_late(actor: Actor, row: BodyInvitation, today: date) -> None:
    """Raises Conflict once nominations are closed; the office may still enter what was told by telephone."""
    if row.event.state not in lifecycle.EVENT_GATHERING:
        raise Conflict(Message("这场活动已经不再接受推荐。"), hint=Message("如需更换人选，请致电办公室。"))
    if row.nominate_until is not None and today > row.nominate_until and not actor.is_office:
        raise Conflict(
            Message("推荐已于 %(day)s 截止。", {"day": f"{row.nominate_until:%Y-%m-%d}"}),
            hint=Message("仍要推荐的，请致电办公室代为登记。"),
        )


Named = tuple[Expert | None, str, str, str]


def _named(
    uow: UnitOfWork, actor: Actor, event: Event, row: BodyInvitation, people: Sequence[Named], at: datetime
) -> list[Attendee]:
    """Rows for (profile, name, title, telephone); the body counts as willing."""
    known = {
        person.expert_id: person
        for person in uow.session.scalars(
            select(Attendee).where(Attendee.event_id == event.id, Attendee.expert_id.is_not(None))
        )
    }
    new = [one for one in people if one[0] is None or _may_name(known.get(one[0].id))]
    here = _count(uow, event, row)
    if here + len(new) > row.quota:
        raise Conflict(
            Message(
                "贵单位的名额是 %(quota)s 位，已推荐 %(here)s 位，不能再推荐 %(new)s 位。",
                {"quota": row.quota, "here": here, "new": len(new)},
            ),
            hint=Message("请少选几位，或先撤回一位；需要更多名额请联系组织者。"),
        )
    made = [_row(uow, event, row, one, known) for one in new]
    for each in made:
        attending.move(uow, actor, each, "nominated", at=at, body=row.organization_id)
    _willing(actor, row, at)
    if made and not actor.is_office:
        values = {
            "event": event.title, "event_number": event.id, "body": row.organization.name, "n": len(made),
        }  # fmt: skip
        messages.tell(uow, actor, messages.office(uow), "event:nominated", f"event:{event.id}", values)
    messages.settle(uow, f"body_invitation:{row.id}", [body_inviting.ASKED, body_inviting.AGAIN])
    return made


def _may_name(row: Attendee | None) -> bool:
    return row is None or row.state in {"declined", "cancelled"}


def _row(
    uow: UnitOfWork, event: Event, row: BodyInvitation, named: Named, known: Mapping[int | None, Attendee]
) -> Attendee:
    person, name, title, phone = named
    made = known.get(person.id) if person is not None else None
    if made is not None:
        made.source = "nominated"
        return made
    return attending.add(
        uow, event, name=name[:100], kind="expert", state="nominated", source="nominated",
        expert_id=person.id if person else None, organization_id=row.organization_id,
        title=(title or (person.position if person else ""))[:100],
        phone=(phone or (person.phone if person else ""))[:50], email=person.email if person else "",
    )  # fmt: skip


def _willing(actor: Actor, row: BodyInvitation, at: datetime) -> None:
    if row.state != "accepted":
        row.state, row.answered_at, row.answered_by = "accepted", at, actor.name[:100]


def decline(
    uow: UnitOfWork, actor: Actor, number: int, body: int, note: str, *, at: datetime
) -> BodyInvitation:
    """The body sends nobody this time."""
    event, row = _held(uow, actor, number, body)
    declined(uow, actor, event, row, note, at)
    return row


def declined(
    uow: UnitOfWork, actor: Actor, event: Event, row: BodyInvitation, note: str, at: datetime
) -> None:
    """Writes down that a body sends nobody, and tells the office."""
    row.state, row.note = "declined", note
    row.answered_at, row.answered_by = at, actor.name[:100]
    uow.record(actor, "event:body_declined", f"event:{event.id}", body=row.organization_id, note=note)
    messages.settle(uow, f"body_invitation:{row.id}", [body_inviting.ASKED, body_inviting.AGAIN])
    if not actor.is_office:
        values = {
            "event": event.title, "event_number": event.id, "body": row.organization.name,
            "why": note or Message("（没有补充说明）"),
        }  # fmt: skip
        messages.tell(uow, actor, messages.office(uow), "event:body_declined", f"event:{event.id}", values)


def over(actor: Actor, row: BodyInvitation, today: date) -> Message | None:
    """Why this actor may name nobody any more; None while he may."""
    try:
        refuse_late(actor, row, today)
    except Conflict as fault:
        return fault.message
    return None


def reader(actor: Actor) -> Callable[[Findable], bool]:
    """What somebody may read, as the names of problems ask it."""
    return lambda row: may_read(actor, row)


def withdraw(uow: UnitOfWork, actor: Actor, number: int, body: int, person: int, *, at: datetime) -> Attendee:
    """Takes a nomination back before the office has decided."""
    event, row = _held(uow, actor, number, body)
    made = inviting.of_event(uow, actor, event, person)
    if made.organization_id != row.organization_id or made.state != "nominated":
        raise Conflict(
            Message("这项推荐已经有了决定。"), hint=Message("不能来的，请在邀请中回复“不能参加”或请人代替。")
        )
    attending.move(uow, actor, made, "cancelled", at=at)
    return made


def by_list(
    uow: UnitOfWork,
    actor: Actor,
    row: BodyInvitation,
    people: Sequence[tuple[str, str, str]],
    *,
    at: datetime,
) -> list[Attendee]:
    """Names (name, title, telephone) from a link or a file; who has a profile in this body is found by it."""
    event = uow.session.get_one(Event, row.event_id, with_for_update=True)
    own: dict[str, list[Expert]] = {}
    for person in uow.session.scalars(select(Expert).where(Expert.organization_id == row.organization_id)):
        own.setdefault(person.name, []).append(person)
    known = set(
        uow.session.scalars(
            select(Attendee.name).where(
                Attendee.event_id == event.id,
                Attendee.organization_id == row.organization_id,
                Attendee.state.in_(COUNTING),
            )
        )
    )
    named: list[Named] = []
    for name, title, phone in people:
        if name in known:
            continue
        found = own.get(name, [])
        if len(found) > 1:
            told = Message("本单位有几位“%(name)s”，请电话说明是哪一位。", {"name": name})
            raise invalid({"people": told})
        named.append((found[0] if found else None, name, title, phone))
    try:
        return _named(uow, actor, event, row, named, at)
    except Conflict as fault:
        raise invalid({"people": fault.message}) from fault
