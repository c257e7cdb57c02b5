"""/experts: people who may solve problems; no contact is ever among what is told."""

from __future__ import annotations

from typing import Any

from flask import Response

from matchmaker import lookups
from matchmaker.messages import Message
from matchmaker.services import experts
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer, number_of
from web.api.matching import ranked
from web.request import actor, application
from web.schemas.objects import ExpertDetail, ExpertList
from web.schemas.ranking import RankingAnswer
from web.schemas.requests import Asked, ExpertsAsked, PairsAsked

blueprint = ApiBlueprint("experts", Message("专家：高校、院所等单位的研究人员。"), "/experts")


@blueprint.operation("", Message("专家列表"), ExpertsAsked, ExpertList)
def listing(asked: dict[str, Any]) -> Response:
    """Experts by name unless sorted otherwise."""
    wanted = experts.ExpertFilter(
        q=asked["q"],
        field=asked["field"],
        region=asked["region"],
        organization_kind=asked["organization_kind"],
        organization=number_of(asked["organization"], "organization") if asked["organization"] else None,
        sort=asked["sort"] or experts.DEFAULT_SORT,
    )
    with application().reading() as uow:
        page = experts.listing(uow, actor(), wanted, asked["page"], asked["per_page"])
        return answer(ExpertList, {"items": page.rows, "paging": page})


@blueprint.operation("/<identifier>", Message("一位专家"), Asked, ExpertDetail, errors=ONE_OBJECT)
def show(_asked: dict[str, Any], identifier: str) -> Response:
    """One expert with his industrial projects; the look is written down."""
    number = number_of(identifier, "expert")
    with application().reading() as uow:
        told = answer(ExpertDetail, experts.get(uow, actor(), number))
    with application().unit_of_work() as uow:
        experts.looked(uow, actor(), number)
    return told


@blueprint.operation(
    "/<identifier>/matches",
    Message("这位专家能解决哪些难题"),
    PairsAsked,
    RankingAnswer,
    about=Message("按合适程度排列的难题，在 problems 中。"),
    errors=ONE_OBJECT,
)
def matches(asked: dict[str, Any], identifier: str) -> Response:
    """Problems for an expert."""
    number = number_of(identifier, "expert")
    feedback = {"on": True, "off": False}.get(asked["feedback"])
    return ranked(
        lookups.match_expert(application(), actor(), number, limit=asked["limit"], feedback=feedback)
    )
