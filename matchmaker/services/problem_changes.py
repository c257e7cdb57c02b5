"""What every change of a problem does besides: readers (attachments follow), version, history, index."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from matchmaker import lifecycle
from matchmaker.models import Problem
from matchmaker.permissions import Actor, require
from matchmaker.services import problems, versions, visibility
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork


def hold(uow: UnitOfWork, actor: Actor, number: int) -> Problem:
    """The problem, to be changed: nobody else changes it until this transaction ends. NotFound if hidden."""
    problems.get(uow, actor, number)
    statement = (
        select(Problem)
        .where(Problem.id == number)
        .with_for_update(of=Problem)
        .options(selectinload(Problem.organization), selectinload(Problem.indicators),
                 selectinload(Problem.bodies))
        .execution_options(populate_existing=True)
    )  # fmt: skip
    return uow.session.scalars(statement).one()


def on_behalf(actor: Actor, row: Problem) -> Actor:
    """The actor as the history shows him: acting for the owner unless the owner is his own body."""
    owner = row.organization
    if owner is None or actor.behalf or actor.account is None:
        return actor
    return actor if owner.id in (*actor.organizations, *actor.liaison_of) else actor.acting_for(owner.name)


def settle(
    uow: UnitOfWork, actor: Actor, row: Problem, action: str, *, note: str = "", **changes: Any
) -> None:
    """To be called after the change: works out the readers, keeps a version, tells history and index."""
    visibility.refresh(uow, row)
    row.index_version += 1
    versions.keep(uow, actor, row, note)
    uow.record(actor, action, index_id(row), state=row.state, **changes)
    uow.enqueue("index", index_id(row))


def move(
    uow: UnitOfWork, actor: Actor, row: Problem, step: str, *, to: str = "", note: str = "", **changes: Any
) -> None:
    """One step of the problem's life; Forbidden or Conflict where the table of actions does not allow it.

    Args:
        uow: writes.
        actor: who.
        row: held.
        step: one of ``lifecycle.FROM``.
        to: the state that follows, where it is not the one of ``lifecycle.TO``.
        note: why, for the version.
        changes: for the history.
    """
    require(actor, f"problem:{step}", row)
    versions.begin(uow, row)
    before = row.state
    row.state = to or lifecycle.TO[step]
    settle(uow, actor, row, f"problem:{step}", note=note, before=before, **changes)
