"""What a view knows of its request: the application, who asks, in which language, and its own address."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, g, request, url_for
from werkzeug.routing import IntegerConverter, Map

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
    "attachment": "attachments.show",
}


#: Largest number of a row that every database holds.
MOST_NUMBER = 2**31 - 1


def application() -> Application:
    """The application that this site shows."""
    return cast("Application", current_app.extensions["matchmaker"])


def actor() -> Actor:
    """Who asks; ``web.auth`` finds out at the beginning of each request."""
    return cast("Actor", g.actor)


def language() -> str:
    """Language of this request: "zh" or "en"."""
    return cast("str", g.get("language", "zh"))


def url_for_id(identifier: str, **values: Any) -> str:
    """Address of the page of an index id, as "expert:12"; KeyError for a kind that has none."""
    kind, _, number = identifier.partition(":")
    return url_for(PAGES_BY_KIND[kind], number=int(number), **values)


def here(**changes: Any) -> str:
    """The present address with some parameters changed; None takes one out, a list repeats it."""
    kept: dict[str, Any] = {name: request.args.getlist(name) for name in request.args}
    kept.update(changes)
    values = {name: value for name, value in kept.items() if value not in (None, "", [])}
    if request.endpoint is None:
        return request.path
    return url_for(request.endpoint, **{**(request.view_args or {}), **values})


#: Parts of addresses that open something: they stand in no log.
_SECRET_PARTS = ("key", "token")


def loggable_path() -> str:
    """The path of this request without the keys of links."""
    path = request.path
    for name in _SECRET_PARTS:
        secret = (request.view_args or {}).get(name)
        if secret:
            path = path.replace(str(secret), "…")
    return path


def number_argument(name: str) -> int | None:
    """A whole number of the address; None when there is none that a database could hold."""
    text = request.args.get(name, "")
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) < 17 and int(text) <= MOST_NUMBER
        else None
    )


def page_number() -> int:
    """The wanted page, from 1; nonsense is page 1."""
    return min(max(number_argument("page") or 1, 1), 1_000_000)


class Number(IntegerConverter):
    """Numbers in paths, as far as a database can hold them; anything else is no page."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=MOST_NUMBER)
