"""Invitations used once, tokens held to their scopes, acting with what both may, data handed over and erased."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from matchmaker.models import AccessLog, Account, ApiToken, Base, History, Invitation, Outbox, Territory
from matchmaker.permissions import ORGANIZER, SYSTEM, allowed, audiences_of, require
from matchmaker.services import (
    account_changes,
    accounts,
    acting,
    invitations,
    messages,
    personal_data,
    tokens,
)
from matchmaker.services.account_changes import Person
from matchmaker.services.invitations import Wanted
from tests.support.accounts import account, actor
from tests.support.samples import expert, organization, problem, store

NEW = Person("新人", phone="13900000001", password_hash="x")


@pytest.fixture
def county(app):
    university, other, firm, town = store(
        app, organization("甲大学"), organization("乙大学"), organization("某厂", kind="enterprise"),
        organization("某镇", kind="government"),
    )  # fmt: skip
    person, stranger = store(app, expert(organization_id=university), expert("乙某", organization_id=other))
    with app.unit_of_work() as uow:
        uow.session.add(Territory(organization_id=firm, town_id=town))
    return {
        "university": university,
        "other": other,
        "firm": firm,
        "town": town,
        "person": person,
        "stranger": stranger,
    }


def invite(app, who, **wanted):
    with app.unit_of_work() as uow:
        row, key = invitations.invite(uow, who, Wanted(**wanted), at=app.clock())
        return row.id, key


def accept(app, key, person=NEW, at=None):
    with app.unit_of_work() as uow:
        return invitations.accept(uow, key, person, at=at or app.clock()).id


@pytest.fixture
def liaison(app, county):
    return actor(app, account(app, "body_liaison", county["university"], name="甲联络人"))


def test_a_liaison_invites_his_expert_who_is_active_at_once(app, county, liaison):
    _number, key = invite(
        app, liaison, role="expert", organization=county["university"], expert=county["person"]
    )
    made = actor(app, accept(app, key))
    assert (made.role, made.organizations, made.liaison_of, made.expert) == (
        "expert", (county["university"],), (), county["person"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "wanted",
    [
        {"role": "expert", "organization": "other"},
        {"role": "expert"},
        {"role": "organizer", "organization": "university"},
        {"role": "expert", "organization": "university", "expert": "stranger"},
        {"role": "territory_liaison", "organization": "university"},
    ],
)
def test_a_liaison_invites_nobody_beyond_his_body(app, county, liaison, wanted):
    with pytest.raises(Forbidden):
        invite(app, liaison, **{name: county.get(value, value) for name, value in wanted.items()})


def test_a_town_invites_its_firms(app, county):
    town = actor(app, account(app, "territory_liaison", county["town"]))
    _number, key = invite(app, town, role="enterprise", organization=county["firm"])
    assert actor(app, accept(app, key)).liaison_of == (county["firm"],)
    with pytest.raises(Forbidden):
        invite(app, town, role="enterprise", organization=county["university"])


@pytest.mark.parametrize("wanted", [{"role": ""}, {"role": "system"}, {"role": "enterprise"}, {"role": "broker", "organization": 9999},
                                    {"role": "expert", "expert": 9999}, {"role": "broker", "phone": "12"}])  # fmt: skip
def test_an_invitation_that_cannot_be_used_is_not_made(app, wanted):
    with pytest.raises((InvalidInput, Forbidden)):
        invite(app, SYSTEM, **wanted)


def test_an_invitation_is_used_once(app, county):
    _number, key = invite(app, ORGANIZER, role="broker")
    accept(app, key)
    with pytest.raises(NotFound):
        accept(app, key, Person("第二人", phone="13900000002"))


def test_of_two_who_use_it_at_once_one_gets_it(app, county):
    _number, key = invite(app, ORGANIZER, role="broker")

    def try_it(number):
        try:
            return accept(app, key, Person(f"人{number}", username=f"user{number}"))
        except NotFound:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [each for each in pool.map(try_it, range(4)) if each is not None]
    assert len(made) == 1
    with app.reading() as uow:
        assert uow.session.scalars(select(Account.id)).all() == made


def test_an_expired_withdrawn_or_forged_one_opens_nothing(app, county, liaison):
    number, key = invite(app, liaison, role="expert", organization=county["university"])
    for wrong, at in (
        (key, app.clock() + timedelta(days=15)),
        (key + "x", None),
        ("", None),
        ("\ud800", None),
    ):
        with pytest.raises(NotFound):
            accept(app, wrong, at=at)
    other = actor(app, account(app, "body_liaison", county["other"]))
    with app.unit_of_work() as uow, pytest.raises(NotFound):
        invitations.withdraw(uow, other, number)
    with app.unit_of_work() as uow:
        invitations.withdraw(uow, liaison, number)
    with pytest.raises(NotFound):
        accept(app, key)


def test_a_used_one_is_not_withdrawn_and_a_list_shows_ones_own(app, county, liaison):
    number, key = invite(app, liaison, role="expert", organization=county["university"])
    invite(app, ORGANIZER, role="broker")
    accept(app, key)
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        invitations.withdraw(uow, ORGANIZER, number)
    with app.reading() as uow:
        assert [row.id for row in invitations.listing(uow, liaison).rows] == [number]
        assert len(invitations.listing(uow, ORGANIZER).rows) == 2
        assert key not in str([row.key_hash for row in uow.session.scalars(select(Invitation))])


def test_whoever_has_an_account_joins_with_it_and_keeps_what_he_was(app, county):
    own = account(app, "enterprise", county["firm"], name="厂长")
    _number, key = invite(
        app, ORGANIZER, role="expert", organization=county["university"], expert=county["person"]
    )
    with app.unit_of_work() as uow:
        invitations.accept_as(uow, actor(app, own), key, at=app.clock())
    joined = actor(app, own)
    assert joined.roles == {"enterprise", "expert", "members"}
    assert (joined.organizations, joined.liaison_of) == (
        (county["firm"], county["university"]),
        (county["firm"],),
    )


def test_the_text_to_copy_names_role_body_link_and_day(app, county):
    with app.unit_of_work() as uow:
        row, key = invitations.invite(
            uow, ORGANIZER, Wanted("expert", county["university"], name="王老师"), at=app.clock()
        )
        uow.session.refresh(row)
        text = str(invitations.text_for(row, f"https://x.cn/join/{key}", "对接"))
    for part in ("王老师", "组织者", "甲大学", "专家", "对接", key, f"{row.expires_at:%Y-%m-%d}"):
        assert part in text


def token(app, who, *scopes, days=30):
    with app.unit_of_work() as uow:
        row, text = tokens.create(uow, who, "程序", scopes, days, at=app.clock())
        return row.id, text


def test_a_token_is_its_owner_held_to_its_scopes(app, county):
    owner = actor(app, account(app, "enterprise", county["firm"]))
    _number, text = token(app, owner, "read")
    with app.reading() as uow:
        by = tokens.actor_by(tokens.find(uow, text, at=app.clock()))
        assert text not in str([(row.key_hash, row.shown) for row in uow.session.scalars(select(ApiToken))])
    assert (by.account, by.scopes) == (owner.account, {"read"})
    assert audiences_of(by) == audiences_of(owner)
    require(by, "search:all")
    assert allowed(owner, "problem:create")
    assert not allowed(by, "problem:create")
    with pytest.raises(Forbidden, match="令牌"):
        require(by, "problem:create")


def test_a_token_ends_by_itself_by_its_owner_and_by_an_administrator(app, county):
    owner = actor(app, account(app, "enterprise", county["firm"]))
    admin = actor(app, account(app, "administrator"))
    stranger = actor(app, account(app, "organizer"))
    first, text = token(app, owner, "read", days=1)
    second, _text = token(app, owner, "write")
    with app.reading() as uow:
        for wrong, at in ((text, app.clock() + timedelta(days=2)), ("mm_x", app.clock()), ("", app.clock())):
            with pytest.raises(Unauthenticated):
                tokens.find(uow, wrong, at=at)
    with app.unit_of_work() as uow, pytest.raises(NotFound):
        tokens.end(uow, stranger, first)
    with app.unit_of_work() as uow:
        tokens.end(uow, owner, first)
        tokens.end(uow, admin, second)
    with app.reading() as uow, pytest.raises(Unauthenticated):
        tokens.find(uow, text, at=app.clock())


@pytest.mark.parametrize(
    ("name", "scopes", "days", "field"),
    [
        ("", ["read"], 30, "name"),
        ("x", [], 30, "scopes"),
        ("x", ["all"], 30, "scopes"),
        ("x", ["read"], 0, "days"),
        ("x", ["read"], 999, "days"),
    ],
)
def test_what_a_token_needs_is_told(app, county, name, scopes, days, field):
    owner = actor(app, account(app, "enterprise", county["firm"]))
    with app.unit_of_work() as uow, pytest.raises(InvalidInput) as told:
        tokens.create(uow, owner, name, scopes, days, at=app.clock())
    assert list(told.value.fields) == [field]


def test_only_the_office_makes_a_token_that_administers_and_none_makes_another(app, county):
    owner, office = (
        actor(app, account(app, "enterprise", county["firm"])),
        actor(app, account(app, "organizer")),
    )
    with pytest.raises(Forbidden):
        token(app, owner, "admin")
    token(app, office, "admin")
    _number, text = token(app, owner, "read", "write")
    with app.reading() as uow:
        by = tokens.actor_by(tokens.find(uow, text, at=app.clock()))
    with pytest.raises(Forbidden):
        token(app, by, "read")
    with pytest.raises(Forbidden):
        token(app, ORGANIZER, "read")


def test_an_account_has_only_so_many_tokens(app, county):
    owner = actor(app, account(app, "enterprise", county["firm"]))
    for _ in range(tokens.MOST):
        token(app, owner, "read")
    with pytest.raises(Conflict):
        token(app, owner, "read")


def begin(app, who, target):
    with app.unit_of_work() as uow:
        return acting.begin(uow, who, target).actor


def test_whoever_acts_for_a_firm_has_its_rights_and_not_his_own(app, county):
    organizer = actor(app, account(app, "organizer", name="组织者甲"))
    by = begin(app, organizer, f"organization:{county['firm']}")
    firm = actor(app, account(app, "enterprise", county["firm"]))
    assert (by.name, by.account, by.behalf) == ("组织者甲", organizer.account, "某厂")
    assert not by.is_office
    assert audiences_of(by) - {f"account:{by.account}"} == audiences_of(firm) - {f"account:{firm.account}"}
    (draft,) = store(app, problem(organization_id=county["firm"], state="draft"))
    with app.reading() as uow:
        from matchmaker.models import Problem

        row = uow.session.get_one(Problem, draft)
        assert allowed(by, "problem:edit", row)
        assert not allowed(by, "problem:publish", row)
    assert not allowed(by, "account:read")


def test_acting_is_told_by_the_history(app, county):
    organizer = actor(app, account(app, "organizer", name="组织者甲"))
    by = begin(app, organizer, f"organization:{county['firm']}")
    with app.unit_of_work() as uow:
        uow.record(by, "problem:edit", "problem:1")
    with app.reading() as uow:
        lines = [
            (line.action, line.actor, line.account_id, line.behalf)
            for line in uow.session.scalars(select(History))
        ]
    assert lines == [
        ("account:act", "组织者甲", organizer.account, "某厂"),
        ("problem:edit", "组织者甲", organizer.account, "某厂"),
    ]


def test_the_offices_link_acts_too(app, county):
    person = account(app, "expert", county["university"], county["person"], name="林")
    by = begin(app, ORGANIZER, f"account:{person}")
    assert (by.role, by.expert, by.account) == ("expert", county["person"], None)
    assert by.behalf == f"林（账号 {person}）"


@pytest.mark.parametrize(
    "target",
    [
        "organization:9999",
        "account:9999",
        "problem:1",
        "organization:",
        "",
        "account:x",
        "account:99999999999999",
        "organization:-1",
    ],
)
def test_nobody_like_that(app, county, target):
    with pytest.raises(NotFound):
        begin(app, ORGANIZER, target)


def test_nobody_acts_for_the_office_or_for_somebody_who_is_not_his(app, county, liaison):
    office = account(app, "administrator")
    both = account(app, ("expert", "organizer"), county["university"])
    stranger = account(app, "expert", county["other"])
    waiting = account(app, "enterprise", county["firm"], state="waiting")
    for who, target in (
        (actor(app, account(app, "administrator")), f"account:{office}"),
        (actor(app, account(app, "administrator")), f"account:{both}"),
        (actor(app, account(app, "organizer")), f"account:{office}"),
        (liaison, f"account:{both}"), (liaison, f"account:{stranger}"), (liaison, f"organization:{county['other']}"),
        (ORGANIZER, f"account:{waiting}"),
        (actor(app, stranger), f"organization:{county['other']}"),
    ):  # fmt: skip
        with pytest.raises((Forbidden, NotFound, Conflict)):
            begin(app, who, target)


def test_a_liaison_who_acts_gains_nothing(app, county, liaison):
    person = account(app, "expert", county["university"], county["stranger"], name="挂名")
    by = begin(app, liaison, f"account:{person}")
    assert by.expert is None
    assert audiences_of(by) <= audiences_of(liaison)
    body = begin(app, liaison, f"organization:{county['university']}")
    assert audiences_of(body) == audiences_of(liaison)


def test_acting_ends_when_it_is_allowed_no_longer(app, county, liaison):
    target = f"organization:{county['university']}"
    begin(app, liaison, target)
    with app.unit_of_work() as uow:
        account_changes.change(uow, SYSTEM, liaison.account, account_changes.Standing(["broker"]))
    with app.reading() as uow:
        assert acting.resume(uow, liaison, target) is not None
        assert acting.resume(uow, actor(app, liaison.account), target) is None


def test_ones_data_are_handed_over_without_secrets(app, county):
    own = account(app, "expert", county["university"], county["person"], name="林", password="一个密码-九九")
    with app.unit_of_work() as uow:
        uow.record(actor(app, own), "problem:edit", "problem:1")
        uow.looked_at(ORGANIZER, "expert:read", f"expert:{county['person']}")
    with app.unit_of_work() as uow:
        told = personal_data.export(uow, actor(app, own), own)
        text = json.dumps(told, ensure_ascii=False)
        assert "argon2" not in text
        assert [line["action"] for line in told["did"]] == ["problem:edit"]
        assert [line["action"] for line in told["looks_at_own_data"]] == ["account:export", "expert:read"]
        with pytest.raises(Forbidden):
            personal_data.export(uow, ORGANIZER, own)
    with app.reading() as uow:
        assert (
            len(uow.session.scalars(select(AccessLog).where(AccessLog.action == "account:export")).all()) == 1
        )


def test_erasing_takes_the_name_and_leaves_the_record(app, county):
    own = account(app, "enterprise", county["firm"], name="周某某", phone="13812345678", email="z@example.cn")
    admin = actor(app, account(app, "administrator"))
    acted = begin(app, admin, f"account:{own}")
    with app.unit_of_work() as uow:
        uow.record(actor(app, own), "problem:edit", "problem:1", title="题")
        uow.record(actor(app, own), "account:enter", f"account:{own}", address="10.1.2.3")
        uow.record(acted, "problem:edit", "problem:2")
        messages.tell(uow, ORGANIZER, messages.account(uow, own), "account:approved", f"account:{own}")
        messages.tell(uow, actor(app, own), messages.office(uow), "problem:submitted", "problem:1")
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        personal_data.erase(uow, admin, own, "本人申请")
    with app.unit_of_work() as uow:
        account_changes.close(uow, admin, own)
        with pytest.raises(Forbidden):
            personal_data.erase(uow, ORGANIZER, own, "本人申请")
        personal_data.erase(uow, admin, own, "本人申请")
    nobody = f"已注销账号 {own}"
    with app.reading() as uow:
        row = accounts.get(uow, ORGANIZER, own)
        assert (row.name, row.phone, row.email, row.memberships) == (nobody, None, None, [])
        lines = uow.session.scalars(select(History).where(History.account_id == own))
        assert [(line.actor, line.changes) for line in lines] == [(nobody, {"title": "题"}), (nobody, {})]
        assert [row.actor for row in uow.session.scalars(select(Outbox))] == [nobody]
        held = [
            str(dict(row._mapping))
            for table in Base.metadata.sorted_tables
            for row in uow.session.execute(table.select())
        ]
    assert [row for row in held if "周某某" in row or "13812345678" in row or "z@example.cn" in row] == []
    assert any(nobody in row and "problem:2" in row for row in held)
