"""Pages of posting: the short path, the form in steps, two versions, what is told and to whom."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from matchmaker.models import History, Problem
from matchmaker.services import posting
from tests.support.accounts import account, log_in
from tests.support.samples import organization, store
from tests.web.conftest import LONG_TITLE
from web.app import create_app

TYPED = {
    "title": "镀层变色",
    "text": "纽扣镀层在盐雾中 24 小时后变色，希望达到 96 小时。",
    "organization": "晶彩钮扣有限公司",
    "contact_phone": "13912345601",
    "contact_name": "葛建国",
    "declared": "yes",
}


@pytest.fixture
def firm(app):
    return store(app, organization("晶彩钮扣有限公司", kind="enterprise"))[0]


@pytest.fixture
def poster(site, app, firm):
    return log_in(site, account(app, "enterprise", firm, name="王工", phone="13800001111"))


@pytest.fixture
def colleague(site, app, firm):
    return log_in(site, account(app, "enterprise", firm, name="李工"))


def problem_of(app):
    with app.reading() as uow:
        return uow.session.scalars(select(Problem).order_by(Problem.id.desc()).limit(1)).one()


def draft(client, app):
    answer = client.post("/problems/new", data={**TYPED, "action": "draft"})
    assert answer.status_code == 303
    return problem_of(app).id


def save(client, number, step, revision=None, **values):
    with client.application.extensions["matchmaker"].reading() as uow:
        row = uow.session.get(Problem, number)
    revision = row.revision if revision is None else revision
    return client.post(
        f"/problems/{number}/edit", data={"step": step, "revision": revision, "action": "done", **values}
    )


def test_a_visitor_posts_and_is_told_the_number(visitor, app):
    assert "autofocus" in visitor.get("/problems/new").text
    answer = visitor.post("/problems/new", data=TYPED, follow_redirects=True)
    assert "已提交" in answer.text
    row = problem_of(app)
    assert row.number in answer.text
    assert (row.state, row.contact_name, row.created_by) == ("submitted", "葛建国", None)
    assert visitor.get(f"/problems/{row.id}").status_code == 404
    assert "镀层变色" not in visitor.get("/problems").text


def test_nothing_typed_is_lost_and_the_first_fault_has_the_focus(visitor, app):
    answer = visitor.post("/problems/new", data={**TYPED, "contact_phone": "电话", "title": ""})
    assert answer.status_code == 422
    assert "希望达到 96 小时" in answer.text
    assert 'value="电话"' in answer.text
    assert re.search(r'name="title"[^>]*autofocus', answer.text)
    answer = visitor.post(
        "/problems/new", data={name: value for name, value in TYPED.items() if name != "declared"}
    )
    assert (answer.status_code, "不含国家秘密" in answer.text) == (422, True)
    answer = visitor.post("/problems/new", data={**TYPED, "text": "机密★10年 镀层在盐雾中变色"})
    assert (answer.status_code, "机密★10年" in answer.text) == (422, True)
    answer = visitor.post("/problems/new", data={**TYPED, "title": "坏\x00字"})
    assert (answer.status_code, "控制字符" in answer.text) == (422, True)
    with app.reading() as uow:
        assert uow.session.scalars(select(Problem)).all() == []


def test_the_office_may_close_the_door(app):
    closed = create_app(
        replace(app, settings=replace(app.settings, posting_open="off")), testing=True
    ).test_client()
    page = closed.get("/problems/new").text
    assert ("请先登录" in page, "<textarea" in page) == (True, False)
    assert closed.post("/problems/new", data=TYPED).status_code == 403


def test_an_account_finds_its_firm_and_contact_there(poster):
    page = poster.get("/problems/new").text
    for value in ("晶彩钮扣有限公司", "王工", "13800001111"):
        assert f'value="{value}"' in page


def test_the_form_in_steps_keeps_every_step(poster, app):
    number = draft(poster, app)
    assert problem_of(app).state == "draft"
    for step in ("basic", "need", "indicators", "cooperation", "readers", "files", "check"):
        assert poster.get(f"/problems/{number}/edit?step={step}").status_code == 200, step
    answer = poster.post(f"/problems/{number}/edit", data={
        "step": "basic", "revision": problem_of(app).revision, "action": "next", "title": LONG_TITLE,
        "organization": "晶彩钮扣有限公司", "kind": "process", "fields": ["materials", "manufacturing"],
        "industry": "纺织业", "region": "浙江省", "keywords": "电镀；盐雾", "source": "走访", "participants": "鸿运钮扣厂\n宏达钮扣厂",
    })  # fmt: skip
    assert (answer.status_code, answer.location) == (303, f"/problems/{number}/edit?step=need")
    save(poster, number, "indicators", **{
        "indicator-0-name": "中性盐雾", "indicator-0-comparator": ">=", "indicator-0-target": "96", "indicator-0-unit": "h",
        "indicator-1-name": "", "indicator-3-name": "附着力", "indicator-3-required": "no",
    })  # fmt: skip
    save(poster, number, "cooperation", cooperation=["commission"], budget_wan="12.5", deadline="2027-06-30",
         **{"official-year_from": "2026", "official-solution": "joint"})  # fmt: skip
    save(poster, number, "readers", visibility="anonymous", hidden_words="JC牌；晶彩", rivals="天敌钮扣厂",
         contact_name="葛建国", contact_phone="13912345601")  # fmt: skip
    with app.reading() as uow:
        row = uow.session.get(Problem, number)
        assert (row.title, row.kind, row.fields, row.industry, row.region, row.keywords, row.source) == (
            LONG_TITLE, "process", ["materials", "manufacturing"], "C17" if row.industry == "C17" else "17", "330000",
            ["电镀", "盐雾"], "走访",
        )  # fmt: skip
        assert [(each.name, each.target, each.required) for each in row.indicators] == [
            ("中性盐雾", "96", True),
            ("附着力", "", False),
        ]
        assert (row.cooperation, row.budget_fen, f"{row.deadline}") == (
            ["commission"],
            12_500_000,
            "2027-06-30",
        )
        assert row.official == {"years": {"from": 2026}, "solution": "joint"}
        assert (row.visibility, row.hidden_words) == ("anonymous", ["JC牌", "晶彩"])
        assert sorted((body.role, body.organization.name) for body in row.bodies) == [
            ("participant", "宏达钮扣厂"), ("participant", "鸿运钮扣厂"), ("rival", "天敌钮扣厂"),
        ]  # fmt: skip
        assert row.state == "draft"
    assert "12.5" in poster.get(f"/problems/{number}/edit?step=cooperation").text
    check = poster.get(f"/problems/{number}/edit?step=check").text
    assert ("12.50 万元" in check, "96" in check) == (True, True)
    answer = poster.post(f"/problems/{number}/submit", data={"revision": problem_row(app, number).revision})
    assert (answer.status_code, "不含国家秘密" in answer.text) == (422, True)
    answer = poster.post(f"/problems/{number}/submit", data={"declared": "yes"}, follow_redirects=True)
    assert "已提交" in answer.text


def problem_row(app, number):
    with app.reading() as uow:
        return uow.session.get(Problem, number)


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        ("basic", {"title": ""}, "title"),
        ("basic", {"title": "好", "industry": "无此行业"}, "industry"),
        ("cooperation", {"budget_wan": "12.345"}, "budget_wan"),
        ("cooperation", {"budget_wan": "很多"}, "budget_wan"),
        ("cooperation", {"deadline": "明年"}, "deadline"),
        ("cooperation", {"official-year_to": "27"}, "official-year_to"),
        ("readers", {"contact_email": "无"}, "contact_email"),
        ("indicators", {"indicator-0-target": "96"}, "indicators"),
    ],
)
def test_a_fault_shows_the_step_again_with_what_was_typed(step, values, field, poster, app):
    number = draft(poster, app)
    answer = save(poster, number, step, **values)
    assert answer.status_code == 422
    assert "fault-text" in answer.text
    assert next(iter(values.values())) in answer.text
    assert problem_row(app, number).revision == 1


def test_two_people_edit_one_problem_and_the_second_chooses_field_by_field(poster, colleague, app):
    number = draft(poster, app)
    values = {"title": "镀层变色", "organization": "晶彩钮扣有限公司"}
    assert (
        save(
            colleague, number, "basic", 1, **{**values, "title": "李工的名称", "keywords": "盐雾"}
        ).status_code
        == 303
    )
    answer = save(poster, number, "basic", 1, **{**values, "title": "王工的名称"})
    assert answer.status_code == 409
    for told in ("李工", "李工的名称", "王工的名称"):
        assert told in answer.text
    assert re.search(r'name="keep-title" value="mine" checked', answer.text)
    assert re.search(r'name="keep-keywords" value="theirs" checked', answer.text)
    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', answer.text))
    assert hidden["revision"] == "2"
    answer = poster.post(
        f"/problems/{number}/edit",
        data={**hidden, "keep-title": "mine", "keep-keywords": "theirs", "action": "done"},
    )
    assert answer.status_code == 303
    row = problem_row(app, number)
    assert (row.title, row.keywords, row.revision) == ("王工的名称", ["盐雾"], 3)


def test_versions_are_compared_and_brought_back(poster, app):
    number = draft(poster, app)
    save(poster, number, "basic", title="第二个名称", organization="晶彩钮扣有限公司")
    page = poster.get(f"/problems/{number}/versions").text
    assert ("第 2 版" in page, "镀层变色" in page, "第二个名称" in page) == (True, True, True)
    answer = poster.post(f"/problems/{number}/versions/1", data={"revision": 2})
    assert (answer.status_code, problem_row(app, number).title) == (303, "镀层变色")
    assert poster.post(f"/problems/{number}/versions/1", data={"revision": 1}).status_code == 409
    assert poster.post(f"/problems/{number}/versions/77", data={"revision": 3}).status_code == 404


def test_html_in_a_title_is_text(poster, app):
    number = draft(poster, app)
    save(poster, number, "basic", title="<script>alert(1)</script>", organization="<b>厂</b>有限公司")
    for address in (
        f"/problems/{number}",
        f"/problems/{number}/edit",
        f"/problems/{number}/versions",
        "/mine",
    ):
        page = poster.get(address).text
        assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True), address


@pytest.mark.parametrize("address", ["edit", "versions", "edit?step=check"])
def test_a_forged_number_and_anothers_draft_are_not_there(address, poster, visitor, site, app):
    number = draft(poster, app)
    other = log_in(site, account(app, "enterprise", store(app, organization("别家厂", kind="enterprise"))[0]))
    for client in (visitor, other):
        assert client.get(f"/problems/{number}/{address}").status_code == 404
        assert client.get(f"/problems/999999/{address}").status_code == 404
        assert (
            client.post(f"/problems/{number}/edit", data={"step": "basic", "title": "改"}).status_code == 404
        )
        assert client.post(f"/problems/{number}/submit", data={"declared": "yes"}).status_code == 404
        assert client.post(f"/problems/{number}/steps/withdraw", data={"reasons": "plan"}).status_code == 404


def test_the_page_of_a_problem_offers_what_may_be_done_and_says_why_not(poster, organizer, visitor, app):
    number = draft(poster, app)
    page = poster.get(f"/problems/{number}").text
    assert ("核对并提交审核" in page, "其他操作为什么现在不能做" in page) == (True, True)
    poster.post(f"/problems/{number}/submit", data={"declared": "yes"})
    assert f"/review/{number}" in organizer.get(f"/problems/{number}").text
    assert organizer.post(f"/review/{number}/publish", data={"visibility": "public"}).status_code == 303
    assert "life-head" not in visitor.get(f"/problems/{number}").text
    assert "暂时下架" in poster.get(f"/problems/{number}/edit").text
    answer = poster.post(f"/problems/{number}/steps/withdraw", data={})
    assert (answer.status_code, "请至少选择一个原因" in answer.text) == (422, True)
    assert poster.post(f"/problems/{number}/steps/dock").status_code == 303
    assert problem_row(app, number).state == "docking"
    assert poster.post(f"/problems/{number}/steps/nonsense").status_code == 404


def test_the_office_fills_in_a_form_for_a_firm_and_history_says_so(site, app, firm):
    office = log_in(site, account(app, "organizer", name="张科长"))
    office.post("/problems/new", data=TYPED)
    with app.reading() as uow:
        found = uow.session.scalars(select(History).where(History.action == "problem:create")).one()
    assert (found.actor, found.behalf) == ("张科长", "晶彩钮扣有限公司")


def test_mine_shows_what_waits_first(poster, visitor, app):
    assert "empty-title" in poster.get("/mine").text
    waiting = draft(poster, app)
    poster.post("/problems/new", data={**TYPED, "title": "已提交的"})
    page = poster.get("/mine").text
    assert page.index(f"/problems/{waiting}/edit") < page.index("已提交的")
    assert "empty-title" in visitor.get("/mine").text


def test_mine_costs_the_same_with_one_row_and_with_fifty(poster, app, firm, statements):
    def seen():
        statements.clear()
        assert poster.get("/mine").status_code == 200
        return len(statements)

    draft(poster, app)
    seen()
    one = seen()
    store(app, *(Problem(title=f"难题{number}", organization_id=firm, state="draft", readers=f" office org:{firm} ")
                 for number in range(49)))  # fmt: skip
    assert seen() == one <= 12


def test_the_clinic_answers_without_scripts(poster, app):
    number = draft(poster, app)
    answer = save(poster, number, "need", text="纽扣镀层变色", clinic="check")
    assert (answer.status_code, "需求体检" in answer.text, "纽扣镀层变色" in answer.text) == (200, True, True)
    assert problem_row(app, number).revision == 1
    answer = poster.post("/problems/new", data={**TYPED, "clinic": "check"})
    assert (answer.status_code, "检查" in answer.text) == (200, True)


def test_rows_of_the_table_are_added_without_scripts(poster, app):
    number = draft(poster, app)
    answer = poster.post(
        f"/problems/{number}/edit", data={"step": "indicators", "action": "more", "indicator-0-name": "盐雾"}
    )
    assert answer.text.count('class="need-row"') == 6
    assert 'value="盐雾"' in answer.text
    assert posting.MOST_WAITING == 10
