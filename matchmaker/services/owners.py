"""Organizations behind rows: who may know them, and all of a list in one statement."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from matchmaker.models import Achievement, Organization, Problem
from matchmaker.permissions import OFFICE, Actor, audiences_of
from matchmaker.storage.queries import may_read
from matchmaker.storage.unit_of_work import UnitOfWork


def by_numbers(uow: UnitOfWork, actor: Actor, numbers: Iterable[int | None]) -> dict[int, Organization]:
    """Readable organizations by number."""
    wanted = sorted({number for number in numbers if number is not None})
    rows = uow.session.scalars(select(Organization).where(Organization.id.in_(wanted))) if wanted else ()
    return {row.id: row for row in rows if may_read(actor, row)}


def may_name(actor: Actor, row: Problem | Achievement) -> bool:
    """An anonymous row tells who is behind it only to the office, to its owner and to who cares for it."""
    if row.visibility != "anonymous":
        return True
    told = getattr(row, "relations", {})
    known = {OFFICE, f"org:{row.organization_id}", *told.get("owner", ()), *told.get("territory", ())}
    return not audiences_of(actor).isdisjoint(known)


def shown(actor: Actor, row: Problem | Achievement) -> Organization | None:
    """The owner, if the actor may know it."""
    owner = row.organization
    return owner if owner and may_name(actor, row) and may_read(actor, owner) else None
