"""Experts as they are read: a list with filters, one with everything that stands on the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import (
    Achievement,
    Authorship,
    Expert,
    ExpertProject,
    Inventorship,
    Organization,
    Patent,
    Publication,
)
from matchmaker.permissions import OFFICE, Actor, audiences_of
from matchmaker.services.paging import Page, holds, paged, within_region
from matchmaker.storage.queries import in_code_order, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

_SORTS: dict[str, Any] = {
    "name": in_code_order(Expert.name),
    "position": in_code_order(Expert.position),
    "created": Expert.id,
}
SORTS = tuple(_SORTS)
DEFAULT_SORT = "name"
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class ExpertFilter:
    """What a list shows. "" leaves a part open.

    Attributes:
        q: part of the name, or of the research directions.
        organization: number of the body, None for all.
    """

    q: str = ""
    field: str = ""
    region: str = ""
    organization_kind: str = ""
    organization: int | None = None
    sort: str = DEFAULT_SORT


@dataclass(frozen=True, slots=True)
class Works:
    """What an expert has done, each list newest first, as far as the actor may read it."""

    publications: Sequence[Publication]
    patents: Sequence[Patent]
    achievements: Sequence[Achievement]

    def by_year(self) -> list[tuple[int | None, list[Publication | Patent]]]:
        """Publications and patents by year, the newest year first, those without a year last."""
        years: dict[int | None, list[Publication | Patent]] = defaultdict(list)
        for publication in self.publications:
            years[publication.year].append(publication)
        for patent in self.patents:
            years[patent.year].append(patent)
        return sorted(years.items(), key=lambda item: (item[0] is None, -(item[0] or 0)))


def listing(
    uow: UnitOfWork, actor: Actor, wanted: ExpertFilter, page: int = 1, size: int = 50
) -> Page[Expert]:
    """One page of the experts that the actor may read, their bodies loaded with them."""
    return paged(uow.session, _selected(actor, wanted).options(joinedload(Expert.organization)), page, size)


def export(uow: UnitOfWork, actor: Actor, wanted: ExpertFilter) -> Sequence[Expert]:
    """The same list as a whole; the look at personal data is written down."""
    uow.looked_at(actor, "expert:export", "expert:*")
    return selected(uow, actor, wanted)


def selected(uow: UnitOfWork, actor: Actor, wanted: ExpertFilter) -> Sequence[Expert]:
    """The same for a caller that writes the look down by itself."""
    statement = _selected(actor, wanted).options(joinedload(Expert.organization)).limit(MOST_EXPORTED)
    return uow.session.scalars(statement).all()


def get(uow: UnitOfWork, actor: Actor, number: int) -> Expert:
    """The expert with body and projects; NotFound if he is hidden."""
    statement = (
        select(Expert)
        .where(Expert.id == number, readable_by(actor, Expert))
        .options(joinedload(Expert.organization), selectinload(Expert.projects))
    )
    found = uow.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(
            Message("没有编号为 %(number)s 的专家，或者您不能查看。", {"number": number}),
            hint=Message("请从专家列表中查找；需要更多权限时请联系组织者。"),
        )
    return found


def looked(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """Writes down that somebody looked at an expert's page."""
    uow.looked_at(actor, "expert:read", f"expert:{number}")


def works(uow: UnitOfWork, actor: Actor, number: int, limit: int = 200) -> Works:
    """The newest publications, patents and achievements of an expert, at most ``limit`` of each."""
    publications = (
        select(Publication)
        .join(Authorship)
        .where(Authorship.expert_id == number, readable_by(actor, Publication))
        .order_by(Publication.year.desc().nulls_last(), Publication.id.desc())
        .limit(limit)
    )
    patents = (
        select(Patent)
        .join(Inventorship)
        .where(Inventorship.expert_id == number, readable_by(actor, Patent))
        .order_by(Patent.year.desc().nulls_last(), Patent.id.desc())
        .limit(limit)
    )
    achievements = (
        select(Achievement)
        .where(Achievement.leader_id == number, _named(actor))
        .order_by(Achievement.id.desc())
        .limit(limit)
    )
    run = uow.session.scalars
    return Works(run(publications).all(), run(patents).all(), run(achievements).all())


def _named(actor: Actor) -> ColumnElement[bool]:
    """Achievements that may stand under their leader's name."""
    readable = readable_by(actor, Achievement)
    audiences = audiences_of(actor)
    if OFFICE in audiences:
        return readable
    own = Achievement.organization_id.in_(actor.organizations)
    return and_(readable, or_(own, Achievement.visibility != "anonymous"))


def coworkers(uow: UnitOfWork, actor: Actor, number: int, limit: int = 12) -> list[tuple[Expert, int]]:
    """Those with whom the expert wrote or invented most often, with the number of common works."""
    together: dict[int, int] = defaultdict(int)
    for table, key in ((Authorship, Authorship.publication_id), (Inventorship, Inventorship.patent_id)):
        own = select(key).where(table.expert_id == number)
        statement = (
            select(table.expert_id, func.count())
            .where(key.in_(own), table.expert_id != number)
            .group_by(table.expert_id)
        )
        for other, count in uow.session.execute(statement):
            together[other] += count
    wanted = sorted(together, key=lambda other: (-together[other], other))[: limit * 4]
    statement_of_people = (
        select(Expert)
        .where(Expert.id.in_(wanted), readable_by(actor, Expert))
        .options(joinedload(Expert.organization))
    )
    people = {person.id: person for person in uow.session.scalars(statement_of_people)}
    return [(people[other], together[other]) for other in wanted if other in people][:limit]


def projects_of(uow: UnitOfWork, numbers: Iterable[int]) -> Mapping[int, list[ExpertProject]]:
    """Industrial projects by expert, in their order, in one statement."""
    found: dict[int, list[ExpertProject]] = defaultdict(list)
    statement = (
        select(ExpertProject)
        .where(ExpertProject.expert_id.in_(list(numbers)))
        .order_by(ExpertProject.expert_id, ExpertProject.position)
    )
    for project in uow.session.scalars(statement):
        found[project.expert_id].append(project)
    return found


def _selected(actor: Actor, wanted: ExpertFilter) -> Select[Any]:
    statement = select(Expert).where(readable_by(actor, Expert))
    if wanted.q:
        written = cast(Expert.directions, String)
        statement = statement.where(
            or_(
                Expert.name.icontains(wanted.q, autoescape=True),
                Expert.department.icontains(wanted.q, autoescape=True),
                written.icontains(wanted.q, autoescape=True),
                written.icontains(_as_json(wanted.q), autoescape=True),
            )
        )
    if wanted.field:
        statement = statement.where(holds(Expert.fields, wanted.field))
    if wanted.region:
        statement = statement.where(within_region(Expert.region, wanted.region))
    if wanted.organization is not None:
        statement = statement.where(Expert.organization_id == wanted.organization)
    if wanted.organization_kind:
        statement = statement.where(Expert.organization.has(Organization.kind == wanted.organization_kind))
    return statement.order_by(*_order(wanted.sort))


def _as_json(text: str) -> str:
    """The text as a JSON column may spell it: with escapes for all that is not ASCII."""
    return text.encode("ascii", "backslashreplace").decode("ascii")


def _order(sort: str) -> list[Any]:
    name = sort.removeprefix("-")
    column = _SORTS.get(name, _SORTS[DEFAULT_SORT])
    return [column.desc() if sort.startswith("-") and name in _SORTS else column.asc(), Expert.id]
