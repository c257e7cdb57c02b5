"""A unit of work: one transaction, begun by an entry point, ended here and nowhere else."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from matchmaker.jobs.queue import enqueue
from matchmaker.models import AccessLog, History
from matchmaker.permissions import Actor
from matchmaker.storage.database import turn
from matchmaker.storage.faults import error_of, told

log = logging.getLogger(__name__)


class UnitOfWork:
    """A session with the few verbs that every service needs.

    ``with`` commits when the block ends well and rolls back otherwise; a reading unit only rolls back. What
    was loaded stays readable afterwards. A fault of the database (away, busy, somebody was faster) leaves the
    block as an error for users, see ``storage.faults``.
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
                with told():
                    self.session.commit()
        finally:
            self._close()
        error = error_of(fault)
        if error is not None:
            raise error from fault

    def _close(self) -> None:
        """Lets the connection go; the fault of one that is dead already has been told."""
        try:
            self.session.close()
        except DBAPIError as fault:
            log.info("a connection was lost at the end of its unit: %s", fault.orig)
            self.session.invalidate()

    def alone(self, name: str) -> None:
        """Waits until no other transaction that called the same is open; later ones wait for this one's end.

        For work whose rows do not exist yet and so cannot be locked: two imports that name the same new
        organization. On SQLite every writing unit is alone as it is. To be called before the first look.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(turn(name))

    def enqueue(self, kind: str, subject: str, **payload: Any) -> None:
        """A job that exists exactly if this transaction does."""
        enqueue(self.session, kind, subject, payload)

    def record(self, actor: Actor, action: str, subject: str, **changes: Any) -> None:
        """A line of history."""
        self.session.add(History(action=action, subject=subject, changes=changes, **_who(actor)))

    def looked_at(self, actor: Actor, action: str, subject: str) -> None:
        """A line of the log of looks at personal data."""
        self.session.add(AccessLog(action=action, subject=subject, **_who(actor)))


def _who(actor: Actor) -> dict[str, Any]:
    return {"actor": actor.name[:100], "account_id": actor.account, "behalf": actor.behalf[:200]}
