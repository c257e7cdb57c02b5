"""Posting and review by programs: create, change, submit, decide, with a token's scopes."""

from __future__ import annotations

import pytest

from matchmaker.models import Problem
from tests.support.accounts import account, log_in
from tests.support.samples import organization, store
from tests.support.site import organizer_of

GIVEN = {
    "title": "镀层变色",
    "text": "纽扣镀层在盐雾中 24 小时后变色，希望达到 96 小时。",
    "contact_phone": "13912345601",
    "organization": "晶彩钮扣有限公司",
}


@pytest.fixture
def firm(app):
    return store(app, organization("晶彩钮扣有限公司", kind="enterprise"))[0]


@pytest.fixture
def poster(site, app, firm):
    return log_in(site, account(app, "enterprise", firm, name="王工"))


def test_a_problem_from_draft_to_published(poster, site, client):
    made = poster.post("/api/v1/problems", json=GIVEN)
    assert (made.status_code, made.json["state"], made.json["revision"]) == (201, "draft", 1)
    address = f"/api/v1/problems/{made.json['id']}"
    changed = poster.patch(address, json={
        "revision": 1, "fields": ["materials"], "budget_wan": 12.5, "deadline": "2027-06-30",
        "indicators": [{"name": "盐雾", "comparator": ">=", "target": "96", "unit": "h"}]})  # fmt: skip
    assert (changed.status_code, changed.json["budget_wan"], changed.json["indicators"][0]["target"]) == (
        200,
        12.5,
        "96",
    )
    assert client.get(address).status_code == 404
    assert set(poster.post(f"{address}/submit", json={}).json["error"]["fields"]) == {"declared"}
    assert poster.post(f"{address}/submit", json={"declared": True}).json["state"] == "submitted"
    assert poster.post(f"{address}/publish", json={}).status_code == 403
    office = organizer_of(site)
    assert office.post(f"{address}/return", json={"reasons": ["target"]}).json["state"] == "returned"
    assert office.post(f"{address}/publish", json={}).status_code == 409
    assert poster.post(f"{address}/submit", json={"declared": True}).status_code == 200
    assert office.post(f"{address}/publish", json={"expires_on": "2099-01-01"}).json["state"] == "published"
    assert client.get(address).json["title"] == "镀层变色"


def test_a_stale_change_gets_both_versions(poster, site, app, firm):
    other = log_in(site, account(app, "enterprise", firm, name="李工"))
    address = f"/api/v1/problems/{poster.post('/api/v1/problems', json=GIVEN).json['id']}"
    assert (
        other.patch(
            address, json={"revision": 1, "title": "李工的名称", "deadline": "2027-06-30"}
        ).status_code
        == 200
    )
    told = poster.patch(address, json={"revision": 1, "title": "王工的名称"})
    versions = told.json["versions"]
    assert (told.status_code, told.json["error"]["code"], versions["revision"]) == (409, "conflict", 2)
    assert versions["mine"] == {"title": "王工的名称"}
    assert (versions["theirs"]["title"], versions["theirs"]["deadline"]) == ("李工的名称", "2027-06-30")
    assert (versions["base"]["title"], versions["base"]["organization"]) == ("镀层变色", "晶彩钮扣有限公司")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"titel": "x"}, "titel"),
        ({"title": ""}, "title"),
        ({"title": "坏\x00"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"fields": ["nonsense"]}, "fields.0"),
        ({"budget_wan": 1.234}, "budget_wan"),
        ({"deadline": "2027-02-30"}, "deadline"),
        ({"indicators": [{"target": "96"}]}, "indicators.0.name"),
        ({"text": "秘密★10年"}, "text"),
        ({"visibility": "everybody"}, "visibility"),
        ({"rivals": [str(number) + "公司" for number in range(31)]}, "rivals"),
    ],
)
def test_faults_name_their_field(given, field, poster, app):
    told = poster.post("/api/v1/problems", json={**GIVEN, **given})
    assert (told.status_code, list(told.json["error"]["fields"])) == (422, [field])
    with app.reading() as uow:
        assert uow.session.query(Problem).count() == 0


def test_a_visitor_submits_but_keeps_no_draft(client):
    assert client.post("/api/v1/problems", json=GIVEN).status_code == 403
    made = client.post("/api/v1/problems", json={**GIVEN, "submit": True, "declared": True})
    assert (made.status_code, made.json["state"], "13912345601" in made.text) == (201, "submitted", False)
    assert client.get(f"/api/v1/problems/{made.json['id']}").status_code == 404


def test_anothers_problem_is_not_there(client, poster, site, app):
    address = f"/api/v1/problems/{poster.post('/api/v1/problems', json=GIVEN).json['id']}"
    stranger = log_in(
        site, account(app, "enterprise", store(app, organization("别家", kind="enterprise"))[0])
    )
    for one in (client, stranger):
        assert one.patch(address, json={"title": "改"}).status_code == 404
        for verb in ("submit", "publish"):
            assert one.post(f"{address}/{verb}", json={}).status_code == 404
        assert one.post(f"{address}/return", json={"reasons": ["target"]}).status_code == 404
