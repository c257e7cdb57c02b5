"""What every blueprint of the API does alike: strict arguments, language, no foreign origin, ETags."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, g, jsonify, request
from flask_smorest import Blueprint
from marshmallow import Schema

from matchmaker.errors import Forbidden, NotFound
from matchmaker.messages import Message
from web.i18n import LANGUAGES
from web.schemas.parsing import Input, Parser

View = TypeVar("View", bound=Callable[..., Response])

VERSION = "v1"
PREFIX = f"/api/{VERSION}"
#: What an operation on one stored object may answer besides the object.
ONE_OBJECT = (HTTPStatus.NOT_FOUND,)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: More digits than any key of a database has.
MOST_DIGITS = 18


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint of one subject of the API."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, about: Message, prefix: str = "") -> None:
        super().__init__(f"api-{name}", __name__, url_prefix=f"{PREFIX}{prefix}", description=about.template)
        self.before_request(_choose_language)
        self.before_request(_refuse_foreign_origin)
        self.after_request(_tag)

    def operation(
        self,
        rule: str,
        summary: Message,
        asked: type[Input],
        result: type[Schema],
        *,
        method: str = "GET",
        status: int = 200,
        about: Message | None = None,
        body: type[Input] | None = None,
        location: str = "json",
        example: dict[str, Any] | None = None,
        errors: tuple[HTTPStatus, ...] = (),
    ) -> Callable[[View], View]:
        """One address with one method: its arguments, its answer, its documentation.

        The view is called with the body (if any), the query string, and the parts of the path by name.
        """

        def decorate(view: View) -> View:
            done = self.response(status, result)(view)
            for fault in errors:
                done = self.alt_response(fault.value, fault.name)(done)
            done = self.arguments(asked, location="query")(done)
            if body is not None:
                done = self.arguments(body, location=location, example=example)(done)
            texts = {"summary": summary.template, "description": about.template if about else ""}
            self.route(rule, methods=[method])(self.doc(**texts)(done))
            return view

        return decorate


def answer(schema: type[Schema], value: Any) -> Response:
    """The value as JSON; called inside the unit of work, since rows fade when it ends."""
    return jsonify(schema().dump(value))


def number_of(identifier: str, kind: str) -> int:
    """The number in ``12`` or ``kind:12``; anything else is as unknown as a number that does not exist."""
    digits = identifier.removeprefix(f"{kind}:")
    if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS:
        return int(digits)
    raise NotFound(
        Message("没有编号为 %(identifier)s 的内容。", {"identifier": identifier[:60]}),
        hint=Message("编号形如 %(kind)s:12，也可只写数字；可从列表或搜索中取得。", {"kind": kind}),
    )


def _choose_language() -> None:
    """``lang`` in the address wins, then Accept-Language; a cookie is a browser's, not a program's."""
    if request.args.get("lang") not in LANGUAGES and request.accept_languages:
        g.language = request.accept_languages.best_match(tuple(LANGUAGES), g.language)


def _refuse_foreign_origin() -> None:
    """A page of another site must not act with somebody's cookie; a token is sent by nobody unawares."""
    if request.method in SAFE_METHODS or "Authorization" in request.headers:
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in {"same-origin", "none"} or (origin and urlsplit(origin).netloc != request.host):
        raise Forbidden(
            Message("不接受来自其他网站的请求。"), hint=Message("请从本站的页面，或不经浏览器的程序中调用。")
        )


def _tag(response: Response) -> Response:
    """A reader who has the answer already gets 304."""
    if request.method in {"GET", "HEAD"} and response.status_code == 200:
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(("Accept-Language", "Authorization", "Cookie"))
        if not response.is_streamed:
            response.add_etag()
            response.make_conditional(request.environ)
    return response
