"""Steps of an event's life: what can be done next, what it needs, one state back, the cancellation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.lifecycle import EVENT_BACK, EVENT_FROM, EVENT_STATES, EVENT_TO
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventProblem, Meeting
from matchmaker.permissions import Actor, allowed, require
from matchmaker.services import event_news, events, following
from matchmaker.storage.unit_of_work import UnitOfWork

#: Steps taken here → what their button says; publishing is the plan's, locking that of the figures.
STEPS: dict[str, Message] = {
    "open": Message("开放报名和征集"),
    "choose": Message("开始征集意愿"),
    "freeze": Message("定稿"),
    "start": Message("宣布开始"),
    "end": Message("宣布结束"),
    "back": Message("退回上一状态"),
    "cancel": Message("取消活动"),
}
#: Steps that want a reason.
REASONED = frozenset({"back", "cancel"})
#: Steps of docking alone, and states from which docking cannot start: it has a plan first.
_DOCKING_ONLY = frozenset({"choose", "freeze"})
#: Of a reason.
MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is open just now.

    Attributes:
        lacks: what must be there before; the button says it.
    """

    name: str
    text: Message
    reasoned: bool
    lacks: tuple[Message, ...] = ()


def steps(uow: UnitOfWork, actor: Actor, event: Event) -> list[Step]:
    """What the actor may do next with the event, the way forward first."""
    if not allowed(actor, "event:step", event):
        return []
    return [
        Step(name, text, name in REASONED, tuple(_LACKS[name](uow, event)) if name in _LACKS else ())
        for name, text in STEPS.items()
        if _begins(event, name)
    ]


def take(uow: UnitOfWork, actor: Actor, number: int, name: str, *, seen: str, reason: str = "") -> Event:
    """One step; ``seen`` is the state that the actor saw: if another step was faster, he is told."""
    event = events.get(uow, actor, number, to_change=True)
    require(actor, "event:step", event)
    if seen != event.state or name not in STEPS or not _begins(event, name):
        raise Conflict(
            Message("活动现在的状态是“%(state)s”，这一步没有执行。", {"state": EVENT_STATES[event.state]}),
            hint=Message("可能刚有人操作过；请查看现在的状态，再决定下一步。"),
        )
    if name in REASONED and not reason.strip():
        raise InvalidInput(
            Message("请说明原因。"),
            fields={"reason": Message("请写一句原因；参会的人和以后查看的人会看到。")},
        )
    lacks = list(_LACKS[name](uow, event)) if name in _LACKS else []
    if lacks:
        raise Conflict(lacks[0], hint=Message("请先补齐，再进行这一步。"))
    before = event.state
    event.state = _after(event, name)
    events.touched(event)
    told = 0
    if name == "cancel":
        _cancel_meetings(uow, event)
        told = event_news.cancelled(uow, actor, event, reason.strip())
    elif name == "end":
        following.begin(uow, actor, event)
    uow.record(
        actor,
        f"event:{name}",
        f"event:{event.id}",
        before=before,
        after=event.state,
        reason=reason.strip(),
        told=told,
    )
    return event


def _begins(event: Event, name: str) -> bool:
    if event.state not in EVENT_FROM[name]:
        return False
    if event.kind != "docking":
        return name not in _DOCKING_ONLY and not (name == "start" and event.state != "open")
    return not (name == "start" and event.state == "open")


def _after(event: Event, name: str) -> str:
    if name != "back":
        return EVENT_TO[name]
    if event.kind != "docking" and event.state == "running":
        return "open"
    return EVENT_BACK[event.state]


def _cancel_meetings(uow: UnitOfWork, event: Event) -> None:
    """Their rows stay, with a higher sequence, so that calendars take them out."""
    statement = select(Meeting).where(Meeting.event_id == event.id, Meeting.state.in_(("planned", "called")))
    for meeting in uow.session.scalars(statement):
        meeting.state, meeting.sequence = "cancelled", meeting.sequence + 1


def _to_open(_uow: UnitOfWork, event: Event) -> list[Message]:
    found = []
    if event.first_day is None:
        found.append(Message("还没有日期。"))
    if not (event.venue or event.online_link):
        found.append(Message("还没有场地，也没有线上链接。"))
    if event.kind == "docking" and not event.slots:
        found.append(Message("还没有洽谈场次。"))
    if event.kind == "docking" and not event.tables and not event.online_link:
        found.append(Message("还没有洽谈桌。"))
    return found


def _to_choose(uow: UnitOfWork, event: Event) -> list[Message]:
    problems = select(func.count()).where(EventProblem.event_id == event.id, EventProblem.state == "accepted")
    experts = select(func.count()).where(
        Attendee.event_id == event.id, Attendee.kind == "expert", Attendee.state == "accepted"
    )
    found = []
    if not uow.session.scalar(problems):
        found.append(Message("还没有列入任何难题。"))
    if not uow.session.scalar(experts):
        found.append(Message("还没有专家确认参加。"))
    return found


def _to_freeze(_uow: UnitOfWork, event: Event) -> list[Message]:
    return [] if event.run_id is not None else [Message("还没有公布的排程。")]


_LACKS: dict[str, Callable[[UnitOfWork, Event], list[Message]]] = {
    "open": _to_open,
    "choose": _to_choose,
    "freeze": _to_freeze,
}
