"""提交难题: the short path, the full form in steps, two versions side by side, the way to the reviewer."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.services import drafting, own_problems, posting, problems, versions
from matchmaker.services.versions import StaleForm
from web import problem_forms as forms
from web import problem_pages as pages
from web.formats import label
from web.i18n import _
from web.pages.attachments import panel
from web.problem_pages import MORE
from web.problem_steps import ALL, BY_NAME, SHORT, STEPS, Field
from web.request import actor, application, page_number

blueprint = Blueprint("posting", __name__)

#: Key of the cookie's session: the number of the problem that this browser posted last.
POSTED = "posted"


@blueprint.app_template_global()
def field_options(spec: Field) -> list[tuple[str, str]]:
    """Codes and names of a field of the form."""
    return [(code, label(spec.table, code) if spec.table else code) for code in spec.options]


@blueprint.get("/problems/new")
def begin() -> str:
    """The short path; an account's own firm and contact stand there already."""
    return pages.short_page(pages.prefilled(), {})


@blueprint.post("/problems/new")
def new() -> ResponseReturnValue:
    """Submits at once, or keeps a draft and goes on with the full form."""
    app, who = application(), actor()
    if "clinic" in request.form:
        given, found = pages.examined()
        return pages.short_page({name: given.get(name, "") for name in SHORT}, {}, findings=found)
    try:
        values = forms.read_short(request.form)
        with app.unit_of_work() as uow:
            if request.form.get("action") == "draft":
                row = posting.create(uow, who, values)
            else:
                row = posting.post(
                    uow,
                    who,
                    values,
                    declared="declared" in request.form,
                    at=app.clock(),
                    open_to_visitors=app.settings.posting_open == "on",
                )
            number, told, title = row.id, row.number, row.title
    except InvalidInput as fault:
        return pages.short_page(
            {name: request.form.get(name, "") for name in SHORT}, pages.told_faults(fault), fault
        ), 422
    if not told:
        flash(_("草稿已保存，只有您和组织者能看到。"), "done")
        return redirect(url_for("posting.edit", number=number), 303)
    session[POSTED] = {"id": number, "number": told, "title": title}
    return redirect(url_for("posting.posted"), 303)


@blueprint.get("/problems/posted")
def posted() -> str:
    """What became of the problem that this browser has just posted."""
    last = session.get(POSTED)
    if not last:
        raise NotFound(Message("这里还没有刚提交的难题。"), hint=Message("请从“提交难题”开始。"))
    with application().reading() as uow:
        readable = problems.is_readable(uow, actor(), int(last["id"]))
    return render_template("pages/problem_posted.html", posted=last, readable=readable)


@blueprint.get("/mine")
def mine() -> str:
    """My problems, those that wait for me first."""
    with application().reading() as uow:
        return render_template("pages/mine.html", page=own_problems.mine(uow, actor(), page_number()))


@blueprint.get("/problems/<int:number>/edit")
def edit(number: int) -> ResponseReturnValue:
    """One step of the form, or all of it for a problem that goes through review again."""
    with application().reading() as uow:
        form = posting.form(uow, actor(), number)
        row = form.problem
        step = pages.step_of(row, request.args.get("step", ""))
        if step.name == "files":
            return render_template(
                "pages/problem_files.html", problem=row, steps=pages.stepper(row, step), panel=panel(uow, row)
            )
        if step.name == "check":
            return pages.check_page(row, form)
        values = forms.shown(drafting.from_snapshot(uow, versions.snapshot(row)))
        return pages.step_page(row, step, values, {}, row.revision)


@blueprint.post("/problems/<int:number>/edit")
def save(number: int) -> ResponseReturnValue:
    """Saves one step; a fault shows it again, a stale form shows both versions."""
    app, who = application(), actor()
    step = BY_NAME.get(request.form.get("step", ""), STEPS[0])
    if request.form.get("action") == "more":
        return pages.step_again(number, step, {}, spare=MORE)
    if "clinic" in request.form:
        given, found = pages.examined()
        return pages.step_again(number, step, {}, given=given, findings=found)
    try:
        values = pages.chosen(forms.read(step, request.form))
        with app.unit_of_work() as uow:
            row = posting.edit(
                uow, who, number, values, revision=pages.revision_of_form(), at=app.clock(),
                declared="declared" in request.form,
            )  # fmt: skip
            state = row.state
    except InvalidInput as fault:
        return pages.step_again(number, step, pages.told_faults(fault), fault), 422
    except StaleForm as fault:
        return pages.both_versions(number, step, fault), 409
    flash(_("已保存，等待重新审核。") if state == "submitted" else _("已保存。"), "done")
    if request.form.get("action") == "next" and step is not ALL:
        return redirect(url_for("posting.edit", number=number, step=forms.next_step(step).name), 303)
    return redirect(url_for("problems.show", number=number), 303)


@blueprint.post("/problems/<int:number>/submit")
def submit(number: int) -> ResponseReturnValue:
    """A draft goes to the reviewer."""
    app, who = application(), actor()
    try:
        with app.unit_of_work() as uow:
            row = posting.submit(
                uow,
                who,
                number,
                declared="declared" in request.form,
                at=app.clock(),
                revision=pages.revision_of_form(),
            )
            session[POSTED] = {"id": row.id, "number": row.number, "title": row.title}
    except InvalidInput as fault:
        with app.reading() as uow:
            return pages.check_page(
                problems.get(uow, who, number), posting.form(uow, who, number), fault
            ), 422
    return redirect(url_for("posting.posted"), 303)
