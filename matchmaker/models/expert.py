"""Experts 专家 and their experience that is not a paper 横向项目、走访、标准、仪器 …."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, DateTime, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Findable, Imported, Keyed, Versioned
from matchmaker.models.provenance import Sourced
from matchmaker.models.work import Achievement, Authorship, Inventorship


class Expert(Keyed, Imported, Findable, Versioned, Sourced, Dated, Base):
    """A person whose expertise may solve problems; contacts are masked until both sides accept.

    Attributes:
        representative: papers, patents and standards that he names himself, one a line.
        hours: when he can be met or telephoned.
        travel: how far and how often he travels.
        avoid: names of bodies that he must not or will not work with.
        openalex: his number there, as A5023888391.
        reminded_at: when he was last asked to look whether it all still holds.
    """

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
    region: Mapped[str] = mapped_column(String(12), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(50), default="")
    orcid: Mapped[str] = mapped_column(String(19), default="")
    verified_on: Mapped[date | None] = mapped_column(Date)
    representative: Mapped[list[str]] = mapped_column(default=list)
    hours: Mapped[str] = mapped_column(String(200), default="")
    travel: Mapped[str] = mapped_column(String(200), default="")
    avoid: Mapped[list[str]] = mapped_column(default=list)
    openalex: Mapped[str] = mapped_column(String(20), default="")
    reminded_at: Mapped[datetime | None] = mapped_column(DateTime)

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
        """Audiences of the person, of those who answer for his body, and of who drafts him."""
        liaison = {f"liaison:{self.organization_id}"} if self.organization_id else set()
        drafting = self.visibility == "draft" and self.created_by is not None
        owner = {f"account:{self.created_by}"} if drafting else set()
        return {"self": {f"expert:{self.id}"}, "liaison": liaison, "owner": owner}


class ExpertProject(Keyed, Base):
    """Work done for others: experience that is not a paper counts.

    Attributes:
        kind: of ``taxonomy.EXPERIENCE_KINDS``: a project for an enterprise, a visit, a standard …
        client: for whom, or who issued it.
    """

    __tablename__ = "expert_project"

    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(12), default="project")
    title: Mapped[str] = mapped_column(String(300))
    client: Mapped[str] = mapped_column(String(200), default="")
    year: Mapped[int | None]
    description: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(Text, default="")

    expert: Mapped[Expert] = relationship(back_populates="projects")


from matchmaker.models.organization import Organization  # noqa: E402 - the two tables refer to each other
