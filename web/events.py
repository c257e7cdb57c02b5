"""Events on pages: colours of their states, and what belongs to which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchmaker.errors import NotFound
from matchmaker.messages import Message

if TYPE_CHECKING:
    from matchmaker.models import Attendee, EventProblem

#: State of an event → kind of the state component.
STATE_KINDS: dict[str, str] = {
    "draft": "waiting",
    "open": "attention",
    "choosing": "attention",
    "provisional": "attention",
    "frozen": "done",
    "running": "attention",
    "ended": "done",
    "locked": "done",
    "cancelled": "fault",
}
#: State of somebody at an event, or of a problem of it → the same.
PERSON_KINDS: dict[str, str] = {
    "nominated": "waiting",
    "invited": "waiting",
    "registered": "attention",
    "offered": "attention",
    "accepted": "done",
    "declined": "fault",
    "refused": "fault",
    "cancelled": "fault",
    "withdrawn": "fault",
}


def of_event(row: Attendee | EventProblem, number: int) -> None:
    """NotFound for what the address names under another event."""
    if row.event_id != number:
        raise NotFound(Message("这个活动中没有它。"), hint=Message("请从活动页面打开。"))
