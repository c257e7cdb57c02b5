"""Every fault below /api has the one shape, and none of the pages' has it."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask

from tests.support.site import break_index

SHAPE = {"code", "message", "hint", "fields", "incident"}
KEYS = {"problem": "problems", "expert": "experts", "organization": "organizations",
        "achievement": "achievements", "publication": "publications", "patent": "patents"}  # fmt: skip


def fault_of(answer, status: int, code: str) -> dict:
    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    assert set(answer.json) == {"error"}
    assert set(answer.json["error"]) == SHAPE
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["message"]
    return answer.json["error"]


#: Last part of an address that takes a body → one without faults; the body is looked at first.
BODIES = {
    "match": {"text": "镀层"},
    "clinic": {"text": "镀层"},
    "compare": {"before": {"text": "镀层"}, "after": {"text": "镀层"}},
    "introductions": {"problem": 1, "expert": 1, "side": "demand"},
    "answer": {"answer": "accept"},
    "problems": {"title": "镀层"},
    "return": {"reasons": ["target"]},
}


def api_rules(site: Flask) -> list[tuple[str, str]]:
    """(method, address) of every operation, with numbers that do not exist."""
    found = []
    for rule in site.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.endpoint.startswith("api-") and "docs" not in rule.endpoint:
            address = rule.rule.replace("<identifier>", "987654").replace("<int:number>", "987654")
            found += [(method, address) for method in rule.methods & {"GET", "POST"}]
    return sorted(found)


def test_every_operation_refuses_an_unknown_parameter(site: Flask, organizer) -> None:
    rules = api_rules(site)
    assert len(rules) >= 30
    for method, address in rules:
        takes_file = address.endswith("imports") or "/attachments/of/" in address
        body: dict = {}
        if method == "POST":
            file = {"data": {"file": (BytesIO(b"x"), "a.csv")}}
            body = file if takes_file else {"json": BODIES.get(address.rpartition("/")[2], {})}
        answer = organizer.open(address, method=method, query_string={"nonsense": "1"}, **body)
        told = fault_of(answer, 422, "invalid_input")["fields"]
        assert told["nonsense"] == "没有这一项；请检查名称。", address


def test_every_operation_on_one_object_tells_that_it_is_not_there(site: Flask, organizer, county) -> None:
    addresses = [address for method, address in api_rules(site) if "987654" in address and method == "GET"]
    assert len(addresses) >= 14
    for address in addresses:
        fault_of(organizer.get(address), 404, "not_found")


def test_a_wrong_method_is_told(site: Flask, client) -> None:
    for _method, address in api_rules(site):
        answer = client.delete(address)
        fault_of(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"]


@pytest.mark.parametrize(
    "identifier", ["abc", "expert:1", "problem:", "problem:１", "-1", "9" * 30, "problem:1:2"]
)
def test_an_id_that_is_none_is_not_found(client, county, identifier: str) -> None:
    fault_of(client.get(f"/api/v1/problems/{identifier}"), 404, "not_found")


def test_an_unknown_address_below_api_is_json(client) -> None:
    fault_of(client.get("/api/v1/nothing"), 404, "not_found")
    fault_of(client.get("/api/v2/problems"), 404, "not_found")


def test_pages_stay_pages(client, county) -> None:
    for address, status in [
        ("/nothing", 404),
        ("/institutes/987654", 404),
        ("/health/index", 403),
        ("/imports", 403),
    ]:
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (status, "text/html")
        assert "<h1>" in answer.text


def test_an_unexpected_fault_has_an_incident(site: Flask, client) -> None:
    def stumble():
        raise RuntimeError("password=hunter2")

    site.add_url_rule("/api/v1/stumble", "stumble-api", stumble)
    site.add_url_rule("/stumble", "stumble-page", stumble)
    answer = client.get("/api/v1/stumble")
    fault = fault_of(answer, 500, "internal")
    assert len(fault["incident"]) == 8
    assert "hunter2" not in answer.text
    page = client.get("/stumble")
    assert (page.status_code, page.mimetype) == (500, "text/html")
    assert "hunter2" not in page.text


def test_forbidden_tells_the_next_step(client) -> None:
    assert fault_of(client.get("/api/v1/index/health"), 403, "forbidden")["hint"]
    assert fault_of(client.get("/api/v1/imports/1"), 403, "forbidden")["hint"]


def test_a_page_of_another_site_may_not_post(organizer) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for address in ("/api/v1/match", "/api/v1/imports"):
            fault_of(organizer.post(address, json={"text": "镀层"}, headers=headers), 403, "forbidden")


def test_a_body_that_is_no_json(client) -> None:
    fault_of(client.post("/api/v1/match", data="{", content_type="application/json"), 422, "invalid_input")
    fault_of(
        client.post("/api/v1/match", data=b"\xff\xfe", content_type="application/json"), 422, "invalid_input"
    )
    fault_of(client.post("/api/v1/match", data="text=a", content_type="text/plain"), 415, "unsupported_type")
    assert fault_of(client.post("/api/v1/match", json=["镀层"]), 422, "invalid_input")["fields"] == {
        "": "应为一组名称和值。"
    }


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ('{"text": "\\ud800"}', {"text": "第 1 个字符（U+D800）是残缺的编码，请删除后重新输入。"}),
        ('{"text": "a\\u0000"}', {"text": "第 2 个字符（U+0000）是控制字符，请删除后重新输入。"}),
        ('{"text": 5}', {"text": "应为文字。"}),
        ('{"text": null}', {"text": "必填，请填写。"}),
        ('{"text": "a", "limit": 0}', {"limit": "应在 1 到 50 之间。"}),
        ('{"text": "a", "limit": true}', {"limit": "应为整数。"}),
        ('{"text": "a", "limit": 2.5}', {"limit": "应为整数。"}),
        ('{"text": "a", "titel": "b"}', {"titel": "没有这一项；请检查名称。"}),
    ],
)
def test_a_bad_field_is_named(client, given: str, fault: dict) -> None:
    answer = client.post("/api/v1/match", data=given, content_type="application/json")
    assert fault_of(answer, 422, "invalid_input")["fields"] == fault


def test_a_bad_name_comes_back_without_breaking_the_answer(client) -> None:
    answer = client.post("/api/v1/match", data='{"\\ud800": 1}', content_type="application/json")
    assert fault_of(answer, 422, "invalid_input")["fields"] == {"\ud800": "没有这一项；请检查名称。"}


def test_too_large_is_told(client) -> None:
    answer = client.post("/api/v1/match", json={"text": "字" * 200_001})
    assert fault_of(answer, 422, "invalid_input")["fields"] == {
        "text": "最多 200000 个字符，现有 200001 个，请删减。"
    }


def test_a_lost_index_is_unavailable(app, client, county) -> None:
    break_index(app)
    assert client.get("/api/v1/search?q=镀层").json["fallback"] is True
    for answer in (
        client.get(f"/api/v1/problems/{county.open['problem']}/matches"),
        client.get(f"/api/v1/experts/{county.open['expert']}/matches"),
        client.post("/api/v1/match", json={"text": "镀层盐雾"}),
    ):
        fault_of(answer, 503, "unavailable")


def test_the_language_follows_the_request(client) -> None:
    assert (
        client.get("/api/v1/nothing", headers={"Accept-Language": "en"}).json["error"]["code"] == "not_found"
    )
    fields = client.get("/api/v1/experts?lang=en").json
    assert fields["paging"] == {"page": 1, "per_page": 20, "total": 0, "pages": 1}
    assert "Set-Cookie" not in client.get("/api/v1/experts?lang=en").headers
