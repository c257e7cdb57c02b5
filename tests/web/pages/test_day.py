"""The pages of the day: check-in without scripts, the desk, the board and its key, paper, nothing that leaks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from matchmaker.models import AccessLog, Attendee, DayEntry, Event, Meeting
from matchmaker.permissions import ORGANIZER
from matchmaker.services import day_conflicts
from tests.support import accounts
from tests.support.events import docking, with_plan
from tests.support.site import counted, open_site, organizer_of
from web import live

EARLY = datetime(2027, 3, 18, 0, 50)  # noqa: DTZ001 - stored moments have no zone
#: What must never stand on a wall: telephones, addresses, the firm behind the anonymous problem, its people.
SECRETS = ("13900000000", "13700000001", "expert0@example", "第2纽扣厂", "代表2", "联系人", "镀层变色")


@pytest.fixture
def clock(app):
    app.clock = lambda: EARLY
    return app


@pytest.fixture
def made(app, clock):
    made = docking(app, experts=3, problems=2, slots=3, tables=2, anonymous=[1])
    with_plan(app, made, "running")
    return made


@pytest.fixture
def office(app, made):
    return organizer_of(open_site(app))


def at(made, path):
    return f"/events/{made.event}{path}"


def row(app, kind, number):
    with app.reading() as uow:
        return uow.session.get_one(kind, number)


def test_type_enter_done_and_undone(app, made, office):
    answer = office.post(at(made, "/checkin"), data={"q": "zj2"})
    assert (answer.status_code, answer.location) == (303, at(made, f"/checkin?done={made.people[1]}"))
    page = office.get(answer.location).text
    assert "专家2 已签到 08:50" in " ".join(page.split())
    assert "autofocus" in page.split('id="checkin-q"')[1].split(">")[0]
    again = office.post(at(made, "/checkin"), data={"q": "2"})
    assert "在 08:50 已经签到" in office.get(again.location).text
    office.post(at(made, f"/checkin/{made.people[1]}/undo"))
    assert row(app, Attendee, made.people[1]).arrived_at is None


def test_a_scanned_address_is_its_code(app, made, office):
    code = row(app, Attendee, made.people[2]).badge
    office.post(at(made, "/checkin"), data={"q": f"https://office.example/m/{code}"})
    assert row(app, Attendee, made.people[2]).arrived_at == EARLY


def test_several_are_asked_about_and_nobody_says_so(made, office):
    answer = office.post(at(made, "/checkin"), data={"q": "zj"})
    page = office.get(answer.location).text
    assert page.split("符合“zj”的有 3 人")[1].split("</ul>")[0].count("arrival-number") == 3
    assert "名单里没有“不存在”" in office.get(at(made, "/checkin?q=不存在")).text


def test_telephones_are_shown_when_asked_for_and_the_look_is_written_down(app, made, office):
    assert "13900000000" not in office.get(at(made, "/checkin")).text
    assert "13900000000" in office.get(at(made, "/checkin?phones=1")).text
    with app.reading() as uow:
        assert [each.action for each in uow.session.query(AccessLog)] == ["event:phones"]


def test_only_check_in_may_use_the_camera(made, office):
    assert "camera=(self)" in office.get(at(made, "/checkin")).headers["Permissions-Policy"]
    assert "camera=()" in office.get(at(made, "/day")).headers["Permissions-Policy"]


def test_a_killed_server_between_two_check_ins_loses_neither(app, made):
    for number in (0, 1):
        office = organizer_of(open_site(app))  # a server that knows nothing of the one before
        office.post(at(made, f"/checkin/{made.people[number]}"))
    office = organizer_of(open_site(app))
    office.post(at(made, f"/checkin/{made.people[0]}"))
    with app.reading() as uow:
        assert [each.attendee_id for each in uow.session.query(DayEntry)] == made.people[:2]


def test_the_day_is_the_offices_alone(app, made):
    site = open_site(app)
    for client in (
        site.test_client(),
        accounts.log_in(site, made.account("firm")),
        accounts.log_in(site, made.account("expert")),
    ):
        for path in ("/day", "/checkin", "/day/paper", "/day/moves", "/day/walkin", "/checkin.json"):
            assert client.get(at(made, path)).status_code == 403, path
        for path in (
            "/checkin",
            f"/checkin/{made.people[0]}",
            "/day/slots/1/call",
            "/board/key",
            "/day/paper",
        ):
            assert client.post(at(made, path), data={"q": "1"}).status_code == 403, path
    assert row(app, Event, made.event).calling is None


def test_a_round_is_called_begun_and_ended(app, made, office):
    for number in (*made.people, *made.representatives):
        office.post(at(made, f"/checkin/{number}"))
    office.post(at(made, "/day/slots/1/call"))
    assert "第 1 场 09:00 开始，请就座" in office.get(at(made, "/board")).text
    office.post(at(made, "/day/slots/1/start"), data={"tables": "1"})
    meeting = made.meetings[0, 0]
    assert row(app, Meeting, meeting).state == "held"
    office.post(at(made, f"/day/meetings/{meeting}/end"))
    office.post(at(made, "/day/slots/1/stop"), data={"tables": "1"})
    assert row(app, Meeting, made.meetings[1, 1]).ended_at == EARLY
    assert row(app, Event, made.event).calling is None


def test_a_no_show_is_filled_with_one_press(app, made, office):
    for number in (*made.people, *made.representatives):
        office.post(at(made, f"/checkin/{number}"))
    office.post(at(made, f"/day/meetings/{made.meetings[0, 0]}/miss"), data={"side": "supply"})
    page = office.get(at(made, "/day?slot=1")).text
    assert "安排" not in page.split("候补：空桌 1 张")[1].split("</section>")[0]  # all others meet already
    with app.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(Meeting, made.meetings[2, 0]))
    offered = office.get(at(made, "/day?slot=1")).text.split("候补：空桌 1 张")[1]
    place = {"slot": 0, "table": made.tables[0], "attendee": made.people[2], "problem": made.offers[0]}
    for name, value in place.items():
        assert f'name="{name}" value="{value}"' in offered
    assert "#meeting-" in office.post(at(made, "/day/standby"), data=place).location
    assert office.post(at(made, "/day/standby"), data=place).status_code == 303
    assert "这个位置刚被占用" in office.get(at(made, "/day")).text
    assert office.post(at(made, "/day/standby"), data={"slot": "x"}).status_code == 422


def test_a_change_is_shown_before_it_is_accepted(app, made, office):
    page = office.get(at(made, f"/day/moves?table={made.tables[0]}")).text
    assert "影响：3 场洽谈" in page
    shown = page.split('name="shown" value="')[1].split('"')[0]
    stale = office.post(at(made, "/day/moves"), data={"table": made.tables[0], "shown": "x"})
    assert (stale.status_code, "刚才又有变化" in stale.text) == (409, True)
    done = office.post(at(made, "/day/moves"), data={"table": made.tables[0], "shown": shown})
    assert done.status_code == 303
    assert "恢复使用" in office.get(at(made, "/day")).text
    office.post(at(made, f"/day/tables/{made.tables[0]}/open"))
    assert "恢复使用" not in office.get(at(made, "/day")).text.replace("已恢复使用", "")
    wrong = office.get(at(made, f"/day/moves?person={made.people[0]}&until=25:00"))
    assert "请写成 14:30 这样的时间" in wrong.text


def test_a_walk_in_in_three_fields(app, made, office):
    fault = office.post(
        at(made, "/day/walkin"), data={"kind": "representative", "name": "张三", "body": "某厂"}
    )
    assert (fault.status_code, 'value="张三"' in fault.text) == (422, True)
    done = office.post(
        at(made, "/day/walkin"),
        data={"kind": "representative", "name": "张三", "body": "某厂", "topic": "螺丝发黑"},
    )
    assert done.status_code == 303
    assert "胸牌号 6" in office.get(done.location).text


def test_paper_is_entered_and_contradictions_are_shown(app, made, office):
    office.post(at(made, f"/checkin/{made.people[0]}"))
    name = f"arrived-{made.people[0]}"
    day = {"day": "2027-03-18"}
    assert office.post(at(made, "/day/paper"), data={name: "0850", **day}).status_code == 303
    fault = office.post(
        at(made, "/day/paper"), data={name: "8:40", f"arrived-{made.people[1]}": "八点", **day}
    )
    assert (fault.status_code, fault.text.count("现有记录为 08:50"), fault.text.count("请写成 14:30")) == (
        422,
        1,
        1,
    )
    assert 'value="8:40"' in fault.text
    assert row(app, Attendee, made.people[0]).arrived_at == EARLY
    office.post(at(made, "/day/paper"), data={name: "8:40", f"right-{name}": "1", **day})
    assert row(app, Attendee, made.people[0]).arrived_at == EARLY - timedelta(minutes=10)
    first, second = made.meetings[0, 0], made.meetings[1, 1]
    sheet = {"slot": "1", f"began-{first}": "0902", f"ended-{first}": "0927", f"missing-{second}": "supply"}
    assert office.post(at(made, "/day/paper"), data=sheet).status_code == 303
    held = row(app, Meeting, first)
    assert (held.state, held.began_at, held.ended_at) == (
        "held",
        EARLY + timedelta(minutes=12),
        EARLY + timedelta(minutes=37),
    )
    assert row(app, Meeting, second).missing == "supply"
    fault = office.post(
        at(made, "/day/paper"), data={"slot": "1", f"missing-{first}": "demand", f"began-{second}": "0905"}
    )
    assert (
        fault.status_code,
        "现有记录为 09:02 开始" in fault.text,
        "现有记录为未到（专家）" in fault.text,
    ) == (422, True, True)


def test_the_board_opens_by_its_key_and_tells_nothing_it_should_not(app, made, office):
    office.post(at(made, "/board/key"))
    key = row(app, Event, made.event).board_key
    screen = open_site(app).test_client()
    page = screen.get(at(made, f"/board?key={key}"))
    assert page.status_code == 200
    assert ["第1纽扣厂" in page.text, "2027-0002" in page.text, "专家1" in page.text] == [True, True, True]
    news = screen.get(at(made, f"/board.json?key={key}"))
    for secret in SECRETS:
        assert secret not in page.text, secret
        assert secret not in news.get_data(as_text=True).encode().decode("unicode_escape", "ignore"), secret
        assert secret not in news.json["html"], secret
    assert "refresh" in page.text.split("<noscript>")[1].split("</noscript>")[0]
    assert screen.get(at(made, f"/board.json?key={key}&since={news.json['version']}")).status_code == 204
    for path in (f"/day?key={key}", f"/checkin?key={key}", f"/checkin.json?key={key}"):
        assert screen.get(at(made, path)).status_code == 403


def test_a_screen_that_may_not_see_the_board_says_why_and_looks_again(app, made, office):
    office.post(at(made, "/board/key"))
    key = row(app, Event, made.event).board_key
    office.post(at(made, "/board/key"), data={"revoke": "1"})
    site = open_site(app)
    screen = site.test_client()
    for path in (f"/board?key={key}", "/board", "/board?key=x"):
        page = screen.get(at(made, path))
        assert (page.status_code, "大屏链接已失效" in page.text, "refresh" in page.text) == (403, True, True)
    assert screen.get("/events/99/board?key=x").status_code == 403
    assert screen.get(at(made, f"/board.json?key={key}")).status_code == 403
    assert screen.get("/events/99/board.json?key=x").status_code == 403


def test_a_screen_learns_of_an_arrival(app, made, office):
    version = office.get(at(made, "/board.json")).json["version"]
    assert office.get(at(made, f"/board.json?since={version}")).status_code == 204
    office.post(at(made, f"/checkin/{made.people[0]}"))
    import time

    time.sleep(0.25)  # as long as a version is believed
    assert (
        "专家1"
        not in office.get(at(made, f"/board.json?since={version}"))
        .json["html"]
        .split("等候入场")[1]
        .split("<h2>")[0]
    )


def test_pages_ask_as_much_for_three_as_for_fifty(app, clock, monkeypatch):
    monkeypatch.setattr(live, "BELIEVED", 0.0)
    asked = []
    for experts, problems in ((3, 2), (30, 20)):
        made = docking(app, experts=experts, problems=problems, slots=4, tables=16)
        with_plan(app, made, "running")
        office = organizer_of(open_site(app))
        paths = [
            "/day",
            "/checkin",
            "/board",
            "/day/paper?slot=1",
            "/day/paper",
            f"/day/moves?table={made.tables[0]}",
        ]
        asked.append([])
        for path in paths:
            office.get(at(made, path))
            with counted(app) as statements:
                assert office.get(at(made, path)).status_code == 200
            asked[-1].append(len(statements))
    assert [large <= small for small, large in zip(*asked, strict=True)] == [True] * 6
    assert max(asked[0]) <= 12


def test_a_contradiction_between_two_machines_is_shown_until_it_was_looked_at(app, made, office):
    with app.unit_of_work() as uow:
        event, meeting = (
            uow.session.get_one(Event, made.event),
            uow.session.get_one(Meeting, made.meetings[0, 0]),
        )
        words = ("missed supply", "held", "held")
        entry = day_conflicts.listed(uow, ORGANIZER, event, "course", ["a"], words, at=EARLY, meeting=meeting)
        number = entry.id
    told = f"洽谈 {made.meetings[0, 0]}：本机为“专家未到”，带回的为“已洽谈”，现按“已洽谈”"
    assert told in office.get(at(made, "/day/paper")).text
    assert office.post(at(made, f"/day/conflicts/{number + 7}")).status_code == 404
    assert office.post(at(made, f"/day/conflicts/{number}")).status_code == 303
    assert told not in office.get(at(made, "/day/paper")).text
