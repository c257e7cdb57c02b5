"""What is known of an event's problems and of their candidates: read once, asked without the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.matching.result import WORTH
from matchmaker.models import Attendee, BodyInvitation, Event, EventProblem, Expert, Problem
from matchmaker.permissions import Actor
from matchmaker.services import candidates, event_past, refusals
from matchmaker.services.candidates import SOUGHT, Scored
from matchmaker.services.event_past import Past
from matchmaker.storage.queries import readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of experts who count as coming until they say otherwise.
COUNTED = frozenset({"invited", "registered", "accepted"})
#: Bodies that a docking event invites, in the order of the forms.
BODY_KINDS = (
    "university", "institute", "hospital", "testing", "park", "incubator", "association", "intermediary"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the organizer wants; every part stands in the address of the page.

    Attributes:
        k: good experts for each problem; ``good``: the least band that counts as good.
        most: experts in all; None: as the event says.
        kinds: (kind of body, at most).
        left_out: experts not to invite.
        picked: a choice by hand that is to be looked at instead of a computed one.
    """

    k: int = 3
    good: str = WORTH
    most: int | None = None
    per_body: int | None = None
    kinds: tuple[tuple[str, int], ...] = ()
    left_out: frozenset[int] = frozenset()
    picked: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known; numbers are of rows of Expert and Problem.

    Attributes:
        scores: problem → expert → score, without those kept apart from it.
        states: expert → his state at this event.
        quotas: body → quota of its invitation.
    """

    event: Event
    problems: Mapping[int, EventProblem]
    experts: Mapping[int, Expert]
    scores: Mapping[int, Mapping[int, Scored]]
    states: Mapping[int, str]
    quotas: Mapping[int, int]
    past: Mapping[int, Past] = field(default_factory=dict)

    @property
    def coming(self) -> frozenset[int]:
        """Experts who are invited or come."""
        return frozenset(one for one, state in self.states.items() if state in COUNTED)

    def bands(self, expert: int, good: str) -> dict[int, Scored]:
        """Problem → score, for those that he would serve well."""
        return {
            problem: some[expert]
            for problem, some in self.scores.items()
            if expert in some and some[expert].is_good(good)
        }


def called(row: EventProblem) -> str:
    """A problem in a sentence for the office."""
    return row.problem.number or f"#{row.problem_id}"


def facts(uow: UnitOfWork, actor: Actor, event: Event, *, with_past: bool = True) -> Facts:
    """Everything about an event's problems and their candidates that the actor may read."""
    problems = {row.problem_id: row for row in _problems(uow, actor, event)}
    scored = candidates.scores(uow, list(problems))
    known = _experts(uow, actor, event, {one for some in scored.values() for one in some})
    states = _states(uow, event)
    scores = {
        problem: {
            one: score
            for one, score in some.items()
            if one in known and _may_meet(problems[problem].problem, known[one])
        }
        for problem, some in scored.items()
    }
    quotas = select(BodyInvitation.organization_id, BodyInvitation.quota).where(
        BodyInvitation.event_id == event.id, BodyInvitation.state != "declined"
    )
    past = event_past.of(uow, event, list(known), list(problems)) if with_past else {}
    found = {int(body): int(quota) for body, quota in uow.session.execute(quotas)}
    return Facts(event, problems, known, scores, states, found, past)


def _problems(uow: UnitOfWork, actor: Actor, event: Event) -> Sequence[EventProblem]:
    statement = (
        select(EventProblem)
        .join(EventProblem.problem)
        .where(EventProblem.event_id == event.id, EventProblem.state.in_(SOUGHT), readable_by(actor, Problem))
        .options(contains_eager(EventProblem.problem).joinedload(Problem.organization))
        .order_by(EventProblem.id)
    )
    return uow.session.scalars(statement).all()


def _experts(uow: UnitOfWork, actor: Actor, event: Event, ranked: set[int]) -> dict[int, Expert]:
    here = select(Attendee.expert_id).where(Attendee.event_id == event.id, Attendee.expert_id.is_not(None))
    statement = (
        select(Expert)
        .where((Expert.id.in_(ranked)) | (Expert.id.in_(here)), readable_by(actor, Expert))
        .options(joinedload(Expert.organization))
    )
    return {row.id: row for row in uow.session.scalars(statement)}


def _states(uow: UnitOfWork, event: Event) -> dict[int, str]:
    statement = select(Attendee.expert_id, Attendee.state).where(
        Attendee.event_id == event.id, Attendee.expert_id.is_not(None)
    )
    return {expert: state for expert, state in uow.session.execute(statement) if expert is not None}


def _may_meet(problem: Problem, expert: Expert) -> bool:
    own = problem.organization_id is not None and problem.organization_id == expert.organization_id
    return not own and not refusals.kept_apart(problem, expert)
