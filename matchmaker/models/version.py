"""Versions of objects, decisions of reviewers, and what remains of an object that was purged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, Keyed, now


class Version(Keyed, Base):
    """An object as it was saved once.

    Attributes:
        subject: index id of the object.
        number: 1, 2, … within the object; the newest equals the object's ``revision``.
        snapshot: field → value, lists of small rows included; what ``services.versions`` takes of it.
        note: why, where somebody said so.
    """

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("subject", "number"),)

    subject: Mapped[str] = mapped_column(String(60), index=True)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(DateTime, default=now)
    actor: Mapped[str] = mapped_column(String(100), default="")
    account_id: Mapped[int | None]
    snapshot: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(Text, default="")


class Review(Keyed, Base):
    """One decision on a problem, with its coded reasons (``taxonomy.RETURN_REASONS``).

    Attributes:
        decision: publish, return, withdraw, expire, renew.
        revision: of the problem that was decided on.
    """

    __tablename__ = "review"

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime, default=now)
    actor: Mapped[str] = mapped_column(String(100))
    account_id: Mapped[int | None]
    decision: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    comment: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)


class Purge(Keyed, Base):
    """All that is left of a purged object: its number, when, who, why; restoring a backup repeats it."""

    __tablename__ = "purge"

    subject: Mapped[str] = mapped_column(String(60), index=True)
    at: Mapped[datetime] = mapped_column(DateTime, default=now)
    actor: Mapped[str] = mapped_column(String(100))
    account_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text)
