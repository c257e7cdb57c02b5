"""Matches: what a ranking needs from the database, and stored runs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from matchmaker.errors import NotFound
from matchmaker.indexing.documents import question_of
from matchmaker.matching.question import Question
from matchmaker.matching.result import RankedDocument, RankedExpert, Ranking
from matchmaker.messages import Message
from matchmaker.models import Expert, Match, MatchRun, Problem
from matchmaker.permissions import Actor, require
from matchmaker.services.matches_json import judged
from matchmaker.storage.queries import index_id, may_read, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork


def question(uow: UnitOfWork, actor: Actor, number: int) -> Question:
    """The problem as the ranking sees it; NotFound when it is hidden from the actor."""
    row = uow.session.scalar(
        select(Problem).where(Problem.id == number).options(selectinload(Problem.indicators))
    )
    if row is None or not may_read(actor, row):
        raise NotFound(Message("没有编号为 %(number)s 的难题。", {"number": number}))
    return question_of(row)


def expert_id(uow: UnitOfWork, actor: Actor, number: int) -> str:
    """Index id of an expert; NotFound when hidden from the actor."""
    row = uow.session.get(Expert, number)
    if row is None or not may_read(actor, row):
        raise NotFound(Message("没有编号为 %(number)s 的专家。", {"number": number}))
    return index_id(row)


def has_anybody(uow: UnitOfWork, actor: Actor) -> bool:
    """Whether there is an expert whom the actor may read, so that an index should not be empty."""
    return uow.session.scalar(select(Expert.id).where(readable_by(actor, Expert)).limit(1)) is not None


def problem_number(uow: UnitOfWork, actor: Actor, name: str) -> int | None:
    """The problem that somebody means by its number (编号), its sender's key or its index id."""
    plain = name.removeprefix("problem:")
    if plain.isascii() and plain.isdigit() and len(plain) < 19:
        row = uow.session.get(Problem, int(plain))
        if row is not None and may_read(actor, row):
            return row.id
    found = uow.session.scalars(select(Problem).where((Problem.number == name) | (Problem.key == name)))
    return next((row.id for row in found if may_read(actor, row)), None)


def store_run(uow: UnitOfWork, actor: Actor, direction: str, ranking: Ranking, version: int) -> int:
    """Keeps a ranking as it is, so that “why?” can be answered later; returns the run's number."""
    require(actor, "match:store")
    targets: tuple[RankedExpert | RankedDocument, ...] = ranking.experts or ranking.problems
    run = MatchRun(
        direction=direction,
        subject=ranking.inputs["subject"],
        subject_version=version,
        inputs=dict(ranking.inputs),
        outcome=ranking.verdict.band,
        confidence=ranking.verdict.probability,
        actor=actor.name,
        matches=[_line(rank, target) for rank, target in enumerate(targets, 1)],
    )
    uow.session.add(run)
    uow.session.flush()
    uow.looked_at(actor, "match:store", ranking.inputs["subject"])
    return run.id


def runs_of(uow: UnitOfWork, actor: Actor, subject: str) -> list[MatchRun]:
    """Stored runs of one subject, newest first."""
    require(actor, "match:store")
    statement = (
        select(MatchRun)
        .where(MatchRun.subject == subject)
        .order_by(MatchRun.id.desc())
        .options(selectinload(MatchRun.matches))
    )
    return list(uow.session.scalars(statement))


def _line(rank: int, target: RankedExpert | RankedDocument) -> Match:
    dumped: dict[str, Any] = judged(target, str)
    return Match(
        rank=rank,
        target=target.id,
        score=target.score,
        band=target.band,
        components={"components": dumped["components"]},
        evidence={key: dumped[key] for key in ("evidence", "uncovered")},
    )


def published_problems(uow: UnitOfWork, actor: Actor) -> list[int]:
    """Numbers of the problems that look for somebody and that the actor may read."""
    statement = select(Problem.id).where(
        Problem.state.in_(("published", "docking")),
        readable_by(actor, Problem),
        Problem.visibility != "draft",
    )
    return list(uow.session.scalars(statement.order_by(Problem.id)))


def is_stored(uow: UnitOfWork, ranking: Ranking) -> bool:
    """Whether the newest run of the subject was computed from the same inputs."""
    statement = (
        select(MatchRun.inputs)
        .where(MatchRun.subject == ranking.inputs["subject"], MatchRun.direction != "event-experts")
        .order_by(MatchRun.id.desc())
        .limit(1)
    )
    return uow.session.scalar(statement) == dict(ranking.inputs)
