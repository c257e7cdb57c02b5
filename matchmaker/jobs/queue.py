"""Job rows: put in with the data, claimed with a lease, finished, tried again, given up."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaker.models import Job, Lease, now

#: Attempts after which a job is left for a person to look at.
MOST_ATTEMPTS = 6
#: Attempts after which a job whose worker died runs by itself: it may be what killed it.
SUSPECT_ATTEMPTS = 2
#: Seconds between two attempts while what a job needs is away.
OUTAGE_PAUSE = 30
_RENEWED = ("payload", "run_after", "attempts", "error", "alone")


def enqueue(session: Session, kind: str, subject: str, payload: Mapping[str, Any] | None = None) -> None:
    """One queued job a kind and subject: a second request renews the payload of the first."""
    enqueue_many(session, kind, [(subject, dict(payload or {}))])


def enqueue_many(session: Session, kind: str, jobs: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """As ``enqueue``, for many subjects: one statement, compiled once, executed for every row."""
    moment = now()
    rows = [_row(kind, subject, payload, moment) for subject, payload in jobs]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Job.__table__)
    upsert = statement.on_conflict_do_update(
        index_elements=["kind", "subject"],
        index_where=text("state = 'queued'"),  # without a bound value, which executemany refuses
        set_={name: statement.excluded[name] for name in _RENEWED},
    )
    if rows:
        session.flush()
        session.connection().execute(upsert, rows)


def schedule(session: Session, kind: str, subject: str, moment: datetime) -> None:
    """A job for later, unless one of this kind and subject waits already."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(Job)
        .values(_row(kind, subject, {}, moment))
        .on_conflict_do_nothing(  # a bound value is no constant for the plan of a prepared statement
            index_elements=["kind", "subject"], index_where=text("state = 'queued'")
        )
    )


def _row(kind: str, subject: str, payload: dict[str, Any], run_after: datetime) -> dict[str, Any]:
    moment = now()
    return {
        "kind": kind,
        "subject": subject,
        "payload": payload,
        "state": "queued",
        "attempts": 0,
        "run_after": run_after,
        "worker": "",
        "error": "",
        "alone": False,
        "created_at": moment,
        "updated_at": moment,
    }


def claim(session: Session, kind: str, worker: str, limit: int, lease_seconds: int) -> list[Job]:
    """Takes due jobs of a kind, the oldest first, each for one lease; a suspect one comes alone.

    A running job whose lease ended (its worker died) is due again; one that outlived MOST_ATTEMPTS workers is
    given up. The row locks are ``SKIP LOCKED`` on PostgreSQL; on SQLite the writing unit of work holds the
    only write lock.
    """
    moment = now()
    _settle_orphans(session, kind, moment)
    due_jobs = select(Job).where(Job.kind == kind, _is_due(moment)).order_by(Job.id)
    jobs = list(session.scalars(due_jobs.limit(limit).with_for_update(skip_locked=True)))
    if jobs and jobs[0].alone:
        jobs = jobs[:1]
    jobs = [job for job in jobs if not job.alone] or jobs[:1]
    for job in jobs:
        job.state, job.worker, job.attempts = "running", worker, job.attempts + 1
        job.lease_until = moment + timedelta(seconds=lease_seconds)
    session.flush()
    return jobs


def _settle_orphans(session: Session, kind: str, moment: datetime) -> None:
    """Jobs whose worker died: after some deaths they run alone, after many they are given up.

    One that its worker renews at this moment is locked and left out, so that nobody waits for it.
    """
    orphans = (Job.kind == kind) & (Job.state == "running") & (Job.lease_until < moment)
    suspects = select(Job).where(orphans, Job.attempts >= SUSPECT_ATTEMPTS).order_by(Job.id)
    for job in session.scalars(suspects.with_for_update(skip_locked=True)):
        if job.attempts >= MOST_ATTEMPTS:
            job.state, job.worker, job.lease_until = "failed", "", None
            job.error = "the worker died at every attempt"
        else:
            job.alone = True
    session.flush()


def due(session: Session, kind: str) -> bool:
    """Whether any job of a kind waits: a look that takes no lock."""
    return session.scalar(select(Job.id).where(Job.kind == kind, _is_due(now())).limit(1)) is not None


