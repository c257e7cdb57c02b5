"""A run becomes the plan of an event: meetings written, those concerned told, standby pairs chosen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select

from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.models import Event, EventProblemPerson, Meeting, PlanPin, PlanRun, Standby
from matchmaker.permissions import Actor, require
from matchmaker.planning.instance import Instance
from matchmaker.planning.instance import Meeting as Planned
from matchmaker.planning.reading import read
from matchmaker.services import events, plan_changes, plan_input
from matchmaker.services.event_stages import Readiness
from matchmaker.services.plan_changes import Change, Key, Place
from matchmaker.services.plan_messages import tell_changes
from matchmaker.services.plan_runs import UNFINISHED
from matchmaker.services.plan_standby import waiting
from matchmaker.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

#: States of an event in which a whole run may become its plan, and those in which a small change may.
PUBLISHED_FROM = frozenset({"open", "choosing", "provisional"})
CHANGED_FROM = frozenset({"provisional", "frozen", "running"})
#: Kinds of runs that change a published plan a little.
SMALL = frozenset({"repair", "hand"})
#: Instance, meetings → what is wrong with them.
Check = Callable[[Instance, Sequence[Planned]], Sequence[str]]


def faults_now(instance: Instance, meetings: Sequence[Planned]) -> Sequence[str]:
    """Every hard rule that a plan breaks, by code apart from the solvers'."""
    from matchmaker.planning.checking import faults

    return faults(instance, meetings)


def changes_of(rows: plan_input.Rows, run: PlanRun) -> list[Change]:
    """What a run would change against what is published now; what is over is not touched."""
    return plan_changes.between(_present(rows), plan_changes.places(run.result.get("meetings", ())))


def apply(
    uow: UnitOfWork,
    actor: Actor,
    event: Event,
    run: PlanRun,
    *,
    base: str,
    now: datetime,
    check: Check = faults_now,
) -> list[Change]:
    """Makes a run's plan the event's; answers with what changed.

    Meetings keep their rows: ``sequence`` grows only where slot, table or existence changes, what both sides
    confirmed stays confirmed unless its time changes. ``base`` is ``plan_input.present`` of the plan that
    whoever accepts was shown.

    Raises:
        Conflict: the plan has changed meanwhile, the run does not fit the event as it is now, or its state.
    """
    is_small = run.kind in SMALL
    require(actor, "plan:repair" if is_small else "plan:publish", event)
    event = events.get(uow, actor, event.id, to_change=True)
    _require_state(event, is_small)
    _require_finished(run)
    rows = plan_input.rows_of(uow, event)
    if base != plan_input.present(rows.meetings):
        raise Conflict(
            Message("排程刚被他人更改，您看到的不是最新的一版。"),
            hint=Message("请再看一遍现在会改变什么，然后再公布。"),
        )
    instance = read(plan_input.written(rows))
    planned = _planned(instance, run, check)
    changes = changes_of(rows, run)
    written = _write(uow, event, rows, run, changes)
    uow.session.flush()
    _choose_standby(uow, event, instance, planned)
    run.published_at, run.published_by = now, actor.name[:100]
    run.changes = {"meetings": plan_changes.stored(changes)}
    before, event.run_id = event.run_id, run.id
    if event.state in PUBLISHED_FROM:
        event.state = "provisional"
    events.touched(event)
    uow.record(
        actor, "plan:published", f"event:{event.id}", run=run.number, before=before, changes=len(changes)
    )
    tell_changes(uow, actor, event, rows, written, now=now)
    return changes


def _require_state(event: Event, is_small: bool) -> None:
    if event.state in (CHANGED_FROM if is_small else PUBLISHED_FROM):
        return
    if event.state in CHANGED_FROM:
        raise Conflict(
            Message("活动已定稿，不能整体更换排程。"),
            hint=Message("个别变动请用“临时调整”；确需重排请先把活动退回到初排。"),
        )
    raise Conflict(
        Message("活动在当前状态下不能公布排程。"), hint=Message("请先在活动页面推进到征集或初排的阶段。")
    )


