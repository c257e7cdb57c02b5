"""审核: the queue, one problem beside what a reviewer must know, decisions in place; steps and versions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker import consulting
from matchmaker.errors import InvalidInput, MatchmakerError, NotFound
from matchmaker.lifecycle import REVIEWED_AGAIN
from matchmaker.messages import Message
from matchmaker.permissions import allowed, require
from matchmaker.services import clinic, drafting, posting, problems, reviewing, versions
from matchmaker.services.versions import StaleForm
from web import problem_forms as forms
from web.i18n import _, tell
from web.pages.attachments import panel
from web.problem_life import NAMES, Button
from web.problem_pages import revision_of_form, told_faults
from web.problem_steps import FIELDS
from web.request import actor, application, page_number

if TYPE_CHECKING:
    from matchmaker.models import Problem
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("review", __name__)

#: The decision that sends a problem back.
RETURN, BACK = "return", Message("退回修改")


@blueprint.get("/review")
def queue() -> str:
    """What waits, the longest first."""
    with application().reading() as uow:
        page = reviewing.queue(uow, actor(), page_number())
        return render_template(
            "pages/review.html",
            page=page,
            lines=[_line(row) for row in page.rows],
            until=_default_until(),
        )


@blueprint.post("/review")
def publish_many() -> ResponseReturnValue:
    """Publishes the chosen ones that nothing speaks against."""
    app, who = application(), actor()
    numbers = [int(each) for each in request.form.getlist("number") if each.isdigit() and len(each) < 10]
    with app.unit_of_work() as uow:
        done, refused = reviewing.publish_many(uow, who, numbers, at=app.clock(), expires_on=_default_until())
    if done:
        flash(_("已发布 %(n)s 个难题。", n=len(done)), "done")
    for number, message in refused:
        flash(_("第 %(number)s 号没有发布：%(why)s", number=number, why=tell(message)), "attention")
    if not numbers:
        flash(_("没有选择任何难题；请先勾选。"), "attention")
    return redirect(url_for("review.queue"), 303)


@blueprint.get("/review/<int:number>")
def show(number: int) -> str:
    """One problem as it was submitted, with everything beside it."""
    return _show(number, {})


@blueprint.post("/review/<int:number>/publish")
def publish(number: int) -> ResponseReturnValue:
    """It appears."""
    app, who = application(), actor()
    try:
        with app.unit_of_work() as uow:
            reviewing.publish(
                uow, who, number, at=app.clock(), expires_on=_until(),
                visibility=request.form.get("visibility") or None,
                overrule=_words("overrule"), revision=revision_of_form(),
            )  # fmt: skip
    except InvalidInput as fault:
        return _show(number, told_faults(fault), fault), 422
    except StaleForm as fault:
        return _show(number, {}, fault), 409
    flash(_("已发布，并已告知提交人。"), "done")
    return redirect(url_for("review.queue"), 303)


@blueprint.post("/review/<int:number>/return")
def send_back(number: int) -> ResponseReturnValue:
    """It goes back with reasons."""
    try:
        with application().unit_of_work() as uow:
            reviewing.send_back(
                uow, actor(), number, reasons=request.form.getlist("reasons"), words=_words("words")
            )
    except InvalidInput as fault:
        return _show(number, told_faults(fault), fault), 422
    flash(_("已退回，并已把原因告知提交人。"), "done")
    return redirect(url_for("review.queue"), 303)


@blueprint.post("/problems/<int:number>/steps/<name>")
def step(number: int, name: str) -> ResponseReturnValue:
    """One step of a problem's life, from its page."""
    if name not in NAMES or name in {"edit", "submit", "review", "versions"}:
        raise NotFound(Message("没有这一步。"), hint=Message("请从难题页面上的按钮进入。"))
    app, who = application(), actor()
    try:
        with app.unit_of_work() as uow:
            _do(uow, name, number)
    except InvalidInput as fault:
        with app.reading() as uow:
            problem = problems.get(uow, who, number)
            button = Button(
                name, NAMES[name], action=url_for("review.step", number=number, name=name),
                reasons="WITHDRAW_REASONS",
            )  # fmt: skip
            page = render_template(
                "pages/problem_step.html",
                problem=problem, step=button, faults=told_faults(fault), fault=fault,
                chosen=request.form.getlist("reasons"), words=request.form.get("words", ""),
            )  # fmt: skip
        return page, 422
    flash(_("已完成：%(what)s。", what=tell(NAMES[name])), "done")
    return redirect(url_for("problems.show", number=number), 303)


