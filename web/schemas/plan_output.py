"""A run of the planner as the API tells it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from matchmaker.messages import Message
from web.schemas.fields import WholeNumber
from web.schemas.output import described, moment, real, several, text, whole
from web.schemas.requests import Asked


class PlanAsked(Asked):
    """Which run."""

    run = WholeNumber(
        low=1, high=2**31 - 1, load_default=None, metadata=described(Message("第几次排程；不填为现行的。"))
    )


class SideOut(Schema):
    """A side of a meeting."""

    id = text(Message("排程文件中的编号。"))
    name = text(Message("姓名，或难题名称。"))
    number = text(Message("难题编号。"))
    body = text(Message("单位。"))


class PlannedOut(Schema):
    """A meeting of a run."""

    expert = fields.Nested(SideOut, metadata=described(Message("专家。")))
    problem = fields.Nested(SideOut, metadata=described(Message("难题。")))
    slot = whole(Message("时段，从 0 数起。"))
    table = text(Message("洽谈桌。"))
    score = real(Message("匹配分，0 到 1。"))


class PlanOut(Schema):
    """A run with its figures, bounds and meetings."""

    run = fields.Function(lambda shown: shown.run.number, metadata=described(Message("第几次排程。")))
    kind = fields.Function(
        lambda shown: shown.run.kind, metadata=described(Message("plan、repair、hand 或 file。"))
    )
    state = fields.Function(lambda shown: shown.run.state, metadata=described(Message("运行状态。")))
    status = fields.Function(
        lambda shown: shown.run.result.get("status"), metadata=described(Message("optimal、feasible 等。"))
    )
    published = fields.Function(
        lambda shown: shown.event.run_id == shown.run.id, metadata=described(Message("是否为现行排程。"))
    )
    published_at = moment(Message("最近一次公布的时间。"), attribute="run.published_at")
    figures = fields.Function(
        lambda shown: _numbers(shown, "figures"), metadata=described(Message("各项数字。"))
    )
    bounds = fields.Function(
        lambda shown: _numbers(shown, "bounds"), metadata=described(Message("任何排程都不能超过的界限。"))
    )
    meetings = several(PlannedOut, Message("各场洽谈。"), attribute="cells")
    without = fields.Function(
        lambda shown: [party.who.id for party in shown.without],
        metadata=described(Message("没有洽谈的人和难题。")),
    )


def _numbers(shown: Any, name: str) -> dict[str, Any]:
    return dict(shown.run.result.get(name) or {})
