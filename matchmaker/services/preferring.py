"""Preferences 意愿: whom each side wants to meet, when somebody can, how often; a veto wins over all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import (
    Attendee,
    Event,
    EventPair,
    EventProblem,
    Expert,
    Problem,
)
from matchmaker.permissions import Actor, allowed, require
from matchmaker.services import events, pairs, refusals
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

#: Wish → how it is named.
WISHES: dict[str, Message] = {
    "must": Message("必须见"),
    "willing": Message("愿意见"),
    "": Message("随安排"),
    "veto": Message("不见"),
}
#: Kinds of attendees who have meetings.
MEETING = ("expert", "representative")
#: 必须见 of one person: more say nothing.
MOST_MUST = 3
#: Pairs that are proposed first: matches, and the nearest in any case.
PROPOSED = 6
NEAREST = 3
#: Meetings that somebody may want at most.
MOST_MEETINGS = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One possible counterpart, as this side may see it.

    Attributes:
        key: ``<attendee>-<event problem>``.
        about: for a representative of several problems: which.
        wish: of this side.
    """

    key: str
    name: str
    note: str
    about: str
    band: str
    score: float
    wish: str
    is_proposed: bool
    link: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What somebody is asked.

    Attributes:
        slots: position, beginning and end of each slot with what blocks it besides his own word.
        known: when it was last told; a form that began before is stale.
    """

    attendee: Attendee
    event: Event
    lines: Sequence[Line]
    slots: Sequence[tuple[int, datetime, datetime, str]]
    known: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody tells.

    Attributes:
        wishes: key of a line → wish; lines that are not named keep theirs.
        away: positions of slots in which he cannot.
        most: of meetings; None: as the event says.
    """

    wishes: Mapping[str, str] = field(default_factory=dict)
    away: frozenset[int] | None = None
    most: int | None = None
    in_a_row: int | None = None
    note: str | None = None


def side_of(attendee: Attendee) -> str:
    """Whose wish it is: that of the expert or that of the problem."""
    return "expert" if attendee.kind == "expert" else "problem"


def sheet(uow: UnitOfWork, attendee: Attendee) -> Sheet:
    """Everything that one person is asked about an event; rivals and bars do not stand in it."""
    event = attendee.event
    lines = _for_expert(uow, attendee) if side_of(attendee) == "expert" else _for_problems(uow, attendee)
    known = attendee.prefers_at.isoformat() if attendee.prefers_at else ""
    return Sheet(attendee, event, lines, _slots(event, attendee), known)


def _slots(event: Event, attendee: Attendee) -> list[tuple[int, datetime, datetime, str]]:
    return [
        (
            slot.position,
            slot.starts,
            slot.ends,
            "、".join(item.title for item in event.agenda if events.blocks(item, slot, attendee)),
        )
        for slot in event.slots
    ]


def _for_expert(uow: UnitOfWork, attendee: Attendee) -> list[Line]:
    problems = _problems(uow, attendee.event_id)
    known = {pair.event_problem_id: pair for pair in _pairs(uow, EventPair.attendee_id == attendee.id)}
    met = [
        (known.get(row.id), row)
        for row in problems
        if not _is_barred(known.get(row.id)) and not _is_hidden(row, attendee)
    ]
    met.sort(key=lambda pair: -(pair[0].score if pair[0] else 0.0))
    return [
        Line(
            key=f"{attendee.id}-{row.id}",
            name=row.problem.title,
            note=_owner(row),
            about="",
            band=pair.band if pair else "",
            score=pair.score if pair else 0.0,
            wish=pair.expert_wish if pair else "",
            is_proposed=_is_proposed(at, pair),
            link=f"/problems/{row.problem_id}",
        )
        for at, (pair, row) in enumerate(met)
    ]


