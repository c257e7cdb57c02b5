"""Plans of an event, their published meetings, outcome cards, and what follows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Keyed, now
from matchmaker.models.event import Attendee, Event, EventProblem, EventTable
from matchmaker.models.expert import Expert
from matchmaker.models.problem import Problem


class PlanRun(Keyed, Base):
    """One run of the planner, whole: a year later it still tells why a plan was as it was.

    Attributes:
        number: counted in the event.
        kind: plan, repair, hand (a meeting moved by hand) or file (a plan made elsewhere).
        state: queued, running, done, failed, stopped.
        inputs: the planning file that was solved (``docking-plan/1``); ids are ``attendee:3``, ``problem:5``
            (of EventProblem) and names of tables.
        fingerprint: of the inputs; ``parameters``: seconds, seed, workers, weights, versions.
        result: the result file; {} until it is done.
        progress: stage and best figures while it runs; ``stop`` asks it to end with the best so far.
        based_on: run whose meetings it was to keep.
        published_at: when it became the event's plan (again), and who said so.
        changes: what it changed for whom against the plan published before, as shown before acceptance.
        nearest: problem without a meeting → the best experts who were not invited.
    """

    __tablename__ = "plan_run"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10), default="plan")
    state: Mapped[str] = mapped_column(String(10), default="queued", index=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    stop: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(Text, default="")
    based_on: Mapped[int | None]
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    nearest: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime)
    published_at: Mapped[datetime | None] = mapped_column(DateTime)
    published_by: Mapped[str] = mapped_column(String(100), default="")


class PlanPin(Keyed, Base):
    """A meeting that every further plan keeps, at this slot and table where they are given."""

    __tablename__ = "plan_pin"
    __table_args__ = (UniqueConstraint("attendee_id", "event_problem_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"))
    event_problem_id: Mapped[int] = mapped_column(
        ForeignKey("event_problem.id", ondelete="CASCADE"), index=True
    )
    slot: Mapped[int | None]
    table_id: Mapped[int | None] = mapped_column(ForeignKey("event_table.id", ondelete="CASCADE"))
    pinned_by: Mapped[str] = mapped_column(String(100), default="")


class Meeting(Keyed, Dated, Base):
    """A published meeting. Its row stays when it moves or is cancelled, so that calendars know it again.

    Attributes:
        slot: position of its ``EventSlot``; table_id None while it has no table (online).
        state: planned, called, held, missed (somebody was not there) or cancelled.
        missing: of one that was missed, who was not there: demand, supply or both.
        sequence: grows with each change, as in a calendar file.
        source: plan, walkin, standby or hand.
        confirmed: sides that agreed to the provisional plan ("demand", "supply").
        objection: what a side had against it.
        outcome: of ``taxonomy.MEETING_OUTCOMES``, as both sides agree or the organizer settled; "" pending.
        settled: the organizer's word where cards do not agree (attended, result, ways, amount_fen); {} none.
        settled_by, settled_reason, settled_at: who said so, why, when.
    """

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("attendee_id", "event_problem_id"), {"sqlite_autoincrement": True})

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"))
    event_problem_id: Mapped[int] = mapped_column(
        ForeignKey("event_problem.id", ondelete="CASCADE"), index=True
    )
    slot: Mapped[int]
    table_id: Mapped[int | None] = mapped_column(
        ForeignKey("event_table.id", ondelete="SET NULL"), index=True
    )
    state: Mapped[str] = mapped_column(String(10), default="planned", index=True)
    missing: Mapped[str] = mapped_column(String(8), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(String(10), default="plan")
    online_link: Mapped[str] = mapped_column(String(300), default="")
    confirmed: Mapped[list[str]] = mapped_column(default=list)
    objection: Mapped[str] = mapped_column(Text, default="")
    began_at: Mapped[datetime | None] = mapped_column(DateTime)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime)
    outcome: Mapped[str] = mapped_column(String(20), default="", index=True)
    settled: Mapped[dict[str, Any]] = mapped_column(default=dict)
    settled_by: Mapped[str] = mapped_column(String(100), default="")
    settled_reason: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None] = mapped_column(DateTime)

    event: Mapped[Event] = relationship()
    attendee: Mapped[Attendee] = relationship()
    event_problem: Mapped[EventProblem] = relationship()
    table: Mapped[EventTable | None] = relationship()
    cards: Mapped[list[OutcomeCard]] = relationship(
        cascade="all, delete-orphan", order_by="OutcomeCard.side", passive_deletes=True
    )

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of both sides, for rules of permission."""
        demand, supply = self.event_problem.relations, self.attendee.relations
        return {
            "demand": demand["owner"] | demand["territory"],
            "supply": supply["self"] | supply["liaison"],
        }


