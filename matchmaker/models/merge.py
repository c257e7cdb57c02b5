"""Two records that were one: what was merged, so that it can be undone, and pairs that are two after all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, Keyed, now


class Merge(Keyed, Base):
    """One record taken up by another of its kind; the old address leads to the one that was kept.

    Attributes:
        kind: expert or organization.
        kept_id, gone_id: numbers; that of the gone one is used again only when the merge is undone.
        gone_key, gone_match: by which imports knew the gone one; they find the kept one now.
        gone_name: for lists; the row itself is in the changes.
        choices: field → first, second or both, as it was decided.
        changes: every row touched, as ``services.merging`` needs it to undo.
        undone_at: since when they are two again.
    """

    __tablename__ = "merge"
    __table_args__ = (Index("ix_merge_kind_gone_id", "kind", "gone_id"),)

    kind: Mapped[str] = mapped_column(String(20))
    kept_id: Mapped[int] = mapped_column(index=True)
    gone_id: Mapped[int]
    gone_key: Mapped[str | None] = mapped_column(String(200), index=True)
    gone_match: Mapped[str] = mapped_column(String(64), index=True, default="")
    gone_name: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(DateTime, default=now)
    actor: Mapped[str] = mapped_column(String(100))
    account_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime)
    undone_by: Mapped[str] = mapped_column(String(100), default="")


class Distinction(Keyed, Base):
    """Two records that somebody found to be two: they are not proposed again.

    Attributes:
        first_id, second_id: numbers, the smaller first.
    """

    __tablename__ = "distinction"
    __table_args__ = (UniqueConstraint("kind", "first_id", "second_id"),)

    kind: Mapped[str] = mapped_column(String(20))
    first_id: Mapped[int]
    second_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(DateTime, default=now)
    actor: Mapped[str] = mapped_column(String(100))
    account_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
