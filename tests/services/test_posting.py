"""Posting: from first words to the reviewer's desk, by whom, and what stops it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.importing.checking import CheckedRow
from matchmaker.models import Account, History, Job, Organization, Problem, ProblemBody, Territory, Version
from matchmaker.permissions import ORGANIZER, VISITOR, Actor
from matchmaker.services import posting, problems, reviewing, versions, visibility
from matchmaker.services.saving import save_rows
from matchmaker.services.versions import StaleForm
from tests.support.samples import expert, organization, problem, store

AT = datetime.fromisoformat("2026-03-05T02:00")
SHORT = {
    "title": "镀层变色",
    "text": "纽扣镀层在盐雾中 24 小时后变色，希望达到 96 小时。",
    "contact_phone": "13912345601",
    "organization": "晶彩钮扣有限公司",
}


def firm_of(number, name="王工", account=3):
    return Actor("enterprise", name, organizations=(number,), liaison_of=(number,), account=account)


@pytest.fixture
def firm(app):
    return store(app, organization("晶彩钮扣有限公司", kind="enterprise"))[0]


def post(app, actor=VISITOR, **values):
    with app.unit_of_work() as uow:
        return posting.post(uow, actor, SHORT | values, declared=True, at=AT).id


def draft(app, actor, **values):
    with app.unit_of_work() as uow:
        return posting.create(uow, actor, SHORT | values).id


def edit(app, actor, number, revision=None, *, declared=False, **values):
    with app.unit_of_work() as uow:
        return posting.edit(uow, actor, number, values, revision=revision, at=AT, declared=declared)


def row_of(app, number):
    with app.reading() as uow:
        row = uow.session.get(Problem, number)
        row.organization, row.bodies, row.indicators  # noqa: B018 - loaded while it can be
        return row


def state(app, number, value):
    with app.unit_of_work() as uow:
        uow.session.get(Problem, number).state = value


def test_a_visitor_posts_with_a_name_a_paragraph_and_a_telephone(app):
    number = post(app)
    row = row_of(app, number)
    assert (row.state, row.number, row.submitted_at, row.declared_at) == ("submitted", "2026-0001", AT, AT)
    assert (row.organization.name, row.organization.visibility) == ("晶彩钮扣有限公司", "draft")
    with app.reading() as uow:
        with pytest.raises(NotFound):
            problems.get(uow, VISITOR, number)
        assert problems.get(uow, ORGANIZER, number).title == "镀层变色"
        jobs = set(uow.session.scalars(select(Job.subject).where(Job.kind == "index")))
        actions = list(
            uow.session.scalars(select(History.action).where(History.subject == f"problem:{number}"))
        )
    assert jobs == {f"problem:{number}"}
    assert actions == ["problem:create", "problem:submit"]


def test_the_office_closes_the_door_to_visitors(app):
    with app.unit_of_work() as uow, pytest.raises(Forbidden):
        posting.post(uow, VISITOR, SHORT, declared=True, at=AT, open_to_visitors=False)
    with app.unit_of_work() as uow:
        posting.post(uow, firm_of(1), SHORT, declared=True, at=AT, open_to_visitors=False)


def test_one_telephone_cannot_fill_the_queue(app):
    for number in range(posting.MOST_WAITING):
        post(app, title=f"难题 {number}")
    with pytest.raises(Conflict):
        post(app)
    post(app, contact_phone="13700001111")


@pytest.mark.parametrize(
    ("values", "declared", "fields"),
    [
        ({}, False, {"declared"}),
        ({"title": " "}, True, {"title"}),
        ({"text": "镀层变色"}, True, {"text"}),
        ({"contact_phone": ""}, True, {"contact_phone"}),
        (
            {"title": "", "text": "", "contact_phone": ""},
            False,
            {"title", "text", "contact_phone", "declared"},
        ),
    ],
)
def test_what_lacks_is_told_at_once_and_nothing_is_stored(app, values, declared, fields):
    with pytest.raises(InvalidInput) as told, app.unit_of_work() as uow:
        posting.post(uow, VISITOR, SHORT | values, declared=declared, at=AT)
    assert set(told.value.fields) == fields
    with app.reading() as uow:
        assert uow.session.scalars(select(Problem)).all() == []


@pytest.mark.parametrize("name", ["title", "text", "tried", "keywords", "indicators", "official"])
def test_a_mark_of_classification_stops_it_before_the_database(app, name, firm):
    marked = {
        "keywords": ["秘密★10年"],
        "indicators": [{"name": "机密级"}],
        "official": {"partners": "绝密★长期"},
    }
    value = marked.get(name, "本项目 机密★20年")
    with pytest.raises(InvalidInput) as told:
        draft(app, firm_of(firm), **{name: value})
    assert set(told.value.fields) == {name}
    number = draft(app, firm_of(firm), text="涉及商业秘密的部分面谈，不含国家秘密，签保密协议。")
    with pytest.raises(InvalidInput):
        edit(app, firm_of(firm), number, **{name: value})
    with app.reading() as uow:
        stored = " ".join(str(each.snapshot) for each in uow.session.scalars(select(Version)))
    assert "★" not in stored


def test_an_old_row_with_a_mark_cannot_be_submitted(app, firm):
    number = store(app, problem("旧", text="秘密★10年 镀层在盐雾中变色", organization_id=firm, state="draft",
                                contact_phone="13912345601", readers=f" office org:{firm} "))[0]  # fmt: skip
    with pytest.raises(InvalidInput) as told, app.unit_of_work() as uow:
        posting.submit(uow, firm_of(firm), number, declared=True, at=AT)
    assert set(told.value.fields) == {"text"}


def test_a_draft_is_kept_step_by_step_and_each_step_is_a_version(app, firm):
    actor = firm_of(firm)
    number = draft(app, actor)
    edit(app, actor, number, 1, tried="换过两家药水")
    edit(
        app, actor, number, 2, indicators=[{"name": "盐雾", "target": "96", "unit": "h", "comparator": ">="}]
    )
    edit(
        app, actor, number, 3, indicators=[{"name": "盐雾", "target": "96", "unit": "h", "comparator": ">="}]
    )
    row = row_of(app, number)
    assert (row.state, row.revision, row.number, row.tried) == ("draft", 3, "", "换过两家药水")
    assert [(each.name, each.target, each.required) for each in row.indicators] == [("盐雾", "96", True)]


def test_two_people_edit_one_problem_the_second_gets_both_versions(app, firm):
    one, other = firm_of(firm), firm_of(firm, "李工", 4)
    number = draft(app, one)
    edit(app, other, number, 1, title="李工的名称")
    with pytest.raises(StaleForm, match="李工") as stale:
        edit(app, one, number, 1, title="王工的名称")
    assert (stale.value.theirs["title"], stale.value.base["title"]) == ("李工的名称", "镀层变色")
    edit(app, one, number, 2, title="王工的名称")
    assert row_of(app, number).title == "王工的名称"


def test_two_at_the_same_moment_one_of_them_is_told(app, firm):
    number = draft(app, firm_of(firm))

    def save(name):
        try:
            edit(app, firm_of(firm, name), number, 1, title=name)
        except Conflict:
            return "told"
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, ["甲的名称", "乙的名称"])) == ["saved", "told"]


def test_numbers_are_given_once_whoever_submits_at_the_same_time(app):
    store(app, problem("导入的", number="2026-0007"))
    with ThreadPoolExecutor(6) as pool:
        numbers = list(
            pool.map(lambda at: post(app, title=f"难题{at}", contact_phone=f"1390000{at:04}"), range(24))
        )
    given = sorted(row_of(app, number).number for number in numbers)
    assert given == [f"2026-{number:04}" for number in range(8, 32)]


def test_a_number_stays_through_recall_and_is_not_given_again(app, firm):
    actor = firm_of(firm)
    number = post(app, actor)
    with app.unit_of_work() as uow:
        posting.recall(uow, actor, number)
    assert (row_of(app, number).state, row_of(app, number).number) == ("draft", "2026-0001")
    with app.unit_of_work() as uow:
        uow.session.delete(uow.session.get(Problem, number))
    assert row_of(app, post(app)).number == "2026-0002"


def test_an_owners_change_of_what_is_published_leads_back_to_review(app, firm):
    actor = firm_of(firm)
    number = post(app, actor)
    state(app, number, "published")
    with pytest.raises(InvalidInput) as told:
        edit(app, actor, number, title="新名称")
    assert set(told.value.fields) == {"declared"}
    edit(app, actor, number, declared=True, title="新名称")
    row = row_of(app, number)
    assert (row.state, row.title, " public " in row.readers) == ("submitted", "新名称", False)
    state(app, number, "published")
    edit(app, ORGANIZER, number, title="更正的名称")
    assert row_of(app, number).state == "published"


def test_the_offices_change_that_names_an_anonymous_firm_is_reviewed_too(app, firm):
    number = post(app, firm_of(firm), visibility="anonymous")
    state(app, number, "published")
    edit(app, ORGANIZER, number, declared=True, title="晶彩钮扣的镀层变色")
    assert row_of(app, number).state == "submitted"


def test_strangers_neither_see_nor_edit(app, firm):
    number = draft(app, firm_of(firm))
    for stranger in (VISITOR, firm_of(firm + 50, account=9)):
        with pytest.raises(NotFound):
            edit(app, stranger, number, title="改")
    with app.unit_of_work() as uow:
        uow.session.get(Problem, number).state = "published"
        uow.session.get(Problem, number).readers = " public office "
    with pytest.raises(Forbidden):
        edit(app, firm_of(firm + 50, account=9), number, title="改")


def test_a_member_of_the_firm_who_does_not_answer_for_it_reads_the_draft_only(app, firm):
    number = draft(app, firm_of(firm))
    member = Actor("enterprise", "同事", organizations=(firm,), account=8)
    with app.reading() as uow:
        assert problems.get(uow, member, number).title == "镀层变色"
    with pytest.raises(Forbidden):
        edit(app, member, number, title="改")


def test_the_towns_liaison_fills_forms_for_its_firms_and_history_says_so(app, firm):
    town = store(app, organization("城关镇", kind="government"))[0]
    with app.unit_of_work() as uow:
        uow.session.add(Territory(organization_id=firm, town_id=town))
    liaison = Actor("territory_liaison", "镇联络员", liaison_of=(town,), account=5)
    number = draft(app, firm_of(firm))
    assert f" liaison:{town} " in row_of(app, number).readers
    edit(app, liaison, number, tried="试过三种药水")
    made = draft(app, liaison, organization="新开的钮扣厂")
    with app.reading() as uow:
        who = [
            (each.actor, each.account_id, each.behalf)
            for each in uow.session.scalars(
                select(History).where(
                    History.subject == f"problem:{number}", History.action == "problem:edit"
                )
            )
        ]
        new = uow.session.get(Problem, made).organization_id
        assert uow.session.get(Territory, new).town_id == town
    assert who == [("镇联络员", 5, "晶彩钮扣有限公司")]


def test_rivals_do_not_see_it_even_when_it_is_published(app, firm):
    actor = firm_of(firm)
    number = post(app, actor, rivals=["宏达钮扣有限公司"], participants=["鸿运钮扣厂"], visibility="public")
    with app.reading() as uow:
        by_role = {
            body.role: uow.session.get(Organization, body.organization_id).id
            for body in uow.session.scalars(select(ProblemBody))
        }
    with app.unit_of_work() as uow:
        row = uow.session.get(Problem, number)
        row.state = "published"
        visibility.refresh(uow, row)
    rival, participant = firm_of(by_role["rival"], account=7), firm_of(by_role["participant"], account=8)
    other = firm_of(firm + 90, account=9)

    def sees(who):
        with app.reading() as uow:
            try:
                problems.get(uow, who, number)
            except NotFound:
                return False
            return True

    assert [sees(each) for each in (actor, participant, other, rival, VISITOR, ORGANIZER)] == [
        True, True, True, False, False, True,
    ]  # fmt: skip
    with pytest.raises(InvalidInput) as told:
        edit(app, actor, number, declared=True, rivals=["晶彩钮扣有限公司"])
    assert set(told.value.fields) == {"rivals"}


def test_invited_bodies_read_it_once_it_is_published(app, firm):
    number = post(app, firm_of(firm), visibility="invited", invited=["临江大学"])
    with app.reading() as uow:
        invited = uow.session.scalars(select(ProblemBody.organization_id)).one()
    guest = Actor("body_liaison", "科技处", liaison_of=(invited,), account=6)
    with app.reading() as uow, pytest.raises(NotFound):
        problems.get(uow, guest, number)
    with app.unit_of_work() as uow:
        reviewing.publish(uow, ORGANIZER, number, at=AT, expires_on=AT.date().replace(year=2027))
    with app.reading() as uow:
        assert problems.get(uow, guest, number).state == "published"
        with pytest.raises(NotFound):
            problems.get(uow, firm_of(firm + 90, account=9), number)


def test_an_older_version_comes_back_as_a_new_one(app, firm):
    actor = firm_of(firm)
    number = draft(app, actor)
    edit(app, actor, number, 1, title="第二版", indicators=[{"name": "盐雾", "target": "96"}])
    with app.unit_of_work() as uow:
        posting.restore(uow, actor, number, 1, revision=2, at=AT)
    row = row_of(app, number)
    assert (row.title, row.indicators, row.revision, row.state) == ("镀层变色", [], 3, "draft")
    with app.reading() as uow:
        assert [each.number for each in versions.listing(uow, f"problem:{number}")] == [3, 2, 1]
    with pytest.raises(NotFound), app.unit_of_work() as uow:
        posting.restore(uow, actor, number, 9, revision=3, at=AT)


def test_an_expert_of_a_rival_does_not_see_it_either(app, firm):
    rival = store(app, organization("宏达钮扣有限公司", kind="enterprise"))[0]
    person = store(app, expert("章工", organization_id=rival))[0]
    with app.unit_of_work() as uow:
        uow.session.add(Account(name="章工", roles=["expert"], expert_id=person, state="active"))
    number = post(app, firm_of(firm), rivals=["宏达钮扣有限公司"], visibility="members")
    with app.unit_of_work() as uow:
        reviewing.publish(uow, ORGANIZER, number, at=AT, expires_on=AT.date().replace(year=2027))
    spy, other = (Actor("expert", "某", account=30 + each, expert=each) for each in (person, person + 1))
    with app.reading() as uow:
        assert problems.get(uow, other, number).title == "镀层变色"
        with pytest.raises(NotFound):
            problems.get(uow, spy, number)


def test_an_import_of_the_same_problem_opens_it_to_nobody(app, firm):
    number = post(app, firm_of(firm), rivals=["宏达钮扣有限公司"])
    with app.unit_of_work() as uow:
        reviewing.publish(uow, ORGANIZER, number, at=AT, expires_on=AT.date().replace(year=2027))
    before = row_of(app, number)
    values = {
        "title": "镀层变色",
        "text": "新的说明",
        "visibility": "public",
    }
    with app.unit_of_work() as uow:
        uow.session.get(Problem, number).key = "P-1"
    with app.unit_of_work() as uow:
        saved = save_rows(uow, ORGANIZER, "problem", [CheckedRow(1, {**values, "key": "P-1"})])
        assert [each.state for each in saved] == ["updated"]
    after = row_of(app, number)
    assert (after.text, set(after.readers.split()), after.hidden_from) == (
        "新的说明",
        set(before.readers.split()),
        before.hidden_from,
    )
    assert " public " not in after.readers
