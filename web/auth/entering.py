"""登录 and 退出: name and password, then a code where the account asks for one; a fresh session each time."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput, MatchmakerError, TooMany
from matchmaker.services import log_in, sessions
from web.auth.who import KEY
from web.faults import by_field, shown_again
from web.i18n import _
from web.request import application

blueprint = Blueprint("auth", __name__)

#: Key of the cookie between password and code.
_SECOND = "second"
#: How long the code may take.
_SECOND_MINUTES = timedelta(minutes=5)


def inside(address: str) -> str:
    """The address where somebody wanted to go, if it lies on this site; else ""."""
    parts = urlsplit(address)
    plain = address.isprintable() and "\\" not in address and not parts.scheme and not parts.netloc
    return address if plain and address.startswith("/") and not address.startswith("//") else ""


def enter(key: str) -> None:
    """A session of this browser: whatever stood in the cookie before is gone, so that none can be planted."""
    session.clear()
    session[KEY] = key
    session.permanent = True


@blueprint.get("/login")
def show() -> ResponseReturnValue:
    """The form; who is logged in already goes where he wanted."""
    wanted = inside(request.args.get("next", ""))
    if g.account is not None:
        return redirect(wanted or url_for("home.show"))
    return _form(wanted)


@blueprint.post("/login")
def submit() -> ResponseReturnValue:
    """Compares name and password; a wrong one is told without saying which."""
    app = application()
    name, wanted = request.form.get("name", "").strip(), inside(request.form.get("next", ""))
    password = request.form.get("password", "")
    if not name or not password:
        missing = {"name": "" if name else _("请填写手机号或用户名。"), "password": _("请填写密码。")}
        return _form(wanted, name, faults=missing), 422
    try:
        with app.unit_of_work() as uow:
            attempt = log_in.begin(uow, name, address(), at=app.clock())
        if not log_in.is_right(attempt, password):
            raise log_in.wrong()
        with app.unit_of_work() as uow:
            second = log_in.needs_code(uow, attempt)
            key = "" if second else log_in.enter(uow, attempt, **device(), at=app.clock())
    except (InvalidInput, TooMany) as fault:
        return shown_again(fault, _form(wanted, name, fault))
    if second:
        session.clear()
        session[_SECOND] = {"account": attempt.account, "at": app.clock().isoformat(), "next": wanted}
        return redirect(url_for("auth.show_code"), 303)
    return _entered(key, wanted)


@blueprint.get("/login/code")
def show_code() -> ResponseReturnValue:
    """The second step."""
    return render_template("pages/login_code.html", faults={}) if _pending() else _again()


@blueprint.post("/login/code")
def submit_code() -> ResponseReturnValue:
    """Takes a code of the authenticator, or a recovery code."""
    app, pending = application(), _pending()
    if pending is None:
        return _again()
    number, wanted = pending
    try:
        with app.unit_of_work() as uow:
            attempt = log_in.begin_code(uow, number, address(), at=app.clock())
        with app.unit_of_work() as uow:
            if not log_in.take_code(uow, attempt, request.form.get("code", "")[:60], at=app.clock()):
                raise log_in.wrong(code=True)
            key = log_in.enter(uow, attempt, **device(), at=app.clock())
    except (InvalidInput, TooMany) as fault:
        return shown_again(fault, render_template("pages/login_code.html", faults=by_field(fault)))
    return _entered(key, wanted)


@blueprint.post("/leave")
@blueprint.post("/logout", endpoint="log_out")
def leave() -> ResponseReturnValue:
    """Ends the session, here and in the table."""
    key = session.get(KEY)
    session.clear()
    if key:
        with application().unit_of_work() as uow:
            sessions.leave(uow, str(key))
    flash(_("您已退出。"), "done")
    return redirect(url_for("home.show"))


def _form(
    wanted: str, name: str = "", fault: MatchmakerError | None = None, faults: dict[str, str] | None = None
) -> str:
    found = by_field(fault) if fault else faults or {}
    return render_template("pages/login.html", wanted=wanted, name=name, faults=found)


def _pending() -> tuple[int, str] | None:
    """Account and aim of somebody whose password was right a moment ago."""
    held = session.get(_SECOND)
    if not held or application().clock() - datetime.fromisoformat(held["at"]) > _SECOND_MINUTES:
        return None
    return int(held["account"]), inside(held["next"])


def _again() -> ResponseReturnValue:
    session.pop(_SECOND, None)
    flash(_("请先输入登录名和密码。"), "waiting")
    return redirect(url_for("auth.show"), 303)


def _entered(key: str, wanted: str) -> ResponseReturnValue:
    enter(key)
    return redirect(wanted or url_for("home.show"), 303)


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or ""


def device() -> dict[str, str]:
    """What a session keeps of the device."""
    return {"device": sessions.device_of(request.headers.get("User-Agent", "")), "address": address()}
