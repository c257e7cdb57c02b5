"""Who reads a problem: its readers and those from whom it is hidden, worked out anew from what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from matchmaker.lifecycle import SHOWN
from matchmaker.models import Account, Expert, Problem, ProblemBody, Territory
from matchmaker.permissions import Actor, audiences_of, readers_by, written
from matchmaker.services import attachments
from matchmaker.services.linking import parts
from matchmaker.storage.unit_of_work import UnitOfWork

#: What a body is to a problem besides its owner.
ROLES = ("participant", "invited", "rival")


def refresh(uow: UnitOfWork, row: Problem) -> bool:
    """Writes ``readers`` and ``hidden_from``; True when they changed.

    Owner, participants, whoever made it and the liaison of the owner's town read it in every state; invited
    bodies, members and the public only once it is shown. Rivals never do. To be called after every change of
    owner, bodies, visibility or state; the caller bumps the version of the index. Attachments follow.
    """
    changed = bool(refresh_some(uow, [row]))
    attachments.refresh(uow, f"problem:{row.id}")
    return changed


def refresh_some(uow: UnitOfWork, rows: Sequence[Problem]) -> list[Problem]:
    """The same for several in a few statements, without their attachments; those that changed."""
    uow.session.flush()
    bodies = _bodies(uow, [row.id for row in rows])
    towns = _towns(uow, {row.organization_id for row in rows if row.organization_id})
    experts = _experts(uow, {number for each in bodies.values() for number in each["rival"]})
    return [row for row in rows if _write(row, bodies[row.id], towns, experts)]


def _write(
    row: Problem, bodies: Mapping[str, list[int]], towns: Mapping[int, int], experts: Mapping[int, set[int]]
) -> bool:
    own = [*([row.organization_id] if row.organization_id else []), *bodies["participant"]]
    hidden: set[str] = set()
    for number in bodies["rival"]:
        if number not in own:
            hidden |= {f"org:{number}", f"liaison:{number}"}
            hidden |= {f"expert:{person}" for person in experts.get(number, ())}
    further = {f"account:{row.created_by}"} if row.created_by is not None else set()
    if (town := towns.get(row.organization_id or 0)) is not None:
        further.add(f"liaison:{town}")
    shown = row.visibility if row.state in SHOWN else "draft"
    invited = bodies["invited"] if shown == "invited" else []
    readers = written(readers_by(shown, [*own, *invited], further=further, hidden=hidden))
    hidden_from = written(hidden) if hidden else " "
    before = (set(row.readers.split()), set(row.hidden_from.split()))
    if before == (set(readers.split()), set(hidden_from.split())):
        return False
    row.readers, row.hidden_from = readers, hidden_from
    return True


def is_own(actor: Actor, row: Problem) -> bool:
    """Whether the actor belongs to those who wrote it or answer for it, the office not counted."""
    audiences = audiences_of(actor)
    own = {each for audience in row.relations.values() for each in audience}
    if row.organization_id:
        own.add(f"org:{row.organization_id}")
    return not audiences.isdisjoint(own)


def _bodies(uow: UnitOfWork, numbers: Sequence[int]) -> dict[int, dict[str, list[int]]]:
    """Problem → role → numbers of the bodies; asks the database, since a row may not have loaded them."""
    found: dict[int, dict[str, list[int]]] = {number: {role: [] for role in ROLES} for number in numbers}
    for part in parts(numbers):
        statement = select(ProblemBody.problem_id, ProblemBody.role, ProblemBody.organization_id).where(
            ProblemBody.problem_id.in_(part)
        )
        for problem, role, body in uow.session.execute(statement.order_by(ProblemBody.id)):
            found[problem].setdefault(role, []).append(body)
    return found


def _towns(uow: UnitOfWork, organizations: Iterable[int]) -> dict[int, int]:
    """Body → the town that cares for it."""
    found: dict[int, int] = {}
    for part in parts(organizations):
        statement = select(Territory.organization_id, Territory.town_id)
        found.update(uow.session.execute(statement.where(Territory.organization_id.in_(part))).all())
    return found


def _experts(uow: UnitOfWork, organizations: Iterable[int]) -> dict[int, set[int]]:
    """Rival → its experts who have an account, members of it or not."""
    found: dict[int, set[int]] = {}
    people = select(Expert.organization_id, Expert.id).join(Account, Account.expert_id == Expert.id)
    for part in parts(organizations):
        for body, person in uow.session.execute(people.where(Expert.organization_id.in_(part))):
            found.setdefault(body or 0, set()).add(person)
    return found
