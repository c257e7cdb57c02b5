"""邀请专家: whom to invite so that each problem is covered; invitations, reminders, replies, letters."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.lifecycle import ATTENDEE_STATES
from matchmaker.permissions import allowed, require
from matchmaker.services import answers, attending, candidates, coverage, events, inviting, replying
from matchmaker.services import invitation_letters as letters
from matchmaker.services.coverage import BODY_KINDS, Told
from matchmaker.services.replying import Reply
from web.answering import checked, faults_of, given
from web.i18n import _, tell
from web.inviting import ReasonIn, file_answer, numbers, wanted_of
from web.request import actor, application
from web.schemas.parsing import load

blueprint = Blueprint("inviting", __name__)

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/events/<int:number>/inviting")
def show(number: int) -> str:
    """The proposed experts in the order of what they add, and how each problem is covered."""
    return _chosen(number)


def _chosen(number: int, fault: MatchmakerError | None = None) -> str:
    app, who, wanted = application(), actor(), wanted_of(request.values)
    with app.reading() as uow:
        event = events.get(uow, who, number)
        require(who, "attendee:read")
        known = coverage.facts(uow, who, event)
        progress = candidates.progress(uow, event.id)
    told = coverage.solve(known, wanted)
    return render_template(
        "pages/event_inviting.html",
        event=event,
        told=told,
        wanted=wanted,
        kinds=BODY_KINDS,
        quotas=dict(wanted.kinds),
        progress=progress,
        states=ATTENDEE_STATES,
        may_invite=allowed(who, "event:invite", event),
        shown=_lines(told),
        fault=fault,
    )


def _lines(told: Told) -> list[Any]:
    """The proposed ones, then those who are not and would add something."""
    return [*told.lines, *told.others]


@blueprint.post("/events/<int:number>/inviting/try")
def consider(number: int) -> ResponseReturnValue:
    """What a choice by hand would mean: leads to an address that shows it."""
    names = ("k", "good", "most", "per_body", *(f"kind-{kind}" for kind in BODY_KINDS))
    kept: dict[str, Any] = {name: request.form.get(name, "")[:10] or None for name in names}
    kept |= {"by_hand": "1", "pick": numbers(request.form, "expert")}
    return redirect(url_for(".show", number=number, **kept), 303)


@blueprint.post("/events/<int:number>/inviting/rank")
def rank(number: int) -> ResponseReturnValue:
    """Asks for the rankings; the page shows how far they have come."""
    with application().unit_of_work() as uow:
        event = events.get(uow, actor(), number)
        candidates.request(uow, actor(), event, anew=request.form.get("anew") == "1")
    flash(_("已开始计算，几秒到几分钟后刷新本页即可看到。"), "done")
    return redirect(url_for(".show", number=number), 303)


@blueprint.post("/events/<int:number>/inviting/invite")
def invite(number: int) -> ResponseReturnValue:
    """Invites the chosen."""
    app = application()
    at, today = app.clock(), app.today()
    try:
        with app.unit_of_work() as uow:
            chosen = numbers(request.form, "expert")
            made = inviting.invite(uow, actor(), number, chosen, at=at, today=today)
    except (InvalidInput, Conflict) as fault:
        return _chosen(number, fault), fault.status
    flash(_("已邀请 %(n)s 位专家；没有账号的列在电话清单中。", n=len(made)), "done")
    return redirect(url_for(".invitations", number=number), 303)


@blueprint.get("/events/<int:number>/invitations")
def invitations(number: int) -> str:
    """Every expert of the event with his reply, and who could come instead of whoever declined."""
    app, who = application(), actor()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        people = inviting.listing(uow, who, event)
        known = coverage.facts(uow, who, event, with_past=False)
        instead = coverage.instead(known, [row.expert_id for row in people if row.state == "declined"])
        return render_template(
            "pages/event_invitations.html",
            event=event,
            people=people,
            instead=instead,
            states=ATTENDEE_STATES,
            counts={state: sum(row.state == state for row in people) for state in ATTENDEE_STATES},
            may_invite=allowed(who, "event:invite", event),
        )


@blueprint.post("/events/<int:number>/invitations/remind")
def remind(number: int) -> ResponseReturnValue:
    """Reminds the ticked who have not answered, or all of them."""
    app = application()
    chosen = None if request.form.get("all") == "1" else numbers(request.form, "who")
    today = app.today()
    with app.unit_of_work() as uow:
        made = inviting.remind(uow, actor(), number, chosen, today=today)
    if made:
        flash(_("已提醒 %(n)s 人；没有账号的列在电话清单中。", n=len(made)), "done")
    else:
        flash(_("没有需要提醒的人：请勾选还没有回复的专家。"), "attention")
    return redirect(url_for(".invitations", number=number), 303)


@blueprint.post("/events/<int:number>/invitations/<int:attendee>/recall")
def recall(number: int, attendee: int) -> ResponseReturnValue:
    """Takes an invitation back."""
    app = application()
    at, words = app.clock(), load(ReasonIn(), request.form)
    with app.unit_of_work() as uow:
        inviting.recall(uow, actor(), number, attendee, at=at, reason=words["reason"])
    flash(_("邀请已收回，并已通知对方。"), "done")
    return redirect(url_for(".invitations", number=number), 303)


@blueprint.get("/events/<int:number>/invitations/<int:attendee>")
def reply(number: int, attendee: int) -> str:
    """The reply slip of one expert, for himself, his liaison and the office."""
    return _slip(number, attendee, None, {})


@blueprint.post("/events/<int:number>/invitations/<int:attendee>")
def answer(number: int, attendee: int) -> ResponseReturnValue:
    """Takes the reply; with faults the form comes back as it was filled in."""
    app, typed = application(), given(answers.purpose(inviting.PURPOSE), request.form)
    at = app.clock()
    try:
        values = checked(inviting.PURPOSE, typed)
        with app.unit_of_work() as uow:
            replying.answer(uow, actor(), number, attendee, Reply(**values), at=at)
    except InvalidInput as fault:
        return _slip(number, attendee, typed, faults_of(fault)), 422
    except Conflict as fault:
        return _slip(number, attendee, typed, {"": f"{tell(fault.message)}{tell(fault.hint)}"}), 409
    flash(_("回执已保存。"), "done")
    if actor().is_office:
        return redirect(url_for(".invitations", number=number), 303)
    return redirect(url_for(".reply", number=number, attendee=attendee), 303)


def _slip(number: int, attendee: int, typed: Any, faults: dict[str, str]) -> str:
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        row = inviting.of_event(uow, actor(), event, attendee, to_change=False)
        require(actor(), "attendee:answer", row)
        known = {"part": "", "most": row.most, "note": row.note}
        facts = inviting.facts(uow, actor(), event, row)
        return render_template(
            "pages/event_reply.html",
            event=event,
            row=row,
            facts=[(tell(name), tell(text)) for name, text in facts],
            what=answers.purpose(inviting.PURPOSE),
            values=known if typed is None else typed,
            faults=faults,
            over=replying.closed(row),
            states=ATTENDEE_STATES,
        )


@blueprint.get("/events/<int:number>/invitations/<int:attendee>/letter.docx")
def letter(number: int, attendee: int) -> Response:
    """The invitation of one expert as a Word file."""
    (found,) = _gathered(number, attendee)
    return file_answer(letters.written(found), _WORD, f"invitation-{number}-{found.number:03}.docx")


@blueprint.get("/events/<int:number>/invitations/letters.zip")
def batch(number: int) -> Response:
    """All invitations as Word files."""
    return file_answer(letters.packed(_gathered(number)), "application/zip", f"invitations-{number}.zip")


def _gathered(number: int, attendee: int | None = None) -> list[letters.Letter]:
    app = application()
    site, secret, today = app.settings.site_url, app.secret(), app.today()
    with app.unit_of_work() as uow:
        event = events.get(uow, actor(), number)
        people = inviting.listing(uow, actor(), event)
        if attendee is not None:
            attending.get(uow, actor(), attendee)
            people = [row for row in people if row.id == attendee]
        found = letters.gather(uow, actor(), event, people, secret=secret, site=site, today=today)
    if not found:
        raise letters.nobody()
    return found
