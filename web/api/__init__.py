"""JSON API v1: one blueprint a subject, described by OpenAPI, documented on a page of our own."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api

from web.api.blueprint import PREFIX
from web.api.documentation import openapi_json, pages
from web.schemas.output import Error
from web.security import csrf

#: Modules of this package with a ``blueprint`` each, in the order of the documentation.
SUBJECTS = (
    "problems", "posting", "experts", "organizations", "works", "attachments", "search", "matching",
    "introductions", "events", "plans", "clinic", "imports", "codes", "account", "health",
)  # fmt: skip


class ReadableJson(DefaultJSONProvider):
    """JSON in the order given, Chinese as it is; escaped where a sender's text cannot be sent otherwise."""

    ensure_ascii = False
    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """The text; a lone surrogate in it (a sender's own key, told back to him) is escaped."""
        text = super().dumps(obj, **kwargs)
        try:
            text.encode()
        except UnicodeEncodeError:
            return super().dumps(obj, **{**kwargs, "ensure_ascii": True})
        return text


class HouseApi(Api):  # type: ignore[misc]
    """flask-smorest without its app-wide error handler, which would turn HTML error pages into JSON."""

    ERROR_SCHEMA = Error

    def _register_error_handlers(self) -> None:
        """``web.errors`` answers for pages and API alike."""

    def _openapi_json(self) -> Any:
        return openapi_json(self.spec.to_dict())


def register_api(site: Flask) -> None:
    """Adds every subject and the documentation.

    The forms' token is not asked for here: the session cookie is SameSite=Lax, and every blueprint refuses
    requests that a browser sends from another site.
    """
    site.config.update(
        API_TITLE="matchmaker",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    site.json = ReadableJson(site)
    api = HouseApi(site)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{}, {"token": []}]
    for name in SUBJECTS:
        blueprint = import_module(f"web.api.{name}").blueprint
        api.register_blueprint(blueprint)
        csrf.exempt(blueprint)
    site.register_blueprint(pages(api.spec))