def _for_problems(uow: UnitOfWork, attendee: Attendee) -> list[Line]:
    problems = [row for row in attendee.problems if row.state == "accepted"]
    experts = uow.session.scalars(
        select(Attendee)
        .join(Attendee.expert)
        .where(
            Attendee.event_id == attendee.event_id,
            Attendee.kind == "expert",
            Attendee.state.in_(("invited", "accepted")),
        )
        .options(contains_eager(Attendee.expert).joinedload(Expert.organization))
        .order_by(Attendee.id)
    ).all()
    numbers = [row.id for row in problems]
    known = {
        (pair.attendee_id, pair.event_problem_id): pair
        for pair in _pairs(uow, EventPair.event_problem_id.in_(numbers))
    }
    found = []
    for row in problems:
        met = [(known.get((each.id, row.id)), each) for each in experts]
        met = [(pair, each) for pair, each in met if not _is_barred(pair)]
        met.sort(key=lambda one: -(one[0].score if one[0] else 0.0))
        found += [
            _expert_line(row, pair, each, at, many=len(problems) > 1) for at, (pair, each) in enumerate(met)
        ]
    return found


def _expert_line(row: EventProblem, pair: EventPair | None, person: Attendee, at: int, *, many: bool) -> Line:
    expert = person.expert
    assert expert is not None
    body = expert.organization.name if expert.organization else ""
    return Line(
        key=f"{person.id}-{row.id}",
        name=person.name,
        note=" · ".join(part for part in (body, expert.position, "、".join(expert.directions[:3])) if part),
        about=row.problem.title if many else "",
        band=pair.band if pair else "",
        score=pair.score if pair else 0.0,
        wish=pair.problem_wish if pair else "",
        is_proposed=_is_proposed(at, pair),
        link=f"/experts/{person.expert_id}",
    )


def _problems(uow: UnitOfWork, event: int) -> Sequence[EventProblem]:
    statement = (
        select(EventProblem)
        .join(EventProblem.problem)
        .where(EventProblem.event_id == event, EventProblem.state == "accepted")
        .options(contains_eager(EventProblem.problem).joinedload(Problem.organization))
        .order_by(EventProblem.id)
    )
    return uow.session.scalars(statement).all()


def _pairs(uow: UnitOfWork, where: Any) -> Sequence[EventPair]:
    return uow.session.scalars(select(EventPair).where(where)).all()


def _is_proposed(at: int, pair: EventPair | None) -> bool:
    return at < NEAREST or (at < PROPOSED and pair is not None and pairs.is_match(pair))


def _is_barred(pair: EventPair | None) -> bool:
    return pair is not None and bool(pair.barred)


def _is_hidden(row: EventProblem, attendee: Attendee) -> bool:
    return attendee.expert is not None and refusals.kept_apart(row.problem, attendee.expert)


def _owner(row: EventProblem) -> str:
    """Number, and the firm unless the problem is anonymous."""
    owner = row.problem.organization
    named = owner.name if owner is not None and row.problem.visibility != "anonymous" else ""
    return " · ".join(part for part in (row.problem.number, named) if part)


def choose(
    uow: UnitOfWork,
    actor: Actor,
    attendee: Attendee,
    choice: Choice,
    *,
    at: datetime,
    today: date,
    known: str,
) -> None:
    """Takes what somebody tells, or somebody tells on his behalf.

    Args:
        uow: writing; the attendee's row is held to change.
        actor: himself, who answers for him, the office; a secret link's bearer has been let in by its key.
        attendee: whose preferences they are.
        choice: what is told.
        at: now.
        today: the office's day.
        known: ``Sheet.known`` of the form that was filled in; "" of a first one.

    Raises:
        Conflict: somebody told meanwhile, or it is too late for others than the office.
        InvalidInput: more 必须见 than MOST_MUST, slots or counterparts that are not there.
    """
    refuse_late(actor, attendee.event, today)
    present = attendee.prefers_at.isoformat() if attendee.prefers_at else ""
    if known != present:
        raise Conflict(
            Message("在您填写期间，%(who)s 已经提交过意愿。", {"who": attendee.prefers_by or attendee.name}),
            hint=Message("请核对现有内容；要改的话，再次提交即可覆盖。"),
        )
    lines = {line.key: line for line in sheet(uow, attendee).lines}
    wishes = {**{key: line.wish for key, line in lines.items()}, **choice.wishes}
    _refuse_faults(attendee, choice, wishes, frozenset(lines))
    before = {key: line.wish for key, line in lines.items()}
    who = _named(actor)
    for key, wish in choice.wishes.items():
        if wish != before[key]:
            _wish(uow, attendee, key, wish, who)
    if choice.away is not None:
        attendee.unavailable = sorted(choice.away)
    attendee.most = choice.most
    attendee.most_in_a_row = choice.in_a_row
    if choice.note is not None:
        attendee.note = choice.note
    attendee.prefers_at, attendee.prefers_by = at, who
    changed = {key: wish for key, wish in choice.wishes.items() if wish != before[key]}
    uow.record(
        actor,
        "attendee:preferred",
        f"attendee:{attendee.id}",
        event=attendee.event_id,
        wishes=changed,
        away=sorted(choice.away or ()),
        most=choice.most,
    )


