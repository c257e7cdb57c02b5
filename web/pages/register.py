"""注册, 邀请链接, 重设密码: how somebody comes to an account, and back to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput, TooMany
from matchmaker.services import invitations, password_changes, registration, sessions
from matchmaker.services.account_changes import Person
from matchmaker.services.accounts import ROLE_NAMES
from web.auth.entering import address, device, enter
from web.faults import by_field, shown_again
from web.formats import told
from web.i18n import _
from web.request import actor, application
from web.schemas.accounts import JoinForm, NewPassword, RegisterForm
from web.schemas.parsing import load

blueprint = Blueprint("register", __name__)


@blueprint.after_request
def _keep_secret(response: Response) -> Response:
    """The address of a link opens an account: it is neither passed on nor kept."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/register")
def show() -> ResponseReturnValue:
    """The application form."""
    return redirect(url_for("home.show")) if g.account is not None else _register({}, {})


@blueprint.post("/register")
def submit() -> ResponseReturnValue:
    """A waiting account; logged in at once, it sees that it waits."""
    app = application()
    try:
        given = load(RegisterForm(), request.form)
        digest = _digest(given)
        wanted = registration.Application(given["role"], given["organization"], given["code"], given["note"])
        with app.unit_of_work() as uow:
            account = registration.apply(uow, _person(given, digest), wanted, address(), at=app.clock())
            key = sessions.begin(uow, account, **device(), at=app.clock())
    except (InvalidInput, TooMany) as fault:
        return shown_again(fault, _register(request.form, by_field(fault)))
    enter(key)
    return redirect(url_for("register.waiting"), 303)


@blueprint.get("/waiting")
def waiting() -> ResponseReturnValue:
    """All that an account sees before it is approved."""
    if g.account is None or g.account.state != "waiting":
        return redirect(url_for("home.show"))
    return render_template("pages/waiting.html", account=g.account, roles=ROLE_NAMES)


@blueprint.get("/join/<key>")
def join(key: str) -> ResponseReturnValue:
    """What the invitation gives, and the form that takes it."""
    return _join(key, {}, {})


@blueprint.post("/join/<key>")
def accept(key: str) -> ResponseReturnValue:
    """A new account of the invited role; or the role for the account that is logged in."""
    app = application()
    if request.form.get("as") == "own" and g.account is not None:
        with app.unit_of_work() as uow:
            invitations.accept_as(uow, g.self_actor, key, at=app.clock())
        flash(_("已加入您的账号。"), "done")
        return redirect(url_for("account.show"), 303)
    try:
        with app.reading() as uow:
            invitations.look(uow, key, at=app.clock())
        given = load(JoinForm(), request.form)
        digest = _digest(given)
        with app.unit_of_work() as uow:
            account = invitations.accept(uow, key, _person(given, digest), at=app.clock())
            session_key = sessions.begin(uow, account, **device(), at=app.clock())
    except InvalidInput as fault:
        return shown_again(fault, _join(key, request.form, by_field(fault)))
    enter(session_key)
    flash(_("账号已建立，您已登录。下次用手机号或用户名和密码登录。"), "done")
    return redirect(url_for("home.show"), 303)


@blueprint.get("/reset/<key>")
def reset(key: str) -> str:
    """The form that sets a new password."""
    return _reset(key, {})


@blueprint.post("/reset/<key>")
def set_password(key: str) -> ResponseReturnValue:
    """Sets it; every device must log in again."""
    app = application()
    try:
        with app.reading() as uow:
            password_changes.look(uow, key, at=app.clock())
        digest = _digest(load(NewPassword(), request.form))
    except InvalidInput as fault:
        return shown_again(fault, _reset(key, by_field(fault)))
    with app.unit_of_work() as uow:
        password_changes.use_link(uow, key, digest, at=app.clock())
    flash(_("新密码已生效，请用它登录。"), "done")
    return redirect(url_for("auth.show"), 303)


@blueprint.get("/forgot")
def forgot() -> str:
    """How to get a new password."""
    return render_template("pages/forgot.html", asked=False, mails=application().settings.smtp_url != "")


@blueprint.post("/forgot")
def ask() -> ResponseReturnValue:
    """Sends a link by e-mail where that is possible; the answer is the same for every name."""
    app = application()
    try:
        with app.unit_of_work() as uow:
            password_changes.ask_by_mail(uow, request.form.get("name", "")[:200], address(), at=app.clock())
    except TooMany as fault:
        return shown_again(
            fault, render_template("pages/forgot.html", asked=False, mails=True, faults=by_field(fault))
        )
    return render_template("pages/forgot.html", asked=True, mails=True)


def _digest(given: dict[str, Any]) -> str:
    own = [given.get(name, "") for name in ("name", "phone", "username", "email")]
    return password_changes.checked(given["password"], given["again"], *own)


def _person(given: dict[str, Any], digest: str) -> Person:
    return Person(given["name"], given["phone"], given["username"], given["email"], digest)


def _register(given: Any, faults: dict[str, str]) -> str:
    roles = [(code, name) for code, name in told(ROLE_NAMES) if code in registration.OPEN_ROLES]
    return render_template("pages/register.html", given=given, faults=faults, roles=roles)


def _join(key: str, given: Any, faults: dict[str, str]) -> str:
    app = application()
    with app.reading() as uow:
        row = invitations.look(uow, key, at=app.clock())
        return render_template(
            "pages/join.html", row=row, key=key, given=given, faults=faults, roles=ROLE_NAMES, own=actor()
        )


def _reset(key: str, faults: dict[str, str]) -> str:
    app = application()
    with app.reading() as uow:
        account = password_changes.look(uow, key, at=app.clock())
        return render_template("pages/reset.html", account=account, key=key, faults=faults)
