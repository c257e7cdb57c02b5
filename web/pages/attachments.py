"""附件: files of a problem or achievement: uploaded, listed, downloaded by their readers, taken away."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from matchmaker.errors import MatchmakerError
from matchmaker.services import attached, attachment_files, attachments
from web.i18n import _, tell
from web.request import actor, application, url_for_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matchmaker.models import Attachment
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("attachments", __name__)

#: A file of a stranger, should a browser show it after all, runs nothing and belongs to no site.
SANDBOX = "sandbox; default-src 'none'"


@dataclass(frozen=True, slots=True)
class Panel:
    """What the component ``attachments`` shows of one object."""

    subject: str
    rows: Sequence[Attachment]
    may_change: bool
    is_anonymous: bool


def panel(uow: UnitOfWork, target: Any) -> Panel:
    """The attachments of an object that the reader may see, for the page of that object."""
    subject = f"{target.__tablename__}:{target.id}"
    return Panel(
        subject,
        attached.listing(uow, actor(), subject),
        attachments.may_attach(actor(), target),
        target.visibility == "anonymous",
    )


@blueprint.get("/attachments")
def listing() -> str:
    """The attachments of the object that the address names."""
    return _listing(request.args.get("subject", ""), {})


@blueprint.post("/attachments")
def upload() -> ResponseReturnValue:
    """Checks the file, then stores it; a refused one leaves nothing behind."""
    app, who, subject = application(), actor(), request.form.get("subject", "")
    with app.reading() as uow:
        attachments.require_attaching(uow, who, subject)
    file = request.files.get("file")
    names: list[str] = []
    try:
        kept = attachment_files.keep(
            app.settings, file.stream if file else BytesIO(), (file.filename or "") if file else ""
        )
        names.append(kept.stored_name)
        with app.unit_of_work() as uow:
            attachments.add(uow, who, subject, kept, visibility=request.form.get("visibility", "introduced"))
    except MatchmakerError as fault:
        attachment_files.remove_files(app.settings, names)
        if not fault.fields:
            raise
        return _listing(subject, {name: tell(message) for name, message in fault.fields.items()}), 422
    except BaseException:
        attachment_files.remove_files(app.settings, names)
        raise
    flash(_("已添加附件“%(name)s”。", name=kept.filename), "done")
    return redirect(_home(subject), 303)


@blueprint.get("/attachments/<int:number>")
def show(number: int) -> str:
    """One attachment: what it is, whose, who reads it, how its text begins; the look is logged."""
    with application().reading() as uow:
        row = attached.get(uow, actor(), number)
        title = attached.titles(uow, actor(), [row.subject]).get(row.subject, "")
        page = render_template("pages/attachment.html", row=row, title=title)
    _looked(number)
    return page


@blueprint.get("/attachments/<int:number>/file")
def download(number: int) -> Response:
    """The file as it was sent, always as a download; the look is logged."""
    return _sent(number, small=False)


@blueprint.get("/attachments/<int:number>/small")
def small(number: int) -> Response:
    """The small copy of a picture, made anew of its pixels."""
    return _sent(number, small=True)


@blueprint.post("/attachments/<int:number>/readers")
def readers(number: int) -> ResponseReturnValue:
    """Says who reads it."""
    visibility = request.form.get("visibility", "")
    try:
        with application().unit_of_work() as uow:
            subject = attachments.set_readers(uow, actor(), number, visibility).subject
    except MatchmakerError as fault:
        if not fault.fields:
            raise
        with application().reading() as uow:
            subject = attached.get(uow, actor(), number).subject
        return _listing(subject, {f"readers-{number}": tell(fault.message)}), 422
    flash(_("已更改谁可以查看这个附件。"), "done")
    return redirect(_home(subject), 303)


@blueprint.post("/attachments/<int:number>/remove")
def remove(number: int) -> ResponseReturnValue:
    """Takes it away for good."""
    app = application()
    with app.unit_of_work() as uow:
        row = attachments.remove(uow, actor(), number)
        subject, name, stored = row.subject, row.filename, row.stored_name
    attachment_files.remove_files(app.settings, [stored])
    flash(_("已移除附件“%(name)s”。", name=name), "done")
    return redirect(_home(subject), 303)


def _sent(number: int, *, small: bool) -> Response:
    app = application()
    with app.reading() as uow:
        row = attached.get(uow, actor(), number)
    path = attachment_files.path_of(app.settings, row.stored_name, small=small)
    if not small:
        _looked(number)
    answer = send_file(
        path,
        mimetype="image/jpeg" if small else row.media_type,
        as_attachment=not small,
        download_name=None if small else row.filename,
        etag=False,
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _looked(number: int) -> None:
    with application().unit_of_work() as uow:
        uow.looked_at(actor(), "attachment:read", f"attachment:{number}")


def _listing(subject: str, faults: dict[str, str]) -> str:
    with application().reading() as uow:
        target = attached.subject_of(uow, actor(), subject)
        return render_template(
            "pages/attachments.html",
            target=target,
            attached=panel(uow, target),
            faults=faults,
            chosen=request.form.get("visibility", "introduced"),
        )


def _home(subject: str) -> str:
    return url_for_id(subject) + "#attachments"


def _for_components(state: BlueprintSetupState) -> None:
    """What the component needs on whatever page it stands; an imported macro sees globals only."""
    settings = state.app.extensions["matchmaker"].settings
    state.app.jinja_env.globals.update(
        attachment_readers=attachments.READERS,
        attachment_endings=attachments.ENDINGS,
        attachment_megabytes=settings.attachment_megabytes,
    )


blueprint.record_once(_for_components)
