"""Who is told what: recipients, titles that they may read, inbox, call list."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matchmaker.errors import Forbidden, InvalidInput, NotFound
from matchmaker.models import AccessLog, Delivery, Expert, History, Outbox, Problem, Territory, now
from matchmaker.permissions import ORGANIZER, SYSTEM, VISITOR, Actor
from matchmaker.services import calls, messages, wishes
from matchmaker.services.calls import Outcome
from tests.support.accounts import account, actor
from tests.support.samples import expert, organization, problem, store

SECRET = "绝密词条"


@pytest.fixture
def county(app):
    """A firm with a problem, its town, a university with an expert; numbers by name."""
    firm, town, university = (
        organization("某厂", kind="enterprise"),
        organization("某镇", kind="town"),
        organization("临江大学"),
    )
    numbers = store(app, firm, town, university)
    made = dict(zip(("firm", "town", "university"), numbers, strict=True))
    need = problem(
        f"{SECRET}的难题",
        number="MX-7",
        organization_id=made["firm"],
        contact_name="葛建国",
        contact_phone="13912345601",
        readers=f" office org:{made['firm']} liaison:{made['town']} ",
        visibility="draft",
    )
    person = expert(organization_id=made["university"], phone="13812345678")
    made["problem"], made["expert"] = store(app, need, person)
    with app.unit_of_work() as uow:
        uow.session.add(Territory(organization_id=made["firm"], town_id=made["town"]))
    return made


def told(app, number, helper, kind="problem:published"):
    """Recipients of a helper, and the titles that they were told."""
    with app.unit_of_work() as uow:
        row = uow.session.get(Problem if helper is messages.recipients_for_problem else Expert, number)
        people = helper(uow, row)
        rows = messages.tell(uow, SYSTEM, people, kind, f"problem:{number}", {})
        return [(row.recipient, row.audience, row.title) for row in rows]


def test_without_an_account_the_contact_is_called_and_the_town_is_told(app, county):
    liaison = account(app, "territory_liaison", county["town"], name="镇联络员")
    found = told(app, county["problem"], messages.recipients_for_problem)
    assert found == [
        ("葛建国", "", f"已发布：{SECRET}的难题"),
        ("镇联络员", f"account:{liaison}", f"已发布：{SECRET}的难题"),
    ]
    with app.reading() as uow:
        rows = uow.session.execute(
            select(Outbox.recipient, Outbox.phone, Delivery.channel)
            .join(Delivery.message)
            .order_by(Delivery.id)
        ).all()
    assert [tuple(row) for row in rows] == [("葛建国", "13912345601", "call"), ("镇联络员", "", "call")]


def test_an_account_of_the_firm_is_told_instead(app, county):
    own = account(app, "enterprise", county["firm"], name="厂里的")
    account(app, "enterprise", county["firm"], name="停用的", state="closed")
    account(app, "territory_liaison", county["town"])
    found = told(app, county["problem"], messages.recipients_for_problem)
    assert found == [("厂里的", f"account:{own}", f"已发布：{SECRET}的难题")]


def test_an_expert_is_told_by_account_or_called_with_his_liaison_told(app, county):
    liaison = account(app, "body_liaison", county["university"], name="科技处")
    with app.reading() as uow:
        people = messages.recipients_for_expert(uow, uow.session.get(Expert, county["expert"]))
    assert [(each.name, each.account, each.phone) for each in people] == [
        ("林一鸣", None, "13812345678"),
        ("科技处", liaison, ""),
    ]
    own = account(app, "expert", expert=county["expert"], name="林一鸣")
    with app.reading() as uow:
        people = messages.recipients_for_expert(uow, uow.session.get(Expert, county["expert"]))
    assert [each.account for each in people] == [own]


def test_nobody_learns_a_title_that_he_may_not_read(app, county):
    other = account(app, "expert", name="外人")
    with app.unit_of_work() as uow:
        people = [
            *messages.account(uow, other),
            *messages.recipients_for_expert(uow, uow.session.get(Expert, county["expert"])),
            *messages.office(uow),
        ]
        rows = messages.tell(uow, SYSTEM, people, "problem:published", f"problem:{county['problem']}")
        texts = {row.recipient: row.title + row.text + row.short for row in rows}
    assert {who: SECRET in text for who, text in texts.items()} == {
        "外人": False,
        "林一鸣": False,
        "组织者": True,
    }
    assert "MX-7" in texts["外人"]
    assert not [text for text in texts.values() if "13912345601" in text or "葛建国" in text]


def test_whoever_did_it_is_not_told(app, county):
    own = account(app, "enterprise", county["firm"])
    with app.unit_of_work() as uow:
        doer = actor(app, own)
        rows = messages.tell(uow, doer, messages.account(uow, own), "problem:published", "problem:1")
    assert rows == []


def test_an_inbox_is_ones_own(app, county):
    first, second = account(app, "enterprise"), account(app, "enterprise")
    with app.unit_of_work() as uow:
        (row,) = messages.tell(uow, SYSTEM, messages.account(uow, first), "problem:published", "problem:1")
    one, other = actor(app, first), actor(app, second)
    with app.unit_of_work() as uow:
        assert [messages.unread(uow, who) for who in (one, other, ORGANIZER, VISITOR)] == [1, 0, 0, 0]
        assert messages.inbox(uow, other).rows == []
        with pytest.raises(NotFound):
            messages.get(uow, other, row.id)
        messages.read(uow, one, row.id, now())
        assert messages.unread(uow, one) == 0


def test_the_office_shares_an_inbox_and_each_of_its_people_gets_the_mail(app):
    account(app, "organizer", email="o@example.cn")
    account(app, "administrator", email="a@example.cn")
    account(app, "organizer")
    with app.unit_of_work() as uow:
        (row,) = messages.tell(uow, SYSTEM, messages.office(uow), "problem:submitted", "problem:1")
        assert [each.address for each in row.deliveries] == ["o@example.cn", "a@example.cn"]
        assert messages.unread(uow, ORGANIZER) == 1


def test_nothing_is_told_when_the_change_does_not_happen(app):
    number = account(app, "enterprise", email="a@example.cn")
    with pytest.raises(ZeroDivisionError), app.unit_of_work() as uow:
        messages.tell(uow, SYSTEM, messages.account(uow, number), "problem:published", "problem:1")
        raise ZeroDivisionError
    with app.reading() as uow:
        assert list(uow.session.scalars(select(Outbox))) == []


@pytest.fixture
def ringing(app, county):
    """Two calls: one without account, one of an account."""
    own = account(app, "expert", expert=county["expert"], organization=county["university"], represents=False)
    with app.unit_of_work() as uow:
        contact = messages.recipients_for_problem(uow, uow.session.get(Problem, county["problem"]))
        people = [*contact, *messages.account(uow, own)]
        rows = messages.tell(
            uow, SYSTEM, people, "problem:returned", f"problem:{county['problem']}", {"reasons": "缺指标"}
        )
        return [row.deliveries[-1].id for row in rows]


def due(app, who, days=0):
    with app.reading() as uow:
        return [row.id for row in calls.listing(uow, who, now() + timedelta(days=days), 3).rows]


def test_who_has_no_account_is_called_at_once_the_others_when_they_do_not_react(app, ringing):
    assert due(app, ORGANIZER) == ringing[:1]
    assert due(app, ORGANIZER, days=4) == ringing
    with app.unit_of_work() as uow:
        messages.settle(uow, f"problem:{uow.session.scalar(select(Problem.id))}", ["problem:returned"])
    assert due(app, ORGANIZER, days=4) == []


def test_what_asks_is_called_until_it_is_answered_what_tells_until_it_is_read(app, county):
    own = account(app, "enterprise", county["firm"])
    with app.unit_of_work() as uow:
        people = messages.account(uow, own)
        for kind in ("problem:returned", "problem:published"):
            messages.tell(uow, SYSTEM, people, kind, f"problem:{county['problem']}", {"reasons": "缺指标"})
        messages.read_all(uow, actor(app, own), now())
        asking = uow.session.scalar(select(Delivery.id).order_by(Delivery.id))
    assert due(app, ORGANIZER, days=4) == [asking]


def test_liaisons_call_their_own_people_only(app, county, ringing):
    def liaison(role, body):
        return Actor(role, "联络员", organizations=(body,), liaison_of=(body,), account=99)

    assert due(app, liaison("territory_liaison", county["town"]), 4) == ringing[:1]
    assert due(app, liaison("body_liaison", county["university"]), 4) == ringing[1:]
    assert due(app, liaison("body_liaison", county["firm"] + 77), 4) == []
    with pytest.raises(Forbidden):
        due(app, Actor("enterprise", "某厂", account=5))
    with app.unit_of_work() as uow, pytest.raises(NotFound):
        calls.register(
            uow, liaison("body_liaison", county["university"]), ringing[0], Outcome("reached"), now()
        )


@pytest.mark.parametrize(
    ("outcome", "at_once", "tomorrow"),
    [
        (Outcome("reached"), 0, 0),
        (Outcome("answered"), 0, 0),
        (Outcome("wrong"), 0, 0),
        (Outcome("missed"), 0, 1),
        (Outcome("later", back_on=date(2100, 1, 1)), 0, 0),
    ],
)
def test_what_came_of_a_call(app, ringing, outcome, at_once, tomorrow):
    with app.unit_of_work() as uow:
        calls.register(uow, ORGANIZER, ringing[0], outcome, now())
    assert [ringing[0] in due(app, ORGANIZER), ringing[0] in due(app, ORGANIZER, 2)] == [at_once, tomorrow]
    with app.reading() as uow:
        line = uow.session.scalar(select(History).where(History.action == "call:handled"))
        row = uow.session.get(Delivery, ringing[0])
    assert (line.behalf, line.changes["result"]) == ("葛建国", outcome.result)
    assert (row.handled_by, row.attempts) == ("组织者", 1)


@pytest.mark.parametrize(
    "outcome", [Outcome(""), Outcome("x"), Outcome("later"), Outcome("later", back_on=date(2001, 1, 1))]
)
def test_a_call_without_result_is_not_written_down(app, ringing, outcome):
    with app.unit_of_work() as uow, pytest.raises(InvalidInput):
        calls.register(uow, ORGANIZER, ringing[0], outcome, now())
    assert ringing[0] in due(app, ORGANIZER)


def test_each_look_at_a_number_is_logged(app, ringing):
    with app.unit_of_work() as uow:
        calls.looked_at(uow, ORGANIZER, [1, 2])
    with app.reading() as uow:
        assert [row.subject for row in uow.session.scalars(select(AccessLog))] == ["outbox:1", "outbox:2"]


def test_wishes_are_kept_and_unknown_kinds_are_not(app):
    who = actor(app, account(app, "enterprise"))
    with app.unit_of_work() as uow:
        wishes.choose(
            uow, who, stopped=["watch:found", "nonsense"], quiet_from=20, quiet_until=9, is_digest=True
        )
        wishes.stop(uow, f"account:{who.account}", "nonsense")
        kept = wishes.own(uow, who)
    assert (kept.stopped, kept.quiet_from, kept.quiet_until, kept.is_digest) == ({"watch:found"}, 20, 9, True)
    assert [kept.wants("watch:found"), kept.wants("problem:published")] == [False, True]
