"""搜索: one box over everything; every choice stands in the address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from matchmaker.errors import InvalidInput, Unavailable
from matchmaker.lookups import SearchAnswer
from matchmaker.messages import Message
from matchmaker.services import attached, organizations
from web.formats import label
from web.found import find
from web.i18n import tell
from web.request import actor, application, here
from web.schemas.parsing import load
from web.schemas.requests import KINDS, SearchAsked, search_request

blueprint = Blueprint("search", __name__)

#: How to search → its name and what it does.
WAYS: dict[str, tuple[Message, Message]] = {
    "both": (Message("词和意思"), Message("字面相符和意思相近的都找，两方面都好的排在前面。")),
    "words": (Message("按词"), Message("只找含有这些词的内容；适合找型号、专利号、人名。")),
    "meaning": (Message("按意思"), Message("说法不同但意思相近的也能找到；适合用一句话描述需要。")),
}
#: Values of one facet that are shown; chosen ones are always among them.
MOST_VALUES = 12
#: Part of the index → its name in the address and for the reader.
PARTS: tuple[tuple[str, Message], ...] = (
    ("field", Message("技术领域")),
    ("region", Message("地区")),
    ("body", Message("单位")),
)
FOLLOWING = ("after",)


@blueprint.get("/search")
def show() -> ResponseReturnValue:
    """One page of results, or what to do when there are none."""
    try:
        asked = load(SearchAsked(), request.args)
    except InvalidInput as fault:
        faults = {name: tell(message) for name, message in fault.fields.items()}
        return _page(_emptied(), None, faults=faults), 422
    try:
        found = find(search_request(asked))
    except InvalidInput as fault:
        return _page(asked, None, faults={"q": f"{tell(fault.message)} {tell(fault.hint)}".strip()}), 422
    except Unavailable as fault:
        return _page(asked, None, fault=fault), 503
    return make_response(_page(asked, found))


def _emptied() -> dict[str, Any]:
    """What was typed, kept for mending, with every choice at its default."""
    asked = load(SearchAsked(), MultiDict())
    typed = request.args.get("q", "")[:2000]
    return {**asked, "q": "".join(character for character in typed if character.isprintable())}


def _page(
    asked: dict[str, Any],
    found: SearchAnswer | None,
    *,
    faults: dict[str, str] | None = None,
    fault: Unavailable | None = None,
) -> str:
    with application().reading() as uow:
        bodies = _body_numbers(asked, found)
        names = organizations.names(uow, actor(), bodies)
        belonging = attached.belonging(uow, actor(), [hit.id for hit in found.hits] if found else [])
    return render_template(
        "pages/search.html",
        asked=asked,
        found=found,
        faults=faults or {},
        fault=fault,
        belonging=belonging,
        kinds=KINDS,
        ways=WAYS,
        total=sum(found.totals.values()) if found else 0,
        facets=_facets(asked, found, names) if found else [],
        chosen=_chosen(asked, names),
    )


def _body_numbers(asked: dict[str, Any], found: SearchAnswer | None) -> list[int]:
    codes = [*asked["body"], *(found.facets.get("body", {}) if found else ())]
    return [int(code) for code in codes if code.isascii() and code.isdigit()]


def _name(part: str, code: str, names: dict[int, str]) -> str:
    """The name of a facet's value; "" for a body that the reader may not see."""
    if part == "body":
        return names.get(int(code), "") if code.isascii() and code.isdigit() else ""
    return label({"field": "FIELDS", "region": "REGIONS"}[part], code)


def _facets(asked: dict[str, Any], found: SearchAnswer, names: dict[int, str]) -> list[dict[str, Any]]:
    """Parts with their values: name, number, address that adds the value or takes it out again."""
    shown = []
    for part, title in PARTS:
        counted = sorted(found.facets.get(part, {}).items(), key=lambda item: (-item[1], item[0]))
        chosen = asked[part]
        values = [
            {"name": name, "number": number, "chosen": code in chosen, "href": _toggled(part, chosen, code)}
            for code, number in counted
            if (name := _name(part, code, names))
        ]
        kept = [value for place, value in enumerate(values) if place < MOST_VALUES or value["chosen"]]
        if kept:
            shown.append({"part": part, "title": title, "values": kept})
    return shown


def _chosen(asked: dict[str, Any], names: dict[int, str]) -> list[dict[str, str]]:
    """What narrows the answer, each with the address that takes it out."""
    return [
        {"name": _name(part, code, names) or code, "href": _toggled(part, asked[part], code)}
        for part, _title in PARTS
        for code in asked[part]
    ]


def _toggled(part: str, chosen: list[str], code: str) -> str:
    wanted = [one for one in chosen if one != code] if code in chosen else [*chosen, code]
    return here(**{part: wanted, **dict.fromkeys(FOLLOWING)})
