"""The site on PostgreSQL: what people type or make up in an address never breaks it."""

from __future__ import annotations

import pytest

from matchmaker.bootstrap import Application
from tests.support.site import fill, open_site, organizer_of

TYPED = ("\x00", "a\x00b", "\ud800", "%", "\\", "'", "字" * 5000, "😀")
NUMBERS = (2**31 - 1, 2**31, 2**53, 2**64)


@pytest.fixture(params=["postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(any_app: Application) -> Application:
    return any_app


def test_nothing_typed_breaks_a_list_or_the_search(app):
    fill(app)
    client = organizer_of(open_site(app))
    answered = {}
    for address in (
        "/problems",
        "/experts",
        "/institutes",
        "/search",
        "/api/v1/problems",
        "/api/v1/search",
    ):
        for name in ("q", "text", "field", "region", "state", "kind", "organization_kind", "sort", "cursor"):
            for typed in TYPED:
                status = client.get(
                    address, query_string={name: typed.encode("utf-8", "surrogatepass")}
                ).status_code
                answered.setdefault(status, []).append((address, name, typed[:5]))
    assert {status: some[:5] for status, some in answered.items() if status not in {200, 422}} == {}


def test_numbers_that_no_row_can_have_are_not_found(app):
    client = organizer_of(open_site(app))
    paths = [
        rule.rule.replace("<int:number>", "{}")
        for rule in client.application.url_map.iter_rules()
        if rule.arguments == {"number"} and "GET" in rule.methods and not rule.endpoint.startswith("board.")
    ]
    assert len(paths) >= 8
    found = {
        path.format(number): client.get(path.format(number)).status_code
        for path in paths
        for number in NUMBERS
    }
    assert {path: status for path, status in found.items() if status != 404} == {}


def test_numbers_of_a_filter_that_no_row_can_have_find_nothing(app):
    client = organizer_of(open_site(app))
    for address in ("/problems", "/experts", "/search"):
        for name in ("organization", "page"):
            for number in NUMBERS:
                assert client.get(address, query_string={name: number}).status_code == 200
