"""Runs of the planner: asked for, watched, stopped, kept with what they were asked and what they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Event, Job, PlanRun
from matchmaker.permissions import Actor, require
from matchmaker.services import events
from matchmaker.services.plan_input import fingerprint
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kind of a run → its name.
KINDS: dict[str, Message] = {
    "plan": Message("排程"),
    "repair": Message("临时调整"),
    "hand": Message("手工移动"),
    "file": Message("导入文件"),
}
#: State of a run → kind of the sign, and its name.
STATES: dict[str, tuple[str, Message]] = {
    "queued": ("waiting", Message("排队中")),
    "running": ("waiting", Message("正在计算")),
    "done": ("done", Message("已完成")),
    "stopped": ("attention", Message("提前停止")),
    "failed": ("fault", Message("失败")),
}
UNFINISHED = frozenset({"queued", "running"})
#: Runs that the page lists.
MOST_LISTED = 50
JOB = "plan"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a run is to be made.

    Attributes:
        seconds: as long as it may take; seed: equal ones give equal plans where time does not cut.
        keeps: moves as few published meetings as it can.
    """

    seconds: int = 15
    seed: int = 1
    note: str = ""
    keeps: bool = True


def subject(run: PlanRun) -> str:
    """Of its job and its history."""
    return f"plan:{run.id}"


def get(uow: UnitOfWork, actor: Actor, event: Event, number: int, *, to_change: bool = False) -> PlanRun:
    """One run of an event by its number there."""
    require(actor, "plan:read")
    statement = select(PlanRun).where(PlanRun.event_id == event.id, PlanRun.number == number)
    row = uow.session.scalar(statement.with_for_update() if to_change else statement)
    if row is None:
        raise NotFound(
            Message("这个活动没有第 %(number)s 次排程。", {"number": number}),
            hint=Message("请从“排程”页的历史中选择。"),
        )
    return row


def listing(uow: UnitOfWork, actor: Actor, event: Event) -> Sequence[PlanRun]:
    """The history of an event's runs, newest first, without what they were asked."""
    require(actor, "plan:read")
    return uow.session.scalars(
        select(PlanRun)
        .where(PlanRun.event_id == event.id)
        .options(defer(PlanRun.inputs))
        .order_by(PlanRun.number.desc())
        .limit(MOST_LISTED)
    ).all()


def shown(uow: UnitOfWork, actor: Actor, event: Event, number: int | None) -> PlanRun | None:
    """The run that a page shows: the one asked for, else the newest, else none."""
    if number is not None:
        return get(uow, actor, event, number)
    statement = select(PlanRun).where(PlanRun.event_id == event.id)
    if event.run_id is not None and (row := uow.session.get(PlanRun, event.run_id)) is not None:
        waiting = statement.where(PlanRun.state.in_(UNFINISHED)).order_by(PlanRun.number.desc()).limit(1)
        return uow.session.scalar(waiting) or row
    return uow.session.scalar(statement.order_by(PlanRun.number.desc()).limit(1))


def ask(uow: UnitOfWork, actor: Actor, event: Event, inputs: Mapping[str, Any], wanted: Wanted) -> PlanRun:
    """A run for the worker; one at a time for an event.

    Raises:
        Conflict: another one waits or runs.
        InvalidInput: there is nothing to plan.
    """
    require(actor, "plan:run", event)
    _require_something(inputs)
    row = _new(uow, actor, event, "plan", inputs, wanted.note)
    busy = uow.session.scalar(
        select(PlanRun.number).where(
            PlanRun.event_id == event.id, PlanRun.state.in_(UNFINISHED), PlanRun.id != row.id
        )
    )
    if busy is not None:
        raise Conflict(
            Message("第 %(number)s 次排程还在计算。", {"number": busy}),
            hint=Message("请等它结束，或先停止它，再开始新的一次。"),
        )
    row.parameters = {"seconds": wanted.seconds, "seed": wanted.seed, "keeps": wanted.keeps}
    uow.enqueue(JOB, subject(row))
    uow.record(actor, "plan:asked", f"event:{event.id}", run=row.number, seconds=wanted.seconds)
    return row


def keep(
    uow: UnitOfWork,
    actor: Actor,
    event: Event,
    kind: str,
    inputs: Mapping[str, Any],
    result: Mapping[str, Any],
    *,
    note: str = "",
    parameters: Mapping[str, Any] | None = None,
    now: datetime,
) -> PlanRun:
    """A run that is finished already: a repair, a meeting moved by hand, a plan made elsewhere."""
    require(actor, "plan:run", event)
    row = _new(uow, actor, event, kind, inputs, note)
    row.state, row.result, row.finished_at = "done", dict(result), now
    row.parameters = dict(parameters or {})
    uow.record(actor, "plan:kept", f"event:{event.id}", run=row.number, kind=kind)
    return row


