"""难题: the list, one problem with those who could solve it, and the same for a text never seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

from matchmaker import lookups
from matchmaker.errors import InvalidInput, Unavailable
from matchmaker.messages import Message
from matchmaker.services import contacts, owners, problems
from web.formats import label, labels
from web.i18n import _, tell
from web.introductions import feedback_asked, for_problem, nominates
from web.pages.attachments import panel
from web.picking import typed_code
from web.problem_life import life
from web.ranked import ask, shown
from web.request import actor, application, number_argument, page_number
from web.tables import csv_answer

if TYPE_CHECKING:
    from matchmaker.models import Problem

blueprint = Blueprint("problems", __name__)


@blueprint.get("/problems")
def listing() -> str:
    """The problems that pass the filters of the address."""
    wanted = wanted_problems()
    with application().reading() as uow:
        return render_template(
            "pages/problems.html",
            page=problems.listing(uow, actor(), wanted, page_number()),
            wanted=wanted,
            region=typed_code("region", "regions"),
            states=problems.STATES,
            owner=lambda problem: owners.shown(actor(), problem),
        )


@blueprint.get("/problems.csv")
def export() -> Response:
    """The same list as a file."""
    heads = (
        _("编号"),
        _("名称"),
        _("企业"),
        _("技术领域"),
        _("地区"),
        _("状态"),
        _("拟投入资金(万元)"),
        _("截止日期"),
    )
    with application().reading() as uow:
        rows = [_exported(problem) for problem in problems.export(uow, actor(), wanted_problems())]
    return csv_answer("problems", heads, rows)


@blueprint.get("/problems/<int:number>")
def show(number: int) -> str:
    """One problem, and who could solve it."""
    app, who = application(), actor()
    with app.reading() as uow:
        problems.get(uow, who, number)
    ranking, fault = ask(lambda: lookups.match_problem(app, who, number, feedback=feedback_asked()))
    with app.reading() as uow:
        problem = problems.get(uow, who, number)
        found = shown(uow, who, ranking) if ranking else None
        return render_template(
            "pages/problem.html",
            problem=problem,
            owner=owners.shown(who, problem),
            named=owners.may_name(who, problem),
            summary=problems.summary(problem),
            contact=(
                contacts.masked_name(problem.contact_name),
                contacts.masked_phone(problem.contact_phone),
            ),
            states=problems.STATES,
            shown=found,
            buttons=for_problem(uow, who, problem, found),
            nominates=nominates(who, problem),
            fault=fault,
            attached=panel(uow, problem),
            life=life(uow, problem),
        )


@blueprint.get("/match")
def match() -> str:
    """A form for a text that nobody has entered yet."""
    return render_template("pages/match.html", title="", text="", shown=None, fault=None, faults={})


@blueprint.post("/match")
def match_text() -> tuple[str, int]:
    """Who could solve what the text describes; nothing is stored."""
    app, who = application(), actor()
    title, text = request.form.get("title", ""), request.form.get("text", "")
    found = None
    fault: Unavailable | None = None
    faults: dict[str, str] = {}
    try:
        ranking, fault = ask(lambda: lookups.match_text(app, who, title, text))
    except InvalidInput as wrong:
        ranking = None
        faults = {name: tell(message) for name, message in wrong.fields.items()} or {
            "text": tell(wrong.message)
        }
    with app.reading() as uow:
        if ranking:
            found = shown(uow, who, ranking)
        page = render_template(
            "pages/match.html", title=title, text=text, shown=found, fault=fault, faults=faults
        )
    return page, 422 if faults else 503 if fault else 200


def wanted_problems() -> problems.ProblemFilter:
    """The filters of the address; what is no code of its table is left out."""
    arguments = request.args
    return problems.ProblemFilter(
        q=arguments.get("q", "").strip()[:200],
        field=arguments.get("field", ""),
        region=typed_code("region", "regions").code,
        organization_kind=arguments.get("organization_kind", ""),
        state=arguments.get("state", ""),
        organization=number_argument("organization"),
        sort=arguments.get("sort", problems.DEFAULT_SORT),
    )


def _exported(problem: Problem) -> list[object]:
    owner = owners.shown(actor(), problem)
    budget = "" if problem.budget_fen is None else f"{problem.budget_fen / 1_000_000:.2f}"
    return [
        problem.number,
        problem.title,
        owner.name if owner else "",
        labels("FIELDS", problem.fields),
        label("REGIONS", problem.region),
        tell(problems.STATES.get(problem.state, Message(problem.state))),
        budget,
        f"{problem.deadline:%Y-%m-%d}" if problem.deadline else "",
    ]
