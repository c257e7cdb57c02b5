"""Secret links: one question to one person, who answers without an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, Dated, Keyed


class SecretLink(Keyed, Dated, Base):
    """What a link opens. Its token stands nowhere: ``services.secret_links`` makes it from row and secret.

    Attributes:
        purpose: one of ``services.answers.purposes``.
        subject: index id of what is asked about.
        nonce: random; a new one makes the old token worthless.
        organization_id: body of the recipient, whose liaison may answer for him.
        answers: as last given; ``revision`` counts how often.
        answered_by: who gave them, for whom.
        closed_at: no change any more.
    """

    __tablename__ = "secret_link"
    __table_args__ = (Index("ix_secret_link_open", "purpose", "answered_at"),)

    purpose: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(60), index=True)
    nonce: Mapped[str] = mapped_column(String(64))
    recipient: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(50), default="")
    account_id: Mapped[int | None] = mapped_column(index=True)
    organization_id: Mapped[int | None] = mapped_column(index=True)
    created_by: Mapped[str] = mapped_column(String(100), default="")
    expires_at: Mapped[datetime] = mapped_column(DateTime, index=True)
    seen_at: Mapped[datetime | None] = mapped_column(DateTime)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime)
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime)

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of the recipient and of those who answer for his body, for rules of permission."""
        own = {f"account:{self.account_id}"} if self.account_id is not None else set()
        liaison = {f"liaison:{self.organization_id}"} if self.organization_id is not None else set()
        return {"self": own, "liaison": liaison}


class LinkMiss(Base):
    """Wrong tokens from one address within one window of time, so that guessing is slowed down."""

    __tablename__ = "link_miss"

    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime)
    count: Mapped[int] = mapped_column(default=0)
