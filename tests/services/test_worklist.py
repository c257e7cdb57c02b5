"""What waits: for each role its own things, the urgent first; for a visitor nothing."""

from __future__ import annotations

from datetime import datetime

import pytest

from matchmaker.models import ImportRun, Job, Organization
from matchmaker.permissions import ORGANIZER, VISITOR, Actor
from matchmaker.services import worklist
from tests.support.samples import expert, problem, store
from tests.support.site import counted

NOW = datetime(2026, 11, 23, 8)  # noqa: DTZ001 - as the clock of the house tells it: UTC without a zone


@pytest.fixture
def firm(app):
    number, person = store(app, Organization(name="晶彩钮扣", kind="enterprise"), expert())
    store(
        app,
        problem("待审一", organization_id=number, state="submitted", visibility="public", readers=" office "),
        problem("待审二", organization_id=number, state="submitted", visibility="public", readers=" office "),
        problem("被退", organization_id=number, state="returned", visibility="public", readers=" office "),
        problem("草稿", organization_id=number, state="draft", visibility="public", readers=" office "),
        problem("别家的草稿", state="draft", visibility="public", readers=" office "),
        ImportRun(filename="a.csv", kind="problem", state="failed"),
        Job(kind="index", subject="problem:1", state="failed"),
    )
    return number, person


def told(app, actor):
    with app.reading() as uow:
        found = worklist.lines(uow, actor, now=NOW, stale_days=365, call_days=3)
    return {line.text.template: line.number for line in found}, [line.urgent for line in found]


def test_the_office_sees_what_waits_for_it(app, firm):
    lines, urgent = told(app, ORGANIZER)
    assert lines == {"个难题待审核": 2, "次导入失败": 1, "个后台任务失败": 1, "位专家的资料待核实": 1}
    assert urgent == sorted(urgent, reverse=True)


def test_a_firm_sees_what_came_back_to_it_and_nothing_of_others(app, firm):
    owner = Actor("enterprise", "王工", liaison_of=(firm[0],), account=3)
    assert told(app, owner)[0] == {"个难题被退回，等您补充": 1, "个难题草稿还没有提交": 1}
    stranger = Actor("enterprise", "李工", liaison_of=(firm[0] + 77,), account=4)
    assert told(app, stranger)[0] == {}


def test_an_expert_is_asked_for_his_own_profile(app, firm):
    assert told(app, Actor("expert", "林一鸣", account=5, expert=firm[1]))[0] == {"份您的资料待确认": 1}


def test_nothing_waits_for_a_visitor(app, firm):
    assert told(app, VISITOR)[0] == {}


def test_it_costs_the_same_whatever_waits(app, firm):
    def cost():
        with counted(app) as statements:
            told(app, ORGANIZER)
        return len(statements)

    one = cost()
    store(app, *(problem(f"待审{n}", state="submitted", readers=" office ") for n in range(50)))
    assert cost() == one <= 12
