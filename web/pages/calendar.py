"""日程: deadlines of a month as a table and a list, and as a feed for calendar programs."""

from __future__ import annotations

import calendar as months
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.permissions import require
from matchmaker.services import calendar, calendar_feed
from matchmaker.services.calendar import Entry
from web.i18n import _, tell
from web.request import actor, application

blueprint = Blueprint("calendar", __name__)


@blueprint.get("/calendar")
def show() -> str:
    """One month."""
    app = application()
    today = calendar_feed.today(app.clock(), app.settings.timezone)
    first = _month(request.args.get("month", "")) or today.replace(day=1)
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    with app.reading() as uow:
        entries = calendar.entries(uow, actor(), weeks[0][0], weeks[-1][-1])
        feed = calendar_feed.own(uow, actor())
        address = calendar_feed.address(app.secret(), feed) if feed else ""
    by_day: dict[date, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    site = app.settings.site_url or request.host_url.rstrip("/")
    return render_template(
        "pages/calendar.html",
        first=first,
        weeks=weeks,
        by_day=by_day,
        listed=[entry for entry in entries if entry.day.month == first.month],
        before=first - timedelta(days=1),
        after=weeks[-1][-1] if weeks[-1][-1].month != first.month else weeks[-1][-1] + timedelta(days=1),
        now=today,
        kinds=calendar.KINDS,
        feed=site + address if address else "",
    )


@blueprint.post("/calendar/feed")
def subscribe() -> ResponseReturnValue:
    """Makes the secret address of the feed, or a new one that makes the old one worthless."""
    require(actor(), "calendar:read")
    with application().unit_of_work() as uow:
        if request.form.get("action") == "end":
            calendar_feed.end(uow, actor())
            flash(_("订阅地址已作废。"), "done")
        else:
            calendar_feed.begin(uow, actor())
            flash(_("订阅地址已生成，可加入手机或电脑的日历。"), "done")
    return redirect(url_for("calendar.show"), 303)


@blueprint.get("/calendar/<key>.ics")
def feed(key: str) -> Response:
    """What a calendar program reads: as much as the account behind the address may see."""
    g.hides_address = True
    app = application()
    at = app.clock()
    day = calendar_feed.today(at, app.settings.timezone)
    with app.reading() as uow:
        who = calendar_feed.reader(uow, app.secret(), key, at)
        entries = calendar.entries(uow, who, day - timedelta(days=60), day + timedelta(days=400))
    site = app.settings.site_url or request.host_url.rstrip("/")
    shown = [replace(entry, title=f"{tell(calendar.KINDS[entry.kind])}：{entry.title}") for entry in entries]
    now, zone = at.replace(tzinfo=UTC), app.settings.timezone
    content = calendar_feed.written(shown, site, app.settings.site_name, now, zone)
    answer = Response(content, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return answer


def _month(text: str) -> date | None:
    try:
        found = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None
