"""征集表: the official form, blank or of a problem; filled ones uploaded, reviewed, made problems."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.permissions import require
from matchmaker.services import official_files, official_forms, official_steps
from web.i18n import _, tell
from web.request import actor, application

blueprint = Blueprint("forms", __name__)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/forms")
def show() -> str:
    """The blank form, and where filled ones are uploaded."""
    return _page({})


@blueprint.get("/forms/technical-demand.docx")
def blank() -> Response:
    """The blank form."""
    return _document({}, "technical-demand")


@blueprint.get("/problems/<int:number>/form.docx")
def filled(number: int) -> Response:
    """The form of one problem, with its contact: for its owner and the office; the look is logged."""
    app = application()
    with app.reading() as uow:
        values = official_forms.values_for(uow, actor(), number)
    with app.unit_of_work() as uow:
        uow.looked_at(actor(), "problem:form", f"problem:{number}")
    return _document(values, f"technical-demand-{number}")


@blueprint.post("/forms")
def upload() -> ResponseReturnValue:
    """Reads the forms and goes on to the review; nothing is made yet."""
    require(actor(), "form:import")
    files = [(file.filename or "", file.stream) for file in request.files.getlist("files") if file.filename]
    try:
        name = official_files.keep(application().settings, actor(), files)
    except InvalidInput as fault:
        return _page({each: tell(message) for each, message in fault.fields.items()}), 422
    return redirect(url_for("forms.review", name=name), 303)


@blueprint.get("/forms/files/<name>")
def review(name: str) -> str:
    """What each form says, field by field, and afterwards what became of it."""
    return _review(name)


@blueprint.post("/forms/files/<name>")
def save(name: str) -> ResponseReturnValue:
    """Makes problems of the chosen forms."""
    app, who = application(), actor()
    entries = official_files.kept(app.settings, who, name)
    chosen = {int(each) for each in request.form.getlist("chosen") if each.isascii() and each.isdigit()}
    places = sorted(place for place in chosen if place < len(entries))
    if not places:
        return _review(name, _("请至少选择一份表格。")), 422
    official_steps.save(app, who, entries, places, declared=bool(request.form.get("declared")))
    official_files.store(app.settings, name, entries)
    made = sum(entries[place].problem is not None for place in places)
    flash(
        _("已由 %(made)s 份表格生成难题，%(rest)s 份未能生成。", made=made, rest=len(places) - made),
        "done" if made == len(places) else "attention",
    )
    return redirect(url_for("forms.review", name=name), 303)


def _page(faults: dict[str, str]) -> str:
    return render_template("pages/forms.html", faults=faults, most=official_files.MOST_AT_ONCE)


def _review(name: str, fault: str = "") -> str:
    app, who = application(), actor()
    entries = official_files.kept(app.settings, who, name)
    with app.reading() as uow:
        official_forms.look_up(uow, who, entries)
    waiting = any(entry.importable and entry.problem is None for entry in entries)
    return render_template(
        "pages/forms_review.html", entries=entries, name=name, fault=fault, waiting=waiting
    )


def _document(values: dict[str, object], name: str) -> Response:
    answer = Response(official_forms.document(values), mimetype=WORD)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return answer
