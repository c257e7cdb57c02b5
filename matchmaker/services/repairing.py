"""Small changes to a published plan: what happened, as data; proposed outside any transaction, then accepted.

A change alters the planning file (``altered``) so that the planner can propose, and the event's rows
(``write``) once somebody accepts: the one never without the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventPair, EventProblemPerson, EventTable, PlanRun
from matchmaker.permissions import Actor, require
from matchmaker.planning.result import Effort
from matchmaker.services import events, pairs, plan_changes, plan_input, plan_publishing, plan_runs
from matchmaker.services.plan_altering import WHATS, Happened, altered, lacking
from matchmaker.services.plan_changes import Change
from matchmaker.services.plan_publishing import CHANGED_FROM, Check, faults_now
from matchmaker.storage.unit_of_work import UnitOfWork

__all__ = [
    "WHATS", "Happened", "Proposal", "Situation", "accept", "altered", "keep", "propose",
    "require_changeable", "situation", "write",
]  # fmt: skip

#: Seconds that the planner may look for a proposal, so that the page answers in about one.
SECONDS = 0.6
Repair = Callable[[Mapping[str, Any], Effort], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan after something happened, and what it changes; nothing is written yet."""

    happened: Happened
    inputs: Mapping[str, Any]
    result: Mapping[str, Any]
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a proposal is made from: the planning file, the token of the present plan, what happened."""

    inputs: Mapping[str, Any]
    base: str
    happened: Happened


def situation(uow: UnitOfWork, event: Event, happened: Happened) -> Situation:
    """Read in a unit of its own before ``propose``; slots in which a meeting has begun stay as they are."""
    rows = plan_input.rows_of(uow, event)
    person = plan_input.number_of(happened.person)
    slots = set(happened.slots) - rows.begun.get(person, set())
    if happened.what == "table":
        number = next((each.id for each in event.tables if each.name == happened.table), 0)
        every = {slot.position for slot in event.slots}
        busy = {row.slot for row in rows.meetings if row.table_id == number and row.state in plan_input.BEGUN}
        slots = (slots or every) - busy
    trimmed = replace(happened, slots=tuple(sorted(slots)))
    return Situation(plan_input.written(rows), plan_input.present(rows.meetings), trimmed)


def propose(
    inputs: Mapping[str, Any],
    happened: Happened,
    *,
    effort: Effort | None = None,
    repair: Repair | None = None,
) -> Proposal:
    """The plan with the least change to what is published; to be asked outside any transaction.

    Raises:
        InvalidInput: the change names nothing of the event.
        Conflict: no plan is possible with it.
    """
    from matchmaker.services import plan_solving

    made = altered(inputs, happened)
    solve = repair or (plan_solving.filled if happened.fills else plan_solving.repaired)
    result = solve(made, effort or Effort(seconds=SECONDS, workers=1))
    if "meetings" not in result or result.get("status") in {"infeasible", "stopped"}:
        raise Conflict(
            Message("这样改之后排不出可行的安排。"),
            hint=Message("换一个时段或桌位，先释放被锁定的场次，或者取消这一场。"),
        )
    changes = plan_changes.between(
        plan_changes.places(inputs.get("published", ())), plan_changes.places(result["meetings"])
    )
    return Proposal(happened, made, result, changes)


def require_changeable(actor: Actor, event: Event) -> None:
    """A plan must be published before it is changed a little."""
    require(actor, "plan:repair", event)
    if event.state not in CHANGED_FROM:
        raise Conflict(
            Message("还没有公布的排程，不能逐场调整。"),
            hint=Message("先公布一次排程；公布前可以锁定场次或修改规则后重排。"),
        )


def keep(
    uow: UnitOfWork, actor: Actor, event: Event, proposal: Proposal, *, base: str, now: datetime
) -> PlanRun:
    """Stores a proposal as a run, so that it can be looked at, sent to a colleague and accepted."""
    require(actor, "plan:repair", event)
    kind = "hand" if proposal.happened.what == "move" else "repair"
    parameters = {"happened": proposal.happened.as_dict(), "base": base}
    row = plan_runs.keep(
        uow, actor, event, kind, proposal.inputs, proposal.result, parameters=parameters, now=now
    )
    row.changes = {"meetings": plan_changes.stored(proposal.changes)}
    return row


def accept(
    uow: UnitOfWork,
    actor: Actor,
    event: Event,
    run: PlanRun,
    *,
    now: datetime,
    check: Check = faults_now,
) -> list[Change]:
    """Writes what happened and makes the proposal the plan.

    Raises:
        Conflict: somebody has changed the plan since it was proposed.
    """
    require(actor, "plan:repair", event)
    write(uow, actor, event, Happened.from_dict(run.parameters["happened"]))
    uow.session.flush()
    base = str(run.parameters.get("base", ""))
    return plan_publishing.apply(uow, actor, event, run, base=base, now=now, check=check)


def write(uow: UnitOfWork, actor: Actor, event: Event, happened: Happened) -> None:
    """What happened, in the rows of the event, so that later plans know it."""
    if happened.what == "away":
        _write_away(uow, event, happened)
    elif happened.what == "table":
        _write_table(event, happened)
    elif happened.what in {"move", "add"}:
        _write_pin(uow, actor, event, happened)
    elif happened.what == "cancel":
        key = (plan_input.number_of(happened.expert), plan_input.number_of(happened.problem))
        plan_publishing.release(uow, actor, event, key)
        row = pairs.bring(uow, key[0], key[1], event.id)
        row.must, row.problem_wish = False, "veto"
        row.problem_wish_by = actor.name[:200]
    uow.record(actor, "plan:happened", f"event:{event.id}", **happened.as_dict())


def _write_away(uow: UnitOfWork, event: Event, happened: Happened) -> None:
    row = uow.session.scalar(
        select(Attendee).where(
            Attendee.id == plan_input.number_of(happened.person), Attendee.event_id == event.id
        )
    )
    if row is None:
        raise lacking("person", Message("请选择一位参会人。"))
    row.unavailable = sorted({*row.unavailable, *happened.slots})
    row.least = 0
    is_gone = events.away(event, row) >= {slot.position for slot in event.slots}
    for pin in plan_publishing.pins_of(uow, event, row.id):
        if pin.slot in happened.slots or (is_gone and pin.slot is None):
            uow.session.delete(pin)
    if is_gone:
        for pair in pairs_of(uow, event, row.id):
            pair.must = False


def pairs_of(uow: UnitOfWork, event: Event, attendee: int) -> Sequence[EventPair]:
    """Pairs in whose meetings somebody would sit."""
    sits = select(EventProblemPerson.event_problem_id).where(EventProblemPerson.attendee_id == attendee)
    return uow.session.scalars(
        select(EventPair).where(
            EventPair.event_id == event.id,
            or_(EventPair.attendee_id == attendee, EventPair.event_problem_id.in_(sits)),
        )
    ).all()


def _write_table(event: Event, happened: Happened) -> None:
    row = next((each for each in event.tables if each.name == happened.table), None)
    if row is None:
        raise lacking("table", Message("请选择一张桌。"))
    every = {slot.position for slot in event.slots}
    row.unavailable = sorted({*row.unavailable, *(happened.slots or every)})
    row.is_closed = row.is_closed or set(row.unavailable) >= every


def _write_pin(uow: UnitOfWork, actor: Actor, event: Event, happened: Happened) -> None:
    key = (plan_input.number_of(happened.expert), plan_input.number_of(happened.problem))
    tables: dict[str, EventTable] = {each.name: each for each in event.tables}
    table = tables.get(happened.table)
    if happened.what == "add":
        pairs.bring(uow, key[0], key[1], event.id).must = True
    if happened.slot is not None or table is not None:
        for pin in plan_publishing.pins_at(uow, event, happened.slot, table.id if table else None):
            uow.session.delete(pin)
        uow.session.flush()
        plan_publishing.pin(uow, actor, event, key, (happened.slot, table.id if table else None))
