"""活动 on pages: the list, one event for the office, visitors and participants, forms that lose nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.models import Attendee, Event, EventProblem, Meeting
from matchmaker.services.event_stages import STAGES, facts
from tests.support import accounts
from tests.support.events import DAY, docking, with_plan
from tests.support.samples import store
from tests.support.site import counted

SOON = date.today() + timedelta(days=60)


def told(page: str, *words: str) -> list[str]:
    return [word for word in words if word in page]


def one(app: Application, model: type[Any], number: int) -> Any:
    with app.reading() as uow:
        row = uow.session.get_one(model, number)
        if isinstance(row, Event):
            _ = (row.slots, row.tables, row.sessions, row.agenda)
        return row


def new_event(app: Application, organizer: FlaskClient, **values: str) -> Event:
    form = {
        "title": "春季对接会",
        "kind": "docking",
        "first_day": SOON.isoformat(),
        "venue": "会展中心",
        **values,
    }
    answer = organizer.post("/events/new", data=form)
    assert answer.status_code == 303
    return one(app, Event, int(answer.location.split("/events/")[1].split("/")[0]))


def test_a_draft_is_the_offices(app: Application, site: Flask, organizer: FlaskClient) -> None:
    made = docking(app, state="draft")
    page = f"/events/{made.event}"
    visitor = site.test_client()
    assert (visitor.get(page).status_code, organizer.get(page).status_code) == (404, 200)
    assert "表面处理对接会" in organizer.get("/events?tab=draft").text
    assert "表面处理对接会" not in visitor.get("/events?tab=draft").text
    assert "表面处理对接会" not in visitor.get("/events.csv?tab=draft").text


def test_from_a_title_to_an_open_event(app: Application, site: Flask, organizer: FlaskClient) -> None:
    assert organizer.get("/events/new").status_code == 200
    wrong = organizer.post("/events/new", data={"title": "", "first_day": "", "theme": "表面处理"})
    assert wrong.status_code == 422
    assert told(wrong.text, "表面处理", "autofocus", "必填") == ["表面处理", "autofocus", "必填"]
    event = new_event(app, organizer)
    page = f"/events/{event.id}"
    form = organizer.get(f"{page}/edit?part=times").text
    assert told(form, "这样是 10 轮", "09:00–09:25") == ["这样是 10 轮", "09:00–09:25"]
    mark = form.split('name="mark" value="')[1].split('"')[0]
    times = {
        "part": "times", "mark": mark, "slot_minutes": "20", "break_minutes": "10", "session-0-name": "上午",
        "session-0-day": SOON.isoformat(), "session-0-starts": "09:00", "session-0-ends": "10:20",
    }  # fmt: skip
    preview = organizer.post(f"{page}/edit", data={**times, "do": "preview"})
    assert told(preview.text, "这样是 3 轮", "尚未保存") == ["这样是 3 轮", "尚未保存"]
    assert len(one(app, Event, event.id).slots) == 10
    assert organizer.post(f"{page}/edit", data={**times, "do": "next"}).location == f"{page}/edit?part=tables"
    assert len(one(app, Event, event.id).slots) == 3
    stale = organizer.post(f"{page}/edit", data={**times, "slot_minutes": "25", "do": "save"})
    assert (stale.status_code, "没有保存" in stale.text) == (409, True)
    assert (
        "征集与邀请"
        in organizer.post(f"{page}/step", data={"step": "open", "seen": "draft"}, follow_redirects=True).text
    )
    late = organizer.post(f"{page}/step", data={"step": "open", "seen": "draft"})
    assert (late.status_code, "这一步没有执行" in late.text) == (409, True)
    assert site.test_client().get(page).status_code == 200


def test_tables_by_number_and_rounds_as_people_write_them(app: Application, organizer: FlaskClient) -> None:
    event = new_event(app, organizer)
    page = f"/events/{event.id}/edit"
    form = organizer.get(f"{page}?part=tables").text
    mark = form.split('name="mark" value="')[1].split('"')[0]
    first = event.tables[0]
    rows = {
        "part": "tables", "mark": mark, "do": "save", "table-0-id": str(first.id), "table-0-name": "甲",
        "table-0-kinds": "quiet", "table-0-unavailable": "1、3-4", "add_count": "2", "add_prefix": "B",
        "add_room": "小厅",
    }  # fmt: skip
    wrong = organizer.post(page, data={**rows, "table-0-unavailable": "早上"})
    assert (wrong.status_code, "请写轮次" in wrong.text, "早上" in wrong.text) == (422, True, True)
    assert organizer.post(page, data=rows).status_code == 303
    tables = one(app, Event, event.id).tables
    assert [(each.name, each.room, each.kinds, each.unavailable) for each in tables] == [
        ("甲", "", ["quiet"], [0, 2, 3]), ("B01", "小厅", [], []), ("B02", "小厅", [], []),
    ]  # fmt: skip
    again = organizer.get(f"{page}?part=tables").text
    assert 'value="1、3-4"' in again


def test_meetings_that_would_fall_are_listed_before_anything_is_saved(
    app: Application, organizer: FlaskClient
) -> None:
    made = docking(app, experts=2, problems=1, slots=2, tables=1)
    with_plan(app, made)
    page = f"/events/{made.event}/edit"
    mark = organizer.get(f"{page}?part=times").text.split('name="mark" value="')[1].split('"')[0]
    shorter = {
        "part": "times", "mark": mark, "slot_minutes": "25", "break_minutes": "5", "do": "save",
        "session-0-day": DAY.isoformat(), "session-0-starts": "09:00", "session-0-ends": "09:25",
    }  # fmt: skip
    asked = organizer.post(page, data=shorter)
    fallen = asked.text.split('name="fallen" value="')[1].split('"')[0]
    assert asked.status_code == 409
    assert told(asked.text, "1 场已公布的洽谈会失去位置", "专家2", "确认取消这 1 场并保存") != []
    assert one(app, Meeting, int(fallen)).state == "planned"
    assert organizer.post(page, data={**shorter, "fallen": fallen}).status_code == 303
    assert one(app, Meeting, int(fallen)).state == "cancelled"


def test_the_agenda_tells_what_it_runs_into(app: Application, organizer: FlaskClient) -> None:
    made = docking(app, experts=2, problems=1, slots=2, tables=1)
    with_plan(app, made)
    page = f"/events/{made.event}/agenda"
    item = {
        "title": "开幕", "kind": "opening", "day": DAY.isoformat(), "starts": "08:50", "ends": "09:10", "who": "all",
    }  # fmt: skip
    wrong = organizer.post(page, data={**item, "ends": "08:00"})
    assert (wrong.status_code, "结束时间要晚于开始时间" in wrong.text) == (422, True)
    assert organizer.post(page, data={**item, "starts": ""}).status_code == 422
    done = organizer.post(page, data=item, follow_redirects=True).text
    assert told(done, "占用第 1 轮", "已有 1 场公布的洽谈") == ["占用第 1 轮", "已有 1 场公布的洽谈"]
    number = one(app, Event, made.event).agenda[0].id
    assert organizer.get(f"{page}?item={number}").status_code == 200
    assert organizer.post(f"{page}/{number}/remove").status_code == 303
    assert organizer.post(f"{page}/{number}/remove").status_code == 404


def test_a_copy_and_a_training(app: Application, organizer: FlaskClient) -> None:
    made = docking(app)
    page = f"/events/{made.event}/copy"
    assert organizer.get(page).status_code == 200
    wrong = organizer.post(page, data={"title": "再办", "first_day": "2020-01-01"})
    assert (wrong.status_code, "再办" in wrong.text) == (422, True)
    done = organizer.post(page, data={"title": "再办", "first_day": SOON.isoformat()})
    assert done.status_code == 303
    training = new_event(app, organizer, title="政策培训", kind="training")
    shown = organizer.get(f"/events/{training.id}").text
    assert told(shown, "成效", "参加的难题", "洽谈桌") == ["成效"]
    organizer.post(f"/events/{training.id}/outcome", data={"outcome": "讲了加计抵扣"})
    assert "讲了加计抵扣" in organizer.get(f"/events/{training.id}").text
    assert organizer.get(f"/events/{training.id}/edit?part=tables").status_code == 404
    assert organizer.get(f"/events/{training.id}/edit?part=times").status_code == 200


def test_a_firm_registers_with_its_problem_and_the_office_decides(
    app: Application, site: Flask, organizer: FlaskClient
) -> None:
    made = docking(app, experts=1, problems=1, state="open", tables=1)
    with app.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(EventProblem, made.offers[0]))
    firm = accounts.log_in(site, made.account("firm"))
    page = f"/events/{made.event}"
    assert "报名" in firm.get(page).text
    form = firm.get(f"{page}/register").text
    assert "第 1 种镀层变色" in form
    person = {"kind": "representative", "organization": str(made.firms[0]), "name": "王工", "phone": ""}
    wrong = firm.post(f"{page}/register", data={**person, "name": "", "note": "吃素"})
    assert (wrong.status_code, "吃素" in wrong.text) == (422, True)
    problems = {"problems": str(made.problems[0])}
    assert (
        firm.post(f"{page}/register", data={**person, "phone": "13912340000", **problems}).status_code == 303
    )
    assert told(firm.get(page).text, "王工", "已报名，待审核", "第 1 种镀层变色") != []
    with app.reading() as uow:
        row = uow.session.scalars(select(Attendee).where(Attendee.name == "王工")).one()
        offer = uow.session.scalars(select(EventProblem)).one()
        assert ([each.name for each in offer.people], offer.state) == (["王工"], "offered")
    waiting = organizer.get(f"{page}/people?state=registered").text
    assert told(waiting, "王工", "不通过") == ["王工", "不通过"]
    refused = organizer.post(f"{page}/people/{row.id}/decide", data={"accept": "no", "reason": ""})
    assert refused.status_code == 422
    assert organizer.post(f"{page}/people/{row.id}/decide", data={"accept": "yes"}).status_code == 303
    assert organizer.post(f"{page}/problems/{offer.id}/decide", data={"accept": "yes"}).status_code == 303
    own = f"{page}/problems/{offer.id}"
    assert firm.post(own, data={"people": str(row.id), "least": "3", "most": "2"}).status_code == 422
    assert firm.post(own, data={"people": str(row.id), "least": "1", "most": "2"}).status_code == 303
    assert firm.post(f"{page}/people/{row.id}", data={**person, "name": "王工程师"}).status_code == 303
    assert one(app, Attendee, row.id).name == "王工程师"
    assert firm.post(f"{page}/people/{row.id}/leave", data={"reason": "出差"}).status_code == 303
    assert (one(app, Attendee, row.id).state, one(app, Attendee, row.id).reason) == ("cancelled", "出差")


def test_others_see_neither_people_nor_an_anonymous_firm(app: Application, site: Flask) -> None:
    made = docking(app, experts=1, problems=2, state="open", anonymous=[1])
    with_plan(app, made)
    page = f"/events/{made.event}"
    stranger = accounts.log_in(site, made.account("firm", 0))
    readers = [site.test_client(), stranger, accounts.log_in(site, made.account("expert", 0))]
    secrets = ("第2纽扣厂", "代表2", "13700000001", "联系人2")
    for reader in readers:
        shown = reader.get(page).text
        assert (told(shown, *secrets), "第 2 种镀层变色" in shown) == ([], True)
    for address in ("people", "people.csv", "problems", f"problems/{made.offers[1]}", "edit", "agenda"):
        assert {reader.get(f"{page}/{address}").status_code for reader in readers} <= {302, 401, 403, 404}
    assert stranger.get(f"{page}/people/{made.people[0]}").status_code == 404
    own = accounts.log_in(site, made.account("firm", 1)).get(page).text
    assert told(own, "代表2", "第 2 种镀层变色", "洽谈安排") == ["代表2", "第 2 种镀层变色", "洽谈安排"]


def test_participants_see_their_meetings_only_while_there_is_a_plan(app: Application, site: Flask) -> None:
    made = docking(app, experts=1, problems=1, slots=2, tables=1)
    with_plan(app, made)
    expert = accounts.log_in(site, made.account("expert", 0))
    page = f"/events/{made.event}"
    assert told(expert.get(page).text, "洽谈安排", "09:00", "A01", "确认，或提出意见") == [
        "洽谈安排", "09:00", "A01", "确认，或提出意见",
    ]  # fmt: skip
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, made.event).state = "choosing"
    shown = expert.get(page).text
    assert ("洽谈安排" in shown, f"{page}/wishes/{made.people[0]}" in shown) == (False, True)


@pytest.mark.parametrize("rows", [1, 50])
def test_lists_cost_the_same_for_one_and_fifty(
    app: Application, site: Flask, organizer: FlaskClient, rows: int
) -> None:
    made = docking(app, experts=rows, problems=min(rows, 25), slots=4, state="open", tables=2)
    with_plan(app, made)
    nine = datetime.combine(DAY, time(9))
    store(app, *(
        Event(title=f"第 {at} 场", state="open", first_day=SOON, last_day=SOON, created_at=nine) for at in range(rows)
    ))  # fmt: skip
    pages = ("/events", f"/events/{made.event}/people", f"/events/{made.event}/problems")
    for address in pages:
        organizer.get(address)
        with counted(app) as statements:
            assert organizer.get(address).status_code == 200
        assert len(statements) <= 12, address
    expert = accounts.log_in(site, made.account("expert", 0))
    with counted(app) as statements:
        assert expert.get(f"/events/{made.event}").status_code == 200
    assert len(statements) <= 16


def test_every_stage_has_its_page_and_its_facts(site: Flask) -> None:
    assert [stage.name for stage in STAGES if stage.endpoint not in site.view_functions] == []
    assert [stage.name for stage in STAGES if not callable(facts(stage))] == []


def test_a_visitor_logs_in_to_register(app: Application, site: Flask) -> None:
    made = docking(app, experts=1, problems=1, state="open")
    visitor = site.test_client()
    assert "登录后报名" in visitor.get(f"/events/{made.event}").text
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, made.event).call_until = date(2026, 1, 1)
    assert "登录后报名" not in visitor.get(f"/events/{made.event}").text
