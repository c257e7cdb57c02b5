"""/search: pages follow each other, facets narrow, a list without a text."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.indexing import sync
from matchmaker.models import Organization, Patent, Problem
from tests.support.samples import store
from tests.support.site import County


def test_one_answer(client: FlaskClient, county: County) -> None:
    answer = client.get("/api/v1/search?q=无氰电镀&by=words&kind=achievement").json
    assert [(hit["id"], hit["kind"], hit["title"]) for hit in answer["items"]] == [
        (f"achievement:{county.open['achievement']}", "achievement", "无氰电镀工艺")
    ]
    assert answer["facets"]["field"] == {"materials": 1}
    assert answer["facets"]["body"] == {str(county.open["organization"]): 1}
    assert answer["after"] is None


@pytest.mark.parametrize("by", ["both", "words", "meaning"])
def test_pages_follow_each_other_without_a_gap(app: Application, client: FlaskClient, by: str) -> None:
    store(app, *(Patent(title=f"镀层 {number}", abstract="镀层配方") for number in range(7)))
    sync.rebuild(app)
    found, after = [], ""
    for _page in range(4):
        answer = client.get(
            "/api/v1/search", query_string={"q": "镀层", "by": by, "limit": 2, "after": after}
        ).json
        found += [hit["id"] for hit in answer["items"]]
        after = answer["after"]
        if after is None:
            break
    assert sorted(found) == [f"patent:{number}" for number in range(1, 8)]


def test_without_a_text_a_kind_is_listed_newest_first(app: Application, client: FlaskClient) -> None:
    body = Organization(name="甲大学", kind="university")
    store(app, *(Patent(title=f"专利{number}", organization=body, fields=["energy"]) for number in range(5)))
    store(app, Patent(title="别家的"), Problem(title="难题"))
    sync.rebuild(app)
    first = client.get("/api/v1/search?kind=patent&body=1&field=energy&limit=3").json
    assert [hit["title"] for hit in first["items"]] == ["专利4", "专利3", "专利2"]
    second = client.get(f"/api/v1/search?kind=patent&body=1&field=energy&limit=3&after={first['after']}").json
    assert [hit["title"] for hit in second["items"]] == ["专利1", "专利0"]
    assert second["after"] is None
    assert client.get("/api/v1/search?kind=patent&body=2").json["items"] == []
    assert client.get("/api/v1/search").json["items"] == []


@pytest.mark.parametrize("after", ["m1x", "zzz", "p1", "m999999"])
def test_a_damaged_cursor_is_told(client: FlaskClient, county: County, after: str) -> None:
    answer = client.get("/api/v1/search", query_string={"q": "镀层", "after": after})
    assert (answer.status_code, answer.json["error"]["fields"]) == (422, {"after": "无法识别"})


def test_words_of_no_meaning_find_nothing(client: FlaskClient, county: County) -> None:
    assert client.get("/api/v1/search?q=的&by=words").json["items"] == []
    assert client.get("/api/v1/search?q=zxqv&by=words").json["items"] == []
