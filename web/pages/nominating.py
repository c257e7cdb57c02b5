"""单位推荐: bodies invited with a quota, what their liaisons nominate, and the office's decision."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError, NotFound
from matchmaker.lifecycle import ATTENDEE_STATES
from matchmaker.messages import Message
from matchmaker.permissions import allowed, require
from matchmaker.services import (
    body_inviting,
    coverage,
    events,
    invitation_facts,
    nominating,
    nomination_decisions,
    nomination_sheet,
)
from matchmaker.services.body_inviting import STATES, Asking
from matchmaker.services.coverage import BODY_KINDS
from web.i18n import _, tell
from web.inviting import BodiesIn, QuotaIn, ReasonIn, faults_of, numbers, wanted_of
from web.request import actor, application, number_argument
from web.schemas.parsing import load

blueprint = Blueprint("nominating", __name__)


@blueprint.get("/events/<int:number>/bodies")
def bodies(number: int) -> str:
    """Invited bodies with their nominations, bodies that the coverage suggests, and all others by kind."""
    return _bodies(number)


def _bodies(number: int, fault: MatchmakerError | None = None) -> str:
    app, who = application(), actor()
    kind = request.args.get("kind", "") if request.args.get("kind") in BODY_KINDS else ""
    text = request.args.get("q", "").strip()[:100]
    with app.reading() as uow:
        event = events.get(uow, who, number)
        require(who, "attendee:read")
        known = coverage.facts(uow, who, event, with_past=False)
    told = coverage.solve(known, wanted_of(request.args))
    with app.reading() as uow:
        lines = body_inviting.listing(uow, who, event)
        invited = {line.row.organization_id for line in lines}
        suggested = coverage.suggested(told, invited)
        others = body_inviting.others(
            uow,
            who,
            invited | {one.body.id for one in suggested},
            kinds=(kind,) if kind else BODY_KINDS,
            text=text,
        )
        return render_template(
            "pages/event_bodies.html",
            event=event,
            lines=lines,
            waiting=nomination_decisions.waiting(uow, event, known),
            suggested=suggested,
            others=others,
            kinds=BODY_KINDS,
            kind=kind,
            q=text,
            states=STATES,
            may_invite=allowed(who, "event:invite", event),
            typed=request.form,
            faults=faults_of(fault) if fault else {},
            fault=fault,
        )


@blueprint.post("/events/<int:number>/bodies")
def invite(number: int) -> ResponseReturnValue:
    """Invites the ticked bodies, each with its quota."""
    app = application()
    at, today = app.clock(), app.today()
    try:
        words = load(BodiesIn(), request.form)
        quotas = {
            body: load(QuotaIn(), _only(f"quota-{body}"))["quota"] for body in numbers(request.form, "body")
        }
        with app.unit_of_work() as uow:
            asking = Asking(0, words["theme"], words["until"])
            made = body_inviting.invite(uow, actor(), number, quotas, asking, at=at, today=today)
    except (InvalidInput, Conflict) as fault:
        return _bodies(number, fault), fault.status
    flash(_("已邀请 %(n)s 家单位；没有账号的列在电话清单中。", n=len(made)), "done")
    return redirect(url_for(".bodies", number=number), 303)


def _only(name: str) -> Any:
    from werkzeug.datastructures import MultiDict

    return MultiDict({"quota": request.form.get(name, "")})


@blueprint.post("/events/<int:number>/bodies/remind")
def remind(number: int) -> ResponseReturnValue:
    """Reminds bodies that have named nobody."""
    app = application()
    today = app.today()
    with app.unit_of_work() as uow:
        made = body_inviting.remind(uow, actor(), number, None, today=today)
    flash(_("已提醒 %(n)s 家单位。", n=len(made)), "done" if made else "attention")
    return redirect(url_for(".bodies", number=number), 303)


@blueprint.post("/events/<int:number>/nominations")
def decide(number: int) -> ResponseReturnValue:
    """Invites the ticked nominated experts, or refuses them with a reason."""
    app, people = application(), numbers(request.form, "who")
    takes = request.form.get("answer") == "take"
    at, today = app.clock(), app.today()
    try:
        reason = load(ReasonIn(), request.form)["reason"]
        with app.unit_of_work() as uow:
            rows = nomination_decisions.decide(
                uow, actor(), number, people, takes=takes, reason=reason, at=at, today=today
            )
    except (InvalidInput, Conflict) as fault:
        return _bodies(number, fault), fault.status
    if takes:
        flash(_("已采纳并发出 %(n)s 份邀请函。", n=len(rows)), "done")
    else:
        flash(_("已告知推荐单位，%(n)s 位未采纳。", n=len(rows)), "done")
    return redirect(url_for(".bodies", number=number), 303)


@blueprint.get("/events/<int:number>/nominate")
def nominate(number: int) -> str:
    """The body's own experts, ranked for the problems; who is named already, and what one more would add."""
    return _sheet(number)


