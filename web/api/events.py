"""/events: docking events and others, what everybody may know of them."""

from __future__ import annotations

from typing import Any

from flask import Response

from matchmaker.messages import Message
from matchmaker.services import event_agenda, event_listing, events
from matchmaker.services.event_listing import EventFilter
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer, number_of
from web.request import actor, application
from web.schemas.event_objects import EventFull, EventList, EventsAsked
from web.schemas.requests import Asked

blueprint = ApiBlueprint("events", Message("活动：对接会、培训、推介会、走访。"), "/events")


@blueprint.operation("", Message("活动列表"), EventsAsked, EventList)
def listing(asked: dict[str, Any]) -> Response:
    """Events that the reader may see, by when they are."""
    app = application()
    wanted = EventFilter(asked["tab"] or "coming", asked["kind"], asked["series"], asked["q"])
    with app.reading() as uow:
        page = event_listing.listing(uow, actor(), wanted, app.today(), asked["page"], asked["per_page"])
        return answer(EventList, {"items": page.rows, "paging": page})


@blueprint.operation(
    "/<identifier>",
    Message("一场活动"),
    Asked,
    EventFull,
    about=Message("日程和时间都是当地时间；匿名难题不含单位。"),
    errors=ONE_OBJECT,
)
def show(_asked: dict[str, Any], identifier: str) -> Response:
    """One event with its programme and the problems that the reader may read."""
    number = number_of(identifier, "event")
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        seen = event_listing.seen(uow, actor(), event)
        lines = event_agenda.timeline(uow, event)
        return answer(
            EventFull,
            {
                "event": event,
                "programme": [line for line in lines if line.item is not None],
                "sessions": event.sessions,
                "problems": seen.offers,
                "other_problems": seen.hidden,
                "experts": seen.experts,
            },
        )
