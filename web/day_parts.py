"""What the pages of the day share: the day itself, clock times, versions for screens that poll."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import day_state
from matchmaker.services.calling import When
from matchmaker.services.day_state import TAKING, Day, both
from web import live
from web.request import actor, application

if TYPE_CHECKING:
    from matchmaker.storage.unit_of_work import UnitOfWork

#: Milliseconds between two looks of a desk at the event's version; of one in a hidden tab.
POLL, POLL_HIDDEN = 2_000, 20_000


def when() -> When:
    """The moment of this request."""
    app = application()
    return When(app.clock(), app.settings.timezone)


def day_of(uow: UnitOfWork, number: int) -> Day:
    """The day of an event for a desk."""
    at = when()
    day = day_state.load(uow, actor(), number, now=at.now, timezone=at.timezone)
    require(actor(), "event:checkin", day.event)
    return day


def clock(moment: datetime | None) -> str:
    """A stored moment as hours and minutes of the office."""
    zone = ZoneInfo(application().settings.timezone)
    return f"{moment.replace(tzinfo=UTC).astimezone(zone):%H:%M}" if moment else ""


def milliseconds(moment: datetime) -> int:
    """A stored moment as browsers count."""
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)


def next_of(day: Day, person: Any) -> Any:
    """Somebody's next meeting that is not over; None when he has none left."""
    first = day.current if day.current is not None else 0
    left = [
        each
        for each in day.meetings
        if each.slot >= first
        and each.state in TAKING
        and each.ended_at is None
        and person.id in {one.id for one in both(each)}
    ]
    return left[0] if left else None


def fresh(number: int) -> ResponseReturnValue:
    """Whether a desk shows what is current: nothing (204) while its version holds, else the new one."""
    require(actor(), "event:checkin")
    found = live.version(number)
    if found is None:
        raise NotFound(Message("没有编号为 %(number)s 的活动，或者您不能查看。", {"number": number}))
    if request.args.get("since") == found[0]:
        return "", 204
    return jsonify({"version": found[0]})


def version(number: int) -> str:
    """The version that a page shows; read before the page's own questions, so that no change is missed."""
    found = live.version(number)
    return found[0] if found else ""
