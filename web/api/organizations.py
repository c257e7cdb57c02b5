"""/organizations: the bodies that have problems or experts."""

from __future__ import annotations

from typing import Any

from flask import Response

from matchmaker.messages import Message
from matchmaker.services import organizations
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer, number_of
from web.request import actor, application
from web.schemas.objects import OrganizationLine, OrganizationList
from web.schemas.requests import Asked, OrganizationsAsked

blueprint = ApiBlueprint("organizations", Message("单位：高校、院所、企业等。"), "/organizations")


@blueprint.operation("", Message("单位列表"), OrganizationsAsked, OrganizationList)
def listing(asked: dict[str, Any]) -> Response:
    """Organizations by name."""
    with application().reading() as uow:
        found = organizations.list_organizations(
            uow, actor(), text=asked["q"], kind=asked["kind"], page=asked["page"], size=asked["per_page"]
        )
        return answer(
            OrganizationList, {"items": found.page.rows, "kinds": found.kinds, "paging": found.page}
        )


@blueprint.operation("/<identifier>", Message("一家单位"), Asked, OrganizationLine, errors=ONE_OBJECT)
def show(_asked: dict[str, Any], identifier: str) -> Response:
    """One organization with its counts."""
    number = number_of(identifier, "organization")
    with application().reading() as uow:
        return answer(OrganizationLine, organizations.get_organization(uow, actor(), number))
