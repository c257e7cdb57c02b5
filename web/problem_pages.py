"""What the pages of posting show: the short path, one step, two versions side by side, the last look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from matchmaker import consulting
from matchmaker.consulting import Consultation
from matchmaker.errors import Forbidden, InvalidInput, MatchmakerError
from matchmaker.lifecycle import REVIEWED_AGAIN
from matchmaker.permissions import require
from matchmaker.services import clinic, drafting, own_problems, posting
from matchmaker.services.versions import StaleForm
from web import clinic as asking
from web import problem_forms as forms
from web.formats import label, labels, wan
from web.i18n import _, tell
from web.problem_steps import ALL, BY_NAME, FIELDS, SHORT, STEPS, Step
from web.request import actor, application

if TYPE_CHECKING:
    from matchmaker.models import Problem

#: Lines that the table of indicators offers besides those filled in.
SPARE, MORE = 2, 5
#: Where a fault of a submission is mended → its step.
PLACES = {field.name: step.name for step in STEPS for field in step.fields} | {
    "attachments": "files", "budget": "cooperation", "budget_fen": "cooperation",
}  # fmt: skip


def examined() -> tuple[MultiDict[str, str], Consultation]:
    """The form without scripts: what the clinic says of it, and ticked proposals put into their fields."""
    given: MultiDict[str, str] = MultiDict(request.form)
    _form, _wrong, found = asking.consult(given)
    if given.get("clinic") == "adopt":
        given = asking.adopted(given, found.proposals)
        if "budget" in given:
            given["budget_wan"] = given["budget"]
        _form, _wrong, found = asking.consult(given)
    return given, found


def short_page(
    values: dict[str, str],
    faults: dict[str, str],
    fault: MatchmakerError | None = None,
    findings: Consultation | None = None,
) -> str:
    """The short path, or why it is closed."""
    app, who = application(), actor()
    closed = None
    try:
        require(who, "problem:post")
        if who.account is None and not who.is_office:
            posting.refuse_closed(open_to_visitors=app.settings.posting_open == "on")
    except Forbidden as refused:
        closed = refused
    return render_template(
        "pages/problem_new.html",
        values=values,
        faults=faults,
        fault=fault,
        closed=closed,
        findings=findings,
    )


def prefilled() -> dict[str, str]:
    """The account's own contact and firm, so that a name and a paragraph are all there is to write."""
    found = dict.fromkeys(SHORT, "")
    account = g.get("account")
    with application().reading() as uow:
        bodies = own_problems.bodies(uow, actor())
    if len(bodies) == 1 and not actor().is_office:
        found["organization"] = bodies[0].name
    if account is not None and not actor().behalf:
        found["contact_name"], found["contact_phone"] = account.name, account.phone or ""
    return found


def step_of(row: Problem, name: str) -> Step:
    """The step that an address names; a problem that was published is changed as a whole."""
    if row.state in REVIEWED_AGAIN:
        return BY_NAME["files"] if name == "files" else ALL
    return BY_NAME.get(name, STEPS[0])


def stepper(row: Problem, now: Step) -> list[tuple[str, str, str]]:
    """What the stepper shows: every step can be reached at any time."""
    if now is ALL:
        return []
    place = STEPS.index(now)
    return [
        (
            "now" if step is now else "done" if at < place else "later",
            tell(step.title),
            "" if step is now else url_for("posting.edit", number=row.id, step=step.name),
        )
        for at, step in enumerate(STEPS)
    ]


def step_page(
    row: Problem,
    step: Step,
    values: dict[str, Any],
    faults: dict[str, str],
    revision: int | str,
    fault: MatchmakerError | None = None,
    spare: int = SPARE,
    findings: Consultation | None = None,
) -> str:
    """One step of the form with these values."""
    return render_template(
        "pages/problem_edit.html",
        findings=findings,
        problem=row,
        step=step,
        steps=stepper(row, step),
        values=values,
        faults=faults,
        fault=fault,
        revision=revision,
        spare=spare,
        again=row.state in REVIEWED_AGAIN and not actor().is_office,
    )


