"""Refused pairs, and pairs that are kept apart, as the ranking needs to know them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, and_, cast, or_, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker import taxonomy
from matchmaker.lifecycle import INTRODUCTION_REFUSED
from matchmaker.matching import feedback
from matchmaker.matching.feedback import Refusal
from matchmaker.matching.result import Feedback
from matchmaker.messages import Message
from matchmaker.models import Expert, Introduction, Organization, Problem
from matchmaker.permissions import Actor
from matchmaker.services.introductions import sides_of
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

_AVOIDED = Message("回避：双方设定不安排在一起")


@dataclass(frozen=True, slots=True)
class Sided(Refusal):
    """A refusal with the side that refused."""

    side: str = ""


@dataclass(frozen=True, slots=True)
class Heeded:
    """What earlier refusals and wishes do to a ranking.

    Attributes:
        excluded: index ids that may not answer, for every reader alike.
        told: what this reader may know of it.
    """

    excluded: tuple[str, ...] = ()
    told: tuple[Feedback, ...] = ()


def for_problem(uow: UnitOfWork, actor: Actor, number: int, today: date) -> Heeded:
    """For a ranking of experts for a problem."""
    problem = uow.session.scalar(
        select(Problem)
        .where(Problem.id == number)
        .options(joinedload(Problem.organization), selectinload(Problem.indicators))
    )
    if problem is None:
        return Heeded()
    apart = [index_id(expert) for expert in _apart_from(uow, problem)]
    return _heeded(actor, _refused(uow, Introduction.problem_id == number), "expert", apart, today)


def for_expert(uow: UnitOfWork, actor: Actor, number: int, today: date) -> Heeded:
    """For a ranking of problems for an expert."""
    expert = uow.session.get(Expert, number)
    if expert is None:
        return Heeded()
    apart = [index_id(problem) for problem in _kept_from(uow, expert)]
    return _heeded(actor, _refused(uow, Introduction.expert_id == number), "problem", apart, today)


def of_pair(uow: UnitOfWork, problem: Problem, expert: Expert) -> Sided | None:
    """The newest refusal between the two, whether it still holds or not."""
    rows = _refused(uow, and_(Introduction.problem_id == problem.id, Introduction.expert_id == expert.id))
    return _refusal(rows[-1], "expert") if rows else None


def kept_apart(problem: Problem, expert: Expert) -> bool:
    """Whether the expert avoids the problem's owner, or the problem is hidden from him or his body."""
    hidden = set(problem.hidden_from.split())
    theirs = {f"expert:{expert.id}"}
    if expert.organization_id:
        theirs |= {f"org:{expert.organization_id}", f"liaison:{expert.organization_id}"}
    owner = problem.organization
    return bool(hidden & theirs) or (owner is not None and _folded(owner.name) in _avoided(expert))


def watched_of(reason: str, problem: Problem, expert: Expert) -> dict[str, str]:
    """Fingerprints of what a reason names, as both rows are at present."""
    rule = feedback.reopening(reason)
    values = {name: _value(problem, name) for name in rule.problem}
    theirs = {name: _value(expert, name) for name in rule.expert}
    return feedback.watched(reason, values, theirs)


def _heeded(
    actor: Actor, rows: Sequence[Introduction], target: str, apart: Sequence[str], today: date
) -> Heeded:
    by_target: dict[str, Sided] = {}
    may_know: dict[str, bool] = {}
    for row in rows:
        refusal = _refusal(row, target)
        by_target[refusal.target] = refusal
        may_know[refusal.target] = actor.is_office or row.refused_by in sides_of(actor, row)
    heeded = [one for one in feedback.heeded(by_target.values(), today) if one.target not in set(apart)]
    told = [one for one in heeded if may_know[one.target]]
    if actor.is_office:
        told += [Feedback(identifier, True, _AVOIDED) for identifier in apart]
    excluded = (*apart, *(one.target for one in heeded if one.held))
    return Heeded(tuple(sorted(excluded)), tuple(told))


def _refused(uow: UnitOfWork, which: Any) -> Sequence[Introduction]:
    """Refused introductions, the oldest first, with what their reasons name."""
    statement = (
        select(Introduction)
        .where(which, Introduction.state.in_(INTRODUCTION_REFUSED), Introduction.refused_on.is_not(None))
        .order_by(Introduction.refused_on, Introduction.id)
        .options(
            joinedload(Introduction.problem).selectinload(Problem.indicators),
            joinedload(Introduction.expert).selectinload(Expert.projects),
        )
    )
    return uow.session.scalars(statement).all()


def _refusal(row: Introduction, target: str) -> Sided:
    other = row.expert if target == "expert" else row.problem
    assert row.refused_on is not None
    return Sided(
        index_id(other),
        row.reason,
        taxonomy.DECLINE_REASONS.label(row.reason),
        row.refused_on,
        row.watched,
        watched_of(row.reason, row.problem, row.expert),
        row.again_from,
        row.refused_by,
    )


def _apart_from(uow: UnitOfWork, problem: Problem) -> Iterable[Expert]:
    """Experts who may not be proposed for a problem."""
    hidden = [part.partition(":") for part in problem.hidden_from.split()]
    bodies = {int(number) for kind, _, number in hidden if kind in {"org", "liaison"} and number.isdigit()}
    people = {int(number) for kind, _, number in hidden if kind == "expert" and number.isdigit()}
    avoiding = cast(Expert.avoid, String) != "[]"
    wanted = or_(avoiding, Expert.organization_id.in_(bodies), Expert.id.in_(people))
    rows = uow.session.scalars(select(Expert).where(wanted).order_by(Expert.id))
    return [expert for expert in rows if kept_apart(problem, expert)]


def _kept_from(uow: UnitOfWork, expert: Expert) -> Iterable[Problem]:
    """Problems that may not be proposed to an expert."""
    names = _avoided(expert)
    wanted = [Problem.hidden_from.contains(f" expert:{expert.id} ", autoescape=True)]
    if expert.organization_id:
        body = expert.organization_id
        rivals = (f" {kind}:{body} " for kind in ("org", "liaison"))
        wanted.extend(Problem.hidden_from.contains(rival, autoescape=True) for rival in rivals)
    if names:
        called = [name.strip() for name in expert.avoid]
        wanted.append(Problem.organization.has(Organization.name.in_(called)))
    statement = select(Problem).where(or_(*wanted)).options(joinedload(Problem.organization))
    return [problem for problem in uow.session.scalars(statement) if kept_apart(problem, expert)]


def _avoided(expert: Expert) -> set[str]:
    return {_folded(name) for name in expert.avoid or ()}


def _folded(name: str) -> str:
    return "".join(name.split()).casefold()


def _value(row: Any, name: str) -> Any:
    """A field as it can be compared; a list of small rows by its contents."""
    value = getattr(row, name)
    if name in {"indicators", "projects"}:
        return [
            {column.key: getattr(one, column.key) for column in one.__table__.columns if column.key != "id"}
            for one in value
        ]
    return value
