"""One introduction while a step is taken: held, checked, moved on, written down.

Whoever does not belong to the side for which he acts (office, broker) acts on its behalf; history says so.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from matchmaker.errors import Conflict
from matchmaker.lifecycle import (
    INTRODUCTION_FROM,
    INTRODUCTION_OPEN,
    INTRODUCTION_STATES,
    INTRODUCTION_TO,
)
from matchmaker.messages import Message
from matchmaker.models import Introduction, IntroductionEvent
from matchmaker.permissions import Actor
from matchmaker.services.introductions import concerns, sides_of, unknown
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kinds of jobs that wake up when an introduction lapses, and when the reason of a declined one is due.
LAPSE, REASONS = "lapse", "reasons"
SIDES: dict[str, Message] = {"demand": Message("需求方"), "supply": Message("专家方")}
#: So long before its time a reason is passed on: a worker that was down meanwhile is still in time.
MARGIN = timedelta(hours=12)
#: Characters of what one writes into an introduction.
MOST_WORDS = 2000


def held(uow: UnitOfWork, actor: Actor, number: int) -> Introduction:
    """The row as it stands at this moment, kept from others until the end; NotFound if it is hidden."""
    row = uow.session.get(Introduction, number, with_for_update=True, populate_existing=True)
    if row is None or not concerns(actor, row):
        raise unknown(number)
    return row


def refuse_late(row: Introduction, step: str) -> None:
    """Somebody else was faster: who, and what he did."""
    if row.state in INTRODUCTION_FROM[step]:
        return
    last = row.events[-1] if row.events else None
    at = (last.at if last else row.stepped_at).replace(tzinfo=UTC).astimezone()
    raise Conflict(
        Message(
            "这项引荐现在的状态是“%(state)s”（%(actor)s，%(at)s），这次没有保存。",
            {
                "state": INTRODUCTION_STATES[row.state],
                "actor": SIDES.get(last.side if last else "", Message("组织者或系统")),
                "at": f"{at:%Y-%m-%d %H:%M}",
            },
        ),
        hint=Message("请刷新页面，查看刚才发生了什么，再决定下一步。"),
    )


def refuse_second(uow: UnitOfWork, problem: int, expert: int) -> None:
    """Conflict while the two have an open introduction."""
    statement = select(Introduction.id).where(
        Introduction.problem_id == problem, Introduction.expert_id == expert, Introduction.is_open
    )
    number = uow.session.scalar(statement)
    if number is not None:
        raise Conflict(
            Message("双方之间已有一项进行中的引荐（%(number)s 号）。", {"number": number}),
            hint=Message("请在那项引荐中继续，不必再次邀约。"),
        )


def move(row: Introduction, step: str) -> None:
    """The state after a step."""
    row.state = INTRODUCTION_TO[step]
    row.is_open = row.state in INTRODUCTION_OPEN


def on_behalf(actor: Actor, row: Introduction, side: str) -> Actor:
    """The actor as history is to show him: who is not of that side acts for it."""
    if actor.behalf or side in sides_of(actor, row):
        return actor
    if side == "supply":
        return actor.acting_for(row.expert.name)
    owner = row.problem.organization
    return actor.acting_for(owner.name if owner else row.problem.contact_name or row.problem.title)


def note_step(
    uow: UnitOfWork, actor: Actor, row: Introduction, step: str, side: str, now: datetime, **facts: Any
) -> None:
    """The step in the timeline and in the history; free words stand in the timeline only."""
    row.stepped_at = now
    row.events.append(
        IntroductionEvent(
            at=now,
            step=step,
            side=side,
            actor=actor.name[:100],
            account_id=actor.account,
            behalf=actor.behalf[:200],
            facts=facts,
        )
    )
    open_facts = {name: value for name, value in facts.items() if name in {"reason", "follower", "before"}}
    uow.record(actor, f"introduction:{step}", f"introduction:{row.id}", state=row.state, **open_facts)
    uow.session.flush()


def shortened(text: str) -> str:
    """What one wrote, trimmed to MOST_WORDS."""
    return text.strip()[:MOST_WORDS]
