"""Docking events 对接会 and other events: when, where, what blocks the day, who comes with what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Keyed
from matchmaker.models.expert import Expert
from matchmaker.models.organization import Organization
from matchmaker.models.problem import Problem


class Event(Keyed, Dated, Base):
    """An event. Times of slots and of the agenda are local times of the office, not UTC.

    Attributes:
        kind: of ``taxonomy.EVENT_KINDS``; only docking has pairs and a plan.
        state: one of ``lifecycle.EVENT_STATES``.
        series: 百企进高校 …; events of a series are compared.
        hosts, partners: 主办, 承办/协办, as they are printed.
        most_experts, most_problems: quotas; None: no limit.
        expert_most, problem_least, problem_most, most_in_a_row: of meetings, where nobody says otherwise.
        approves: whether registrations wait for validation.
        call_until, answer_until, prefer_until: last days for problems and registration, for replies to
            invitations, for preferences.
        weights: ``planning.Weights`` as changed by the organizer; ``min_score`` the no-match threshold.
        run_id: ``PlanRun`` whose plan is published.
        live: grows with whatever a screen shows (plan, check-in, call); screens poll it.
        calling: slot that is on or called next on the day; None outside the meetings.
        called_at: when that slot really began (UTC), for the countdown.
        board_key: opens the live board without log-in; another key revokes it.
        outcome: what came of a training, a promotion or a visit, in words.
        copied_from: event that this one was copied from.
        version: an UPDATE of a row that somebody else has changed meanwhile finds none.
    """

    __tablename__ = "event"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    number: Mapped[str] = mapped_column(String(40), default="", index=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20), default="docking", index=True)
    state: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    theme: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    series: Mapped[str] = mapped_column(String(100), default="", index=True)
    fields: Mapped[list[str]] = mapped_column(default=list)
    hosts: Mapped[list[str]] = mapped_column(default=list)
    partners: Mapped[list[str]] = mapped_column(default=list)
    region: Mapped[str] = mapped_column(String(12), default="")
    venue: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    online_link: Mapped[str] = mapped_column(String(300), default="")
    contact_name: Mapped[str] = mapped_column(String(100), default="")
    contact_phone: Mapped[str] = mapped_column(String(50), default="")
    first_day: Mapped[date | None] = mapped_column(Date, index=True)
    last_day: Mapped[date | None] = mapped_column(Date)
    slot_minutes: Mapped[int] = mapped_column(default=25)
    break_minutes: Mapped[int] = mapped_column(default=5)
    most_experts: Mapped[int | None]
    most_problems: Mapped[int | None]
    expert_most: Mapped[int | None]
    problem_least: Mapped[int] = mapped_column(default=1)
    problem_most: Mapped[int | None] = mapped_column(default=4)
    most_in_a_row: Mapped[int | None]
    approves: Mapped[bool] = mapped_column(default=True)
    call_until: Mapped[date | None] = mapped_column(Date)
    answer_until: Mapped[date | None] = mapped_column(Date)
    prefer_until: Mapped[date | None] = mapped_column(Date)
    weights: Mapped[dict[str, Any]] = mapped_column(default=dict)
    min_score: Mapped[float | None]
    run_id: Mapped[int | None]
    live: Mapped[int] = mapped_column(default=0)
    calling: Mapped[int | None]
    called_at: Mapped[datetime | None] = mapped_column(DateTime)
    board_key: Mapped[str] = mapped_column(String(40), default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
    copied_from: Mapped[int | None]
    created_by: Mapped[str] = mapped_column(String(100), default="")
    version: Mapped[int] = mapped_column(default=1)

    sessions: Mapped[list[EventSession]] = relationship(
        cascade="all, delete-orphan", order_by="EventSession.position", passive_deletes=True
    )
    slots: Mapped[list[EventSlot]] = relationship(
        cascade="all, delete-orphan", order_by="EventSlot.position", passive_deletes=True
    )
    tables: Mapped[list[EventTable]] = relationship(
        cascade="all, delete-orphan", order_by="EventTable.position", passive_deletes=True
    )
    agenda: Mapped[list[AgendaItem]] = relationship(
        cascade="all, delete-orphan", order_by="AgendaItem.starts, AgendaItem.id", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name


class EventSession(Keyed, Base):
    """A stretch of meetings: a morning, an afternoon; its slots follow from its times.

    Attributes:
        starts, ends: local moments of the first slot's begin and the last slot's end.
    """

    __tablename__ = "event_session"
    __table_args__ = (UniqueConstraint("event_id", "position"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(60), default="")
    starts: Mapped[datetime] = mapped_column(DateTime)
    ends: Mapped[datetime] = mapped_column(DateTime)


class EventSlot(Keyed, Base):
    """One round of meetings; ``position`` counts from 0 over the whole event, as in the planning file."""

    __tablename__ = "event_slot"
    __table_args__ = (UniqueConstraint("event_id", "position"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    session: Mapped[int] = mapped_column(default=0)
    position: Mapped[int]
    starts: Mapped[datetime] = mapped_column(DateTime)
    ends: Mapped[datetime] = mapped_column(DateTime)


class EventTable(Keyed, Base):
    """A table in a room.

    Attributes:
        kinds: what it is fit for (``taxonomy.TABLE_KINDS``: online, demonstration, quiet …).
        unavailable: positions of slots in which nobody meets there.
        is_closed: broken or taken away on the day.
    """

    __tablename__ = "event_table"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(40))
    room: Mapped[str] = mapped_column(String(100), default="")
    kinds: Mapped[list[str]] = mapped_column(default=list)
    unavailable: Mapped[list[int]] = mapped_column(JSON, default=list)
    is_closed: Mapped[bool] = mapped_column(default=False)


class AgendaItem(Keyed, Base):
    """Something other than meetings: opening, 推介, signing, a visit; it blocks its people and its room.

    Attributes:
        kind: of ``taxonomy.AGENDA_KINDS``.
        is_for_all: everybody is there; otherwise those of ``people``.
    """

    __tablename__ = "agenda_item"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="other")
    title: Mapped[str] = mapped_column(String(200))
    starts: Mapped[datetime] = mapped_column(DateTime)
    ends: Mapped[datetime] = mapped_column(DateTime)
    room: Mapped[str] = mapped_column(String(100), default="")
    speaker: Mapped[str] = mapped_column(String(200), default="")
    is_for_all: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(Text, default="")

    people: Mapped[list[Attendee]] = relationship(secondary="agenda_person", order_by="Attendee.id")


class AgendaPerson(Base):
    """Who takes part in an item of the agenda that is not for all."""

    __tablename__ = "agenda_person"

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"), primary_key=True)
    attendee_id: Mapped[int] = mapped_column(
        ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class BodyInvitation(Keyed, Dated, Base):
    """A body asked to send experts (or firms): its liaison nominates up to a quota.

    Attributes:
        state: invited, accepted or declined.
        theme: what its experts should be able to do.
        nominate_until: last day.
    """

    __tablename__ = "body_invitation"
    __table_args__ = (UniqueConstraint("event_id", "organization_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    quota: Mapped[int] = mapped_column(default=3)
    theme: Mapped[str] = mapped_column(Text, default="")
    nominate_until: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="invited")
    note: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(DateTime)
    answered_by: Mapped[str] = mapped_column(String(100), default="")

    event: Mapped[Event] = relationship()
    organization: Mapped[Organization] = relationship()

    @property
    def relations(self) -> dict[str, set[str]]:
        """Who answers for the body, for rules of permission."""
        return {"liaison": {f"liaison:{self.organization_id}"}}


class Attendee(Keyed, Dated, Base):
    """Somebody at an event: an expert, a representative of problems, a guest without meetings.

    Attributes:
        kind: expert, representative, leader, staff, press or other (``taxonomy.ATTENDEE_KINDS``).
        state: one of ``lifecycle.ATTENDEE_STATES``; ``lifecycle.COMING`` may meet.
        name, title, phone, email: as for this event; of an expert they are copied from his profile.
        source: invited, nominated, registered, standin or walkin.
        replaces_id: attendee for whom he stands in.
        mode: onsite or online (then ``online_link`` of his own, else the event's).
        unavailable: positions of slots; ``arrives``, ``leaves`` (local) and the agenda block further ones.
        least, most, most_in_a_row: of meetings; None: as the event says.
        prefers_at: when preferences and hours were last told, by whom.
        badge: opaque code on the badge; ``badge_number`` what is read aloud, unique in the event.
        arrived_at, left_at: check-in and leaving on the day (UTC).
        reason, note: why not coming, what he wrote.
    """

    __tablename__ = "attendee"
    __table_args__ = (
        UniqueConstraint("event_id", "badge"),
        UniqueConstraint("event_id", "badge_number"),
        UniqueConstraint("event_id", "expert_id"),
        {"sqlite_autoincrement": True},
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="expert")
    state: Mapped[str] = mapped_column(String(12), default="invited", index=True)
    source: Mapped[str] = mapped_column(String(12), default="invited")
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("expert.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    organization_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(50), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    mode: Mapped[str] = mapped_column(String(10), default="onsite")
    online_link: Mapped[str] = mapped_column(String(300), default="")
    unavailable: Mapped[list[int]] = mapped_column(JSON, default=list)
    arrives: Mapped[datetime | None] = mapped_column(DateTime)
    leaves: Mapped[datetime | None] = mapped_column(DateTime)
    least: Mapped[int] = mapped_column(default=0)
    most: Mapped[int | None]
    most_in_a_row: Mapped[int | None]
    invited_at: Mapped[datetime | None] = mapped_column(DateTime)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime)
    prefers_at: Mapped[datetime | None] = mapped_column(DateTime)
    prefers_by: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    replaces_id: Mapped[int | None] = mapped_column(index=True)
    badge: Mapped[str] = mapped_column(String(32))
    badge_number: Mapped[int]
    arrived_at: Mapped[datetime | None] = mapped_column(DateTime)
    left_at: Mapped[datetime | None] = mapped_column(DateTime)

    event: Mapped[Event] = relationship()
    expert: Mapped[Expert | None] = relationship()
    organization: Mapped[Organization | None] = relationship()
    problems: Mapped[list[EventProblem]] = relationship(
        secondary="event_problem_person", order_by="EventProblem.id", viewonly=True
    )

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of the person and of those who answer for his body, for rules of permission."""
        own = {f"account:{self.account_id}"} if self.account_id is not None else set()
        if self.expert_id is not None:
            own.add(f"expert:{self.expert_id}")
        body = {f"liaison:{self.organization_id}"} if self.organization_id is not None else set()
        return {"self": own, "liaison": body}


class EventProblem(Keyed, Dated, Base):
    """A problem brought to an event.

    Attributes:
        state: offered (waits for validation), accepted, refused or withdrawn.
        least, most: of meetings; None: as the event says.
        table_kind: of ``taxonomy.TABLE_KINDS``; "" any.
        priority: factor of its scores (county priorities), 1 as a rule; ``priority_reason`` is visible.
    """

    __tablename__ = "event_problem"
    __table_args__ = (UniqueConstraint("event_id", "problem_id"), {"sqlite_autoincrement": True})

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="offered", index=True)
    least: Mapped[int | None]
    most: Mapped[int | None]
    table_kind: Mapped[str] = mapped_column(String(20), default="")
    priority: Mapped[float] = mapped_column(default=1.0)
    priority_reason: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    offered_by: Mapped[str] = mapped_column(String(100), default="")

    event: Mapped[Event] = relationship()
    problem: Mapped[Problem] = relationship()
    people: Mapped[list[Attendee]] = relationship(secondary="event_problem_person", order_by="Attendee.id")

    @property
    def relations(self) -> dict[str, set[str]]:
        """Those of the problem, and its representatives as its owners."""
        told = self.problem.relations
        people = {f"account:{each.account_id}" for each in self.people if each.account_id is not None}
        return {**told, "owner": told["owner"] | people}


