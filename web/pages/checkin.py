"""签到: one box for badge number, initials, name, telephone or scanner; who is here and who is awaited."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.services import checking_in
from web.day_parts import POLL, POLL_HIDDEN, clock, day_of, fresh, next_of, version
from web.i18n import _
from web.request import actor, application, number_argument
from web.security import HEADERS

blueprint = Blueprint("checkin", __name__)

#: Signs of a scanner's or a person's input; an address on a badge ends with the code.
_MOST = 200


@blueprint.after_request
def with_camera(response: Response) -> Response:
    """Only here may a page ask for the camera: a telephone reads badges."""
    policy = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")
    response.headers["Permissions-Policy"] = policy
    return response


@blueprint.get("/events/<int:number>/checkin")
def show(number: int) -> ResponseReturnValue:
    """The box, whom the typed signs mean, who came last, who is awaited."""
    app, shown = application(), version(number)
    typed = _typed(request.args.get("q", ""))
    phones = request.args.get("phones") == "1"
    with app.reading() as uow:
        day = day_of(uow, number)
        done = next((each for each in day.people if each.id == number_argument("done")), None)
        page = render_template(
            "pages/checkin.html",
            event=day.event,
            day=day,
            typed=typed,
            found=checking_in.find(day.people, typed),
            done=done,
            again=request.args.get("again") == "1",
            meeting=next_of(day, done) if done else None,
            next_of=lambda person: next_of(day, person),
            arrivals=checking_in.arrivals(day),
            counts=checking_in.counts(day.people),
            awaited=checking_in.awaited(day, day.current),
            then=checking_in.awaited(day, day.following),
            absent=checking_in.absent(day),
            phones=phones,
            clock=clock,
            version=shown,
            poll=POLL,
            poll_hidden=POLL_HIDDEN,
        )
    if phones:
        with app.unit_of_work() as uow:
            uow.looked_at(actor(), "event:phones", f"event:{number}")
    return make_response(page)


@blueprint.post("/events/<int:number>/checkin")
def find(number: int) -> ResponseReturnValue:
    """Enter: whoever is meant without doubt is checked in; otherwise those who may be meant are shown."""
    typed = _typed(request.form.get("q", ""))
    with application().reading() as uow:
        found = checking_in.find(day_of(uow, number).people, typed)
    if not found.sure:
        return redirect(url_for("checkin.show", number=number, q=typed or None), 303)
    return _arrived(number, found.people[0].id)


@blueprint.post("/events/<int:number>/checkin/<int:attendee>")
def arrive(number: int, attendee: int) -> ResponseReturnValue:
    """One of those shown."""
    return _arrived(number, attendee)


@blueprint.post("/events/<int:number>/checkin/<int:attendee>/<any(undo, leave):what>")
def change(number: int, attendee: int, what: str) -> ResponseReturnValue:
    """A mistake is taken back; or somebody goes for good."""
    app = application()
    verb = checking_in.undo if what == "undo" else checking_in.leave
    with app.unit_of_work() as uow:
        person = verb(uow, actor(), number, attendee, at=app.clock())
        name = person.name
    told = _("已撤销：%(name)s。", name=name) if what == "undo" else _("%(name)s 已登记离开。", name=name)
    flash(told, "done")
    if request.form.get("back") == "day":
        return redirect(url_for("day.show", number=number), 303)
    return redirect(url_for("checkin.show", number=number), 303)


@blueprint.get("/events/<int:number>/checkin.json")
def news(number: int) -> ResponseReturnValue:
    """The version of the event, for desks that poll."""
    return fresh(number)


def _arrived(number: int, attendee: int) -> ResponseReturnValue:
    app = application()
    with app.unit_of_work() as uow:
        _person, is_new = checking_in.check_in(uow, actor(), number, attendee, at=app.clock())
    again = None if is_new else "1"
    return redirect(url_for("checkin.show", number=number, done=attendee, again=again), 303)


def _typed(text: str) -> str:
    """What was typed or scanned; of an address on a badge only its last part."""
    return text.strip()[:_MOST].rstrip("/").rpartition("/")[2]
