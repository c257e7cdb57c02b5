"""SELECTs that several services share: readable rows, counts, objects by index id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, String, and_, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from matchmaker.models import Achievement, Attachment, Expert, Organization, Patent, Problem, Publication
from matchmaker.models.base import Findable
from matchmaker.permissions import Actor, audiences_of, readable

#: Kind of an index document → its table.
TABLES: dict[str, type[Any]] = {
    "problem": Problem,
    "expert": Expert,
    "organization": Organization,
    "publication": Publication,
    "patent": Patent,
    "achievement": Achievement,
    "attachment": Attachment,
}

Row = TypeVar("Row", bound=Findable)

#: Largest number of a row that every database holds.
MOST_NUMBER = 2**31 - 1


class in_code_order(FunctionElement[str]):  # noqa: N801 - reads as the SQL function that it is
    """A text to sort by: by the codes of its characters, whatever language a server was set up for."""

    type = String()
    inherit_cache = True


@compiles(in_code_order)
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(in_code_order, "postgresql")
def _collated(element: Any, compiler: Any, **options: Any) -> str:
    return f'{compiler.process(element.clauses, **options)} COLLATE "C"'


def index_id(row: Any) -> str:
    """``kind:number`` of a row, as the index and every address use it."""
    return f"{row.__tablename__}:{row.id}"


def parse_id(identifier: str, kind: str | None = None) -> tuple[str, int] | None:
    """Kind and number of an index id, or None when it is none (of that kind)."""
    name, _, number = identifier.partition(":")
    if name not in TABLES or (kind and name != kind) or not number.isascii() or not number.isdigit():
        return None
    return (name, int(number)) if len(number) < 11 and int(number) <= MOST_NUMBER else None


def readable_by(actor: Actor, table: type[Any]) -> ColumnElement[bool]:
    """The SQL form of ``permissions.readable``."""
    audiences = sorted(audiences_of(actor))
    meets = or_(*(table.readers.contains(f" {audience} ", autoescape=True) for audience in audiences))
    hidden = or_(*(table.hidden_from.contains(f" {audience} ", autoescape=True) for audience in audiences))
    return and_(meets, ~hidden)


def may_read(actor: Actor, row: Findable) -> bool:
    """The same for a row in hand."""
    return readable(audiences_of(actor), row.readers.split(), row.hidden_from.split())


def load(session: Session, ids: Iterable[str]) -> dict[str, Any]:
    """Rows by index id; unknown ids are left out."""
    by_kind: dict[str, list[int]] = {}
    for identifier in ids:
        parsed = parse_id(identifier)
        if parsed:
            by_kind.setdefault(parsed[0], []).append(parsed[1])
    found: dict[str, Any] = {}
    for kind, numbers in by_kind.items():
        table = TABLES[kind]
        for start in range(0, len(numbers), 500):
            rows = session.query(table).filter(table.id.in_(numbers[start : start + 500]))
            found.update((index_id(row), row) for row in rows)
    return found
