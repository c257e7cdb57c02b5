"""彻底清除: what a purge would remove, the purge itself, and what was purged so far. For administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput, MatchmakerError, NotFound
from matchmaker.messages import Message
from matchmaker.services import attachment_files, purging
from web.i18n import _, tell
from web.request import actor, application

blueprint = Blueprint("purges", __name__)


@blueprint.get("/purges")
def listing() -> str:
    """What was purged, and what would be removed of the object that the address names."""
    return _page(request.args.get("subject", "").strip(), {})


@blueprint.post("/purges")
def purge() -> ResponseReturnValue:
    """Removes an object for good; its number must be typed, since nothing brings it back."""
    subject = request.form.get("subject", "").strip()
    try:
        _confirmed(subject)
        with application().unit_of_work() as uow:
            files = purging.purge(uow, actor(), subject, request.form.get("reason", ""))
    except InvalidInput as fault:
        return _page(subject, {name: tell(message) for name, message in fault.fields.items()}), 422
    attachment_files.remove_files(application().settings, files)
    flash(_("已彻底清除 %(subject)s；索引将在后台重建。", subject=subject), "done")
    return redirect(url_for("purges.listing"), 303)


def _confirmed(subject: str) -> None:
    """Raises InvalidInput unless the number was typed once more."""
    if request.form.get("confirm", "").strip() != subject:
        fault = Message("请原样输入编号 %(subject)s，以确认清除。", {"subject": subject[:60]})
        raise InvalidInput(fault, fields={"confirm": fault})


def _page(subject: str, faults: dict[str, str]) -> str:
    fault: MatchmakerError | None = None
    outline = None
    with application().reading() as uow:
        rows = purging.purged(uow, actor())
        if subject:
            try:
                outline = purging.outline(uow, actor(), subject)
            except NotFound as missing:
                fault = missing
        return render_template(
            "pages/purges.html", rows=rows, subject=subject, outline=outline, fault=fault, faults=faults,
            reason=request.form.get("reason", ""),
        )  # fmt: skip
