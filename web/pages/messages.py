"""消息: the inbox, what one wants by e-mail, one click that stops it, and everything that went out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import mails, messages, wishes
from matchmaker.services.messages import (
    CHANNELS,
    DELIVERY_STATES,
    GROUPS,
    KINDS,
    RESULTS,
    group_of,
    short_text,
)
from matchmaker.services.wishes import EVERYTHING, stopped_by
from web.i18n import _
from web.request import actor, application, page_number
from web.security import csrf

if TYPE_CHECKING:
    from matchmaker.models import Outbox
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("messages", __name__)

#: State of a delivery → kind of the component ``state``.
SIGNS = {
    "waiting": "waiting",
    "held": "waiting",
    "sent": "done",
    "failed": "fault",
    "stopped": "attention",
    "handled": "done",
}


@blueprint.get("/messages")
def inbox() -> str:
    """What one was told, newest first."""
    require(actor(), "message:own")
    only_unread = request.args.get("unread") == "1"
    with application().reading() as uow:
        page = messages.inbox(uow, actor(), only_unread=only_unread, page=page_number())
        return render_template("pages/messages.html", page=page, only_unread=only_unread)


@blueprint.get("/messages/<int:number>")
def show(number: int) -> str:
    """One message, which counts as read from now on."""
    app = application()
    with app.unit_of_work() as uow:
        message = messages.read(uow, actor(), number, app.clock())
        where = mails.address(uow, app.secret(), message)
    own = url_for("messages.show", number=number)
    return render_template("pages/message.html", message=message, where="" if where == own else where)


@blueprint.post("/messages/read")
def read_all() -> ResponseReturnValue:
    """Everything counts as read."""
    require(actor(), "message:own")
    with application().unit_of_work() as uow:
        messages.read_all(uow, actor(), application().clock())
    return redirect(url_for("messages.inbox"), 303)


@blueprint.get("/messages/settings")
def settings() -> str:
    """Which kinds come by e-mail, and when."""
    with application().reading() as uow:
        return render_template(
            "pages/message_settings.html",
            wishes=wishes.own(uow, actor()),
            groups=[
                (title, [(kind, KINDS[kind]) for kind in KINDS if group_of(kind) == name])
                for name, title in GROUPS.items()
            ],
            hours=[(str(hour), f"{hour}:00") for hour in range(24)],
            has_mail=application().mailer is not None,
            is_account=actor().account is not None,
        )


@blueprint.post("/messages/settings")
def choose() -> ResponseReturnValue:
    """Keeps the choice; a kind that is not ticked is not wanted."""
    wanted = request.form.getlist("kind")
    with application().unit_of_work() as uow:
        wishes.choose(
            uow,
            actor(),
            stopped=[kind for kind in KINDS if kind not in wanted and group_of(kind)],
            quiet_from=_hour("quiet_from", 22),
            quiet_until=_hour("quiet_until", 7),
            is_digest=request.form.get("digest") == "1",
        )
    flash(_("接收设置已保存。"), "done")
    return redirect(url_for("messages.settings"), 303)


@blueprint.get("/stop/<key>")
def stop(key: str) -> str:
    """What the link of an e-mail would stop; it takes one click, since programs open links too."""
    g.hides_address = True
    _who, kind = stopped_by(application().secret(), key)
    return render_template("pages/stop.html", key=key, about=_about(kind), is_done=False)


@blueprint.post("/stop/<key>")
def stopped(key: str) -> str:
    """No more such e-mails."""
    g.hides_address = True
    who, kind = stopped_by(application().secret(), key)
    kind = EVERYTHING if request.form.get("all") == "1" else kind
    with application().unit_of_work() as uow:
        wishes.stop(uow, who, kind)
    return render_template("pages/stop.html", key=key, about=_about(kind), is_done=True)


#: The signed token is the permission; mail programs post it themselves (RFC 8058).
csrf.exempt(stopped)


@blueprint.get("/outbox")
def outbox() -> str:
    """Every message that went out, with what became of it."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    with application().reading() as uow:
        page = messages.outbox(
            uow,
            actor(),
            state=state if state in DELIVERY_STATES else "",
            kind=kind if kind in KINDS else "",
            page=page_number(),
        )
        return render_template(
            "pages/outbox.html",
            page=page,
            state=state,
            kind=kind,
            kinds={name: each.about for name, each in KINDS.items()},
            states=DELIVERY_STATES,
            channels=CHANNELS,
            results=RESULTS,
            signs=SIGNS,
        )


@blueprint.post("/outbox/<int:number>/retry")
def retry(number: int) -> ResponseReturnValue:
    """A failed e-mail once more."""
    with application().unit_of_work() as uow:
        mails.retry(uow, actor(), number)
    flash(_("已重新排队发送。"), "done")
    return redirect(url_for("messages.outbox", state="failed"), 303)


def to_copy(uow: UnitOfWork, message: Outbox) -> str:
    """The short text with its full link, as it is copied into WeChat or a text message."""
    app = application()
    site = app.settings.site_url or request.host_url.rstrip("/")
    return short_text(message.short, site + mails.address(uow, app.secret(), message), app.settings.site_name)


def _hour(name: str, otherwise: int) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and int(text) < 24 else otherwise


def _about(kind: str) -> Message | None:
    return KINDS[kind].about if kind in KINDS else None
