"""An introduction begins: one side shows interest, the other is asked, and sees why the two match."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.jobs.queue import schedule
from matchmaker.messages import Message
from matchmaker.models import Expert, Introduction, Problem
from matchmaker.permissions import Actor, require
from matchmaker.services import experts, introduction_messages, problems, refusals
from matchmaker.services.anonymity import names_of
from matchmaker.services.introduction_records import (
    LAPSE,
    note_step,
    on_behalf,
    refuse_second,
    shortened,
)
from matchmaker.storage.unit_of_work import UnitOfWork

#: Side → action that begins an introduction for it.
BEGINS = {"demand": "introduction:ask", "supply": "introduction:offer"}
#: A telephone number or an e-mail address.
_REACH = re.compile(r"(?<!\d)(?:1[3-9](?:[ -]?\d){9}|0\d{2,3}[ -]?\d{7,8})(?!\d)|[\w.+-]+@[\w-]+\.\w+")
#: States of a problem in which it looks for somebody.
LOOKING = frozenset({"published", "docking"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What begins an introduction.

    Attributes:
        side: demand or supply, whose interest it is.
        evidence: why the two match, from a ranking; may be empty.
    """

    problem: int
    expert: int
    side: str
    message: str = ""
    evidence: Mapping[str, Any] | None = None


def ask(
    uow: UnitOfWork, actor: Actor, asked: Asked, *, now: datetime, answer_days: int, reason_days: int
) -> Introduction:
    """Begins an introduction: the other side is asked, and sees why they match, not how to reach anybody."""
    uow.alone(f"introduction:{asked.problem}:{asked.expert}")
    problem, expert = problems.get(uow, actor, asked.problem), experts.get(uow, actor, asked.expert)
    require(actor, BEGINS[asked.side], problem if asked.side == "demand" else expert)
    _refuse_unfit(uow, actor, problem, expert, asked.side, now)
    _refuse_telling(asked.message, problem if asked.side == "demand" else None)
    row = Introduction(
        problem=problem, expert=expert, state="asked", is_open=True, asked_by=asked.side, asked_at=now,
        message=shortened(asked.message), evidence=dict(asked.evidence or {}),
        answer_by=now + timedelta(days=answer_days), reason_days=reason_days, events=[],
    )  # fmt: skip
    if actor.account is not None and (actor.is_office or "broker" in actor.roles):
        row.follower_id, row.follower = actor.account, actor.name[:100]
    who = on_behalf(actor, row, asked.side)
    row.asker, row.asker_id = who.name[:100], who.account
    uow.session.add(row)
    uow.session.flush()
    note_step(uow, who, row, "ask", asked.side, now)
    schedule(uow.session, LAPSE, f"introduction:{row.id}", row.answer_by or now)
    introduction_messages.asked(uow, who, row)
    return row


def _refuse_telling(message: str, problem: Problem | None) -> None:
    """Before both agree nobody writes how to reach him, nor an anonymous firm who it is."""
    if _REACH.search(message):
        told = Message("请不要在这里写电话或邮箱；对方接受后，双方会看到彼此的联系方式。")
        raise InvalidInput(Message("这段话不能这样发出。"), fields={"message": told})
    owner = problem.organization if problem is not None and problem.visibility == "anonymous" else None
    found = next((name for name in names_of(owner.name) if name in message), "") if owner else ""
    if found:
        told = Message("这项难题是匿名的，这里却写了“%(name)s”；请删去。", {"name": found})
        raise InvalidInput(Message("这段话不能这样发出。"), fields={"message": told})


def _refuse_unfit(
    uow: UnitOfWork, actor: Actor, problem: Problem, expert: Expert, side: str, now: datetime
) -> None:
    """Pairs that may not be introduced: not looking, kept apart, in contact, refused for what still holds."""
    if problem.state not in LOOKING:
        raise Conflict(
            Message("这项难题现在不接受引荐。"), hint=Message("难题发布后、解决前可以引荐；请先联系组织者。")
        )
    if refusals.kept_apart(problem, expert):
        raise Conflict(
            Message("这位专家和这项难题之间有回避关系，不能引荐。"),
            hint=Message("回避单位和对其隐藏的单位由各方设定；有疑问请联系组织者。"),
        )
    refuse_second(uow, problem.id, expert.id)
    refusal = refusals.of_pair(uow, problem, expert)
    if refusal is not None and not actor.is_office and refusal.side != side and refusal.holds(now.date()):
        raise Conflict(
            Message("对方不久前婉拒过这项引荐，原因尚未改变。"),
            hint=Message("请先更新难题或资料中的相关内容，或请组织者了解情况后代为邀约。"),
        )
