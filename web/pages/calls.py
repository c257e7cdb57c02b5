"""电话清单: who is to be called, what to say, and what came of it, one line a call."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.services import calls
from matchmaker.services.calls import Outcome
from matchmaker.services.messages import KINDS, RESULTS
from web.i18n import _, tell
from web.pages.messages import to_copy
from web.request import actor, application, number_argument, page_number

blueprint = Blueprint("calls", __name__)

_MOST_NOTE = 500


@blueprint.get("/calls")
def listing() -> str:
    """Calls that are due; that their numbers were seen is logged."""
    return _listing({}, 0)


@blueprint.post("/calls/<int:number>")
def register(number: int) -> ResponseReturnValue:
    """What came of one call; the next line gets the focus."""
    app = application()
    try:
        outcome = Outcome(
            request.form.get("result", ""), request.form.get("note", "").strip()[:_MOST_NOTE], _day("back_on")
        )
        with app.unit_of_work() as uow:
            calls.register(uow, actor(), number, outcome, app.clock())
    except InvalidInput as fault:
        return _listing({name: tell(message) for name, message in fault.fields.items()}, number), 422
    flash(_("已登记：%(result)s。", result=tell(RESULTS[outcome.result][0])), "done")
    return redirect(url_for("calls.listing", after=number, page=request.form.get("page") or None), 303)


def _listing(faults: dict[str, str], faulty: int) -> str:
    app, after = application(), number_argument("after") or 0
    with app.reading() as uow:
        page = calls.listing(uow, actor(), app.clock(), app.settings.call_after_days, page=page_number())
        texts = {row.id: to_copy(uow, row.message) for row in page.rows}
    with app.unit_of_work() as uow:
        calls.looked_at(uow, actor(), [row.message_id for row in page.rows if row.message.phone])
    focused = faulty or next((row.id for row in page.rows if row.id > after), 0)
    return render_template(
        "pages/calls.html",
        page=page,
        texts=texts,
        kinds=KINDS,
        results={name: result[0] for name, result in RESULTS.items()},
        faults=faults,
        faulty=faulty,
        focused=focused if after or faulty else 0,
        typed=request.form,
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
