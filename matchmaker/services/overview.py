"""What is here, in figures: for the home page and its picture."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select

from matchmaker.models import Expert, Problem
from matchmaker.permissions import Actor
from matchmaker.services.problems import shown_to
from matchmaker.storage.queries import TABLES, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork
from matchmaker.taxonomy import FIELDS


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A technical field with what the actor may read of it; one row may lie in several fields."""

    field: str
    problems: int
    experts: int


def counts(uow: UnitOfWork, actor: Actor) -> dict[str, int]:
    """Readable rows by kind, in one statement."""
    parts = {
        kind: select(func.count()).select_from(table).where(_shown(actor, table)).scalar_subquery()
        for kind, table in TABLES.items()
    }
    row = uow.session.execute(select(*parts.values())).one()
    return {kind: int(count) for kind, count in zip(parts, row, strict=True)}


def by_field(uow: UnitOfWork, actor: Actor) -> list[FieldLine]:
    """Problems against experts by technical field, most problems first; fields with neither are left out."""
    problems, experts = (_field_counts(uow, actor, table) for table in (Problem, Expert))
    lines = [FieldLine(field, problems[field], experts[field]) for field in FIELDS]
    present = [line for line in lines if line.problems or line.experts]
    return sorted(present, key=lambda line: (-line.problems, -line.experts))


def _field_counts(uow: UnitOfWork, actor: Actor, table: type[Any]) -> Counter[str]:
    """Rows by code of their JSON list; grouped by the whole list first, so that few rows travel."""
    written = cast(table.fields, String)
    statement = select(written, func.count()).where(_shown(actor, table)).group_by(written)
    found: Counter[str] = Counter()
    for text, count in uow.session.execute(statement):
        for field in json.loads(text or "[]"):
            found[field] += count
    return found


def _shown(actor: Actor, table: type[Any]) -> ColumnElement[bool]:
    return shown_to(actor) if table is Problem else readable_by(actor, table)
