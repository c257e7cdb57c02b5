"""/events/…/plan: the plan of a docking event that holds, or one of its runs, for the office."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import events, plan_runs, plan_view
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer, number_of
from web.request import actor, application
from web.schemas.plan_output import PlanAsked, PlanOut

blueprint = ApiBlueprint("plans", Message("对接会的排程。"), "/events")


@blueprint.operation(
    "/<identifier>/plan",
    Message("对接会的排程"),
    PlanAsked,
    PlanOut,
    about=Message("现行排程；给出 run 时为第几次排程。仅供组织者，匿名难题的单位也会列出。"),
    errors=(*ONE_OBJECT, HTTPStatus.FORBIDDEN),
)
def show(asked: dict[str, Any], identifier: str) -> Response:
    """One run with its meetings."""
    number = number_of(identifier, "event")
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        require(actor(), "plan:read")
        run = plan_runs.shown(uow, actor(), event, asked["run"])
        if run is None:
            raise NotFound(Message("这个活动还没有排过程。"), hint=Message("请在“排程”页先排一次。"))
        return answer(PlanOut, plan_view.show(uow, event, run))
