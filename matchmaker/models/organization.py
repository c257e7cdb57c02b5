"""Organizations 单位: those that have problems and those that have experts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Findable, Imported, Keyed, Versioned
from matchmaker.models.provenance import Sourced


class Organization(Keyed, Imported, Findable, Versioned, Sourced, Dated, Base):
    """A university, institute, park, enterprise … (``taxonomy.ORGANIZATION_KINDS``).

    Attributes:
        industry: GB/T 4754.
        nature: ``taxonomy.NATURES``.
        tiers: ``taxonomy.TIERS`` of an enterprise.
        contact_name, contact_phone, contact_email: shown as those of a person are.
    """

    __tablename__ = "organization"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    name: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="other", index=True)
    code: Mapped[str] = mapped_column(String(18), default="")
    region: Mapped[str] = mapped_column(String(12), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    verified_on: Mapped[date | None] = mapped_column(Date)
    industry: Mapped[str] = mapped_column(String(10), default="")
    nature: Mapped[str] = mapped_column(String(3), default="")
    tiers: Mapped[list[str]] = mapped_column(default=list)
    contact_name: Mapped[str] = mapped_column(String(100), default="")
    contact_phone: Mapped[str] = mapped_column(String(50), default="")
    contact_email: Mapped[str] = mapped_column(String(200), default="")

    experts: Mapped[list[Expert]] = relationship(back_populates="organization")
    problems: Mapped[list[Problem]] = relationship(back_populates="organization")

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of those who answer for it and of the town that cares for it, for rules of permission."""
        own = f"liaison:{self.id}"
        towns = {each for each in (self.readers or "").split() if each[:8] == "liaison:"} - {own}
        return {"owner": {own}, "liaison": {own}, "territory": towns}


class Territory(Base):
    """The town, street or park that cares for a body: its liaison acts for that body."""

    __tablename__ = "territory"

    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True
    )
    town_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)


from matchmaker.models.expert import Expert  # noqa: E402 - the two tables refer to each other
from matchmaker.models.problem import Problem  # noqa: E402
