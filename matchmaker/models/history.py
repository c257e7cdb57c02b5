"""Who did what and when, and who looked at personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, Keyed, now


class History(Keyed, Base):
    """One change: nothing is ever overwritten here.

    Attributes:
        actor, account_id: who did it, by name and account (None for a visitor, a link or the system).
        behalf: for whom he acted; "" for himself.
    """

    __tablename__ = "history"

    at: Mapped[datetime] = mapped_column(DateTime, default=now, index=True)
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None] = mapped_column(index=True)
    behalf: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(60), index=True)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class AccessLog(Keyed, Base):
    """One look at personal data (an expert's page, a stored match, an export)."""

    __tablename__ = "access_log"

    at: Mapped[datetime] = mapped_column(DateTime, default=now, index=True)
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None] = mapped_column(index=True)
    behalf: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(60), index=True)
