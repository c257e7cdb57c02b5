"""Codes that an office adds to the delivered tables, or renames in them."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, Dated, Keyed


class CodeEntry(Keyed, Dated, Base):
    """One code of one table (``taxonomy.TABLES``), which lies on top of the delivered one.

    Attributes:
        pinyin: syllables of the Chinese name, so that no process has to work them out.
    """

    __tablename__ = "code_entry"
    __table_args__ = (UniqueConstraint("table_key", "code"),)

    table_key: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(20))
    chinese: Mapped[str] = mapped_column(String(200))
    english: Mapped[str] = mapped_column(String(200), default="")
    parent: Mapped[str] = mapped_column(String(20), default="")
    pinyin: Mapped[str] = mapped_column(String(1000), default="")
    year: Mapped[str] = mapped_column(String(20), default="")
    source: Mapped[str] = mapped_column(String(200), default="")


class CodeTable(Base):
    """How often the own codes of a table have changed: by this a process sees that it must read again."""

    __tablename__ = "code_table"

    table_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
