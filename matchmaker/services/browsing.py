"""Everything of one kind, newest first, narrowed by field, region and body: a search without a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from matchmaker.indexing.documents import INDEXED_STATES
from matchmaker.models import (
    Achievement,
    Attachment,
    Authorship,
    Expert,
    Inventorship,
    Organization,
    Patent,
    Problem,
    Publication,
)
from matchmaker.permissions import OFFICE, Actor, audiences_of
from matchmaker.services import attached
from matchmaker.services.paging import Page, holds, paged, within_region
from matchmaker.storage.queries import TABLES, parse_id, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork


def browse(
    uow: UnitOfWork,
    actor: Actor,
    kind: str,
    *,
    fields: Sequence[str] = (),
    regions: Sequence[str] = (),
    bodies: Sequence[str] = (),
    page: int = 1,
    size: int = 20,
) -> Page[Any]:
    """One page of rows; parts combine with *and*, values within one part with *or*."""
    table = TABLES[kind]
    where = narrowed(actor, table, fields=fields, regions=regions, bodies=bodies)
    return paged(uow.session, select(table).where(*where).order_by(table.id.desc()), page, size)


def narrowed(
    actor: Actor,
    table: type[Any],
    *,
    fields: Sequence[str] = (),
    regions: Sequence[str] = (),
    bodies: Sequence[str] = (),
) -> list[ColumnElement[bool]]:
    """Conditions of a list: what the actor may see of it, and the parts that were chosen."""
    where = _listed(actor, table)
    if fields:
        where.append(
            _any(holds(table.fields, code) for code in fields) if hasattr(table, "fields") else false()
        )
    if regions:
        where.append(
            _any(within_region(table.region, code) for code in regions)
            if hasattr(table, "region")
            else false()
        )
    if bodies:
        numbers = [int(code) for code in bodies if code.isascii() and code.isdigit()]
        where.append(_behind(actor, table, numbers))
    return where


def readable_ids(uow: UnitOfWork, actor: Actor, ids: Iterable[str]) -> set[str]:
    """Those of the index ids that still stand in lists for this reader: one small statement a kind."""
    numbers: dict[str, list[int]] = {}
    for identifier in ids:
        if parsed := parse_id(identifier):
            numbers.setdefault(parsed[0], []).append(parsed[1])
    found: set[str] = set()
    for kind, wanted in numbers.items():
        table = TABLES[kind]
        statement = select(table.id).where(table.id.in_(wanted), *_listed(actor, table))
        found.update(f"{kind}:{number}" for number in uow.session.scalars(statement))
    return found


def _listed(actor: Actor, table: type[Any]) -> list[ColumnElement[bool]]:
    """What lists and searches may show: readable, no draft, in a state that is public."""
    where = [readable_by(actor, table), table.visibility != "draft"]
    if table is Problem:
        where.append(Problem.state.in_(INDEXED_STATES))
    if table is Attachment:
        where.append(attached.shown_to(actor))
    return where


def _any(conditions: Any) -> ColumnElement[bool]:
    return or_(*conditions)


def _behind(actor: Actor, table: type[Any], numbers: Sequence[int]) -> ColumnElement[bool]:
    """Rows behind which one of the bodies stands; never tells who is behind an anonymous row."""
    if table is Organization:
        return Organization.id.in_(numbers)
    if table is Attachment:
        return false()
    people = select(Expert.id).where(Expert.organization_id.in_(numbers))
    if table is Publication:
        return Publication.authorships.any(Authorship.expert_id.in_(people))
    own: ColumnElement[bool] = table.organization_id.in_(numbers)
    if table is Patent:
        own = or_(own, Patent.inventorships.any(Inventorship.expert_id.in_(people)))
    elif table is Achievement:
        own = or_(own, Achievement.leader_id.in_(people))
    if OFFICE in audiences_of(actor):
        return own
    return and_(own, table.visibility != "anonymous")
