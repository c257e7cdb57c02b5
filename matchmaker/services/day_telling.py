"""Who is told of a change made in the hall: everybody whose meeting is not as it was, in the plan's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from matchmaker.models import Event, Meeting
from matchmaker.permissions import Actor
from matchmaker.services import plan_input
from matchmaker.services.plan_changes import Change
from matchmaker.services.plan_messages import tell_changes
from matchmaker.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from matchmaker.services.plan_changes import What

#: (slot, name of the table); None: it did not or does not meet.
Place = tuple[int, str] | None


def place_of(row: Meeting) -> Place:
    """Where a meeting is in the plan."""
    return None if row.state == "cancelled" else (row.slot, row.table.name if row.table else "")


def tell(
    uow: UnitOfWork, actor: Actor, event: Event, changed: Sequence[tuple[Meeting, Place]], now: datetime
) -> None:
    """``changed``: meetings as they are now, with where each was before."""
    pairs = [(_change(row, before), row) for row, before in changed if before != place_of(row)]
    if pairs:
        tell_changes(uow, actor, event, plan_input.rows_of(uow, event), pairs, now=now)


def _change(row: Meeting, before: Place) -> Change:
    after = place_of(row)
    what: What = (
        "added"
        if before is None
        else "cancelled"
        if after is None
        else "moved"
        if before[0] != after[0]
        else "table"
    )
    return Change(f"attendee:{row.attendee_id}", f"problem:{row.event_problem_id}", what, before, after)
