"""跟进: the broker's list of looks at pairs and intentions, due and overdue; noting one, handing it over."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.permissions import allowed, require
from matchmaker.services import following, introduction_work
from matchmaker.services.following import TABS, FollowFilter, Found
from web.formats import label
from web.i18n import _
from web.outcome_cards import faults_of
from web.request import actor, application, number_argument, page_number
from web.schemas.outcomes import LookIn, OwnerIn
from web.schemas.parsing import load
from web.tables import csv_answer

blueprint = Blueprint("followups", __name__)


@blueprint.get("/follow-ups")
def listing() -> str:
    """What is to be looked at, the longest overdue first."""
    app, wanted = application(), _filter()
    today = app.today()
    with app.reading() as uow:
        page = following.listing(uow, actor(), wanted, today, page_number())
        return render_template(
            "pages/followups.html",
            page=page,
            wanted=wanted,
            tabs=TABS,
            counts=following.counts(uow, actor(), today),
            now=today,
            firm=lambda row: following.firm_of(actor(), row),
            escalate=following.ESCALATE_DAYS,
        )


@blueprint.get("/follow-ups.csv")
def export() -> Response:
    """The same list as a file."""
    app = application()
    heads = (
        _("到期日"),
        _("难题或意向"),
        _("需求方"),
        _("专家"),
        _("活动"),
        _("跟进人"),
        _("情况"),
        _("原因"),
        _("备注"),
    )
    with app.reading() as uow:
        rows = [_exported(row) for row in following.export(uow, actor(), _filter(), app.today())]
    return csv_answer("follow-ups", heads, rows)


@blueprint.get("/follow-ups/<int:number>")
def show(number: int) -> str:
    """One look: noting what it found, handing it over."""
    return _shown(number, {}, None)


@blueprint.post("/follow-ups/<int:number>")
def note(number: int) -> ResponseReturnValue:
    """Writes down what it found; the next one is planned by itself."""
    app = application()
    at, today = app.clock(), app.today()
    try:
        given = load(LookIn(), request.form)
        found = Found(given["status"], given["note"], given["reason"], given["next_on"])
        with app.unit_of_work() as uow:
            following.note(uow, actor(), number, found, at=at, today=today)
    except (InvalidInput, Conflict) as fault:
        return _shown(number, request.form, fault), fault.status
    flash(
        _("已登记；下一次跟进已排好。") if found.status not in following.FINAL else _("已登记，这一项结束。"),
        "done",
    )
    return redirect(url_for("followups.listing"), 303)


@blueprint.post("/follow-ups/<int:number>/owner")
def hand_over(number: int) -> ResponseReturnValue:
    """Somebody else follows it from now on."""
    given = load(OwnerIn(), request.form)
    with application().unit_of_work() as uow:
        following.hand_over(uow, actor(), number, given["account"] or None)
    flash(_("跟进人已更新。"), "done")
    return redirect(url_for("followups.listing"), 303)


def _shown(number: int, typed: Any, fault: MatchmakerError | None) -> str:
    with application().reading() as uow:
        require(actor(), "followup:read")
        row = following.one(uow, actor(), number)
        assigns = allowed(actor(), "agreement:assign", row)
        return render_template(
            "pages/followup.html",
            row=row,
            firm=following.firm_of(actor(), row),
            typed=typed,
            fault=fault,
            faults=faults_of(fault) if fault else {},
            earlier=following.earlier(uow, row),
            assigns=assigns,
            followers=introduction_work.followers(uow) if assigns else [],
            me=actor().account,
            now=application().today(),
        )


def _filter() -> FollowFilter:
    tab = request.args.get("tab", "")
    return FollowFilter(
        tab=tab if tab in TABS else "", mine=request.args.get("mine") == "1", event=number_argument("event")
    )


def _exported(row: Any) -> tuple[Any, ...]:
    problem = row.meeting.event_problem.problem if row.meeting else None
    person = row.meeting.attendee if row.meeting else None
    title = problem.title if problem else row.agreement.title if row.agreement else ""
    return (
        row.due_on,
        title,
        following.firm_of(actor(), row),
        person.name if person else "",
        row.event.title if row.event else "",
        row.owner,
        label("FOLLOW_STATUSES", row.status),
        label("UNFIT_REASONS", row.reason),
        row.note,
    )
