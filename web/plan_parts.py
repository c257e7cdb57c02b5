"""What the pages of planning share: changes in words, proposals, comparisons, pins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matchmaker.bootstrap import Application
from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.permissions import Actor
from matchmaker.services import (
    events,
    pairs,
    plan_changes,
    plan_compare,
    plan_input,
    plan_publishing,
    plan_relaxing,
    plan_runs,
    plan_view,
    repairing,
)
from matchmaker.services.plan_changes import Change
from matchmaker.services.plan_view import Named, Shown

if TYPE_CHECKING:
    from matchmaker.models import Event, PlanRun
    from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Line:
    """A change as it is told: both sides, from where, to where."""

    change: Change
    expert: Named
    problem: Named
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """A change that would make a plan possible, as its button says it."""

    place: int
    texts: Sequence[Message]
    can_apply: bool


def change_facts(uow: UnitOfWork, event: Event, run: PlanRun, shown: Shown) -> dict[str, Any]:
    """What publishing a run would change now, or what it changed when it was published."""
    holds = event.run_id == run.id
    present = plan_input.standing(uow, event.id)
    found: list[Change] = []
    if not holds and run.result.get("meetings"):
        found = plan_publishing.changes_of(plan_input.rows_of(uow, event), run)
    told = plan_changes.by_person(found, plan_changes.sitting_of(run.inputs))
    return {
        "changes": [line(event, shown.names, change) for change in found],
        "moved": {change.key for change in found if change.after is not None} if present else set(),
        "concerned": len(told),
        "base": plan_input.present(present),
        "holds": holds,
        "published": len(present),
        "objected": [row for row in present if row.objection],
    }


def line(event: Event, names: Mapping[str, Named], change: Change) -> Line:
    """A change with names and times."""
    return Line(
        change,
        names.get(change.expert) or Named(change.expert, change.expert),
        names.get(change.problem) or Named(change.problem, change.problem),
        _place(event, change.before),
        _place(event, change.after),
    )


def _place(event: Event, place: tuple[int, str] | None) -> str:
    if place is None:
        return ""
    slot = next((each for each in event.slots if each.position == place[0]), None)
    return f"{slot.starts:%m-%d %H:%M} {place[1]}" if slot else place[1]


def relaxations(shown: Shown) -> list[Proposed]:
    """The smallest changes after which a plan exists."""
    rows = shown.run.result.get("relaxations", ())
    return [
        Proposed(place, plan_relaxing.told(row, shown.names, shown.event), plan_relaxing.can_apply(row))
        for place, row in enumerate(rows)
    ]


def compared(uow: UnitOfWork, event: Event, one: PlanRun, other: PlanRun) -> dict[str, Any]:
    """Two runs side by side, with names."""
    names = plan_view.labels(uow, event)
    return {
        "names": names,
        "figures": list(zip(plan_compare.figures_of(one), plan_compare.figures_of(other), strict=False)),
        "figure_names": plan_compare.FIGURES,
        "gains": plan_compare.gains(one, other),
        "lines": [line(event, names, change) for change in plan_compare.differing(one, other)],
        "change_names": plan_changes.KINDS,
    }


def hold(uow: UnitOfWork, actor: Actor, event: Event, pair: str, action: str, run: int | None) -> None:
    """Pins a pair where the run has it, releases it, or says that every plan holds it."""
    expert, problem = plan_view.split(pair)
    key = (plan_input.number_of(expert), plan_input.number_of(problem))
    if not all(key):
        raise NotFound(Message("没有这一对。"), hint=Message("请从排程页面选择。"))
    if action in {"must", "free"}:
        row = pairs.bring(uow, key[0], key[1], event.id)
        pairs.demand(uow, actor, event, row.id, must=action == "must", session=row.session)
    elif action == "release":
        plan_publishing.release(uow, actor, event, key)
    else:
        plan_publishing.pin(uow, actor, event, key, _where(uow, actor, event, (expert, problem), run))


def _where(
    uow: UnitOfWork, actor: Actor, event: Event, key: tuple[str, str], run: int | None
) -> tuple[int | None, int | None]:
    """Slot and table that a run gives a pair; anywhere when it gives none."""
    row = plan_runs.shown(uow, actor, event, run)
    place = plan_changes.places(row.result.get("meetings", ())).get(key) if row else None
    if place is None:
        return None, None
    table = next((each.id for each in event.tables if each.name == place[1]), None)
    return place[0], table


def proposed(app: Application, actor: Actor, number: int, happened: repairing.Happened) -> int:
    """A small change: read, solved outside any transaction, kept as a run; answers with its number."""
    with app.reading() as uow:
        event = events.get(uow, actor, number)
        repairing.require_changeable(actor, event)
        situation = repairing.situation(uow, event, happened)
    proposal = repairing.propose(situation.inputs, situation.happened)
    with app.unit_of_work() as uow:
        event = events.get(uow, actor, number, to_change=True)
        row = repairing.keep(uow, actor, event, proposal, base=situation.base, now=app.clock())
        return row.number
