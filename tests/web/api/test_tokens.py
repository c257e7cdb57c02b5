"""Programs with a token: who they are, what their scopes let through, what a wrong one gets."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from matchmaker.models import ApiToken
from matchmaker.permissions import ORGANIZER
from matchmaker.services import account_changes, tokens
from tests.support.accounts import account, actor, log_in
from tests.support.samples import organization, problem, store
from web.app import create_app


@pytest.fixture
def firm(app):
    (number,) = store(app, organization("某厂", kind="enterprise"))
    return number


@pytest.fixture
def owner(app, firm):
    return account(app, "enterprise", firm, name="厂长")


def made(app, number, *scopes):
    with app.unit_of_work() as uow:
        return tokens.create(uow, actor(app, number), "程序", scopes, 30, at=app.clock())[1]


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


def test_me_is_the_owner(app, client, owner, firm):
    answer = client.get("/api/v1/me", headers=bearer(made(app, owner, "read", "write")))
    assert answer.json == {
        "name": "厂长", "account": owner, "roles": ["enterprise"], "organizations": [f"organization:{firm}"],
        "expert": None, "scopes": ["read", "write"], "behalf": "",
    }  # fmt: skip


def test_without_a_token_me_is_a_visitor_or_the_session(client, site, owner):
    assert (client.get("/api/v1/me").json["name"], client.get("/api/v1/me").json["account"]) == ("访客", None)
    told = log_in(site, owner).get("/api/v1/me").json
    assert (told["account"], told["scopes"]) == (owner, None)


@pytest.mark.parametrize(
    "header", ["Bearer mm_forged", "Bearer", "Bearer ", "Basic dTpw", "mm_x", "", "Bearer \u00ff"]
)
def test_what_is_no_token_gets_401_and_never_the_session(site, owner, header):
    client = log_in(site, owner)
    answer = client.get("/api/v1/me", headers={"Authorization": header})
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_expired_one_and_one_of_a_closed_account_open_nothing(app, client, owner):
    text, began = made(app, owner, "read"), app.clock()
    app.clock = lambda: began + timedelta(days=31)
    assert client.get("/api/v1/me", headers=bearer(text)).status_code == 401
    app.clock = lambda: began
    assert client.get("/api/v1/me", headers=bearer(text)).status_code == 200
    with app.unit_of_work() as uow:
        account_changes.close(uow, ORGANIZER, owner)
    assert client.get("/api/v1/me", headers=bearer(text)).status_code == 401


def test_what_is_the_owners_is_read_with_a_token_alone(app, client, owner, firm):
    (number,) = store(
        app,
        problem(
            "自家的题",
            organization_id=firm,
            visibility="invited",
            state="published",
            readers=f" office org:{firm} ",
        ),
    )
    assert client.get(f"/api/v1/problems/{number}").status_code == 404
    answer = client.get(f"/api/v1/problems/{number}", headers=bearer(made(app, owner, "read")))
    assert answer.json["title"] == "自家的题"
    assert "Authorization" in answer.headers["Vary"]


def test_scopes_hold(app, owner):
    strict = create_app(app).test_client()
    office = account(app, "organizer")
    upload = {"data": {"file": (BytesIO(b""), "x.csv")}, "headers": {}}
    read, write = made(app, office, "read"), made(app, office, "write")
    refused = strict.post("/api/v1/imports", **{**upload, "headers": bearer(read)})
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "forbidden")
    assert strict.get("/api/v1/me", headers=bearer(write)).status_code == 403
    upload["data"] = {"file": (BytesIO(b""), "x.csv")}
    passed = strict.post(
        "/api/v1/imports", **{**upload, "headers": {**bearer(write), "Origin": "https://other.example"}}
    )
    assert passed.status_code == 422


def test_a_token_opens_no_page(app, client, owner):
    assert client.get("/account", headers=bearer(made(app, owner, "read"))).status_code == 302


def test_the_last_use_is_noted(app, client, owner):
    text = made(app, owner, "read")
    client.get("/api/v1/me", headers=bearer(text))
    with app.reading() as uow:
        row = uow.session.query(ApiToken).one()
        assert row.used_at is not None
        assert text not in (row.key_hash, row.shown)


def test_the_description_tells_of_tokens(client):
    spec = client.get("/api/v1/openapi.json").json
    assert spec["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    assert spec["security"] == [{}, {"token": []}]
