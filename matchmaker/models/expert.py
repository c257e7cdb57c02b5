"""Experts 专家 and their industrial projects 横向项目."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Findable, Imported, Keyed, Versioned
from matchmaker.models.work import Achievement, Authorship, Inventorship


class Expert(Keyed, Imported, Findable, Versioned, Dated, Base):
    """A person whose expertise may solve problems; contacts are masked until both sides accept."""

    __tablename__ = "expert"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    name: Mapped[str] = mapped_column(String(100), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    department: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[str] = mapped_column(String(100), default="")
    discipline: Mapped[str] = mapped_column(String(200), default="")
    fields: Mapped[list[str]] = mapped_column(default=list)
    directions: Mapped[list[str]] = mapped_column(default=list)
    keywords: Mapped[list[str]] = mapped_column(default=list)
    profile: Mapped[str] = mapped_column(Text, default="")
    services: Mapped[str] = mapped_column(Text, default="")
    platforms: Mapped[str] = mapped_column(Text, default="")
    region: Mapped[str] = mapped_column(String(6), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(50), default="")
    orcid: Mapped[str] = mapped_column(String(19), default="")
    verified_on: Mapped[date | None] = mapped_column(Date)

    organization: Mapped[Organization | None] = relationship(back_populates="experts")
    projects: Mapped[list[ExpertProject]] = relationship(
        back_populates="expert", cascade="all, delete-orphan", order_by="ExpertProject.position"
    )
    authorships: Mapped[list[Authorship]] = relationship(
        back_populates="expert", cascade="all, delete-orphan"
    )
    inventorships: Mapped[list[Inventorship]] = relationship(
        back_populates="expert", cascade="all, delete-orphan"
    )
    achievements: Mapped[list[Achievement]] = relationship(back_populates="leader")

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of the person and of those who answer for his body, for rules of permission."""
        liaison = {f"liaison:{self.organization_id}"} if self.organization_id else set()
        return {"self": {f"expert:{self.id}"}, "liaison": liaison}


class ExpertProject(Keyed, Base):
    """Work done for an enterprise: experience that is not a paper counts."""

    __tablename__ = "expert_project"

    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(300))
    client: Mapped[str] = mapped_column(String(200), default="")
    year: Mapped[int | None]
    description: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(Text, default="")

    expert: Mapped[Expert] = relationship(back_populates="projects")


from matchmaker.models.organization import Organization  # noqa: E402 - the two tables refer to each other