def _require_finished(run: PlanRun) -> None:
    if run.state in UNFINISHED or not run.result.get("meetings"):
        raise Conflict(
            Message("第 %(number)s 次排程没有可以公布的结果。", {"number": run.number}),
            hint=Message("请等它结束，或换一次有结果的排程。"),
        )


def _planned(instance: Instance, run: PlanRun, check: Check) -> list[Planned]:
    """The run's meetings, re-checked against the event as it is at this moment."""
    found = [
        Planned(row["expert"], row["problem"], row["slot"], row["table"]) for row in run.result["meetings"]
    ]
    wrong = check(instance, found)
    if wrong:
        log.info("run %s does not fit its event any more: %s", run.id, "; ".join(wrong[:5]))
        raise Conflict(
            Message("这次排程与活动现在的情况不符（%(count)s 处）。", {"count": len(wrong)}),
            hint=Message("人员、时间、意愿、洽谈桌或锁定在它之后有变动，请重新排程。"),
        )
    return found


def _present(rows: plan_input.Rows) -> dict[Key, Place]:
    """Published meetings that a plan may still speak of; one without a table stands at ""."""
    names = {table.id: table.name for table in rows.event.tables}
    return {
        (plan_input.person_id(row.attendee_id), plan_input.problem_id(row.event_problem_id)): (
            row.slot,
            names.get(row.table_id or 0, ""),
        )
        for row in rows.meetings
        if row.state in plan_input.OPEN | plan_input.BEGUN
    }


def _write(
    uow: UnitOfWork, event: Event, rows: plan_input.Rows, run: PlanRun, changes: Sequence[Change]
) -> list[tuple[Change, Meeting]]:
    """Rows for the changes; a meeting that was cancelled before comes back in its own row."""
    tables = {table.name: table.id for table in event.tables}
    known = {(row.attendee_id, row.event_problem_id): row for row in _all_rows(uow, event.id)}
    links = {row.id: row.online_link for row in rows.people if row.mode == "online"}
    found = []
    for change in changes:
        key = (plan_input.number_of(change.expert), plan_input.number_of(change.problem))
        row = known.get(key)
        if change.after is None:
            assert row is not None
            row.state, row.sequence = "cancelled", row.sequence + 1
        else:
            row = _placed(uow, event, row, key, change, tables)
            row.source = "hand" if run.kind == "hand" else row.source
            row.online_link = links.get(key[0]) or (event.online_link if key[0] in links else "")
        found.append((change, row))
    return found


def _placed(
    uow: UnitOfWork,
    event: Event,
    row: Meeting | None,
    key: tuple[int, int],
    change: Change,
    tables: Mapping[str, int],
) -> Meeting:
    assert change.after is not None
    slot, table = change.after
    if row is None:
        row = Meeting(event_id=event.id, attendee_id=key[0], event_problem_id=key[1], slot=slot, confirmed=[])
        uow.session.add(row)
    else:
        row.sequence += 1
    if change.what != "table":
        row.confirmed, row.objection = [], ""
    row.slot, row.table_id, row.state = slot, tables[table], "planned"
    return row


def _all_rows(uow: UnitOfWork, event: int) -> Sequence[Meeting]:
    return uow.session.scalars(select(Meeting).where(Meeting.event_id == event)).all()


def _choose_standby(uow: UnitOfWork, event: Event, instance: Instance, planned: Sequence[Planned]) -> None:
    uow.session.execute(delete(Standby).where(Standby.event_id == event.id))
    uow.session.add_all(
        Standby(
            event_id=event.id,
            slot=each.slot,
            rank=each.rank,
            attendee_id=plan_input.number_of(each.expert),
            event_problem_id=plan_input.number_of(each.problem),
        )
        for each in waiting(instance, planned)
    )


