"""Problems of one's own: those that wait for their owner first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, false, or_, select
from sqlalchemy.orm import joinedload

from indexer.document import PUBLIC
from matchmaker.models import Organization, Problem
from matchmaker.permissions import MEMBERS, OFFICE, Actor, audiences_of
from matchmaker.services.paging import Page, paged
from matchmaker.storage.queries import readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: States in the order in which they want something of the owner.
ORDER = ("returned", "expired", "draft", "submitted", "published", "docking", "solved", "withdrawn")
#: States that wait for the owner.
WAITING = frozenset({"returned", "expired", "draft"})


def mine(uow: UnitOfWork, actor: Actor, page: int = 1, size: int = 50) -> Page[Problem]:
    """Problems that the actor made, of the bodies that he belongs to or answers for, of his territory."""
    audiences = sorted(audiences_of(actor) - {PUBLIC, MEMBERS, OFFICE})
    own = [Problem.readers.contains(f" {audience} ", autoescape=True) for audience in audiences]
    invited = or_(Problem.visibility != "invited", *_owned(actor))
    urgency = case(*((Problem.state == state, place) for place, state in enumerate(ORDER)), else_=len(ORDER))
    statement = (
        select(Problem)
        .where(readable_by(actor, Problem), or_(false(), *own), invited)
        .options(joinedload(Problem.organization))
        .order_by(urgency, Problem.expires_on.asc().nulls_last(), Problem.id.desc())
    )
    return paged(uow.session, statement, page, size)


def bodies(uow: UnitOfWork, actor: Actor) -> Sequence[Organization]:
    """The bodies that the actor belongs to or answers for."""
    numbers = sorted({*actor.organizations, *actor.liaison_of})
    if not numbers:
        return []
    return uow.session.scalars(select(Organization).where(Organization.id.in_(numbers))).all()


def _owned(actor: Actor) -> list[ColumnElement[bool]]:
    """Conditions under which a problem is the actor's and not only shown to him."""
    towns = [Problem.readers.contains(f" liaison:{number} ", autoescape=True) for number in actor.liaison_of]
    return [
        Problem.organization_id.in_([*actor.organizations, *actor.liaison_of]),
        Problem.created_by == (actor.account or 0),
        *towns,
    ]
