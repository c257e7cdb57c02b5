"""需求体检: a form is examined while it is written; nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from matchmaker import consulting
from matchmaker.consulting import Consultation, Form
from matchmaker.errors import InvalidInput, Unavailable
from web import clinic
from web.i18n import tell
from web.request import actor, application

if TYPE_CHECKING:
    from flask.blueprints import BlueprintSetupState

blueprint = Blueprint("clinic", __name__)


@blueprint.record
def _globals(state: BlueprintSetupState) -> None:
    """What ``components/clinic.html`` calls; a global, so that it may be imported without context."""
    state.app.jinja_env.globals["clinic_tools"] = clinic


@blueprint.get("/clinic")
def show() -> str:
    """An empty form for anybody."""
    return _page(MultiDict(), None, {})


@blueprint.post("/clinic")
def check() -> tuple[str, int]:
    """The same form with what is said of it; ticked proposals are put into their fields first."""
    values: MultiDict[str, str] = MultiDict(request.form)
    _form, faults, found = clinic.consult(values)
    if values.getlist("adopt"):
        values = clinic.adopted(values, found.proposals)
        _form, faults, found = clinic.consult(values)
    return _page(values, found, faults), 422 if faults else 200


@blueprint.post("/problems/clinic")
def fragment() -> str:
    """The inner part of the panel for a form of any page, as the script asks for it."""
    _form, _faults, found = clinic.consult(request.form)
    return render_template("pages/_clinic.html", found=found)


@blueprint.post("/clinic/compare")
def compare() -> tuple[str, int]:
    """Experts before and after the change, side by side."""
    app, who = application(), actor()
    after, _faults = clinic.whole(request.form)
    before = _before()
    fault = wrong = comparison = None
    moves: list[clinic.Moved] = []
    try:
        comparison = consulting.compare(app, who, before, after)
    except Unavailable as away:
        fault = away
    except InvalidInput as empty:
        wrong = empty
    if comparison:
        with app.reading() as uow:
            moves = clinic.moved(uow, who, comparison)
    page = render_template(
        "pages/clinic_compare.html", comparison=comparison, moves=moves, before=before, after=after,
        fault=fault, wrong=tell(wrong.message) if wrong else "", hint=tell(wrong.hint) if wrong else "",
    )  # fmt: skip
    return page, 503 if fault else 422 if wrong else 200


def _before() -> Form:
    """The stored wording where a problem is being edited, else what was typed as the earlier one."""
    number = clinic.problem_number(request.form)
    if number is not None:
        return consulting.stored(application(), actor(), number)
    earlier = {name: request.form.get(f"before_{name}", "") for name in ("title", *clinic.TEXT_FIELDS)}
    return clinic.read(MultiDict(earlier))[0]


def _page(values: MultiDict[str, str], found: Consultation | None, faults: dict[str, str]) -> str:
    return render_template(
        "pages/clinic.html", values=values, found=found, faults=faults, lines=clinic.line_rows(values)
    )
