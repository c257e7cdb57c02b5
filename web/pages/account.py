"""我的账号: profile, password, devices, second factor, tokens, and all that is stored about oneself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from matchmaker.errors import Forbidden, InvalidInput, MatchmakerError, TooMany
from matchmaker.messages import Message
from matchmaker.services import (
    account_changes,
    accounts,
    log_in,
    password_changes,
    personal_data,
    second_factors,
    sessions,
    tokens,
)
from matchmaker.services.account_changes import Person
from web.auth.entering import address
from web.auth.who import KEY
from web.faults import by_field, shown_again
from web.formats import told
from web.i18n import _
from web.request import application
from web.schemas.accounts import NewPassword, ProfileForm, TokenForm
from web.schemas.parsing import load

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.before_request
def _own_account() -> ResponseReturnValue | None:
    """These pages are for people with an account, about that account, whomever they act for."""
    if g.account is not None:
        return None
    if request.method == "GET":
        return redirect(url_for("auth.show", next=request.path))
    raise Forbidden(Message("请先登录。"), hint=Message("登录后再试。"))


@blueprint.after_request
def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("")
def show() -> str:
    """Everything about one's own account."""
    return _page()


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Name, ways to log in, language, size of type."""
    try:
        given = load(ProfileForm(), request.form)
        person = Person(given["name"], given["phone"], given["username"], given["email"])
        with application().unit_of_work() as uow:
            account_changes.edit_profile(
                uow, g.self_actor, g.account.id, person,
                language=given["language"], type_size=given["type_size"],
            )  # fmt: skip
    except InvalidInput as fault:
        return shown_again(fault, _page(given=request.form, faults=by_field(fault)))
    flash(_("已保存。"), "done")
    return redirect(url_for("account.show"), 303)


@blueprint.get("/password")
def password() -> str:
    """The form that changes it."""
    return render_template("pages/password.html", account=g.account, faults={})


@blueprint.post("/password")
def change_password() -> ResponseReturnValue:
    """Changes it and ends every other session; wrong tries at the present one count as log-ins do."""
    app = application()
    try:
        given = load(NewPassword(), request.form)
        _prove(request.form.get("present", ""), given["password"])
        own = (g.account.name, g.account.phone or "", g.account.username or "")
        digest = password_changes.checked(given["password"], given["again"], *own)
        with app.unit_of_work() as uow:
            password_changes.change(uow, g.self_actor, digest, str(session[KEY]))
    except (InvalidInput, TooMany) as fault:
        return shown_again(
            fault, render_template("pages/password.html", account=g.account, faults=by_field(fault))
        )
    flash(_("密码已更改，其他设备上的登录已结束。"), "done")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/sessions/<int:number>/end")
def end_session(number: int) -> ResponseReturnValue:
    """Ends one device."""
    with application().unit_of_work() as uow:
        sessions.end(uow, g.self_actor, number)
    flash(_("已结束该设备上的登录。"), "done")
    return redirect(url_for("account.show") + "#sessions", 303)


@blueprint.post("/sessions/end")
def end_sessions() -> ResponseReturnValue:
    """Ends every device but this one."""
    with application().unit_of_work() as uow:
        account = account_changes.to_change_own(uow, g.self_actor, g.account.id)
        sessions.end_others(uow, account, str(session[KEY]))
    flash(_("已结束其他设备上的登录。"), "done")
    return redirect(url_for("account.show") + "#sessions", 303)


@blueprint.get("/second-factor")
def second_factor() -> ResponseReturnValue:
    """The QR code, or how to switch it off."""
    return _factor_page({})


@blueprint.post("/second-factor")
def switch_on() -> ResponseReturnValue:
    """Switches it on; the recovery codes are shown once."""
    app = application()
    try:
        _count()
        with app.unit_of_work() as uow:
            codes = second_factors.switch_on(uow, g.self_actor, _code(), at=app.clock())
            log_in.forgive(uow, g.account)
    except (InvalidInput, TooMany) as fault:
        return shown_again(fault, _factor_page(by_field(fault)))
    return render_template("pages/recovery_codes.html", codes=codes)


@blueprint.post("/second-factor/off")
def switch_off() -> ResponseReturnValue:
    """Switches it off."""
    app = application()
    try:
        _count()
        with app.unit_of_work() as uow:
            second_factors.switch_off(uow, g.self_actor, _code(), at=app.clock())
            log_in.forgive(uow, g.account)
    except (InvalidInput, TooMany) as fault:
        return shown_again(fault, _factor_page(by_field(fault)))
    flash(_("两步验证已关闭。"), "done")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/tokens")
def create_token() -> ResponseReturnValue:
    """A new token, shown once."""
    app = application()
    try:
        given = load(TokenForm(), request.form)
        with app.unit_of_work() as uow:
            row, text = tokens.create(
                uow, g.self_actor, given["name"], given["scopes"], given["days"], at=app.clock()
            )
    except MatchmakerError as fault:
        return shown_again(fault, _page(token=request.form, faults=_prefixed(by_field(fault))))
    return render_template("pages/token.html", row=row, text=text, scopes=tokens.SCOPES)


@blueprint.post("/tokens/<int:number>/end")
def end_token(number: int) -> ResponseReturnValue:
    """Ends a token at once."""
    with application().unit_of_work() as uow:
        tokens.end(uow, g.self_actor, number)
    flash(_("令牌已作废。"), "done")
    return redirect(url_for("account.show") + "#tokens", 303)


@blueprint.get("/data.json")
def data() -> Response:
    """Everything that is stored about this account, as a file."""
    app = application()
    with app.unit_of_work() as uow:
        answer = jsonify(personal_data.export(uow, g.self_actor, g.account.id))
    answer.headers["Content-Disposition"] = 'attachment; filename="account.json"'
    return answer


def _page(given: Any = None, token: Any = None, faults: dict[str, str] | None = None) -> str:
    with application().reading() as uow:
        account = accounts.get(uow, g.self_actor, g.account.id)
        return render_template(
            "pages/account.html",
            account=account,
            given=account if given is None else given,
            token=token or {},
            faults=faults or {},
            sessions=sessions.listing(uow, g.self_actor, account),
            present=g.session_number,
            tokens=tokens.listing(uow, g.self_actor),
            roles=accounts.ROLE_NAMES,
            scopes=told(tokens.SCOPES),
            now=application().clock(),
        )


def _factor_page(faults: dict[str, str]) -> str:
    app = application()
    if g.account.totp_since is not None:
        return render_template("pages/second_factor.html", account=g.account, picture=None, faults=faults)
    with app.unit_of_work() as uow:
        account = second_factors.prepare(uow, g.self_actor)
        picture = second_factors.picture(account, app.settings.site_name)
    # segno draws paths of a fixed alphabet; the text of the code is not in it
    return render_template(
        "pages/second_factor.html",
        account=account,
        picture=Markup(picture),  # noqa: S704
        faults=faults,
    )


def _prove(present: str, new: str) -> None:
    """The present password, counted like a log-in; nothing to prove for whoever has none yet."""
    app = application()
    if not g.account.password_hash:
        return
    with app.unit_of_work() as uow:
        attempt = log_in.begin_own(uow, g.account, address(), at=app.clock())
    if not log_in.is_right(attempt, present):
        wrong = Message("现在的密码不对，请重新输入。")
        raise InvalidInput(wrong, fields={"present": wrong})
    if present == new:
        same = Message("新密码与现在的密码相同，请换一个。")
        raise InvalidInput(same, fields={"password": same})


def _count() -> None:
    app = application()
    with app.unit_of_work() as uow:
        log_in.begin_code(uow, g.account.id, address(), at=app.clock())


def _code() -> str:
    return request.form.get("code", "")[:60]


def _prefixed(faults: dict[str, str]) -> dict[str, str]:
    """Faults of the token's form, whose names the profile has too."""
    return {f"token-{name}" if name else "token": text for name, text in faults.items()}
