"""排程: the runs of an event's plan: asked for, looked at, compared, published; rules, pins, moves, files."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import (
    events,
    own_meetings,
    pairs,
    plan_changes,
    plan_compare,
    plan_files,
    plan_input,
    plan_publishing,
    plan_relaxing,
    plan_rules,
    plan_runs,
    plan_solving,
    plan_view,
    repairing,
)
from matchmaker.services.plan_rules import Rules
from web import plan_parts
from web.faults import by_field
from web.i18n import _
from web.request import actor, application, number_argument
from web.schemas.parsing import load
from web.schemas.plans import MoveIn, NoteIn, PairIn, PublishIn, RulesIn

if TYPE_CHECKING:
    from matchmaker.models import Event, PlanRun
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("plans", __name__)

#: Views of a run, each with its address.
VIEWS: dict[str, Message] = {
    "": Message("时间表"),
    "people": Message("按人和难题"),
    "meetings": Message("全部洽谈"),
}


@blueprint.get("/events/<int:number>/plan")
def show(number: int) -> str:
    """The plan that holds, or the newest run; ``?run=`` another one."""
    return _page(number, number_argument("run"))


@blueprint.get("/events/<int:number>/plan/runs/<int:run>")
def show_run(number: int, run: int) -> str:
    """One run with what it would change."""
    return _page(number, run)


@blueprint.post("/events/<int:number>/plan/runs")
def ask(number: int) -> ResponseReturnValue:
    """Keeps rules and weights, and asks the worker for a run."""
    try:
        given = load(RulesIn(), request.form)
        price = given["fairness_price"]
        rules = Rules(
            given["must"], given["willing"], None if price is None else price / 100, given["min_score"],
            given["problem_least"], given["problem_most"], given["expert_most"], given["most_in_a_row"],
        )  # fmt: skip
        wanted = plan_runs.Wanted(given["seconds"], given["seed"], given["note"], given["keeps"] == "1")
        with application().unit_of_work() as uow:
            event = events.get(uow, actor(), number, to_change=True)
            plan_rules.change(uow, actor(), event, rules)
            uow.session.flush()
            row = plan_runs.ask(uow, actor(), event, plan_input.build(uow, event, keeps=wanted.keeps), wanted)
            made = row.number
    except (InvalidInput, Conflict) as fault:
        return _page(number, None, request.form, fault), fault.status
    return redirect(url_for("plans.show_run", number=number, run=made), 303)


@blueprint.post("/events/<int:number>/plan/runs/<int:run>/stop")
def stop(number: int, run: int) -> ResponseReturnValue:
    """The best plan so far is enough."""
    return _step(number, run, lambda uow, event: plan_runs.stop(uow, actor(), event, run), _("已请求停止。"))


@blueprint.post("/events/<int:number>/plan/runs/<int:run>/note")
def annotate(number: int, run: int) -> ResponseReturnValue:
    """A remark for colleagues."""

    def taken(uow: UnitOfWork, event: Event) -> None:
        plan_runs.annotate(uow, actor(), event, run, load(NoteIn(), request.form)["note"])

    return _step(number, run, taken, _("备注已保存。"))


@blueprint.post("/events/<int:number>/plan/runs/<int:run>/remove")
def remove(number: int, run: int) -> ResponseReturnValue:
    """Forgets a run that was never published."""
    return _step(
        number, run, lambda uow, event: plan_runs.remove(uow, actor(), event, run), _("已删除。"), leave=True
    )


@blueprint.post("/events/<int:number>/plan/runs/<int:run>/publish")
def publish(number: int, run: int) -> ResponseReturnValue:
    """Makes a run, new or old, the plan; a proposal of a small change is accepted."""

    def taken(uow: UnitOfWork, event: Event) -> None:
        row, now = plan_runs.get(uow, actor(), event, run), application().clock()
        if row.kind in plan_publishing.SMALL and row.published_at is None:
            repairing.accept(uow, actor(), event, row, now=now)
        else:
            base = load(PublishIn(), request.form)["base"]
            plan_publishing.apply(uow, actor(), event, row, base=base, now=now)

    return _step(number, run, taken, _("已公布；有变动的人都会收到通知。"))


@blueprint.post("/events/<int:number>/plan/runs/<int:run>/relax/<int:place>")
def relax(number: int, run: int, place: int) -> ResponseReturnValue:
    """Makes a proposed change and runs again."""
    try:
        with application().unit_of_work() as uow:
            event = events.get(uow, actor(), number, to_change=True)
            row = plan_runs.get(uow, actor(), event, run)
            plan_relaxing.apply(uow, actor(), event, row, place)
            uow.session.flush()
            uow.session.expire(event)
            asked = row.parameters
            wanted = plan_runs.Wanted(int(asked.get("seconds", 15)), int(asked.get("seed", 1)))
            made = plan_runs.ask(uow, actor(), event, plan_input.build(uow, event), wanted).number
    except (InvalidInput, Conflict) as fault:
        return _page(number, run, None, fault), fault.status
    return redirect(url_for("plans.show_run", number=number, run=made), 303)


@blueprint.post("/events/<int:number>/plan/pairs")
def hold(number: int) -> ResponseReturnValue:
    """Pins a meeting where it is, releases it; a pair that every plan holds, or no longer."""
    run = number_argument("run")

    def taken(uow: UnitOfWork, event: Event) -> None:
        given = load(PairIn(), request.form)
        plan_parts.hold(uow, actor(), event, given["pair"], given["action"], run)

    return _step(number, run, taken, _("已保存；下一次排程会照此安排。"))


@blueprint.post("/events/<int:number>/plan/pins")
def pin_confirmed(number: int) -> ResponseReturnValue:
    """Pins what both sides have confirmed."""
    return _step(
        number,
        None,
        lambda uow, event: plan_publishing.pin_confirmed(uow, actor(), event),
        _("双方都已确认的场次已锁定。"),
    )


@blueprint.post("/events/<int:number>/plan/move")
def move(number: int) -> ResponseReturnValue:
    """Where a meeting moved by hand leads; nothing is changed until that is accepted."""
    try:
        given = load(MoveIn(), request.form)
        expert, problem = plan_view.split(given["pair"])
        happened = repairing.Happened(
            "move", expert=expert, problem=problem, slot=given["slot"], table=given["table"]
        )
        made = plan_parts.proposed(application(), actor(), number, happened)
    except (InvalidInput, Conflict) as fault:
        return _page(number, None, request.form, fault), fault.status
    return redirect(url_for("plans.show_run", number=number, run=made), 303)


@blueprint.get("/events/<int:number>/plan/compare")
def compare(number: int) -> str:
    """Two runs side by side: ``?a=`` and ``?b=``."""
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        require(actor(), "plan:read")
        runs = plan_runs.listing(uow, actor(), event)
        chosen = [plan_runs.get(uow, actor(), event, number_argument(name) or 0) for name in ("a", "b")]
        return render_template(
            "pages/plan_compare.html",
            event=event,
            runs=runs,
            both=chosen,
            kinds=plan_runs.KINDS,
            **plan_parts.compared(uow, event, *chosen),
        )


@blueprint.get("/events/<int:number>/plan/file.json")
def file(number: int) -> Response:
    """The planning file as it would be asked now, or what a run was asked or answered."""
    run, part = number_argument("run"), request.args.get("part", "")
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        require(actor(), "plan:read")
        if run is None:
            content: dict[str, Any] = plan_input.build(uow, event)
        else:
            row = plan_runs.get(uow, actor(), event, run)
            content = plan_solving.as_file(row.result) if part == "result" else dict(row.inputs)
    answer = Response(json.dumps(content, ensure_ascii=False, indent=1), mimetype="application/json")
    name = f"plan-{number}" + (f"-{run}" if run else "") + ("-result" if part == "result" else "")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/events/<int:number>/plan/file")
def upload(number: int) -> ResponseReturnValue:
    """A plan made elsewhere for this event: read, checked, kept as a run."""
    app, sent = application(), request.files.get("file")
    try:
        content = sent.stream.read(plan_files.MOST_BYTES + 1) if sent else b""
        with app.unit_of_work() as uow:
            event = events.get(uow, actor(), number, to_change=True)
            row = plan_files.keep(uow, actor(), event, content, now=app.clock())
            made = row.number
    except (InvalidInput, Conflict) as fault:
        return _page(number, None, None, fault), fault.status
    return redirect(url_for("plans.show_run", number=number, run=made), 303)


def _step(
    number: int,
    run: int | None,
    taken: Callable[[UnitOfWork, Event], object],
    done: str,
    *,
    leave: bool = False,
) -> ResponseReturnValue:
    """One step and back to the page; where it fails the page comes again and says why."""
    try:
        with application().unit_of_work() as uow:
            taken(uow, events.get(uow, actor(), number, to_change=True))
    except (InvalidInput, Conflict) as fault:
        return _page(number, run, request.form, fault), fault.status
    flash(done, "done")
    view = request.args.get("view") or None
    if run is None or leave:
        return redirect(url_for("plans.show", number=number, view=view), 303)
    return redirect(url_for("plans.show_run", number=number, run=run, view=view), 303)


def _page(number: int, run: int | None, typed: Any = None, fault: MatchmakerError | None = None) -> str:
    app, who = application(), actor()
    view = request.args.get("view", "")
    with app.reading() as uow:
        event = events.get(uow, who, number)
        row = plan_runs.shown(uow, who, event, run)
        require(who, "plan:read")
        return render_template(
            "pages/plan.html",
            event=event,
            run=row,
            runs=plan_runs.listing(uow, who, event),
            kinds=plan_runs.KINDS,
            states=plan_runs.STATES,
            rules=plan_rules.of(event),
            views=VIEWS,
            view=view if view in VIEWS else "",
            typed=typed or {},
            faults=by_field(fault) if fault else {},
            fault=fault,
            objections=own_meetings.objections,
            threshold=pairs.threshold(),
            **_of_run(uow, event, row),
        )


def _of_run(uow: UnitOfWork, event: Event, row: PlanRun | None) -> dict[str, Any]:
    """What the page tells of the run that it shows."""
    if row is None:
        return {"shown": None, "changes": [], "objected": [], "is_lost": False, "unfinished": False}
    shown = plan_view.show(uow, event, row)
    return {
        "slot_times": {slot.position: f"{slot.starts:%m-%d %H:%M}" for slot in event.slots},
        "move_choices": plan_view.choices(shown),
        "run_figures": plan_compare.figures_of(row),
        "figure_names": plan_compare.FIGURES,
        "change_names": plan_changes.KINDS,
        "shown": shown,
        "is_lost": plan_runs.is_lost(uow, row),
        "unfinished": row.state in plan_runs.UNFINISHED,
        "relaxations": plan_parts.relaxations(shown),
        **plan_parts.change_facts(uow, event, row, shown),
    }
