"""Rows as index documents: what is indexed, and what must never be."""

from __future__ import annotations

import dataclasses

import pytest

from matchmaker.indexing.documents import Part, drafts
from matchmaker.matching.question import PASSAGE_SHARE, TITLE_SHARE
from matchmaker.models import Achievement, ExpertProject, Indicator, Inventorship, Patent
from matchmaker.permissions import readers_by
from tests.support.samples import expert, organization, problem, publication, store


def draft(app, identifier):
    with app.reading() as uow:
        return drafts(uow.session, [identifier])[identifier]


def everything_in(document):
    """All that a reader of the document could see of it, as one text."""
    return repr({field.name: getattr(document, field.name) for field in dataclasses.fields(document)})


def test_a_problem_brings_its_parts_its_firm_and_its_indicators(app):
    row = problem(
        "镀层",
        text="",
        background="背景",
        main_problem="难点",
        goal="目标",
        organization=organization("龙湾纽扣厂", kind="enterprise"),
        indicators=[Indicator(name="盐雾", comparator=">=", target="72", unit="h", current="24")],
        number="2026-01",
        fields=["material"],
        region="330327",
    )
    store(app, row)
    made = draft(app, "problem:1")
    assert made.document.body == "背景\n难点\n盐雾 ≥ 72 h（现值 24）\n目标"
    assert made.document.display == {"number": "2026-01", "organization": "龙湾纽扣厂", "state": "published"}
    assert (made.document.bodies, made.document.fields, made.document.regions) == (
        ("1",),
        ("material",),
        ("330327",),
    )
    whole = "镀层\n背景\n难点\n盐雾 ≥ 72 h（现值 24）\n目标"
    assert made.parts == (
        Part(whole, "query", 1.0),
        Part("镀层", "query", TITLE_SHARE),
        Part(whole, "passage", PASSAGE_SHARE),
    )


def test_an_anonymous_problem_never_names_its_firm(app):
    firm = organization("龙湾纽扣厂", kind="enterprise", address="龙湾路 1 号")
    store(
        app,
        problem(organization=firm, contact_name="张三", contact_phone="13800000000"),
        problem(organization=firm, contact_name="张三", contact_phone="13800000000", visibility="anonymous"),
    )
    named, anonymous = (everything_in(draft(app, f"problem:{number}").document) for number in (1, 2))
    assert "龙湾纽扣厂" in named
    assert [word for word in ("龙湾", "张三", "13800000000") if word in anonymous] == []
    assert [word for word in ("张三", "13800000000") if word in named] == []
    assert draft(app, "problem:2").document.bodies == ()


def test_an_anonymous_achievement_names_neither_owner_nor_leader(app):
    person = expert(organization=organization("临江大学"))
    parts = {"leader": person, "organization": person.organization, "summary": "镀层"}
    store(
        app,
        person,
        Achievement(title="甲", **parts),
        Achievement(title="乙", visibility="anonymous", **parts),
    )
    named, anonymous = draft(app, "achievement:1").document, draft(app, "achievement:2").document
    assert (named.people, named.bodies, named.display["organization"]) == (("expert:1",), ("1",), "临江大学")
    assert (anonymous.people, anonymous.bodies, anonymous.display["organization"]) == ((), (), "")
    profile = draft(app, "expert:1")
    assert ("甲" in profile.document.body, "乙" in profile.document.body) == (True, False)
    assert profile.document.display["works"] == 1


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "withdrawn", "expired"])
def test_a_problem_that_is_not_out_does_not_stand_in_the_index(app, state):
    store(app, problem(state=state))
    assert draft(app, "problem:1") is None


def test_a_draft_and_what_is_gone_do_not_stand_in_the_index(app):
    store(app, expert(visibility="draft"))
    with app.reading() as uow:
        assert drafts(
            uow.session, ["expert:1", "expert:9", "nonsense", "firm:1", "expert:x"]
        ) == dict.fromkeys(["expert:1", "expert:9", "nonsense", "firm:1", "expert:x"])


def test_an_expert_is_his_profile_his_projects_and_his_open_works(app):
    person = expert(
        "林一鸣",
        profile="表面处理",
        directions=["电镀"],
        keywords=["盐雾"],
        email="lin@example.org",
        phone="13900000000",
        projects=[ExpertProject(title="镀液再生", client="某厂", description="减少换液", outcome="节水 30%")],
    )
    patent = Patent(title="一种镀液", abstract="稳定", inventorships=[Inventorship(expert=person)])
    secret = {"visibility": "members", "readers": " office members "}
    store(
        app,
        person,
        publication("旧文", [person], abstract="甲", year=2001),
        publication("新文", [person], abstract="乙", year=2020),
        publication("内部报告", [person], abstract="丙", **secret),
        publication("只对别家", [person], abstract="丁", hidden_from=" org:7 "),
        patent,
    )
    made = draft(app, "expert:1")
    assert made.texts == (
        "电镀\n盐雾\n表面处理\n镀液再生 减少换液 节水 30%",
        "新文\n乙",
        "旧文\n甲",
        "一种镀液\n稳定",
    )
    assert (made.document.keywords, made.document.display["works"], made.document.display["projects"]) == (
        ("电镀", "盐雾"), 3, 1,
    )  # fmt: skip
    shown = everything_in(made.document)
    hidden = ("内部报告", "只对别家", "lin@example.org", "13900000000", "某厂")
    assert [word for word in hidden if word in shown] == []


def test_a_work_names_the_people_and_bodies_behind_it(app):
    school, firm = organization("临江大学"), organization("镀膜公司", kind="enterprise")
    people = [expert("甲", organization=school), expert("乙", organization=school)]
    patent = Patent(title="镀液", organization=firm, inventorships=[Inventorship(expert=people[1])])
    store(app, school, firm, publication("文", people, year=2020, venue="学报"), patent)
    paper, invention = draft(app, "publication:1").document, draft(app, "patent:1").document
    assert (paper.people, paper.bodies, paper.date, paper.display) == (
        ("expert:1", "expert:2"), ("1",), "2020-01-01", {"venue": "学报", "year": 2020},
    )  # fmt: skip
    assert (invention.people, invention.bodies) == (("expert:2",), ("2", "1"))


def test_readers_and_rivals_go_with_the_document(app):
    store(app, problem(readers=f" {' '.join(sorted(readers_by('members', [7])))} ", hidden_from=" org:8 "))
    document = draft(app, "problem:1").document
    assert (document.readers, document.hidden_from) == ({"members", "office", "org:7"}, {"org:8"})


@pytest.mark.parametrize("number", [1, 3])
def test_many_objects_take_as_many_queries_as_one(app, number):
    from sqlalchemy import event

    people = [expert(f"专家 {at}", organization=organization(f"单位 {at}")) for at in range(number)]
    store(app, *(publication(f"文 {at}", people) for at in range(number)))
    asked = []

    def note(_connection, _cursor, statement, *_others):
        if statement.startswith("SELECT"):  # SQLite also tells of BEGIN
            asked.append(statement)

    event.listen(app.database.engine, "before_cursor_execute", note)
    with app.reading() as uow:
        drafts(uow.session, [f"expert:{at + 1}" for at in range(number)])
        on_experts = len(asked)
        drafts(uow.session, [f"publication:{at + 1}" for at in range(number)])
    assert (on_experts, len(asked) - on_experts) == (QUERIES_OF_EXPERTS, QUERIES_OF_PUBLICATIONS)


#: BEGIN and its pragma are not counted by this event.
QUERIES_OF_EXPERTS = 6
QUERIES_OF_PUBLICATIONS = 2
