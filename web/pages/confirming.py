"""核实: one's own profile confirmed fact by fact, the call of a liaison noted, the list of what is stale."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.permissions import allowed, require
from matchmaker.services import body_experts, confirming, profile_fields, profiles
from web.i18n import _
from web.profile_view import facts_of
from web.request import actor, application, number_argument, page_number, url_for_id

blueprint = Blueprint("confirming", __name__)

#: How somebody else verified a profile → its name.
WAYS: dict[str, Message] = {
    "phone": Message("电话"),
    "visit": Message("走访"),
    "website": Message("公开网页"),
}


@blueprint.get("/experts/<int:number>/confirm")
def show(number: int) -> str:
    """Every fact of a profile with its origin: the person confirms them, others note how they verified it."""
    with application().reading() as uow:
        row = profiles.get(uow, actor(), "expert", number)
        is_self = allowed(actor(), "expert:confirm", row)
        if not is_self:
            require(actor(), "expert:verify", row)
        return render_template(
            "pages/profile_confirm.html",
            expert=row,
            facts=facts_of(row),
            stale=_is_stale(row),
            is_self=is_self,
            ways=WAYS,
        )


@blueprint.post("/experts/<int:number>/confirm")
def confirm(number: int) -> ResponseReturnValue:
    """Confirms all, or what was ticked."""
    chosen = None if request.form.get("action") == "all" else request.form.getlist("field")
    with application().unit_of_work() as uow:
        confirming.confirm(uow, actor(), number, chosen, today=_today())
    flash(_("已确认，谢谢。确认过的内容不会被导入的文件覆盖。"), "done")
    return redirect(url_for("experts.show", number=number), 303)


@blueprint.post("/experts/<int:number>/verify")
def verify(number: int) -> ResponseReturnValue:
    """Notes that somebody else has verified it."""
    with application().unit_of_work() as uow:
        confirming.verify(
            uow,
            actor(),
            number,
            how=request.form.get("how", ""),
            today=_today(),
            remark=profile_fields.one_line(request.form.get("remark", "")),
        )
    flash(_("已记下核实日期。"), "done")
    return redirect(_back(number), 303)


@blueprint.post("/experts/<int:number>/leave")
def leave(number: int) -> ResponseReturnValue:
    """Marks that he has left his body."""
    with application().unit_of_work() as uow:
        body = body_experts.leave(uow, actor(), number, today=_today())
    flash(_("已标为离开本单位；其资料和成果仍保留。"), "done")
    return redirect(url_for("confirming.of_body", number=body), 303)


@blueprint.post("/achievements/<int:number>/confirm", defaults={"kind": "achievement"})
@blueprint.post("/institutes/<int:number>/confirm", defaults={"kind": "organization"})
def renew(kind: str, number: int) -> ResponseReturnValue:
    """Says that an achievement or a body still is as it stands there."""
    with application().unit_of_work() as uow:
        confirming.renew(uow, actor(), kind, number, today=_today())
    flash(_("已记下核实日期。"), "done")
    return redirect(url_for_id(f"{kind}:{number}"), 303)


@blueprint.get("/profiles/mine")
def mine() -> ResponseReturnValue:
    """Where somebody keeps profiles: his own, or the list of his body; the form while there is none."""
    who = actor()
    require(who, "profile:mine")
    if who.expert is not None:
        return redirect(url_for("confirming.show", number=who.expert))
    if who.liaison_of:
        return redirect(url_for("confirming.of_body", number=who.liaison_of[0]))
    return redirect(url_for("profiles.new_expert"))


@blueprint.get("/profiles/stale")
def stale() -> str:
    """Profiles that want to be verified, the oldest first."""
    with application().reading() as uow:
        page = confirming.waiting(
            uow,
            actor(),
            today=_today(),
            days=_days(),
            organization=number_argument("organization"),
            page=page_number(),
        )
        return render_template("pages/profiles_stale.html", page=page, days=_days(), ways=WAYS)


@blueprint.post("/profiles/stale")
def remind() -> ResponseReturnValue:
    """Asks those who were ticked to look at their profiles."""
    numbers = [int(text) for text in request.form.getlist("expert") if text.isascii() and text.isdigit()]
    if not numbers:
        raise InvalidInput(
            Message("没有选中任何专家。"), hint=Message("请在列表中勾选要提醒的专家，再点“提醒选中的”。")
        )
    with application().unit_of_work() as uow:
        done, lately = confirming.remind(uow, actor(), numbers[:500], now=application().clock(), days=_days())
    text = _("已提醒 %(done)s 位。", done=done)
    if lately:
        text += _("另有 %(lately)s 位一个月内提醒过，未重复提醒。", lately=lately)
    flash(text, "done")
    return redirect(url_for("confirming.stale"), 303)


@blueprint.get("/institutes/<int:number>/experts")
def of_body(number: int) -> str:
    """The experts of a body as its liaison keeps them."""
    with application().reading() as uow:
        found = body_experts.listing(uow, actor(), number, today=_today(), days=_days(), page=page_number())
        return render_template("pages/body_experts.html", found=found, organization=found.body, ways=WAYS)


def _today() -> Any:
    return application().today()


def _days() -> int:
    return application().settings.profile_stale_days


def _is_stale(row: Any) -> bool:
    return confirming.is_stale(row, _today(), _days())


def _back(number: int) -> str:
    """To the list that it was done from, else to the expert."""
    place = request.form.get("back", "")
    if place == "stale":
        return url_for("confirming.stale")
    if place.isascii() and place.isdigit() and len(place) < 10:
        return url_for("confirming.of_body", number=int(place))
    return url_for("experts.show", number=number)
