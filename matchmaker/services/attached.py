"""Attachments as they are read: of one object, one by its number, and which of them a reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import defer

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Achievement, Attachment, Problem
from matchmaker.permissions import Actor, audiences_of
from matchmaker.services import problems
from matchmaker.storage.queries import parse_id, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kind of an object that may have attachments → its table.
SUBJECTS: dict[str, type[Any]] = {"problem": Problem, "achievement": Achievement}
#: Texts are long and no list shows them.
LIST = (defer(Attachment.text),)


def subject_of(uow: UnitOfWork, actor: Actor, subject: str) -> Any:
    """The object of an index id; NotFound unless it is of a kind that has attachments, and readable."""
    kind, number = parse_id(subject) or ("", 0)
    found = None
    if kind in SUBJECTS:
        statement = select(SUBJECTS[kind]).where(SUBJECTS[kind].id == number, _shown(actor, kind))
        found = uow.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(Message("没有这项内容，或者您不能查看它。"), hint=Message("请从列表或搜索中查找。"))
    return found


def all_of(uow: UnitOfWork, subject: str) -> Sequence[Attachment]:
    """All of an object, whoever reads them, without their texts."""
    statement = select(Attachment).where(Attachment.subject == subject).order_by(Attachment.id)
    return uow.session.scalars(statement.options(*LIST)).all()


def listing(uow: UnitOfWork, actor: Actor, subject: str) -> Sequence[Attachment]:
    """The attachments of an object that the actor may read, the oldest first, without their texts."""
    statement = select(Attachment).where(Attachment.subject == subject, shown_to(actor))
    return uow.session.scalars(statement.order_by(Attachment.id).options(*LIST)).all()


def get(uow: UnitOfWork, actor: Actor, number: int) -> Attachment:
    """One attachment; NotFound if it is hidden."""
    found = uow.session.scalars(
        select(Attachment).where(Attachment.id == number, shown_to(actor))
    ).one_or_none()
    if found is None:
        raise NotFound(
            Message("没有这个附件，或者您不能查看它。"),
            hint=Message("附件默认在双方接受引荐后才可查看；需要时请联系组织者。"),
        )
    return found


def titles(uow: UnitOfWork, actor: Actor, subjects: Iterable[str]) -> dict[str, str]:
    """Index id → title of the objects that attachments belong to, as far as the actor may read them."""
    numbers: dict[str, list[int]] = {}
    for subject in subjects:
        kind, number = parse_id(subject) or ("", 0)
        numbers.setdefault(kind, []).append(number)
    found: dict[str, str] = {}
    for kind, table in SUBJECTS.items():
        if wanted := numbers.get(kind):
            statement = select(table.id, table.title).where(table.id.in_(wanted), _shown(actor, kind))
            found.update((f"{kind}:{number}", title) for number, title in uow.session.execute(statement))
    return found


def belonging(uow: UnitOfWork, actor: Actor, ids: Iterable[str]) -> dict[str, str]:
    """Index id of an attachment → title of its object, for a list of hits."""
    numbers = [parsed[1] for each in ids if (parsed := parse_id(each, "attachment"))]
    if not numbers:
        return {}
    statement = select(Attachment.id, Attachment.subject).where(Attachment.id.in_(numbers), shown_to(actor))
    subjects = {row.id: row.subject for row in uow.session.execute(statement)}
    known = titles(uow, actor, subjects.values())
    return {f"attachment:{number}": known[each] for number, each in subjects.items() if each in known}


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """Attachments that the actor may read: their own readers, and their object unless he was introduced."""
    objects = [
        exists().where(table.id == _number(kind), _shown(actor, kind)) for kind, table in SUBJECTS.items()
    ]
    granted = [
        cast(Attachment.granted, String).contains(f'"{audience}"', autoescape=True)
        for audience in sorted(audiences_of(actor))
        if ":" in audience
    ]
    return and_(readable_by(actor, Attachment), or_(*objects, *granted))


def _number(kind: str) -> ColumnElement[int | None]:
    """The number of the object that an attachment belongs to, where it is of this kind: found by its key."""
    digits = func.substr(Attachment.subject, len(kind) + 2)
    return case((Attachment.subject.startswith(f"{kind}:"), cast(digits, Integer)))


def _shown(actor: Actor, kind: str) -> ColumnElement[bool]:
    return problems.shown_to(actor) if kind == "problem" else readable_by(actor, SUBJECTS[kind])
