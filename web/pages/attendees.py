"""People of an event: the office's list, registration by everybody else, validation, changes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.lifecycle import ATTENDEE_STATES
from matchmaker.permissions import require
from matchmaker.services import attending, event_problems, events, own_problems, registering
from matchmaker.services.event_clashes import clashes
from matchmaker.services.registering import PeopleFilter
from matchmaker.taxonomy import ATTENDEE_KINDS
from web.events import PERSON_KINDS, of_event
from web.faults import by_field
from web.formats import label
from web.i18n import _, tell
from web.request import actor, application, page_number
from web.schemas.events import DecisionIn, PersonIn, ReasonIn, at, numbers
from web.schemas.parsing import load
from web.tables import csv_answer

if TYPE_CHECKING:
    from matchmaker.models import Attendee, Event

blueprint = Blueprint("attendees", __name__)


@blueprint.get("/events/<int:number>/people")
def listing(number: int) -> str:
    """Who comes, who waits, who does not come."""
    return _listing(number, {}, {})


@blueprint.get("/events/<int:number>/people.csv")
def exported(number: int) -> Response:
    """The same list as a file, telephone numbers included: the look is written down."""
    app, who = application(), actor()
    heads = (
        _("胸牌号"),
        _("姓名"),
        _("身份"),
        _("单位"),
        _("职务"),
        _("电话"),
        _("邮箱"),
        _("状态"),
        _("方式"),
    )
    with app.reading() as uow:
        event = events.get(uow, who, number)
        rows = [_exported(row) for row in registering.export(uow, who, event, _filter())]
    with app.unit_of_work() as uow:
        uow.looked_at(who, "event:people", f"event:{number}")
    return csv_answer(f"people-{number}", heads, rows)


@blueprint.post("/events/<int:number>/people")
def add(number: int) -> ResponseReturnValue:
    """The office puts somebody on the list: a guest, staff, press, a late registration."""
    app, who = application(), actor()
    try:
        given = load(PersonIn(), request.form)
        with app.unit_of_work() as uow:
            event = events.get(uow, who, number)
            require(who, "event:validate", event)
            body = registering.body_named(uow, given["body"])
            facts = {**_facts(event, given), "organization": body or given["organization"]}
            registering.register(uow, who, number, given["kind"], facts, today=app.today())
    except (InvalidInput, Conflict) as fault:
        return _listing(number, request.form, by_field(fault), fault), fault.status
    flash(_("%(name)s已列入名单。", name=given["name"] or _("这位专家")), "done")
    return redirect(url_for("attendees.listing", number=number, _anchor="people"), 303)


@blueprint.get("/events/<int:number>/register")
def registering_form(number: int) -> str:
    """Oneself, or those for whom one answers."""
    return _register(number, MultiDict(), {})


@blueprint.post("/events/<int:number>/register")
def register(number: int) -> ResponseReturnValue:
    """Registers a person, and the problems that he brings with him."""
    app, who = application(), actor()
    try:
        given = load(PersonIn(), request.form)
        with app.unit_of_work() as uow:
            event = events.get(uow, who, number)
            row = registering.register(
                uow, who, number, given["kind"], _facts(event, given), today=app.today()
            )
            for problem in numbers(given["problems"]):
                event_problems.offer(uow, who, number, problem, today=app.today(), people=[row.id])
            waits = row.state == "registered"
    except (InvalidInput, Conflict) as fault:
        return _register(number, request.form, by_field(fault), fault), fault.status
    flash(_("报名已提交，审核后会通知您。") if waits else _("报名成功。"), "done")
    return redirect(url_for("events.show", number=number), 303)


@blueprint.get("/events/<int:number>/people/<int:person>")
def show(number: int, person: int) -> str:
    """What is known of somebody for this event."""
    return _person(number, person, None, {})


@blueprint.post("/events/<int:number>/people/<int:person>")
def change(number: int, person: int) -> ResponseReturnValue:
    """Corrects it."""
    app, who = application(), actor()
    try:
        given = load(PersonIn(), request.form)
        with app.unit_of_work() as uow:
            event = events.get(uow, who, number)
            registering.change(uow, who, person, {**_facts(event, given), "kind": given["kind"]})
    except (InvalidInput, Conflict) as fault:
        return _person(number, person, request.form, by_field(fault), fault), fault.status
    flash(_("已保存。"), "done")
    return _back(number)


@blueprint.post("/events/<int:number>/people/<int:person>/decide")
def decide(number: int, person: int) -> ResponseReturnValue:
    """Lets somebody come, or not and why."""
    try:
        given = load(DecisionIn(), request.form)
        with application().unit_of_work() as uow:
            row = registering.decide(
                uow, actor(), person, accept=given["accept"] == "yes", reason=given["reason"]
            )
            name = row.name
    except (InvalidInput, Conflict) as fault:
        return _listing(number, request.form, by_field(fault), fault, person), fault.status
    told = _("%(name)s已通过，并已通知。", name=name)
    flash(told if given["accept"] == "yes" else _("%(name)s未通过，并已告知原因。", name=name), "done")
    return redirect(url_for("attendees.listing", number=number, state="registered"), 303)


@blueprint.post("/events/<int:number>/people/<int:person>/leave")
def leave(number: int, person: int) -> ResponseReturnValue:
    """Somebody does not come after all."""
    try:
        given = load(ReasonIn(), request.form)
        with application().unit_of_work() as uow:
            registering.leave(uow, actor(), person, given["reason"])
    except (InvalidInput, Conflict) as fault:
        return _person(number, person, None, by_field(fault), fault), fault.status
    flash(_("已取消报名，组织者会收到通知。"), "done")
    return _back(number)


def _listing(
    number: int,
    typed: Any,
    faults: dict[str, str],
    fault: MatchmakerError | None = None,
    faulty: int = 0,
) -> str:
    app, who, wanted = application(), actor(), _filter()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        page = registering.listing(uow, who, event, wanted, page_number())
        return render_template(
            "pages/event_people.html",
            event=event,
            page=page,
            counts=registering.counts(uow, who, event),
            clashes={clash.attendee.id: clash.other for clash in clashes(uow, event)},
            wanted=wanted,
            states=ATTENDEE_STATES,
            kinds=PERSON_KINDS,
            typed=typed,
            faults=faults,
            fault=fault,
            faulty=faulty,
        )


def _register(number: int, typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None) -> str:
    app, who = application(), actor()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        require(who, "event:register", event)
        experts = registering.own_choices(uow, who)
        return render_template(
            "pages/event_register.html",
            event=event,
            experts=experts,
            bodies=own_problems.bodies(uow, who),
            problems=event_problems.may_be_offered(uow, who, event) if event.kind == "docking" else [],
            brings=numbers(typed.getlist("problems")),
            late=event.call_until is not None and app.today() > event.call_until and not who.is_office,
            me=who,
            typed=typed,
            faults=faults,
            fault=fault,
        )


def _person(
    number: int, person: int, typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None
) -> str:
    app, who = application(), actor()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        row = attending.get(uow, who, person)
        of_event(row, number)
        page = render_template(
            "pages/event_person.html",
            event=event,
            row=row,
            state=(PERSON_KINDS[row.state], ATTENDEE_STATES[row.state]),
            typed=typed if typed is not None else _known(row),
            office=who.is_office,
            faults=faults,
            fault=fault,
        )
    with app.unit_of_work() as uow:
        uow.looked_at(who, "event:person", f"attendee:{person}")
    return page


def _known(row: Attendee) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(row, name) for name in registering.FACTS}
    for name in ("arrives", "leaves"):
        facts[name] = f"{facts[name]:%H:%M}" if facts[name] else ""
    return {**facts, "kind": row.kind}


def _facts(event: Event, given: dict[str, Any]) -> dict[str, Any]:
    """Hours are told as times of the first day: who comes late on a later day says so by his rounds."""
    facts = {name: given[name] for name in registering.FACTS}
    last = event.last_day or event.first_day
    hours: dict[str, datetime | None] = {
        "arrives": at(event.first_day, given["arrives"]), "leaves": at(last, given["leaves"])
    }  # fmt: skip
    return {**facts, **hours, "expert": given["expert"], "organization": given["organization"]}


def _back(number: int) -> ResponseReturnValue:
    if actor().is_office:
        return redirect(url_for("attendees.listing", number=number), 303)
    return redirect(url_for("events.show", number=number), 303)


def _filter() -> PeopleFilter:
    arguments = request.args
    kind, state = arguments.get("kind", ""), arguments.get("state", "")
    return PeopleFilter(
        kind if kind in ATTENDEE_KINDS else "",
        state if state in ATTENDEE_STATES else "",
        arguments.get("q", "").strip()[:100],
    )


def _exported(row: Attendee) -> list[object]:
    return [
        row.badge_number,
        row.name,
        label("ATTENDEE_KINDS", row.kind),
        row.organization.name if row.organization else "",
        row.title,
        row.phone,
        row.email,
        tell(ATTENDEE_STATES[row.state]),
        _("线上") if row.mode == "online" else _("到场"),
    ]
