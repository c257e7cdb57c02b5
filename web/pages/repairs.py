"""临时调整: what happened, and the plan with the least change that follows, to be accepted or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.permissions import require
from matchmaker.services import events, plan_input, plan_publishing, plan_view
from matchmaker.services.plan_view import Named
from matchmaker.services.repairing import WHATS, Happened
from web import plan_parts
from web.faults import by_field
from web.request import actor, application
from web.schemas.parsing import load
from web.schemas.plans import HappenedIn

blueprint = Blueprint("repairs", __name__)


@blueprint.get("/events/<int:number>/repair")
def show(number: int) -> str:
    """What may have happened, one form each; ``?what=`` and ``?pair=`` choose beforehand."""
    return _page(number, request.args)


@blueprint.post("/events/<int:number>/repair")
def propose(number: int) -> ResponseReturnValue:
    """Plans around it and leads to what that changes."""
    try:
        happened = _happened(load(HappenedIn(), request.form))
        made = plan_parts.proposed(application(), actor(), number, happened)
    except (InvalidInput, Conflict) as fault:
        return _page(number, request.form, fault), fault.status
    return redirect(url_for("plans.show_run", number=number, run=made), 303)


def _happened(given: dict[str, Any]) -> Happened:
    expert, problem = plan_view.split(given["pair"])
    return Happened(
        given["what"],
        person=given["person"],
        slots=tuple(int(slot) for slot in given["slots"] if slot.isascii() and slot.isdigit()),
        table=given["table"],
        expert=given["expert"] or expert,
        problem=given["problem"] or problem,
        slot=given["slot"],
        fills=given["fills"] == "1",
    )


def _called(row: dict[str, Any], names: dict[str, Named]) -> str:
    expert, problem = names.get(row["expert"]), names.get(row["problem"])
    told = [expert.name if expert else "", problem.number if problem else "", problem.name if problem else ""]
    return " ".join(filter(None, told))


def _page(number: int, typed: Any, fault: MatchmakerError | None = None) -> str:
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        require(actor(), "plan:repair", event)
        inputs = plan_input.build(uow, event)
        names = plan_view.labels(uow, event)
        people = sorted(
            (names[row["id"]] for row in inputs["people"] if row["id"] in names), key=lambda each: each.name
        )
        return render_template(
            "pages/repair.html",
            event=event,
            whats=WHATS,
            what=typed.get("what", ""),
            people=people,
            named_experts=[(each.id, each.name) for each in people if each.kind == "expert"],
            named_problems=[
                (row["id"], f"{names[row['id']].number} {names[row['id']].name}")
                for row in inputs["problems"]
                if row["id"] in names
            ],
            named_tables=[(table.name, table.name) for table in event.tables],
            named_meetings=[
                (f"{row['expert']}|{row['problem']}", _called(row, names))
                for row in inputs.get("published", ())
            ],
            meetings=bool(inputs.get("published")),
            times={slot.position: f"{slot.starts:%m-%d %H:%M}" for slot in event.slots},
            can_change=event.state in plan_publishing.CHANGED_FROM,
            typed=typed,
            chosen_slots=request.form.getlist("slots"),
            faults=by_field(fault) if fault else {},
            fault=fault,
        )
