"""Organizations behind the rows of a list, loaded in one statement."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from matchmaker.models import Organization
from matchmaker.permissions import Actor
from matchmaker.storage.queries import may_read
from matchmaker.storage.unit_of_work import UnitOfWork


def by_numbers(uow: UnitOfWork, actor: Actor, numbers: Iterable[int | None]) -> dict[int, Organization]:
    """Readable organizations by number."""
    wanted = sorted({number for number in numbers if number is not None})
    rows = uow.session.scalars(select(Organization).where(Organization.id.in_(wanted))) if wanted else ()
    return {row.id: row for row in rows if may_read(actor, row)}
