"""A unit of work: one transaction, begun by an entry point, ended here and nowhere else."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from matchmaker.jobs.queue import enqueue
from matchmaker.models import AccessLog, History
from matchmaker.permissions import Actor


class UnitOfWork:
    """A session with the few verbs that every service needs.

    ``with`` commits when the block ends well and rolls back otherwise; a reading unit only rolls back. What
    was loaded stays readable afterwards.
    """

    def __init__(self, bind: Engine, *, writes: bool) -> None:
        self._bind = bind
        self.writes = writes
        self.session: Session

    def __enter__(self) -> Self:
        self.session = Session(self._bind, expire_on_commit=False, autoflush=self.writes)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self.writes:
                self.session.commit()
        finally:
            self.session.close()

    def enqueue(self, kind: str, subject: str, **payload: Any) -> None:
        """A job that exists exactly if this transaction does."""
        enqueue(self.session, kind, subject, payload)

    def record(self, actor: Actor, action: str, subject: str, **changes: Any) -> None:
        """A line of history."""
        self.session.add(History(actor=actor.name, action=action, subject=subject, changes=changes))

    def looked_at(self, actor: Actor, action: str, subject: str) -> None:
        """A line of the log of looks at personal data."""
        self.session.add(AccessLog(actor=actor.name, action=action, subject=subject))
