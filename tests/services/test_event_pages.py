"""Own pages and calendars, on every database: handing out, what is next, what has changed, what is off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict, Forbidden, NotFound
from matchmaker.models import AgendaItem, Attendee, Event, Meeting, SecretLink, now
from matchmaker.services import calendar, event_calendar, event_pages, events
from tests.support.events import DAY, Docking, docking, with_plan

ZONE = "Asia/Shanghai"


@pytest.fixture
def held(app: Application) -> Docking:
    made = docking(app, experts=3, problems=2, slots=6, tables=3, anonymous=[1])
    with_plan(app, made)
    return made


def handed(app: Application, made: Docking) -> list[int]:
    """Links of everybody, made by the office."""
    office = made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, office, made.event)
        links = event_pages.hand_out(uow, office, event, None, app.today(), app.clock())
        return [link.id for link in links]


def test_everybody_gets_one_link_that_holds_until_a_month_after(app: Application, held: Docking) -> None:
    assert len(handed(app, held)) == 5
    assert handed(app, held) == []
    with app.reading() as uow:
        event = uow.session.get_one(Event, held.event)
        people = event_pages.listing(uow, held.actor("office"), event, app.clock())
        assert [each.state for each in people] == ["open"] * 5
        assert all(each.link is not None and each.link.expires_at.date() > DAY for each in people)


def test_who_may_not_hand_out_and_when_nobody_may(app: Application, held: Docking) -> None:
    firm, expert, office = (held.actor(role) for role in ("firm", "expert", "office"))
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, held.event)
        with pytest.raises(Forbidden):
            event_pages.hand_out(uow, firm, event, None, app.today(), app.clock())
        with pytest.raises(Forbidden):
            event_pages.listing(uow, expert, event, app.clock())
        with pytest.raises(NotFound):
            event_pages.end(uow, office, event, 999)
        event.state = "cancelled"
        with pytest.raises(Conflict):
            event_pages.hand_out(uow, office, event, None, app.today(), app.clock())


def test_what_is_next_moves_on_and_overtime_is_still_on(app: Application, held: Docking) -> None:
    number = handed(app, held)[0]
    with app.unit_of_work() as uow:
        link = uow.session.get_one(SecretLink, number)
        person = event_pages.of_link(uow, link)
        assert person is not None
        first = uow.session.get_one(Event, held.event).slots[0]
        began = (first.starts - timedelta(hours=8)).replace(tzinfo=None)  # as stored, in UTC
        versions = []
        for minutes, expected in ((-10, 0), (10, 0), (26, 1), (600, None)):
            page = event_pages.shown(uow, link, person, began + timedelta(minutes=minutes), ZONE)
            assert page.now == expected
            versions.append(page.version)
        assert versions[0] == versions[1]
        assert len(set(versions)) == 3
        uow.session.get_one(Meeting, page.lines[0].own.row.id).state = "held"
        assert event_pages.shown(uow, link, person, began + timedelta(minutes=40), ZONE).now == 0
        assert page.tables == {"多功能厅": ["A01", "A02", "A03"]}


def test_both_sides_calendars(app: Application, held: Docking) -> None:
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, held.event)
        firm = uow.session.get_one(Attendee, held.representatives[1])
        item = AgendaItem(
            event_id=event.id, title="签约仪式", kind="signing", starts=event.slots[-1].ends, ends=event.slots[-1].ends,
            is_for_all=False, people=[firm],
        )  # fmt: skip
        uow.session.add(item)
        uow.session.get_one(Meeting, held.meetings[0, 1]).state = "cancelled"
        uow.session.flush()
        supply = event_calendar.of_person(uow, uow.session.get_one(Attendee, held.people[0]))
        demand = event_calendar.of_person(uow, firm)
    assert [(each.title, each.status) for each in supply] == [
        ("洽谈：2027-0001 第 1 种镀层变色", "TENTATIVE"), ("洽谈：2027-0002", "CANCELLED"),
    ]  # fmt: skip
    assert [(each.title, each.status) for each in demand] == [
        ("洽谈：专家2（第1大学）", "TENTATIVE"), ("洽谈：专家1（第1大学）", "CANCELLED"),
        ("洽谈：专家3（第2大学）", "TENTATIVE"), ("签约仪式", "CONFIRMED"),
    ]  # fmt: skip


def test_the_feed_holds_what_is_one_s_own(app: Application, held: Docking) -> None:
    expert, office = held.actor("expert", 0), held.actor("office")
    with app.reading() as uow:
        own = calendar.entries(uow, expert, DAY, DAY)
        assert [(each.key, each.is_tentative) for each in own if each.key[:8] == "meeting:"] == [
            (f"meeting:{held.meetings[0, at]}", True) for at in (0, 1)
        ]
        assert [
            each for each in calendar.entries(uow, office, DAY, DAY) if each.key.startswith("meeting:")
        ] == []
        assert event_calendar.between(uow, expert, DAY + timedelta(days=2), DAY + timedelta(days=9)) == []
        assert now() < uow.session.get_one(Event, held.event).slots[0].starts
