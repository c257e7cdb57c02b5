"""The need clinic as a page, as a fragment and side by side: it works without scripts and stores nothing."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from matchmaker.bootstrap import Application
from matchmaker.models import Problem
from tests.support.outage import put_on_a_line
from tests.support.site import SECRET, County, counted

PARAGRAPH = (
    "我们生产树脂纽扣，漏检率在3%左右。去年买过一台筛选机，最后闲置。希望漏检率降到0.3%以下。预算50万元。"
)


def value(page: str, name: str) -> str:
    """What stands in a text field of the page."""
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page) or re.search(
        rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL
    )
    assert found, name
    return unescape(found[1])


def test_the_empty_page_offers_the_form(client: FlaskClient) -> None:
    page = client.get("/clinic")
    assert (page.status_code, page.text.count("<h1")) == (200, 1)
    assert "七项中还有" not in page.text


def test_a_paragraph_is_examined_and_stays_in_the_form(client: FlaskClient) -> None:
    page = client.post("/clinic", data={"text": PARAGRAPH}).text
    assert value(page, "text") == PARAGRAPH
    assert "七项中还有 3 项不完整。" in page
    assert "漏检率 ≤ 0.3 %（现值 3）" in page
    assert "50.00 万元" in page


def test_ticked_proposals_are_put_into_their_fields(client: FlaskClient) -> None:
    data = {
        "text": PARAGRAPH,
        "adopt": ["indicator-0", "budget", "industry", "tried"],
        "indicator-0-name": "速度",
    }
    page = client.post("/clinic", data=data).text
    assert (value(page, "indicator-0-name"), value(page, "indicator-1-name")) == ("速度", "漏检率")
    assert (value(page, "indicator-1-target"), value(page, "budget")) == ("0.3", "50")
    assert value(page, "tried") == "去年买过一台筛选机，最后闲置。"
    assert re.search(r'<option value="41" selected>', page)


def test_the_fragment_holds_what_the_script_needs(client: FlaskClient) -> None:
    page = client.post("/problems/clinic", data={"text": PARAGRAPH}).text
    assert "<html" not in page
    fills = [json.loads(unescape(one)) for one in re.findall(r'data-fill="([^"]*)"', page)]
    assert {"names": ["budget", "budget_wan"], "value": "50"} in fills
    assert {
        "indicator": {"name": "漏检率", "current": "3", "target": "0.3", "unit": "%", "comparator": "<="}
    } in fills
    assert any("append" in one for one in fills)


def test_faults_are_told_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    page = client.post("/clinic", data={"text": PARAGRAPH, "budget": "很多", "deadline": "明年"})
    assert page.status_code == 422
    assert (value(page.text, "budget"), value(page.text, "text")) == ("很多", PARAGRAPH)
    assert "最多两位小数" in page.text
    assert "七项中还有" in page.text


def test_markup_stays_text(client: FlaskClient) -> None:
    page = client.post(
        "/problems/clinic", data={"text": "希望<script>alert(1)</script>漏检率≤0.3%，\"'><img src=x>"}
    )
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<img" not in page.text


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "，。；", "1" * 9000, "𠮷" * 300])
def test_odd_texts_are_answered(text: str, client: FlaskClient) -> None:
    assert client.post("/problems/clinic", data={"title": text, "text": text}).status_code == 200


def test_a_hidden_problem_is_not_betrayed(
    client: FlaskClient, organizer: FlaskClient, app: Application, county: County
) -> None:
    with app.reading() as uow:
        row = uow.session.get(Problem, county.hidden["problem"])
        assert row is not None
        data = {"title": row.title, "text": row.text}
    link = f"/problems/{county.hidden['problem']}"
    assert SECRET in data["title"] + data["text"]
    assert link in organizer.post("/problems/clinic", data=data).text
    assert link not in client.post("/problems/clinic", data=data).text
    hidden = {**data, "problem": str(county.hidden["problem"])}
    assert client.post("/clinic/compare", data=hidden).status_code == 404


def test_a_step_is_judged_with_the_steps_that_are_stored(
    client: FlaskClient, app: Application, county: County
) -> None:
    number = county.open["problem"]
    with app.reading() as uow:
        row = uow.session.get(Problem, number)
        assert row is not None
        title = row.title
    alone = client.post("/problems/clinic", data={"budget": "50"}).text
    step = client.post("/problems/clinic", data={"budget": "50", "problem": str(number)}).text
    assert "没有写清是哪种材料" in alone
    assert "没有写清是哪种材料" not in step
    assert title[:6] in step


def test_nothing_is_stored_and_few_statements_run(
    client: FlaskClient, app: Application, county: County
) -> None:
    with counted(app) as statements:
        client.post("/problems/clinic", data={"text": PARAGRAPH})
    assert len(statements) <= 12
    assert [
        one for one in statements if one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    ] == []
    with app.reading() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Problem)) == 3


def test_experts_stand_side_by_side(client: FlaskClient, county: County) -> None:
    data = {"title": "纽扣镀层", "text": "镀层在盐雾中变色，要求盐雾 96 小时", "before_text": "番茄枯死"}
    page = client.post("/clinic/compare", data=data)
    assert page.status_code == 200
    assert "林一鸣" in page.text
    assert SECRET not in page.text


def test_while_the_index_is_away_the_rules_work_and_say_so(
    client: FlaskClient, app: Application, county: County
) -> None:
    line, _time = put_on_a_line(app)
    line.cut()
    page = client.post("/problems/clinic", data={"text": PARAGRAPH})
    assert page.status_code == 200
    assert "七项中还有 3 项不完整。" in page.text
    assert "重复和类似难题现在查不到，其余检查照常" in page.text
    compared = client.post("/clinic/compare", data={"text": PARAGRAPH, "before_text": "番茄枯死"})
    assert (compared.status_code, "暂时无法排出专家" in compared.text) == (503, True)


def test_nothing_to_compare_says_so(client: FlaskClient, county: County) -> None:
    page = client.post("/clinic/compare", data={"title": "纽扣镀层"})
    assert page.status_code == 422
    assert "没有可以比较的文字" in page.text


def test_a_form_needs_its_token(app: Application) -> None:
    from web.app import create_app

    assert create_app(app).test_client().post("/problems/clinic", data={"text": "甲"}).status_code == 400
