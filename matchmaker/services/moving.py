"""Everything that belongs to one record given to another; each touched row is noted, to be given back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    cast,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from matchmaker.models import Base, PendingLink
from matchmaker.storage.queries import TABLES

#: One touched row: table, pk, before and after (column → value as JSON holds it; None: it was not there).
Change = dict[str, Any]

#: Columns that follow from others or from the time, and say nothing of what the row means.
TECHNICAL = frozenset({"index_version", "updated_at", "revision", "readers", "hidden_from"})
#: Columns without a foreign key that name a record by its number: table → (column, kind).
_BY_NUMBER = (("secret_link", "organization_id", "organization"),)
#: Tables whose ``subject`` names a record that they belong to; history and versions stay under the old name.
_BY_SUBJECT = ("attachment", "secret_link", "watch")


def columns_of(kind: str) -> Iterator[tuple[Table, Column[Any]]]:
    """Columns of other tables that hold the number of a record of this kind."""
    target = TABLES[kind].__table__
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is target:
                yield table, key.parent
    for place, name, named in _BY_NUMBER:
        if named == kind:
            yield Base.metadata.tables[place], Base.metadata.tables[place].c[name]


def move(session: Session, kind: str, gone: int, kept: int, left: Iterable[str] = ()) -> list[Change]:
    """Gives what belongs to ``gone`` to ``kept``; where ``kept`` has the same already, it is dropped.

    Args:
        session: flushed.
        kind: of both records.
        gone: number of the one.
        kept: number of the other.
        left: tables that somebody else deals with.
    """
    changes: list[Change] = []
    for table, column in columns_of(kind):
        if table.name not in set(left):
            changes += _moved(session, table, column, gone, kept)
    pending = PendingLink.__table__
    assert isinstance(pending, Table)
    changes += _moved(session, pending, pending.c.owner_id, gone, kept, pending.c.owner_kind == kind)
    for name in _BY_SUBJECT:
        table = Base.metadata.tables[name]
        changes += _moved(session, table, table.c.subject, f"{kind}:{gone}", f"{kind}:{kept}")
    return changes + _audiences(session, kind, gone, kept)


def _moved(
    session: Session, table: Table, column: Column[Any], gone: Any, kept: Any, where: Any = None
) -> list[Change]:
    """The rows of one column: three statements, however many rows."""
    condition = column == gone if where is None else and_(column == gone, where)
    rows = session.execute(select(table).where(condition)).mappings().all()
    if not rows:
        return []
    taken = _taken(session, table, column, kept)
    changes: list[Change] = []
    doomed: list[Any] = []
    given: list[Any] = []
    for row in rows:
        after = {**row, column.name: kept}
        clash = any(tuple(after[name] for name in names) in held for names, held in taken)
        changes.append(
            noted(
                table,
                row,
                None if clash else {column.name: kept},
                whole=clash,
                primary=after if not clash else None,
            )
        )
        (doomed if clash else given).append(row)
    _drop(session, table, doomed)
    _give(session, table, column, given, kept)
    return changes


def _taken(
    session: Session, table: Table, column: Column[Any], kept: Any
) -> list[tuple[tuple[str, ...], set[tuple[Any, ...]]]]:
    """For each rule of uniqueness that the column belongs to: what ``kept`` has already."""
    rules = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    named = [tuple(each.name for each in rule.columns) for rule in [*rules, table.primary_key]]
    named = [names for names in named if column.name in names]
    if not named:
        return []
    rows = session.execute(select(table).where(column == kept)).mappings().all()
    return [(names, {tuple(row[name] for name in names) for row in rows}) for names in named]


def _drop(session: Session, table: Table, rows: Sequence[Mapping[Any, Any]]) -> None:
    if rows:
        session.execute(delete(table).where(or_(*(_is(table, row) for row in rows))))


def _give(
    session: Session, table: Table, column: Column[Any], rows: Sequence[Mapping[Any, Any]], kept: Any
) -> None:
    if rows:
        keys = list(table.primary_key)
        where = and_(*(each == bindparam(f"key_{each.name}") for each in keys))
        statement = update(table).where(where).values({column.name: kept})
        values = [{f"key_{each.name}": row[each.name] for each in keys} for row in rows]
        session.connection().execute(statement, values)


def _audiences(session: Session, kind: str, gone: int, kept: int) -> list[Change]:
    """Readers and hidden-from that name the gone record name the kept one."""
    words = {f"{name}:{gone}": f"{name}:{kept}" for name in _AUDIENCES[kind]}
    changes: list[Change] = []
    for table in Base.metadata.sorted_tables:
        for name in ("readers", "hidden_from"):
            if name in table.c:
                changes += _reworded(session, table, table.c[name], words)
    return changes + _granted(session, words)


def _granted(session: Session, words: Mapping[str, str]) -> list[Change]:
    """The same for the lists of those whom an attachment was opened to."""
    table = Base.metadata.tables["attachment"]
    column = table.c.granted
    told = or_(*(cast(column, String).contains(f'"{word}"', autoescape=True) for word in words))
    changes: list[Change] = []
    for row in session.execute(select(table).where(told)).mappings().all():
        fresh = list(dict.fromkeys(words.get(word, word) for word in row["granted"]))
        session.execute(update(table).where(table.c.id == row["id"]).values(granted=fresh))
        changes.append(noted(table, row, {"granted": fresh}))
    return changes


_AUDIENCES = {"organization": ("org", "liaison"), "expert": ("expert",)}


def _reworded(session: Session, table: Table, column: Column[Any], words: Mapping[str, str]) -> list[Change]:
    named = or_(*(column.contains(f" {word} ", autoescape=True) for word in words))
    rows = session.execute(select(table.c.id, column).where(named)).all()
    changes, values = [], []
    for number, text in rows:
        fresh = f" {' '.join(sorted({words.get(word, word) for word in text.split()}))} "
        values.append({"key_id": number, "fresh": fresh})
        changes.append(
            {
                "table": table.name,
                "pk": {"id": number},
                "before": {column.name: text},
                "after": {column.name: fresh},
            }
        )
    if values:
        statement = (
            update(table).where(table.c.id == bindparam("key_id")).values({column.name: bindparam("fresh")})
        )
        session.connection().execute(statement, values)
    return changes


def noted(
    table: Table,
    row: Mapping[Any, Any],
    after: Mapping[str, Any] | None,
    *,
    whole: bool = False,
    primary: Mapping[Any, Any] | None = None,
) -> Change:
    """A row as it was and as it is now; ``primary`` names it now, where its own key changed."""
    names = [column.name for column in table.columns] if whole or after is None else list(after)
    holder = primary or row
    return {
        "table": table.name,
        "pk": {each.name: _plain(holder[each.name]) for each in table.primary_key},
        "before": {name: _plain(row[name]) for name in names},
        "after": None if after is None else {name: _plain(value) for name, value in after.items()},
    }


def stood(session: Session, change: Change) -> list[str]:
    """Columns of a touched row that somebody changed since; ``["*"]`` when the row itself is gone or back."""
    table = Base.metadata.tables[change["table"]]
    row = session.execute(select(table).where(_named(table, change["pk"]))).mappings().one_or_none()
    if change["after"] is None:
        return ["*"] if row is not None else []
    if row is None:
        return ["*"]
    return [
        name
        for name, value in change["after"].items()
        if name not in TECHNICAL and _plain(row[name]) != value
    ]


def give_back(session: Session, change: Change, kept: Iterable[str] = ()) -> None:
    """A touched row as it was; columns that are ``kept`` stay as they are now."""
    table = Base.metadata.tables[change["table"]]
    if change["after"] is None:
        session.execute(insert(table).values(_values(table, change["before"])))
        return
    left = set(kept)
    values = {name: value for name, value in _values(table, change["before"]).items() if name not in left}
    if values:
        session.execute(update(table).where(_named(table, change["pk"])).values(values))


def _named(table: Table, key: Mapping[str, Any]) -> Any:
    return and_(*(table.c[name] == value for name, value in _values(table, key).items()))


def _is(table: Table, row: Mapping[Any, Any]) -> Any:
    return and_(*(each == row[each.name] for each in table.primary_key))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _values(table: Table, held: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the columns want them."""
    found = {}
    for name, value in held.items():
        python = table.c[name].type.python_type
        is_day = isinstance(value, str) and issubclass(python, date)
        found[name] = python.fromisoformat(value) if is_day else value
    return found
