"""Forms of profiles: a step at a time, nothing typed is lost, both versions of two who save at once."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.models import Achievement, Expert, Organization, Outbox
from matchmaker.services.profile_changes import refresh_match
from tests.support.accounts import account, log_in
from tests.support.site import County, counted


@pytest.fixture
def liaison(app: Application, site: Flask, county: County) -> FlaskClient:
    with app.unit_of_work() as uow:
        refresh_match(uow.session.get_one(Organization, county.open["organization"]))
    return log_in(site, account(app, "body_liaison", county.open["organization"], name="科技处"))


FIRST = {
    "name": "陈默",
    "institution": "临江大学",
    "profile": "研究鱼病快检。做过检测盒。愿到塘边指导。",
    "field": ["agriculture"],
}


def test_an_expert_is_on_his_page_after_one_short_form(app: Application, liaison: FlaskClient) -> None:
    form = liaison.get("/experts/new")
    assert form.status_code == 200
    assert 'value="临江大学"' in form.text
    answer = liaison.post("/experts/new", data={**FIRST, "action": "publish"})
    assert answer.status_code == 303
    page = liaison.get(answer.location)
    assert (page.status_code, "陈默能解决哪些难题？" in page.text) == (200, True)
    with app.reading() as uow:
        assert uow.session.query(Expert).filter_by(name="陈默").one().visibility == "public"


def test_each_step_leads_to_the_next_and_shows_what_stands_there(liaison: FlaskClient) -> None:
    address = liaison.post("/experts/new", data=FIRST).location
    seen = []
    for data in (
        {"directions": "鱼病"},
        {"projects-0-title": "渔塘检测", "projects-0-kind": "visit"},
        {"hours": "周三"},
    ):
        seen.append(address.rpartition("=")[2])
        form = liaison.get(address)
        assert form.status_code == 200
        revision = re.search(r'name="revision" value="(\d+)"', form.text)
        assert revision
        answer = liaison.post(address, data={**data, "revision": revision[1]})
        assert answer.status_code == 303
        kept = liaison.get(address).text
        assert next(iter(data.values())) in kept
        address = answer.location
    assert seen == ["work", "experience", "limits"]
    assert re.fullmatch(r"/experts/\d+", address)


def test_a_fault_keeps_what_was_typed_and_takes_the_focus(liaison: FlaskClient) -> None:
    answer = liaison.post("/experts/new", data={**FIRST, "name": "", "position": "<b>教授"})
    assert answer.status_code == 422
    assert 'aria-invalid="true" autofocus' in answer.text
    for part in ("愿到塘边指导", "&lt;b&gt;教授", 'value="agriculture" checked'):
        assert part in answer.text, part
    odd = liaison.post("/experts/new", data={**FIRST, "position": "教\x07授"})
    assert (odd.status_code, "控制字符" in odd.text) == (422, True)


def test_more_rows_are_added_without_scripts_and_without_saving(
    app: Application, liaison: FlaskClient, county: County
) -> None:
    address = f"/experts/{county.open['expert']}/edit?step=experience"
    rows = liaison.get(address).text.count('class="small-row"')
    more = liaison.post(address, data={"projects-0-title": "只在表单里", "action": "more", "revision": "0"})
    assert (more.status_code, "只在表单里" in more.text) == (200, True)
    assert (rows, more.text.count('class="small-row"')) == (3, 6)
    with app.reading() as uow:
        assert [each.title for each in uow.session.get_one(Expert, county.open["expert"]).projects] == [
            "纽扣镀层改进"
        ]


def test_two_who_save_at_once_see_both_versions(
    liaison: FlaskClient, organizer: FlaskClient, county: County
) -> None:
    address = f"/experts/{county.open['expert']}/edit?step=work"
    assert liaison.post(address, data={"directions": "甲方向", "revision": "0"}).status_code == 303
    second = organizer.post(address, data={"directions": "乙方向", "revision": "0"})
    assert second.status_code == 409
    for part in ("甲方向", "乙方向", "科技处", "电镀"):
        assert part in second.text, part
    revision = re.search(r'name="revision" value="(\d+)"', second.text)
    assert revision
    assert organizer.post(address, data={"directions": "乙方向", "revision": revision[1]}).status_code == 303


def test_visitors_and_others_may_not(
    client: FlaskClient, site: Flask, app: Application, county: County
) -> None:
    stranger = log_in(site, account(app, "body_liaison", county.hidden["organization"]))
    for who in (client, stranger):
        assert who.get(f"/experts/{county.open['expert']}/edit").status_code == 403
        assert who.post(f"/experts/{county.open['expert']}/edit", data=FIRST).status_code == 403
    assert client.get("/experts/new").status_code == 403
    assert client.get(f"/experts/{county.hidden['expert']}/edit").status_code == 404


def test_bodies_and_achievements_have_their_forms(
    app: Application, organizer: FlaskClient, liaison: FlaskClient
) -> None:
    body = organizer.post(
        "/institutes/new", data={"name": "新厂有限公司", "kind": "enterprise", "region": "台州市"}
    )
    assert body.status_code == 303
    assert organizer.get(body.location).status_code == 200
    assert liaison.get("/institutes/new").status_code == 403
    work = liaison.post(
        "/achievements/new",
        data={"title": "无氰镀层", "organization": "临江大学", "maturity": "6", "action": "done"},
    )
    assert work.status_code == 303
    assert liaison.get(work.location).status_code == 200
    for step in ("why", "terms"):
        assert liaison.get(f"{work.location}/edit?step={step}").status_code == 200
    with app.reading() as uow:
        assert uow.session.query(Organization).filter_by(name="新厂有限公司").one().region == "331000"
        assert uow.session.query(Achievement).filter_by(title="无氰镀层").one().state == "draft"


def test_a_form_takes_a_fixed_number_of_statements(
    app: Application, organizer: FlaskClient, county: County
) -> None:
    def statements() -> int:
        with counted(app) as ran:
            assert organizer.get(f"/experts/{county.open['expert']}/edit").status_code == 200
        return len(ran)

    statements()
    one = statements()
    with app.unit_of_work() as uow:
        uow.session.add_all(
            Expert(name=f"某{n}", organization_id=county.open["organization"]) for n in range(49)
        )
    assert statements() == one
    assert one <= 12


def test_one_confirms_ones_own_profile_on_its_page(app: Application, site: Flask, county: County) -> None:
    number = county.open["expert"]
    himself = log_in(site, account(app, "expert", expert=number, name="林一鸣"))
    page = himself.get(f"/experts/{number}").text
    assert "待核实：从未核实" in page
    assert f'href="/experts/{number}/confirm"' in page
    assert "研究锌镍合金电镀" in himself.get(f"/experts/{number}/confirm").text
    assert himself.post(f"/experts/{number}/confirm", data={"field": ["profile"]}).status_code == 303
    page = himself.get(f"/experts/{number}").text
    assert "已核实" in page
    assert "本人已确认" in page
    assert himself.post(f"/experts/{number}/confirm", data={"field": ["readers"]}).status_code == 422


def test_a_liaison_keeps_the_list_of_the_body(
    app: Application, liaison: FlaskClient, client: FlaskClient, county: County
) -> None:
    address = f"/institutes/{county.open['organization']}/experts"
    assert client.get(address).status_code == 403
    assert "林一鸣" in liaison.get(address).text
    stale = liaison.get("/profiles/stale").text
    assert "林一鸣" in stale
    assert liaison.post("/profiles/stale", data={}).status_code == 422
    assert liaison.post("/profiles/stale", data={"expert": str(county.open["expert"])}).status_code == 303
    call = liaison.post(f"/experts/{county.open['expert']}/verify", data={"how": "phone", "back": "stale"})
    assert call.location == "/profiles/stale"
    assert "林一鸣" not in liaison.get("/profiles/stale").text
    gone = liaison.post(f"/experts/{county.open['expert']}/leave")
    assert gone.location == address
    assert "名单里还没有专家" in liaison.get(address).text
    assert liaison.get(f"/experts/{county.open['expert']}/edit").status_code == 403


@pytest.mark.parametrize("place", ["/institutes/%d/experts", "/profiles/stale"])
def test_lists_take_a_fixed_number_of_statements(
    app: Application, organizer: FlaskClient, county: County, place: str
) -> None:
    address = place % county.open["organization"] if "%" in place else place

    def statements() -> int:
        with counted(app) as ran:
            assert organizer.get(address).status_code == 200
        return len(ran)

    statements()
    one = statements()
    with app.unit_of_work() as uow:
        uow.session.add_all(
            Expert(name=f"某{n}", organization_id=county.open["organization"]) for n in range(49)
        )
    assert statements() == one
    assert one <= 12


def test_an_achievement_of_an_expert_waits_for_his_liaison(
    app: Application, site: Flask, liaison: FlaskClient, client: FlaskClient, county: County
) -> None:
    himself = log_in(site, account(app, "expert", expert=county.open["expert"], name="林一鸣"))
    form = {"title": "快速镀镍", "organization": "临江大学", "action": "done"}
    place = himself.post("/achievements/new", data=form).location
    assert himself.post(f"{place}/step", data={"step": "publish"}).status_code == 403
    assert himself.post(f"{place}/step", data={"step": "submit"}).status_code == 303
    assert client.get(place).status_code == 404
    assert "快速镀镍" in liaison.get("/achievements/waiting").text
    assert himself.get("/achievements/waiting").status_code == 403
    assert liaison.post(f"{place}/step", data={"step": "return"}).status_code == 422
    assert liaison.post(f"{place}/step", data={"step": "return", "reason": "请补充指标"}).status_code == 303
    assert liaison.post(f"{place}/step", data={"step": "return", "reason": "请补充指标"}).status_code == 409
    assert liaison.post(f"{place}/step", data={"step": "publish"}).status_code == 303
    assert client.get(place).status_code == 200
    assert liaison.post(f"{place}/step", data={"step": "explode"}).status_code == 422
    with app.reading() as uow:
        told = [(each.kind, each.recipient) for each in uow.session.query(Outbox).order_by(Outbox.id)]
    assert told == [
        ("achievement:submitted", "科技处"),
        ("achievement:returned", "林一鸣"),
        ("achievement:published", "林一鸣"),
    ]


def test_ones_own_door_leads_to_what_one_keeps(
    app: Application, site: Flask, client: FlaskClient, liaison: FlaskClient, county: County
) -> None:
    assert liaison.get("/profiles/mine").location == f"/institutes/{county.open['organization']}/experts"
    himself = log_in(site, account(app, "expert", expert=county.open["expert"]))
    assert himself.get("/profiles/mine").location == f"/experts/{county.open['expert']}/confirm"
    assert log_in(site, account(app, "expert")).get("/profiles/mine").location == "/experts/new"
    assert client.get("/profiles/mine").status_code == 403


def test_what_still_holds_is_dated_anew(
    app: Application, liaison: FlaskClient, client: FlaskClient, county: County
) -> None:
    for place, kind in (("achievements", "achievement"), ("institutes", "organization")):
        address = f"/{place}/{county.open[kind]}"
        assert client.post(f"{address}/confirm").status_code == 403
        assert f'action="{address}/confirm"' in liaison.get(address).text
        assert liaison.post(f"{address}/confirm").location == address
        assert "已记下核实日期" in liaison.get(address).text


def test_the_components_stand_in_the_style_guide(organizer: FlaskClient) -> None:
    page = organizer.get("/styleguide")
    assert page.status_code == 200
    for part in ("small-row", "各有不少合作者", "专家名录.xlsx"):
        assert part in page.text, part


def test_the_office_sees_the_facts_with_contacts_masked_and_notes_how_it_verified_them(
    organizer: FlaskClient, liaison: FlaskClient, client: FlaskClient, county: County
) -> None:
    address = f"/experts/{county.open['expert']}/confirm"
    page = organizer.get(address).text
    assert ("13812345678" in page, "138******78" in page, "怎样核实" in page) == (False, True, True)
    assert "13812345678" in liaison.get(address).text
    assert client.get(address).status_code == 403
    assert organizer.post(address, data={"action": "all"}).status_code == 403
    noted = organizer.post(
        address.replace("confirm", "verify"), data={"how": "visit", "remark": "当面\x07核对"}
    )
    assert noted.status_code == 303
    assert "走访 · 当面核对" in liaison.get(noted.location).text
