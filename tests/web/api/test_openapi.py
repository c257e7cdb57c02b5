"""The description: complete, consistent, in both languages, readable without anything from outside."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient


def refs(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(refs(value) for value in node.values()))
    return set().union(*(refs(value) for value in node)) if isinstance(node, list) else set()


def test_every_route_is_described(site: Flask, client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    assert spec["openapi"] == "3.1.0"
    described = {
        (path, method)
        for path, methods in spec["paths"].items()
        for method in methods
        if method != "parameters"
    }
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in site.url_map.iter_rules()
        if rule.endpoint.startswith("api-") and not rule.endpoint.startswith("api-docs")
        for method in rule.methods & {"GET", "POST", "PATCH"}
    }
    assert described == routes
    assert all(spec["paths"][path][method]["summary"] for path, method in described)


def test_every_reference_leads_somewhere(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    for ref in refs(spec):
        node = spec
        for part in ref.removeprefix("#/").split("/"):
            node = node[part]


def test_every_operation_tells_its_errors_in_the_one_shape(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    assert set(spec["components"]["schemas"]["Fault"]["properties"]) == {
        "code",
        "message",
        "hint",
        "fields",
        "incident",
    }
    for path, methods in spec["paths"].items():
        for method, told in methods.items():
            if method != "parameters":
                assert "422" in told["responses"], (path, method)
                assert ("404" in told["responses"]) == ("{" in path), (path, method)


def test_a_contact_has_a_place_only_where_both_agreed(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    names = {
        (name, prop)
        for name, schema in spec["components"]["schemas"].items()
        for prop in schema.get("properties", {})
        if prop in {"email", "phone", "contact_name", "contact_phone"}
    }
    sent = {
        (name, prop)
        for name in ("ProblemCreated", "ProblemChanged")
        for prop in ("contact_name", "contact_phone")
    }
    assert names == {("ReachOut", "email"), ("ReachOut", "phone")} | sent
    answers = str(
        [
            told["responses"]
            for methods in spec["paths"].values()
            for told in methods.values()
            if "responses" in told
        ]
    )
    assert [name for name, _ in sent if f"/{name}'" in answers] == []
    used = [path for path, methods in spec["paths"].items() if "Contacts" in str(methods)]
    assert used == ["/api/v1/introductions/{identifier}/contacts"]


def test_the_page_shows_every_operation_and_loads_nothing_from_outside(client: FlaskClient) -> None:
    page = client.get("/api/v1/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    spec = client.get("/api/v1/openapi.json").json
    for path in spec["paths"]:
        assert path in page.text
    for schema in spec["components"]["schemas"]:
        assert f'id="schema-{schema}"' in page.text
    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*?(?:src|href)="([^"]*)"', page.text)
    assert loaded
    assert [address for address in loaded if not address.startswith("/")] == []
    assert re.findall(r"<script(?![^>]*\bsrc=)|\bstyle=", page.text) == []
    anchors = set(re.findall(r'href="#([^"]+)"', page.text)) - {"content"}
    ids = set(re.findall(r'id="([^"]+)"', page.text))
    assert {anchor for anchor in anchors if not anchor.startswith("i-")} - ids == set()
