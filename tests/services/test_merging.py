"""Duplicates found, told apart, merged with everything that belongs to them, and made two again exactly."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import (
    Achievement,
    Authorship,
    Base,
    Expert,
    ExpertProject,
    History,
    Introduction,
    Inventorship,
    Job,
    Merge,
    Organization,
    Patent,
    Publication,
    Territory,
)
from matchmaker.permissions import ORGANIZER, VISITOR
from matchmaker.services import duplicates, merging, profiles, purging, spellings, unmerging
from matchmaker.services.merged import kept as kept_of
from tests.support.accounts import account, actor
from tests.support.imports import jsonl, load
from tests.support.samples import expert, organization, problem, publication, store
from tests.support.site import counted

DAY = date(2026, 11, 23)
NOW = datetime.fromisoformat("2026-11-23T08:00")
#: Tables that only grow, and columns that follow from others or from the time.
GROWING = {"merge", "history", "version", "job", "distinction", "access_log", "counter"}
FOLLOWING = {"index_version", "updated_at", "revision"}


def everything(app):
    """Every row of every table that says something, without what follows from the time."""
    with app.reading() as uow:
        return {
            table.name: sorted(
                str({name: value for name, value in row.items() if name not in FOLLOWING})
                for row in uow.session.execute(select(table)).mappings()
            )
            for table in Base.metadata.sorted_tables
            if table.name not in GROWING
        }


def merge(app, kind, kept, gone, who=ORGANIZER, **choices):
    with app.unit_of_work() as uow:
        return merging.merge(uow, who, kind, kept, gone, choices, today=DAY).id


def undo(app, number, who=ORGANIZER, **options):
    with app.unit_of_work() as uow:
        unmerging.undo(uow, who, number, now=NOW, **options)


def found(app, kind="expert", who=ORGANIZER, of=None):
    with app.reading() as uow:
        return [
            (pair.first.name, pair.second.name, pair.verdict)
            for pair in duplicates.pairs(uow, who, kind, of=of)
        ]


@pytest.fixture
def two(app):
    """One person twice, each record with works, experience, contacts, an account and confirmations of its own."""
    body = organization()
    first = expert(
        "张国荣", organization=body, department="材料学院", directions=["电镀", "腐蚀"], keywords=["镀层"],
        confirmed=["position"], position="教授", fields=["materials"],
    )  # fmt: skip
    second = expert(
        "張國榮 教授", organization=body, profile="做过三十家企业的电镀线改造，擅长锌镍合金。", directions=["电镀", "盐雾"],
        phone="13812345678", confirmed=["phone", "department"], department="材料学院", verified_on=DAY, key="E2",
        match_key="x", visibility="members", readers=" members office org:1 ",
    )  # fmt: skip
    first.projects = [ExpertProject(title="甲厂", position=0)]
    second.projects = [
        ExpertProject(title="乙厂", position=0, kind="visit"),
        ExpertProject(title="丙厂", position=1),
    ]
    friend = expert("周远", organization=body)
    shared = publication("共同的论文", authors=[first, friend])
    own = publication("第二人的论文", authors=[friend, second])
    both = publication("重复署名", authors=[first, second])
    patent = Patent(title="镀液", inventorships=[Inventorship(expert=second)])
    led = Achievement(title="无氰镀层", organization=body, leader=second)
    need = problem("镀层", organization=organization("某厂", kind="enterprise"))
    store(app, body, first, second, friend, shared, own, both, patent, led, need)
    store(app, Introduction(problem_id=need.id, expert_id=second.id, asked_by="demand"))
    account(app, "expert", body.id, expert=second.id, name="张国荣")
    return first.id, second.id


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("张国荣", "張國榮", True),
        ("张国荣", "张 国 荣 教授", True),
        ("ＺＨＡＮＧ　Ｇｕｏｒｏｎｇ", "张国荣", True),
        ("Guo-rong Zhang", "张国荣", True),
        ("Prof. Zhang, Guorong", "Guorong Zhang", True),
        ("张国荣", "张国容", False),
        ("王伟", "王威", False),
        ("欧阳明远", "欧阳明", False),
    ],
)
def test_two_spellings_of_a_name(first, second, same):
    assert spellings.same_person_name(first, second) is same


def test_namesakes_are_told_apart_by_what_speaks_against_them(app):
    one, other = organization("临江大学"), organization("滨海大学")
    people = [
        expert("王明", organization=one, fields=["materials"], directions=["电镀"]),
        expert("王明", organization=other, fields=["agriculture"], directions=["水产"]),
        expert("王明 副教授", organization=one, fields=["materials"], directions=["电镀"]),
    ]
    store(app, one, other, *people)
    assert found(app) == [("王明", "王明 副教授", "likely")]
    assert sorted(
        (*sorted((first, second)), verdict) for first, second, verdict in found(app, of=people[1].id)
    ) == [
        ("王明", "王明", "different"),
        ("王明", "王明 副教授", "different"),
    ]
    with app.reading() as uow:
        pair = duplicates.compare(uow, "expert", *(uow.session.get(Expert, people[n].id) for n in (0, 1)))
        assert [str(sign.what) for sign in pair.signs if sign.weight < 0] == [
            "单位不同：临江大学、滨海大学",
            "技术领域没有相同的",
        ]


def test_somebody_who_moved_is_known_by_his_coworkers_and_his_orcid(app):
    one, other = organization("临江大学"), organization("滨海大学")
    first, second = expert("李强", organization=one), expert("李强", organization=other)
    friends = [expert(f"友{n}") for n in range(2)]
    works = [publication(f"甲{n}", authors=[first, friends[n]]) for n in range(2)]
    works += [publication(f"乙{n}", authors=[second, friends[n]]) for n in range(2)]
    store(app, one, other, first, second, *friends, *works)
    assert found(app) == [("李强", "李强", "unclear")]
    with app.unit_of_work() as uow:
        for number in (first.id, second.id):
            uow.session.get_one(Expert, number).orcid = "0000-0002-1825-0097"
    assert found(app) == [("李强", "李强", "likely")]


def test_two_on_one_paper_are_two(app):
    body = organization()
    first, second = expert("陈伟", organization=body), expert("陈伟", organization=body)
    store(app, body, first, second, publication(authors=[first, second]))
    assert found(app) == []


def test_bodies_spelt_in_two_ways_but_neither_branches_nor_neighbours(app):
    names = [
        "浙江大学", "渐江大学", "浙江大学台州研究院", "河南大学", "湖南大学", "第一人民医院", "第二人民医院",
        "晶彩钮扣有限责任公司", "晶彩钮扣有限公司",
    ]  # fmt: skip
    store(app, *(organization(name, kind="other") for name in names))
    assert [(first, second) for first, second, _verdict in found(app, "organization")] == [
        ("晶彩钮扣有限责任公司", "晶彩钮扣有限公司"),
        ("浙江大学", "渐江大学"),
    ]


def test_what_somebody_found_to_be_two_is_not_proposed_again(app, two):
    assert [pair[2] for pair in found(app)] == ["unclear"]
    with app.unit_of_work() as uow:
        merging.distinguish(uow, ORGANIZER, "expert", two[1], two[0], "问过本人")
    assert found(app) == found(app, of=two[0]) == []


def test_the_preview_proposes_confirmed_then_fuller_values(app, two):
    with app.reading() as uow:
        told = merging.preview(uow, ORGANIZER, "expert", *two)
    assert {option.name: (option.choice, option.confirmed) for option in told.options} == {
        "name": ("first", ""),
        "profile": ("second", ""),
        "phone": ("second", "second"),
        "directions": ("both", ""),
        "projects": ("both", ""),
        "visibility": ("first", ""),
    }
    assert told.moves == {
        "authorship": 2, "inventorship": 1, "achievement": 1, "expert_project": 2, "introduction": 1, "account": 1,
    }  # fmt: skip


def test_a_merge_moves_everything_and_undoing_it_brings_back_exactly_what_was(app, two):
    kept, gone = two
    before = everything(app)
    number = merge(app, "expert", kept, gone)
    with app.reading() as uow:
        row = profiles.get(uow, ORGANIZER, "expert", kept)
        assert (row.name, row.directions, row.phone) == ("张国荣", ["电镀", "腐蚀", "盐雾"], "13812345678")
        assert [each.title for each in row.projects] == ["甲厂", "乙厂", "丙厂"]
        assert row.confirmed == ["department", "phone", "position"]
        assert row.verified_on == DAY
        assert uow.session.get(Expert, gone) is None
        assert {link.publication.title for link in row.authorships} == {
            "共同的论文",
            "第二人的论文",
            "重复署名",
        }
        assert uow.session.query(Authorship).count() == 5
        assert {each.expert_id for each in uow.session.query(Introduction)} == {kept}
        assert kept_of(uow, "expert", gone) == kept
        jobs = {job.subject: job.payload for job in uow.session.query(Job).filter_by(kind="index")}
    assert jobs[f"expert:{gone}"] == {"version": 2}
    assert {f"expert:{kept}", "patent:1", "achievement:1"} <= set(jobs)
    undo(app, number)
    assert everything(app) == before
    with app.reading() as uow:
        assert kept_of(uow, "expert", gone) is None
        assert uow.session.get_one(Expert, gone).index_version > 2
        assert [each.action for each in uow.session.query(History).order_by(History.id)] == [
            "expert:merge", "expert:distinguish", "expert:unmerge",
        ]  # fmt: skip
    assert found(app) == []
    with pytest.raises(Conflict):
        undo(app, number)


def test_every_choice_can_be_the_other_one(app, two):
    kept, gone = two
    before = everything(app)
    number = merge(
        app, "expert", kept, gone, name="second", profile="first", directions="second", projects="second"
    )
    with app.reading() as uow:
        row = profiles.get(uow, ORGANIZER, "expert", kept)
        assert (row.name, row.directions) == ("張國榮 教授", ["电镀", "盐雾"])
        assert [each.title for each in row.projects] == ["乙厂", "丙厂"]
    undo(app, number)
    assert everything(app) == before
    with pytest.raises(InvalidInput):
        merge(app, "expert", kept, gone, name="both")


def test_a_later_change_is_told_and_can_be_kept(app, two):
    kept, gone = two
    number = merge(app, "expert", kept, gone)
    with app.unit_of_work() as uow:
        profiles.save(
            uow,
            ORGANIZER,
            "expert",
            kept,
            "work",
            {"services": "新的服务", "directions": "改过的"},
            revision=None,
            today=DAY,
        )
        own = uow.session.query(Publication).filter_by(title="第二人的论文").one()
        uow.session.query(Authorship).filter_by(expert_id=kept, publication_id=own.id).delete()
    with pytest.raises(Conflict) as told:
        undo(app, number)
    assert "研究方向" in str(told.value)
    assert "authorship" in str(told.value)
    undo(app, number, keep_changes=True)
    with app.reading() as uow:
        first, second = (profiles.get(uow, ORGANIZER, "expert", each) for each in two)
        assert (first.directions, first.services, first.phone) == (["改过的"], "新的服务", "")
        assert (second.directions, second.phone, second.key) == (["电镀", "盐雾"], "13812345678", "E2")
        assert [each.title for each in second.projects] == ["乙厂", "丙厂"]


def test_a_kept_record_that_was_merged_on_is_undone_in_turn(app, two):
    third = store(app, expert("张国荣", organization_id=1, department="材料学院"))[0]
    first = merge(app, "expert", two[0], two[1])
    second = merge(app, "expert", third, two[0])
    with app.reading() as uow:
        assert kept_of(uow, "expert", two[1]) == third
    with pytest.raises(Conflict, match="不能撤销"):
        undo(app, first)
    undo(app, second)
    undo(app, first)
    with app.reading() as uow:
        assert uow.session.query(Expert).filter_by(name="张国荣").count() == 2


def test_two_open_introductions_to_one_problem_stop_a_merge(app, two):
    store(app, Introduction(problem_id=1, expert_id=two[0], asked_by="demand"))
    with pytest.raises(Conflict, match="引荐"):
        merge(app, "expert", *two)


def test_an_import_of_the_gone_one_finds_the_kept_one(app, two, tmp_path):
    merge(app, "expert", *two)
    load(
        app,
        jsonl(
            tmp_path / "a.jsonl", {"id": "E2", "name": "張國榮", "institution": "临江大学", "travel": "省内"}
        ),
        "expert",
    )
    with app.reading() as uow:
        assert uow.session.get_one(Expert, two[0]).travel == "省内"
        assert uow.session.query(Expert).count() == 2


def test_who_may(app, two):
    liaison = actor(app, account(app, "body_liaison", 1))
    stranger = actor(app, account(app, "body_liaison", store(app, organization("他校"))[0]))
    assert found(app, who=stranger) == []
    with pytest.raises(Forbidden):
        merge(app, "expert", *two, who=stranger)
    with pytest.raises(NotFound):
        merge(app, "expert", *two, who=VISITOR)
    number = merge(app, "expert", *two, who=liaison)
    with pytest.raises(Forbidden):
        undo(app, number, who=stranger)
    undo(app, number, who=liaison)
    with pytest.raises(InvalidInput):
        merge(app, "expert", two[0], two[0])


def test_bodies_are_merged_with_their_readers_members_and_towns(app):
    town, one, other = store(
        app, organization("澄溪镇", kind="government"), organization("浙江大学"), organization("渐江大学")
    )
    store(
        app,
        expert("甲", organization_id=other),
        problem(
            "难题",
            organization_id=other,
            readers=f" members office org:{other} ",
            hidden_from=f" liaison:{other} org:{other} ",
        ),
    )
    with app.unit_of_work() as uow:
        uow.session.add(Territory(organization_id=other, town_id=town))
    member = account(app, "body_liaison", (one, other))
    before = everything(app)
    number = merge(app, "organization", one, other)
    with app.reading() as uow:
        assert uow.session.get(Organization, other) is None
        assert uow.session.query(Expert).one().organization_id == one
        row = uow.session.execute(select(Base.metadata.tables["problem"])).mappings().one()
        assert (row["readers"], row["hidden_from"]) == (
            f" members office org:{one} ",
            f" liaison:{one} org:{one} ",
        )
        assert f" liaison:{town} " in uow.session.get_one(Organization, one).readers
    assert actor(app, member).liaison_of == (one,)
    undo(app, number)
    assert everything(app) == before


def test_what_a_merge_keeps_can_be_forgotten(app, two):
    merge(app, "expert", *two)
    with app.unit_of_work() as uow:
        merging.forget(uow, f"expert:{two[0]}")
    with app.reading() as uow:
        assert uow.session.query(Merge).count() == 0


def test_the_cost_does_not_grow_with_the_number_of_records(app):
    body = organization()
    store(app, body, *(expert(f"某{n}", organization=body) for n in range(3)))
    counts = []
    for names in (["王明", "王明"], [f"李{n // 2}甲" for n in range(60)]):
        store(app, *(expert(name, organization_id=body.id) for name in names))
        with counted(app) as ran:
            found(app)
        counts.append(len(ran))
    assert counts[0] == counts[1] <= 8


def test_purging_the_kept_one_leaves_nothing_of_the_gone_one(app, two):
    merge(app, "expert", *two)
    admin = actor(app, account(app, "administrator"))
    with app.unit_of_work() as uow:
        purging.purge(uow, admin, f"expert:{two[0]}", "误录的个人信息")
    with app.reading() as uow:
        assert uow.session.query(Merge).count() == 0
        held = "".join(str(row) for rows in everything(app).values() for row in rows)
    assert "13812345678" not in held
