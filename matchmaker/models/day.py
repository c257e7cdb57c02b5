"""What happens on the day of an event, as entries that two machines can put together, and copies of a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, Keyed, now


class DayEntry(Keyed, Base):
    """One thing that happened in the hall; never changed, only followed by another one.

    Attributes:
        mark: opaque and unique over all machines: brought twice it is still one.
        kind: of ``services.day_entries.KINDS``.
        attendee_id, meeting_id: whom or what it concerns.
        at: when it happened (UTC), ``entered_at`` when somebody wrote it down.
        source: desk, paper or file (came from another machine).
        facts: what else belongs to it: the missing side, slot and table.
    """

    __tablename__ = "day_entry"
    __table_args__ = (UniqueConstraint("mark"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    mark: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(12))
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime)
    entered_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    entered_by: Mapped[str] = mapped_column(String(100), default="")
    source: Mapped[str] = mapped_column(String(8), default="desk")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DayCopy(Keyed, Base):
    """That an event of this installation is another's, taken along for its day.

    Attributes:
        house: which installation it belongs to; number: of the event there.
        baseline: the plan and the outcome cards as they were taken, to tell what changed since.
    """

    __tablename__ = "day_copy"
    __table_args__ = (UniqueConstraint("event_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    house: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(DateTime)
    baseline: Mapped[dict[str, Any]] = mapped_column(default=dict)
