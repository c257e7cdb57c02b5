"""单位: the bodies with experts or problems, and what stands behind one of them."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from matchmaker import taxonomy
from matchmaker.messages import Message
from matchmaker.services import organizations, problems
from web.formats import label
from web.profile_view import followed, tools
from web.request import actor, application, page_number

blueprint = Blueprint("institutes", __name__)


@blueprint.get("/institutes")
def listing() -> str:
    """Bodies by name, with how much stands behind each."""
    text = request.args.get("q", "").strip()[:200]
    kind = request.args.get("kind", "")
    kind = kind if kind in taxonomy.ORGANIZATION_KINDS else ""
    with application().reading() as uow:
        found = organizations.list_organizations(uow, actor(), text=text, kind=kind, page=page_number())
        return render_template(
            "pages/institutes.html", page=found.page, kinds=found.kinds, text=text, kind=kind
        )


@blueprint.get("/institutes/<int:number>")
@followed("organization")
def show(number: int) -> str:
    """One body: its people, fields, achievements and problems."""
    with application().reading() as uow:
        profile = organizations.profile(uow, actor(), number)
        return render_template(
            "pages/institute.html",
            profile=profile,
            organization=profile.line.row,
            states=problems.STATES,
            picture=[_bar(number, code, values) for code, values in profile.fields],
            finding=_finding(profile),
            **tools(profile.line.row),
        )


def _bar(number: int, code: str, values: tuple[int, int]) -> dict[str, object]:
    return {
        "name": label("FIELDS", code),
        "values": values,
        "most": max(values),
        "links": (
            url_for("experts.listing", organization=number, field=code),
            url_for("search.show", kind="achievement", body=number, field=code),
        ),
    }


def _finding(profile: organizations.Profile) -> Message:
    """The sentence above the picture of fields."""
    if not profile.fields:
        return Message("各技术领域的专家与成果")
    code, (experts, achievements) = profile.fields[0]
    values = {"field": label("FIELDS", code), "experts": experts, "achievements": achievements}
    return Message("最强的领域是%(field)s：%(experts)s 位专家，%(achievements)s 项成果", values)
