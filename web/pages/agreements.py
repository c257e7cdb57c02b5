"""意向: agreements from their beginning, by state, owner and event; one of them with what was done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.permissions import allowed, require
from matchmaker.services import events, intentions, introduction_work
from matchmaker.services.history import words_of
from matchmaker.services.intentions import TABS, WITHDRAWN, AgreementFilter, Intended
from web.formats import label, labels
from web.i18n import _, tell
from web.outcome_cards import faults_of
from web.request import actor, application, number_argument, page_number
from web.schemas.outcomes import IntendedIn, OwnerIn
from web.schemas.parsing import load
from web.tables import csv_answer

blueprint = Blueprint("agreements", __name__)


@blueprint.get("/agreements")
def listing() -> str:
    """The agreements that concern the reader."""
    wanted = _filter()
    with application().reading() as uow:
        page = intentions.listing(uow, actor(), wanted, page_number())
        return render_template(
            "pages/agreements.html",
            page=page,
            wanted=wanted,
            tabs=TABS,
            counts=intentions.counts(uow, actor()),
            withdrawn=WITHDRAWN,
            demand=lambda row: intentions.demand_of(actor(), row),
            follows=actor().is_office or "broker" in actor().roles,
        )


@blueprint.get("/agreements.csv")
def export() -> Response:
    """The same list as a file."""
    heads = (
        _("编号"),
        _("名称"),
        _("需求方"),
        _("供给方"),
        _("合作方式"),
        _("金额（万元）"),
        _("日期"),
        _("活动"),
        _("跟进人"),
        _("状态"),
    )
    with application().reading() as uow:
        rows = [_exported(row) for row in intentions.export(uow, actor(), _filter())]
    return csv_answer("agreements", heads, rows)


@blueprint.get("/agreements/<int:number>")
def show(number: int) -> str:
    """One agreement: facts, who follows it, its follow-ups, what was done."""
    with application().reading() as uow:
        row = intentions.get(uow, actor(), number)
        return render_template(
            "pages/agreement.html",
            row=row,
            demand=intentions.demand_of(actor(), row),
            looks=intentions.looks(uow, row),
            changes=intentions.timeline(uow, row) if actor().is_office else [],
            words=words_of,
            withdrawn=WITHDRAWN,
            may_assign=allowed(actor(), "agreement:assign", row),
            followers=introduction_work.followers(uow) if allowed(actor(), "agreement:assign", row) else [],
            office=actor().is_office,
        )


@blueprint.post("/agreements/<int:number>/owner")
def owner(number: int) -> ResponseReturnValue:
    """Says who follows it."""
    given = load(OwnerIn(), request.form)
    with application().unit_of_work() as uow:
        intentions.assign(uow, actor(), number, given["account"] or None)
    flash(_("跟进人已更新。"), "done")
    return redirect(url_for("agreements.show", number=number), 303)


@blueprint.post("/agreements/<int:number>/signs")
def signs(number: int) -> ResponseReturnValue:
    """On the list of what is signed at the event, or off it."""
    try:
        with application().unit_of_work() as uow:
            intentions.sign(uow, actor(), number, signs=request.form.get("signs") == "1")
    except Conflict as fault:
        flash(f"{tell(fault.message)}{tell(fault.hint)}", "fault")
        return redirect(url_for("agreements.show", number=number), 303)
    flash(_("签约清单已更新。"), "done")
    return redirect(url_for("agreements.show", number=number), 303)


@blueprint.get("/events/<int:number>/intentions/new")
def new(number: int) -> str:
    """A form for an intention that no meeting of the plan led to."""
    require(actor(), "meeting:settle")
    return _new(number, request.args, None)


@blueprint.post("/events/<int:number>/intentions")
def record(number: int) -> ResponseReturnValue:
    """Writes it down."""
    try:
        given = load(IntendedIn(), request.form)
        told = Intended(
            given["title"],
            given["demand"],
            given["supply"],
            tuple(given["ways"]),
            given["amount"],
            given["began_on"],
            note=given["note"],
        )
        with application().unit_of_work() as uow:
            row = intentions.record(uow, actor(), events.get(uow, actor(), number), told)
            made = row.id
    except (InvalidInput, Conflict) as fault:
        return _new(number, request.form, fault), fault.status
    flash(_("意向已登记。"), "done")
    return redirect(url_for("agreements.show", number=made), 303)


def _new(number: int, typed: Any, fault: MatchmakerError | None) -> str:
    with application().reading() as uow:
        return render_template(
            "pages/intention_new.html",
            event=events.get(uow, actor(), number),
            typed=typed,
            fault=fault,
            faults=faults_of(fault) if fault else {},
        )


def _filter() -> AgreementFilter:
    arguments = request.args
    tab = arguments.get("tab", "")
    return AgreementFilter(
        tab=tab if tab in TABS else "",
        mine=arguments.get("mine") == "1",
        event=number_argument("event"),
        q=arguments.get("q", "").strip()[:200],
    )


def _exported(row: Any) -> tuple[Any, ...]:
    amount = "" if row.amount_fen is None else f"{row.amount_fen / 1_000_000:.2f}"
    state = _("推进中") if row.is_open else label("AGREEMENT_ENDS", row.reason)
    return (
        row.number,
        row.title,
        intentions.demand_of(actor(), row),
        row.supply,
        labels("INTENT_WAYS", row.ways),
        amount,
        row.began_on,
        row.event.title if row.event else "",
        row.owner,
        state,
    )
