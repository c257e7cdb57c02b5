"""Who reads a problem: its readers and those from whom it is hidden, worked out anew from what it says."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from matchmaker.lifecycle import SHOWN
from matchmaker.models import Account, Expert, Problem, ProblemBody, Territory
from matchmaker.permissions import Actor, audiences_of, readers_by, written
from matchmaker.services import attachments
from matchmaker.storage.unit_of_work import UnitOfWork

#: What a body is to a problem besides its owner.
ROLES = ("participant", "invited", "rival")


def refresh(uow: UnitOfWork, row: Problem) -> bool:
    """Writes ``readers`` and ``hidden_from``; True when they changed.

    Owner, participants, whoever made it and the liaison of the owner's town read it in every state; invited
    bodies, members and the public only once it is shown. Rivals never do. To be called after every change of
    owner, bodies, visibility or state; the caller bumps the version of the index. Attachments follow.
    """
    bodies = _bodies(uow, row)
    own = [*([row.organization_id] if row.organization_id else []), *bodies["participant"]]
    hidden = _audiences(uow, [number for number in bodies["rival"] if number not in own])
    further = set(_town(uow, row.organization_id))
    if row.created_by is not None:
        further.add(f"account:{row.created_by}")
    shown = row.visibility if row.state in SHOWN else "draft"
    invited = bodies["invited"] if shown == "invited" else []
    readers = written(readers_by(shown, [*own, *invited], further=further, hidden=hidden))
    hidden_from = written(hidden) if hidden else " "
    changed = (set(row.readers.split()), set(row.hidden_from.split())) != (
        set(readers.split()),
        set(hidden_from.split()),
    )
    row.readers, row.hidden_from = readers, hidden_from
    if row.id is not None:
        attachments.refresh(uow, f"problem:{row.id}")
    return changed


def is_own(actor: Actor, row: Problem) -> bool:
    """Whether the actor belongs to those who wrote it or answer for it, the office not counted."""
    audiences = audiences_of(actor)
    own = {each for audience in row.relations.values() for each in audience}
    if row.organization_id:
        own.add(f"org:{row.organization_id}")
    return not audiences.isdisjoint(own)


def _bodies(uow: UnitOfWork, row: Problem) -> dict[str, list[int]]:
    """Role → numbers of the bodies; asks the database, since a row may not have loaded them."""
    found: dict[str, list[int]] = {role: [] for role in ROLES}
    if row.id is not None:
        uow.session.flush()
        statement = select(ProblemBody.role, ProblemBody.organization_id).where(
            ProblemBody.problem_id == row.id
        )
        for role, number in uow.session.execute(statement):
            found.setdefault(role, []).append(number)
    return found


def _audiences(uow: UnitOfWork, numbers: Sequence[int]) -> set[str]:
    """Everybody of these bodies: who belongs to them, who answers for them, their experts with an account."""
    found = {f"{kind}:{number}" for number in numbers for kind in ("org", "liaison")}
    if numbers:
        people = select(Expert.id).join(Account, Account.expert_id == Expert.id)
        statement = people.where(Expert.organization_id.in_(numbers))
        found |= {f"expert:{number}" for number in uow.session.scalars(statement)}
    return found


def _town(uow: UnitOfWork, organization: int | None) -> list[str]:
    """The liaison of the town that cares for the owner."""
    if not organization:
        return []
    town = uow.session.scalar(select(Territory.town_id).where(Territory.organization_id == organization))
    return [f"liaison:{town}"] if town is not None else []
