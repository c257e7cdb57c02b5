"""Watches: saved searches, and new things that fit an expert or a problem."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, Dated, Keyed


class Watch(Keyed, Dated, Base):
    """Something that an account wants to hear of.

    Attributes:
        kind: search (``query`` is its address's parts), problems (that fit the expert ``subject``) or answers
            (experts and achievements that fit the problem ``subject``).
        looked_at: when it was last asked; None until what is there already was noted, which is not told.
        error: why the last look failed.
    """

    __tablename__ = "watch"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(60), default="", index=True)
    query: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    is_paused: Mapped[bool] = mapped_column(default=False)
    looked_at: Mapped[datetime | None] = mapped_column(DateTime)
    error: Mapped[str] = mapped_column(String(300), default="")


class WatchHit(Keyed, Base):
    """Something that a watch found, once.

    Attributes:
        target: index id.
        told_at: None for what was there when the watch began, and for what another watch had told.
    """

    __tablename__ = "watch_hit"
    __table_args__ = (UniqueConstraint("watch_id", "target"),)

    watch_id: Mapped[int] = mapped_column(ForeignKey("watch.id", ondelete="CASCADE"), index=True)
    target: Mapped[str] = mapped_column(String(60), index=True)
    found_at: Mapped[datetime] = mapped_column(DateTime)
    told_at: Mapped[datetime | None] = mapped_column(DateTime)
