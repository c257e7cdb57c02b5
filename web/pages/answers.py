"""代填: what people were asked, as a grid to fill in from a call and as a file that goes out and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.permissions import require
from matchmaker.services import answer_files, answers, asking, secret_links
from matchmaker.services.answers import Line, Purpose
from web.answering import checked, faults_of, given
from web.i18n import _, tell, translate
from web.request import actor, application, page_number

blueprint = Blueprint("answers", __name__)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Days that a link may hold.
DAYS = (3, 7, 14, 30)


@dataclass
class Row:
    """A line of the grid as it is shown: with what was typed and what is wrong with it."""

    line: Line
    typed: Mapping[str, Any]
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """How the names of its fields begin."""
        return prefix_of(self.line.link.id)


def prefix_of(number: int) -> str:
    """How the names of a line's fields begin."""
    return f"row-{number}-"


@blueprint.get("/answers")
def listing() -> str:
    """What people are asked, how many have not answered, and asking more."""
    app = application()
    with app.reading() as uow:
        return render_template(
            "pages/answers.html",
            counts=answers.counts(uow, actor(), app.clock()),
            purposes=answers.purposes(),
            bodies=[(str(row.id), row.name) for row in asking.bodies(uow, actor())],
            for_experts=asking.FOR_EXPERTS,
            days=[(str(days), _("%(n)s 天", n=days)) for days in DAYS],
        )


@blueprint.post("/answers/ask")
def ask() -> ResponseReturnValue:
    """A link and a message for each expert of a body."""
    app, name = application(), request.form.get("purpose", "")
    today = app.today()
    with app.unit_of_work() as uow:
        made = asking.ask_experts(uow, actor(), name, _number("body"), _days(), today)
    flash(_("已发给 %(n)s 位专家；没有账号的列在电话清单中。", n=len(made)), "done")
    return redirect(url_for("answers.grid", name=name), 303)


@blueprint.get("/answers/<name>")
def grid(name: str) -> str:
    """The open links of one purpose as a table to fill in."""
    app, what = application(), answers.purpose(name)
    only_open = request.args.get("all") != "1"
    with app.reading() as uow:
        page = answers.listing(uow, actor(), name, app.clock(), only_open=only_open, page=page_number())
        rows = [Row(line, line.values) for line in answers.sheet(uow, actor(), page.rows)]
    with app.unit_of_work() as uow:
        for row in rows:
            if row.line.link.phone:
                uow.looked_at(actor(), "call:number", f"link:{row.line.link.id}")
    return _page(name, what, rows, page=page, only_open=only_open)


@blueprint.post("/answers/<name>")
def save(name: str) -> ResponseReturnValue:
    """Saves one line or all that were changed, each by itself; a conflict or fault of one stops no other."""
    require(actor(), "answer:enter" if actor().is_office else "answer:read")
    what, wanted = answers.purpose(name), request.form.get("save", "all")
    by_file = request.form.get("by_file") == "1"
    numbers = [wanted] if wanted != "all" else request.form.getlist("row")
    rows: list[Row] = []
    saved = 0
    for text in numbers[: answer_files.MOST_ROWS]:
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            continue
        row, is_saved = _saved(name, what, int(text), by_file=by_file)
        saved += is_saved
        rows.append(row)
    if request.accept_mimetypes.best == "application/json":
        return _told(rows[0], saved) if rows else (jsonify({"state": "fault"}), 422)
    faulty = [row for row in rows if row.faults]
    if faulty:
        return _page(name, what, faulty, by_file=by_file, saved=saved), 422
    flash(_("已保存 %(n)s 行。", n=saved), "done")
    return redirect(url_for("answers.grid", name=name), 303)


@blueprint.get("/answers/<name>.xlsx")
def file(name: str) -> Response:
    """The open links as a file to be filled in elsewhere."""
    app, what = application(), answers.purpose(name)
    with app.unit_of_work() as uow:
        links = answers.for_file(uow, actor(), name, app.clock())
        lines = answers.sheet(uow, actor(), links)
        uow.record(actor(), "answer:exported", f"answers:{name}", rows=len(lines))
    content = answer_files.write(what, lines, app.secret(), translate)
    answer = Response(content, mimetype=_XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="answers-{name}.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/answers/<name>/file")
