"""The pages of planning: runs, publication, moves, repair, one's own meetings; who may, what it costs."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as listening

from matchmaker.bootstrap import Application
from matchmaker.jobs import planning
from matchmaker.models import Attendee, EventPair, PlanRun
from tests.support.accounts import log_in
from tests.support.events import Docking, docking
from tests.support.plans import first_fit, meetings, planned, run

#: Statements of a page that shows a whole plan: the event, its rows, the run and its history, who asks.
MOST_STATEMENTS = 16


@pytest.fixture
def made(app: Application) -> Docking:
    """An event whose second problem is anonymous; nothing is planned."""
    return docking(app, experts=3, problems=2, slots=4, tables=3, anonymous=[1])


@pytest.fixture
def office(site: Flask, made: Docking) -> FlaskClient:
    return log_in(site, made.account("office"))


def base(client: FlaskClient, made: Docking, number: int) -> str:
    page = client.get(f"/events/{made.event}/plan/runs/{number}").get_data(as_text=True)
    found = re.search(r'name="base" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_from_nothing_to_a_published_plan(app: Application, made: Docking, office: FlaskClient) -> None:
    address = f"/events/{made.event}/plan"
    assert "还没有排过程" in office.get(address).get_data(as_text=True)
    rules = {"must": "1.5", "fairness_price": "10", "problem_least": "1", "problem_most": "2", "seconds": "3"}
    asked = office.post(f"{address}/runs", data=rules)
    assert (asked.status_code, asked.headers["Location"]) == (303, f"{address}/runs/1")
    waiting = office.get(f"{address}/runs/1").get_data(as_text=True)
    assert ["data-poll" in waiting, "停止，用目前最好的" in waiting] == [True, True]
    again = office.post(f"{address}/runs", data=rules)
    assert (again.status_code, "还在计算" in again.get_data(as_text=True)) == (409, True)
    planning.perform(app, 1, lambda: None, solve=first_fit, pause=0.01)
    page = office.get(f"{address}/runs/1").get_data(as_text=True)
    assert ["公布这一版" in page, "公布后新增 4 场" in page, 'value="1.5"' in page] == [True] * 3
    done = office.post(f"{address}/runs/1/publish", data={"base": base(office, made, 1)})
    assert done.status_code == 303
    page = office.get(address).get_data(as_text=True)
    assert ["现行排程" in page, "data-plan-grid" in page] == [True, True]
    for view in ("people", "meetings"):
        assert office.get(f"{address}?view={view}").status_code == 200
    assert office.get(f"/events/{made.event}").get_data(as_text=True).count("已公布 4 场洽谈") == 1


def test_a_rule_out_of_range_comes_back_with_its_fault(made: Docking, office: FlaskClient) -> None:
    answer = office.post(f"/events/{made.event}/plan/runs", data={"must": "9", "problem_most": "x"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, page.count('aria-invalid="true"'), 'value="9"' in page) == (422, 2, True)


def test_a_run_is_noted_compared_removed_and_exported(
    app: Application, made: Docking, office: FlaskClient
) -> None:
    address = f"/events/{made.event}/plan"
    run(app, made)
    run(app, made, seed=2)
    office.post(f"{address}/runs/2/note", data={"note": "给王主任看"})
    assert "给王主任看" in office.get(address).get_data(as_text=True)
    assert "两次的安排完全一样" in office.get(f"{address}/compare?a=1&b=2").get_data(as_text=True)
    assert office.get(f"{address}/compare?a=1&b=9").status_code == 404
    result = office.get(f"{address}/file.json?run=2&part=result").get_data()
    assert office.get(f"{address}/file.json").json["format"] == "docking-plan/1"
    assert "专家1" not in office.get(f"{address}/file.json?run=2").get_data(as_text=True)
    sent = office.post(f"{address}/file", data={"file": (BytesIO(result), "result.json")})
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{address}/runs/3")
    bad = office.post(f"{address}/file", data={"file": (BytesIO(b"{}"), "x.json")})
    assert (bad.status_code, "format 应是" in bad.get_data(as_text=True)) == (422, True)
    assert office.post(f"{address}/runs/3/remove").status_code == 303
    assert office.get(f"{address}/runs/3").status_code == 404


def test_a_meeting_is_moved_looked_at_and_accepted_without_scripts(
    app: Application, made: Docking, office: FlaskClient
) -> None:
    planned(app, made)
    (expert, problem), row = next(iter(meetings(app, made).items()))
    pair = f"attendee:{made.people[expert]}|problem:{made.offers[problem]}"
    address = f"/events/{made.event}/plan"
    nowhere = office.post(f"{address}/move", data={"pair": pair})
    assert (nowhere.status_code, "请选择移到哪个时段" in nowhere.get_data(as_text=True)) == (422, True)
    asked = office.post(f"{address}/move", data={"pair": pair, "slot": "3", "table": "A03"})
    assert asked.status_code == 303
    page = office.get(asked.headers["Location"]).get_data(as_text=True)
    assert ["就这样改" in page, "03-18 10:30 A03" in page] == [True, True]
    assert meetings(app, made)[expert, problem].slot == row.slot
    assert office.post(f"{asked.headers['Location']}/publish").status_code == 303
    assert meetings(app, made)[expert, problem].slot == 3


def test_what_happened_is_told_in_a_form(app: Application, made: Docking, office: FlaskClient) -> None:
    address = f"/events/{made.event}/repair"
    assert "还没有公布的排程" in office.get(address).get_data(as_text=True)
    planned(app, made)
    assert office.get(f"{address}?what=cancel").status_code == 200
    lacking = office.post(address, data={"what": "away", "person": f"attendee:{made.people[0]}"})
    assert (lacking.status_code, "请选择至少一个时段" in lacking.get_data(as_text=True)) == (422, True)
    told = {"what": "away", "person": f"attendee:{made.people[0]}", "slots": ["0", "1"]}
    asked = office.post(address, data=told)
    assert asked.status_code == 303
    assert office.post(f"{asked.headers['Location']}/publish").status_code == 303
    with app.reading() as uow:
        assert uow.session.get_one(Attendee, made.people[0]).unavailable == [0, 1]


def test_pins_and_musts_by_button(app: Application, made: Docking, office: FlaskClient) -> None:
    run(app, made)
    pair = f"attendee:{made.people[0]}|problem:{made.offers[0]}"
    address = f"/events/{made.event}/plan/pairs?run=1&view=meetings"
    for action in ("pin", "must"):
        assert office.post(address, data={"pair": pair, "action": action}).status_code == 303
    page = office.get(f"/events/{made.event}/plan?view=meetings").get_data(as_text=True)
    assert [page.count('value="release"'), page.count('value="free"')] == [1, 1]
    with app.reading() as uow:
        assert uow.session.get_one(EventPair, made.pairs[0, 0]).must is True


def test_an_infeasible_run_offers_what_would_help(
    app: Application, made: Docking, office: FlaskClient
) -> None:
    run(app, made)
    with app.unit_of_work() as uow:
        row = uow.session.query(PlanRun).one()
        row.result = {
            "status": "infeasible", "meetings": [],
            "relaxations": [
                {"change": "", "then": {}, "code": "table", "values": {"kind": "-"}},
                {"change": "", "then": {}, "code": "slot", "values": {"session": 0}},
            ],
        }  # fmt: skip
    page = office.get(f"/events/{made.event}/plan/runs/1").get_data(as_text=True)
    assert ["全程加一张桌" in page, "第 1 个半天延长一场" in page, page.count("这样改并重排")] == [
        True,
        True,
        1,
    ]
    by_hand = office.post(f"/events/{made.event}/plan/runs/1/relax/1")
    assert (by_hand.status_code, f"/events/{made.event}/edit" in by_hand.get_data(as_text=True)) == (
        409,
        True,
    )
    again = office.post(f"/events/{made.event}/plan/runs/1/relax/0")
    assert (again.status_code, again.headers["Location"]) == (303, f"/events/{made.event}/plan/runs/2")
    assert office.post(f"/events/{made.event}/plan/runs/1/relax/7").status_code == 404


def test_ones_own_meetings_are_confirmed_or_objected_to(
    app: Application, site: Flask, made: Docking, office: FlaskClient
) -> None:
    planned(app, made)
    expert = log_in(site, made.account("expert"))
    page = expert.get(f"/events/{made.event}/mine").get_data(as_text=True)
    assert [page.count("确认这场"), "2027-0002" in page, "第2纽扣厂" in page, "第 2 种" in page] == [
        2,
        True,
        False,
        False,
    ]
    number = meetings(app, made)[0, 1].id
    address = f"/events/{made.event}/meetings/{number}/answer"
    empty = expert.post(address, data={"answer": "object", "words": ""})
    assert (empty.status_code, "请写一句哪里不合适" in empty.get_data(as_text=True)) == (422, True)
    assert expert.post(address, data={"answer": "object", "words": "要赶车"}).status_code == 303
    shown = office.get(f"/events/{made.event}/plan").get_data(as_text=True)
    assert ["要赶车" in shown, "已沟通，维持原样" in shown] == [True, True]
    assert office.post(address, data={"answer": "settle"}).status_code == 303
    assert "要赶车" not in office.get(f"/events/{made.event}/plan").get_data(as_text=True)
    assert expert.post(address, data={"answer": "confirm"}).status_code == 303
    assert expert.post(address, data={"answer": "settle"}).status_code == 403
    other = log_in(site, made.account("firm", 0))
    assert other.post(address, data={"answer": "confirm"}).status_code == 404


@pytest.mark.parametrize("role", ["visitor", "expert", "firm", "body"])
def test_the_plan_is_the_offices(app: Application, site: Flask, made: Docking, role: str) -> None:
    planned(app, made)
    client = site.test_client() if role == "visitor" else log_in(site, made.account(role))
    for path in ("plan", "plan/runs/1", "plan/compare?a=1&b=1", "plan/file.json", "repair"):
        answer = client.get(f"/events/{made.event}/{path}")
        assert answer.status_code in {302, 401, 403}, path
        assert "2027-0002" not in answer.get_data(as_text=True)
    for path in (
        "plan/runs",
        "plan/runs/1/publish",
        "plan/runs/1/stop",
        "plan/move",
        "plan/pairs",
        "plan/pins",
        "plan/file",
        "repair",
    ):
        sent: dict[str, Any] = {
            "pair": f"attendee:{made.people[0]}|problem:{made.offers[0]}",
            "action": "pin",
            "what": "again",
        }
        assert client.post(f"/events/{made.event}/{path}", data=sent).status_code in {302, 401, 403, 422}, (
            path
        )
    assert {row.state for row in meetings(app, made).values()} == {"planned"}
    with app.reading() as uow:
        assert uow.session.query(PlanRun).count() == 1
    told = client.get(f"/api/v1/events/{made.event}/plan")
    assert told.status_code in {401, 403}


def test_the_api_tells_the_plan_that_holds(app: Application, made: Docking, office: FlaskClient) -> None:
    assert office.get(f"/api/v1/events/{made.event}/plan").status_code == 404
    planned(app, made)
    run(app, made)
    told = office.get(f"/api/v1/events/event:{made.event}/plan").json
    assert (told["run"], told["published"], told["status"], len(told["meetings"])) == (1, True, "feasible", 6)
    assert {row["expert"]["name"] for row in told["meetings"]} == {"专家1", "专家2", "专家3"}
    assert office.get(f"/api/v1/events/{made.event}/plan?run=2").json["published"] is False


def test_the_page_costs_the_same_for_a_large_plan(app: Application, site: Flask) -> None:
    costs = []
    for experts, problems in ((1, 1), (12, 8)):
        made = planned(app, docking(app, experts=experts, problems=problems, slots=4, tables=8))
        client = log_in(site, made.account("office"))
        for view in ("", "people", "meetings"):
            address = f"/events/{made.event}/plan?view={view}"
            client.get(address)
            statements: list[str] = []

            def seen(*given: Any, into: list[str] = statements) -> None:
                into.append(given[2])

            listening.listen(app.database.engine, "before_cursor_execute", seen)
            assert client.get(address).status_code == 200
            listening.remove(app.database.engine, "before_cursor_execute", seen)
            costs.append(len([one for one in statements if one.lstrip().upper().startswith("SELECT")]))
    assert costs[:3] == costs[3:]
    assert max(costs) <= MOST_STATEMENTS
