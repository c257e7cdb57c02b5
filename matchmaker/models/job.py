"""Background jobs, leases, and imports with their faults."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Keyed, now


class Job(Keyed, Dated, Base):
    """Something to be done, written in the transaction that makes it necessary.

    Attributes:
        kind: one of ``jobs.handlers.HANDLERS``.
        subject: what it is about, as "publication:12"; at most one queued job a kind and subject.
        state: queued, running, failed (given up; a person looks). A finished job is gone.
        alone: its batch failed; it runs by itself now, so that a bad object stops no other.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "kind", "state", "run_after", "id"),
        Index(
            "uq_job_queued",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(DateTime, default=now)
    lease_until: Mapped[datetime | None] = mapped_column(DateTime)
    worker: Mapped[str] = mapped_column(String(80), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    alone: Mapped[bool] = mapped_column(default=False)


class Lease(Base):
    """A named right that one worker holds for a while (the index has one writer)."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(DateTime)


class ImportRun(Keyed, Dated, Base):
    """One file and what became of it.

    Attributes:
        state: waiting, running, done, cancelled, failed.
        columns: how the columns were understood: head → field ("" = left out).
        position: rows dealt with so far; a run that was killed continues there.
    """

    __tablename__ = "import_run"

    filename: Mapped[str] = mapped_column(String(300))
    stored_name: Mapped[str] = mapped_column(String(100), default="")
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    total: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    kept_fields: Mapped[int] = mapped_column(default=0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    actor: Mapped[str] = mapped_column(String(100), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    finished_at: Mapped[datetime | None] = mapped_column(DateTime)

    faults: Mapped[list[ImportFault]] = relationship(
        back_populates="run", cascade="all, delete-orphan", order_by="ImportFault.row"
    )


class ImportFault(Keyed, Base):
    """One fault of one row, or a note about it; ``raw`` gives the row back as it came."""

    __tablename__ = "import_fault"

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"), index=True)
    row: Mapped[int]
    field: Mapped[str] = mapped_column(String(60), default="")
    fault: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text, default="")
    rejected: Mapped[bool] = mapped_column(default=True)
    raw: Mapped[dict[str, Any]] = mapped_column(default=dict)

    run: Mapped[ImportRun] = relationship(back_populates="faults")
