"""Whom to invite to an event: the smallest choice that covers its problems, told with names and reasons.

``coverage_facts`` reads, ``solve`` computes outside the transaction, ``told`` puts names to what it answers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matchmaker.messages import Message
from matchmaker.models import EventProblem, Expert, Organization
from matchmaker.planning import coverage as planning
from matchmaker.planning.coverage import Answer, Candidate, Choice, Cover, Need, Question
from matchmaker.planning.covering import cover
from matchmaker.services import candidates
from matchmaker.services.candidates import Scored
from matchmaker.services.coverage_facts import BODY_KINDS, Facts, Wanted, called, facts
from matchmaker.services.event_past import Past

__all__ = [
    "BODY_KINDS", "Facts", "Instead", "Line", "Row", "Suggested", "Told", "Wanted", "called", "facts",
    "instead", "question", "solve", "suggested", "told",
]  # fmt: skip

#: Seconds that a page gives the solver; demo-sized questions take a tenth of one.
SECONDS = 4.0
#: States of experts who are not asked again by the choice itself.
SETTLED = frozenset({"declined", "refused", "cancelled"})


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


@dataclass(frozen=True, slots=True)
class Instead:
    """Who could come instead of somebody who declined.

    Attributes:
        lacking: problems that he would have served and that lack somebody now.
        experts: the best of those not asked yet, with how many of these problems each would serve.
    """

    lacking: Sequence[EventProblem]
    experts: Sequence[tuple[Expert, int]]


def instead(known: Facts, declined: Sequence[int | None], *, k: int = 3, most: int = 3) -> dict[int, Instead]:
    """Expert who declined → what is lacking without him and who would fill it; reads nothing more."""
    wanted = Wanted(k=k)
    asked = question(known, wanted)
    gains = planning.added(asked, ())
    short = {line.problem for line in planning.covers(asked, ()) if line.short}
    found = {}
    for one in declined:
        if one is None or one not in known.experts:
            continue
        lacking = [problem for problem in known.bands(one, wanted.good) if problem in short]
        helped = {other: len(set(gained) & set(lacking)) for other, gained in gains.items()}
        order = sorted((other for other in helped if helped[other]), key=lambda other: -helped[other])
        found[one] = Instead(
            [known.problems[problem] for problem in lacking],
            [(known.experts[other], helped[other]) for other in order[:most]],
        )
    return found
