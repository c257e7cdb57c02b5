"""Organizations for readers: a list with counts, one body with its people, achievements and problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound
from matchmaker.indexing.documents import INDEXED_STATES
from matchmaker.messages import Message
from matchmaker.models import Achievement, Expert, Organization, Problem
from matchmaker.permissions import OFFICE, Actor, audiences_of
from matchmaker.services.paging import Page, paged
from matchmaker.storage.queries import in_code_order, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Rows of each kind that the page of one body shows; the rest is a link to the search.
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One organization of a list, with how much the actor may read of it."""

    row: Organization
    experts: int
    achievements: int
    problems: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of organizations.

    Attributes:
        kinds: kind → organizations of it, whatever kind is chosen.
    """

    page: Page[Line]
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Profile:
    """One organization with what stands behind it.

    Attributes:
        fields: code of a technical field with its experts and achievements, most first.
    """

    line: Line
    experts: Sequence[Expert]
    achievements: Sequence[Achievement]
    problems: Sequence[Problem]
    fields: Sequence[tuple[str, tuple[int, int]]]


def list_organizations(
    uow: UnitOfWork, actor: Actor, *, text: str = "", kind: str = "", page: int = 1, size: int = 50
) -> Listing:
    """Organizations by name, with how many there are of each kind."""
    where = [readable_by(actor, Organization)]
    if text:
        where.append(Organization.name.icontains(text, autoescape=True))
    by_kind = uow.session.execute(
        select(Organization.kind, func.count()).where(*where).group_by(Organization.kind)
    )
    kinds = {str(name): int(number) for name, number in by_kind}
    if kind:
        where.append(Organization.kind == kind)
    found = paged(
        uow.session,
        select(Organization).where(*where).order_by(in_code_order(Organization.name), Organization.id),
        page,
        size,
    )
    lines = _lines(uow.session, actor, found.rows)
    return Listing(Page(lines, found.number, found.size, found.total), kinds)


def get_organization(uow: UnitOfWork, actor: Actor, number: int) -> Line:
    """One organization with its counts; NotFound if there is none for this reader."""
    row = uow.session.scalar(
        select(Organization).where(Organization.id == number, readable_by(actor, Organization))
    )
    if row is None:
        raise NotFound(
            Message("没有找到这家单位。"), hint=Message("它可能已被删除，或未向您公开；请从单位列表中查找。")
        )
    return _lines(uow.session, actor, [row])[0]


def profile(uow: UnitOfWork, actor: Actor, number: int) -> Profile:
    """One organization with its experts, achievements, problems and fields."""
    line = get_organization(uow, actor, number)
    experts = _of(actor, Expert, number).order_by(in_code_order(Expert.name), Expert.id)
    achievements = _of(actor, Achievement, number).order_by(in_code_order(Achievement.title), Achievement.id)
    problems = _of(actor, Problem, number).order_by(Problem.deadline.desc().nulls_last(), Problem.id.desc())
    return Profile(
        line,
        uow.session.scalars(experts.limit(MOST_SHOWN)).all(),
        uow.session.scalars(achievements.limit(MOST_SHOWN)).all(),
        uow.session.scalars(problems.limit(MOST_SHOWN)).all(),
        _fields(uow.session, actor, number),
    )


def _of(actor: Actor, table: type[Any], number: int) -> Select[Any]:
    return select(table).where(table.organization_id == number, _shown(actor, table))


def _shown(actor: Actor, table: type[Any]) -> ColumnElement[bool]:
    """What may stand under a body's name: who is behind an anonymous row must not be told by a list."""
    readable = readable_by(actor, table)
    if OFFICE in audiences_of(actor):
        return readable
    open_rows = table.visibility != "anonymous"
    if table is Problem:
        open_rows = and_(open_rows, Problem.state.in_(INDEXED_STATES))
    return and_(readable, or_(table.organization_id.in_(actor.organizations), open_rows))


def _lines(session: Session, actor: Actor, rows: Sequence[Organization]) -> list[Line]:
    """The rows with their counts: three statements, however many rows."""
    ids = [row.id for row in rows]
    experts = _counts(session, actor, Expert, ids)
    achievements = _counts(session, actor, Achievement, ids)
    problems = _counts(session, actor, Problem, ids)
    return [
        Line(row, experts.get(row.id, 0), achievements.get(row.id, 0), problems.get(row.id, 0))
        for row in rows
    ]


def _counts(session: Session, actor: Actor, table: type[Any], ids: Sequence[int]) -> dict[int, int]:
    statement = (
        select(table.organization_id, func.count())
        .where(table.organization_id.in_(ids), _shown(actor, table))
        .group_by(table.organization_id)
    )
    return {int(number): int(count) for number, count in session.execute(statement)}


def _fields(session: Session, actor: Actor, number: int) -> list[tuple[str, tuple[int, int]]]:
    experts, achievements = (_by_field(session, actor, table, number) for table in (Expert, Achievement))
    codes = sorted({*experts, *achievements}, key=lambda code: (-experts[code] - achievements[code], code))
    return [(code, (experts[code], achievements[code])) for code in codes]


def _by_field(session: Session, actor: Actor, table: type[Any], number: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for codes in session.scalars(_of(actor, table, number).with_only_columns(table.fields)):
        found.update(set(codes))
    return found


def names(uow: UnitOfWork, actor: Actor, numbers: Iterable[int]) -> dict[int, str]:
    """Names of the organizations that the actor may read, in one statement."""
    statement = select(Organization.id, Organization.name).where(
        Organization.id.in_(set(numbers)), readable_by(actor, Organization)
    )
    return dict(uow.session.execute(statement).all())
