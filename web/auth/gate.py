"""What stands between log-in and the site: approval, and a password of one's own."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.permissions import VISITOR
from matchmaker.services import account_changes
from web.i18n import LANGUAGES, TYPE_SIZES, _
from web.request import application

#: Open to whoever is logged in, whatever is still to be done.
_OPEN = frozenset({"static", "bootstrap.static", "auth.leave", "auth.log_out", "register.waiting"})
_PASSWORD = frozenset({"account.password", "account.change_password"})


def stop() -> ResponseReturnValue | None:
    """Sends an account that waits, or must set its password, to the only page that is open to it."""
    account = g.account
    if g.pop("session_ended", False) and request.method == "GET" and not _is_api():
        flash(_("您的登录已结束，请重新登录。"), "attention")
    if account is None or request.endpoint in _OPEN:
        return None
    if account.state == "active" and not account.must_change:
        return None
    if _is_api():
        g.actor = g.self_actor = VISITOR
        return None
    if account.state != "active":
        return redirect(url_for("register.waiting"), 303)
    return None if request.endpoint in _PASSWORD else redirect(url_for("account.password"), 303)


def prefer() -> None:
    """Language and type size as the account has them; a choice made by address is kept for the account."""
    account = g.account
    if account is None or _is_api():
        return
    for name, column, known in (("lang", "language", tuple(LANGUAGES)), ("type", "type_size", TYPE_SIZES)):
        chosen = request.args.get(name)
        held = getattr(account, column)
        if chosen in known:
            if chosen != held:
                _keep(account.id, column, str(chosen))
        elif held in known:
            setattr(g, column, held)
    g.pop("translated", None)


def _keep(number: int, column: str, value: str) -> None:
    with application().unit_of_work() as uow:
        account_changes.prefer(uow, number, **{column: value})


def _is_api() -> bool:
    return request.path.startswith("/api/")
