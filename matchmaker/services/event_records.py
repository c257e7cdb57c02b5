"""The records of an event that its figures are counted from, loaded in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.models import (
    Agreement,
    Attendee,
    Event,
    EventPair,
    EventProblem,
    FollowUp,
    Meeting,
    Organization,
    Problem,
    Territory,
)
from matchmaker.services.intentions import WITHDRAWN
from matchmaker.services.outcome_rules import (
    BOTH_MISSING,
    DEMAND_MISSING,
    MET,
    MISSED,
    SUPPLY_MISSING,
    Verdict,
)
from matchmaker.services.outcomes import verdict_of
from matchmaker.storage.unit_of_work import UnitOfWork

#: What happened → sides that were not there.
MISSING: dict[str, frozenset[str]] = {
    DEMAND_MISSING: frozenset({"demand"}),
    SUPPLY_MISSING: frozenset({"supply"}),
    BOTH_MISSING: frozenset({"demand", "supply"}),
    MISSED: frozenset(),
}
#: States of an event from which on meetings are counted as they were kept, no longer as they are planned.
HAPPENED = frozenset({"running", "ended", "locked"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair as far as figures need it."""

    attendee_id: int
    event_problem_id: int
    band: str
    is_barred: bool
    is_wished: bool
    score: float = 0.0


@dataclass(slots=True)
class Records:
    """Everything that is counted.

    Attributes:
        problems: offered ones included; ``people``: of every state; ``meetings``: without cancelled ones.
        verdicts: number of a meeting → what holds of it.
        agreements: intentions that count: withdrawn ones are left out.
        signed: number of an agreement → day on which a follow-up found it signed.
        towns: number of a firm → name of the town that cares for it.
    """

    event: Event
    problems: Sequence[EventProblem]
    people: Sequence[Attendee]
    pairs: Sequence[Pair]
    meetings: Sequence[Meeting]
    agreements: Sequence[Agreement]
    signed: dict[int, date]
    towns: dict[int, str]
    verdicts: dict[int, Verdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.verdicts = {row.id: verdict_of(row) for row in self.meetings}

    @property
    def accepted(self) -> list[EventProblem]:
        """Problems that are at the event."""
        return [row for row in self.problems if row.state == "accepted"]

    @property
    def kept(self) -> list[Meeting]:
        """Meetings that were held."""
        return [row for row in self.meetings if self.verdicts[row.id].happened == MET]

    @property
    def counted(self) -> list[Meeting]:
        """Meetings that count for a need or an expert: kept ones, before the event planned ones."""
        return self.kept if self.event.state in HAPPENED else list(self.meetings)

    def missed(self, side: str = "") -> list[Meeting]:
        """Meetings that were not held, for the want of a side or of any."""
        found = [row for row in self.meetings if self.verdicts[row.id].happened in MISSING]
        return [row for row in found if not side or side in MISSING[self.verdicts[row.id].happened]]

    def attended(self, kind: str = "") -> list[Attendee]:
        """People who were there: checked in, or in a meeting that was held."""
        met = {row.attendee_id for row in self.kept}
        problems = {row.event_problem_id for row in self.kept}
        sat = {person.id for row in self.problems if row.id in problems for person in row.people}
        return [
            row
            for row in self.people
            if (not kind or row.kind == kind) and (row.arrived_at is not None or row.id in met | sat)
        ]


def load(uow: UnitOfWork, event: Event) -> Records:
    """The records of one event."""
    session = uow.session
    problems = session.scalars(
        select(EventProblem)
        .where(EventProblem.event_id == event.id)
        .order_by(EventProblem.id)
        .options(
            joinedload(EventProblem.problem).joinedload(Problem.organization),
            selectinload(EventProblem.people),
        )
    ).all()
    people = session.scalars(
        select(Attendee)
        .where(Attendee.event_id == event.id)
        .order_by(Attendee.id)
        .options(joinedload(Attendee.organization))
    ).all()
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.state != "cancelled")
        .order_by(Meeting.slot, Meeting.id)
        .options(selectinload(Meeting.cards))
    ).all()
    agreements = session.scalars(
        select(Agreement)
        .where(Agreement.event_id == event.id, Agreement.reason != WITHDRAWN)
        .order_by(Agreement.id)
    ).all()
    signed = session.execute(
        select(FollowUp.agreement_id, FollowUp.done_at)
        .where(FollowUp.event_id == event.id, FollowUp.status == "signed")
        .order_by(FollowUp.id)
    )
    return Records(
        event,
        problems,
        people,
        _pairs(uow, event),
        meetings,
        agreements,
        {number: at.date() for number, at in signed if number is not None and at is not None},
        _towns(uow, problems),
    )


def _pairs(uow: UnitOfWork, event: Event) -> list[Pair]:
    columns = (
        EventPair.attendee_id, EventPair.event_problem_id, EventPair.band, EventPair.barred,
        EventPair.expert_wish, EventPair.problem_wish, EventPair.must, EventPair.score,
    )  # fmt: skip
    rows = uow.session.execute(select(*columns).where(EventPair.event_id == event.id).order_by(EventPair.id))
    return [
        Pair(
            attendee, problem, band, bool(barred),
            must or bool({expert, firm} & {"must", "willing"}), score,
        )
        for attendee, problem, band, barred, expert, firm, must, score in rows
    ]  # fmt: skip


def _towns(uow: UnitOfWork, problems: Sequence[EventProblem]) -> dict[int, str]:
    firms = sorted({row.problem.organization_id for row in problems if row.problem.organization_id})
    rows = uow.session.execute(
        select(Territory.organization_id, Organization.name)
        .join(Organization, Organization.id == Territory.town_id)
        .where(Territory.organization_id.in_(firms))
        .order_by(Organization.id.desc())
    )
    return {firm: name for firm, name in rows}  # noqa: C416 - a Row is no pair to mypy
