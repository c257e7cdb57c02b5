"""导入: a file is kept, looked at, corrected, run, reported; each step has an address and needs no script."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import importing, uploads
from web.formats import KIND_NAMES as ALL_NAMES
from web.i18n import _, tell
from web.request import actor, application, page_number
from web.schemas.requests import IMPORTED

blueprint = Blueprint("imports", __name__)

#: State of a run → kind of the component ``state``, and its name.
STATES: dict[str, tuple[str, Message]] = {
    "waiting": ("waiting", Message("等待中")),
    "running": ("waiting", Message("正在导入")),
    "done": ("done", Message("已完成")),
    "cancelled": ("attention", Message("已取消")),
    "failed": ("fault", Message("失败")),
}
#: Kinds of rows → their names.
KIND_NAMES = {kind: ALL_NAMES[kind] for kind in IMPORTED}
UNFINISHED = frozenset({"waiting", "running"})
#: Names of the form's fields that say what a column means: this, then the column's place.
COLUMN = "column-"
MOST_FAULTS = 100


@blueprint.get("/imports")
def listing() -> str:
    """The imports so far, and the form that begins another."""
    require(actor(), "import:read")
    return _listing({})


@blueprint.post("/imports")
def upload() -> ResponseReturnValue:
    """Keeps the file and goes on to what it holds."""
    require(actor(), "import:run")
    file = request.files.get("file")
    kind = _kind()
    try:
        name = uploads.keep(application().settings, actor(), file.stream if file else BytesIO())
    except InvalidInput as fault:
        return _listing({name: tell(message) for name, message in fault.fields.items()}), 422
    filename = uploads.plain_name(file.filename or "" if file else "")
    return redirect(url_for("imports.preview", name=name, filename=filename, kind=kind), 303)


@blueprint.get("/imports/files/<name>")
def preview(name: str) -> ResponseReturnValue:
    """What the file holds: columns, first rows, faults."""
    return _preview(name, request.args.get("filename", "upload"), {})


@blueprint.post("/imports/files/<name>")
def start(name: str) -> ResponseReturnValue:
    """Looks again with corrected columns, forgets the file, or begins the import."""
    require(actor(), "import:run")
    filename = uploads.plain_name(request.form.get("filename", "upload"))
    columns_as = _columns()
    action = request.form.get("action", "check")
    if action == "forget":
        uploads.forget(application().settings, actor(), name)
        flash(_("文件已删除，没有导入任何内容。"), "done")
        return redirect(url_for("imports.listing"), 303)
    if action != "start":
        return _preview(name, filename, columns_as)
    return _start(name, filename, columns_as)


@blueprint.get("/imports/<int:number>")
def show(number: int) -> str:
    """One import: how far it is, or its report."""
    with application().reading() as uow:
        run = importing.get(uow, actor(), number)
        return render_template(
            "pages/import.html",
            run=run,
            state=STATES.get(run.state, ("waiting", Message(run.state))),
            unfinished=run.state in UNFINISHED,
            faults=importing.faults(uow, actor(), number, page_number(), MOST_FAULTS),
            kinds=KIND_NAMES,
        )


@blueprint.post("/imports/<int:number>/cancel")
def cancel(number: int) -> ResponseReturnValue:
    """Asks the worker to stop between two blocks of rows; what was read stays."""
    with application().unit_of_work() as uow:
        importing.cancel(uow, actor(), number)
    flash(_("已请求取消；已导入的行会保留。"), "done")
    return redirect(url_for("imports.show", number=number), 303)


@blueprint.get("/imports/<int:number>/bad-rows.csv")
def bad_rows(number: int) -> Response:
    """The rows left out, as they came, each with its fault and remedy."""
    with application().reading() as uow:
        content = importing.bad_rows_csv(uow, actor(), number)
    answer = Response(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="import-{number}-bad-rows.csv"'
    return answer


def _kind() -> str:
    kind = request.values.get("kind", "")
    return kind if kind in KIND_NAMES else ""


def _columns() -> dict[str, str]:
    """Head → field, as the selects of the preview say; the heads travel beside them."""
    heads = request.form.getlist("head")
    return {head: request.form.get(f"{COLUMN}{place}", "") for place, head in enumerate(heads)}


def _listing(faults: dict[str, str]) -> str:
    with application().reading() as uow:
        return render_template(
            "pages/imports.html",
            runs=importing.list_runs(uow, actor()),
            states=STATES,
            kinds=KIND_NAMES,
            kind=_kind(),
            faults=faults,
            megabytes=application().settings.import_megabytes,
            rows=application().settings.import_rows,
        )


def _preview(name: str, filename: str, columns_as: dict[str, str]) -> ResponseReturnValue:
    filename = uploads.plain_name(filename)
    settings, kind = application().settings, _kind()
    given: dict[str, Any] = {"name": name, "filename": filename, "kind": kind, "kinds": KIND_NAMES}
    asked: dict[str, Any] = {"filename": filename, "kind": kind or None, "columns_as": columns_as}
    try:
        found = uploads.look(settings, actor(), name, **asked)
    except InvalidInput as fault:
        outline = uploads.outline(settings, actor(), name, **asked)
        page = render_template("pages/import_preview.html", **given, found=None, outline=outline, fault=fault)
        return page, 422
    return render_template("pages/import_preview.html", **given, found=found, outline=found, fault=None)


def _start(name: str, filename: str, columns_as: dict[str, str]) -> ResponseReturnValue:
    app = application()
    try:
        found = uploads.look(
            app.settings, actor(), name, filename=filename, kind=_kind() or None, columns_as=columns_as
        )
    except InvalidInput:
        return _preview(name, filename, columns_as)
    with app.unit_of_work() as uow:
        run = importing.create_run(
            uow, actor(), filename=filename, stored_name=name, kind=found.kind, columns=found.columns
        )
        number = run.id
    return redirect(url_for("imports.show", number=number), 303)
