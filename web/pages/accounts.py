"""账号: who has one; approving, roles, closing, new passwords, acting on behalf."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.permissions import require
from matchmaker.services import (
    account_changes,
    account_lookups,
    accounts,
    acting,
    password_changes,
    personal_data,
    second_factors,
    tokens,
)
from matchmaker.services.account_changes import Standing
from matchmaker.services.accounts import AccountFilter
from web.auth.entering import inside
from web.auth.who import BEHALF
from web.faults import by_field, shown_again
from web.formats import told
from web.i18n import _
from web.request import actor, application, page_number
from web.schemas.accounts import ActForm, EraseForm, ListAsked, ReasonForm, StandingForm
from web.schemas.parsing import load

blueprint = Blueprint("accounts", __name__)

#: State of an account → kind of the component ``state``.
SIGNS = {"waiting": "attention", "active": "done", "closed": "waiting"}


@blueprint.get("/accounts")
def listing() -> str:
    """The accounts that the reader cares for; those that wait for approval first."""
    given = load(ListAsked(), request.args)
    with application().reading() as uow:
        return render_template(
            "pages/accounts.html",
            page=accounts.listing(uow, actor(), AccountFilter(**given), page_number()),
            wanted=given,
            states=accounts.STATES,
            signs=SIGNS,
            roles=accounts.ROLE_NAMES,
        )


@blueprint.get("/accounts/<int:number>")
def show(number: int) -> str:
    """One account with what may be done with it."""
    return _page(number)


@blueprint.post("/accounts/<int:number>/approve")
def approve(number: int) -> ResponseReturnValue:
    """Opens a waiting account with the roles and bodies of the form."""

    def act(uow: Any, standing: Standing, new_body: str) -> None:
        account_changes.approve(uow, actor(), number, standing, new_body)

    return _standing(number, act, _("已批准，对方现在可以使用了。"))


@blueprint.post("/accounts/<int:number>/change")
def change(number: int) -> ResponseReturnValue:
    """Other roles, bodies, expert record."""

    def act(uow: Any, standing: Standing, _new_body: str) -> None:
        account_changes.change(uow, actor(), number, standing)

    return _standing(number, act, _("已保存，对方下一次操作时生效。"))


@blueprint.post("/accounts/<int:number>/close")
def close(number: int) -> ResponseReturnValue:
    """Ends the account's sessions and tokens; it can be opened again."""
    try:
        reason = load(ReasonForm(), request.form)["reason"]
        with application().unit_of_work() as uow:
            account_changes.close(uow, actor(), number, reason)
    except InvalidInput as fault:
        return shown_again(fault, _page(number, faults=by_field(fault)))
    flash(_("账号已停用，登录已全部结束；可以随时恢复。"), "done")
    return redirect(url_for("accounts.show", number=number), 303)


@blueprint.post("/accounts/<int:number>/reopen")
def reopen(number: int) -> ResponseReturnValue:
    """Opens a closed account again."""
    with application().unit_of_work() as uow:
        account_changes.reopen(uow, actor(), number)
    flash(_("账号已恢复。"), "done")
    return redirect(url_for("accounts.show", number=number), 303)


@blueprint.post("/accounts/<int:number>/reset")
def reset(number: int) -> ResponseReturnValue:
    """A link or a temporary password, shown once; or the second factor switched off."""
    app, by = application(), request.form.get("by", "link")
    if by == "factor":
        with app.unit_of_work() as uow:
            second_factors.clear(uow, actor(), number)
        flash(_("两步验证已关闭，请提醒对方重新开启。"), "done")
        return redirect(url_for("accounts.show", number=number), 303)
    if by == "password":
        text = password_changes.generated()
        require(actor(), "account:read")
        digest = password_changes.hashed(text)
        with app.unit_of_work() as uow:
            account = password_changes.give(uow, actor(), number, digest)
        return render_template("pages/reset_given.html", account=account, password=text, link="")
    with app.unit_of_work() as uow:
        account, key = password_changes.issue_link(uow, actor(), number, at=app.clock())
    link = url_for("register.reset", key=key, _external=True)
    return render_template(
        "pages/reset_given.html", account=account, password="", link=link, hours=password_changes.RESET_HOURS
    )


