"""What is known of experts from before: events they came to or refused, problems of this event they met."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, select, union

from matchmaker.lifecycle import INTRODUCTION_CONNECTED
from matchmaker.models import Attendee, Event, EventProblem, Introduction, Meeting
from matchmaker.storage.unit_of_work import UnitOfWork

#: Events that have begun, so that somebody could have come.
_HELD = ("running", "ended", "locked")


@dataclass(frozen=True, slots=True)
class Past:
    """One expert.

    Attributes:
        came: other events at which he was.
        missed: at which he was expected and was not.
        declined: invitations that he declined.
        met: problems of this event with whose side he has met or was introduced.
    """

    came: int = 0
    missed: int = 0
    declined: int = 0
    met: frozenset[int] = field(default_factory=frozenset)


def of(uow: UnitOfWork, event: Event, experts: Collection[int], problems: Collection[int]) -> dict[int, Past]:
    """Expert → what is known; two statements, those without anything are left out."""
    if not experts:
        return {}
    found: dict[int, list[int]] = {}
    held = Event.state.in_(_HELD) & (Attendee.state == "accepted")
    counted = (
        select(
            Attendee.expert_id,
            func.sum(case((held & Attendee.arrived_at.is_not(None), 1), else_=0)),
            func.sum(case((held & Attendee.arrived_at.is_(None), 1), else_=0)),
            func.sum(case((Attendee.state == "declined", 1), else_=0)),
        )
        .join(Attendee.event)
        .where(Attendee.event_id != event.id, Attendee.expert_id.in_(experts))
        .group_by(Attendee.expert_id)
    )
    for number, *counts in uow.session.execute(counted):
        found[int(number)] = [int(count or 0) for count in counts]
    met = _met(uow, event, experts, problems)
    return {number: _past(found.get(number, [0, 0, 0]), met.get(number, set())) for number in {*found, *met}}


def _past(counts: list[int], met: set[int]) -> Past:
    came, missed, declined = counts
    return Past(came, missed, declined, frozenset(met))


def _met(
    uow: UnitOfWork, event: Event, experts: Collection[int], problems: Collection[int]
) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    introduced = select(Introduction.expert_id, Introduction.problem_id).where(
        Introduction.expert_id.in_(experts),
        Introduction.problem_id.in_(problems),
        Introduction.state.in_(INTRODUCTION_CONNECTED),
    )
    held = (
        select(Attendee.expert_id, EventProblem.problem_id)
        .join(Meeting, Meeting.attendee_id == Attendee.id)
        .join(EventProblem, EventProblem.id == Meeting.event_problem_id)
        .where(
            Meeting.event_id != event.id,
            Meeting.state == "held",
            Attendee.expert_id.in_(experts),
            EventProblem.problem_id.in_(problems),
        )
    )
    rows: Iterable[Any] = uow.session.execute(union(introduced, held))
    for expert, problem in rows:
        found.setdefault(expert, set()).add(problem)
    return found
