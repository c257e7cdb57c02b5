"""Need clinic in the database: what a reader may see of neighbours, and what waits beside a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from matchmaker.clinic import nearness
from matchmaker.clinic.form import NAMES, Form, Line
from matchmaker.clinic.similar import Neighbour
from matchmaker.matching.analysis import pairs
from matchmaker.models import Indicator, Problem
from matchmaker.permissions import Actor, allowed
from matchmaker.services.display import rows
from matchmaker.storage.queries import index_id, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

__all__ = ["Form", "Line", "form_of", "form_of_problem", "neighbours", "waiting"]

#: States in which a problem stands in no index yet, so that only the reviewer's look finds it.
UNINDEXED = ("submitted", "returned")
#: The newest so many of them are looked at.
MOST_WAITING = 300
#: Share of the shorter text's pairs of characters that two waiting texts must share to be called the same.
SHARED = 0.5
#: Texts with fewer different pairs share half of them by chance.
LEAST_PAIRS = 25


def form_of(values: Mapping[str, Any]) -> Form:
    """A form from values by the names of a problem's fields, as a schema has loaded them; others are left."""
    known = {name: value for name, value in values.items() if name in NAMES and value is not None}
    for name in ("fields", "keywords", "cooperation"):
        known[name] = tuple(known.get(name, ()))
    known["indicators"] = tuple(_line(line) for line in known.get("indicators", ()))
    if not isinstance(known.get("deadline"), date):
        known.pop("deadline", None)
    return Form(**known)


def form_of_problem(row: Problem) -> Form:
    """The form of a stored problem; loads its indicators."""
    return form_of({name: getattr(row, name, None) for name in NAMES if name != "is_negotiable"})


def neighbours(uow: UnitOfWork, actor: Actor, close: Iterable[tuple[str, float]]) -> tuple[Neighbour, ...]:
    """The problems behind ids that an index gave, those that the actor may read, in the order given."""
    found = dict(close)
    known = rows(uow, actor, found)
    names = _indicator_names(uow, [row.id for row in known.values()])
    return tuple(
        _neighbour(known[identifier], names.get(known[identifier].id, ()), closeness)
        for identifier, closeness in found.items()
        if identifier in known
    )


def waiting(
    uow: UnitOfWork, actor: Actor, form: Form, *, exclude: int | None = None
) -> tuple[Neighbour, ...]:
    """Problems still to be published that share most of their words with the form; for reviewers only."""
    if not allowed(actor, "problem:review"):
        return ()
    mine = frozenset(pairs(f"{form.title} {form.body}").tolist())
    statement = (
        select(Problem)
        .where(readable_by(actor, Problem), Problem.state.in_(UNINDEXED), Problem.id != (exclude or 0))
        .order_by(Problem.id.desc())
        .limit(MOST_WAITING)
    )
    found = []
    for row in uow.session.scalars(statement):
        share = _shared(mine, row)
        if share >= SHARED:
            found.append(_neighbour(row, (), max(share, nearness.SAME)))
    return tuple(sorted(found, key=lambda one: -one.closeness))


def _shared(mine: frozenset[int], row: Problem) -> float:
    text = f"{row.title} {form_of_problem_texts(row)}"
    theirs = frozenset(pairs(text).tolist())
    least = min(len(mine), len(theirs))
    return len(mine & theirs) / least if least >= LEAST_PAIRS else 0.0


def form_of_problem_texts(row: Problem) -> str:
    """The texts of a stored problem as one, without its indicators."""
    return Form(
        text=row.text, background=row.background, main_problem=row.main_problem, tried=row.tried,
        key_technology=row.key_technology, scene=row.scene, goal=row.goal, deliverables=row.deliverables,
    ).body  # fmt: skip


def _indicator_names(uow: UnitOfWork, numbers: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    statement = (
        select(Indicator.problem_id, Indicator.name)
        .where(Indicator.problem_id.in_(numbers))
        .order_by(Indicator.problem_id, Indicator.position)
    )
    for number, name in uow.session.execute(statement):
        assert number is not None
        found[number] = (*found.get(number, ()), name)
    return found


def _neighbour(row: Problem, names: tuple[str, ...], closeness: float) -> Neighbour:
    return Neighbour(
        id=index_id(row), number=row.number, title=row.title, state=row.state, kind=row.kind,
        industry=row.industry, fields=tuple(row.fields), cooperation=tuple(row.cooperation),
        indicators=names, closeness=closeness,
    )  # fmt: skip


def _line(line: Any) -> Line:
    """From a row of the table or a mapping."""
    told = line if isinstance(line, Mapping) else vars(line)
    texts = {name: str(told.get(name) or "") for name in ("name", "current", "target", "unit", "comparator")}
    return Line(**texts, required=bool(told.get("required", True)))
