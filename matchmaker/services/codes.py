"""Codes of the office: imported, laid over the delivered tables in every process, taken away again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import select

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import CodeEntry, CodeTable
from matchmaker.permissions import Actor, require
from matchmaker.storage.unit_of_work import UnitOfWork
from matchmaker.taxonomy import TABLES, Entry, Table

_FIELDS = ("chinese", "english", "parent", "pinyin", "year", "source")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows of a file."""

    added: int
    changed: int
    unchanged: int


class _Applied:
    """Which database's codes lie over the tables of this process, and in which version."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.database = ""
        self.versions: dict[str, int] = {}


_applied = _Applied()


def table_of(key: str) -> Table:
    """The table of a name in an address or a command; NotFound tells which there are."""
    if key not in TABLES:
        raise NotFound(
            Message("没有代码表“%(name)s”。", {"name": key[:40]}),
            hint=Message("有这些：%(names)s。", {"names": "、".join(TABLES)}),
        )
    return TABLES[key]


def refresh(uow: UnitOfWork) -> None:
    """Makes this process's tables agree with the database; one small SELECT when they do."""
    database = str(uow.session.get_bind().engine.url)
    versions: dict[str, int] = {
        row.table_key: row.version
        for row in uow.session.scalars(select(CodeTable))
        if row.table_key in TABLES
    }
    with _applied.lock:
        if _applied.database != database:
            for key in _applied.versions:
                TABLES[key].extend([])
            _applied.database, _applied.versions = database, {}
        for key, version in versions.items():
            if _applied.versions.get(key) != version:
                TABLES[key].extend(_entries(uow, key))
        _applied.versions = versions


def import_entries(
    uow: UnitOfWork, actor: Actor, key: str, entries: Iterable[Entry], filename: str
) -> Imported:
    """Adds codes to a table or renames those that are there; what says the same as before is left alone."""
    require(actor, "codes:import")
    table = table_of(key)
    uow.alone("codes")
    held = {row.code: row for row in uow.session.scalars(_own(key))}
    added = changed = unchanged = 0
    for entry in entries:
        row, before = held.get(entry.code), table.entry(entry.code)
        if _same(row or before, entry):
            unchanged += 1
            continue
        if row is None:
            row = CodeEntry(table_key=key, code=entry.code)
            uow.session.add(row)
        for field in _FIELDS:
            setattr(row, field, getattr(entry, field))
        changed += before is not None
        added += before is None
    if added or changed:
        _raise_version(uow, key)
    found = Imported(added, changed, unchanged)
    uow.record(
        actor,
        "codes:import",
        f"codes:{key}",
        filename=filename,
        added=added,
        changed=changed,
        unchanged=unchanged,
    )
    return found


def remove(uow: UnitOfWork, actor: Actor, key: str, code: str) -> None:
    """Takes an own code away again; a delivered one of the same number is as it was."""
    require(actor, "codes:import")
    table_of(key)
    row = uow.session.scalar(_own(key).where(CodeEntry.code == code))
    if row is None:
        raise NotFound(
            Message("“%(code)s”不是本单位添加的代码。", {"code": code[:20]}),
            hint=Message("随程序交付的代码不能删除，只能改名。"),
        )
    uow.session.delete(row)
    _raise_version(uow, key)
    uow.record(actor, "codes:remove", f"codes:{key}", code=code, name=row.chinese)


def _own(key: str) -> Any:
    return select(CodeEntry).where(CodeEntry.table_key == key).order_by(CodeEntry.id)


def _entries(uow: UnitOfWork, key: str) -> list[Entry]:
    return [
        Entry(row.code, *(getattr(row, field) for field in _FIELDS)) for row in uow.session.scalars(_own(key))
    ]


def _same(held: CodeEntry | Entry | None, entry: Entry) -> bool:
    """Whether nothing changes; a file that is silent about edition and source does not change them."""
    if held is None:
        return False
    told = [field for field in ("year", "source", "english") if getattr(entry, field)]
    return all(getattr(held, field) == getattr(entry, field) for field in ("chinese", "parent", *told))


def _raise_version(uow: UnitOfWork, key: str) -> None:
    row = uow.session.get(CodeTable, key)
    if row is None:
        uow.session.add(CodeTable(table_key=key, version=1))
    else:
        row.version += 1
