"""The house around the pages: faults, headers, cookies, languages, files."""

from __future__ import annotations

import gzip
import logging
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from web.app import create_app
from web.auth import door


def test_a_page_that_is_not_there_is_a_page(visitor: FlaskClient) -> None:
    answer = visitor.get("/nope")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "没有这个页面。" in answer.text


def test_an_address_of_the_api_that_is_not_there_is_json(visitor: FlaskClient) -> None:
    answer = visitor.get("/api/v1/nope")
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert answer.json == {
        "error": {
            "code": "not_found",
            "message": "没有这个页面。",
            "hint": "请检查地址，或从下面的入口继续。",
            "fields": {},
            "incident": "",
        }
    }


def test_an_unexpected_fault_tells_a_number_and_no_secret(
    site: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> str:
        raise RuntimeError("password=hunter2")

    site.add_url_rule("/broken", view_func=broken)
    with caplog.at_level(logging.ERROR):
        answer = site.test_client().get("/broken")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    incident = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert incident is not None
    assert incident[1] in caplog.text


@pytest.mark.parametrize("address", ["/", "/nope", "/static/house.css", "/problems.csv", "/api/v1/nope"])
def test_every_answer_carries_the_headers(address: str, visitor: FlaskClient) -> None:
    with visitor.get(address) as answer:
        headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_no_page_needs_what_the_policy_forbids(organizer: FlaskClient, county: dict[str, int]) -> None:
    for address in ("/", "/problems", f"/problems/{county['problem']}", "/experts", "/styleguide", "/match"):
        text = organizer.get(address).text
        assert (
            re.findall(r"\sstyle=|\son[a-z]+=|<style|javascript:|(?:src|href)=\"(?:https?:)?//", text) == []
        )


def test_a_form_without_its_token_is_refused_with_a_page(app: Application) -> None:
    answer = create_app(app).test_client().post("/match", data={"title": "电镀"})
    assert answer.status_code == 400
    assert "这个表单已失效。" in answer.text


def test_the_token_of_the_form_opens_it(app: Application) -> None:
    client = create_app(app).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/match").text)
    assert token is not None
    assert client.post("/match", data={"csrf_token": token[1], "title": ""}).status_code != 400


def test_the_session_cookie_is_for_this_site_only(visitor: FlaskClient, app: Application) -> None:
    link = door.organizer_link(app, "http://localhost")
    cookie = visitor.get(link.removeprefix("http://localhost")).headers["Set-Cookie"]
    assert cookie.startswith("matchmaker=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert (
        "Secure"
        in visitor.get(link.removeprefix("http://localhost"), base_url="https://localhost").headers[
            "Set-Cookie"
        ]
    )


def test_an_organizer_enters_by_his_link_and_leaves(organizer: FlaskClient) -> None:
    assert organizer.get("/styleguide").status_code == 200
    assert organizer.post("/leave").status_code == 302
    assert organizer.get("/styleguide").status_code == 403


@pytest.mark.parametrize("key", ["", "x", "organizer", "ImFkbWluIg.abc.def"])
def test_a_wrong_link_opens_nothing(key: str, visitor: FlaskClient) -> None:
    answer = visitor.get(f"/enter?key={key}")
    assert answer.status_code == 403
    assert "无效或已过期" in answer.text
    assert visitor.get("/styleguide").status_code == 403


def test_a_link_ends_after_a_day(
    visitor: FlaskClient, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "LINK_SECONDS", -1)
    assert visitor.get(door.organizer_link(app, "")).status_code == 403


def test_the_language_is_chosen_in_the_address_and_kept(visitor: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in visitor.get("/").text
    assert '<html lang="en">' in visitor.get("/?lang=en").text
    later = visitor.get("/problems").text
    assert '<html lang="en">' in later
    assert "Problems" in later
    assert '<html lang="zh-CN">' in visitor.get("/?lang=zh").text
    assert '<html lang="zh-CN">' in visitor.get("/?lang=xx").text


def test_large_type_is_chosen_and_kept(visitor: FlaskClient) -> None:
    assert 'class="large"' in visitor.get("/?type=large").text
    assert 'class="large"' in visitor.get("/experts").text
    assert 'class="large"' not in visitor.get("/experts?type=normal").text


def test_styles_and_scripts_are_small_and_kept(visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    addresses = re.findall(r'(?:href|src)="([^"]+\.(?:css|js)\?v=[^"]+)"', page)
    assert len(addresses) == 4
    answers = [visitor.get(address, headers={"Accept-Encoding": "gzip"}) for address in addresses]
    assert all(answer.content_encoding == "gzip" for answer in answers)
    assert all("immutable" in answer.headers["Cache-Control"] for answer in answers)
    assert sum(len(answer.data) for answer in answers) <= 150_000
    with visitor.get(addresses[0]) as plain:
        assert gzip.decompress(answers[0].data) == b"".join(plain.response)


def test_a_switch_keeps_the_rest_of_the_address(visitor: FlaskClient) -> None:
    text = visitor.get("/problems?q=电镀&sort=title").text
    assert 'href="/problems?q=%E7%94%B5%E9%95%80&amp;sort=title&amp;lang=en"' in text


def test_a_wrong_method_names_the_right_one(visitor: FlaskClient) -> None:
    answer = visitor.post("/problems")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
