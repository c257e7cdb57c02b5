"""/search: one box over everything that the reader may see."""

from __future__ import annotations

from typing import Any

from flask import Response

from matchmaker.lookups import SearchAnswer
from matchmaker.messages import Message
from web.api.blueprint import ApiBlueprint, answer
from web.found import find
from web.i18n import tell
from web.schemas.answers import SearchOut
from web.schemas.requests import SearchAsked, search_request

blueprint = ApiBlueprint("search", Message("搜索：按词、按意思，或两者并用。"))


@blueprint.operation(
    "/search",
    Message("搜索全部内容"),
    SearchAsked,
    SearchOut,
    about=Message("把回答中的 after 原样带上可取下一页；其余参数须不变。"),
)
def search(asked: dict[str, Any]) -> Response:
    """One page of hits with totals and facets."""
    found = find(search_request(asked))
    return answer(SearchOut, {"items": found.hits, **_numbers(found)})


def _numbers(found: SearchAnswer) -> dict[str, Any]:
    return {
        "totals": found.totals,
        "facets": found.facets,
        "after": found.after,
        "notice": tell(found.notice),
        "fallback": found.is_fallback,
    }
