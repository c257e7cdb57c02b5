"""Purging: an object leaves database, versions, attachments, index and outbox; that it was there remains.

For what must never have been here: a classified need, somebody else's secret. Nothing brings it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, String, Table, cast, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Attachment, Base, History, ImportFault, Match, Purge, Version
from matchmaker.permissions import Actor, require
from matchmaker.services import linking, merging
from matchmaker.storage.queries import TABLES, index_id, parse_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Tables with a column ``subject`` whose rows remain: who did and saw what may be kept, its content may not.
_KEPT = frozenset({"access_log", "history", "purge"})
#: Columns that name an object by its index id, or a list of such names.
_NAMING = ("subject", "target", "about")


@dataclass(frozen=True, slots=True)
class Outline:
    """What a purge would remove.

    Attributes:
        title: as the object is called now.
        rows: table → number of rows.
        holding: table → number of rows that still need the object; while there are some, nothing is purged.
    """

    subject: str
    title: str
    rows: Mapping[str, int] = field(default_factory=dict)
    holding: Mapping[str, int] = field(default_factory=dict)


def outline(uow: UnitOfWork, actor: Actor, subject: str) -> Outline:
    """What a purge of this object would remove, for whoever may purge."""
    require(actor, "object:purge")
    row = _found(uow.session, subject)
    rows = dict(_counted(uow.session, [subject, *_attachments(uow, subject)]))
    return Outline(subject, _title(row), rows, _holding(uow.session, row))


def purge(uow: UnitOfWork, actor: Actor, subject: str, reason: str) -> list[str]:
    """Removes the object and everything that tells what it said; keeps number, date, actor and reason.

    Returns:
        names of stored files, which the caller removes after the transaction; the sweep of files without a
        row does so if he cannot.

    Raises:
        Conflict: other objects still belong to it (an organization with experts).
    """
    require(actor, "object:purge")
    if len(reason.strip()) < 4:
        fault = Message("请填写清除的原因（至少 4 个字）。")
        raise InvalidInput(
            fault, hint=Message("原因会永久保留，请不要写入被清除的内容。"), fields={"reason": fault}
        )
    session = uow.session
    row = _found(session, subject)
    _refuse_while_held(session, row)
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))
    attachments = _attachments(uow, subject)
    titles = _titles(session, row)
    files = list(session.scalars(select(Attachment.stored_name).where(Attachment.subject == subject)))
    kind, number = subject.partition(":")[0], row.id
    concerned = linking.made_of(session, kind, {number})
    version = row.index_version
    below = list(dict.fromkeys(_dependents(session, row)))
    for name in [subject, *attachments, *below]:
        _forget(session, name)
    _unname(session, row)
    _loosen(session, [subject, *below])
    forget_imported(session, {*titles, row.key or ""})
    merging.forget(uow, subject)
    session.delete(row)
    session.flush()
    _tell_index(uow, concerned, {subject: version + 1, **dict.fromkeys(attachments, version + 1)})
    session.add(Purge(subject=subject, actor=actor.name, account_id=actor.account, reason=reason.strip()))
    uow.record(actor, "object:purge", subject, reason=reason.strip())
    return files


def purged(uow: UnitOfWork, actor: Actor) -> Sequence[Purge]:
    """What was purged, newest first."""
    require(actor, "object:purge")
    return uow.session.scalars(select(Purge).order_by(Purge.id.desc()).limit(500)).all()


def _found(session: Session, subject: str) -> Any:
    parsed = parse_id(subject)
    row = session.get(TABLES[parsed[0]], parsed[1]) if parsed else None
    if row is None:
        raise NotFound(
            Message("没有编号为 %(subject)s 的内容。", {"subject": subject[:60]}),
            hint=Message("编号形如 problem:12，见该内容页面的地址；已清除的内容在下方列出。"),
        )
    return row


def _title(row: Any) -> str:
    return str(getattr(row, "title", "") or getattr(row, "name", ""))


def _titles(session: Session, row: Any) -> set[str]:
    """Every name that the object ever had here."""
    kept = session.scalars(select(Version.snapshot).where(Version.subject == index_id(row)))
    return {_title(row), *(str(facts.get("title") or facts.get("name") or "") for facts in kept)}


def _dependents(session: Session, row: Any) -> list[str]:
    """Rows that go with the object, and with these, that others may name, as introductions do in messages."""
    found: list[str] = []
    waiting = [(row.__table__, [row.id])]
    while waiting:
        table, numbers = waiting.pop()
        for below, column in _cascading(table):
            rows = list(session.scalars(select(below.c.id).where(column.in_(numbers)))) if numbers else []
            found += [f"{below.name}:{number}" for number in rows]
            waiting.append((below, rows))
    return found


def _cascading(table: Table) -> Iterator[tuple[Table, Any]]:
    for below in Base.metadata.sorted_tables:
        for key in below.foreign_keys:
            if key.column.table is table and key.ondelete == "CASCADE" and "id" in below.c:
                yield below, key.parent


def _unname(session: Session, row: Any) -> None:
    """What came of the object stays as a record, without its name and words."""
    table = Base.metadata.tables["agreement"]
    for key in table.foreign_keys:
        if key.column.table is row.__table__:
            session.execute(update(table).where(key.parent == row.id).values(title="", note=""))


def _loosen(session: Session, names: Iterable[str]) -> None:
    """Takes the keys that yield out of rows that stay, before what they name goes.

    PostgreSQL checks a row's other keys when one of them yields, and may find those gone already.
    """
    numbers: dict[str, list[int]] = {}
    for name in names:
        kind, _, number = name.partition(":")
        numbers.setdefault(kind, []).append(int(number))
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            gone = numbers.get(key.column.table.name)
            if gone and key.ondelete == "SET NULL":
                session.execute(update(table).where(key.parent.in_(gone)).values({key.parent: None}))


def _attachments(uow: UnitOfWork, subject: str) -> list[str]:
    numbers = uow.session.scalars(select(Attachment.id).where(Attachment.subject == subject))
    return [f"attachment:{number}" for number in numbers]


def _tables() -> Iterator[tuple[Table, ColumnElement[str]]]:
    """Tables with a column that names objects, but for those that remain."""
    for table in Base.metadata.sorted_tables:
        if table.name in _KEPT:
            continue
        for name in _NAMING:
            if name in table.c and isinstance(table.c[name].type, String):
                yield table, table.c[name]


def _counted(session: Session, subjects: Sequence[str]) -> Iterator[tuple[str, int]]:
    for table, column in _tables():
        count = session.scalar(select(func.count()).select_from(table).where(column.in_(subjects)))
        if count:
            yield table.name, count


def _forget(session: Session, subject: str) -> None:
    """Rows about the object go; history stays without what was said."""
    session.execute(update(History).where(History.subject == subject).values(changes={"purged": True}))
    for table, column in _tables():
        if table.name != Match.__tablename__:
            session.execute(delete(table).where(column == subject))
    session.execute(delete(Match).where(Match.target == subject))
    session.expire_all()


def forget_imported(session: Session, words: Iterable[str]) -> None:
    """Rows of import reports that hold the object as it came, by any of its names."""
    for word in words:
        if len(word) >= 4:
            session.execute(update(ImportFault).where(mentions(ImportFault.raw, word)).values(raw={}))


def mentions(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a column of JSON holds a word, as it is or escaped."""
    raw = cast(column, String)
    return or_(*(raw.contains(each, autoescape=True) for each in {word, _as_json(word)}))


