"""A page of a list: its rows, where it stands, how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, String, cast, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page.

    Attributes:
        number: of the page, from 1; never beyond the last one.
        total: rows of all pages.
    """

    rows: Sequence[Row]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(-(-self.total // self.size), 1)

    @property
    def first(self) -> int:
        """Place of the first row in the whole list, from 1."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Place of the last row."""
        return min(self.number * self.size, self.total)


def paged(session: Session, statement: Select[Any], number: int, size: int = PAGE_SIZE) -> Page[Any]:
    """Runs a SELECT of one entity for one page: two statements, whatever the number of rows."""
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(max(number, 1), max(-(-total // size), 1))
    rows = session.scalars(statement.limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, size, total)


def holds(column: Any, code: str) -> ColumnElement[bool]:
    """Whether a JSON list of codes contains one, on every database."""
    return cast(column, String).contains(f'"{code}"', autoescape=True)


def within_region(column: Any, code: str) -> ColumnElement[bool]:
    """Whether a GB/T 2260 code lies in a region: a province or prefecture holds its parts."""
    if code.endswith("0000"):
        prefix = code[:2]
    elif code.endswith("00"):
        prefix = code[:4]
    else:
        prefix = code
    condition: ColumnElement[bool] = column.startswith(prefix, autoescape=True)
    return condition
