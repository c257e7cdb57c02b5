"""引荐 on pages: lists, steps, nothing of contacts before both agreed."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.indexing import sync
from matchmaker.models import Problem
from matchmaker.services import introduction_talk, tokens
from tests.support import accounts
from tests.support.introductions import CONTACTS, FIRM, NOW, Village, village
from tests.support.samples import expert, store
from tests.support.site import counted

LEAKS = (*CONTACTS, "王晓明")


@pytest.fixture
def town(app: Application) -> Village:
    return village(app)


def client(site: Flask, town: Village, name: str) -> FlaskClient:
    return accounts.log_in(site, town.people[name])


def told(page: str, *secrets: str) -> list[str]:
    return [secret for secret in secrets if secret in page]


def test_from_the_card_to_an_intention(site: Flask, town: Village) -> None:
    sync.rebuild(town.app)
    firm, person = client(site, town, "firm"), client(site, town, "expert")
    ids = town.ids
    address = f"/introductions/new?problem={ids['problem']}&expert={ids['expert']}&side=demand"
    card = firm.get(f"/problems/{ids['problem']}").text
    assert address.replace("&", "&amp;") in card
    assert "邀约" in card
    assert "林一鸣" in firm.get(address).text
    form = {"problem": ids["problem"], "expert": ids["expert"], "side": "demand", "message": "能否面谈？"}
    answer = firm.post("/introductions", data=form)
    assert answer.status_code == 303
    page = answer.location
    assert "引荐：等待答复" in firm.get(f"/problems/{ids['problem']}").text
    asked = person.get(page).text
    assert ("能否面谈？" in asked, "接受，交换联系方式" in asked, "为什么合适" in asked) == (True, True, True)
    assert told(asked, *CONTACTS[:3]) == []
    assert person.post(f"{page}/answer", data={"answer": "accept"}).status_code == 303
    for one in (firm, person):
        assert told(one.get(page).text, *CONTACTS) == list(CONTACTS)
    meeting = {"day": "2026-05-20", "time": "14:30", "place": "镇政府", "note": ""}
    assert firm.post(f"{page}/meeting", data=meeting).status_code == 303
    assert person.post(f"{page}/notes", data={"text": "带样品来 <b>"}).status_code == 303
    shown = firm.get(page).text
    assert ("镇政府" in shown, "带样品来 &lt;b&gt;" in shown) == (True, True)
    assert firm.post(f"{page}/intention", data={"text": "先小试"}).status_code == 303
    assert "达成意向" in person.get("/introductions?tab=intention").text


@pytest.mark.parametrize("anonymous", [False, True])
def test_nothing_of_contacts_and_of_an_anonymous_firm_before_both_agreed(
    app: Application, site: Flask, anonymous: bool
) -> None:
    town = village(app, anonymous=anonymous)
    sync.rebuild(app)
    number = town.ask()
    secrets = (*CONTACTS, *((FIRM, "晶彩") if anonymous else ()))
    pages = (
        "/introductions", f"/introductions/{number}", "/introductions.csv", "/api/v1/introductions",
        f"/api/v1/introductions/{number}", "/search?q=镀层", "/api/v1/search?q=镀层", "/messages",
        f"/problems/{town.ids['problem']}", f"/api/v1/problems/{town.ids['problem']}", "/problems.csv",
    )  # fmt: skip
    for name in ("expert", "body", "broker"):
        reader = client(site, town, name)
        for address in pages:
            answer = reader.get(address)
            body = (
                answer.text if "json" not in answer.mimetype else json.dumps(answer.json, ensure_ascii=False)
            )
            own = CONTACTS[3:] if name in {"expert", "body"} else ()
            found = [secret for secret in told(body, *secrets) if secret not in own]
            assert (name, address, found) == (name, address, [])
    assert client(site, town, "expert").get(f"/api/v1/introductions/{number}/contacts").status_code == 409
    town.accept(number)
    shown = client(site, town, "expert").get(f"/introductions/{number}").text
    assert told(shown, *CONTACTS, FIRM) == [*CONTACTS, FIRM]
    assert told(client(site, town, "broker").get(f"/introductions/{number}").text, *secrets) == []


def test_who_may_not_see_it(site: Flask, town: Village) -> None:
    number = town.ask()
    for name in ("rival", "other"):
        assert client(site, town, name).get(f"/introductions/{number}").status_code == 404
        assert "还没有引荐" in client(site, town, name).get("/introductions").text
    visitor = site.test_client()
    assert visitor.get("/introductions").status_code in {302, 303, 403}
    assert visitor.get(f"/introductions/{number}").status_code in {302, 303, 403}
    assert client(site, town, "expert").get("/introductions/99999").status_code == 404


def test_declining_wants_a_reason_and_keeps_what_was_typed(site: Flask, town: Village) -> None:
    number = town.ask()
    person = client(site, town, "expert")
    again = person.post(f"/introductions/{number}/answer", data={"answer": "decline", "words": "暂时不行"})
    assert again.status_code == 422
    assert ("请选择一个原因" in again.text, "暂时不行" in again.text, "autofocus" in again.text) == (
        True,
        True,
        True,
    )
    done = person.post(
        f"/introductions/{number}/answer",
        data={"answer": "decline", "reason": "price", "words": "报价差得远"},
    )
    assert done.status_code == 303
    firm = client(site, town, "firm").get(f"/introductions/{number}").text
    assert told(firm, "报价差得远", "价格谈不拢") == []
    assert "已婉拒" in firm
    office = client(site, town, "office")
    assert told(office.get(f"/introductions/{number}").text, "报价差得远", "价格谈不拢") != []
    assert office.post(f"/introductions/{number}/reason", data={"text": "预算有差距"}).status_code == 303
    firm = client(site, town, "firm").get(f"/introductions/{number}").text
    assert told(firm, "报价差得远", "价格谈不拢", "预算有差距") == ["价格谈不拢", "预算有差距"]


def test_the_second_of_two_answers_sees_what_happened_and_keeps_his_words(site: Flask, town: Village) -> None:
    number = town.ask()
    town.accept(number)
    late = client(site, town, "body").post(
        f"/introductions/{number}/answer", data={"answer": "decline", "reason": "busy", "words": "出差中"}
    )
    assert late.status_code == 409
    assert told(late.text, "已接受", "专家方", "出差中") == ["已接受", "专家方", "出差中"]


def test_a_message_holds_no_contacts(site: Flask, town: Village) -> None:
    firm = client(site, town, "firm")
    form = {"problem": town.ids["problem"], "expert": town.ids["expert"], "side": "demand"}
    for message in ("请打 13912345601", "写信到 ge@example.com"):
        answer = firm.post("/introductions", data={**form, "message": message})
        assert (answer.status_code, message in answer.text) == (422, True)


def test_a_liaison_nominates_one_of_its_experts(site: Flask, town: Village) -> None:
    body = client(site, town, "body")
    assert "推荐本单位专家" in body.get(f"/problems/{town.ids['problem']}").text
    choice = body.get(f"/introductions/new?problem={town.ids['problem']}&side=supply").text
    assert ("林一鸣" in choice, "周远" in choice) == (True, False)
    form = {"problem": town.ids["problem"], "expert": town.ids["expert"], "side": "supply", "message": ""}
    assert body.post("/introductions", data=form).status_code == 303
    assert body.post("/introductions", data=form).status_code == 409
    other = body.post("/introductions", data={**form, "expert": town.ids["other"]})
    assert other.status_code == 403


def test_the_office_follows_assigns_and_leads_back(site: Flask, town: Village) -> None:
    number = town.ask()
    office, broker = client(site, town, "office"), client(site, town, "broker")
    page = f"/introductions/{number}"
    assert "由我跟进" in broker.get(page).text
    assert broker.post(f"{page}/follower", data={"account": town.people["broker"]}).status_code == 303
    assert "我跟进的" in broker.get("/introductions?mine=1").text
    assert "2026-0007" in broker.get("/introductions?mine=1").text
    assert client(site, town, "other_broker").get(page).status_code == 404
    assert office.post(f"{page}/follower", data={"account": "0"}).status_code == 303
    assert office.post(f"{page}/follower", data={"account": town.people["firm"]}).status_code == 404
    town.decline(number)
    missing = office.post(f"{page}/back", data={"text": ""})
    assert (missing.status_code, "请写明退回的原因" in missing.text) == (422, True)
    assert office.post(f"{page}/back", data={"text": "点错了"}).status_code == 303
    assert "接受，交换联系方式" in client(site, town, "expert").get(page).text


def test_a_fixed_number_of_statements(app: Application, site: Flask, town: Village) -> None:
    office = client(site, town, "office")
    office.get("/introductions")

    def statements(address: str) -> int:
        with counted(app) as ran:
            assert office.get(address).status_code == 200
        return len(ran)

    first = town.ask()
    town.accept(first)
    one = statements("/introductions")
    numbers = store(app, *(expert(f"专家{n}", organization_id=town.ids["university"]) for n in range(49)))
    for each in numbers:
        town.ask("firm", expert=each)
    page = office.get("/introductions").text
    assert page.count("row-link") == 50
    assert (statements("/introductions"), one <= 12) == (one, True)
    with app.unit_of_work() as uow:
        introduction_talk.write(uow, town.actor("firm"), first, "第一条", now=NOW)
    before = statements(f"/introductions/{first}")
    with app.unit_of_work() as uow:
        for place in range(50):
            introduction_talk.write(uow, town.actor("firm"), first, f"留言{place}", now=NOW)
    assert (statements(f"/introductions/{first}") <= before, before <= 20) == (True, True)


def test_the_quiet_line_and_why_a_pair_is_back(app: Application, site: Flask, town: Village) -> None:
    app.clock = lambda: NOW
    sync.rebuild(app)
    town.decline(town.ask())
    pages = (f"/problems/{town.ids['problem']}", f"/experts/{town.ids['expert']}")
    held, back = "曾婉拒：价格谈不拢（2026-05），预算未变", "曾婉拒：价格谈不拢（2026-05），预算已有变化"

    def found(name: str, page: str) -> list[str]:
        reader = client(site, town, name) if name else site.test_client()
        return told(reader.get(page).text, held, back, "不考虑婉拒")

    for page in pages:
        assert [found(name, page) for name in ("office", "expert", "body", "firm", "broker", "")] == [
            [held, "不考虑婉拒"], [held, "不考虑婉拒"], [held, "不考虑婉拒"], [], [], [],
        ]  # fmt: skip
        assert found("office", f"{page}?feedback=off") == []
    with app.unit_of_work() as uow:
        uow.session.get_one(Problem, town.ids["problem"]).budget_fen = 90_000_000
    for page in pages:
        assert [found(name, page) for name in ("office", "expert", "firm", "")] == [[back], [back], [], []]
    answer = client(site, town, "office").get(f"/api/v1/problems/{town.ids['problem']}/matches").json
    assert answer["feedback"] == [{"id": f"expert:{town.ids['expert']}", "held": False, "note": back}]


def test_tokens_need_their_scope(app: Application, site: Flask, town: Village) -> None:
    number = town.ask()
    town.accept(number)
    browser = site.test_client()

    def asked(scopes: tuple[str, ...], method: str, path: str, **options) -> int:
        with app.unit_of_work() as uow:
            who = town.actor("expert")
            _row, key = tokens.create(uow, who, "程序", scopes, 1, at=app.clock())
        headers = {"Authorization": f"Bearer {key}"}
        return browser.open(path, method=method, headers=headers, **options).status_code

    assert asked(("read",), "GET", f"/api/v1/introductions/{number}") == 200
    assert asked(("read",), "GET", f"/api/v1/introductions/{number}/contacts") == 403
    assert asked(("read", "write"), "GET", f"/api/v1/introductions/{number}/contacts") == 200
    body = {"json": {"answer": "accept"}}
    assert asked(("read",), "POST", f"/api/v1/introductions/{number}/answer", **body) in {403, 409}
    assert asked(("read", "write"), "POST", f"/api/v1/introductions/{number}/answer", **body) == 409
