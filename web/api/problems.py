"""/problems: what enterprises need, and who could help."""

from __future__ import annotations

from typing import Any

from flask import Response

from matchmaker import lookups
from matchmaker.messages import Message
from matchmaker.services import problems
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer, number_of
from web.api.matching import ranked
from web.request import actor, application
from web.schemas.objects import ProblemDetail, ProblemList
from web.schemas.ranking import RankingAnswer
from web.schemas.requests import Asked, PairsAsked, ProblemsAsked

blueprint = ApiBlueprint("problems", Message("难题：企业等提出的技术需求。"), "/problems")


@blueprint.operation("", Message("难题列表"), ProblemsAsked, ProblemList)
def listing(asked: dict[str, Any]) -> Response:
    """Problems, the newest first unless sorted otherwise."""
    wanted = problems.ProblemFilter(
        q=asked["q"],
        field=asked["field"],
        region=asked["region"],
        state=asked["state"],
        organization_kind=asked["organization_kind"],
        organization=number_of(asked["organization"], "organization") if asked["organization"] else None,
        sort=asked["sort"] or problems.DEFAULT_SORT,
    )
    with application().reading() as uow:
        page = problems.listing(uow, actor(), wanted, asked["page"], asked["per_page"])
        return answer(ProblemList, {"items": page.rows, "paging": page})


@blueprint.operation("/<identifier>", Message("一个难题"), Asked, ProblemDetail, errors=ONE_OBJECT)
def show(_asked: dict[str, Any], identifier: str) -> Response:
    """One problem with its indicators."""
    with application().reading() as uow:
        return answer(ProblemDetail, problems.get(uow, actor(), number_of(identifier, "problem")))


@blueprint.operation(
    "/<identifier>/matches",
    Message("谁能解决这个难题"),
    PairsAsked,
    RankingAnswer,
    about=Message("按合适程度排列的专家、成果和文献，带理由、原句证据和未覆盖的要点。"),
    errors=ONE_OBJECT,
)
def matches(asked: dict[str, Any], identifier: str) -> Response:
    """Experts, achievements and literature for a problem."""
    number = number_of(identifier, "problem")
    feedback = {"on": True, "off": False}.get(asked["feedback"])
    return ranked(
        lookups.match_problem(application(), actor(), number, limit=asked["limit"], feedback=feedback)
    )
