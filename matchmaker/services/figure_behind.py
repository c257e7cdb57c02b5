"""The records behind a figure, as a reader may see them: a title, a note, and where each is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.models import Agreement, Attendee, Event, EventProblem, Meeting, Organization, Problem
from matchmaker.permissions import Actor, require
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Line:
    """One record.

    Attributes:
        kind, number: of its index id; a pair is told by both of its ids and leads nowhere.
        title: "" for one that is gone.
    """

    id: str
    kind: str
    number: int
    title: str
    note: str = ""


def described(uow: UnitOfWork, actor: Actor, event: Event, ids: Sequence[str]) -> list[Line]:
    """The records of one figure in their order, in a statement a kind."""
    require(actor, "event:figures", event)
    wanted: dict[str, set[int]] = {}
    for identifier in ids:
        for part in identifier.split("+"):
            kind, _, number = part.partition(":")
            wanted.setdefault(kind, set()).add(int(number))
    known: dict[str, tuple[str, str]] = {}
    for kind, numbers in wanted.items():
        known.update(_LOADERS[kind](uow, numbers))
    return [_line(identifier, known) for identifier in ids]


def _line(identifier: str, known: dict[str, tuple[str, str]]) -> Line:
    parts = [known.get(part, ("", "")) for part in identifier.split("+")]
    kind, _, number = identifier.partition(":")
    if len(parts) > 1:
        return Line(identifier, "pair", 0, " × ".join(title for title, _note in parts))
    return Line(identifier, kind, int(number), *parts[0])


def _problems(uow: UnitOfWork, numbers: set[int]) -> dict[str, tuple[str, str]]:
    rows = uow.session.execute(
        select(Problem.id, Problem.title, Problem.number).where(Problem.id.in_(numbers))
    )
    return {f"problem:{number}": (title, code) for number, title, code in rows}


def _organizations(uow: UnitOfWork, numbers: set[int]) -> dict[str, tuple[str, str]]:
    rows = uow.session.execute(select(Organization.id, Organization.name).where(Organization.id.in_(numbers)))
    return {f"organization:{number}": (name, "") for number, name in rows}


def _attendees(uow: UnitOfWork, numbers: set[int]) -> dict[str, tuple[str, str]]:
    rows = uow.session.execute(
        select(Attendee.id, Attendee.name, Organization.name)
        .outerjoin(Organization, Organization.id == Attendee.organization_id)
        .where(Attendee.id.in_(numbers))
    )
    return {f"attendee:{number}": (name, body or "") for number, name, body in rows}


def _meetings(uow: UnitOfWork, numbers: set[int]) -> dict[str, tuple[str, str]]:
    rows = uow.session.scalars(
        select(Meeting)
        .where(Meeting.id.in_(numbers))
        .options(
            joinedload(Meeting.attendee), joinedload(Meeting.event_problem).joinedload(EventProblem.problem)
        )
    )
    return {
        f"meeting:{row.id}": (f"{row.attendee.name} × {row.event_problem.problem.title}", f"#{row.id}")
        for row in rows
    }


def _agreements(uow: UnitOfWork, numbers: set[int]) -> dict[str, tuple[str, str]]:
    rows = uow.session.scalars(select(Agreement).where(Agreement.id.in_(numbers)))
    return {f"agreement:{row.id}": (row.title, f"{row.number} {row.demand} — {row.supply}") for row in rows}


_LOADERS = {
    "problem": _problems,
    "organization": _organizations,
    "attendee": _attendees,
    "meeting": _meetings,
    "agreement": _agreements,
}
