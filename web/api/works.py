"""/achievements, /publications, /patents: what experts have done, one at a time."""

from __future__ import annotations

from typing import Any

from flask import Response

from matchmaker import lookups
from matchmaker.messages import Message
from matchmaker.services import works
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer, number_of
from web.api.matching import ranked
from web.request import actor, application
from web.schemas.objects import AchievementOut, PatentOut, PublicationOut
from web.schemas.ranking import RankingAnswer
from web.schemas.requests import Asked, MatchAsked

blueprint = ApiBlueprint("works", Message("成果、论文和专利。"))

_OTHERS = Message("方向相近的专家，在 experts 中；完成人、作者、发明人本人不在内。")


@blueprint.operation(
    "/achievements/<identifier>", Message("一项成果"), Asked, AchievementOut, errors=ONE_OBJECT
)
def achievement(_asked: dict[str, Any], identifier: str) -> Response:
    """One achievement with its indicators."""
    with application().reading() as uow:
        return answer(AchievementOut, works.achievement(uow, actor(), number_of(identifier, "achievement")))


@blueprint.operation(
    "/publications/<identifier>", Message("一篇论文"), Asked, PublicationOut, errors=ONE_OBJECT
)
def publication(_asked: dict[str, Any], identifier: str) -> Response:
    """One paper with those of its authors who may be read."""
    with application().reading() as uow:
        return answer(PublicationOut, works.publication(uow, actor(), number_of(identifier, "publication")))


@blueprint.operation("/patents/<identifier>", Message("一项专利"), Asked, PatentOut, errors=ONE_OBJECT)
def patent(_asked: dict[str, Any], identifier: str) -> Response:
    """One patent with those of its inventors who may be read."""
    with application().reading() as uow:
        return answer(PatentOut, works.patent(uow, actor(), number_of(identifier, "patent")))


@blueprint.operation(
    "/achievements/<identifier>/experts",
    Message("谁也在做这项成果的方向"),
    MatchAsked,
    RankingAnswer,
    about=_OTHERS,
    errors=ONE_OBJECT,
)
def achievement_experts(asked: dict[str, Any], identifier: str) -> Response:
    """Experts near an achievement, its leader left out."""
    return _experts("achievement", asked, identifier)


@blueprint.operation(
    "/publications/<identifier>/experts",
    Message("谁也在做这篇论文的方向"),
    MatchAsked,
    RankingAnswer,
    about=_OTHERS,
    errors=ONE_OBJECT,
)
def publication_experts(asked: dict[str, Any], identifier: str) -> Response:
    """Experts near a paper, its authors left out."""
    return _experts("publication", asked, identifier)


@blueprint.operation(
    "/patents/<identifier>/experts",
    Message("谁也在做这项专利的方向"),
    MatchAsked,
    RankingAnswer,
    about=_OTHERS,
    errors=ONE_OBJECT,
)
def patent_experts(asked: dict[str, Any], identifier: str) -> Response:
    """Experts near a patent, its inventors left out."""
    return _experts("patent", asked, identifier)


def _experts(kind: str, asked: dict[str, Any], identifier: str) -> Response:
    number = number_of(identifier, kind)
    return ranked(lookups.match_work(application(), actor(), f"{kind}:{number}", limit=asked["limit"]))
