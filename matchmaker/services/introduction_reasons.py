"""Reasons of declined introductions: the office sees them at once, the other side within the set days.

Nothing is lost: what the office softens is kept beside what was said, and in time the job passes it on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.models import Introduction
from matchmaker.permissions import SYSTEM, Actor, require
from matchmaker.services import introduction_messages
from matchmaker.services.introduction_records import MARGIN, held, note_step, shortened
from matchmaker.services.introduction_steps import lapse
from matchmaker.storage.unit_of_work import UnitOfWork

#: Rows that one run of a job looks at.
MOST = 500


@dataclass(frozen=True, slots=True)
class Promptness:
    """Reasons of refused introductions: how many, how many told, how many of those in time; overdue ones."""

    refused: int
    told: int
    in_time: int
    overdue: int

    @property
    def share(self) -> float | None:
        """In-time ones among all whose time has come; None while there are none."""
        due = self.told + self.overdue
        return self.in_time / due if due else None


def pass_on(uow: UnitOfWork, actor: Actor, number: int, words: str | None, *, now: datetime) -> Introduction:
    """The office passes a reason on before its time; ``words`` are its own wording, None leaves them."""
    row = held(uow, actor, number)
    require(actor, "introduction:soften", row)
    if row.told_at is not None or not row.reason:
        raise Conflict(
            Message("这项引荐没有待转达的理由。"), hint=Message("理由可能刚刚已转达，请刷新页面查看。")
        )
    if words is not None and shortened(words) != row.words:
        row.softened = shortened(words)
        note_step(uow, actor, row, "soften", "", now, words=row.softened)
    _tell(uow, actor, row, now)
    return row


def tell_due(uow: UnitOfWork, *, now: datetime) -> int:
    """Tells every reason whose time has nearly come; gives how many."""
    statement = (
        select(Introduction)
        .where(
            Introduction.tell_by <= now + MARGIN,
            Introduction.told_at.is_(None),
            Introduction.state.in_(("declined", "closed")),
        )
        .order_by(Introduction.id)
        .limit(MOST)
    )
    rows = uow.session.scalars(statement.with_for_update(skip_locked=True)).all()
    for row in rows:
        _tell(uow, SYSTEM, row, now)
    return len(rows)


def lapse_due(uow: UnitOfWork, *, now: datetime) -> int:
    """Ends every introduction that nobody answered in time; gives how many."""
    rows = _unanswered(uow, now)
    for row in rows:
        lapse(uow, SYSTEM, row, now=now)
    return len(rows)


def promptness(uow: UnitOfWork, actor: Actor, *, now: datetime) -> Promptness:
    """How promptly reasons reach the other side, over all refused introductions."""
    require(actor, "introduction:figures")
    told = Introduction.told_at.is_not(None)
    late = Introduction.told_at > Introduction.tell_by
    open_late = Introduction.told_at.is_(None) & (Introduction.tell_by < now)
    row = uow.session.execute(
        select(
            func.count(),
            func.count().filter(told),
            func.count().filter(told & ~late),
            func.count().filter(open_late),
        ).where(Introduction.tell_by.is_not(None))
    ).one()
    return Promptness(*row)


def _unanswered(uow: UnitOfWork, now: datetime) -> Sequence[Introduction]:
    statement = (
        select(Introduction)
        .where(Introduction.state == "asked", Introduction.answer_by <= now)
        .order_by(Introduction.id)
        .limit(MOST)
    )
    return uow.session.scalars(statement.with_for_update(skip_locked=True)).all()


def _tell(uow: UnitOfWork, actor: Actor, row: Introduction, now: datetime) -> None:
    row.told_at = now
    note_step(uow, actor, row, "tell", "", now, reason=row.reason)
    introduction_messages.reasons_told(uow, actor, row)