class Standby(Keyed, Base):
    """A pair that may take a place that falls free in a slot; the lower the rank, the sooner it is asked."""

    __tablename__ = "standby"
    __table_args__ = (UniqueConstraint("event_id", "slot", "attendee_id", "event_problem_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    slot: Mapped[int]
    rank: Mapped[int] = mapped_column(default=1)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"))
    event_problem_id: Mapped[int] = mapped_column(
        ForeignKey("event_problem.id", ondelete="CASCADE"), index=True
    )


class OutcomeCard(Keyed, Dated, Base):
    """What one side says of a meeting (结果卡).

    Attributes:
        side: demand, supply or office (a paper card that names no side).
        attended: of ``taxonomy.ATTENDANCE``; result: of ``taxonomy.MEETING_OUTCOMES``.
        ways: intended kinds of cooperation; amount_fen: of the intention, in 分.
        reason: of ``taxonomy.UNFIT_REASONS``.
        rating: 1 … 5 of the other side.
        via: page, link, paper, phone or file; given_by: who, for whom.
    """

    __tablename__ = "outcome_card"
    __table_args__ = (UniqueConstraint("meeting_id", "side"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    side: Mapped[str] = mapped_column(String(8))
    attended: Mapped[str] = mapped_column(String(20), default="")
    result: Mapped[str] = mapped_column(String(20), default="")
    ways: Mapped[list[str]] = mapped_column(default=list)
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    next_step: Mapped[str] = mapped_column(String(300), default="")
    next_who: Mapped[str] = mapped_column(String(100), default="")
    next_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(20), default="")
    rating: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    via: Mapped[str] = mapped_column(String(10), default="page")
    given_by: Mapped[str] = mapped_column(String(200), default="")
    account_id: Mapped[int | None] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)


class Agreement(Keyed, Dated, Base):
    """What may become a contract; it begins as an intention and is followed from there.

    Attributes:
        number: given by us.
        state: intention, for now; the later ones follow it.
        meeting_id, introduction_id: what it came from; None when it was made directly.
        demand_id, supply_id: bodies on both sides (organizations); names as they were told.
        ways: kinds of cooperation (``taxonomy.COOPERATIONS``); amount_fen: as intended, in 分.
        began_on: real date of the intention.
        owner_id, owner: the broker who follows it.
        is_open: False when it ended; ``reason`` says why (``taxonomy.UNFIT_REASONS``), with words in note.
        signs: whether it stands on the list of what is signed at the event (签约项目清单).
    """

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("meeting_id"), {"sqlite_autoincrement": True})

    number: Mapped[str] = mapped_column(String(40), default="", index=True)
    state: Mapped[str] = mapped_column(String(20), default="intention", index=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"))
    introduction_id: Mapped[int | None] = mapped_column(
        ForeignKey("introduction.id", ondelete="SET NULL"), index=True
    )
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id", ondelete="SET NULL"), index=True)
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("expert.id", ondelete="SET NULL"), index=True)
    demand_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    supply_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    demand: Mapped[str] = mapped_column(String(200), default="")
    supply: Mapped[str] = mapped_column(String(200), default="")
    ways: Mapped[list[str]] = mapped_column(default=list)
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    began_on: Mapped[date] = mapped_column(Date, index=True)
    owner_id: Mapped[int | None] = mapped_column(index=True)
    owner: Mapped[str] = mapped_column(String(100), default="")
    is_open: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    signs: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    problem: Mapped[Problem | None] = relationship()
    expert: Mapped[Expert | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of both bodies and of the broker, for rules of permission."""
        follower = {f"account:{self.owner_id}"} if self.owner_id is not None else set()
        expert = {f"expert:{self.expert_id}"} if self.expert_id is not None else set()
        demand = {f"liaison:{self.demand_id}"} if self.demand_id is not None else set()
        supply = {f"liaison:{self.supply_id}"} if self.supply_id is not None else set()
        return {"demand": demand, "supply": supply | expert, "follower": follower}


class FollowUp(Keyed, Dated, Base):
    """A look at what became of a pair, due on a day.

    Attributes:
        meeting_id: pair of an event that is followed; agreement_id where it has come to an intention.
        due_on: +3, +14, +30 days after the event, then monthly while it is open.
        status: of ``taxonomy.FOLLOW_STATUSES``, once done; reason: why it was dropped.
        owner_id, owner: the broker.
        told_at, escalated_at: when the broker was told that it is due, the office that it is overdue.
    """

    __tablename__ = "follow_up"

    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    agreement_id: Mapped[int | None] = mapped_column(
        ForeignKey("agreement.id", ondelete="CASCADE"), index=True
    )
    due_on: Mapped[date] = mapped_column(Date, index=True)
    owner_id: Mapped[int | None] = mapped_column(index=True)
    owner: Mapped[str] = mapped_column(String(100), default="")
    done_at: Mapped[datetime | None] = mapped_column(DateTime)
    done_by: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    told_at: Mapped[datetime | None] = mapped_column(DateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(DateTime)

    event: Mapped[Event | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    agreement: Mapped[Agreement | None] = relationship()

    @property
    def relations(self) -> dict[str, set[str]]:
        """The broker who follows it, for rules of permission."""
        return {"follower": {f"account:{self.owner_id}"} if self.owner_id is not None else set()}


class FigureLock(Keyed, Base):
    """Figures of an event as they were reported, with the moment; later changes show as corrections.

    Attributes:
        figures: name → {"value", "unit", "records"}.
    """

    __tablename__ = "figure_lock"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    locked_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    locked_by: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Bulletin(Keyed, Base):
    """One version of the text of an event's bulletin (简报); figures stand in it as {name}.

    Attributes:
        number: counted in the event.
    """

    __tablename__ = "bulletin"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    written_by: Mapped[str] = mapped_column(String(100), default="")