@blueprint.get("/problems/<int:number>/versions")
def show_versions(number: int) -> str:
    """Every version with what it changed, the newest first."""
    with application().reading() as uow:
        row = problems.get(uow, actor(), number)
        require(actor(), "problem:versions", row)
        held = versions.listing(uow, f"problem:{number}")
        shown = [forms.shown(drafting.from_snapshot(uow, each.snapshot)) for each in held]
        lines = [
            {"version": each, "changes": _changes(shown[at + 1] if at + 1 < len(held) else None, shown[at])}
            for at, each in enumerate(held)
        ]
        return render_template(
            "pages/problem_versions.html",
            problem=row,
            lines=lines,
            may_restore=allowed(actor(), "problem:edit", row),
            again=row.state in REVIEWED_AGAIN and not actor().is_office,
        )


@blueprint.post("/problems/<int:number>/versions/<int:version>")
def restore(number: int, version: int) -> ResponseReturnValue:
    """What an older version said becomes the newest."""
    app = application()
    with app.unit_of_work() as uow:
        posting.restore(
            uow, actor(), number, version, revision=revision_of_form(), at=app.clock(),
            declared="declared" in request.form,
        )  # fmt: skip
    flash(_("已恢复第 %(n)s 版的内容，并存为新版本。", n=version), "done")
    return redirect(url_for("review.show_versions", number=number), 303)


def _do(uow: UnitOfWork, name: str, number: int) -> None:
    app, who = application(), actor()
    if name == "withdraw":
        reviewing.withdraw(uow, who, number, reasons=request.form.getlist("reasons"), words=_words("words"))
    elif name == "renew":
        reviewing.renew(uow, who, number, at=app.clock(), days=app.settings.problem_expiry_days)
    elif name == "expire":
        reviewing.expire(uow, who, number)
    else:
        reviewing.step(uow, who, number, name)


def _show(number: int, faults: dict[str, str], fault: MatchmakerError | None = None) -> str:
    app, who = application(), actor()
    require(who, "problem:review")
    with app.reading() as uow:
        form = clinic.form_of_problem(problems.get(uow, who, number))
    found = consulting.consult(app, who, form, exclude=number)
    with app.reading() as uow:
        row = problems.get(uow, who, number)
        case = reviewing.case(uow, who, row)
        before = forms.shown(drafting.from_snapshot(uow, case.published.snapshot)) if case.published else None
        now = forms.shown(drafting.from_snapshot(uow, versions.snapshot(row)))
        return render_template(
            "pages/review_one.html",
            problem=row,
            case=case,
            changes=_changes(before, now) if before else [],
            findings=[*found.examination.findings, *found.examination.remarks],
            duplicates=found.duplicates,
            away=found.notice,
            marks=drafting.marked_fields(row),
            unverified=reviewing.is_unverified(row),
            waited=_days(row),
            until=_default_until(),
            panel=panel(uow, row),
            back=Button(
                RETURN, BACK, action=url_for("review.send_back", number=number),
                reasons="RETURN_REASONS",
            ),
            faults=faults,
            fault=fault,
            sent=request.form,
        )  # fmt: skip


def _line(row: Problem) -> dict[str, Any]:
    """What the queue tells of one problem: how long it waits, what it lacks."""
    found = consulting.examine(application(), actor(), clinic.form_of_problem(row)).examination
    return {
        "problem": row,
        "waited": _days(row),
        "lacking": [each for each in found.findings if each.level == "missing"],
        "unverified": reviewing.is_unverified(row),
    }


def _changes(before: dict[str, Any] | None, now: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Label, old and new text of each field that differs; nothing for the first version."""
    if before is None:
        return []
    told = [
        (tell(field.label), forms.told_value(field, before[name]), forms.told_value(field, now[name]))
        for name, field in FIELDS.items()
    ]
    return [line for line in told if line[1] != line[2]]


def _days(row: Problem) -> int:
    return (application().clock() - row.submitted_at).days if row.submitted_at else 0


def _default_until() -> date:
    app = application()
    return app.today() + timedelta(days=app.settings.problem_expiry_days)


def _until() -> date:
    try:
        return date.fromisoformat(request.form.get("expires_on", ""))
    except ValueError:
        return _default_until() if not request.form.get("expires_on") else date.min


def _words(name: str) -> str:
    return forms.words(name, request.form.get(name, ""))
