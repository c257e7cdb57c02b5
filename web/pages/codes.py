"""代码表: browsed from the whole to its parts, searched, exported; an office adds its own codes."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import code_files, codes
from matchmaker.taxonomy import TABLES
from web.i18n import _, tell
from web.request import actor, application
from web.tables import csv_answer

blueprint = Blueprint("codes", __name__)

#: Names of the tables, for the catalogue.
NAMES: dict[str, Message] = {
    "regions": Message("地区"),
    "industries": Message("行业"),
    "disciplines": Message("学科"),
    "ipc": Message("IPC 分类"),
    "fields": Message("技术领域"),
    "problem-kinds": Message("难题类型"),
    "cooperation": Message("期望合作方式"),
    "organization-kinds": Message("单位类型"),
    "maturity": Message("成熟度"),
    "transfer-modes": Message("转化方式"),
    "patent-status": Message("法律状态"),
    "natures": Message("单位性质"),
    "experience-kinds": Message("经历类别"),
    "price-kinds": Message("报价方式"),
    "tiers": Message("企业梯级"),
    "origins": Message("来源"),
    "official-fields": Message("征集表：技术需求所属领域"),
    "official-solutions": Message("征集表：技术需求解决方式"),
    "official-activities": Message("征集表：科技活动类型"),
    "official-bodies": Message("征集表：机构属性"),
    "return-reasons": Message("退回原因"),
    "decline-reasons": Message("不合适原因"),
    "withdraw-reasons": Message("撤下原因"),
    "event-kinds": Message("活动类型"),
    "agenda-kinds": Message("议程类型"),
    "attendee-kinds": Message("参会身份"),
    "table-kinds": Message("洽谈桌类型"),
    "attendance": Message("是否洽谈"),
    "meeting-outcomes": Message("洽谈结果"),
    "unfit-reasons": Message("洽谈不合适的原因"),
    "intent-ways": Message("意向方式"),
    "follow-statuses": Message("跟进情况"),
    "agreement-ends": Message("意向终止的原因"),
}
#: Codes that one page shows.
MOST_SHOWN = 200


@blueprint.get("/codes")
def listing() -> str:
    """Every table with edition and source."""
    return render_template("pages/codes.html", tables=TABLES, names=NAMES)


@blueprint.get("/codes/<key>")
def show(key: str) -> str:
    """One table: what was searched for, else the parts of a code."""
    return _page(key, {}, ())


@blueprint.get("/codes/<key>.csv")
def export(key: str) -> Response:
    """The whole table, in the form in which codes are imported."""
    table = codes.table_of(key)
    heads = (_("代码"), _("名称"), _("英文名称"), _("上级代码"), _("年份"), _("来源"))
    entries = filter(None, map(table.entry, table))
    rows = [(each.code, each.chinese, each.english, each.parent, each.year, each.source) for each in entries]
    return csv_answer(f"codes-{key}", heads, rows)


@blueprint.post("/codes/<key>")
def import_(key: str) -> ResponseReturnValue:
    """Reads a file; with a fault nothing is taken, and every fault is told."""
    require(actor(), "codes:import")
    table, app = codes.table_of(key), application()
    file = request.files.get("file")
    try:
        read = code_files.read(app.settings, actor(), table, file.stream if file else BytesIO())
    except InvalidInput as fault:
        return _page(key, {name: tell(message) for name, message in fault.fields.items()}, ()), 422
    if read.faults:
        told = _("文件有 %(number)s 处问题，没有导入任何代码。", number=len(read.faults))
        return _page(key, {"file": told}, read.faults), 422
    with app.unit_of_work() as uow:
        done = codes.import_entries(uow, actor(), key, read.entries, file.filename or "" if file else "")
    with app.reading() as uow:
        codes.refresh(uow)
    counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    flash(_("新增 %(added)s 个代码，更改 %(changed)s 个，%(unchanged)s 个没有变化。", **counts), "done")
    return redirect(url_for("codes.show", key=key), 303)


@blueprint.post("/codes/<key>/<code>/remove")
def remove(key: str, code: str) -> ResponseReturnValue:
    """Takes an own code away again."""
    app = application()
    with app.unit_of_work() as uow:
        codes.remove(uow, actor(), key, code)
    with app.reading() as uow:
        codes.refresh(uow)
    flash(_("代码 %(code)s 已恢复为原样。", code=code), "done")
    return redirect(url_for("codes.show", key=key), 303)


def _page(key: str, faults: dict[str, str], wrong: tuple[code_files.RowFault, ...]) -> str:
    table = codes.table_of(key)
    text = request.args.get("q", "").strip()[:100]
    whole = request.args.get("parent", "")
    whole = whole if whole in table else ""
    found = table.search(text, MOST_SHOWN) if text else list(table.children(whole))[:MOST_SHOWN]
    if request.args.get("own"):
        found = sorted(table.own)[:MOST_SHOWN]
    return render_template(
        "pages/code_table.html",
        key=key,
        table=table,
        name=tell(NAMES[key]),
        entries=[table.entry(code) for code in found],
        path=table.path(whole),
        text=text,
        faults=faults,
        wrong=wrong[:100],
    )
