"""What the forms of profiles offer to choose from: a body's experts, and towns that care for bodies."""

from __future__ import annotations

from sqlalchemy import select

from matchmaker.models import Expert, Organization, Territory
from matchmaker.permissions import Actor
from matchmaker.storage.queries import readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kinds of bodies that may care for others.
TOWN_KINDS = ("government", "park", "incubator")


def experts_of(uow: UnitOfWork, actor: Actor, organization: int | None) -> list[tuple[int, str]]:
    """Numbers and names of a body's readable experts, for a choice."""
    if organization is None:
        return []
    statement = select(Expert.id, Expert.name).where(
        Expert.organization_id == organization, readable_by(actor, Expert)
    )
    found = uow.session.execute(statement.order_by(Expert.name, Expert.id).limit(1000))
    return [(number, name) for number, name in found]


def town_of(uow: UnitOfWork, row: Organization) -> int | None:
    """The town that cares for a body."""
    return uow.session.scalar(select(Territory.town_id).where(Territory.organization_id == row.id))


def towns(uow: UnitOfWork, actor: Actor) -> list[tuple[int, str]]:
    """Bodies that may care for others, for a choice."""
    statement = select(Organization.id, Organization.name).where(
        Organization.kind.in_(TOWN_KINDS), readable_by(actor, Organization)
    )
    rows = uow.session.execute(statement.order_by(Organization.name, Organization.id).limit(1000))
    return [(number, name) for number, name in rows]