def refuse_late(actor: Actor, event: Event, today: date) -> None:
    """Raises Conflict once preferences are closed; the office may still enter what was told by telephone."""
    if event.state in {"cancelled", "running", "ended", "locked"}:
        raise Conflict(Message("这场活动已经不再收集意愿。"), hint=Message("如需调整请致电办公室。"))
    is_over = event.prefer_until is not None and today > event.prefer_until
    if (is_over or event.state == "frozen") and not actor.is_office:
        raise Conflict(Message("意愿填写已经截止。"), hint=Message("如需调整请致电办公室，由工作人员代填。"))


def _refuse_faults(
    attendee: Attendee, choice: Choice, wishes: Mapping[str, str], lines: frozenset[str]
) -> None:
    faults: dict[str, Message] = {}
    strange = [key for key in choice.wishes if key not in lines]
    if strange or any(wish not in WISHES for wish in choice.wishes.values()):
        faults["wishes"] = Message("名单已有变化，请刷新页面后再选。")
    if sum(wish == "must" for wish in wishes.values()) > MOST_MUST * max(len(attendee.problems), 1):
        faults["wishes"] = Message("“必须见”最多选 %(n)s 个，请把其余的改为“愿意见”。", {"n": MOST_MUST})
    slots = {slot.position for slot in attendee.event.slots}
    if choice.away is not None and not choice.away <= slots:
        faults["away"] = Message("时间安排已有变化，请刷新页面后再选。")
    if choice.most is not None and not 0 <= choice.most <= MOST_MEETINGS:
        faults["most"] = Message("应为 0 到 %(n)s 之间的整数。", {"n": MOST_MEETINGS})
    if choice.in_a_row is not None and not 1 <= choice.in_a_row <= MOST_MEETINGS:
        faults["in_a_row"] = Message("应为 1 到 %(n)s 之间的整数。", {"n": MOST_MEETINGS})
    if faults:
        raise InvalidInput(Message("填写的内容有误，请按各项的说明更正后再试。"), fields=faults)


def _wish(uow: UnitOfWork, attendee: Attendee, key: str, wish: str, who: str) -> None:
    expert, _, problem = key.partition("-")
    pair = pairs.bring(uow, int(expert), int(problem), attendee.event_id)
    if side_of(attendee) == "expert":
        pair.expert_wish, pair.expert_wish_by = wish, who
    else:
        pair.problem_wish, pair.problem_wish_by = wish, who


def _named(actor: Actor) -> str:
    return (f"{actor.name}（代 {actor.behalf}）" if actor.behalf else actor.name)[:200]


def may_choose(actor: Actor, attendee: Attendee) -> bool:
    """Whether somebody may tell the preferences of an attendee; those of a problem are its owner's, too."""
    return allowed(actor, "attendee:prefer", attendee) or any(
        allowed(actor, "attendee:prefer", row) for row in attendee.problems
    )


def get(uow: UnitOfWork, actor: Actor, number: int, *, to_change: bool = False) -> Attendee:
    """An attendee whose preferences the actor may tell; hidden is NotFound."""
    statement = (
        select(Attendee)
        .where(Attendee.id == min(number, MOST_NUMBER), Attendee.kind.in_(MEETING))
        .options(
            joinedload(Attendee.event),
            joinedload(Attendee.expert),
            selectinload(Attendee.problems).joinedload(EventProblem.problem),
        )
    )
    row = uow.session.scalar(statement.with_for_update(of=Attendee) if to_change else statement)
    if row is None or not may_choose(actor, row):
        raise NotFound(Message("没有这位参会人，或者您不能代他填写。"), hint=Message("请从活动页面进入。"))
    require(actor, "attendee:prefer", row if allowed(actor, "attendee:prefer", row) else _own(actor, row))
    return row


def _own(actor: Actor, attendee: Attendee) -> EventProblem:
    return next(row for row in attendee.problems if allowed(actor, "attendee:prefer", row))
