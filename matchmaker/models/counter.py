"""Counters: numbers that are given once, whatever becomes of what they were given to."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base


class Counter(Base):
    """A series of numbers ("problem:2026") and the last one that was given."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    last: Mapped[int]
