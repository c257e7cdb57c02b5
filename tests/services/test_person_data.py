"""A person's data: everything that is held leaves as one file; erased, nothing tells any more who it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.importing.checking import Checker, match_key
from matchmaker.importing.rows import RawRow
from matchmaker.indexing.documents import drafts
from matchmaker.models import (
    AccessLog,
    Account,
    Achievement,
    Authorship,
    Base,
    Delivery,
    Expert,
    ExpertProject,
    History,
    ImportFault,
    ImportRun,
    Introduction,
    IntroductionEvent,
    IntroductionNote,
    Job,
    Organization,
    Outbox,
    Problem,
    Publication,
    SecretLink,
    Version,
)
from matchmaker.permissions import ORGANIZER, SYSTEM, VISITOR, Actor
from matchmaker.services import person_erasing, person_records, saving, versions
from tests.support.samples import store

NAME, PHONE, EMAIL, PROFILE = "欧阳明远", "13812345678", "ouyang@example.org", "他二十年前发明了独特的镀液"
ADMINISTRATOR = Actor("administrator", "管理员", account=1)
HIMSELF = Actor("expert", NAME, account=2, expert=1)
TELLING = (NAME, PHONE, EMAIL, PROFILE, "0000-0002-1825-0097")


@pytest.fixture
def person(app):
    """An expert of whom much is held, beside another whose data must stay."""
    body = Organization(name="临江大学", kind="university")
    expert = Expert(
        name=NAME, organization=body, department="材料学院", position="教授", fields=["materials"], profile=PROFILE,
        phone=PHONE, email=EMAIL, orcid="0000-0002-1825-0097", directions=["电镀"], key="x01",
        match_key=match_key("expert", {"name": NAME, "institution": "临江大学"}),
        projects=[ExpertProject(title="某厂镀液", client="某厂")], readers=" office org:1 public ",
    )  # fmt: skip
    other = Expert(
        name="林一鸣", organization=body, phone=PHONE, profile="别人的简介", readers=" office public "
    )
    paper = Publication(title="镀液", authorships=[Authorship(expert=expert), Authorship(expert=other)])
    work = Achievement(title="工艺", organization=body, leader=expert, team=f"{NAME}、林一鸣")
    need = Problem(title="镀层", organization=body, contact_name="葛建国", contact_phone=PHONE)
    store(app, body, expert, other, paper, work, need)
    with app.unit_of_work() as uow:
        introduction = Introduction(
            problem_id=1,
            expert_id=1,
            asked_by="demand",
            asker=NAME,
            message=f"请{NAME}老师来看看",
            state="accepted",
        )
        uow.session.add(introduction)
        uow.session.flush()
        uow.session.add_all([
            IntroductionNote(introduction_id=1, side="supply", actor=NAME, text=f"我的电话 {PHONE}"),
            IntroductionEvent(introduction_id=1, step="ask", actor=NAME, behalf=NAME, facts={"words": NAME}),
            Outbox(kind="x", subject="introduction:1", recipient=NAME, phone=PHONE, title=f"致{NAME}", text=PROFILE,
                   deliveries=[Delivery(channel="mail", address=EMAIL)]),
            Outbox(kind="x", subject="problem:1", recipient="林一鸣", phone=PHONE, title="给别人的消息"),
            SecretLink(purpose="contact", subject="expert:1", nonce="n", recipient=NAME, phone=PHONE,
                       answers={"phone": PHONE}, expires_at=datetime(2027, 1, 1)),  # noqa: DTZ001
            ImportRun(filename="a.csv", stored_name="a", kind="expert", columns={}, actor="组织者", state="done"),
        ])  # fmt: skip
        uow.session.flush()
        uow.session.add(ImportFault(run_id=1, row=2, field="", fault="x", remedy="y", rejected=True,
                                    raw={"姓名": NAME, "邮箱": EMAIL}))  # fmt: skip
        versions.keep(uow, ORGANIZER, uow.session.get(Expert, 1))
        uow.record(ORGANIZER, "expert:edit", "expert:1", phone=PHONE)
        uow.looked_at(VISITOR, "expert:read", "expert:1")
    return expert


def everything(app):
    """Every value of every table, as text."""
    with app.reading() as uow:
        return {
            table.name: json.dumps(
                [list(row) for row in uow.session.execute(select(table))], default=str, ensure_ascii=False
            )
            for table in Base.metadata.sorted_tables
        }


def telling(app):
    return {name: [word for word in TELLING if word in text] for name, text in everything(app).items()}


def erased(app, reason="本人要求"):
    with app.unit_of_work() as uow:
        return person_erasing.erase(uow, ADMINISTRATOR, 1, reason)


def collected(app, actor=ADMINISTRATOR):
    with app.unit_of_work() as uow:
        return person_records.collect(uow, actor, 1, made_at=datetime.now(UTC))


def test_everything_that_tells_of_him_leaves_as_one_file(app, person):
    file = collected(app)
    speaking = {name for name, words in telling(app).items() if words}
    assert speaking - set(file["tables"]) == {"import_fault", "problem"}  # the latter is somebody else's
    assert [each["raw"]["姓名"] for each in file["import_reports"]] == [NAME]
    assert file["works"] == [
        {"id": "publication:1", "title": "镀液"}, {"id": "achievement:1", "title": "工艺"}
    ]  # fmt: skip
    assert file["tables"]["expert_project"][0]["title"] == "某厂镀液"
    assert len(file["tables"]["expert"]) == 1
    json.dumps(file)


def test_nothing_of_anybody_else_and_nothing_that_opens_a_door_leaves_with_it(app, person):
    text = json.dumps(collected(app), ensure_ascii=False)
    assert [word for word in ("别人的简介", "给别人的消息", "葛建国", "nonce") if word in text] == []


def test_he_himself_may_have_it_others_not_and_the_look_is_written_down(app, person):
    assert collected(app, HIMSELF)["name"] == NAME
    for actor, fault in (
        (ORGANIZER, Forbidden),
        (VISITOR, Forbidden),
        (Actor("expert", "他", expert=2), Forbidden),
    ):
        with pytest.raises(fault):
            collected(app, actor)
    with app.reading() as uow:
        looks = [row.action for row in uow.session.scalars(select(AccessLog))]
    assert looks == ["expert:read", "person:export"]


def test_after_erasing_nothing_tells_who_he_was(app, person):
    assert sum(map(len, telling(app).values())) > 10
    erased(app)
    left = {name: words for name, words in telling(app).items() if words}
    assert left == {"expert": [PHONE], "outbox": [PHONE], "problem": [PHONE]}  # those of the others
    with app.reading() as uow:
        other = uow.session.get(Expert, 2)
        assert (other.name, other.phone, other.profile) == ("林一鸣", PHONE, "别人的简介")
        assert [row.recipient for row in uow.session.scalars(select(Outbox).order_by(Outbox.id))] == [
            "",
            "林一鸣",
        ]


def test_what_was_done_stays_on_record(app, person):
    erased(app)
    with app.reading() as uow:
        row = uow.session.get(Expert, 1)
        assert (row.name, row.organization_id, row.fields, row.visibility) == (
            "已抹去专家 1", 1, ["materials"], "draft",
        )  # fmt: skip
        lines = [(each.actor, each.action, each.changes) for each in uow.session.scalars(select(History))]
        assert lines == [
            (ORGANIZER.name, "expert:edit", {"erased": True}),
            ("管理员", "person:erase", {"reason": "本人要求"}),
        ]
        introduction = uow.session.scalars(select(Introduction)).one()
        assert (introduction.state, introduction.message, introduction.asker) == (
            "accepted",
            "",
            "已抹去专家 1",
        )
        assert uow.session.scalars(select(IntroductionNote.actor)).all() == ["已抹去专家 1"]
        assert uow.session.scalars(select(Version.snapshot)).all() == [{}]
        assert uow.session.scalars(select(SecretLink)).one().revoked_at is not None
        work = uow.session.get(Achievement, 1)
        assert (work.leader_id, work.team) == (None, "已抹去专家 1、林一鸣")
        assert uow.session.scalars(select(Authorship.expert_id)).all() == [2]


def test_the_index_forgets_him_and_learns_of_his_works(app, person):
    erased(app)
    with app.reading() as uow:
        jobs = sorted((job.kind, job.subject) for job in uow.session.scalars(select(Job)))
        assert jobs == [
            ("index", "achievement:1"), ("index", "expert:1"), ("index", "publication:1"), ("rebuild", "index"),
        ]  # fmt: skip
        assert drafts(uow.session, ["expert:1"]) == {"expert:1": None}


@pytest.mark.parametrize("values", [{"编号": "x01", "姓名": NAME}, {"姓名": NAME}])
def test_a_file_imported_again_does_not_bring_him_back(app, person, values):
    erased(app)
    given = {**values, "单位": "临江大学", "院系": "材料学院", "简介": PROFILE, "电话": PHONE}
    row = Checker("expert").check(RawRow(2, given))
    with app.unit_of_work() as uow:
        (saved,) = saving.save_rows(uow, ORGANIZER, "expert", [row])
    assert (saved.state, str(saved.findings[-1].fault.fault), saved.row.raw) == (
        "rejected",
        "这位专家的个人数据已按要求抹去，未导入",
        {},
    )
    assert NAME not in everything(app)["expert"]


def test_a_paper_imported_later_is_not_linked_to_him(app, person):
    erased(app)
    row = Checker("publication").check(RawRow(2, {"编号": "p9", "题名": "新论文", "作者编号": "x01"}))
    with app.unit_of_work() as uow:
        saving.save_rows(uow, ORGANIZER, "publication", [row])
    with app.reading() as uow:
        assert uow.session.scalars(select(Authorship.expert_id)).all() == [2]


def test_an_open_account_is_closed_first(app, person):
    with app.unit_of_work() as uow:
        uow.session.add(
            Account(name=NAME, phone="13900000000", state="active", roles=["expert"], expert_id=1)
        )
    with pytest.raises(Conflict):
        erased(app)
    with app.unit_of_work() as uow:
        uow.session.scalars(select(Account)).one().state = "closed"
    erased(app)
    with app.reading() as uow:
        assert uow.session.scalars(select(Account.expert_id)).all() == [None]


def test_only_an_administrator_with_a_reason_may(app, person):
    for actor in (ORGANIZER, HIMSELF, VISITOR):
        with pytest.raises(Forbidden), app.unit_of_work() as uow:
            person_erasing.erase(uow, actor, 1, "本人要求")
    with pytest.raises(InvalidInput):
        erased(app, "  ")
    with pytest.raises(NotFound), app.unit_of_work() as uow:
        person_erasing.erase(uow, ADMINISTRATOR, 99, "本人要求")


def test_every_table_that_may_speak_of_a_person_has_a_rule(app, person):
    with app.reading() as uow:
        who = person_records.person(uow.session, SYSTEM, 1, "person:export")
        found = {table.name for table, _condition in person_records.conditions(who)}
    assert found - set(person_erasing.RULES) == set()
    assert set(person_erasing.RULES) - set(Base.metadata.tables) == set()
