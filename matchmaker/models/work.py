"""Works: publications 论文, patents 专利, achievements 成果, and the people behind them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Findable, Imported, Keyed, Versioned
from matchmaker.models.indicator import Indicator
from matchmaker.models.provenance import Sourced

if TYPE_CHECKING:
    from matchmaker.models.expert import Expert
    from matchmaker.models.organization import Organization


class Publication(Keyed, Imported, Findable, Dated, Base):
    """A paper; it has a title or at least an abstract."""

    __tablename__ = "publication"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    title: Mapped[str] = mapped_column(String(500), default="")
    abstract: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[list[str]] = mapped_column(default=list)
    fields: Mapped[list[str]] = mapped_column(default=list)
    year: Mapped[int | None]
    venue: Mapped[str] = mapped_column(String(300), default="")

    authorships: Mapped[list[Authorship]] = relationship(
        back_populates="publication", cascade="all, delete-orphan", order_by="Authorship.position"
    )


class Authorship(Base):
    """An expert as the author of a publication."""

    __tablename__ = "authorship"

    publication_id: Mapped[int] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), primary_key=True
    )
    expert_id: Mapped[int] = mapped_column(
        ForeignKey("expert.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)

    publication: Mapped[Publication] = relationship(back_populates="authorships")
    expert: Mapped[Expert] = relationship(back_populates="authorships")


class Patent(Keyed, Imported, Findable, Dated, Base):
    """A patent or an application for one."""

    __tablename__ = "patent"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    number: Mapped[str] = mapped_column(String(40), default="", index=True)
    title: Mapped[str] = mapped_column(String(500))
    abstract: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[list[str]] = mapped_column(default=list)
    fields: Mapped[list[str]] = mapped_column(default=list)
    ipc: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(20), default="")
    year: Mapped[int | None]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)

    organization: Mapped[Organization | None] = relationship()
    inventorships: Mapped[list[Inventorship]] = relationship(
        back_populates="patent", cascade="all, delete-orphan", order_by="Inventorship.position"
    )


class Inventorship(Base):
    """An expert as an inventor of a patent."""

    __tablename__ = "inventorship"

    patent_id: Mapped[int] = mapped_column(ForeignKey("patent.id", ondelete="CASCADE"), primary_key=True)
    expert_id: Mapped[int] = mapped_column(
        ForeignKey("expert.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)

    patent: Mapped[Patent] = relationship(back_populates="inventorships")
    expert: Mapped[Expert] = relationship(back_populates="inventorships")


class Achievement(Keyed, Imported, Findable, Versioned, Sourced, Dated, Base):
    """A result that can be transferred; the price is in 分 (1/100 yuan), None when negotiable.

    Attributes:
        state: draft, submitted, returned or published, as a problem's.
        ip: what the four parts beside it do not hold.
        ip_status: ``taxonomy.PATENT_STATUS``.
        price_kind: ``taxonomy.PRICE_KINDS``; "" follows from the price.
    """

    __tablename__ = "achievement"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    title: Mapped[str] = mapped_column(String(300))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("expert.id", ondelete="SET NULL"), index=True)
    team: Mapped[str] = mapped_column(String(300), default="")
    fields: Mapped[list[str]] = mapped_column(default=list)
    keywords: Mapped[list[str]] = mapped_column(default=list)
    summary: Mapped[str] = mapped_column(Text, default="")
    problem_solved: Mapped[str] = mapped_column(Text, default="")
    advantage: Mapped[str] = mapped_column(Text, default="")
    maturity: Mapped[int | None]
    ip: Mapped[str] = mapped_column(Text, default="")
    scenes: Mapped[str] = mapped_column(Text, default="")
    cases: Mapped[str] = mapped_column(Text, default="")
    transfer_modes: Mapped[list[str]] = mapped_column(default=list)
    price_fen: Mapped[int | None] = mapped_column(BigInteger)
    region: Mapped[str] = mapped_column(String(12), default="")
    verified_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(20), default="published", index=True)
    industry: Mapped[str] = mapped_column(String(10), default="")
    discipline: Mapped[str] = mapped_column(String(200), default="")
    ipc: Mapped[str] = mapped_column(String(200), default="")
    ip_status: Mapped[str] = mapped_column(String(20), default="")
    ip_number: Mapped[str] = mapped_column(String(100), default="")
    ip_holder: Mapped[str] = mapped_column(String(200), default="")
    ip_until: Mapped[date | None] = mapped_column(Date)
    price_kind: Mapped[str] = mapped_column(String(12), default="")

    organization: Mapped[Organization | None] = relationship()
    leader: Mapped[Expert | None] = relationship(back_populates="achievements")
    indicators: Mapped[list[Indicator]] = relationship(
        cascade="all, delete-orphan", order_by="Indicator.position"
    )

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of its leader, of those who answer for its body, of who drafts it, for permission."""
        liaison = {f"liaison:{self.organization_id}"} if self.organization_id else set()
        leader = {f"expert:{self.leader_id}"} if self.leader_id is not None else set()
        drafting = self.state != "published" and self.created_by is not None
        maker = {f"account:{self.created_by}"} if drafting else set()
        return {"owner": liaison | leader | maker, "self": leader, "liaison": liaison}
