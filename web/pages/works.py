"""成果, 论文, 专利: one page each, so that every document has an address."""

from __future__ import annotations

from flask import Blueprint, render_template

from matchmaker.services import owners, works
from web.request import actor, application

blueprint = Blueprint("works", __name__)


@blueprint.get("/achievements/<int:number>")
def achievement(number: int) -> str:
    """One achievement."""
    with application().reading() as uow:
        work = works.achievement(uow, actor(), number)
        return render_template(
            "pages/achievement.html",
            work=work,
            people=works.people_of(actor(), work),
            owner=owners.shown(actor(), work),
            named=owners.may_name(actor(), work),
        )


@blueprint.get("/publications/<int:number>")
def publication(number: int) -> str:
    """One publication."""
    with application().reading() as uow:
        work = works.publication(uow, actor(), number)
        return render_template("pages/publication.html", work=work, people=works.people_of(actor(), work))


@blueprint.get("/patents/<int:number>")
def patent(number: int) -> str:
    """One patent."""
    with application().reading() as uow:
        work = works.patent(uow, actor(), number)
        return render_template("pages/patent.html", work=work, people=works.people_of(actor(), work))