class EventProblemPerson(Base):
    """A representative of a problem: all of them sit in each of its meetings."""

    __tablename__ = "event_problem_person"

    event_problem_id: Mapped[int] = mapped_column(
        ForeignKey("event_problem.id", ondelete="CASCADE"), primary_key=True
    )
    attendee_id: Mapped[int] = mapped_column(
        ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class EventPair(Keyed, Dated, Base):
    """An expert of an event and a problem of it: how well they match, what both sides wish.

    Attributes:
        score: calibrated probability of the matching, 0 … 1; ``band`` in words, ``why`` its evidence.
        expert_wish, problem_wish: "must" (必须见), "willing" (愿意见), "veto" (不见) or "".
        must: held in every plan, by the organizer's word; ``session`` only in this one.
        barred: code of a hard rule that forbids it (rival, avoided body, refused before); "" for none.
    """

    __tablename__ = "event_pair"
    __table_args__ = (UniqueConstraint("attendee_id", "event_problem_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"))
    event_problem_id: Mapped[int] = mapped_column(
        ForeignKey("event_problem.id", ondelete="CASCADE"), index=True
    )
    score: Mapped[float] = mapped_column(default=0.0)
    band: Mapped[str] = mapped_column(String(10), default="")
    why: Mapped[dict[str, Any]] = mapped_column(default=dict)
    scored_at: Mapped[datetime | None] = mapped_column(DateTime)
    expert_wish: Mapped[str] = mapped_column(String(8), default="")
    problem_wish: Mapped[str] = mapped_column(String(8), default="")
    expert_wish_by: Mapped[str] = mapped_column(String(200), default="")
    problem_wish_by: Mapped[str] = mapped_column(String(200), default="")
    must: Mapped[bool] = mapped_column(default=False)
    session: Mapped[int | None]
    barred: Mapped[str] = mapped_column(String(20), default="")

    attendee: Mapped[Attendee] = relationship()
    event_problem: Mapped[EventProblem] = relationship()
