"""Documents of an event: what stands on them, what never does, in how many statements they are gathered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event as listening

from matchmaker.bootstrap import Application
from matchmaker.errors import Forbidden, NotFound
from matchmaker.models import AgendaItem, Agreement, Attendee, Event, EventPair, Expert, Indicator, Problem
from matchmaker.reporting.documents import DOCUMENTS
from matchmaker.reporting.dossier import Dossier
from matchmaker.services import papers
from tests.support.events import DAY, Docking, docking, with_plan
from tests.support.papers import text_of, unpacked
from tests.support.site import CODES

ZONE = "Asia/Shanghai"
#: What tells who is behind the anonymous problem of these tests.
SECRETS = ("晶彩", "赵小明", "13900009999", "销售总监")


@pytest.fixture
def held(app: Application) -> Docking:
    """Three experts, an open and an anonymous problem, planned; the latter's side has telling names."""
    made = docking(app, experts=3, problems=2, slots=6, tables=3, anonymous=[1], theme="表面处理")
    with_plan(app, made)
    with app.unit_of_work() as uow:
        session = uow.session
        session.get_one(
            Problem, made.problems[1]
        ).title = "晶彩钮扣变色"  # number only, whatever the title says
        session.get_one(Problem, made.problems[1]).text = "晶彩公司的镀层变色"
        firm = session.get_one(Attendee, made.representatives[1]).organization
        assert firm is not None
        firm.name = "澄溪晶彩钮扣有限公司"
        person = session.get_one(Attendee, made.representatives[1])
        person.name, person.phone, person.title = "赵小明", "13900009999", "销售总监"
        open_one = session.get_one(Problem, made.problems[0])
        open_one.indicators = [
            Indicator(name="中性盐雾", current="24", target="96", unit="h", comparator=">=")
        ]
        session.get_one(Expert, made.experts[0]).directions = ["无氰镀铜"]
        for key in ((0, 0), (0, 1)):
            session.get_one(EventPair, made.pairs[key]).why = {
                "quotes": [{"ours": "晶彩镀层变色" if key[1] else "镀层变色", "theirs": "无氰镀铜不变色"}]
            }
        session.add(
            AgendaItem(
                event_id=made.event, kind="opening", title="开幕式", speaker="张县长", room="报告厅",
                starts=session.get_one(Event, made.event).slots[0].starts - timedelta(minutes=30),
                ends=session.get_one(Event, made.event).slots[0].starts,
            )
        )  # fmt: skip
        for at in (0, 1):
            session.add(
                Agreement(
                    number=f"YX-{at}", title=("无氰镀铜合作", "晶彩合作")[at], event_id=made.event, signs=True,
                    problem_id=made.problems[at], demand=("第1纽扣厂", "澄溪晶彩钮扣有限公司")[at],
                    supply="第1大学", ways=["commission"], amount_fen=50_000_000, began_on=DAY,
                )
            )  # fmt: skip
    return made


def dossier(app: Application, made: Docking, **parts: Any) -> Dossier:
    with app.reading() as uow:
        return papers.gather(uow, made.actor("office"), made.event, app.clock(), ZONE, **parts)


def test_what_is_on_each_document(app: Application, held: Docking) -> None:
    told = dossier(app, held)
    found = {
        (name, form): text_of(papers.written(told, name, form)[0], form)
        for name, document in DOCUMENTS.items()
        for form in document.writers
    }
    everywhere = "表面处理对接会"
    assert [key for key, text in found.items() if everywhere not in text] == []
    expected = {
        ("sheets", "pdf"): ("专家1", "第1纽扣厂", "代表1", "09:00–09:25", "A01", "开幕式", "第 1 种镀层变色", "无氰镀铜不变色"),
        ("tables", "pdf"): ("A01", "专家1", "第1纽扣厂", "难题 2027-0002"),
        ("door", "pdf"): ("专家3", "第2大学", "需求方代表", "难题 2027-0002"),
        ("door", "xlsx"): ("专家3", "第2大学", "难题 2027-0002"),
        ("badges", "pdf"): ("专家1", "教授", "第1大学", "需求方代表", "难题 2027-0002"),
        ("overview", "pdf"): ("A01", "专家2", "第1纽扣厂", "09:00–09:25"),
        ("overview", "xlsx"): ("2027-0002", "代表1 技术部长"),
        ("handbook", "pdf"): ("会议手册", "张县长", "一对一洽谈，共 4 场", "无氰镀铜", "2027-0001", "≥ 96 h", "2027-0002", "桌位图"),
        ("handbook", "docx"): ("会议手册", "张县长", "研究方向：无氰镀铜", "2027-0001", "≥ 96 h", "2027-0002"),
        ("signin", "pdf"): ("签名", "专家1", "需求方（匿名）", "需求方代表（难题 2027-0002）"),
        ("signin", "docx"): ("签名", "专家1", "需求方代表（难题 2027-0002）"),
        ("signin", "xlsx"): ("签名", "专家1", "第1大学"),
        ("cards", "pdf"): ("专家方填写", "需求方填写", "达成意向", "委托开发", "指标达不到", "难题 2027-0002"),
        ("signings", "docx"): ("YX-0", "第1纽扣厂", "50.00", "委托开发", "YX-1", "难题 2027-0002"),
        ("signings", "xlsx"): ("YX-0", "第1纽扣厂", "50.00", "YX-1", "难题 2027-0002"),
    }  # fmt: skip
    assert set(found) == set(expected)
    missing = {
        key: [part for part in parts if _flat(part) not in _flat(found[key])]
        for key, parts in expected.items()
    }
    assert {key: parts for key, parts in missing.items() if parts} == {}
    assert all(
        "初排" in text and "排程第 1 版" in text for (_n, form), text in found.items() if _n != "badges"
    )


