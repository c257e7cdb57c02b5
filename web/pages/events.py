"""活动: the list, and the page of one event: what it is for everybody, its stages for the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.lifecycle import ATTENDEE_STATES, EVENT_GATHERING, EVENT_PLANNED, EVENT_STATES
from matchmaker.permissions import allowed
from matchmaker.services import (
    event_agenda,
    event_forming,
    event_listing,
    event_stages,
    event_steps,
    events,
    owners,
)
from matchmaker.services.event_listing import TABS, EventFilter
from matchmaker.services.event_problems import STATES as OFFER_STATES
from matchmaker.services.event_stages import Readiness, Standing
from matchmaker.taxonomy import EVENT_KINDS
from web.events import PERSON_KINDS, STATE_KINDS
from web.faults import by_field
from web.formats import label, listed
from web.i18n import _, tell
from web.request import actor, application, page_number
from web.schemas.events import OutcomeIn, StepIn
from web.schemas.parsing import load
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
    return _shown(number, {}, {})


@blueprint.post("/events/<int:number>/step")
def step(number: int) -> ResponseReturnValue:
    """One step of its life."""
    try:
        given = load(StepIn(), request.form)
        with application().unit_of_work() as uow:
            row = event_steps.take(
                uow, actor(), number, given["step"], seen=given["seen"], reason=given["reason"]
            )
            state = EVENT_STATES[row.state]
    except (InvalidInput, Conflict) as fault:
        return _shown(number, request.form, by_field(fault), fault), fault.status
    flash(_("活动现在的状态：%(state)s。", state=tell(state)), "done")
    return redirect(url_for("events.show", number=number), 303)


@blueprint.post("/events/<int:number>/outcome")
def outcome(number: int) -> ResponseReturnValue:
    """What came of a training, a promotion or a visit."""
    try:
        given = load(OutcomeIn(), request.form)
        with application().unit_of_work() as uow:
            event_forming.tell_outcome(uow, actor(), number, given["outcome"])
    except InvalidInput as fault:
        return _shown(number, request.form, by_field(fault), fault), fault.status
    flash(_("已保存。"), "done")
    return redirect(url_for("events.show", number=number, _anchor="outcome"), 303)


def _shown(number: int, typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None) -> str:
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        return render_template(
            "pages/event.html", typed=typed, faults=faults, fault=fault, **page_of(uow, event)
        )


def page_of(uow: UnitOfWork, event: Event) -> dict[str, Any]:
    """What the page of an event is made of."""
    app, who = application(), actor()
    found = standing(uow, event)
    seen = event_listing.seen(uow, who, event)
    first = event_stages.next_step(found)
    return {
        "event": event,
        "state": (STATE_KINDS[event.state], EVENT_STATES[event.state]),
        "stages": [(each, _steps(each), url_for(each.stage.endpoint, number=event.id)) for each in found],
        "address": lambda fact: address(event, fact),
        "first": (first[1], address(event, first[1])) if first else None,
        "steps": event_steps.steps(uow, who, event),
        "seen": seen,
        "rounds": {slot.position: slot for slot in event.slots},
        "lines": event_agenda.timeline(uow, event),
        "owner": lambda problem: owners.shown(who, problem),
        "registers": event_listing.may_register(who, event, app.today()),
        "logs_in": who.role == "visitor" and event_listing.is_open(event, app.today()),
        "people": event_listing.coming(uow, event) if event.kind != "docking" and who.is_office else 0,
        "offer_states": OFFER_STATES,
        "person_states": ATTENDEE_STATES,
        "person_kinds": PERSON_KINDS,
        "planned": event.state in EVENT_PLANNED,
        "gathering": event.state in EVENT_GATHERING,
        "nominates": event_listing.may_nominate(uow, who, event),
        "office": who.is_office,
    }


def standing(uow: UnitOfWork, event: Event) -> list[Standing]:
    """The stages whose pages there are, for the office."""
    if not allowed(actor(), "event:step", event):
        return []
    found = event_stages.standing(uow, actor(), event)
    return [each for each in found if each.stage.endpoint in current_app.view_functions]


def lacking(uow: UnitOfWork, event: Event) -> list[tuple[Readiness, str]]:
    """What the stages at hand still lack, with the way to each, for the first page of the office."""
    if not allowed(actor(), "event:step", event):
        return []
    found = event_stages.at_hand(uow, actor(), event)
    return [(fact, address(event, fact)) for fact in found if address(event, fact)][:3]


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
