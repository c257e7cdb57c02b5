"""Whom to invite to an event: what is known of problems and experts, and the smallest choice that covers.

``facts`` reads, ``solve`` computes outside the transaction, ``told`` puts names to what it answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.matching.result import WORTH
from matchmaker.messages import Message
from matchmaker.models import Attendee, BodyInvitation, Event, EventProblem, Expert, Organization, Problem
from matchmaker.permissions import Actor
from matchmaker.planning import coverage as planning
from matchmaker.planning.coverage import Answer, Candidate, Choice, Cover, Need, Question
from matchmaker.planning.covering import cover
from matchmaker.services import candidates, event_past, refusals
from matchmaker.services.candidates import SOUGHT, Scored
from matchmaker.services.event_past import Past
from matchmaker.storage.queries import readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Seconds that a page gives the solver; demo-sized questions take a tenth of one.
SECONDS = 4.0
#: States of experts who count as coming until they say otherwise.
COUNTED = frozenset({"invited", "registered", "accepted"})
#: States of experts who are not asked again by the choice itself.
SETTLED = frozenset({"declined", "refused", "cancelled"})
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


@dataclass(frozen=True, slots=True)
class Line:
    """One proposed expert with the reasons.

    Attributes:
        problems: (problem of the event, score), those that lack somebody first.
        of_body: experts of his body with him, as the choice has them; ``quota`` of his body or None.
    """

    expert: Expert
    choice: Choice
    problems: Sequence[tuple[EventProblem, Scored]]
    state: str
    past: Past
    of_body: int
    quota: int | None
    is_picked: bool = True

    @property
    def reasons(self) -> list[Message]:
        """Why he is proposed, in sentences."""
        found = []
        if self.choice.gained:
            found.append(Message("补上 %(n)s 项难题的缺口", {"n": self.choice.gained}))
        found += [
            Message("难题 %(problem)s 只有这一位合适", {"problem": self._called(number)})
            for number in self.choice.alone_for
        ]
        if self.choice.needed_for:
            lost = "、".join(self._called(number) for number in self.choice.needed_for[:4])
            found.append(Message("不邀请的话，%(problems)s 会不够", {"problems": lost}))
        return found

    def _called(self, number: int) -> str:
        return next((called(row) for row, _score in self.problems if row.problem_id == number), str(number))


@dataclass(frozen=True, slots=True)
class Row:
    """How one problem is covered; ``accepted``: of its good experts; ``best``: of all, where none is good."""

    problem: EventProblem
    cover: Cover
    accepted: int
    best: Sequence[tuple[Expert, Scored, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """The whole answer with names.

    Attributes:
        others: experts who are not chosen and would serve a problem that still lacks somebody.
    """

    facts: Facts
    answer: Answer
    lines: Sequence[Line]
    rows: Sequence[Row]
    others: Sequence[Line]

    @property
    def short(self) -> list[Row]:
        """Problems that lack somebody although there are more who would do."""
        return [row for row in self.rows if row.cover.short]

    @property
    def uncovered(self) -> list[Row]:
        """暂无合适专家."""
        return [row for row in self.rows if not row.cover.available]


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


def question(known: Facts, wanted: Wanted, *, pool: Collection[int] | None = None) -> Question:
    """The facts as the planner asks them; ``pool`` narrows the candidates (those of one body)."""
    people = known.experts.values() if pool is None else [known.experts[one] for one in pool]
    left_out = {one for one, state in known.states.items() if state in SETTLED} | wanted.left_out
    return Question(
        needs=tuple(Need(row.problem_id, row.priority) for row in known.problems.values()),
        candidates=tuple(_candidate(known, person, wanted.good) for person in people),
        k=wanted.k,
        coming=known.coming,
        left_out=frozenset(left_out),
        most=wanted.most if wanted.most is not None else known.event.most_experts,
        per_body=wanted.per_body,
        bodies=tuple(sorted((str(body), quota) for body, quota in known.quotas.items())),
        kinds=tuple(sorted(wanted.kinds)),
    )


def _candidate(known: Facts, person: Expert, good: str) -> Candidate:
    body = person.organization
    served = known.bands(person.id, good)
    return Candidate(
        person.id,
        str(body.id) if body else "",
        body.kind if body else "",
        tuple((problem, scored.score) for problem, scored in sorted(served.items())),
    )


def solve(known: Facts, wanted: Wanted, *, seconds: float = SECONDS) -> Told:
    """The choice (or the one picked by hand) with its reasons; call it outside any transaction."""
    asked = question(known, wanted)
    if wanted.picked is None:
        return told(known, wanted, asked, _solved(asked, seconds))
    open_ones = {each.id for each in asked.open}
    return told(known, wanted, asked, planning.answer(asked, wanted.picked & open_ones))


@lru_cache(maxsize=32)
def _solved(asked: Question, seconds: float) -> Answer:
    """The same question is not solved twice by one process."""
    return cover(asked, seconds=seconds)


def told(known: Facts, wanted: Wanted, asked: Question, found: Answer) -> Told:
    """An answer with names."""
    lines = [_line(known, wanted, asked, choice, found.chosen) for choice in found.choices]
    gains = planning.added(asked, found.chosen)
    others = [
        _line(known, wanted, asked, Choice(one, gained, len(gained), (), ()), found.chosen)
        for one, gained in list(gains.items())[:20]
    ]
    return Told(known, found, lines, [_row(known, wanted, each) for each in found.covers], others)


def _line(known: Facts, wanted: Wanted, asked: Question, choice: Choice, chosen: Collection[int]) -> Line:
    person = known.experts[choice.expert]
    served = known.bands(choice.expert, wanted.good)
    order = [*choice.covers, *(one for one in served if one not in choice.covers)]
    candidate = asked.by_id[choice.expert]
    of_body = sum(
        asked.by_id[one].body == candidate.body
        for one in {*chosen, *known.coming, choice.expert}
        if one in asked.by_id
    )
    body = person.organization_id
    return Line(
        expert=person,
        choice=choice,
        problems=[(known.problems[one], served[one]) for one in order],
        state=known.states.get(choice.expert, ""),
        past=known.past.get(choice.expert, Past()),
        of_body=of_body,
        quota=known.quotas.get(body, wanted.per_body) if body is not None else None,
        is_picked=choice.expert in chosen,
    )


def _row(known: Facts, wanted: Wanted, line: Cover) -> Row:
    scored = known.scores[line.problem]
    accepted = sum(scored[one].is_good(wanted.good) and known.states.get(one) == "accepted" for one in scored)
    best = [(known.experts[one], scored[one], known.states.get(one, "")) for one in candidates.best(scored)]
    return Row(known.problems[line.problem], line, accepted, best if not line.available else [])


@dataclass(frozen=True, slots=True)
class Suggested:
    """A body that should be asked, and for how many: those the choice takes from it, and what they serve."""

    body: Organization
    quota: int
    experts: int
    problems: int


def suggested(told_: Told, invited: Collection[int] = ()) -> list[Suggested]:
    """Bodies of the chosen experts that are not invited yet; those that serve most problems first."""
    by_body: dict[int, list[Line]] = {}
    bodies: dict[int, Organization] = {}
    for line in told_.lines:
        body = line.expert.organization
        if body is not None and body.id not in invited:
            bodies[body.id] = body
            by_body.setdefault(body.id, []).append(line)
    found = [
        Suggested(
            bodies[number],
            len(lines),
            sum(person.organization_id == number for person in told_.facts.experts.values()),
            len({row.id for line in lines for row, _score in line.problems}),
        )
        for number, lines in by_body.items()
    ]
    return sorted(found, key=lambda one: (-one.problems, -one.quota, one.body.name))