def test_who_is_behind_an_anonymous_problem_stands_nowhere(app: Application, held: Docking) -> None:
    told = dossier(app, held)
    assert not any(secret in repr(told) for secret in SECRETS)
    with app.reading() as uow:  # it could have leaked
        row = uow.session.get_one(Attendee, held.representatives[1])
        assert row.organization is not None
        names = (row.organization.name, row.name, row.phone, row.title)
        assert all(part in name for part, name in zip(SECRETS, names, strict=True))
    for name, document in DOCUMENTS.items():
        for form in document.writers:
            text = _flat(text_of(papers.written(told, name, form)[0], form))
            assert [secret for secret in SECRETS if secret in text] == [], (name, form)


def test_a_representative_of_two_problems_is_veiled_for_both(app: Application, held: Docking) -> None:
    with app.unit_of_work() as uow:
        from matchmaker.models import EventProblemPerson

        uow.session.add(
            EventProblemPerson(event_problem_id=held.offers[0], attendee_id=held.representatives[1])
        )
    text = _flat(text_of(papers.written(dossier(app, held), "tables", "pdf")[0], "pdf"))
    assert "赵小明" not in text
    assert "第1纽扣厂" in text  # the open problem's firm may still be read


def test_statements_do_not_grow(app: Application, held: Docking) -> None:
    big = docking(app, experts=6, problems=5, slots=8, tables=5)
    with_plan(app, big)
    ran: list[str] = []
    listening.listen(app.database.engine, "before_cursor_execute", lambda *args: ran.append(args[2]))
    counts = []
    for made in (held, big):
        office = made.actor("office")
        ran.clear()
        with app.reading() as uow:
            papers.gather(uow, office, made.event, app.clock(), ZONE, secret=b"x", site="http://x")
        counts.append(len([each for each in ran if each.startswith("SELECT") and CODES not in each]))
    assert counts[0] == counts[1] <= 12


def test_only_the_office_prints(app: Application, held: Docking) -> None:
    with app.reading() as uow, pytest.raises(Forbidden):
        papers.gather(uow, held.actor("firm"), held.event, app.clock(), ZONE)


def test_without_a_plan_and_for_a_training(app: Application) -> None:
    made = docking(app, experts=1, problems=1, kind="training")
    told = dossier(app, made)
    assert told.stamp.plan == 0
    with pytest.raises(NotFound):
        papers.written(told, "sheets", "pdf")
    with pytest.raises(NotFound):
        papers.written(told, "signin", "exe")
    held = unpacked(papers.written(told, "all", "zip")[0])
    assert sorted(held) == [
        "会议手册.docx", "会议手册.pdf", "入场名单.pdf", "入场名单.xlsx", "签到表.docx", "签到表.pdf", "签到表.xlsx",
        "签约项目清单.docx", "签约项目清单.xlsx", "胸牌.pdf",
    ]  # fmt: skip


def test_what_a_stage_lacks(app: Application, held: Docking) -> None:
    with app.reading() as uow:
        event = uow.session.get_one(Event, held.event)
        told = papers.readiness(uow, held.actor("office"), event)
        assert [(fact.is_good, fact.endpoint) for fact in told] == [(False, "papers.listing")] * 2
        assert papers.unsent(uow, event) == 5
        event.state = "choosing"
        assert [fact.endpoint for fact in papers.readiness(uow, held.actor("office"), event)] == [
            "plans.show"
        ]
        assert date(2027, 3, 18) == event.first_day


def _flat(text: str) -> str:
    return "".join(text.split())
