"""Accounts: who may see and change whose, what holds from when, names that are one however they are written."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import Account, History, LoginSession, Membership, Outbox, Territory
from matchmaker.permissions import ORGANIZER, SYSTEM, VISITOR, audiences_of
from matchmaker.services import account_changes, accounts, registration, sessions, tokens
from matchmaker.services.account_changes import Person, Standing
from matchmaker.services.accounts import AccountFilter
from tests.support.accounts import account, actor
from tests.support.samples import expert, organization, store


@pytest.fixture
def county(app):
    """Two bodies with a liaison each, a town that cares for the firm, and people in them."""
    university, other, firm, town = store(
        app, organization("甲大学"), organization("乙大学"),
        organization("某厂", kind="enterprise", code="91330000MA00000000"), organization("某镇", kind="government"),
    )  # fmt: skip
    (person,) = store(app, expert(organization_id=university))
    with app.unit_of_work() as uow:
        uow.session.add(Territory(organization_id=firm, town_id=town))
    return {
        "university": university, "other": other, "firm": firm, "town": town, "person": person,
        "liaison": account(app, "body_liaison", university, name="甲联络人"),
        "other_liaison": account(app, "body_liaison", other, name="乙联络人"),
        "towns": account(app, "territory_liaison", town, name="镇联络员"),
        "expert": account(app, "expert", university, expert=person, name="林一鸣"),
        "owner": account(app, "enterprise", firm, name="厂长", phone="13812345678"),
        "broker": account(app, "broker", name="经理人"),
        "organizer": account(app, "organizer", name="组织者甲"),
        "administrator": account(app, "administrator", name="管理员甲"),
    }  # fmt: skip


def seen(app, who):
    with app.reading() as uow:
        return {row.name for row in accounts.listing(uow, who, AccountFilter()).rows}


def test_an_account_is_an_actor_with_its_bodies(app, county):
    liaison = actor(app, county["liaison"])
    assert audiences_of(liaison) == {
        "public", "members", f"account:{county['liaison']}", f"org:{county['university']}",
        f"liaison:{county['university']}",
    }  # fmt: skip
    person = actor(app, county["expert"])
    assert (person.role, person.expert, person.liaison_of) == ("expert", county["person"], ())
    assert actor(app, county["organizer"]).is_office
    both = actor(app, account(app, ("expert", "broker"), name="两者"))
    assert (both.role, both.also) == ("broker", {"expert"})


@pytest.mark.parametrize("state", ["waiting", "closed"])
def test_an_account_that_is_not_active_is_a_visitor(app, state):
    assert actor(app, account(app, "administrator", state=state)) == VISITOR


def test_everybody_sees_the_accounts_that_he_cares_for(app, county):
    assert seen(app, actor(app, county["liaison"])) == {"甲联络人", "林一鸣"}
    assert seen(app, actor(app, county["towns"])) == {"镇联络员", "厂长"}
    assert len(seen(app, ORGANIZER)) == 8
    for nobody in (
        VISITOR,
        actor(app, county["owner"]),
        actor(app, county["expert"]),
        actor(app, county["broker"]),
    ):
        with pytest.raises(Forbidden):
            seen(app, nobody)


def test_an_account_of_others_is_not_found(app, county):
    with app.reading() as uow:
        assert accounts.get(uow, actor(app, county["owner"]), county["owner"]).name == "厂长"
        with pytest.raises(NotFound):
            accounts.get(uow, actor(app, county["liaison"]), county["owner"])
        with pytest.raises(Forbidden):
            accounts.get(uow, actor(app, county["owner"]), county["expert"])


def test_the_list_is_filtered_by_state_role_and_words(app, county):
    account(app, "enterprise", county["firm"], name="新人", state="waiting", applied={"role": "enterprise"})
    with app.reading() as uow:

        def names(**wanted):
            return [row.name for row in accounts.listing(uow, ORGANIZER, AccountFilter(**wanted)).rows]

        assert names(state="waiting") == ["新人"]
        assert names()[0] == "新人"
        assert names(role="broker") == ["经理人"]
        assert names(q="某厂", state="active") == ["厂长"]
        assert names(q="1381234") == ["厂长"]
        assert names(q="%") == []
        assert accounts.waiting(uow, ORGANIZER) == 1


@pytest.mark.parametrize(
    ("who", "whom", "may"),
    [
        ("liaison", "expert", True),
        ("other_liaison", "expert", False),
        ("towns", "owner", True),
        ("towns", "expert", False),
        ("owner", "expert", False),
        ("broker", "expert", False),
        ("organizer", "owner", True),
        ("organizer", "liaison", True),
        ("organizer", "administrator", False),
        ("administrator", "organizer", True),
    ],
)
def test_who_closes_whom(app, county, who, whom, may):
    with app.unit_of_work() as uow:
        if may:
            assert account_changes.close(uow, actor(app, county[who]), county[whom]).state == "closed"
        else:
            with pytest.raises((Forbidden, NotFound)):
                account_changes.close(uow, actor(app, county[who]), county[whom])
            assert uow.session.get_one(Account, county[whom]).state == "active"


def test_a_liaison_changes_nobody_who_belongs_elsewhere_too(app, county):
    both = account(app, "expert", (county["university"], county["other"]), name="双聘")
    office = account(app, ("expert", "organizer"), county["university"], name="兼职")
    liaison = actor(app, county["liaison"])
    assert {"双聘", "兼职"} <= seen(app, liaison)
    for number in (both, office):
        with app.unit_of_work() as uow, pytest.raises(Forbidden):
            account_changes.close(uow, liaison, number)


def test_closing_ends_sessions_and_tokens_at_once(app, county):
    owner = actor(app, county["owner"])
    with app.unit_of_work() as uow:
        row = uow.session.get_one(Account, county["owner"])
        key = sessions.begin(uow, row, device="", address="", at=app.clock())
        _token, text = tokens.create(uow, owner, "程序", ["read"], 30, at=app.clock())
    with app.unit_of_work() as uow:
        account_changes.close(uow, ORGANIZER, county["owner"], "离职")
    with app.reading() as uow:
        assert sessions.find(uow, key, at=app.clock()) is None
        with pytest.raises(Exception, match="令牌无效"):
            tokens.find(uow, text, at=app.clock())
    with app.unit_of_work() as uow:
        assert account_changes.reopen(uow, ORGANIZER, county["owner"]).state == "active"
    with app.reading() as uow:
        assert sessions.find(uow, key, at=app.clock()) is None


def test_the_last_administrator_stays(app, county):
    admin = actor(app, county["administrator"])
    second = account(app, "administrator", name="管理员乙")
    with app.unit_of_work() as uow:
        account_changes.close(uow, admin, second)
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        account_changes.change(uow, SYSTEM, county["administrator"], Standing(["organizer"]))
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        account_changes.close(uow, SYSTEM, county["administrator"])


def test_an_organizer_makes_no_administrator_and_a_liaison_no_organizer(app, county):
    for who, role, body in (("organizer", "administrator", None), ("liaison", "organizer", "university"),
                            ("liaison", "expert", "other"), ("liaison", "broker", "university"), ("towns", "expert", "firm")):  # fmt: skip
        bodies = [county[body]] if body else []
        with app.unit_of_work() as uow, pytest.raises(Forbidden):
            account_changes.create(
                uow, actor(app, county[who]), Person("新", username="xin"), Standing([role], bodies)
            )


def test_names_are_unique_however_they_are_written(app, county):
    for person, field in ((Person("另一人", phone="+86 138-1234-5678"), "phone"), (Person("另一人"), "phone"),
                          (Person("", username="abc"), "name"), (Person("某", phone="123"), "phone")):  # fmt: skip
        with app.unit_of_work() as uow, pytest.raises(InvalidInput) as told:
            account_changes.create(uow, ORGANIZER, person, Standing(["broker"]))
        assert list(told.value.fields) == [field]


def test_roles_hold_from_the_next_request_and_are_told_by_the_history(app, county):
    with app.unit_of_work() as uow:
        account_changes.change(
            uow, ORGANIZER, county["broker"], Standing(["broker", "enterprise"], [county["firm"]])
        )
    changed = actor(app, county["broker"])
    assert (changed.role, changed.also, changed.liaison_of) == ("broker", {"enterprise"}, (county["firm"],))
    with app.reading() as uow:
        line = uow.session.scalars(select(History).where(History.action == "account:change")).one()
    assert line.changes["before"]["roles"] == ["broker"]
    assert line.changes["after"]["roles"] == ["enterprise", "broker"]


def apply(app, **parts):
    wanted = registration.Application(**{"role": "enterprise", "organization": "某厂", **parts})
    with app.unit_of_work() as uow:
        made = registration.apply(
            uow, Person("申请人", phone="13900000001", password_hash="x"), wanted, "10.0.0.1", at=app.clock()
        )
        return made.id


@pytest.mark.parametrize(
    "known",
    [
        {"organization": "某厂"},
        {"organization": " 某厂 "},
        {"organization": "x", "code": "91330000ma00000000"},
    ],
)
def test_an_application_finds_its_body_by_name_or_code(app, county, known):
    number = apply(app, **known)
    assert actor(app, number) == VISITOR
    assert "申请人" in seen(app, actor(app, county["towns"]))
    assert "申请人" not in seen(app, actor(app, county["liaison"]))
    with app.unit_of_work() as uow:
        account_changes.approve(
            uow, actor(app, county["towns"]), number, Standing(["enterprise"], [county["firm"]])
        )
    approved = actor(app, number)
    assert (approved.role, approved.liaison_of) == ("enterprise", (county["firm"],))
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        account_changes.approve(uow, ORGANIZER, number, Standing(["enterprise"], [county["firm"]]))


def test_an_application_tells_the_office_and_its_answer_tells_the_applicant(app, county):
    number = apply(app)
    with app.unit_of_work() as uow:
        account_changes.approve(uow, ORGANIZER, number, Standing(["enterprise"], [county["firm"]]))
        told = {(row.kind, row.audience) for row in uow.session.scalars(select(Outbox))}
    assert told >= {("account:applied", "office"), ("account:approved", f"account:{number}")}


def test_a_body_that_is_not_here_comes_with_the_approval(app, county):
    number = apply(app, organization="新来的有限公司")
    with app.reading() as uow:
        assert uow.session.scalars(select(Membership).where(Membership.account_id == number)).all() == []
    with app.unit_of_work() as uow, pytest.raises(InvalidInput):
        account_changes.approve(uow, ORGANIZER, number, Standing(["enterprise"]))
    with app.unit_of_work() as uow:
        account_changes.approve(uow, ORGANIZER, number, Standing(["enterprise"]), "新来的有限公司")
    with app.reading() as uow:
        (body,) = accounts.get(uow, ORGANIZER, number).memberships
        assert (body.organization.name, body.organization.kind, body.represents) == (
            "新来的有限公司",
            "enterprise",
            True,
        )


@pytest.mark.parametrize("role", ["organizer", "administrator", "system", "visitor", ""])
def test_nobody_applies_for_the_office(app, role):
    with pytest.raises(InvalidInput) as told:
        apply(app, role=role)
    assert list(told.value.fields) == ["role"]


def test_sessions_end_by_themselves_and_one_by_one(app, county):
    owner = actor(app, county["owner"])
    at = app.clock()
    with app.unit_of_work() as uow:
        row = uow.session.get_one(Account, county["owner"])
        one, two = (sessions.begin(uow, row, device=name, address="", at=at) for name in ("甲", "乙"))
        assert [each.device for each in sessions.listing(uow, owner, row)] != []
    with app.unit_of_work() as uow:
        number = uow.session.scalars(select(LoginSession.id).where(LoginSession.device == "甲")).one()
        with pytest.raises(NotFound):
            sessions.end(uow, actor(app, county["expert"]), number)
        sessions.end(uow, owner, number)
    with app.reading() as uow:
        assert sessions.find(uow, one, at=at) is None
        assert sessions.find(uow, two, at=at) is not None
        assert sessions.find(uow, two, at=at + sessions.IDLE + sessions.SEEN_EVERY) is None
        assert sessions.find(uow, "", at=at) is None
        assert sessions.find(uow, "\ud800", at=at) is None
