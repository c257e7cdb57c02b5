"""Search as pages and API give it out: hits re-checked after loading; without a text, all of a kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from matchmaker import lookups
from matchmaker.errors import InvalidInput
from matchmaker.lookups import SearchAnswer, SearchHit, SearchRequest
from matchmaker.messages import Message
from matchmaker.services import browsing
from web.request import actor, application

#: In front of the page number in the cursor of a list without a text.
_MARK = "p"


def find(request: SearchRequest) -> SearchAnswer:
    """One page of what the reader may see: a stale index can hide, never leak."""
    browses = not request.text.strip() and request.kind is not None
    asked = replace(request, after=None) if browses else request
    found = lookups.search(application(), actor(), asked)
    if browses:
        return _browsed(request, found)
    with application().reading() as uow:
        known = browsing.readable_ids(uow, actor(), [hit.id for hit in found.hits])
    return replace(found, hits=tuple(hit for hit in found.hits if hit.id in known))


def _browsed(request: SearchRequest, found: SearchAnswer) -> SearchAnswer:
    assert request.kind is not None
    number = _page_of(request.after)
    with application().reading() as uow:
        page = browsing.browse(
            uow,
            actor(),
            request.kind,
            fields=request.fields,
            regions=request.regions,
            bodies=request.bodies,
            page=number,
            size=request.limit,
        )
        hits = tuple(_hit(request.kind, row) for row in page.rows)
    after = f"{_MARK}{page.number + 1}" if page.number < page.pages else None
    return replace(found, hits=hits, after=after)


def _page_of(after: str | None) -> int:
    digits = (after or f"{_MARK}1").removeprefix(_MARK)
    if digits.isascii() and digits.isdigit() and len(digits) < 9:
        return int(digits)
    raise InvalidInput(
        Message("翻页地址已失效。"),
        hint=Message("请从第一页重新检索。"),
        fields={"after": Message("无法识别")},
    )


def _hit(kind: str, row: Any) -> SearchHit:
    title = str(getattr(row, "title", "") or getattr(row, "name", ""))
    parts = (getattr(row, name, "") for name in ("summary", "abstract", "profile", "main_problem", "text"))
    snippet = next((" ".join(part.split()) for part in parts if part), "")
    return SearchHit(f"{kind}:{row.id}", kind, title, snippet[:120], (), 0.0)