def _new(
    uow: UnitOfWork, actor: Actor, event: Event, kind: str, inputs: Mapping[str, Any], note: str
) -> PlanRun:
    uow.session.scalar(select(Event.id).where(Event.id == event.id).with_for_update())  # numbers count up
    last = uow.session.scalar(select(func.max(PlanRun.number)).where(PlanRun.event_id == event.id))
    row = PlanRun(
        event_id=event.id,
        number=(last or 0) + 1,
        kind=kind,
        note=note,
        inputs=dict(inputs),
        fingerprint=fingerprint(inputs),
        based_on=event.run_id,
        created_by=actor.name[:100],
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def _require_something(inputs: Mapping[str, Any]) -> None:
    lacking = [
        (name, text)
        for name, text in (
            ("tables", Message("还没有洽谈桌，请先在活动中填写。")),
            ("pairs", Message("还没有可以见面的双方：需要确认参加的专家、已通过的难题和它的代表。")),
        )
        if not inputs.get(name)
    ]
    if not inputs.get("sessions"):
        lacking.insert(0, ("slots", Message("还没有洽谈的时段，请先填写场次的时间。")))
    if lacking:
        raise InvalidInput(lacking[0][1], fields=dict(lacking))


def stop(uow: UnitOfWork, actor: Actor, event: Event, number: int) -> PlanRun:
    """Asks a run to end with the best plan so far."""
    require(actor, "plan:run", event)
    row = get(uow, actor, event, number, to_change=True)
    if row.state not in UNFINISHED:
        raise Conflict(Message("这次排程已经结束。"), hint=Message("请刷新页面查看结果。"))
    row.stop = True
    return row


def annotate(uow: UnitOfWork, actor: Actor, event: Event, number: int, note: str) -> PlanRun:
    """A remark on a run, for colleagues."""
    require(actor, "plan:run", event)
    row = get(uow, actor, event, number, to_change=True)
    row.note = note
    return row


def remove(uow: UnitOfWork, actor: Actor, event: Event, number: int) -> None:
    """Forgets a run that was never published."""
    require(actor, "plan:run", event)
    row = get(uow, actor, event, number, to_change=True)
    if row.published_at is not None:
        raise Conflict(Message("公布过的排程不能删除。"), hint=Message("它是“为什么这样安排”的依据。"))
    if row.state in UNFINISHED and not is_lost(uow, row):
        raise Conflict(Message("这次排程还在计算。"), hint=Message("请先停止它，再删除。"))
    uow.session.delete(row)
    uow.record(actor, "plan:removed", f"event:{event.id}", run=number)


def is_lost(uow: UnitOfWork, row: PlanRun) -> bool:
    """Whether nobody works on an unfinished run any more: its job was given up."""
    if row.state not in UNFINISHED:
        return False
    wanted = (Job.kind == JOB) & (Job.subject == subject(row)) & (Job.state != "failed")
    return uow.session.scalar(select(Job.id).where(wanted).limit(1)) is None


# --- the steps of the job, each in a short unit of its own -------------------------------------------------


def begin(uow: UnitOfWork, number: int) -> PlanRun | None:
    """The run that is to be made now; None when it is gone or finished (the job came twice)."""
    row = uow.session.scalar(select(PlanRun).where(PlanRun.id == number).with_for_update())
    if row is None or row.state not in UNFINISHED:
        return None
    row.state = "running"
    row.progress = {"stage": "", "share": 0.0}
    return row


def heard(uow: UnitOfWork, number: int, progress: Mapping[str, Any]) -> bool:
    """Writes how far it is; whether it shall stop (a run that was deleted shall)."""
    row = uow.session.scalar(select(PlanRun).where(PlanRun.id == number).with_for_update())
    if row is None or row.state not in UNFINISHED:
        return True
    row.progress = dict(progress)
    return row.stop


def finish(
    uow: UnitOfWork, number: int, result: Mapping[str, Any], nearest: Mapping[str, Any], *, now: datetime
) -> None:
    """The answer of a run; a run that somebody deleted meanwhile stays deleted."""
    row = uow.session.scalar(select(PlanRun).where(PlanRun.id == number).with_for_update())
    if row is None:
        return
    row.result, row.nearest, row.finished_at = dict(result), dict(nearest), now
    row.state = "stopped" if row.stop else "done"
    row.progress = {}
    event = uow.session.get(Event, row.event_id)
    if event is not None:
        events.touched(event)


def failed(uow: UnitOfWork, number: int, error: str, *, now: datetime) -> None:
    """It could not be solved: the page says so, and it can be run again."""
    row = uow.session.get(PlanRun, number)
    if row is not None:
        row.state, row.error, row.finished_at, row.progress = "failed", error[:2000], now, {}
