"""大屏: the live board of an event for the screens in the hall, which poll it and need no log-in."""

from __future__ import annotations

import hmac

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from matchmaker.errors import MatchmakerError
from matchmaker.permissions import VISITOR, allowed
from matchmaker.services import board, day_state
from web import live
from web.day_parts import clock, milliseconds
from web.i18n import _
from web.request import actor, application, language

blueprint = Blueprint("board", __name__)

#: Milliseconds between two looks of a screen; of one that nobody sees.
POLL, POLL_HIDDEN = 650, 10_000
#: Seconds after which a screen without scripts, or one that shows a reason, looks again.
RELOAD = 15


@blueprint.before_request
def hide() -> None:
    """The key stands in the address: it is printed on no paper."""
    g.hides_address = True


@blueprint.after_request
def kept_secret(response: Response) -> Response:
    """The key leaves no trace elsewhere."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/events/<int:number>/board")
def show(number: int) -> ResponseReturnValue:
    """The board; a screen that may not see it says why, and looks again by itself."""
    try:
        title = _opened(number)
        version, part = _part(number)
    except MatchmakerError as fault:
        page = render_template("pages/board_reason.html", fault=fault, reload=RELOAD)
        return make_response(page, fault.status)
    return make_response(
        render_template(
            "pages/board.html",
            title=title,
            part=part,
            version=version,
            now=milliseconds(application().clock()),
            zone=application().settings.timezone,
            poll=POLL,
            poll_hidden=POLL_HIDDEN,
            reload=RELOAD,
            address=url_for("board.news", number=number, key=request.args.get("key") or None),
        )
    )


@blueprint.get("/events/<int:number>/board.json")
def news(number: int) -> ResponseReturnValue:
    """Nothing (204) while the screen's version holds; else the new one with what is to be shown."""
    found = live.version(number)
    if found is None or not _may(found[1]):
        return jsonify({"reason": _("这个大屏链接已失效，或者不完整。")}), 403
    if request.args.get("since") == found[0]:
        return "", 204
    version, part = _part(number)
    return jsonify({"version": version, "now": milliseconds(application().clock()), "html": part})


@blueprint.post("/events/<int:number>/board/key")
def renew(number: int) -> ResponseReturnValue:
    """A (new) link for screens, or none any more."""
    with application().unit_of_work() as uow:
        if request.form.get("revoke"):
            board.revoke(uow, actor(), number)
            told = _("大屏链接已收回，用它打开的屏幕会显示原因。")
        else:
            board.new_key(uow, actor(), number)
            told = _("大屏链接已生成；以前的链接不再有效。")
    flash(told, "done")
    return redirect(url_for("day.show", number=number, _anchor="board"), 303)


def _opened(number: int) -> str:
    with application().reading() as uow:
        return board.opened(uow, actor(), number, request.args.get("key", "")).title


def _may(key: str) -> bool:
    given = request.args.get("key", "")
    if given:
        return bool(key) and hmac.compare_digest(key.encode(), given.encode())
    return allowed(actor(), "event:checkin")


def _part(number: int) -> tuple[str, str]:
    """Version and the part of the page that changes; the version is read first, so that none is missed."""
    app = application()
    found = live.version(number)
    if found is None:
        abort(404)

    def render() -> str:
        with app.reading() as uow:
            day = day_state.load(
                uow, _SCREEN, number, now=app.clock(), timezone=app.settings.timezone, checked=True
            )
            return render_template(
                "components/board.html",
                board=board.shown(day),
                states=board.STATES,
                clock=clock,
                ms=milliseconds,
            )

    return found[0], live.rendered(number, language(), found[0], render)


#: What everybody may see: whoever has the key was let in by ``board.opened``.
_SCREEN = VISITOR
