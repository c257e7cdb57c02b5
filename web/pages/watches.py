"""订阅: saved searches and what fits, each with what it has found."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.services import watches
from web.i18n import _
from web.request import actor, application, page_number
from web.schemas.parsing import load
from web.schemas.requests import SearchAsked

blueprint = Blueprint("watches", __name__)


@blueprint.get("/watches")
def listing() -> str:
    """The actor's own, and what he may add."""
    with application().reading() as uow:
        rows = watches.listing(uow, actor())
        known = {row.watch.subject for row in rows}
        return render_template(
            "pages/watches.html",
            rows=rows,
            kinds=watches.KINDS,
            subjects=[each for each in watches.own_subjects(uow, actor()) if each[0] not in known],
        )


@blueprint.get("/watches/<int:number>")
def show(number: int) -> str:
    """What one has found."""
    with application().reading() as uow:
        watch = watches.get(uow, actor(), number)
        page, rows = watches.hits(uow, actor(), watch, page_number())
        return render_template("pages/watch.html", watch=watch, page=page, found=rows, kinds=watches.KINDS)


@blueprint.post("/watches/search")
def save_search() -> ResponseReturnValue:
    """Keeps the search that is shown."""
    asked = load(SearchAsked(), request.form)
    title = request.form.get("title", "").strip() or asked["q"] or _("保存的搜索")
    with application().unit_of_work() as uow:
        watches.save_search(uow, actor(), asked, "".join(sign for sign in title if sign.isprintable()))
    flash(_("已保存这个搜索；有新结果时告诉您。"), "done")
    return redirect(url_for("watches.listing"), 303)


@blueprint.post("/watches/fit")
def fit() -> ResponseReturnValue:
    """Watches what fits an expert or a problem."""
    subject = request.form.get("subject", "")
    if not subject:
        raise InvalidInput(_("请选择一项。"), hint=_("可以订阅自己的专家资料，或自己单位的难题。"))
    with application().unit_of_work() as uow:
        watches.fit(uow, actor(), subject[:60])
    flash(_("已订阅；有新的合适内容时告诉您。"), "done")
    return redirect(url_for("watches.listing"), 303)


@blueprint.post("/watches/<int:number>/pause")
def pause(number: int) -> ResponseReturnValue:
    """Tells nothing for a while, or again."""
    is_paused = request.form.get("paused") == "1"
    with application().unit_of_work() as uow:
        watches.pause(uow, actor(), number, is_paused=is_paused)
    flash(_("已暂停。") if is_paused else _("已恢复。"), "done")
    return redirect(url_for("watches.listing"), 303)


@blueprint.post("/watches/<int:number>/remove")
def remove(number: int) -> ResponseReturnValue:
    """Forgets it."""
    with application().unit_of_work() as uow:
        watches.remove(uow, actor(), number)
    flash(_("已删除订阅。"), "done")
    return redirect(url_for("watches.listing"), 303)
