"""Profiles: made in steps, changed by those who may, checked field by field, each fact with its origin."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import Expert, History, Organization, Version
from matchmaker.permissions import ORGANIZER, VISITOR
from matchmaker.services import profiles, provenance
from matchmaker.services.versions import StaleForm
from tests.support.accounts import account, actor
from tests.support.imports import jsonl, load
from tests.support.samples import expert, organization, store

DAY = date(2026, 11, 23)
FIRST = {
    "name": "陈默",
    "institution": "临江大学",
    "profile": "研究淡水鱼病害快速检测。做过现场检测盒。愿到塘边指导。",
}


def made(app, who, kind="expert", typed=FIRST):
    with app.unit_of_work() as uow:
        return profiles.create(uow, who, kind, typed, today=DAY).id


def saved(app, who, number, step, typed, *, kind="expert", revision=None, **more):
    with app.unit_of_work() as uow:
        return profiles.save(uow, who, kind, number, step, typed, revision=revision, today=DAY, **more)


@pytest.fixture
def body(app):
    return store(app, organization())[0]


@pytest.fixture
def liaison(app, body):
    with app.unit_of_work() as uow:
        profiles.refresh_match(uow.session.get_one(Organization, body))
    return actor(app, account(app, "body_liaison", body, name="科技处"))


def test_a_liaison_makes_a_draft_that_others_do_not_see_until_it_is_public(app, liaison, body):
    number = made(app, liaison)
    with app.reading() as uow:
        row = profiles.get(uow, liaison, "expert", number)
        assert (row.organization_id, row.visibility, row.revision) == (body, "draft", 1)
        with pytest.raises(NotFound):
            profiles.get(uow, VISITOR, "expert", number)
    with app.unit_of_work() as uow:
        profiles.publish(uow, liaison, number)
    with app.reading() as uow:
        assert profiles.get(uow, VISITOR, "expert", number).name == "陈默"
        told = [
            (each.action, each.behalf) for each in uow.session.scalars(select(History).order_by(History.id))
        ]
    assert told == [("expert:create", "陈默"), ("expert:publish", "陈默")]


def test_an_expert_makes_one_profile_of_his_own_and_what_he_writes_is_confirmed(app, body):
    own = account(app, "expert", name="陈默")
    number = made(app, actor(app, own))
    himself = actor(app, own)
    assert himself.expert == number
    with pytest.raises(Conflict):
        made(app, himself)
    saved(app, himself, number, "work", {"directions": "鱼病；快检", "department": "水产学院"})
    with app.reading() as uow:
        row = profiles.get(uow, himself, "expert", number)
        assert row.directions == ["鱼病", "快检"]
        assert set(row.confirmed) >= {"department", "directions"}
        assert provenance.origins(row)["directions"] == provenance.Origin("self", "", DAY, "陈默")


def test_nobody_else_changes_it(app, liaison):
    number = made(app, liaison)
    stranger = actor(app, account(app, "body_liaison", store(app, organization("他校"))[0]))
    with app.unit_of_work() as uow:
        profiles.publish(uow, liaison, number)
    for who in (VISITOR, stranger):
        with pytest.raises(Forbidden):
            saved(app, who, number, "work", {"directions": "别的"})
    with pytest.raises(Forbidden):
        made(app, stranger)
    assert made(app, ORGANIZER, typed={**FIRST, "name": "周远"})


def test_every_fault_is_told_at_its_field(app, liaison):
    number = made(app, liaison)
    with pytest.raises(InvalidInput) as told:
        saved(
            app, liaison, number, "limits",
            {"email": "没有", "orcid": "0000-0002-1825-0098", "region": "无此地", "visibility": "anonymous", "openalex": "x"},
        )  # fmt: skip
    assert set(told.value.fields) == {"email", "orcid", "region", "visibility", "openalex"}
    with pytest.raises(InvalidInput) as told:
        made(app, liaison, typed={"name": "", "institution": ""})
    assert set(told.value.fields) == {"name", "institution"}


def test_experience_that_is_not_a_paper_is_kept_in_its_order(app, liaison):
    number = made(app, liaison)
    rows = [
        {"title": "渔业标准", "kind": "standard", "year": "2024"},
        {"title": "", "kind": "visit"},
        {"title": "鱼塘检测", "kind": "visit", "client": "某渔场", "outcome": "减损三成"},
    ]
    saved(app, liaison, number, "experience", {"projects": rows, "platforms": ""})
    with app.reading() as uow:
        row = profiles.get(uow, liaison, "expert", number)
        assert [(each.kind, each.title, each.year) for each in row.projects] == [
            ("standard", "渔业标准", 2024),
            ("visit", "鱼塘检测", None),
        ]


def test_the_second_of_two_is_shown_both_versions_and_nothing_is_lost(app, liaison):
    number = made(app, liaison)
    saved(app, liaison, number, "work", {"directions": "甲"}, revision=1)
    with pytest.raises(StaleForm) as stale:
        saved(app, ORGANIZER, number, "work", {"directions": "乙"}, revision=1)
    assert (stale.value.base["directions"], stale.value.theirs["directions"]) == ([], ["甲"])
    with app.reading() as uow:
        assert uow.session.query(Version).count() == 2


def test_saving_the_same_again_changes_nothing(app, liaison):
    number = made(app, liaison)
    row = saved(app, liaison, number, "who", FIRST)
    assert (row.revision, row.index_version) == (1, 1)


def test_the_office_sees_a_contact_masked_and_an_empty_field_keeps_it(app, liaison):
    number = made(app, liaison, typed={**FIRST, "phone": "13812345678"})
    saved(app, ORGANIZER, number, "who", {**FIRST, "phone": "", "position": "教授"})
    with app.reading() as uow:
        row = profiles.get(uow, ORGANIZER, "expert", number)
        assert (row.phone, row.position) == ("13812345678", "教授")


def test_an_import_finds_a_profile_made_by_hand_and_leaves_confirmed_facts(app, tmp_path, liaison):
    own = account(app, "expert", name="陈默")
    number = made(app, actor(app, own))
    row = {"name": "陈默", "institution": "临江大学", "profile": "旧简介", "position": "讲师"}
    load(app, jsonl(tmp_path / "a.jsonl", row), "expert")
    with app.reading() as uow:
        (held,) = uow.session.scalars(select(Expert))
        assert (held.id, held.position, held.profile) == (number, "讲师", FIRST["profile"])
        origins = provenance.origins(held)
        assert (origins["position"].code, origins["position"].what) == ("import", "a.jsonl")
        assert origins["profile"].code == "self"
        assert held.visibility == "draft"
        assert f" account:{own} " in held.readers


def test_a_body_is_made_once_and_its_town_may_change_it(app):
    town = store(app, organization("澄溪镇", kind="government"))[0]
    typed = {
        "name": "晶彩钮扣有限公司",
        "kind": "enterprise",
        "code": "91330000142943443B",
        "town": str(town),
    }
    with pytest.raises(InvalidInput) as told:
        made(app, ORGANIZER, "organization", typed)
    assert set(told.value.fields) == {"code"}
    number = made(app, ORGANIZER, "organization", {**typed, "code": ""})
    with pytest.raises(Conflict):
        made(app, ORGANIZER, "organization", {"name": "晶彩 钮扣有限公司", "kind": "enterprise"})
    carer = actor(app, account(app, "territory_liaison", town))
    saved(app, carer, number, "more", {"tiers": ["high_tech"], "industry": "金属制品业"}, kind="organization")
    with app.reading() as uow:
        row = profiles.get(uow, carer, "organization", number)
        assert (row.tiers, row.industry) == (["high_tech"], "33")


def test_an_achievement_names_its_leader_from_its_own_body(app, liaison, body):
    numbers = store(app, expert("林一鸣", organization_id=body), expert("外人"))
    typed = {"title": "无氰镀层", "organization": "临江大学", "field": ["materials"], "maturity": "6"}
    number = made(app, liaison, "achievement", typed)
    with pytest.raises(InvalidInput) as told:
        saved(app, liaison, number, "what", {**typed, "leader_id": str(numbers[1])}, kind="achievement")
    assert set(told.value.fields) == {"leader_id"}
    saved(app, liaison, number, "what", {**typed, "leader_id": str(numbers[0])}, kind="achievement")
    terms = {
        "price_wan": "12.5",
        "price_kind": "from",
        "transfer_modes": ["license", "trial"],
        "ip_until": "2030-01-31",
    }
    saved(app, liaison, number, "terms", terms, kind="achievement")
    with app.reading() as uow:
        row = profiles.get(uow, liaison, "achievement", number)
        assert (row.leader_id, row.price_fen, row.ip_until) == (numbers[0], 12_500_000, date(2030, 1, 31))
        assert (row.state, row.transfer_modes) == ("draft", ["license", "trial"])
        with pytest.raises(NotFound):
            profiles.get(uow, VISITOR, "achievement", number)
