"""A plan made elsewhere for an event comes back in as a result file: read, checked, kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Event, PlanRun
from matchmaker.permissions import Actor, require
from matchmaker.planning import facts
from matchmaker.planning.instance import Instance, Meeting
from matchmaker.planning.reading import read
from matchmaker.services import plan_input, plan_runs
from matchmaker.services.plan_publishing import Check, faults_now
from matchmaker.storage.unit_of_work import UnitOfWork

FORMAT = "docking-plan-result/1"
MOST_BYTES = 5_000_000
MOST_MEETINGS = 20_000
_KEYS = frozenset({"expert", "problem", "slot", "table"})


def keep(
    uow: UnitOfWork, actor: Actor, event: Event, content: bytes, *, now: datetime, check: Check = faults_now
) -> PlanRun:
    """A run from a result file.

    Raises:
        InvalidInput: it is no such file, or its plan breaks a rule of this event.
    """
    require(actor, "plan:run", event)
    inputs = plan_input.build(uow, event)
    instance = read(dict(inputs))
    meetings = meetings_of(content)
    wrong = list(check(instance, meetings))
    if wrong:
        raise _invalid(
            Message(
                "这个文件的安排与活动不符（%(count)s 处），例如：%(fault)s",
                {"count": len(wrong), "fault": wrong[0]},
            )
        )
    result = {
        "format": FORMAT,
        "status": "feasible",
        "meetings": [
            {"expert": each.expert, "problem": each.problem, "slot": each.slot, "table": each.table}
            for each in sorted(meetings, key=lambda each: (each.slot, each.table))
        ],
        "unmet": [],
        "figures": _figures(instance, meetings),
        "bounds": {},
        "relaxations": [],
    }
    return plan_runs.keep(uow, actor, event, "file", inputs, result, now=now)


def meetings_of(content: bytes) -> list[Meeting]:
    """The meetings of a result file, each key checked."""
    if not content:
        raise _invalid(Message("请选择一个文件。"))
    if len(content) > MOST_BYTES:
        raise _invalid(Message("文件太大，最多 %(most)s MB。", {"most": MOST_BYTES // 1_000_000}))
    try:
        told = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as fault:
        raise _invalid(Message("这不是 JSON 文件，请上传 matchmaker plan 写出的结果文件。")) from fault
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise _invalid(
            Message(
                "format 应是 %(format)s：请上传结果文件，而不是排程的输入。",
                {"format": FORMAT},
            )
        )
    rows = told.get("meetings")
    if not isinstance(rows, list) or not rows or len(rows) > MOST_MEETINGS:
        raise _invalid(Message("meetings 应列出至少一场洽谈。"))
    return [_meeting(place, row) for place, row in enumerate(rows)]


def _meeting(place: int, row: Any) -> Meeting:
    if not isinstance(row, Mapping) or set(row) != _KEYS:
        raise _invalid(
            Message(
                "meetings[%(place)s] 应有且只有 expert、problem、slot、table 四个键。",
                {"place": place},
            )
        )
    names = [row["expert"], row["problem"], row["table"]]
    is_slot = isinstance(row["slot"], int) and not isinstance(row["slot"], bool)
    if not is_slot or not all(isinstance(name, str) and name.isprintable() for name in names):
        raise _invalid(Message("meetings[%(place)s]：slot 应为整数，其余应为文字。", {"place": place}))
    return Meeting(row["expert"], row["problem"], row["slot"], row["table"])


def _figures(instance: Instance, meetings: list[Meeting]) -> dict[str, Any]:
    return facts.figures(instance, meetings).as_dict()


def _invalid(text: Message) -> InvalidInput:
    return InvalidInput(text, fields={"file": text})
