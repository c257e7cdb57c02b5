"""手机日程: somebody's own day under a secret address; and the calendar file of whoever is logged in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.services import event_calendar, event_pages, events, secret_links
from web.pages.papers import site
from web.request import actor, application
from web.security import csrf

if TYPE_CHECKING:
    from matchmaker.models import Attendee, Event, SecretLink
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("own_day", __name__)


@blueprint.before_request
def _hide() -> None:
    """The address of a page is its key: it stands in no log and on no paper."""
    g.hides_address = "key" in (request.view_args or {})


@blueprint.after_request
def _kept_secret(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response


@blueprint.get("/m/<key>")
def show(key: str) -> ResponseReturnValue:
    """What is next, then everything; the first look counts as seen, unless it is the office's."""
    app = application()
    at, zone = app.clock(), app.settings.timezone

    def look(uow: UnitOfWork, link: SecretLink, person: Attendee) -> str:
        page = event_pages.shown(uow, link, person, at, zone)
        if link.seen_at is None and not actor().is_office:
            event_pages.looked(link, page, at)
            page = event_pages.shown(uow, link, person, at, zone)
        contact = " ".join(filter(None, (page.event.contact_name, page.event.contact_phone)))
        return render_template(
            "pages/own_day.html", page=page, key=key,
            contact=contact or app.settings.office_contact, phone=page.event.contact_phone,
        )  # fmt: skip

    return _opened(key, look, writes=True)


@blueprint.post("/m/<key>/seen")
def seen(key: str) -> ResponseReturnValue:
    """He has seen what has changed."""
    app = application()
    at, zone = app.clock(), app.settings.timezone

    def look(uow: UnitOfWork, link: SecretLink, person: Attendee) -> ResponseReturnValue:
        event_pages.looked(link, event_pages.shown(uow, link, person, at, zone), at)
        return redirect(url_for("own_day.show", key=key), 303)

    return _opened(key, look, writes=True)


@blueprint.post("/m/<key>/outcome")
def outcome(key: str) -> ResponseReturnValue:
    """On to his outcome cards."""
    app = application()
    at = app.clock()

    def look(uow: UnitOfWork, _link: SecretLink, person: Attendee) -> ResponseReturnValue:
        found = event_pages.outcome_link(uow, person, at)
        return redirect(secret_links.path(app.secret(), found), 303)

    return _opened(key, look, writes=True)


#: Who knows the address may do so: it is the token of these forms.
csrf.exempt(seen)
csrf.exempt(outcome)


@blueprint.get("/m/<key>/live")
def live(key: str) -> ResponseReturnValue:
    """Whether the page has changed since a version: 304 or the present one; screens poll it."""
    app = application()
    at, zone = app.clock(), app.settings.timezone

    def look(uow: UnitOfWork, link: SecretLink, _person: Attendee) -> ResponseReturnValue:
        version = event_pages.version(uow, link, at, zone) or ""
        answer = make_response({"version": version})
        answer.set_etag(version, weak=True)
        answer.headers["Cache-Control"] = "private, no-cache"
        if request.args.get("since") == version:
            return Response(status=304, headers=dict(answer.headers))
        return answer.make_conditional(request)

    return _opened(key, look)


@blueprint.get("/m/<key>/my.ics")
def calendar(key: str) -> ResponseReturnValue:
    """The same for the calendar of the telephone."""

    def look(uow: UnitOfWork, _link: SecretLink, person: Attendee) -> Response:
        return _file(event_calendar.of_person(uow, person), person.event)

    return _opened(key, look)


@blueprint.get("/events/<int:number>/my.ics")
def own_calendar(number: int) -> ResponseReturnValue:
    """Meetings and agenda of whoever is logged in."""
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        appointments = event_calendar.of_actor(uow, actor(), event)
        if not appointments:
            raise NotFound(
                Message("您在这次活动中没有日程。"),
                hint=Message("报名通过、排程公布后再来；代别人查看请用他的手机日程链接。"),
            )
        return _file(appointments, event)


def _file(appointments: list[event_calendar.Appointment], event: Event) -> Response:
    app = application()
    now = app.clock().replace(tzinfo=UTC)
    content = event_calendar.file(appointments, event, site(), app.settings.timezone, now)
    answer = Response(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="event-{event.id}.ics"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _opened(
    key: str,
    look: Callable[[UnitOfWork, SecretLink, Attendee], ResponseReturnValue],
    *,
    writes: bool = False,
) -> ResponseReturnValue:
    """What a link shows, or why it shows nothing any more; a wrong one is counted against its sender."""
    app = application()
    at, address = app.clock(), request.remote_addr or ""
    with app.reading() as uow:
        secret_links.refuse_guessing(uow, address, at)
    try:
        with app.unit_of_work() if writes else app.reading() as uow:
            link = event_pages.find(uow, app.secret(), key)
            person = event_pages.of_link(uow, link)
            if secret_links.standing(link, at) == "open" and person is not None:
                return look(uow, link, person)
    except NotFound:
        with app.unit_of_work() as uow:
            secret_links.missed(uow, address, at)
        raise
    page = render_template("pages/own_day_over.html", contact=app.settings.office_contact)
    return make_response(page, 410)
