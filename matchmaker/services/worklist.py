"""What waits for somebody, over all subjects: the first thing that whoever logs in sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, or_, select

from matchmaker.messages import Message
from matchmaker.models import Expert, ImportRun, Job, Problem
from matchmaker.permissions import Actor, allowed
from matchmaker.services import (
    accounts,
    calls,
    confirming,
    following,
    introduction_work,
    messages,
    registering,
    reviewing,
)
from matchmaker.services.introduction_work import QUIET_DAYS
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kinds of waiting of introductions → the sentence, and what narrows their list to them.
_INTRODUCTIONS: dict[str, tuple[Message, dict[str, str]]] = {
    "answer": (Message("条引荐等您答复"), {"tab": "asked"}),
    "overdue": (Message("条您跟进的引荐 %(days)s 天没有进展", {"days": QUIET_DAYS}), {"mine": "1"}),
    "unfollowed": (Message("条引荐还没有人跟进"), {}),
    "reasons": (Message("条婉拒理由待转告对方"), {"tab": "ended"}),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of thing that waits.

    Attributes:
        number: how many wait.
        text: the words behind the number, as "个难题待审核".
        list: which list shows exactly these, narrowed by ``values``.
        urgent: it is overdue, or somebody else waits for it.
    """

    number: int
    text: Message
    list: str
    values: dict[str, str] = field(default_factory=dict)
    urgent: bool = False


def lines(uow: UnitOfWork, actor: Actor, *, now: datetime, stale_days: int, call_days: int) -> list[Line]:
    """What waits for the actor, the urgent first; nothing for a visitor. A fixed number of statements."""
    found = [
        line for line in _all(uow, actor, now=now, stale_days=stale_days, call_days=call_days) if line.number
    ]
    return sorted(found, key=lambda line: not line.urgent)


def _all(uow: UnitOfWork, actor: Actor, *, now: datetime, stale_days: int, call_days: int) -> Iterator[Line]:
    if allowed(actor, "problem:review"):
        yield Line(reviewing.waiting(uow, actor), Message("个难题待审核"), "review", urgent=True)
    yield from _own_problems(uow, actor)
    for kind, number in introduction_work.waiting(uow, actor, now).items():
        text, values = _INTRODUCTIONS[kind]
        yield Line(number, text, "introductions", values, urgent=kind in {"answer", "overdue"})
    if allowed(actor, "event:validate"):
        yield Line(registering.waiting(uow, actor), Message("项活动报名和难题待审核"), "events", urgent=True)
    late, due = following.own_counts(uow, actor, now.date())
    yield Line(late, Message("项跟进已逾期"), "followups", {"tab": "overdue"}, urgent=True)
    yield Line(due, Message("项跟进 7 天内到期"), "followups", {"tab": "due"})
    if allowed(actor, "account:read"):
        waiting = accounts.waiting(uow, actor)
        yield Line(waiting, Message("个账号待审批"), "accounts", {"state": "waiting"}, urgent=True)
    if allowed(actor, "call:read"):
        yield Line(calls.waiting(uow, actor, now, call_days), Message("个电话要打"), "calls")
    if allowed(actor, "message:own"):
        yield Line(messages.unread(uow, actor), Message("条消息未读"), "messages", {"unread": "1"})
    yield from _profiles(uow, actor, now, stale_days)
    yield from _failures(uow, actor)


def _own_problems(uow: UnitOfWork, actor: Actor) -> Iterator[Line]:
    """Problems that came back to their owner, and those that he has not sent yet."""
    if actor.account is None or actor.is_office:
        return
    own = or_(Problem.created_by == actor.account, Problem.organization_id.in_(actor.liaison_of))
    counted = (func.count().filter(Problem.state == state) for state in ("returned", "expired", "draft"))
    row = uow.session.execute(select(*counted).select_from(Problem).where(own)).one()
    returned, expired, drafts = (int(number) for number in row)
    yield Line(returned, Message("个难题被退回，等您补充"), "mine", urgent=True)
    yield Line(expired, Message("个难题已过期，可以续期"), "mine")
    yield Line(drafts, Message("个难题草稿还没有提交"), "mine")


def _profiles(uow: UnitOfWork, actor: Actor, now: datetime, stale_days: int) -> Iterator[Line]:
    """Profiles that nobody has verified for long: those one answers for, or one's own."""
    if allowed(actor, "expert:remind"):
        stale = confirming.waiting(uow, actor, today=now.date(), days=stale_days)
        yield Line(stale.total, Message("位专家的资料待核实"), "stale")
    elif actor.expert is not None:
        own = uow.session.get(Expert, actor.expert)
        if own is not None and confirming.is_stale(own, now.date(), stale_days):
            values = {"number": str(own.id)}
            yield Line(1, Message("份您的资料待确认"), "confirm", values, urgent=True)


def _failures(uow: UnitOfWork, actor: Actor) -> Iterator[Line]:
    """What did not work by itself."""
    if not (allowed(actor, "import:read") or allowed(actor, "index:read")):
        return
    imports = select(func.count()).where(ImportRun.state == "failed").scalar_subquery()
    jobs = select(func.count()).where(Job.state == "failed").scalar_subquery()
    imports_failed, jobs_failed = uow.session.execute(select(imports, jobs)).one()
    if allowed(actor, "import:read"):
        yield Line(int(imports_failed), Message("次导入失败"), "imports", urgent=True)
    if allowed(actor, "index:read"):
        yield Line(int(jobs_failed), Message("个后台任务失败"), "health", urgent=True)
