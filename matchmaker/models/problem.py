"""Problems 技术难题/技术需求 with the full official form."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Findable, Imported, Keyed
from matchmaker.models.indicator import Indicator

if TYPE_CHECKING:
    from matchmaker.models.organization import Organization


class Problem(Keyed, Imported, Findable, Dated, Base):
    """A technical problem; the budget is in 分 (1/100 yuan), None when negotiable.

    Attributes:
        text: the whole need where it came undivided; the other parts hold it otherwise.
        state: draft, submitted, returned, published, docking, solved, withdrawn, expired.
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
    region: Mapped[str] = mapped_column(String(6), default="")
    state: Mapped[str] = mapped_column(String(20), default="published", index=True)
    verified_on: Mapped[date | None] = mapped_column(Date)

    organization: Mapped[Organization | None] = relationship(back_populates="problems")
    indicators: Mapped[list[Indicator]] = relationship(
        cascade="all, delete-orphan", order_by="Indicator.position"
    )
