"""/achievements, /publications, /patents: what experts have done, one at a time."""

from __future__ import annotations

from typing import Any

from flask import Response

from matchmaker.messages import Message
from matchmaker.services import works
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer, number_of
from web.request import actor, application
from web.schemas.objects import AchievementOut, PatentOut, PublicationOut
from web.schemas.requests import Asked

blueprint = ApiBlueprint("works", Message("成果、论文和专利。"))


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
