"""Attachments of problems and achievements: added, given other readers, removed, read by a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import func, select

from indexer.document import PUBLIC
from matchmaker.attachments.kinds import ENDINGS
from matchmaker.errors import Conflict, InvalidInput
from matchmaker.lifecycle import SHOWN
from matchmaker.messages import Message
from matchmaker.models import Attachment
from matchmaker.permissions import MEMBERS, OFFICE, Actor, allowed, require, written
from matchmaker.services.attached import SUBJECTS, all_of, get, subject_of
from matchmaker.services.attachment_files import Kept, remove_files
from matchmaker.storage.queries import index_id, parse_id
from matchmaker.storage.unit_of_work import UnitOfWork

__all__ = [
    "ENDINGS", "INTRODUCED", "MOST", "READERS", "add", "grant", "hindrances", "may_attach",
    "refresh", "refresh_some", "remove", "remove_files", "require_attaching", "set_readers", "withdraw",
]  # fmt: skip

#: Who reads an attachment → in words.
READERS: dict[str, Message] = {
    "introduced": Message("本单位和经引荐的对方"),
    "members": Message("所有登录且能看到本条内容的人"),
    "public": Message("所有能看到本条内容的人"),
}
#: Attachments of one object.
MOST = 20
#: What tells the audiences that an object is introduced to; ``introduction_steps`` adds itself.
INTRODUCED: list[Callable[[UnitOfWork, str], Iterable[str]]] = []


def require_attaching(uow: UnitOfWork, actor: Actor, subject: str) -> Any:
    """The object, for somebody who may add attachments to it; before a file is even looked at."""
    found = subject_of(uow, actor, subject)
    require(actor, f"{found.__tablename__}:attach", found)
    if _number_of(uow, subject) >= MOST:
        message = Message("一项内容最多 %(most)s 个附件。", {"most": MOST})
        raise InvalidInput(
            message, hint=Message("请先移除不再需要的附件，或合并成一个文件。"), fields={"file": message}
        )
    return found


def may_attach(actor: Actor, target: Any) -> bool:
    """Whether the actor may add and remove attachments of an object in its present state."""
    return allowed(actor, f"{target.__tablename__}:attach", target)


def add(
    uow: UnitOfWork, actor: Actor, subject: str, kept: Kept, *, visibility: str = "introduced"
) -> Attachment:
    """A kept file as an attachment; whoever was introduced before reads it too."""
    target = require_attaching(uow, actor, subject)
    same = select(Attachment.id).where(Attachment.subject == subject, Attachment.sha256 == kept.sha256)
    if uow.session.scalar(same) is not None:
        message = Message("“%(file)s”已经在附件中了。", {"file": kept.filename})
        raise Conflict(message, hint=Message("内容完全相同的文件不必重复上传。"), fields={"file": message})
    row = Attachment(
        subject=subject, filename=kept.filename, stored_name=kept.stored_name, media_type=kept.media_type,
        size=kept.size, sha256=kept.sha256, text=kept.text, text_state=kept.state, created_by=actor.account,
        granted=sorted(_introduced(uow, subject)), index_version=1, marks=[],
        visibility=_checked(target, visibility),
    )  # fmt: skip
    _settle(row, target)
    uow.session.add(row)
    uow.session.flush()
    tell_index(uow, [row])
    if row.text_state == "waiting":
        uow.enqueue("extract", index_id(row))
    uow.record(actor, "attachment:add", subject, attachment=row.id, filename=row.filename, size=row.size)
    return row


def remove(uow: UnitOfWork, actor: Actor, number: int) -> Attachment:
    """Takes an attachment away; the caller drops its file once that is stored."""
    row = get(uow, actor, number)
    target = subject_of(uow, actor, row.subject)
    require(actor, f"{target.__tablename__}:attach", target)
    _delete(uow, row)
    uow.record(actor, "attachment:remove", row.subject, attachment=row.id, filename=row.filename)
    return row


def set_readers(uow: UnitOfWork, actor: Actor, number: int, visibility: str) -> Attachment:
    """Says who reads an attachment: never more than may read its object."""
    row = get(uow, actor, number)
    target = subject_of(uow, actor, row.subject)
    require(actor, f"{target.__tablename__}:attach", target)
    row.visibility = _checked(target, visibility)
    _settle(row, target)
    row.index_version += 1
    tell_index(uow, [row])
    uow.record(actor, "attachment:readers", row.subject, attachment=row.id, visibility=visibility)
    return row


def refresh(uow: UnitOfWork, subject: str) -> None:
    """After a change of visibility, readers, state or owner of an object: its attachments follow."""
    kind, number = parse_id(subject) or ("", 0)
    target = uow.session.get(SUBJECTS[kind], number) if kind in SUBJECTS else None
    if target is None:
        return
    changed = [row for row in all_of(uow, subject) if _settle(row, target)]
    for row in changed:
        row.index_version += 1
    tell_index(uow, changed)


def refresh_some(uow: UnitOfWork, subjects: Iterable[str]) -> None:
    """As ``refresh``, for many objects of which few have attachments."""
    wanted = sorted(set(subjects))
    for start in range(0, len(wanted), 500):
        held = (
            select(Attachment.subject).where(Attachment.subject.in_(wanted[start : start + 500])).distinct()
        )
        for subject in uow.session.scalars(held).all():
            refresh(uow, subject)


def grant(uow: UnitOfWork, subject: str, audiences: Iterable[str]) -> None:
    """An introduction was accepted: these audiences ("expert:3", "account:7") read the attachments."""
    _regrant(uow, subject, lambda held: held | set(audiences))


def withdraw(uow: UnitOfWork, subject: str, audiences: Iterable[str]) -> None:
    """An introduction ended otherwise than hoped: they read them no longer."""
    _regrant(uow, subject, lambda held: held - set(audiences))


def hindrances(uow: UnitOfWork, subject: str, *, publishing: bool = False) -> list[Message]:
    """Why an object with these attachments may not be submitted (or published); empty when it may."""
    found: list[Message] = []
    for row in all_of(uow, subject):
        if row.marks:
            values = {"file": row.filename, "mark": row.marks[0]["text"], "place": row.marks[0]["sentence"]}
            found.append(
                Message("附件“%(file)s”含有密级标志“%(mark)s”（“%(place)s”），请移除该附件。", values)
            )
        elif publishing and row.text_state == "waiting":
            found.append(Message("附件“%(file)s”还在检查，请过几分钟再发布。", {"file": row.filename}))
    return found


def _number_of(uow: UnitOfWork, subject: str) -> int:
    return uow.session.scalar(select(func.count()).where(Attachment.subject == subject)) or 0


def _introduced(uow: UnitOfWork, subject: str) -> set[str]:
    """Who was introduced to an object before this attachment came."""
    held = {audience for row in all_of(uow, subject) for audience in row.granted}
    return held.union(*(told(uow, subject) for told in INTRODUCED))


def _checked(target: Any, visibility: str) -> str:
    """The wanted readers; an anonymous object's files would tell who is behind it."""
    if visibility not in READERS:
        raise InvalidInput(Message("没有这种公开范围。"), fields={"visibility": Message("请从列表中选择。")})
    if target.visibility == "anonymous" and visibility != "introduced":
        message = Message("匿名的内容，附件只给经引荐的对方看，以免透露是哪家单位。")
        raise InvalidInput(
            message, hint=Message("请选择“本单位和经引荐的对方”。"), fields={"visibility": message}
        )
    return visibility


