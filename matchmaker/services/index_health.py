"""Whether index and database agree: figures for the page of the index's health, and what an office can do.

What the index says and what the database says are asked apart: no transaction waits for an engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from indexer.embedder import EmbedderError
from indexer.engine import EngineError, EngineUnavailable, Health
from matchmaker.bootstrap import Application
from matchmaker.errors import MatchmakerError, NotFound
from matchmaker.indexing.documents import INDEXED_STATES
from matchmaker.jobs.queue import counts
from matchmaker.messages import Message
from matchmaker.models import History, Job, Problem
from matchmaker.permissions import Actor, require
from matchmaker.storage.queries import TABLES
from matchmaker.storage.unit_of_work import UnitOfWork

#: Jobs that an office may ask for → the name of what they do.
REQUESTS: dict[str, Message] = {"verify": Message("核对并修复"), "rebuild": Message("重建")}
#: Failed jobs shown at a time.
MOST_FAILED = 50
#: Action in the history that a finished verification leaves.
VERIFIED = "index:verified"


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index says of itself.

    Attributes:
        state: "unavailable" with a ``message`` when it cannot be asked.
        since: when this process first had no answer from its server.
        documents: live documents by kind.
    """

    state: str
    message: Message | None = None
    since: datetime | None = None
    engine: str = ""
    generation: str = ""
    fingerprint: str = ""
    dimension: int = 0
    documents: Mapping[str, int] = field(default_factory=dict)
    garbage_rows: int = 0
    bytes_on_disk: int = 0
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Books:
    """What the database says.

    Attributes:
        documents: rows by kind that should stand in the index.
        jobs: kind → state → number.
        waiting: changes that are not in the index yet, the oldest of them ``waiting_since``.
        verified_at: when index and database were last compared, and what was found then.
    """

    documents: Mapping[str, int]
    jobs: Mapping[str, Mapping[str, int]]
    waiting: int
    waiting_since: datetime | None
    failed: Sequence[Job]
    verified_at: datetime | None
    verified: Mapping[str, int]


def of_index(app: Application) -> IndexState:
    """The index's own figures; a broken one is a state, not an error."""
    try:
        health = app.circuit.ask(lambda: _health(app))
    except EngineUnavailable as fault:
        return _unavailable(app, Message("%(fault)s", {"fault": fault}))
    except (EngineError, EmbedderError) as fault:
        app.forget_index()
        return _unavailable(app, Message("%(fault)s", {"fault": fault}))
    except MatchmakerError as fault:
        return _unavailable(app, fault.message)
    return IndexState(
        state=health.state,
        engine=health.engine,
        generation=health.generation,
        fingerprint=health.fingerprint,
        dimension=health.dimension,
        documents=dict(health.documents),
        garbage_rows=health.garbage_rows,
        bytes_on_disk=health.bytes_on_disk,
        notes=health.notes,
    )


def _health(app: Application) -> Health:
    return app.index.health()


def _unavailable(app: Application, message: Message) -> IndexState:
    outage = app.circuit.outage
    return IndexState("unavailable", message, outage.since if outage else None, app.settings.engine)


def of_database(uow: UnitOfWork, actor: Actor) -> Books:
    """Rows by kind, jobs by kind and state, failures, the last verification."""
    require(actor, "index:read")
    session = uow.session
    failed = session.scalars(
        select(Job).where(Job.state == "failed").order_by(Job.id.desc()).limit(MOST_FAILED)
    ).all()
    last = session.scalar(
        select(History).where(History.action == VERIFIED).order_by(History.id.desc()).limit(1)
    )
    documents = {kind: _indexable(uow, kind) for kind in TABLES}
    waiting, waiting_since = session.execute(
        select(func.count(), func.min(Job.created_at)).where(
            Job.kind == "index", Job.state.in_(("queued", "running"))
        )
    ).one()
    return Books(
        documents=documents,
        jobs=counts(session),
        waiting=waiting,
        waiting_since=waiting_since,
        failed=failed,
        verified_at=last.at if last else None,
        verified=dict(last.changes) if last else {},
    )


def drift(index: IndexState, books: Books) -> dict[str, int]:
    """Index minus database, by kind; 0 says that the numbers agree, a verification compares versions too.

    Of an index that cannot be asked nothing is known: it is empty.
    """
    if index.message:
        return {}
    kinds = dict.fromkeys((*books.documents, *index.documents))
    return {kind: index.documents.get(kind, 0) - books.documents.get(kind, 0) for kind in kinds}


def request_job(uow: UnitOfWork, actor: Actor, kind: str) -> None:
    """Asks the worker to verify or rebuild; a second request joins the first."""
    require(actor, "index:rebuild")
    if kind not in REQUESTS:
        raise NotFound(Message("没有这种任务：%(kind)s。", {"kind": kind[:40]}))
    uow.enqueue(kind, "index")
    uow.record(actor, f"index:{kind}", "index")


def retry(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """Puts a failed job back into the queue; a queued one of the same kind and subject takes its place."""
    require(actor, "index:rebuild")
    job = uow.session.get(Job, number)
    if job is None or job.state != "failed":
        raise NotFound(
            Message("没有编号为 %(number)s 的失败任务。", {"number": number}),
            hint=Message("它可能已被重试；请刷新页面。"),
        )
    uow.enqueue(job.kind, job.subject, **job.payload)
    uow.record(actor, "job:retry", job.subject, kind=job.kind, error=job.error[:200])
    uow.session.delete(job)


def retry_all(uow: UnitOfWork, actor: Actor) -> int:
    """Puts every failed job back into the queue; returns how many there were."""
    require(actor, "index:rebuild")
    jobs = uow.session.scalars(select(Job).where(Job.state == "failed")).all()
    for job in jobs:
        uow.enqueue(job.kind, job.subject, **job.payload)
        uow.session.delete(job)
    if jobs:
        uow.record(actor, "job:retry", "job:*", jobs=len(jobs))
    return len(jobs)


def parts(app: Application) -> dict[str, str]:
    """Database, index and model: "ok", or why not; nothing slow is loaded for it."""
    return {"database": _database(app), "index": _index(app), "model": _model(app)}


def readiness(found: Mapping[str, str]) -> dict[str, bool]:
    """What ``parts`` means for whoever sends requests: without the database nothing is answered.

    Without index or model everything is read, search is word for word, and matches are missing.
    """
    is_ready = found["database"] == "ok"
    return {"ready": is_ready, "degraded": is_ready and any(state != "ok" for state in found.values())}


def _database(app: Application) -> str:
    try:
        with app.reading() as uow:
            uow.session.scalar(select(Problem.id).limit(1))
    except MatchmakerError as fault:
        return str(fault.message)
    return "ok"


def _index(app: Application) -> str:
    state = of_index(app)
    return str(state.message) if state.message else "ok"


def _model(app: Application) -> str:
    """A model that is known by its fingerprint can be loaded; loading it here would take seconds."""
    try:
        return "ok" if app.embedder.fingerprint else "no fingerprint"
    except (EmbedderError, MatchmakerError) as fault:
        return str(fault)


def _indexable(uow: UnitOfWork, kind: str) -> int:
    table = TABLES[kind]
    statement = select(func.count()).select_from(table).where(table.visibility != "draft")
    if table is Problem:
        statement = statement.where(Problem.state.in_(INDEXED_STATES))
    return uow.session.scalar(statement) or 0
