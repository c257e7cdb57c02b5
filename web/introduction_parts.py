"""What the pages of introductions are made of: looks, links, moments, lines of the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from matchmaker.errors import NotFound
from matchmaker.lifecycle import INTRODUCTION_STATES
from matchmaker.services import experts, introduction_talk, introductions, problems
from matchmaker.services.introduction_records import SIDES
from matchmaker.services.introduction_steps import Refused
from matchmaker.services.introductions import Reach
from web.formats import label
from web.i18n import tell
from web.request import actor, application

if TYPE_CHECKING:
    from matchmaker.models import Introduction
    from matchmaker.storage.unit_of_work import UnitOfWork


def looked(number: int) -> tuple[dict[str, Reach], int]:
    """Contacts, and how far the thread was read before; both are written down, in a short unit."""
    app, who = application(), actor()
    with app.reading() as uow:
        if not introductions.connected(introductions.get(uow, who, number)):
            return {}, 0
    with app.unit_of_work() as uow:
        row = introductions.get(uow, who, number)
        seen = introduction_talk.seen(uow, who, row, introduction_talk.newest(uow, row))
        return introductions.reached(uow, who, row), seen


def links(uow: UnitOfWork, row: Introduction) -> dict[str, bool]:
    """Whether the reader may open the pages of both."""

    def opens(get: Callable[..., object], number: int) -> bool:
        try:
            get(uow, actor(), number)
        except NotFound:
            return False
        return True

    return {"problem": opens(problems.get, row.problem_id), "expert": opens(experts.get, row.expert_id)}


def refused(given: dict[str, Any]) -> Refused:
    """Why it is declined or closed, as a form tells it."""
    return Refused(given["reason"], given["words"], given["again_from"])


def moment(on: date | None, time: str) -> datetime | None:
    """A day and a time by the clock of the office, as it is stored; without a time it is noon."""
    if on is None:
        return None
    local = datetime.strptime(f"{on.isoformat()} {time or '12:00'}", "%Y-%m-%d %H:%M").astimezone()
    return local.astimezone(UTC).replace(tzinfo=None)


def exported(row: Introduction) -> list[object]:
    """A line of the file, as its reader may know it."""
    who = actor()
    firm = introductions.firm_of(who, row)
    body = row.expert.organization
    return [
        row.problem.number or row.problem_id,
        row.problem.title,
        firm.name if firm else "",
        row.expert.name,
        body.name if body else "",
        tell(SIDES[row.asked_by]),
        tell(INTRODUCTION_STATES[row.state]),
        f"{row.asked_at:%Y-%m-%d}",
        label("DECLINE_REASONS", row.reason) if introductions.may_know_reason(who, row) else "",
        row.follower,
    ]
