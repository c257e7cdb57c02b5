"""Pages of review: the queue, one problem beside what a reviewer must know, decisions in place."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.indexing import sync
from matchmaker.models import Outbox, Problem, Review
from tests.support.accounts import account, log_in
from tests.support.samples import organization, problem, store
from tests.web.pages.test_posting import TYPED, problem_of, problem_row


@pytest.fixture
def firm(app):
    return store(app, organization("晶彩钮扣有限公司", kind="enterprise"))[0]


@pytest.fixture
def poster(site, app, firm):
    return log_in(site, account(app, "enterprise", firm, name="王工"))


def post(client, app, **values):
    assert client.post("/problems/new", data={**TYPED, **values}).status_code == 303
    return problem_of(app).id


def told(app):
    with app.reading() as uow:
        return list(uow.session.scalars(select(Outbox.kind).order_by(Outbox.id)))


def test_only_the_office_reviews(visitor, poster, organizer, app):
    number = post(visitor, app)
    for client in (visitor, poster):
        for address in ("/review", f"/review/{number}"):
            assert client.get(address).status_code == 403
        assert client.post(f"/review/{number}/publish").status_code in {403, 404}
        assert client.post("/review", data={"number": number}).status_code == 403
    assert "empty-title" not in organizer.get("/review").text
    assert problem_row(app, number).state == "submitted"


def test_the_queue_tells_how_long_each_waits_and_what_it_lacks(visitor, organizer, app):
    assert "empty-title" in organizer.get("/review").text
    number = post(visitor, app)
    with app.unit_of_work() as uow:
        uow.session.get(Problem, number).submitted_at -= timedelta(days=4)
    page = organizer.get("/review").text
    for part in ("4 天", "未核实", "晶彩钮扣有限公司", "已尝试的办法"):
        assert part in page


def test_one_problem_stands_beside_its_checks_and_the_decision(visitor, organizer, app):
    number = post(visitor, app)
    page = organizer.get(f"/review/{number}").text
    for part in ("13912345601", "葛建国", "写清楚了吗", "您的决定", "未核实", "发布", "退回修改"):
        assert part in page


def test_it_is_published_and_its_poster_is_told(poster, organizer, visitor, app):
    number = post(poster, app)
    answer = organizer.post(f"/review/{number}/publish", data={
        "visibility": "public", "revision": problem_row(app, number).revision, "expires_on": "2099-01-01"})  # fmt: skip
    assert (answer.status_code, answer.location) == (303, "/review")
    row = problem_row(app, number)
    assert (row.state, f"{row.expires_on}") == ("published", "2099-01-01")
    assert visitor.get(f"/problems/{number}").status_code == 200
    assert told(app) == ["problem:submitted", "problem:published"]


def test_faults_of_a_decision_are_told_in_place(poster, organizer, app):
    number = post(poster, app)
    answer = organizer.post(f"/review/{number}/return", data={"reasons": "other", "words": ""})
    assert (answer.status_code, "请写明原因" in answer.text) == (422, True)
    answer = organizer.post(f"/review/{number}/publish", data={"expires_on": "昨天"})
    assert (answer.status_code, "有效期应在今天之后" in answer.text) == (422, True)
    answer = organizer.post(f"/review/{number}/return", data={"reasons": "target", "words": "坏\x00字"})
    assert answer.status_code == 422
    answer = organizer.post(f"/review/{number}/publish", data={"revision": 1})
    assert answer.status_code == 409
    assert problem_row(app, number).state == "submitted"


def test_it_goes_back_and_the_poster_finds_the_reasons(poster, organizer, app):
    number = post(poster, app)
    assert (
        organizer.post(
            f"/review/{number}/return", data={"reasons": ["target", "present"], "words": "写明标准"}
        ).status_code
        == 303
    )
    page = poster.get(f"/problems/{number}").text
    for part in ("退回原因", "没有可衡量的目标", "写明标准"):
        assert part in page
    assert "按意见修改" in poster.get("/mine").text
    assert told(app)[-1] == "problem:returned"


def test_an_anonymous_firm_is_named_nowhere(poster, organizer, visitor, app, firm):
    number = post(poster, app, title="晶彩牌纽扣变色", visibility="anonymous")
    poster_edit = {
        "step": "readers",
        "visibility": "anonymous",
        "contact_phone": "13912345601",
        "action": "done",
    }
    organizer.post(
        f"/problems/{number}/edit", data={**poster_edit, "revision": problem_row(app, number).revision}
    )
    answer = organizer.post(f"/review/{number}/publish", data={"visibility": "anonymous"})
    assert (answer.status_code, "晶彩" in answer.text) == (422, True)
    organizer.post(f"/problems/{number}/edit", data={
        "step": "basic", "title": "纽扣镀层变色", "organization": "晶彩钮扣有限公司", "action": "done",
        "revision": problem_row(app, number).revision})  # fmt: skip
    assert organizer.post(f"/review/{number}/publish", data={"visibility": "anonymous"}).status_code == 303
    sync.rebuild(app)
    for address in (
        "/", "/problems", "/problems.csv", f"/problems/{number}", "/search?q=纽扣镀层&kind=problem", "/api/v1/problems",
        f"/api/v1/problems/{number}", "/api/v1/search?q=纽扣镀层&kind=problem",
    ):  # fmt: skip
        page = visitor.get(address).text
        assert ("镀层" in page, "晶彩" in page, "葛建国" in page) == (True, False, False), address
    found = visitor.get("/api/v1/search?q=晶彩&by=words").json
    assert [each["kind"] for each in found["items"]] == ["organization"]
    assert "纽扣镀层变色" not in visitor.get(f"/institutes/{firm}").text
    assert "晶彩" in poster.get(f"/problems/{number}").text


def test_rivals_find_it_nowhere(poster, organizer, site, app, firm):
    rival = store(app, organization("天敌钮扣厂", kind="enterprise"))[0]
    spy = log_in(site, account(app, "enterprise", rival))
    other = log_in(site, account(app, "enterprise", store(app, organization("旁人厂", kind="enterprise"))[0]))
    poster.post("/problems/new", data={**TYPED, "title": "机密配方变色问题", "action": "draft"})
    number = problem_of(app).id
    poster.post(f"/problems/{number}/edit", data={
        "step": "readers", "visibility": "public", "rivals": "天敌钮扣厂", "contact_phone": "13912345601", "action": "done"})  # fmt: skip
    poster.post(f"/problems/{number}/submit", data={"declared": "yes"})
    organizer.post(f"/review/{number}/publish", data={"visibility": "public"})
    sync.rebuild(app)
    addresses = (
        "/problems",
        "/problems.csv",
        "/search?q=配方变色",
        "/api/v1/problems",
        f"/institutes/{firm}",
    )

    def found(client):
        return ["机密配方变色" in re.sub("</?mark>", "", client.get(each).text) for each in addresses]

    assert (found(other), found(spy)) == ([True] * 5, [False] * 5)
    assert [client.get(f"/problems/{number}").status_code for client in (other, spy)] == [200, 404]


def test_duplicates_that_wait_are_shown_to_the_reviewer_only(poster, visitor, organizer, app):
    text = "纽扣镀层在中性盐雾中 24 小时后变色，换过两家药水，效果不稳定，客户整批退货，希望做到 96 小时以上不变色。"
    first = post(poster, app, text=text, title="另一家的镀层变色难题")
    second = post(visitor, app, text=text, title="镀层不耐盐雾")
    page = organizer.get(f"/review/{second}").text
    assert ("可能重复的难题" in page, f"/problems/{first}" in page) == (True, True)


def test_several_at_once(poster, organizer, app):
    numbers = [post(poster, app, title=f"难题 {each}") for each in range(3)]
    assert organizer.post("/review", data={"number": [*numbers, "x", "999"]}).status_code == 303
    assert [problem_row(app, number).state for number in numbers] == ["published"] * 3
    with app.reading() as uow:
        assert set(uow.session.scalars(select(Review.decision))) == {"publish"}


@pytest.mark.parametrize("address", ["/review", "/problems"])
def test_lists_cost_the_same_with_one_row_and_with_fifty(address, visitor, organizer, app, statements):
    def seen():
        statements.clear()
        assert organizer.get(address).status_code == 200
        return len(statements)

    post(visitor, app)
    seen()
    one = seen()
    bodies = [organization(f"单位{number}", kind="enterprise") for number in range(49)]
    store(
        app,
        *bodies,
        *(
            problem(f"难题{body.name}", organization=body, state="submitted", submitted_at=app.clock())
            for body in bodies
        ),
    )
    assert seen() == one <= 12
