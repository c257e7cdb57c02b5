"""The calendar: deadlines as far as the reader may see them, on a page and as a feed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from matchmaker.models import Account, Introduction, Invitation, Problem, SecretLink, now
from matchmaker.permissions import ORGANIZER
from matchmaker.services import secret_links
from matchmaker.services.recipients import Recipient
from tests.support.accounts import account, log_in
from tests.support.moments import office
from tests.support.samples import expert, organization, problem, store
from tests.support.site import counted

SECRET = "绝密词条"
DAY = date(2026, 7, 20)
MEMBERS = " members office "


@pytest.fixture
def july(app):
    """A month with one of each: for all, for members, hidden."""
    app.clock = lambda: office("2026-07-10 10:00")
    (firm,) = store(app, organization("某厂", kind="enterprise"))
    store(
        app,
        problem("公开的截止", deadline=DAY),
        problem("成员的截止", deadline=DAY, visibility="members", readers=MEMBERS),
        problem(f"{SECRET}草稿", deadline=DAY, state="draft", visibility="draft", readers=" office "),
        problem("某厂的到期", organization_id=firm, expires_on=DAY),
        problem("别处的到期", expires_on=DAY),
        problem("下月的", deadline=date(2026, 8, 20)),
        expert("久未核实", organization_id=firm, verified_on=DAY - timedelta(days=365)),
    )
    return firm


def test_the_month_shows_what_the_reader_may_see(app, site, organizer, july):
    firm = log_in(site, account(app, "enterprise", july))
    words = ("公开的截止", "成员的截止", SECRET, "某厂的到期", "别处的到期", "下月的", "久未核实")
    shown = [[word in who.get("/calendar").text for word in words] for who in (firm, organizer)]
    assert shown == [
        [True, True, False, True, False, False, True],
        [True, True, False, True, True, False, True],
    ]
    assert "下月的" in firm.get("/calendar?month=2026-08").text
    assert site.test_client().get("/calendar").status_code == 403


@pytest.mark.parametrize("month", ["2026-13", "nonsense", "0001-01", "9999-12", "2026-07-01"])
def test_no_month_is_this_month(organizer, july, month):
    assert "公开的截止" in organizer.get(f"/calendar?month={month}").text


@pytest.mark.parametrize("month", ["1990-01", "2100-12", "2024-02"])
def test_every_month_has_its_neighbours(organizer, july, month):
    page = organizer.get(f"/calendar?month={month}")
    assert page.status_code == 200
    assert "这个月没有到期的事" in page.text


def test_an_answer_due_stands_there_until_it_is_given(app, organizer, july):
    with app.unit_of_work() as uow:
        link = secret_links.issue(uow, ORGANIZER, "hours", "expert:1", Recipient(name="要答复的人"))
        link.expires_at = office("2026-07-25 10:00")
    assert "要答复的人" in organizer.get("/calendar").text
    with app.unit_of_work() as uow:
        uow.session.get(SecretLink, link.id).answered_at = now()
    assert "要答复的人" not in organizer.get("/calendar").text


def test_a_meeting_and_an_invitation_stand_there_for_whom_they_concern(app, site, organizer, july):
    (person,) = store(app, expert("会面的专家"))
    store(
        app,
        Introduction(
            problem_id=1,
            expert_id=person,
            asked_by="demand",
            state="meeting",
            meeting_at=office("2026-07-22 14:00"),
        ),
        Invitation(key_hash="x", role="expert", name="受邀的人", expires_at=office("2026-07-23 10:00")),
    )
    outsider = log_in(site, account(app, "enterprise"))
    for who, seen in ((organizer, True), (outsider, False)):
        page = who.get("/calendar").text
        assert [word in page for word in ("会面的专家", "受邀的人")] == [seen, seen]
    assert ">见面<" in organizer.get("/calendar").text


def feed_of(client):
    client.post("/calendar/feed", data={"action": "begin"})
    page = client.get("/calendar").text
    return "/calendar/" + page.partition("http://localhost/calendar/")[2].partition("<")[0]


def events(answer):
    return {str(each["uid"]): each for each in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_the_feed_shows_the_same_to_a_program_that_has_no_session(app, site, july):
    firm = log_in(site, account(app, "enterprise", july))
    address = feed_of(firm)
    answer = site.test_client().get(address)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    found = events(answer)
    assert sorted(str(each["summary"]) for each in found.values()) == [
        "资料待核实：久未核实",
        "难题到期：某厂的到期",
        "难题截止：下月的",
        "难题截止：公开的截止",
        "难题截止：成员的截止",
    ]
    one = found["problem:1:deadline@localhost"]
    assert (one.decoded("dtstart"), int(one["sequence"]), str(one["status"])) == (DAY, 0, "CONFIRMED")
    assert SECRET not in answer.text


def test_a_change_raises_the_sequence_and_a_withdrawal_cancels(app, site, july):
    firm = log_in(site, account(app, "enterprise", july))
    address = feed_of(firm)
    with app.unit_of_work() as uow:
        row = uow.session.scalar(select(Problem).where(Problem.title == "某厂的到期"))
        row.deadline, row.revision, row.state = DAY + timedelta(days=1), 3, "withdrawn"
        row.readers = f" office org:{july} "
        number = row.id
    one = events(site.test_client().get(address))[f"problem:{number}:deadline@localhost"]
    assert (int(one["sequence"]), str(one["status"])) == (3, "CANCELLED")


def test_an_address_is_worth_nothing_once_replaced_ended_or_its_account_closed(app, site, july):
    number = account(app, "enterprise", july)
    firm, program = log_in(site, number), site.test_client()
    first = feed_of(firm)
    second = feed_of(firm)
    assert [program.get(address).status_code for address in (first, second)] == [404, 200]
    assert program.get(first.replace("/calendar/", "/l/").removesuffix(".ics")).status_code == 404
    with app.unit_of_work() as uow:
        uow.session.get(Account, number).state = "closed"
    assert program.get(second).status_code == 404
    with app.unit_of_work() as uow:
        uow.session.get(Account, number).state = "active"
    firm.post("/calendar/feed", data={"action": "end"})
    assert program.get(second).status_code == 404


def test_a_month_costs_the_same_with_one_and_with_fifty_rows(app, organizer, july):
    found = []
    for count in (1, 49):
        store(app, *(problem(f"难题{count}-{number}", deadline=DAY) for number in range(count)))
        organizer.get("/calendar")
        with counted(app) as statements:
            assert organizer.get("/calendar").status_code == 200
        found.append(len([one for one in statements if one.startswith("SELECT")]))
    assert found[0] == found[1] <= 12
