"""Plans for tests of the service: a planner that takes no time, runs made and published in one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchmaker.bootstrap import Application
from matchmaker.jobs import planning
from matchmaker.models import Meeting, PlanRun
from matchmaker.permissions import Actor
from matchmaker.planning.facts import effective, figures, possible_pairs
from matchmaker.planning.instance import Instance
from matchmaker.planning.instance import Meeting as Planned
from matchmaker.planning.reading import read
from matchmaker.planning.result import Effort
from matchmaker.services import events, plan_input, plan_publishing, plan_runs
from matchmaker.services.plan_runs import Wanted
from tests.support.events import Docking


def first_fit(inputs: Mapping[str, Any], _effort: Effort) -> dict[str, Any]:
    """The best pairs first, each at the first place that is free: a plan in no time, not a good one."""
    instance = read(dict(inputs))
    pins = {pin.key: (pin.slot, pin.table) for pin in instance.pinned}
    pairs = sorted(
        possible_pairs(instance),
        key=lambda pair: (pair.key not in instance.held, -effective(instance, pair), pair.key),
    )
    meetings: list[Planned] = []
    for pair in pairs:
        place = _place(instance, meetings, pair.key, pins.get(pair.key, (None, None)))
        if place is not None:
            meetings.append(Planned(*pair.key, *place))
    told = figures(instance, meetings).as_dict()
    return {
        "format": "docking-plan-result/1",
        "status": "feasible",
        "meetings": [
            {"expert": one.expert, "problem": one.problem, "slot": one.slot, "table": one.table}
            for one in meetings
        ],
        "unmet": [],
        "figures": told,
        "bounds": {"score": told["score"]},
        "seconds": 0.01,
        "seed": 1,
        "relaxations": [],
    }


def _place(
    instance: Instance, held: list[Planned], key: tuple[str, str], wanted: tuple[int | None, str | None]
) -> tuple[int, str] | None:
    people = set(instance.attending(key))
    counts = {
        name: sum(name in {*instance.attending(one.key), one.problem} for one in held)
        for name in (*people, key[1])
    }
    limits = {name: instance.person[name].max_meetings for name in people}
    limits[key[1]] = instance.problem[key[1]].max_meetings
    if any(most is not None and counts[name] >= most for name, most in limits.items()):
        return None
    for slot in range(instance.slots):
        busy = {name for one in held if one.slot == slot for name in instance.attending(one.key)}
        if (
            wanted[0] not in {None, slot}
            or busy & people
            or any(slot in instance.person[one].unavailable for one in people)
        ):
            continue
        for table in instance.tables:
            taken = any(one.slot == slot and one.table == table.id for one in held)
            if wanted[1] in {None, table.id} and not taken and slot not in table.unavailable:
                return slot, table.id
    return None


def run(app: Application, made: Docking, actor: Actor | None = None, **wanted: Any) -> int:
    """A finished run of the event; its number there."""
    actor = actor or made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, actor, made.event, to_change=True)
        row = plan_runs.ask(uow, actor, event, plan_input.build(uow, event), Wanted(**wanted))
        number, identity = row.number, row.id
    planning.perform(app, identity, lambda: None, solve=first_fit, pause=0.01)
    return number


def publish(app: Application, made: Docking, number: int, actor: Actor | None = None) -> None:
    """Makes a run the plan."""
    actor = actor or made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, actor, made.event, to_change=True)
        row = plan_runs.get(uow, actor, event, number)
        plan_publishing.apply(uow, actor, event, row, base=base_of(uow, event), now=app.clock())


def base_of(uow: Any, event: Any) -> str:
    """The token of the plan that holds."""
    return plan_input.present(plan_input.standing(uow, event.id))


def planned(app: Application, made: Docking) -> Docking:
    """A run, published."""
    publish(app, made, run(app, made))
    return made


def meetings(app: Application, made: Docking) -> dict[tuple[int, int], Meeting]:
    """(index of the expert, index of the problem) → its row, cancelled ones too."""
    with app.reading() as uow:
        rows = uow.session.query(Meeting).filter(Meeting.event_id == made.event).all()
        return {
            (made.people.index(row.attendee_id), made.offers.index(row.event_problem_id)): row for row in rows
        }


def run_row(app: Application, made: Docking, number: int) -> PlanRun:
    """A run as it is stored."""
    with app.reading() as uow:
        return plan_runs.get(
            uow, made.actor("office"), events.get(uow, made.actor("office"), made.event), number
        )