def step_again(
    number: int,
    step: Step,
    faults: dict[str, str],
    fault: MatchmakerError | None = None,
    *,
    given: MultiDict[str, str] | None = None,
    spare: int = SPARE,
    findings: Consultation | None = None,
) -> str:
    """The same step with what was typed."""
    values = forms.typed(step, request.form if given is None else given)
    with application().reading() as uow:
        row = posting.form(uow, actor(), number).problem
        return step_page(row, step, values, faults, request.form.get("revision", ""), fault, spare, findings)


def chosen(values: dict[str, Any]) -> dict[str, Any]:
    """What was chosen where two versions stood side by side: "theirs" is what is stored already."""
    theirs = {name.removeprefix("keep-") for name in request.form if request.form[name] == "theirs"}
    if not theirs:
        return values
    official = {name.removeprefix("official-") for name in theirs if name.startswith("official-")}
    names = {"budget_fen" if name == "budget_wan" else name for name in theirs}
    kept = {name: value for name, value in values.items() if name not in names}
    if official and "official" in kept:
        gone = {"years" if name.startswith("year_") else name for name in official}
        kept["official"] = {name: value for name, value in kept["official"].items() if name not in gone}
    return kept


def both_versions(number: int, step: Step, fault: StaleForm) -> str:
    """Mine and theirs, field by field; what only one side changed is chosen already."""
    with application().reading() as uow:
        row = posting.form(uow, actor(), number).problem
        theirs = forms.shown(drafting.from_snapshot(uow, fault.theirs))
        base = forms.shown(drafting.from_snapshot(uow, fault.base)) if fault.base else {}
    mine = forms.typed(step, request.form)
    disputed = [
        {
            "name": field.name,
            "label": field.label,
            "mine": forms.told_value(field, mine[field.name]),
            "theirs": forms.told_value(field, theirs[field.name]),
            "mine_first": forms.told_value(field, mine[field.name])
            != forms.told_value(field, base.get(field.name, "")),
        }
        for field in step.fields
        if forms.told_value(field, mine[field.name]) != forms.told_value(field, theirs[field.name])
    ]
    skipped = {"step", "revision", "action", "csrf_token"}
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in skipped and not name.startswith("keep-")
    ]
    return render_template(
        "pages/problem_stale.html",
        problem=row, step=step, revision=row.revision, disputed=disputed, kept=kept, fault=fault,
    )  # fmt: skip


def check_page(row: Problem, form: posting.Form, fault: InvalidInput | None = None) -> str:
    """The whole, what it lacks, and the declaration."""
    lacking = posting.missing(row) | ({} if fault is None else fault.fields)
    found = consulting.examine(application(), actor(), clinic.form_of_problem(row))
    values = {name: getattr(row, name) for name in drafting.TEXTS}
    return render_template(
        "pages/problem_check.html",
        problem=row,
        steps=stepper(row, BY_NAME["check"]),
        revision=form.revision,
        fault=fault,
        faults=told_faults(fault) if fault else {},
        lacking=[(PLACES[name], message) for name, message in lacking.items() if name in PLACES],
        tellings=form.tellings,
        findings=found.examination.findings,
        places=PLACES,
        told_facts=_facts(row),
        told_texts=[(tell(FIELDS[name].label), text) for name, text in values.items() if text],
    )


def _facts(row: Problem) -> list[tuple[str, str]]:
    return [
        (_("名称"), row.title),
        (_("需求单位"), row.organization.name if row.organization else ""),
        (_("公开范围"), label("VISIBILITY", row.visibility)),
        (_("技术领域"), labels("FIELDS", row.fields)),
        (_("拟投入资金"), wan(row.budget_fen)),
        (_("截止日期"), f"{row.deadline}" if row.deadline else ""),
        (_("合作方式"), labels("COOPERATION", row.cooperation)),
        (_("联系人"), " ".join(filter(None, (row.contact_name, row.contact_phone)))),
    ]


def revision_of_form() -> int | None:
    """The version on which a form was filled in; None when it does not say."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def told_faults(fault: MatchmakerError) -> dict[str, str]:
    """Field → what is wrong with it, in the reader's language."""
    return {name: tell(message) for name, message in fault.fields.items()}
