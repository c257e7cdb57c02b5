"""专家: the list, and one expert with the problems that he could solve."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from matchmaker import lookups
from matchmaker.services import contacts, experts
from web.formats import labels
from web.i18n import _
from web.introductions import feedback_asked, for_expert
from web.picking import typed_code
from web.profile_view import followed, tools
from web.ranked import ask, shown
from web.request import actor, application, number_argument, page_number
from web.tables import csv_answer

blueprint = Blueprint("experts", __name__)


@blueprint.get("/experts")
def listing() -> str:
    """The experts that pass the filters of the address."""
    wanted = wanted_experts()
    with application().reading() as uow:
        return render_template(
            "pages/experts.html",
            page=experts.listing(uow, actor(), wanted, page_number()),
            wanted=wanted,
            region=typed_code("region", "regions"),
        )


@blueprint.get("/experts.csv")
def export() -> Response:
    """The same list as a file, without contacts."""
    heads = (_("姓名"), _("职称"), _("单位"), _("院系"), _("技术领域"), _("研究方向"), _("关键词"))
    with application().unit_of_work() as uow:
        rows = [
            [
                expert.name,
                expert.position,
                expert.organization.name if expert.organization else "",
                expert.department,
                labels("FIELDS", expert.fields),
                "；".join(expert.directions),
                "；".join(expert.keywords),
            ]
            for expert in experts.export(uow, actor(), wanted_experts())
        ]
    return csv_answer("experts", heads, rows)


@blueprint.get("/experts/<int:number>")
@followed("expert")
def show(number: int) -> str:
    """One expert, and what he could solve. The look is written down."""
    app, who = application(), actor()
    with app.unit_of_work() as uow:
        experts.get(uow, who, number)
        experts.looked(uow, who, number)
    ranking, fault = ask(lambda: lookups.match_expert(app, who, number, feedback=feedback_asked()))
    with app.reading() as uow:
        expert = experts.get(uow, who, number)
        found = shown(uow, who, ranking) if ranking else None
        return render_template(
            "pages/expert.html",
            expert=expert,
            works=experts.works(uow, who, number),
            coworkers=experts.coworkers(uow, who, number),
            contact=(contacts.masked_phone(expert.phone), contacts.masked_email(expert.email)),
            shown=found,
            buttons=for_expert(uow, who, expert, found),
            fault=fault,
            **tools(expert),
        )


def wanted_experts() -> experts.ExpertFilter:
    """The filters of the address."""
    arguments = request.args
    return experts.ExpertFilter(
        q=arguments.get("q", "").strip()[:200],
        field=arguments.get("field", ""),
        region=typed_code("region", "regions").code,
        organization_kind=arguments.get("organization_kind", ""),
        organization=number_argument("organization"),
        sort=arguments.get("sort", experts.DEFAULT_SORT),
    )
