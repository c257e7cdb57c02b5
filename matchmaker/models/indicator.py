"""Indicators 指标表 of problems and achievements."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, Keyed


class Indicator(Keyed, Base):
    """One line of a table of indicators; values stay text, since many are ranges or grades."""

    __tablename__ = "indicator"

    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"), index=True)
    achievement_id: Mapped[int | None] = mapped_column(
        ForeignKey("achievement.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200))
    current: Mapped[str] = mapped_column(String(100), default="")
    target: Mapped[str] = mapped_column(String(100), default="")
    unit: Mapped[str] = mapped_column(String(50), default="")
    comparator: Mapped[str] = mapped_column(String(8), default="")
    required: Mapped[bool] = mapped_column(default=True)
