"""What the liaison of a body sees: its experts held against the problems of an event, and what one adds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.matching.result import WORTH
from matchmaker.models import Attendee, BodyInvitation, Event, EventProblem, Expert
from matchmaker.models.base import Findable
from matchmaker.permissions import Actor, require
from matchmaker.services import coverage
from matchmaker.services.candidates import Scored
from matchmaker.services.coverage import Facts
from matchmaker.storage.queries import may_read, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of experts that count to a body's quota.
COUNTING = frozenset({"nominated", "invited", "registered", "accepted"})
#: Experts of a body that its page lists.
MOST_LISTED = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One expert of the body.

    Attributes:
        problems: that he would serve well, best first.
        adds: problems of the body's fields that none of its named experts serves yet.
        state: at this event; "" when he is not named.
    """

    expert: Expert
    problems: Sequence[tuple[EventProblem, Scored]]
    adds: int
    state: str
    attendee: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the liaison of a body sees.

    Attributes:
        reachable: problems that any expert of the body would serve well: those in its fields.
        covered: of these, served by those who are named.
    """

    invitation: BodyInvitation
    lines: Sequence[Line]
    named: int
    reachable: int
    covered: int

    @property
    def left(self) -> int:
        """How many more it may name."""
        return max(self.invitation.quota - self.named, 0)

    @property
    def best(self) -> Line | None:
        """Who would add most."""
        free = [line for line in self.lines if line.adds and line.state not in COUNTING]
        return max(free, key=lambda line: line.adds, default=None)


def sheet(uow: UnitOfWork, actor: Actor, event: Event, row: BodyInvitation) -> Sheet:
    """The body's experts, ranked for the problems of the event that the actor may see."""
    require(actor, "event:nominate", row)
    known = coverage.facts(uow, actor, event, with_past=False)
    own = own_experts(uow, actor, row.organization_id)
    people = {
        person.expert_id: person
        for person in uow.session.scalars(
            select(Attendee).where(
                Attendee.event_id == event.id, Attendee.expert_id.in_([person.id for person in own])
            )
        )
    }
    served = {person.id: _served(known, person) for person in own}
    named = [one for one, person in people.items() if person.state in COUNTING]
    reachable = {problem for some in served.values() for problem in some}
    covered = {problem for one in named if one is not None for problem in served.get(one, {})}
    lines = [_line(known, person, served[person.id], covered, people.get(person.id)) for person in own]
    lines.sort(
        key=lambda line: (line.state not in COUNTING, -line.adds, -len(line.problems), line.expert.name)
    )
    return Sheet(row, lines, counting(uow, event, row), len(reachable), len(covered))


def own_experts(uow: UnitOfWork, actor: Actor, body: int) -> Sequence[Expert]:
    """Experts of a body that the actor may read."""
    statement = (
        select(Expert)
        .where(Expert.organization_id == body, readable_by(actor, Expert))
        .options(joinedload(Expert.organization))
        .order_by(Expert.name, Expert.id)
        .limit(MOST_LISTED)
    )
    return uow.session.scalars(statement).all()


def _served(known: Facts, person: Expert) -> dict[int, Scored]:
    return known.bands(person.id, WORTH)


def _line(
    known: Facts, person: Expert, served: Mapping[int, Scored], covered: Collection[int], row: Attendee | None
) -> Line:
    order = sorted(served, key=lambda problem: (-served[problem].score, problem))
    return Line(
        person,
        [(known.problems[problem], served[problem]) for problem in order],
        len(served.keys() - set(covered)),
        row.state if row else "",
        row.id if row else None,
    )


def counting(uow: UnitOfWork, event: Event, row: BodyInvitation) -> int:
    """Experts of the body who count to its quota, with or without a profile."""
    return len(
        uow.session.scalars(
            select(Attendee.id).where(
                Attendee.event_id == event.id,
                Attendee.kind == "expert",
                Attendee.organization_id == row.organization_id,
                Attendee.state.in_(COUNTING),
            )
        ).all()
    )


def reader(actor: Actor) -> Callable[[Findable], bool]:
    """What somebody may read, as the names of problems ask it."""
    return lambda row: may_read(actor, row)
