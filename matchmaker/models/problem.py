"""Problems 技术难题/技术需求 with the full official form."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Findable, Imported, Keyed, Versioned
from matchmaker.models.indicator import Indicator

if TYPE_CHECKING:
    from matchmaker.models.organization import Organization


class Problem(Keyed, Imported, Findable, Versioned, Dated, Base):
    """A technical problem; the budget is in 分 (1/100 yuan), None when negotiable.

    Attributes:
        text: the whole need where it came undivided; the other parts hold it otherwise.
        state: one of ``lifecycle.STATES``.
        visibility: as its owner wants it; ``readers`` follow it only in the states ``lifecycle.SHOWN``.
        created_by: account of whoever made it.
        declared_at, declared_by: when and by whom it was confirmed to hold no state secret.
        expires_on: the day from which it is no longer shown, unless it is renewed.
        official: what only the official form 重大技术需求征集 asks, in its own codes.
        hidden_words: brands and other names that tell who is behind it, which an anonymous one must not hold.
    """

    __tablename__ = "problem"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    number: Mapped[str] = mapped_column(String(40), default="", index=True)
    title: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(20), default="")
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    industry: Mapped[str] = mapped_column(String(10), default="")
    fields: Mapped[list[str]] = mapped_column(default=list)
    text: Mapped[str] = mapped_column(Text, default="")
    background: Mapped[str] = mapped_column(Text, default="")
    main_problem: Mapped[str] = mapped_column(Text, default="")
    tried: Mapped[str] = mapped_column(Text, default="")
    key_technology: Mapped[str] = mapped_column(Text, default="")
    scene: Mapped[str] = mapped_column(Text, default="")
    goal: Mapped[str] = mapped_column(Text, default="")
    deliverables: Mapped[str] = mapped_column(Text, default="")
    cooperation: Mapped[list[str]] = mapped_column(default=list)
    budget_fen: Mapped[int | None] = mapped_column(BigInteger)
    ip_intent: Mapped[str] = mapped_column(Text, default="")
    solver_conditions: Mapped[str] = mapped_column(Text, default="")
    deadline: Mapped[date | None] = mapped_column(Date, index=True)
    contact_name: Mapped[str] = mapped_column(String(100), default="")
    contact_phone: Mapped[str] = mapped_column(String(50), default="")
    keywords: Mapped[list[str]] = mapped_column(default=list)
    region: Mapped[str] = mapped_column(String(12), default="")
    state: Mapped[str] = mapped_column(String(20), default="published", index=True)
    verified_on: Mapped[date | None] = mapped_column(Date)
    contact_email: Mapped[str] = mapped_column(String(200), default="")
    created_by: Mapped[int | None] = mapped_column(index=True)
    declared_at: Mapped[datetime | None] = mapped_column(DateTime)
    declared_by: Mapped[str] = mapped_column(String(100), default="")
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime)
    published_at: Mapped[datetime | None] = mapped_column(DateTime)
    expires_on: Mapped[date | None] = mapped_column(Date, index=True)
    official: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hidden_words: Mapped[list[str]] = mapped_column(default=list)

    bodies: Mapped[list[ProblemBody]] = relationship(cascade="all, delete-orphan", order_by="ProblemBody.id")
    organization: Mapped[Organization | None] = relationship(back_populates="problems")
    indicators: Mapped[list[Indicator]] = relationship(
        cascade="all, delete-orphan", order_by="Indicator.position"
    )

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of its owner and of the town that cares for the owner, for rules of permission."""
        owner = {f"liaison:{self.organization_id}"} if self.organization_id else set()
        if self.created_by is not None:
            owner.add(f"account:{self.created_by}")
        return {
            "owner": owner,
            "territory": {each for each in self.readers.split() if each[:8] == "liaison:"},
        }


class ProblemBody(Keyed, Base):
    """A further body of a problem.

    Attributes:
        role: participant (has the same need), invited (may read it) or rival (may not).
    """

    __tablename__ = "problem_body"
    __table_args__ = (UniqueConstraint("problem_id", "organization_id", "role"),)

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))

    organization: Mapped[Organization] = relationship()