def read_back(name: str) -> ResponseReturnValue:
    """What a file says, with the fault beside each cell; nothing is written before it is saved from there."""
    app, what = application(), answers.purpose(name)
    upload = request.files.get("file")
    content = upload.stream.read(answer_files.MOST_BYTES + 1) if upload else b""
    try:
        raw = answer_files.cells(content)
        with app.reading() as uow:
            links = {link.id: link for link in answers.for_file(uow, actor(), name, app.clock())}
            lines = {line.link.id: line for line in answers.sheet(uow, actor(), list(links.values()))}
        found = answer_files.understood(what, raw, links, app.secret(), translate)
    except InvalidInput as fault:
        told = {key: tell(message) for key, message in fault.fields.items()}
        return _page(name, what, [], file_fault=told.get("file", tell(fault.message))), 422
    rows = []
    for read in found:
        if read.link is None or read.link.id not in lines:
            continue
        faults = {key: tell(message) for key, message in read.faults.items()}
        line = lines[read.link.id]
        if not faults and _same(what, read.typed, line.values):
            continue
        try:
            checked(name, read.typed)
        except InvalidInput as fault:
            faults = {**faults_of(fault), **faults}
        rows.append(Row(line, read.typed, faults))
    lost = [(read.number, read.who, tell(read.faults[""])) for read in found if "" in read.faults]
    return _page(name, what, rows, by_file=True, lost=lost), 422 if any(row.faults for row in rows) else 200


@blueprint.post("/answers/links/<int:number>/revoke")
def revoke(number: int) -> ResponseReturnValue:
    """The link opens nothing any more."""
    with application().unit_of_work() as uow:
        link = answers.get(uow, actor(), number)
        require(actor(), "answer:ask")
        secret_links.revoke(uow, actor(), link)
        name = link.purpose
    flash(_("链接已作废。"), "done")
    return redirect(url_for("answers.grid", name=name), 303)


def _saved(name: str, what: Purpose, number: int, *, by_file: bool) -> tuple[Row, bool]:
    """One line of the form, written if it was changed."""
    app = application()
    with app.reading() as uow:
        link = answers.get(uow, actor(), number)
        (line,) = answers.sheet(uow, actor(), [link]) or [Line(link, "", {})]
    typed = given(what, request.form, prefix_of(number))
    is_meant = request.form.get("save") == str(number) and link.answered_at is None
    if _same(what, typed, line.values) and not is_meant:
        return Row(line, typed), False
    revision = request.form.get(f"{prefix_of(number)}revision", "")
    try:
        values = checked(name, typed)
        with app.unit_of_work() as uow:
            answers.enter(
                uow,
                actor(),
                number,
                values,
                app.clock(),
                revision=int(revision) if revision.isascii() and revision.isdigit() else -1,
                by_file=by_file,
            )
    except InvalidInput as fault:
        return Row(line, typed, faults_of(fault) or {"": tell(fault.message)}), False
    except Conflict as fault:
        return Row(line, typed, {"": f"{tell(fault.message)}{tell(fault.hint)}"}), False
    return Row(line, typed), True


def _same(what: Purpose, typed: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Whether a line was left as it is known."""
    return all(
        (typed.get(each.name) or "") == (known.get(each.name) or "")
        or str(typed.get(each.name) or "") == str(known.get(each.name) or "")
        for each in what.questions
    )


def _told(row: Row, saved: int) -> ResponseReturnValue:
    """One line for the script of the grid."""
    state = "saved" if saved else "conflict" if "" in row.faults else "fault" if row.faults else "same"
    revision = row.line.link.revision + saved
    answer = jsonify({"state": state, "faults": dict(row.faults), "revision": revision})
    answer.status_code = {"conflict": 409, "fault": 422}.get(state, 200)
    return answer


def _page(name: str, what: Purpose, rows: list[Row], **parts: Any) -> str:
    given_parts: dict[str, Any] = {
        "page": None,
        "only_open": True,
        "by_file": False,
        "saved": 0,
        "lost": [],
        "file_fault": "",
    }
    return render_template(
        "pages/answer_grid.html", name=name, what=what, rows=rows, **{**given_parts, **parts}
    )


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _days() -> int:
    return _number("days") if _number("days") in DAYS else DAYS[1]
