"""Fetching documents, handing out pages, somebody's own day and his calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.models import AccessLog, AgendaItem, Event, Meeting, Outbox, Problem, SecretLink
from matchmaker.services import event_pages, events, secret_links
from tests.support.accounts import account, log_in
from tests.support.events import Docking, docking, with_plan
from tests.support.papers import text_of, unpacked
from tests.support.site import CODES


@pytest.fixture
def held(app: Application) -> Docking:
    made = docking(app, experts=3, problems=2, slots=6, tables=3, anonymous=[1], contact_phone="0579-1234567")
    with_plan(app, made)
    return made


def link_to(app: Application, made: Docking, person: int) -> str:
    """The page of an attendee, handed out by the office."""
    office = made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, office, made.event)
        (link,) = event_pages.hand_out(uow, office, event, {person}, app.today(), app.clock())
        return secret_links.path(app.secret(), link)


class TestPapers:
    def test_the_page_lists_what_there_is(self, organizer: FlaskClient, held: Docking) -> None:
        page = organizer.get(f"/events/{held.event}/papers").get_data(as_text=True)
        assert "按排程第 1 版" in page
        assert "初排 · 可能调整" in page
        assert page.count("/papers/sheets.pdf") == page.count("/papers/handbook.docx") == 1
        assert "5 人还没有自己的手机日程链接" in page

    def test_a_file_comes_with_a_name_and_is_written_down(
        self, organizer: FlaskClient, app: Application, held: Docking
    ) -> None:
        answer = organizer.get(f"/events/{held.event}/papers/signin.docx")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        assert "专家1" in text_of(answer.data, "docx")
        with app.reading() as uow:
            assert uow.session.scalars(select(AccessLog.action)).all() == ["event:print"]

    def test_everything_in_one_file(self, organizer: FlaskClient, held: Docking) -> None:
        found = unpacked(organizer.get(f"/events/{held.event}/papers/all.zip").data)
        assert len(found) == 15
        assert "个人日程单.pdf" in found

    def test_unknown_documents_and_strangers(
        self, organizer: FlaskClient, visitor: FlaskClient, held: Docking
    ) -> None:
        for path in ("nothing.pdf", "sheets.docx", "all.pdf"):
            assert organizer.get(f"/events/{held.event}/papers/{path}").status_code == 404
        for path in ("papers", "papers/sheets.pdf", "papers/pages"):
            assert visitor.get(f"/events/{held.event}/{path}").status_code in {302, 403}

    def test_pages_are_handed_out_once_and_ended(
        self, organizer: FlaskClient, app: Application, held: Docking
    ) -> None:
        where = f"/events/{held.event}/papers/pages"
        for _ in range(2):
            assert organizer.post(where, data={"all": "1"}).status_code == 303
        with app.reading() as uow:
            links = uow.session.scalars(select(SecretLink).where(SecretLink.purpose == "event_page")).all()
            told = uow.session.scalars(select(Outbox).where(Outbox.kind == "event:page")).all()
            assert (len(links), len(told)) == (5, 5)
            first = secret_links.path(app.secret(), links[0])
            number = links[0].subject.partition(":")[2]
        assert organizer.get(first).status_code == 200
        assert "打开过" not in organizer.get(where).get_data(as_text=True)  # the office's own look
        organizer.post(f"{where}/{number}/end")
        assert organizer.get(first).status_code == 410
        assert "已作废" in organizer.get(where).get_data(as_text=True)
        organizer.post(where, data={"who": number})
        page = organizer.get(where).get_data(as_text=True)
        assert page.count("已发出，还没有打开") == 5

    @pytest.mark.parametrize("size", [1, 50])
    def test_statements_of_the_list(
        self, organizer: FlaskClient, app: Application, statements: list[str], size: int
    ) -> None:
        made = docking(app, experts=size, problems=1, slots=2, tables=1)
        organizer.post(f"/events/{made.event}/papers/pages", data={"all": "1"})
        statements.clear()
        assert organizer.get(f"/events/{made.event}/papers/pages").status_code == 200
        assert len([each for each in statements if CODES not in each]) <= 12


class TestOwnDay:
    def test_an_expert_sees_his_meetings_and_an_anonymous_problem_by_its_number(
        self, visitor: FlaskClient, app: Application, held: Docking
    ) -> None:
        with app.unit_of_work() as uow:
            uow.session.get_one(Problem, held.problems[1]).title = "第2纽扣厂的变色"
        answer = visitor.get(link_to(app, held, held.people[0]))
        page = answer.get_data(as_text=True)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer.headers["Cache-Control"]
        assert "专家1，您的日程" in page
        assert "第 1 种镀层变色" in page
        assert "2027-0002" in page
        for secret in ("第2纽扣厂", "代表2", "13700000001"):
            assert secret not in page
        assert "13700000000" not in page  # nobody's contacts

    def test_a_change_is_marked_until_he_has_seen_it(
        self, visitor: FlaskClient, app: Application, held: Docking
    ) -> None:
        where = link_to(app, held, held.people[0])
        assert "有变动" not in visitor.get(where).get_data(as_text=True)
        version = _version(visitor.get(where).get_data(as_text=True))
        with app.unit_of_work() as uow:
            row = uow.session.get_one(Meeting, held.meetings[0, 0])
            row.slot, row.sequence = 5, row.sequence + 1
            uow.session.get_one(Meeting, held.meetings[0, 1]).state = "cancelled"
            events.touched(uow.session.get_one(Event, held.event))
        page = visitor.get(where).get_data(as_text=True)
        assert _version(page) != version
        assert "您上次看过之后有变动" in page
        assert "取消：03-18 09:30" in page
        assert "原来是 03-18 09:00" in page
        assert visitor.post(f"{where}/seen").status_code == 303
        assert "有变动" not in visitor.get(where).get_data(as_text=True)

    def test_outcome_cards_are_one_press_away(
        self, visitor: FlaskClient, app: Application, held: Docking
    ) -> None:
        where = link_to(app, held, held.people[0])
        assert "填写结果卡" not in visitor.get(where).get_data(as_text=True)
        assert visitor.post(f"{where}/outcome").status_code == 409
        with app.unit_of_work() as uow:
            uow.session.get_one(Event, held.event).state = "running"
        assert "填写结果卡" in visitor.get(where).get_data(as_text=True)
        first, second = (visitor.post(f"{where}/outcome").location for _ in range(2))
        assert first == second
        assert first.startswith("/l/")

    def test_polling_is_cheap(
        self, visitor: FlaskClient, app: Application, held: Docking, statements: list[str]
    ) -> None:
        where = link_to(app, held, held.people[0])
        version = _version(visitor.get(where).get_data(as_text=True))
        statements.clear()
        same = visitor.get(f"{where}/live?since={version}")
        assert (same.status_code, same.data) == (304, b"")
        assert len([each for each in statements if CODES not in each]) <= 6
        etag = visitor.get(f"{where}/live").headers["ETag"]
        assert visitor.get(f"{where}/live", headers={"If-None-Match": etag}).status_code == 304
        with app.unit_of_work() as uow:
            events.touched(uow.session.get_one(Event, held.event))
        assert visitor.get(f"{where}/live?since={version}").status_code == 200
        assert visitor.get(f"{where}/live", headers={"If-None-Match": etag}).status_code == 200

    def test_wrong_codes_are_throttled_and_other_links_open_nothing(
        self, visitor: FlaskClient, app: Application, held: Docking
    ) -> None:
        right = link_to(app, held, held.people[0])
        with app.unit_of_work() as uow:
            other = SecretLink(
                purpose="contact", subject=f"attendee:{held.people[0]}", nonce="x", recipient="某人",
                expires_at=app.clock() + timedelta(days=1),
            )  # fmt: skip
            uow.session.add(other)
            uow.session.flush()
            wrong = "/m/" + secret_links.token(app.secret(), other)
        assert visitor.get(wrong).status_code == 404
        assert visitor.get(right.replace("/m/", "/l/")).status_code == 404
        for _ in range(secret_links.MOST_MISSES):
            visitor.get(right[:-1] + ("A" if right[-1] != "A" else "B"))
        assert visitor.get(right).status_code == 429

    def test_who_does_not_come_sees_nothing(
        self, visitor: FlaskClient, app: Application, held: Docking
    ) -> None:
        where = link_to(app, held, held.people[0])
        with app.unit_of_work() as uow:
            from matchmaker.models import Attendee

            uow.session.get_one(Attendee, held.people[0]).state = "declined"
        for path in ("", "/my.ics", "/live"):
            assert visitor.get(where + path).status_code == 410

    def test_before_the_plan_is_published_there_are_no_meetings(
        self, visitor: FlaskClient, app: Application, held: Docking
    ) -> None:
        with app.unit_of_work() as uow:
            uow.session.get_one(Event, held.event).state = "choosing"
        page = visitor.get(link_to(app, held, held.people[0])).get_data(as_text=True)
        assert "排程还没有您的洽谈" in page
        assert "第 1 种镀层变色" not in page


class TestCalendar:
    def test_uid_sequence_zone_and_cancelled_meetings(
        self, visitor: FlaskClient, app: Application, held: Docking
    ) -> None:
        where = link_to(app, held, held.people[0])
        with app.unit_of_work() as uow:
            event = uow.session.get_one(Event, held.event)
            start = event.slots[0].starts
            uow.session.add(
                AgendaItem(event_id=event.id, kind="opening", title="开幕式", starts=start - timedelta(hours=1), ends=start)
            )  # fmt: skip
        first = _entries(visitor.get(f"{where}/my.ics").data)
        kept, off = (f"meeting:{held.meetings[0, at]}@localhost" for at in (0, 1))
        assert set(first) == {kept, off, "agenda:1@localhost"}
        assert first[kept]["STATUS"] == "TENTATIVE"
        assert first[kept]["DTSTART"].dt.isoformat() == "2027-03-18T09:00:00+08:00"
        assert first["agenda:1@localhost"]["SUMMARY"] == "开幕式"
        with app.unit_of_work() as uow:
            uow.session.get_one(Event, held.event).state = "frozen"
            moved, gone = (uow.session.get_one(Meeting, held.meetings[0, at]) for at in (0, 1))
            moved.slot, moved.sequence = 4, 3
            gone.state, gone.sequence = "cancelled", 1
        data = visitor.get(f"{where}/my.ics").data
        then = _entries(data)
        assert (then[kept]["STATUS"], then[kept]["SEQUENCE"]) == ("CONFIRMED", 3)
        assert then[kept]["DTSTART"].dt.isoformat() == "2027-03-18T14:00:00+08:00"
        assert (then[off]["STATUS"], then[off]["SEQUENCE"]) == ("CANCELLED", 1)
        assert Calendar.from_ical(data)["METHOD"] == "PUBLISH"
        assert "第2纽扣厂" not in data.decode()
        with app.unit_of_work() as uow:
            uow.session.get_one(Event, held.event).state = "cancelled"
        data = visitor.get(f"{where}/my.ics").data
        assert Calendar.from_ical(data)["METHOD"] == "CANCEL"
        assert {str(each["STATUS"]) for each in _entries(data).values()} == {"CANCELLED"}

    def test_by_account_and_in_his_feed(self, site: Flask, app: Application, held: Docking) -> None:
        expert, firm = (log_in(site, held.account(role, 0)) for role in ("expert", "firm"))
        own = _entries(expert.get(f"/events/{held.event}/my.ics").data)
        assert {key.partition("@")[0] for key in own} == {f"meeting:{held.meetings[0, at]}" for at in (0, 1)}
        sent = _entries(firm.get(f"/events/{held.event}/my.ics").data)  # his representative has no account
        assert len(sent) == 3
        stranger = log_in(site, account(app, "expert"))
        assert stranger.get(f"/events/{held.event}/my.ics").status_code == 404
        expert.post("/calendar/feed", data={"action": "begin"})
        with app.reading() as uow:
            link = uow.session.scalars(select(SecretLink).where(SecretLink.purpose == "calendar")).one()
            path = f"/calendar/{secret_links.token(app.secret(), link)}.ics"
        fed = _entries(expert.get(path).data)
        key = f"meeting:{held.meetings[0, 0]}@localhost"
        assert fed[key]["DTSTART"].dt == own[key]["DTSTART"].dt
        assert fed[key]["STATUS"] == "TENTATIVE"


def _entries(data: bytes) -> dict[str, Any]:
    return {str(each["UID"]): each for each in Calendar.from_ical(data).walk("VEVENT")}


def _version(page: str) -> str:
    return page.partition('data-version="')[2].partition('"')[0]