@blueprint.post("/accounts/<int:number>/tokens/<int:token>/end")
def end_token(number: int, token: int) -> ResponseReturnValue:
    """An administrator ends somebody's token."""
    with application().unit_of_work() as uow:
        tokens.end(uow, actor(), token)
    flash(_("令牌已作废。"), "done")
    return redirect(url_for("accounts.show", number=number), 303)


@blueprint.post("/accounts/<int:number>/erase")
def erase(number: int) -> ResponseReturnValue:
    """Takes name and ways to reach somebody out of a closed account; nothing brings them back."""
    try:
        reason = load(EraseForm(), request.form)["reason"]
        with application().unit_of_work() as uow:
            personal_data.erase(uow, actor(), number, reason)
    except InvalidInput as fault:
        return shown_again(fault, _page(number, faults=by_field(fault)))
    flash(_("个人数据已抹去，操作记录保留账号编号。"), "done")
    return redirect(url_for("accounts.show", number=number), 303)


@blueprint.get("/act")
def choose() -> str:
    """For whom: a body by its name, or one of those that a liaison cares for."""
    return _choose({})


@blueprint.post("/act")
def act() -> ResponseReturnValue:
    """From now on for a body or a person, until it is ended."""
    target = ""
    try:
        target = load(ActForm(), request.form)["target"]
        with application().unit_of_work() as uow:
            if not target.startswith(("account:", "organization:")):
                target = f"organization:{account_lookups.body(uow, target, 'for')}"
            found = acting.begin(uow, g.self_actor, target)
    except InvalidInput as fault:
        return shown_again(fault, _choose(by_field(fault), target))
    session[BEHALF] = found.target
    flash(_("您现在代“%(name)s”操作；所做的一切都会记明由您代办。", name=found.name), "attention")
    return redirect(inside(request.form.get("next", "")) or url_for("home.show"), 303)


@blueprint.post("/act/end")
def end_acting() -> ResponseReturnValue:
    """For oneself again."""
    session.pop(BEHALF, None)
    flash(_("已结束代办，您现在以自己的身份操作。"), "done")
    return redirect(inside(request.form.get("next", "")) or url_for("home.show"), 303)


def _choose(faults: dict[str, str], typed: str = "") -> str:
    require(g.self_actor, "account:act")
    with application().reading() as uow:
        return render_template(
            "pages/act.html", bodies=account_lookups.offered(uow, g.self_actor), faults=faults, typed=typed
        )


def _standing(number: int, act: Callable[[Any, Standing, str], None], done: str) -> ResponseReturnValue:
    try:
        given = load(StandingForm(), request.form)
        with application().unit_of_work() as uow:
            bodies = account_lookups.bodies(uow, given["organizations"])
            expert = account_lookups.expert(uow, given["expert"], bodies[0] if bodies else None)
            act(uow, Standing(given["roles"], bodies, expert), given["new_body"])
    except InvalidInput as fault:
        return shown_again(fault, _page(number, request.form, by_field(fault)))
    flash(done, "done")
    return redirect(url_for("accounts.show", number=number), 303)


def _page(number: int, given: Any = None, faults: dict[str, str] | None = None) -> str:
    with application().reading() as uow:
        account = accounts.get(uow, actor(), number)
        return render_template(
            "pages/account_of.html",
            account=account,
            given=_filled(account) if given is None else _typed(given),
            faults=faults or {},
            states=accounts.STATES,
            signs=SIGNS,
            roles=told(accounts.ROLE_NAMES),
            role_names=accounts.ROLE_NAMES,
            tokens=tokens.listing(uow, actor(), number) if "administrator" in actor().roles else [],
            gives=accounts.gives(actor()),
            may={
                name: accounts.may_change(uow, actor(), account, f"account:{name}")
                for name in ("approve", "change", "close", "reopen", "reset", "act", "erase")
            },
        )


def _filled(account: Any) -> dict[str, Any]:
    """What the form shows at first: what is, or what was applied for."""
    applied = account.applied if account.state == "waiting" else {}
    return {
        "roles": account.roles or [applied[name] for name in ("role",) if applied.get(name)],
        "organizations": "\n".join(each.organization.name for each in account.memberships),
        "expert": f"expert:{account.expert_id}" if account.expert_id else "",
        "new_body": "" if account.memberships else applied.get("organization", ""),
    }


def _typed(given: Any) -> dict[str, Any]:
    return {**given.to_dict(), "roles": given.getlist("roles")}