def _as_json(words: str) -> str:
    return words.encode("ascii", "backslashreplace").decode("ascii")


def _tell_index(uow: UnitOfWork, concerned: Mapping[str, Iterable[int]], gone: Mapping[str, int]) -> None:
    """The index forgets it; a rebuild leaves no remains of it in the files of the index."""
    for kind, numbers in concerned.items():
        some = sorted(numbers)
        linking.bump(uow.session, kind, some)
        for number in some:
            uow.enqueue("index", f"{kind}:{number}")
    for subject, version in gone.items():
        uow.enqueue("index", subject, version=version)
    uow.enqueue("rebuild", "index")


def _holding(session: Session, row: Any) -> dict[str, int]:
    """Rows of other tables that would lose what they belong to: their keys neither cascade nor yield."""
    found: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is row.__table__ and key.ondelete is None:
                count = (
                    session.scalar(select(func.count()).select_from(table).where(key.parent == row.id)) or 0
                )
                if count:
                    found[table.name] = found.get(table.name, 0) + count
    return found


def _refuse_while_held(session: Session, row: Any) -> None:
    holding = _holding(session, row)
    if holding:
        told = "、".join(f"{name} {count}" for name, count in holding.items())
        raise Conflict(
            Message("还有内容属于 %(subject)s：%(told)s。", {"subject": index_id(row), "told": told}),
            hint=Message("请先把它们改到其他单位，或逐一清除。"),
        )
