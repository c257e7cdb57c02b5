"""Attachments 附件: files of an object, with readers of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, synonym

from matchmaker.models.base import Base, Dated, Findable, Keyed


class Attachment(Keyed, Findable, Dated, Base):
    """A file that belongs to an object.

    Attributes:
        subject: index id of the object ("problem:12").
        filename: as the sender called it, for people; never a path.
        stored_name: where it lies in the folder of attachments; random.
        visibility: who reads it: introduced (owner, office, and who was introduced), members or public,
            never more than the readers of the object itself.
        granted: further audiences, one for each introduction.
        text: what could be read of it, for search by its readers only.
        text_state: waiting, read, none (a picture), unreadable.
        marks: places that look like marks of classification.
    """

    __tablename__ = "attachment"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    subject: Mapped[str] = mapped_column(String(60), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    stored_name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    granted: Mapped[list[str]] = mapped_column(default=list)
    text: Mapped[str] = mapped_column(Text, default="")
    text_state: Mapped[str] = mapped_column(String(12), default="waiting")
    marks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    created_by: Mapped[int | None]
    #: What a list of hits calls it.
    title: Mapped[str] = synonym("filename")