def _settle(row: Attachment, target: Any) -> bool:
    """Readers of an attachment: its owners, the office, whoever was introduced, others as far as is wanted.

    Others are those who may read the object, never of an anonymous one or of one that is not shown yet.
    True when something changed.
    """
    before = (row.readers, row.hidden_from)
    readers = {OFFICE, *row.granted}
    if target.organization_id is not None:
        readers.add(f"org:{target.organization_id}")
    bodies = getattr(target, "bodies", ())
    readers.update(f"org:{body.organization_id}" for body in bodies if body.role == "participant")
    for relation in ("owner", "territory"):
        readers |= set(target.relations.get(relation, ()))
    is_shown = (
        target.visibility not in {"anonymous", "draft"} and getattr(target, "state", "published") in SHOWN
    )
    if is_shown and row.visibility in {"members", "public"}:
        others = set(target.readers.split())
        if row.visibility == "members" and PUBLIC in others:
            others = (others - {PUBLIC}) | {MEMBERS}
        readers |= others
    row.readers, row.hidden_from = written(readers), target.hidden_from
    return before != (row.readers, row.hidden_from)


def _regrant(uow: UnitOfWork, subject: str, change: Callable[[set[str]], set[str]]) -> None:
    for row in all_of(uow, subject):
        row.granted = sorted(change(set(row.granted)))
    refresh(uow, subject)


def _delete(uow: UnitOfWork, row: Attachment) -> None:
    uow.session.delete(row)
    uow.session.flush()
    uow.enqueue("index", index_id(row), version=row.index_version + 1)


def tell_index(uow: UnitOfWork, rows: Iterable[Attachment]) -> None:
    """The index is to learn of changed attachments."""
    for row in rows:
        uow.enqueue("index", index_id(row))
