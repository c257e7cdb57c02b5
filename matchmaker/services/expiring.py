"""Expiry: the poster is told in time, on its day a problem is no longer shown; renewal brings it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from matchmaker.models import History, Problem
from matchmaker.permissions import SYSTEM
from matchmaker.services import problem_news, reviewing
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Days before its expiry on which a poster is told.
WARNED_BEFORE = 14
#: Problems of one transaction.
BATCH = 100
WARNED = "problem:warned"
_SHOWN = ("published", "docking")


def expire_due(uow: UnitOfWork, today: date) -> int:
    """Expires some of those whose day has come; 0 when none is left."""
    due = select(Problem.id).where(Problem.state.in_(_SHOWN), Problem.expires_on <= today)
    numbers = list(uow.session.scalars(due.order_by(Problem.id).limit(BATCH)))
    for number in numbers:
        reviewing.expire(uow, SYSTEM, number)
    return len(numbers)


def to_warn(uow: UnitOfWork, today: date) -> Sequence[int]:
    """Those whose day comes within WARNED_BEFORE days and whose poster was not told of this day yet."""
    end = today + timedelta(days=WARNED_BEFORE)
    soon = select(Problem.id, Problem.expires_on).where(
        Problem.state.in_(_SHOWN), Problem.expires_on > today, Problem.expires_on <= end
    )
    days = dict(uow.session.execute(soon).all())
    told = select(History.subject, History.changes).where(
        History.action == WARNED, History.subject.in_([f"problem:{number}" for number in days])
    )
    done = {(subject, changes.get("expires_on")) for subject, changes in uow.session.execute(told)}
    return [number for number, day in sorted(days.items()) if (f"problem:{number}", str(day)) not in done]


def warn(uow: UnitOfWork, numbers: Sequence[int]) -> None:
    """Tells the posters, once for each day of expiry."""
    for row in uow.session.scalars(select(Problem).where(Problem.id.in_(numbers))):
        if row.expires_on is not None:
            uow.record(SYSTEM, WARNED, index_id(row), expires_on=row.expires_on.isoformat())
            problem_news.tell_poster(uow, SYSTEM, row, "expiring", day=row.expires_on)
