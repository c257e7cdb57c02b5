"""Problems of an event: the office's list, offering one's own, who represents it, how often it meets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.permissions import allowed
from matchmaker.services import event_problems, events, owners
from web.events import PERSON_KINDS, of_event
from web.faults import by_field
from web.i18n import _
from web.request import actor, application
from web.schemas.events import DecisionIn, OfferChangeIn, OfferIn, ReasonIn, numbers
from web.schemas.parsing import load

if TYPE_CHECKING:
    from matchmaker.models import EventProblem

blueprint = Blueprint("event_problems", __name__)


@blueprint.get("/events/<int:number>/problems")
def listing(number: int) -> str:
    """All problems of the event, what waits first; the office adds further ones."""
    return _listing(number, {})


@blueprint.post("/events/<int:number>/problems")
def offer(number: int) -> ResponseReturnValue:
    """A problem for the event: the office lists it, its owner offers it."""
    app, who = application(), actor()
    try:
        given = load(OfferIn(), request.form)
        with app.unit_of_work() as uow:
            row = event_problems.offer(
                uow, who, number, given["problem"], today=app.today(), people=numbers(given["people"])
            )
            state = row.state
    except (InvalidInput, Conflict) as fault:
        if not allowed(who, "attendee:read"):
            raise
        return _listing(number, by_field(fault), fault), fault.status
    flash(_("难题已列入。") if state == "accepted" else _("难题已提交，审核后会通知您。"), "done")
    if allowed(who, "attendee:read"):
        return redirect(url_for("event_problems.listing", number=number), 303)
    return redirect(url_for("event_problems.show", number=number, offer=row.id), 303)


@blueprint.get("/events/<int:number>/problems/<int:offer>")
def show(number: int, offer: int) -> str:
    """How a problem takes part."""
    return _show(number, offer, None, {})


@blueprint.post("/events/<int:number>/problems/<int:offer>")
def change(number: int, offer: int) -> ResponseReturnValue:
    """Meetings, table, representatives; for the office the priority too."""
    who = actor()
    try:
        given = load(OfferChangeIn(), request.form)
        people = numbers(given.pop("people"))
        with application().unit_of_work() as uow:
            event_problems.change(uow, who, offer, given, people=people)
    except (InvalidInput, Conflict) as fault:
        return _show(number, offer, request.form, by_field(fault), fault), fault.status
    flash(_("已保存。"), "done")
    if allowed(who, "attendee:read"):
        return redirect(url_for("event_problems.listing", number=number), 303)
    return redirect(url_for("events.show", number=number), 303)


@blueprint.post("/events/<int:number>/problems/<int:offer>/decide")
def decide(number: int, offer: int) -> ResponseReturnValue:
    """On the list, or not and why."""
    try:
        given = load(DecisionIn(), request.form)
        with application().unit_of_work() as uow:
            event_problems.decide(
                uow, actor(), offer, accept=given["accept"] == "yes", reason=given["reason"]
            )
    except (InvalidInput, Conflict) as fault:
        return _listing(number, by_field(fault), fault, offer), fault.status
    told = _("难题已列入，并已通知单位。")
    flash(told if given["accept"] == "yes" else _("没有列入，原因已告知单位。"), "done")
    return redirect(url_for("event_problems.listing", number=number), 303)


@blueprint.post("/events/<int:number>/problems/<int:offer>/withdraw")
def withdraw(number: int, offer: int) -> ResponseReturnValue:
    """It does not take part after all."""
    given = load(ReasonIn(), request.form)
    with application().unit_of_work() as uow:
        event_problems.withdraw(uow, actor(), offer, given["reason"])
    flash(_("难题已从活动中撤回。"), "done")
    if allowed(actor(), "attendee:read"):
        return redirect(url_for("event_problems.listing", number=number), 303)
    return redirect(url_for("events.show", number=number), 303)


def _listing(
    number: int, faults: dict[str, str], fault: MatchmakerError | None = None, faulty: int = 0
) -> str:
    app, who = application(), actor()
    q = request.args.get("q", "").strip()[:100]
    with app.reading() as uow:
        event = events.get(uow, who, number)
        rows = event_problems.listing(uow, who, event)
        return render_template(
            "pages/event_problems.html",
            event=event,
            rows=rows,
            accepted=sum(row.state == "accepted" for row in rows),
            candidates=event_problems.may_be_offered(uow, who, event, q),
            q=q,
            states=event_problems.STATES,
            kinds=PERSON_KINDS,
            owner=lambda problem: owners.shown(who, problem),
            typed=request.form,
            faults=faults,
            fault=fault,
            faulty=faulty,
        )


def _show(
    number: int, offer: int, typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None
) -> str:
    app, who = application(), actor()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        row = event_problems.get(uow, who, offer)
        of_event(row, number)
        return render_template(
            "pages/event_problem.html",
            event=event,
            row=row,
            state=(PERSON_KINDS[row.state], event_problems.STATES[row.state]),
            people=event_problems.representatives(uow, who, event),
            chosen=numbers(typed.getlist("people"))
            if typed is not None
            else [each.id for each in row.people],
            typed=typed if typed is not None else _known(row),
            office=who.is_office,
            faults=faults,
            fault=fault,
        )


def _known(row: EventProblem) -> dict[str, str]:
    names = ("least", "most", "table_kind", "priority", "priority_reason")
    values = {name: getattr(row, name) for name in names}
    values["priority"] = f"{row.priority:g}"
    return {name: "" if value is None else f"{value}" for name, value in values.items()}
