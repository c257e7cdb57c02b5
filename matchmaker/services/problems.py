"""Problems as they are read: a list with filters, one by its number, what may be told of its owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from indexer.document import PUBLIC
from matchmaker import lifecycle
from matchmaker.errors import NotFound
from matchmaker.indexing.documents import INDEXED_STATES
from matchmaker.messages import Message
from matchmaker.models import Organization, Problem
from matchmaker.permissions import MEMBERS, OFFICE, Actor, audiences_of
from matchmaker.services.paging import Page, holds, paged, within_region
from matchmaker.storage.queries import in_code_order, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: States in the order of a problem's life → their names.
STATES = lifecycle.STATES
_SORTS: dict[str, Any] = {
    "title": in_code_order(Problem.title),
    "number": in_code_order(Problem.number),
    "budget": Problem.budget_fen,
    "deadline": Problem.deadline,
    "created": Problem.id,
}
SORTS = tuple(_SORTS)
DEFAULT_SORT = "-created"
#: Rows of an export; more belong to the command line.
MOST_EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    """What a list shows; every part stands in the address of the page. "" leaves a part open.

    Attributes:
        q: part of title or number.
        region: a GB/T 2260 code; a province or prefecture holds its parts.
        organization_kind: of the owner.
        sort: one of SORTS, with "-" in front for falling; anything else is the default.
    """

    q: str = ""
    field: str = ""
    region: str = ""
    organization_kind: str = ""
    state: str = ""
    organization: int | None = None
    sort: str = DEFAULT_SORT


def listing(
    uow: UnitOfWork, actor: Actor, wanted: ProblemFilter, page: int = 1, size: int = 50
) -> Page[Problem]:
    """One page of the problems that the actor may read, their owners loaded with them."""
    statement = _selected(actor, wanted).options(joinedload(Problem.organization))
    return paged(uow.session, statement, page, size)


def export(uow: UnitOfWork, actor: Actor, wanted: ProblemFilter) -> Sequence[Problem]:
    """The same list as a whole, up to MOST_EXPORTED rows."""
    statement = _selected(actor, wanted).options(joinedload(Problem.organization)).limit(MOST_EXPORTED)
    return uow.session.scalars(statement).all()


def get(uow: UnitOfWork, actor: Actor, number: int) -> Problem:
    """The problem with its owner and its indicators; NotFound if it is hidden."""
    statement = (
        select(Problem)
        .where(Problem.id == number, shown_to(actor))
        .options(joinedload(Problem.organization), selectinload(Problem.indicators))
    )
    found = uow.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(
            Message("没有编号为 %(number)s 的难题，或者您不能查看它。", {"number": number}),
            hint=Message("请从难题列表中查找；需要更多权限时请联系组织者。"),
        )
    return found


def is_readable(uow: UnitOfWork, actor: Actor, number: int) -> bool:
    """Whether a problem is there for this reader."""
    return uow.session.scalar(select(Problem.id).where(Problem.id == number, shown_to(actor))) is not None


def newest(uow: UnitOfWork, actor: Actor, limit: int = 8) -> Sequence[Problem]:
    """The problems that came last."""
    return listing(uow, actor, ProblemFilter(), size=limit).rows


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """Readable, and published unless the actor is of the office, of the owner, or the one who made it."""
    readable = readable_by(actor, Problem)
    audiences = audiences_of(actor)
    if OFFICE in audiences:
        return readable
    own = sorted(audiences - {PUBLIC, MEMBERS})
    mine = [Problem.readers.contains(f" {audience} ", autoescape=True) for audience in own]
    return and_(readable, or_(Problem.state.in_(INDEXED_STATES), *mine))


def summary(problem: Problem, most: int = 120) -> str:
    """One sentence that says what is needed: the first telling sentence of the fullest part."""
    for text in (
        problem.main_problem,
        problem.text,
        problem.key_technology,
        problem.background,
        problem.goal,
    ):
        for sentence in _sentences(text):
            if len(sentence) >= 12:
                return sentence if len(sentence) <= most else sentence[: most - 1] + "…"
    return ""


def _sentences(text: str) -> Iterable[str]:
    for line in text.splitlines():
        for part in line.replace("！", "。").replace("？", "。").split("。"):
            clean = part.strip(" \t　、，；:：.0123456789（）()")
            if clean and not clean.endswith(("：", ":")):
                yield clean + "。"


def _selected(actor: Actor, wanted: ProblemFilter) -> Select[Any]:
    statement = select(Problem).where(shown_to(actor))
    if wanted.q:
        statement = statement.where(
            or_(
                Problem.title.icontains(wanted.q, autoescape=True),
                Problem.number.icontains(wanted.q, autoescape=True),
            )
        )
    if wanted.field:
        statement = statement.where(holds(Problem.fields, wanted.field))
    if wanted.region:
        statement = statement.where(within_region(Problem.region, wanted.region))
    if wanted.state:
        statement = statement.where(Problem.state == wanted.state)
    if wanted.organization is not None:
        statement = statement.where(_owned_openly(actor, wanted.organization))
    if wanted.organization_kind:
        kind = Problem.organization.has(Organization.kind == wanted.organization_kind)
        statement = statement.where(kind if OFFICE in audiences_of(actor) else and_(kind, _OPEN))
    return statement.order_by(*_order(wanted.sort))


_OPEN = Problem.visibility != "anonymous"


def _owned_openly(actor: Actor, organization: int) -> ColumnElement[bool]:
    """A filter by owner must not tell who is behind an anonymous problem."""
    own: ColumnElement[bool] = Problem.organization_id == organization
    if not audiences_of(actor).isdisjoint({OFFICE, f"org:{organization}"}):
        return own
    return and_(own, _OPEN)


def _order(sort: str) -> list[Any]:
    falling = sort.startswith("-")
    name = sort.removeprefix("-")
    if name not in _SORTS:
        return _order(DEFAULT_SORT)
    column = _SORTS[name]
    ordered = column.desc() if falling else column.asc()
    return [ordered.nulls_last(), Problem.id.desc()]
