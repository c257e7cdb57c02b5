"""活动: the list, and the page of one event: what it is for everybody, its stages for the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, render_template, request, url_for

from matchmaker.lifecycle import EVENT_STATES
from matchmaker.permissions import allowed
from matchmaker.services import event_listing, event_stages, events, owners
from matchmaker.services.event_listing import TABS, EventFilter
from matchmaker.services.event_stages import Readiness, Standing
from matchmaker.taxonomy import EVENT_KINDS
from web.events import STATE_KINDS
from web.formats import label, listed
from web.i18n import _, tell
from web.request import actor, application, page_number
from web.tables import csv_answer

if TYPE_CHECKING:
    from matchmaker.models import Event
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("events", __name__)


@blueprint.get("/events")
def listing() -> str:
    """Events by when they are, by kind and series."""
    app, who, wanted = application(), actor(), _filter()
    with app.reading() as uow:
        return render_template(
            "pages/events.html",
            page=event_listing.listing(uow, who, wanted, app.today(), page_number()),
            counts=event_listing.counts(uow, who, wanted, app.today()),
            series=event_listing.series(uow, who),
            wanted=wanted,
            tabs=TABS,
            states=EVENT_STATES,
            kinds=STATE_KINDS,
        )


@blueprint.get("/events.csv")
def export() -> Response:
    """The same list as a file."""
    app = application()
    heads = (
        _("编号"),
        _("名称"),
        _("类型"),
        _("系列"),
        _("状态"),
        _("开始日期"),
        _("结束日期"),
        _("场地"),
        _("主办单位"),
    )
    with app.reading() as uow:
        rows = [_exported(row) for row in event_listing.export(uow, actor(), _filter(), app.today())]
    return csv_answer("events", heads, rows)


@blueprint.get("/events/<int:number>")
def show(number: int) -> str:
    """One event."""
    app, who = application(), actor()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        return render_template("pages/event.html", **page_of(uow, event))


def page_of(uow: UnitOfWork, event: Event) -> dict[str, Any]:
    """What the page of an event is made of."""
    app, who = application(), actor()
    found = standing(uow, event)
    return {
        "event": event,
        "state": (STATE_KINDS[event.state], EVENT_STATES[event.state]),
        "stages": [(each, _steps(each), url_for(each.stage.endpoint, number=event.id)) for each in found],
        "address": lambda fact: address(event, fact),
        "next_step": event_stages.next_step(found),
        "seen": event_listing.seen(uow, who, event),
        "programme": event_listing.programme(uow, event),
        "owner": lambda problem: owners.shown(who, problem),
        "registers": event_listing.may_register(who, event, app.today()),
        "office": who.is_office,
    }


def standing(uow: UnitOfWork, event: Event) -> list[Standing]:
    """The stages whose pages there are, for the office."""
    if not allowed(actor(), "event:step", event):
        return []
    found = event_stages.standing(uow, actor(), event)
    return [each for each in found if each.stage.endpoint in current_app.view_functions]


def address(event: Event, fact: Readiness) -> str:
    """Where a fact is mended; "" when there is no page."""
    if fact.endpoint not in current_app.view_functions:
        return ""
    values: dict[str, Any] = {"number": event.id, **fact.values}
    return url_for(fact.endpoint, **values)


def _steps(each: Standing) -> list[Readiness]:
    return sorted(each.facts, key=lambda fact: fact.is_good)


def _filter() -> EventFilter:
    arguments = request.args
    tab = arguments.get("tab", "coming")
    kind = arguments.get("kind", "")
    return EventFilter(
        tab=tab if tab in TABS else "coming",
        kind=kind if kind in EVENT_KINDS else "",
        series=arguments.get("series", "")[:100],
        q=arguments.get("q", "").strip()[:200],
    )


def _exported(row: Event) -> list[object]:
    return [
        row.number,
        row.title,
        label("EVENT_KINDS", row.kind),
        row.series,
        tell(EVENT_STATES[row.state]),
        f"{row.first_day:%Y-%m-%d}" if row.first_day else "",
        f"{row.last_day:%Y-%m-%d}" if row.last_day else "",
        row.venue,
        listed(row.hosts),
    ]
