"""Introductions 引荐: one side asks, the other answers; then contacts, a thread, a meeting, an intention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Keyed, now
from matchmaker.models.expert import Expert
from matchmaker.models.problem import Problem

#: Side of an introduction → the other one. demand: of the problem; supply: of the expert.
OTHER = {"demand": "supply", "supply": "demand"}


@dataclass(frozen=True, slots=True)
class Sided:
    """An introduction as one side may act on it, for rules of permission."""

    state: str
    relations: dict[str, set[str]]


class Introduction(Keyed, Dated, Base):
    """A problem and an expert who may meet.

    Attributes:
        state: one of ``lifecycle.INTRODUCTION_STATES``.
        is_open: whether it goes on; one open introduction a pair.
        asked_by: demand or supply, the side whose interest began it.
        asker: who wrote it, on whose behalf stands in the first event.
        message: what the asker wrote; the other side reads it before answering.
        evidence: why the two match, as the ranking told it when it was asked.
        answer_by: after this moment it lapses.
        stepped_at: when the last step was taken or the last entry of the thread was written.
        refused_by: side that declined or closed; "" for none.
        reason: code of ``taxonomy.DECLINE_REASONS`` of a declined or closed one.
        words: what the refusing side added, for the office.
        softened: the words as the other side is to read them; None while nobody has changed them.
        reason_days: within which a reason reaches the other side, as it was promised at the beginning.
        tell_by, told_at: when the other side must know the reason at the latest, and when it was told.
        watched: field → fingerprint of what the reason depends on, as it was then.
        again_from: day from which a refused pair may be proposed anew, where the reason is time.
        follower_id, follower: account and name of the broker who follows it.
        version: an UPDATE of a row that somebody else has changed meanwhile finds none.
    """

    __tablename__ = "introduction"
    __table_args__ = (
        Index(
            "uq_introduction_open_pair",
            "problem_id",
            "expert_id",
            unique=True,
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
        {"sqlite_autoincrement": True},
    )

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"), index=True)
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="asked", index=True)
    is_open: Mapped[bool] = mapped_column(default=True)
    asked_by: Mapped[str] = mapped_column(String(8))
    asker: Mapped[str] = mapped_column(String(100), default="")
    asker_id: Mapped[int | None] = mapped_column(index=True)
    message: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_at: Mapped[datetime] = mapped_column(DateTime, default=now, index=True)
    answer_by: Mapped[datetime | None] = mapped_column(DateTime, index=True)
    stepped_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime)
    refused_by: Mapped[str] = mapped_column(String(8), default="")
    refused_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(20), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    softened: Mapped[str | None] = mapped_column(Text)
    reason_days: Mapped[int] = mapped_column(default=7)
    tell_by: Mapped[datetime | None] = mapped_column(DateTime, index=True)
    told_at: Mapped[datetime | None] = mapped_column(DateTime)
    watched: Mapped[dict[str, Any]] = mapped_column(default=dict)
    again_from: Mapped[date | None] = mapped_column(Date)
    meeting_at: Mapped[datetime | None] = mapped_column(DateTime)
    meeting_place: Mapped[str] = mapped_column(String(200), default="")
    meeting_note: Mapped[str] = mapped_column(Text, default="")
    follower_id: Mapped[int | None] = mapped_column(index=True)
    follower: Mapped[str] = mapped_column(String(100), default="")
    version: Mapped[int] = mapped_column(default=1)

    problem: Mapped[Problem] = relationship()
    expert: Mapped[Expert] = relationship()
    events: Mapped[list[IntroductionEvent]] = relationship(
        cascade="all, delete-orphan", order_by="IntroductionEvent.id", passive_deletes=True
    )
    notes: Mapped[list[IntroductionNote]] = relationship(
        cascade="all, delete-orphan", order_by="IntroductionNote.id", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name

    @property
    def sides(self) -> dict[str, set[str]]:
        """Audiences of both sides: of the problem and of the expert."""
        problem, expert = self.problem.relations, self.expert.relations
        return {
            "demand": problem["owner"] | problem["territory"],
            "supply": expert["self"] | expert["liaison"],
        }

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of both sides and of the broker, for rules of permission."""
        follower = {f"account:{self.follower_id}"} if self.follower_id is not None else set()
        return {**self.sides, "follower": follower}

    @property
    def asked_side(self) -> str:
        """The side that answers."""
        return OTHER[self.asked_by]

    def as_side(self, side: str) -> Sided:
        """The introduction with the relations of one side (and of the broker) only."""
        relations = self.relations
        return Sided(self.state, {side: relations[side], "follower": relations["follower"]})

    @property
    def told_words(self) -> str:
        """The words as the side that was refused may read them."""
        return self.words if self.softened is None else self.softened


class IntroductionEvent(Keyed, Base):
    """One step of an introduction; nothing is ever overwritten here.

    Attributes:
        step: ask, accept, decline, lapse, recall, meet, intend, close, back, assign, soften or tell.
        side: that took it, "" for the office or the system.
        facts: what belongs to it (reason, words, place, day, from which state it led back …).
    """

    __tablename__ = "introduction_event"

    introduction_id: Mapped[int] = mapped_column(
        ForeignKey("introduction.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(DateTime, default=now)
    step: Mapped[str] = mapped_column(String(12))
    side: Mapped[str] = mapped_column(String(8), default="")
    actor: Mapped[str] = mapped_column(String(100), default="")
    account_id: Mapped[int | None]
    behalf: Mapped[str] = mapped_column(String(200), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class IntroductionNote(Keyed, Base):
    """One entry of the thread, plain text.

    Attributes:
        side: demand, supply or broker (who follows it, and the office).
    """

    __tablename__ = "introduction_note"

    introduction_id: Mapped[int] = mapped_column(
        ForeignKey("introduction.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(DateTime, default=now)
    side: Mapped[str] = mapped_column(String(8))
    actor: Mapped[str] = mapped_column(String(100), default="")
    account_id: Mapped[int | None]
    behalf: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)


class IntroductionSeen(Base):
    """How far somebody has read a thread: an account ("account:3"), or a side that has none ("supply")."""

    __tablename__ = "introduction_seen"

    introduction_id: Mapped[int] = mapped_column(
        ForeignKey("introduction.id", ondelete="CASCADE"), primary_key=True
    )
    reader: Mapped[str] = mapped_column(String(40), primary_key=True)
    note_id: Mapped[int] = mapped_column(default=0)
