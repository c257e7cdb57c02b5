"""Achievements, publications and patents, one at a time, with the people behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Achievement, Authorship, Expert, Inventorship, Patent, Publication
from matchmaker.permissions import Actor
from matchmaker.services.owners import may_name
from matchmaker.storage.queries import may_read, parse_id, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

Work = TypeVar("Work", Achievement, Publication, Patent)


def achievement(uow: UnitOfWork, actor: Actor, number: int) -> Achievement:
    """The achievement with its owner, leader and indicators; NotFound if it is hidden."""
    return _one(
        uow,
        actor,
        Achievement,
        number,
        joinedload(Achievement.organization),
        joinedload(Achievement.leader).joinedload(Expert.organization),
        selectinload(Achievement.indicators),
    )


def publication(uow: UnitOfWork, actor: Actor, number: int) -> Publication:
    """The publication with its authors; NotFound if it is hidden."""
    people = selectinload(Publication.authorships).joinedload(Authorship.expert)
    return _one(uow, actor, Publication, number, people.joinedload(Expert.organization))


def patent(uow: UnitOfWork, actor: Actor, number: int) -> Patent:
    """The patent with its inventors and owner; NotFound if it is hidden."""
    people = selectinload(Patent.inventorships).joinedload(Inventorship.expert)
    return _one(
        uow, actor, Patent, number, people.joinedload(Expert.organization), joinedload(Patent.organization)
    )


def work_id(uow: UnitOfWork, actor: Actor, identifier: str) -> str:
    """The index id of a work that the actor may read, as "patent:3"; NotFound for any other."""
    kind, number = parse_id(identifier) or ("", 0)
    if kind == "achievement":
        _one(uow, actor, Achievement, number)
    elif kind == "publication":
        _one(uow, actor, Publication, number)
    elif kind == "patent":
        _one(uow, actor, Patent, number)
    else:
        raise _missing(identifier)
    return f"{kind}:{number}"


def people_of(actor: Actor, work: Achievement | Publication | Patent) -> Sequence[Expert]:
    """Authors, inventors or the leader, in order, as far as the actor may read them."""
    people: Iterable[Expert | None]
    if isinstance(work, Publication):
        people = [authorship.expert for authorship in work.authorships]
    elif isinstance(work, Patent):
        people = [inventorship.expert for inventorship in work.inventorships]
    else:
        people = [work.leader] if may_name(actor, work) else []
    return [person for person in people if person is not None and may_read(actor, person)]


def _one(uow: UnitOfWork, actor: Actor, table: type[Work], number: int, *options: Any) -> Work:
    statement = select(table).where(table.id == number, readable_by(actor, table)).options(*options)
    found = uow.session.scalars(statement).one_or_none()
    if found is None:
        raise _missing(number)
    return found


def _missing(number: int | str) -> NotFound:
    return NotFound(
        Message("没有编号为 %(number)s 的内容，或者您不能查看它。", {"number": number}),
        hint=Message("请用搜索查找。"),
    )
