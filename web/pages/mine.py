"""我的洽谈: a participant's own meetings of an event; each confirmed or objected to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.services import events, own_meetings
from web.faults import by_field
from web.i18n import _
from web.request import actor, application
from web.schemas.parsing import load
from web.schemas.plans import AnswerIn

blueprint = Blueprint("mine", __name__)


@blueprint.get("/events/<int:number>/mine")
def show(number: int) -> str:
    """One's own meetings, and those of the people for whom one answers."""
    return _page(number)


@blueprint.post("/events/<int:number>/meetings/<int:meeting>/answer")
def answer(number: int, meeting: int) -> ResponseReturnValue:
    """Agrees to a meeting or says what is wrong with it; the office settles what was said."""
    try:
        given = load(AnswerIn(), request.form)
        with application().unit_of_work() as uow:
            event = events.get(uow, actor(), number)
            if given["answer"] == "settle":
                own_meetings.settle_objection(uow, actor(), event, meeting)
            elif given["answer"] == "confirm":
                own_meetings.confirm(uow, actor(), event, meeting, given["side"])
            else:
                own_meetings.object_to(uow, actor(), event, meeting, given["words"], given["side"])
    except (InvalidInput, Conflict) as fault:
        return _page(number, request.form, fault, meeting), fault.status
    flash(_("已保存，谢谢。"), "done")
    return redirect(url_for("plans.show" if given["answer"] == "settle" else "mine.show", number=number), 303)


def _page(
    number: int, typed: Any = None, fault: MatchmakerError | None = None, meeting: int | None = None
) -> str:
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        return render_template(
            "pages/own_meetings.html",
            event=event,
            rows=own_meetings.listing(uow, actor(), event),
            sides=own_meetings.SIDES,
            is_open=event.state in own_meetings.OPEN_IN,
            objections=own_meetings.objections,
            typed=typed or {},
            faults=by_field(fault) if fault else {},
            fault=fault,
            at=meeting,
        )
