"""查重与合并: pairs that may be one, both side by side, the merge and its undoing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import duplicates, merging, profile_fields, unmerging
from matchmaker.services.paging import Page
from web.formats import label, labels
from web.i18n import _, tell
from web.request import actor, application, number_argument, page_number

blueprint = Blueprint("merges", __name__)

VERDICTS: dict[str, tuple[str, Message]] = {
    "likely": ("done", Message("很可能是同一个")),
    "unclear": ("attention", Message("还不能确定")),
    "different": ("waiting", Message("很可能是两个")),
}
#: What moves with a record: table → its name.
MOVES: dict[str, Message] = {
    "authorship": Message("论文"),
    "inventorship": Message("专利发明人"),
    "achievement": Message("成果"),
    "expert_project": Message("论文以外的经历"),
    "introduction": Message("引荐"),
    "account": Message("账号"),
    "invitation": Message("邀请"),
    "expert": Message("专家"),
    "problem": Message("难题"),
    "patent": Message("专利"),
    "membership": Message("账号"),
    "territory": Message("所属镇街"),
    "problem_body": Message("难题的参与和定向单位"),
}
_CODES = {
    "fields": "FIELDS",
    "region": "REGIONS",
    "tiers": "TIERS",
    "kind": "ORGANIZATION_KINDS",
    "visibility": "VISIBILITY",
    "industry": "INDUSTRIES",
    "nature": "NATURES",
}
#: Pairs of one page.
SIZE = 25


@blueprint.get("/merges")
def listing() -> str:
    """Pairs that may be one, the likeliest first; and the merges so far."""
    kind = _kind(request.args.get("kind", "expert"))
    _require_any(kind)
    of = number_argument("of")
    with application().reading() as uow:
        found = duplicates.pairs(uow, actor(), kind, of=of)
        number = min(page_number(), max(-(-len(found) // SIZE), 1))
        rows = found[(number - 1) * SIZE : number * SIZE]
        return render_template(
            "pages/merges.html",
            kind=kind,
            of=of,
            page=Page(rows, number, SIZE, len(found)),
            verdicts=VERDICTS,
            merges=merging.listing(uow, actor(), kind),
        )


@blueprint.get("/merges/<kind>/<int:kept>/<int:gone>")
def preview(kind: str, kept: int, gone: int) -> str:
    """Both records field by field, and what speaks for and against."""
    return _preview(kind, kept, gone, {})


@blueprint.post("/merges/<kind>/<int:kept>/<int:gone>")
def decide(kind: str, kept: int, gone: int) -> ResponseReturnValue:
    """Merges the two as chosen, or remembers that they are two."""
    note = profile_fields.one_line(request.form.get("note", ""), 500)
    if request.form.get("action") == "apart":
        with application().unit_of_work() as uow:
            merging.distinguish(uow, actor(), _kind(kind), kept, gone, note)
        flash(_("已记下这是两条不同的记录，不会再提示。"), "done")
        return redirect(url_for("merges.listing", kind=kind), 303)
    chosen = {
        name.removeprefix("take-"): value for name, value in request.form.items() if name.startswith("take-")
    }
    with application().unit_of_work() as uow:
        merge = merging.merge(
            uow, actor(), _kind(kind), kept, gone, chosen, today=application().today(), note=note
        )
        number = merge.id
    flash(_("已合并；旧地址会自动转到保留的记录。"), "done")
    return redirect(url_for("merges.show", number=number), 303)


@blueprint.get("/merges/<int:number>")
def show(number: int) -> str:
    """One merge, and the button that undoes it."""
    return _show(number, None)


@blueprint.post("/merges/<int:number>/undo")
def undo(number: int) -> ResponseReturnValue:
    """Makes them two again; where something was changed since, says what and offers to keep that."""
    keep = request.form.get("keep") == "yes"
    try:
        with application().unit_of_work() as uow:
            unmerging.undo(uow, actor(), number, now=application().clock(), keep_changes=keep)
    except Conflict as fault:
        return _show(number, fault), 409
    flash(_("已撤销合并，两条记录已恢复。"), "done")
    return redirect(url_for("merges.show", number=number), 303)


def _show(number: int, fault: Conflict | None) -> str:
    with application().reading() as uow:
        return render_template("pages/merge.html", merge=merging.get(uow, actor(), number), fault=fault)


def _preview(kind: str, kept: int, gone: int, chosen: dict[str, str]) -> str:
    with application().reading() as uow:
        found = merging.preview(uow, actor(), _kind(kind), kept, gone)
        return render_template(
            "pages/merge_preview.html",
            kind=kind,
            found=found,
            rows=[
                (option, _shown(option.name, option.first), _shown(option.name, option.second))
                for option in found.options
            ],
            chosen=chosen,
            verdict=VERDICTS[found.pair.verdict],
            moves=[(tell(MOVES.get(name, Message(name))), count) for name, count in found.moves.items()],
        )


def _kind(kind: str) -> str:
    if kind not in duplicates.TABLES:
        abort(404)
    return kind


def _require_any(kind: str) -> None:
    """Liaisons see pairs of their own bodies; everybody else but the office sees none."""
    who = actor()
    if not who.liaison_of:
        require(who, f"{kind}:merge")


def _shown(name: str, value: Any) -> str:
    if name in _CODES and value:
        return labels(_CODES[name], value) if isinstance(value, list) else label(_CODES[name], value)
    if isinstance(value, list):
        return "；".join(str(each) for each in value)
    return "" if value is None else str(value)
