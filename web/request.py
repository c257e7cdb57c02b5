"""What a view knows of its request: the application, who asks, in which language, and its own address."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request, url_for

from matchmaker.bootstrap import Application
from matchmaker.permissions import Actor

#: Kind of an index id → the endpoint of its page; every one takes ``number``.
PAGES_BY_KIND: dict[str, str] = {
    "problem": "problems.show",
    "expert": "experts.show",
    "organization": "institutes.show",
    "achievement": "works.achievement",
    "publication": "works.publication",
    "patent": "works.patent",
}


def application() -> Application:
    """The application that this site shows."""
    return cast("Application", current_app.extensions["matchmaker"])


def actor() -> Actor:
    """Who asks; ``web.auth`` finds out at the beginning of each request."""
    return cast("Actor", g.actor)


def language() -> str:
    """Language of this request: "zh" or "en"."""
    return cast("str", g.get("language", "zh"))


def url_for_id(identifier: str, **values: object) -> str:
    """Address of the page of an index id, as "expert:12"; KeyError for a kind that has none."""
    kind, _, number = identifier.partition(":")
    return url_for(PAGES_BY_KIND[kind], number=int(number), **values)  # type: ignore[arg-type]


def here(**changes: object) -> str:
    """This address with some parameters changed; None takes one out, a list repeats it."""
    kept: dict[str, object] = {name: request.args.getlist(name) for name in request.args}
    kept.update(changes)
    values = {name: value for name, value in kept.items() if value not in (None, "", [])}
    if request.endpoint is None:
        return request.path
    return url_for(request.endpoint, **{**(request.view_args or {}), **values})  # type: ignore[arg-type]


def page_number() -> int:
    """The wanted page, from 1; nonsense is page 1."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), 1_000_000) if text.isascii() and text.isdigit() and len(text) < 9 else 1
