"""单据和手册: every document of an event to fetch, and the pages for the telephone to hand out."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.services import event_pages, events, papers, secret_links
from web.i18n import _
from web.request import actor, application

blueprint = Blueprint("papers", __name__)

#: Form of a file → its icon and what people call it.
FORMS: dict[str, tuple[str, str]] = {
    "pdf": ("file-earmark-pdf", "PDF"),
    "docx": ("file-earmark-word", "Word"),
    "xlsx": ("file-earmark-excel", "Excel"),
}
#: People whose link is made anew in one go.
_MOST = 1_000


@blueprint.get("/events/<int:number>/papers")
def listing(number: int) -> str:
    """What there is, what each is for, from which plan it would be made."""
    app = application()
    with app.reading() as uow:
        event = events.get(uow, actor(), number)
        stamp = papers.listing(uow, actor(), event, app.clock(), app.settings.timezone)
        return render_template(
            "pages/papers.html", event=event, stamp=stamp, forms=FORMS, unsent=papers.unsent(uow, event),
            documents=[
                (name, each, bool(stamp.plan) or not each.needs_plan)
                for name, each in papers.offered(event).items()
            ],
        )  # fmt: skip


@blueprint.get("/events/<int:number>/papers/<name>.<form>")
def file(number: int, name: str, form: str) -> Response:
    """One document, or all of them as a zip; that somebody fetched people's data is written down."""
    app, who = application(), actor()
    at, zone = app.clock(), app.settings.timezone
    with app.reading() as uow:
        told = papers.gather(uow, who, number, at, zone, secret=app.secret(), site=site())
    content, called = papers.written(told, name, form)
    with app.unit_of_work() as uow:
        uow.looked_at(who, "event:print", f"event:{number}")
    answer = Response(content, content_type=papers.TYPES[form])
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(called)}"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/events/<int:number>/papers/pages")
def pages(number: int) -> str:
    """Who has a page for his telephone, who has looked at it."""
    app, who = application(), actor()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        people = event_pages.listing(uow, who, event, app.clock())
        paths = {each.person.id: _address(each) for each in people if each.state == "open"}
    with app.unit_of_work() as uow:
        uow.looked_at(who, "event:pages", f"event:{number}")
    return render_template("pages/paper_pages.html", event=event, people=people, paths=paths)


@blueprint.post("/events/<int:number>/papers/pages")
def hand_out(number: int) -> ResponseReturnValue:
    """A link and a message for the chosen, or for everybody who has none."""
    app = application()
    chosen = {int(each) for each in request.form.getlist("who")[:_MOST] if each.isascii() and each.isdigit()}
    everybody = request.form.get("all") == "1"
    today, at = app.today(), app.clock()
    with app.unit_of_work() as uow:
        event = events.get(uow, actor(), number)
        made = event_pages.hand_out(uow, actor(), event, None if everybody else chosen, today, at)
    if made:
        flash(_("已发给 %(n)s 人；没有账号的列在电话清单中。", n=len(made)), "done")
    else:
        flash(_("没有需要发送的人：请勾选，或所有人都已收到。"), "attention")
    return redirect(url_for("papers.pages", number=number), 303)


@blueprint.post("/events/<int:number>/papers/pages/<int:attendee>/end")
def end(number: int, attendee: int) -> ResponseReturnValue:
    """Nobody opens this page by the old link any more."""
    with application().unit_of_work() as uow:
        event = events.get(uow, actor(), number)
        person = event_pages.end(uow, actor(), event, attendee)
        name = person.name
    flash(_("%(name)s的链接已作废，可以重新发送。", name=name), "done")
    return redirect(url_for("papers.pages", number=number), 303)


def site() -> str:
    """Address of the site as people outside reach it."""
    return application().settings.site_url or request.host_url.rstrip("/")


def _address(each: event_pages.Handed) -> str:
    assert each.link is not None
    return site() + secret_links.path(application().secret(), each.link)
