"""The office's own door: a signed link, printed by a command, that opens a session without an account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, session, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from matchmaker.bootstrap import Application
from matchmaker.errors import Forbidden
from matchmaker.messages import Message
from web.i18n import _
from web.request import application

#: Seconds that a link opens the door.
LINK_SECONDS = 24 * 3600
_PURPOSE = "organizer-link"

blueprint = Blueprint("door", __name__)


def organizer_link(app: Application, base_url: str) -> str:
    """A link by which an organizer enters; it works for a day."""
    return f"{base_url.rstrip('/')}/enter?key={_serializer(app).dumps('organizer')}"


@blueprint.get("/enter")
def enter() -> Response:
    """Opens a session for whoever holds a fresh link of this installation."""
    try:
        role = _serializer(application()).loads(request.args.get("key", ""), max_age=LINK_SECONDS)
    except BadData:
        role = None
    if role != "organizer":
        raise Forbidden(
            Message("这个登录链接无效或已过期。"),
            hint=Message("请在服务器上运行 matchmaker serve 或 matchmaker demo，使用新显示的链接。"),
        )
    session.clear()
    session["role"] = role
    session.permanent = True
    flash(_("您已以组织者身份进入。"), "done")
    return redirect(url_for("home.show"))


def _serializer(app: Application) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(app.secret(), salt=_PURPOSE)
