"""Stored matching runs: why somebody was proposed must be answerable a year later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Keyed, now


class MatchRun(Keyed, Base):
    """One ranking of one subject, with everything it was computed from.

    Attributes:
        direction: what was ranked for what: "problem-experts", "expert-problems", "publication-experts" …
        subject: the index id of the problem, expert or work.
        subject_version, inputs: version and text hash of what was asked, fingerprint of model and index.
        outcome: band of the best match, "none" when there is no good one.
    """

    __tablename__ = "match_run"

    direction: Mapped[str] = mapped_column(String(20), index=True)
    subject: Mapped[str] = mapped_column(String(60), index=True)
    subject_version: Mapped[int]
    inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    outcome: Mapped[str] = mapped_column(String(10), default="")
    confidence: Mapped[float] = mapped_column(default=0.0)
    actor: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime] = mapped_column(DateTime, default=now, index=True)

    matches: Mapped[list[Match]] = relationship(
        back_populates="run", cascade="all, delete-orphan", order_by="Match.rank"
    )


class Match(Keyed, Base):
    """One line of a run."""

    __tablename__ = "match"

    run_id: Mapped[int] = mapped_column(ForeignKey("match_run.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]
    target: Mapped[str] = mapped_column(String(60), index=True)
    score: Mapped[float]
    band: Mapped[str] = mapped_column(String(10), default="")
    components: Mapped[dict[str, Any]] = mapped_column(default=dict)
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    summary: Mapped[str] = mapped_column(Text, default="")

    run: Mapped[MatchRun] = relationship(back_populates="matches")