def _is_due(moment: datetime) -> ColumnElement[bool]:
    return or_(
        (Job.state == "queued") & (Job.run_after <= moment),
        (Job.state == "running") & (Job.lease_until < moment),
    )


def extend(session: Session, ids: Sequence[int], worker: str, lease_seconds: int) -> bool:
    """Renews the lease of jobs in hand; False when another worker has taken one over."""
    until = now() + timedelta(seconds=lease_seconds)
    held = (Job.id.in_(ids)) & (Job.worker == worker) & (Job.state == "running")
    session.execute(update(Job).where(held).values(lease_until=until))
    return session.scalar(select(func.count()).where(held)) == len(ids)


def held_by(session: Session, worker: str) -> list[int]:
    """Jobs that run in a worker's name."""
    return list(session.scalars(select(Job.id).where(Job.worker == worker, Job.state == "running")))


def finish(session: Session, ids: Sequence[int], worker: str) -> None:
    """Done: the rows go, unless another worker holds them by now."""
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        session.execute(delete(Job).where(Job.id.in_(part), Job.worker == worker, Job.state == "running"))


def fail(session: Session, ids: Sequence[int], worker: str, error: str, *, gives_up: bool = True) -> None:
    """Back into the queue with a growing pause, or given up after MOST_ATTEMPTS.

    Without ``gives_up`` they wait however often they failed: what they need (index, model) is away, they are
    not to blame, and the attempt does not count.
    """
    jobs = session.scalars(
        select(Job).where(Job.id.in_(ids), Job.worker == worker, Job.state == "running")
    ).all()
    for job in jobs:
        job.error = error[:2000]
        job.lease_until, job.worker = None, ""
        if gives_up and job.attempts >= MOST_ATTEMPTS:
            job.state = "failed"
        elif _has_successor(session, job):
            session.delete(job)
        else:
            pause = min(2 ** min(job.attempts, 9), 300) if gives_up else OUTAGE_PAUSE
            job.state, job.run_after = "queued", now() + timedelta(seconds=pause)
            job.attempts -= 0 if gives_up else 1


def isolate(session: Session, ids: Sequence[int], worker: str, error: str) -> None:
    """A batch failed as a whole: its jobs come back one at a time, so that one bad object stops no other."""
    for job in session.scalars(
        select(Job).where(Job.id.in_(ids), Job.worker == worker, Job.state == "running")
    ).all():
        job.lease_until, job.worker, job.error = None, "", error[:2000]
        if _has_successor(session, job):
            session.delete(job)
        else:
            job.state, job.alone = "queued", True


def _has_successor(session: Session, job: Job) -> bool:
    """Whether the same work was asked for again while this job ran: then that one does it."""
    wanted = (Job.kind == job.kind) & (Job.subject == job.subject) & (Job.state == "queued")
    return session.scalar(select(Job.id).where(wanted)) is not None


def counts(session: Session) -> dict[str, dict[str, int]]:
    """Jobs by kind and state, for the page of the index's health."""
    found: dict[str, dict[str, int]] = {}
    for kind, state, number in session.execute(
        select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state)
    ):
        found.setdefault(kind, {})[state] = number
    return found


def holder_name() -> str:
    """Names this process among all that may hold something, and one use of it among its own."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


def is_gone(holder: str) -> bool:
    """Whether a holder was a process of this machine that has ended; of another machine nobody can tell."""
    host, process, _use = ["", "", "", *holder.rsplit("-", 2)][-3:]
    if os.name != "posix" or host != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def hold(session: Session, name: str, holder: str, seconds: int) -> bool:
    """Takes or renews a named lease; False while another holder's runs, unless that one was killed."""
    moment = now()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(  # of two who find none, the second waits for the first and then finds his
        dialect.insert(Lease)
        .values(name=name, holder=holder, until=moment + timedelta(seconds=seconds))
        .on_conflict_do_nothing(index_elements=["name"])
    )
    lease = session.get(Lease, name, with_for_update=True, populate_existing=True)
    if lease is None:  # he let go between the two statements
        return hold(session, name, holder, seconds)
    if lease.holder != holder and lease.until > moment and not is_gone(lease.holder):
        return False
    lease.holder, lease.until = holder, moment + timedelta(seconds=seconds)
    return True


def release(session: Session, name: str, holder: str) -> None:
    """Gives a named lease back."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
