"""首页: what is here, the newest problems, and how to begin."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from matchmaker.lifecycle import EVENT_STATES
from matchmaker.messages import Message
from matchmaker.services import event_listing, overview, owners, problems, worklist
from web.events import STATE_KINDS
from web.formats import label
from web.pages.events import lacking
from web.request import actor, application

blueprint = Blueprint("home", __name__)

#: List of a line of work → the endpoint of its page.
LISTS = {
    "review": "review.queue",
    "mine": "posting.mine",
    "introductions": "introductions.listing",
    "accounts": "accounts.listing",
    "followups": "followups.listing",
    "calls": "calls.listing",
    "messages": "messages.inbox",
    "stale": "confirming.stale",
    "confirm": "confirming.show",
    "imports": "imports.listing",
    "events": "events.listing",
    "health": "health.show",
}


@blueprint.get("/")
def show() -> str:
    """The first page."""
    app = application()
    with app.reading() as uow:
        waiting = worklist.lines(
            uow,
            actor(),
            now=app.clock(),
            stale_days=app.settings.profile_stale_days,
            call_days=app.settings.call_after_days,
        )
        lines = overview.by_field(uow, actor())
        following = event_listing.following(uow, actor(), app.today())
        return render_template(
            "pages/home.html",
            waiting=[(line, _address(line)) for line in waiting],
            counts=overview.counts(uow, actor()),
            picture=[_row(line) for line in lines],
            finding=_finding(lines),
            newest=problems.newest(uow, actor()),
            following=following,
            lacking=lacking(uow, following[0]) if following else [],
            event_states=EVENT_STATES,
            event_kinds=STATE_KINDS,
            owner=lambda problem: owners.shown(actor(), problem),
        )


def _address(line: worklist.Line) -> str:
    values: dict[str, Any] = line.values
    return url_for(LISTS[line.list], **values)


def _row(line: overview.FieldLine) -> dict[str, object]:
    return {
        "name": label("FIELDS", line.field),
        "values": (line.problems, line.experts),
        "most": max(line.problems, line.experts),
        "links": (
            url_for("problems.listing", field=line.field),
            url_for("experts.listing", field=line.field),
        ),
    }


def _finding(lines: list[overview.FieldLine]) -> Message:
    """The sentence above the picture: where problems outnumber the people who could solve them."""
    short = [line for line in lines if line.problems > line.experts]
    if short:
        worst = max(short, key=lambda line: line.problems - line.experts)
        return Message(
            "%(field)s的难题多于专家：%(problems)s 项对 %(experts)s 人",
            {"field": label("FIELDS", worst.field), "problems": worst.problems, "experts": worst.experts},
        )
    if lines and lines[0].problems:
        return Message(
            "难题最多的是%(field)s（%(problems)s 项），各领域的专家人数都不少于难题数",
            {"field": label("FIELDS", lines[0].field), "problems": lines[0].problems},
        )
    return Message("各技术领域的难题与专家")
