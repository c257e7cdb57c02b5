"""Reviewed official forms as problems, step by step: each form in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from matchmaker.bootstrap import Application
from matchmaker.errors import MatchmakerError
from matchmaker.models import Problem
from matchmaker.permissions import Actor, require
from matchmaker.services import posting
from matchmaker.services.official_files import Entry
from matchmaker.services.official_forms import as_problem
from matchmaker.storage.unit_of_work import UnitOfWork


def save(
    app: Application, actor: Actor, entries: Sequence[Entry], chosen: Iterable[int], *, declared: bool
) -> None:
    """Makes a problem of each chosen form, each in a transaction of its own.

    Args:
        app: opens them.
        actor: on whose behalf.
        entries: of the review; they learn what became of them.
        chosen: places among them.
        declared: whoever imports has confirmed that they hold no state secret: those that are complete are
            submitted for review; otherwise all stay drafts.
    """
    require(actor, "form:import")
    for place in chosen:
        entry = entries[place]
        if not entry.importable or entry.problem is not None:
            continue
        try:
            with app.unit_of_work() as uow:
                row = _made(uow, actor, entry.values, declared=declared, at=app.clock())
                number, state = row.id, row.state
            entry.problem, entry.outcome = number, state
        except MatchmakerError as fault:
            entry.outcome = "refused"
            for message in fault.fields.values() or (fault.message,):
                entry.tell("", message, fault.hint)


def _made(
    uow: UnitOfWork, actor: Actor, values: Mapping[str, Any], *, declared: bool, at: datetime
) -> Problem:
    row = posting.create(uow, actor, as_problem(values))
    if declared and not posting.missing(row):
        uow.session.flush()
        posting.submit(uow, actor, row.id, declared=True, at=at)
    return row
