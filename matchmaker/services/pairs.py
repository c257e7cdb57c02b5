"""Pairs of an event: every expert who may come against every problem that is brought, with score and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from matchmaker.errors import NotFound
from matchmaker.matching.model import shipped
from matchmaker.matching.result import NONE
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventPair, EventProblem, Expert, Problem
from matchmaker.permissions import SYSTEM, Actor, require
from matchmaker.services import evidence, refusals
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of experts whose pairs are known: whoever may come.
MAY_COME = ("nominated", "invited", "registered", "accepted")
#: Why a pair is never planned → how it is told.
BARS: dict[str, Message] = {
    "apart": Message("回避：双方设定不安排在一起"),
    "own": Message("同一单位"),
    "refused": Message("以前婉拒过，理由仍然成立"),
}
#: Pairs of one problem whose evidence is kept.
MOST_EXPLAINED = 15


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be scored: number of each problem and expert → their rows at the event."""

    event: int
    problems: Mapping[int, int] = field(default_factory=dict)
    experts: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """How well one expert fits one problem; ``line`` is that of the ranking, for its evidence."""

    probability: float
    band: str
    line: Any = None


def threshold() -> float:
    """Probability below which a pair is no match: planned only when a side wishes it."""
    return shipped().bands[2]


def asked(uow: UnitOfWork, event: int) -> Asked:
    """Problems and experts of an event that are to be brought together."""
    problems = select(EventProblem.problem_id, EventProblem.id).where(
        EventProblem.event_id == event, EventProblem.state == "accepted"
    )
    experts = select(Attendee.expert_id, Attendee.id).where(
        Attendee.event_id == event, Attendee.expert_id.is_not(None), Attendee.state.in_(MAY_COME)
    )
    return Asked(
        event,
        {row.problem_id: row.id for row in uow.session.execute(problems)},
        {row.expert_id: row.id for row in uow.session.execute(experts)},
    )


def lacking(uow: UnitOfWork, event: int) -> int:
    """Pairs that nobody has scored yet."""
    wanted = asked(uow, event)
    known = uow.session.scalar(
        select(func.count())
        .select_from(EventPair)
        .where(
            EventPair.event_id == event,
            EventPair.scored_at.is_not(None),
            EventPair.attendee_id.in_(wanted.experts.values()),
            EventPair.event_problem_id.in_(wanted.problems.values()),
        )
    )
    return len(wanted.problems) * len(wanted.experts) - (known or 0)


def scored_again(uow: UnitOfWork, event: int) -> None:
    """Asks for the scores: somebody may come, a problem is brought. A worker computes them."""
    uow.enqueue("pairs", f"event:{event}")


def store(
    uow: UnitOfWork,
    event: int,
    problem: int,
    scores: Mapping[int, Score],
    *,
    at: datetime,
    today: date,
) -> None:
    """Keeps the scores of one problem (expert's number → score); wishes and bars of people stay.

    Experts without a score are no match. Nothing happens when the problem is no longer at the event.
    """
    row = uow.session.scalar(
        select(EventProblem)
        .where(EventProblem.event_id == event, EventProblem.problem_id == problem)
        .options(joinedload(EventProblem.problem).selectinload(Problem.indicators))
    )
    if row is None:
        return
    refused = set(refusals.for_problem(uow, SYSTEM, problem, today).excluded)
    known = {
        pair.attendee_id: pair
        for pair in uow.session.scalars(select(EventPair).where(EventPair.event_problem_id == row.id))
    }
    best = sorted(scores, key=lambda number: -scores[number].probability)[:MOST_EXPLAINED]
    for person in _experts(uow, event):
        if person.expert is None:
            continue
        pair = known.get(person.id)
        if pair is None:
            pair = EventPair(event_id=event, attendee_id=person.id, event_problem_id=row.id)
            uow.session.add(pair)
        found = scores.get(person.expert.id, Score(0.0, NONE))
        pair.score, pair.band, pair.scored_at = round(found.probability, 4), found.band, at
        pair.barred = _bar(row.problem, person.expert, refused)
        is_shown = person.expert.id in best and found.line is not None and found.band != NONE
        pair.why = evidence.for_both(uow, found.line) if is_shown else {}


def _experts(uow: UnitOfWork, event: int) -> Sequence[Attendee]:
    statement = (
        select(Attendee)
        .join(Attendee.expert)
        .where(Attendee.event_id == event, Attendee.state.in_(MAY_COME))
        .options(contains_eager(Attendee.expert))
    )
    return uow.session.scalars(statement).all()


def _bar(problem: Problem, expert: Expert, refused: set[str]) -> str:
    if refusals.kept_apart(problem, expert):
        return "apart"
    if problem.organization_id is not None and problem.organization_id == expert.organization_id:
        return "own"
    return "refused" if f"expert:{expert.id}" in refused else ""


def of(uow: UnitOfWork, event: Event, *, only_coming: bool = True) -> Sequence[EventPair]:
    """Pairs of an event with both rows, the best first; ``only_coming``: of experts who have accepted."""
    states = ("accepted",) if only_coming else MAY_COME
    statement = (
        select(EventPair)
        .join(EventPair.attendee)
        .join(EventPair.event_problem)
        .where(EventPair.event_id == event.id, Attendee.state.in_(states), EventProblem.state == "accepted")
        .order_by(EventPair.score.desc(), EventPair.id)
        .options(
            contains_eager(EventPair.attendee).joinedload(Attendee.organization),
            contains_eager(EventPair.attendee).joinedload(Attendee.expert),
            contains_eager(EventPair.event_problem).joinedload(EventProblem.problem),
            contains_eager(EventPair.event_problem).selectinload(EventProblem.people),
        )
    )
    return uow.session.scalars(statement).all()


def is_match(pair: EventPair) -> bool:
    """Whether a pair may be planned without anybody's wish."""
    return not pair.barred and pair.band not in {"", NONE}


def bring(uow: UnitOfWork, attendee: int, event_problem: int, event: int) -> EventPair:
    """The pair's row, made when nobody has scored it yet, so that a wish has a place."""
    row = uow.session.scalar(
        select(EventPair).where(
            EventPair.attendee_id == attendee, EventPair.event_problem_id == event_problem
        )
    )
    if row is None:
        row = EventPair(event_id=event, attendee_id=attendee, event_problem_id=event_problem)
        uow.session.add(row)
        uow.session.flush()
    return row


def demand(
    uow: UnitOfWork, actor: Actor, event: Event, number: int, *, must: bool, session: int | None
) -> EventPair:
    """The organizer's own word on a pair: held in every plan, only in this session."""
    require(actor, "plan:run")
    row = uow.session.scalar(
        select(EventPair)
        .where(EventPair.id == number, EventPair.event_id == event.id)
        .options(selectinload(EventPair.attendee))
    )
    if row is None:
        raise NotFound(Message("这场活动没有这一对。"), hint=Message("名单可能刚有变化，请刷新页面。"))
    row.must, row.session = must, session
    uow.record(actor, "pair:demanded", f"event:{event.id}", pair=number, must=must, session=session)
    return row