def _sheet(number: int, fault: MatchmakerError | None = None) -> str:
    app, who = application(), actor()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        own = body_inviting.of_liaison(uow, who, event)
        row = _invitation(own)
        page = nomination_sheet.sheet(uow, who, event, row)
        return render_template(
            "pages/event_nominate.html",
            event=event,
            row=row,
            own=own,
            page=page,
            name=lambda one: tell(invitation_facts.problem_name(one, nomination_sheet.reader(who))),
            states=ATTENDEE_STATES,
            body_states=STATES,
            counting=nomination_sheet.COUNTING,
            over=nominating.over(who, row, app.today()),
            fault=fault,
            faults=faults_of(fault) if fault else {},
            chosen=numbers(request.form, "expert"),
        )


def _invitation(own: list[Any]) -> Any:
    """That of the body in the address, else the first of one's own."""
    wanted = number_argument("body") or next(iter(numbers(request.form, "body")), None)
    found = [row for row in own if wanted in (None, row.organization_id)]
    if not found:
        raise NotFound(
            Message("贵单位没有收到这场活动的推荐邀请，或者不归您处理。"),
            hint=Message("有疑问请联系组织者。"),
        )
    return found[0]


@blueprint.post("/events/<int:number>/nominate")
def name(number: int) -> ResponseReturnValue:
    """Names the ticked experts."""
    app = application()
    at, today = app.clock(), app.today()
    body = (numbers(request.form, "body") or [0])[0]
    try:
        with app.unit_of_work() as uow:
            chosen = numbers(request.form, "expert")
            made = nominating.nominate(uow, actor(), number, body, chosen, at=at, today=today)
    except (InvalidInput, Conflict) as fault:
        return _sheet(number, fault), fault.status
    flash(_("已推荐 %(n)s 位专家，等组织者确认。", n=len(made)), "done")
    return redirect(url_for(".nominate", number=number, body=body), 303)


@blueprint.post("/events/<int:number>/nominate/withdraw")
def withdraw(number: int) -> ResponseReturnValue:
    """Takes a nomination back."""
    app = application()
    at, body = app.clock(), (numbers(request.form, "body") or [0])[0]
    with app.unit_of_work() as uow:
        person = (numbers(request.form, "who") or [0])[0]
        nominating.withdraw(uow, actor(), number, body, person, at=at)
    flash(_("已撤回推荐。"), "done")
    return redirect(url_for(".nominate", number=number, body=body), 303)


@blueprint.post("/events/<int:number>/nominate/decline")
def decline(number: int) -> ResponseReturnValue:
    """The body sends nobody this time."""
    app = application()
    at, body = app.clock(), (numbers(request.form, "body") or [0])[0]
    words = load(ReasonIn(), request.form)
    with app.unit_of_work() as uow:
        nominating.decline(uow, actor(), number, body, words["reason"], at=at)
    flash(_("已告知组织者。需要时仍可推荐。"), "done")
    return redirect(url_for(".nominate", number=number, body=body), 303)
