"""成果, 论文, 专利: one page each, so that every document has an address; and who else does this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from matchmaker import lookups
from matchmaker.services import owners, works
from web.pages.attachments import panel
from web.profile_view import tools
from web.ranked import ask, shown
from web.request import actor, application

if TYPE_CHECKING:
    from matchmaker.errors import Unavailable
    from matchmaker.matching.result import Ranking

blueprint = Blueprint("works", __name__)


@blueprint.get("/achievements/<int:number>")
def achievement(number: int) -> str:
    """One achievement."""
    ranking, fault = _others(f"achievement:{number}")
    with application().reading() as uow:
        work = works.achievement(uow, actor(), number)
        return render_template(
            "pages/achievement.html",
            work=work,
            people=works.people_of(actor(), work),
            owner=owners.shown(actor(), work),
            named=owners.may_name(actor(), work),
            shown=shown(uow, actor(), ranking) if ranking else None,
            fault=fault,
            attached=panel(uow, work),
            **tools(work),
        )


@blueprint.get("/publications/<int:number>")
def publication(number: int) -> str:
    """One publication."""
    ranking, fault = _others(f"publication:{number}")
    with application().reading() as uow:
        work = works.publication(uow, actor(), number)
        return render_template(
            "pages/publication.html",
            work=work,
            people=works.people_of(actor(), work),
            shown=shown(uow, actor(), ranking) if ranking else None,
            fault=fault,
        )


@blueprint.get("/patents/<int:number>")
def patent(number: int) -> str:
    """One patent."""
    ranking, fault = _others(f"patent:{number}")
    with application().reading() as uow:
        work = works.patent(uow, actor(), number)
        return render_template(
            "pages/patent.html",
            work=work,
            people=works.people_of(actor(), work),
            shown=shown(uow, actor(), ranking) if ranking else None,
            fault=fault,
        )


def _others(identifier: str) -> tuple[Ranking | None, Unavailable | None]:
    return ask(lambda: lookups.match_work(application(), actor(), identifier))
