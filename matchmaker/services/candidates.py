"""Who could serve the problems of an event: rankings kept for each problem, computed by a job, read by pages.

A ranking is kept as a ``MatchRun`` of direction DIRECTION for the version of the problem that it was computed
from; the score of its lines is the probability of a good match. A changed problem has none until the job ran.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, func, literal, select

from matchmaker import lifecycle
from matchmaker.jobs.queue import schedule
from matchmaker.matching.result import BANDS, NONE, STRONG, WEAK, WORTH, Ranking
from matchmaker.models import Attendee, Event, EventProblem, Job, Match, MatchRun, Problem, now
from matchmaker.permissions import SYSTEM, Actor, require
from matchmaker.storage.queries import parse_id
from matchmaker.storage.unit_of_work import UnitOfWork

DIRECTION = "event-experts"
#: Experts of one ranking that are kept.
DEPTH = 80
#: Kind of the job that computes them.
JOB = "rank"
#: States of a problem at an event for which experts are looked for.
SOUGHT = ("offered", "accepted")


@dataclass(frozen=True, slots=True)
class Scored:
    """How well an expert fits a problem."""

    score: float
    band: str

    def is_good(self, least: str) -> bool:
        """Whether the band is this one or better."""
        return self.band in BANDS[: BANDS.index(least) + 1]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of an event's problems have their ranking, and whether the job waits or runs."""

    done: int
    total: int
    is_running: bool


def request(uow: UnitOfWork, actor: Actor, event: Event, *, anew: bool = False) -> None:
    """Asks for the rankings that are missing or outdated; ``anew``: for all of them."""
    require(actor, "event:invite", event)
    if anew:
        subjects = [f"problem:{number}" for number in uow.session.scalars(_problems(event.id))]
        _forget(uow, subjects)
    uow.enqueue(JOB, f"event:{event.id}")
    uow.record(actor, "event:ranked", f"event:{event.id}", anew=anew)


def wish(uow: UnitOfWork, event: Event) -> None:
    """A problem has come to an event: its ranking is computed unless that waits already."""
    schedule(uow.session, JOB, f"event:{event.id}", now())


def gathering(uow: UnitOfWork) -> list[int]:
    """Docking events to which people may still be invited."""
    statement = select(Event.id).where(Event.kind == "docking", Event.state.in_(lifecycle.EVENT_GATHERING))
    return list(uow.session.scalars(statement.order_by(Event.id)))


def outdated(uow: UnitOfWork, event: int) -> list[int]:
    """Problems of an event whose ranking is missing or of an earlier version."""
    statement = _problems(event).where(~_ranked())
    return list(uow.session.scalars(statement.order_by(Problem.id)))


def bare(uow: UnitOfWork, event: int) -> tuple[int, int]:
    """Problems of an event, and those for which nobody who would serve them well is asked or comes."""
    here = select(literal("expert:") + cast(Attendee.expert_id, String)).where(
        Attendee.event_id == event,
        Attendee.expert_id.is_not(None),
        Attendee.state.in_(("invited", "registered", "accepted")),
    )
    good = (
        select(Match.id)
        .join(Match.run)
        .where(
            MatchRun.direction == DIRECTION,
            MatchRun.subject == _subject(),
            Match.band.in_((STRONG, WORTH)),
            Match.target.in_(here),
        )
        .correlate(Problem)
    )
    every, lacking = (_problems(event).with_only_columns(func.count(Problem.id)) for _ in range(2))
    counted = select(every.scalar_subquery(), lacking.where(~good.exists()).scalar_subquery())
    total, without = uow.session.execute(counted).one()
    return total, without


def progress(uow: UnitOfWork, event: int) -> Progress:
    """Where the job is, in one statement."""
    running = select(Job.id).where(
        Job.kind == JOB, Job.subject == f"event:{event}", Job.state.in_(("queued", "running"))
    )
    every, lacking = (_problems(event).with_only_columns(func.count(Problem.id)) for _ in range(2))
    counted = select(every.scalar_subquery(), lacking.where(~_ranked()).scalar_subquery(), running.exists())
    total, missing, is_running = uow.session.execute(counted).one()
    return Progress(total - missing, total, bool(is_running))


def store(uow: UnitOfWork, ranking: Ranking) -> None:
    """Keeps a ranking in place of the former one; where nobody is good, nobody is better than not at all."""
    subject = ranking.inputs["subject"]
    _forget(uow, [subject])
    is_lost = ranking.verdict.band == NONE
    uow.session.add(
        MatchRun(
            direction=DIRECTION,
            subject=subject,
            subject_version=int(ranking.inputs["version"]),
            inputs=dict(ranking.inputs),
            outcome=ranking.verdict.band,
            confidence=ranking.verdict.probability,
            actor=SYSTEM.name,
            matches=[
                Match(
                    rank=rank,
                    target=line.id,
                    score=round(line.probability, 4),
                    band=NONE if is_lost and line.band == WEAK else line.band,
                )
                for rank, line in enumerate(ranking.experts[:DEPTH], 1)
            ],
        )
    )


def scores(uow: UnitOfWork, problems: Collection[int]) -> dict[int, dict[int, Scored]]:
    """Problem → expert → score, the best first, as they were last computed; numbers of rows."""
    found: dict[int, dict[int, Scored]] = {number: {} for number in problems}
    if not problems:
        return found
    statement = (
        select(MatchRun.subject, Match.target, Match.score, Match.band)
        .join(Match.run)
        .where(MatchRun.direction == DIRECTION, MatchRun.subject.in_(_subjects(problems)))
        .order_by(MatchRun.id, Match.rank)
    )
    for subject, target, score, band in uow.session.execute(statement):
        problem, expert = parse_id(subject, "problem"), parse_id(target, "expert")
        if problem and expert:
            found[problem[1]][expert[1]] = Scored(score, band)
    return found


def best(scored: Mapping[int, Scored], most: int = 3) -> list[int]:
    """The experts of the best scores, good or not."""
    return sorted(scored, key=lambda one: (-scored[one].score, one))[:most]


def _problems(event: int) -> Any:
    return (
        select(Problem.id)
        .join(EventProblem, EventProblem.problem_id == Problem.id)
        .where(EventProblem.event_id == event, EventProblem.state.in_(SOUGHT))
    )


def _ranked() -> ColumnElement[bool]:
    """Whether a problem has a ranking of its present version."""
    return (
        select(MatchRun.id)
        .where(
            MatchRun.direction == DIRECTION,
            MatchRun.subject == _subject(),
            MatchRun.subject_version == Problem.index_version,
        )
        .correlate(Problem)
        .exists()
    )


def _subject() -> ColumnElement[str]:
    return literal("problem:") + cast(Problem.id, String)


def _subjects(problems: Iterable[int]) -> list[str]:
    return [f"problem:{number}" for number in problems]


def _forget(uow: UnitOfWork, subjects: Collection[str]) -> None:
    runs = select(MatchRun.id).where(MatchRun.direction == DIRECTION, MatchRun.subject.in_(subjects))
    uow.session.execute(delete(Match).where(Match.run_id.in_(runs)))
    uow.session.execute(
        delete(MatchRun).where(MatchRun.direction == DIRECTION, MatchRun.subject.in_(subjects))
    )
