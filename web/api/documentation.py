"""The OpenAPI description in the reader's language, and a page that shows it without scripts.

Swagger UI and its kin need scripts and inline styles that our security policy forbids, and megabytes of
assets; a reference of some twenty operations reads better as a page that also prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apispec import APISpec
from flask import Blueprint, Response, jsonify, render_template

from web.api.blueprint import PREFIX
from web.i18n import translate

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Item:
    """One parameter, or one property of a schema."""

    name: str
    type: str
    about: str
    required: bool = False
    place: str = ""
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One address with one method."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[Item, ...]
    body: str
    body_type: str
    example: Any
    answers: tuple[tuple[str, str], ...]


def openapi_json(spec: dict[str, Any]) -> Response:
    """The description for programs."""
    return jsonify(translated(spec))


def pages(spec: APISpec) -> Blueprint:
    """The blueprint of the page for people."""
    blueprint = Blueprint("documentation", __name__, url_prefix=PREFIX)

    @blueprint.get("/docs")
    def show() -> str:
        described = translated(spec.to_dict())
        return render_template(
            "api/docs.html",
            tags=described["tags"],
            operations=operations(described),
            schemas=schemas(described),
        )

    return blueprint


def translated(node: Any, key: str = "") -> Any:
    """The same with every summary and description in the language of the request."""
    if isinstance(node, dict):
        return {name: translated(value, name) for name, value in node.items()}
    if isinstance(node, list):
        return [translated(value) for value in node]
    return translate(node) if key in {"summary", "description"} and isinstance(node, str) else node


def operations(spec: dict[str, Any]) -> dict[str, list[Operation]]:
    """Operations by tag, in the order in which they were registered."""
    found: dict[str, list[Operation]] = {}
    for path, methods in spec["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = _operation(path, method, methods[method], methods.get("parameters", []))
                found.setdefault(methods[method]["tags"][0], []).append(operation)
    return found


def schemas(spec: dict[str, Any]) -> dict[str, list[Item]]:
    """Properties by schema, in alphabetical order of the schemas."""
    known = spec.get("components", {}).get("schemas", {})
    return {
        name: [
            Item(
                prop,
                _type(about),
                about.get("description", ""),
                required=prop in known[name].get("required", []),
                schema=_schema(about),
            )
            for prop, about in known[name].get("properties", {}).items()
        ]
        for name in sorted(known)
    }


def _operation(path: str, method: str, told: dict[str, Any], common: list[dict[str, Any]]) -> Operation:
    contents: dict[str, Any] = told.get("requestBody", {}).get("content", {})
    kind = next(iter(contents), "")
    content: dict[str, Any] = contents.get(kind, {})
    answers = [(status, _schema(_content(answer))) for status, answer in sorted(told["responses"].items())]
    return Operation(
        f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method.upper(),
        path,
        told.get("summary", ""),
        told.get("description", ""),
        tuple(_parameter(one) for one in [*common, *told.get("parameters", [])]),
        _schema(content.get("schema", {})),
        kind,
        content.get("example"),
        tuple(answers),
    )


def _parameter(told: dict[str, Any]) -> Item:
    return Item(
        told["name"],
        _type(told.get("schema", {})),
        told.get("description", ""),
        required=told.get("required", False),
        place=told["in"],
    )


def _content(answer: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer; the named answers of errors all have the same."""
    if "$ref" in answer:
        return {"$ref": "#/components/schemas/Error"}
    contents: dict[str, Any] = answer.get("content", {})
    return next((dict(content.get("schema", {})) for content in contents.values()), {})


def _schema(told: dict[str, Any]) -> str:
    """Name of the schema that a value has, or that the values of a list have."""
    for place in (told, told.get("items", {}), *told.get("allOf", ()), *told.get("anyOf", ())):
        if "$ref" in place:
            return str(place["$ref"]).rpartition("/")[2]
    return ""


def _type(told: dict[str, Any]) -> str:
    """A short name: string, integer 1…100, a | b, [string]."""
    if "enum" in told:
        return " | ".join(str(one) for one in told["enum"])
    kind = told.get("type", "")
    if isinstance(kind, list):
        kind = " / ".join(kind)
    if kind == "array":
        return f"[{_type(told.get('items', {})) or _schema(told)}]"
    if "minimum" in told:
        return f"{kind} {told['minimum']}…{told['maximum']}"
    return kind or _schema(told)
