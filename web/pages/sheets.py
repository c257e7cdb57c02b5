"""Excel: a template for each kind of import, and each list as a file that can be imported again."""

from __future__ import annotations

from flask import Blueprint, Response

from matchmaker.services import experts, problems, sheets
from web.pages.experts import wanted_experts
from web.pages.problems import wanted_problems
from web.request import actor, application

blueprint = Blueprint("sheets", __name__)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/templates/<kind>.xlsx")
def template(kind: str) -> Response:
    """An empty file to fill in."""
    return _file(f"template-{kind}", sheets.template(kind))


@blueprint.get("/problems.xlsx")
def all_problems() -> Response:
    """The problems that pass the filters of the address."""
    with application().reading() as uow:
        numbers = [row.id for row in problems.export(uow, actor(), wanted_problems())]
        sheet = sheets.collect(uow, actor(), "problem", numbers)
    return _file("problems", sheet.written())


@blueprint.get("/experts.xlsx")
def all_experts() -> Response:
    """The experts that pass the filters of the address; the look at them is written down."""
    with application().unit_of_work() as uow:
        numbers = [row.id for row in experts.selected(uow, actor(), wanted_experts())]
        sheet = sheets.collect(uow, actor(), "expert", numbers)
    return _file("experts", sheet.written())


@blueprint.get("/institutes.xlsx", defaults={"kind": "organization", "name": "institutes"})
@blueprint.get("/achievements.xlsx", defaults={"kind": "achievement", "name": "achievements"})
@blueprint.get("/publications.xlsx", defaults={"kind": "publication", "name": "publications"})
@blueprint.get("/patents.xlsx", defaults={"kind": "patent", "name": "patents"})
def all_of(kind: str, name: str) -> Response:
    """Everything of a kind that the reader may see."""
    with application().reading() as uow:
        sheet = sheets.all_of(uow, actor(), kind)
    return _file(name, sheet.written())


def _file(name: str, content: bytes) -> Response:
    answer = Response(content, content_type=_XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