def pin(
    uow: UnitOfWork, actor: Actor, event: Event, key: tuple[int, int], place: tuple[int | None, int | None]
) -> None:
    """Every further plan holds this pair, at this slot and table where they are given."""
    require(actor, "plan:run", event)
    row = _pin(uow, event, key)
    if row is None:
        row = PlanPin(event_id=event.id, attendee_id=key[0], event_problem_id=key[1])
        uow.session.add(row)
    row.slot, row.table_id = place
    row.pinned_by = actor.name[:100]
    uow.record(actor, "plan:pinned", f"event:{event.id}", pair=list(key), slot=place[0], table=place[1])


def release(uow: UnitOfWork, actor: Actor, event: Event, key: tuple[int, int]) -> None:
    """Further plans may move or drop it."""
    require(actor, "plan:run", event)
    row = _pin(uow, event, key)
    if row is not None:
        uow.session.delete(row)
        uow.record(actor, "plan:released", f"event:{event.id}", pair=list(key))


def pin_confirmed(uow: UnitOfWork, actor: Actor, event: Event) -> int:
    """Pins what both sides have confirmed, for the second run; the number of meetings."""
    require(actor, "plan:run", event)
    count = 0
    for row in plan_input.standing(uow, event.id):
        if {"demand", "supply"} <= set(row.confirmed) and not row.objection:
            pin(uow, actor, event, (row.attendee_id, row.event_problem_id), (row.slot, row.table_id))
            count += 1
    return count


def _pin(uow: UnitOfWork, event: Event, key: tuple[int, int]) -> PlanPin | None:
    return uow.session.scalar(
        select(PlanPin).where(
            PlanPin.event_id == event.id, PlanPin.attendee_id == key[0], PlanPin.event_problem_id == key[1]
        )
    )


def pins_of(uow: UnitOfWork, event: Event, attendee: int) -> Sequence[PlanPin]:
    """Pins of meetings in which somebody sits."""
    sits = select(EventProblemPerson.event_problem_id).where(EventProblemPerson.attendee_id == attendee)
    return uow.session.scalars(
        select(PlanPin).where(
            PlanPin.event_id == event.id,
            or_(PlanPin.attendee_id == attendee, PlanPin.event_problem_id.in_(sits)),
        )
    ).all()


def pins_at(uow: UnitOfWork, event: Event, slot: int | None, table: int | None) -> Sequence[PlanPin]:
    """Pins to exactly this place."""
    return uow.session.scalars(
        select(PlanPin).where(PlanPin.event_id == event.id, PlanPin.slot == slot, PlanPin.table_id == table)
    ).all()


def readiness(uow: UnitOfWork, _actor: Actor, event: Event) -> Sequence[Readiness]:
    """What the stage of planning lacks, for the event's page."""
    runs = uow.session.execute(
        select(PlanRun.state, func.count()).where(PlanRun.event_id == event.id).group_by(PlanRun.state)
    )
    total = sum(number for _state, number in runs)
    rows: list[Any] = list(plan_input.standing(uow, event.id))
    objections = sum(bool(row.objection) for row in rows)
    found = []
    if not total:
        return [
            Readiness(Message("还没有排过程"), is_good=False, endpoint="plans.show", action=Message("去排程"))
        ]
    if event.run_id is None:
        text = Message("已排 %(n)s 次，还没有公布", {"n": total})
        return [Readiness(text, is_good=False, endpoint="plans.show", action=Message("查看并公布"))]
    found.append(
        Readiness(Message("已公布 %(n)s 场洽谈", {"n": len(rows)}), is_good=True, endpoint="plans.show")
    )
    if objections:
        text = Message("%(n)s 场有意见", {"n": objections})
        found.append(Readiness(text, is_good=False, endpoint="plans.show", action=Message("处理")))
    quiet = sum(not {"demand", "supply"} <= set(row.confirmed) for row in rows if row.state == "planned")
    if quiet and event.state == "provisional":
        found.append(
            Readiness(Message("%(n)s 场还没有双方确认", {"n": quiet}), is_good=False, endpoint="plans.show")
        )
    return found
