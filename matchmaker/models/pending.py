"""Links to objects that are not here yet: remembered at import, made when the other side comes."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, Keyed


class PendingLink(Keyed, Base):
    """One named but unknown partner of an object.

    Attributes:
        relation: authorship, inventorship or leader.
        owner_kind, owner_id: the object that named the partner; it may be gone by the time he comes.
        target_key: the sender's id of the partner.
        position: place of the partner in the owner's list.
    """

    __tablename__ = "pending_link"
    __table_args__ = (UniqueConstraint("relation", "owner_kind", "owner_id", "target_key"),)

    relation: Mapped[str] = mapped_column(String(20))
    owner_kind: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int] = mapped_column(index=True)
    target_key: Mapped[str] = mapped_column(String(200), index=True)
    position: Mapped[int] = mapped_column(default=0)
