"""Events: made, changed, copied; what falls is said; steps; people and problems."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import AgendaItem, Attendee, Event, EventProblem, Meeting, Outbox, Problem, Standby
from matchmaker.permissions import ORGANIZER
from matchmaker.services import (
    event_agenda,
    event_copying,
    event_forming,
    event_problems,
    event_readiness,
    event_schedule,
    event_stages,
    event_steps,
    registering,
)
from matchmaker.services.event_clashes import clashes
from matchmaker.services.event_consequences import TableFacts, Times, tables_change, times_change
from matchmaker.services.event_forming import mark_of
from matchmaker.services.event_times import Span, deadlines, names_of, slots_of, tables_for
from tests.support.events import DAY, Docking, docking, spans, with_plan
from tests.support.samples import expert, organization, problem, store

TODAY = date(2027, 1, 4)
LATE = date(2027, 3, 17)


def of(app: Application, model: type[Any], number: int) -> Any:
    with app.reading() as uow:
        return uow.session.get_one(model, number)


def told(app: Application, kind: str) -> list[str]:
    with app.reading() as uow:
        return list(uow.session.scalars(select(Outbox.title).where(Outbox.kind == kind).order_by(Outbox.id)))


def made(app: Application, **values: Any) -> int:
    given = {"title": "春季对接会", "venue": "会展中心", **values}
    with app.unit_of_work() as uow:
        return event_forming.create(uow, ORGANIZER, given, first_day=DAY, today=TODAY).id


def save_times(app: Application, number: int, times: Times, fallen: Any = ()) -> None:
    with app.unit_of_work() as uow:
        mark = mark_of(uow.session.get_one(Event, number), "times")
        event_schedule.set_times(uow, ORGANIZER, number, times, mark=mark, fallen=fallen)


def test_rounds_tables_and_last_days_follow_from_little() -> None:
    morning = Span(datetime.combine(DAY, time(9)), datetime.combine(DAY, time(11, 30)))
    assert [f"{slot.starts:%H:%M}" for slot in slots_of([morning], 25, 5)] == [
        "09:00", "09:30", "10:00", "10:30", "11:00",
    ]  # fmt: skip
    assert (tables_for(112, 8), tables_for(0, 8)) == ((16, 17), (0, 0))
    assert (names_of(2, "A"), names_of(100, "B")[-1]) == (["A01", "A02"], "B100")
    assert deadlines(DAY, TODAY).call_until == date(2027, 2, 11)
    assert deadlines(DAY, LATE).call_until == DAY


def test_a_new_event_needs_a_title_and_has_all_else(app: Application) -> None:
    with pytest.raises(InvalidInput) as fault, app.unit_of_work() as uow:
        event_forming.create(uow, ORGANIZER, {"title": ""}, first_day=DAY, today=TODAY)
    assert list(fault.value.fields) == ["title"]
    first, second = made(app, hosts=["县科技局"]), made(app, title="秋季对接会")
    with app.reading() as uow:
        row = uow.session.get_one(Event, second)
        assert (len(row.slots), len(row.tables), row.hosts, row.number) == (10, 10, ["县科技局"], "2027-H02")
        assert (row.call_until, row.prefer_until) == (date(2027, 2, 11), date(2027, 3, 8))
    assert of(app, Event, first).state == "draft"


def test_only_the_office_makes_events(app: Application) -> None:
    village = docking(app)
    with pytest.raises(Forbidden), app.unit_of_work() as uow:
        event_forming.create(uow, village.actor("firm"), {"title": "我的"}, first_day=DAY, today=TODAY)


def test_a_stale_form_is_told_and_writes_nothing(app: Application) -> None:
    number = made(app)
    mark = mark_of(of(app, Event, number), "what")
    with app.unit_of_work() as uow:
        event_forming.change(uow, ORGANIZER, number, "what", {"title": "甲"}, mark=mark)
    with pytest.raises(Conflict, match="没有保存"), app.unit_of_work() as uow:
        event_forming.change(uow, ORGANIZER, number, "what", {"title": "乙"}, mark=mark)
    assert of(app, Event, number).title == "甲"


def test_shorter_sessions_tell_the_meetings_that_fall_and_need_the_word_for_them(app: Application) -> None:
    village = docking(app, experts=2, problems=2, slots=4, tables=1)
    with_plan(app, village)
    with app.unit_of_work() as uow:
        uow.session.add(
            Standby(
                event_id=village.event,
                slot=1,
                attendee_id=village.people[0],
                event_problem_id=village.offers[0],
            )
        )
        uow.session.get_one(Attendee, village.people[0]).unavailable = [3]
    late = Span(datetime.combine(DAY, time(9, 30)), datetime.combine(DAY, time(10, 25)))
    shorter = Times([late], 25, 5)
    with app.reading() as uow:
        found = times_change(uow, uow.session.get_one(Event, village.event), shorter)
        assert found.places == {0: None, 1: 0, 2: 1, 3: None}
        fallen = sorted(found.numbers)
        assert len(fallen) == 2
    with pytest.raises(Conflict):
        save_times(app, village.event, shorter)
    with pytest.raises(Conflict):
        save_times(app, village.event, shorter, fallen[:1])
    save_times(app, village.event, shorter, fallen)
    with app.reading() as uow:
        rows = uow.session.scalars(select(Meeting).order_by(Meeting.id)).all()
        assert sorted((row.slot, row.state) for row in rows if row.id not in fallen) == [
            (0, "planned"), (1, "planned"),
        ]  # fmt: skip
        assert {(row.state, row.sequence) for row in rows if row.id in fallen} == {("cancelled", 1)}
        assert [row.slot for row in uow.session.scalars(select(Standby))] == [0]
        assert uow.session.get_one(Attendee, village.people[0]).unavailable == []
        event = uow.session.get_one(Event, village.event)
        assert [slot.position for slot in event.slots] == [0, 1]
    assert len(told(app, "event:unplaced")) == 4


def test_an_event_that_moves_to_another_day_keeps_its_plan(app: Application) -> None:
    village = docking(app, experts=2, problems=1, slots=4, tables=1, call_until=DAY - timedelta(days=7))
    with_plan(app, village)
    week = timedelta(days=7)
    with app.unit_of_work() as uow:
        nine = datetime.combine(DAY, time(8))
        uow.session.add(
            AgendaItem(event_id=village.event, title="开幕", starts=nine, ends=nine + timedelta(hours=1))
        )
        uow.session.get_one(Attendee, village.people[0]).unavailable = [3]
    moved = [Span(each.starts + week, each.ends + week, each.name) for each in spans(4)]
    save_times(app, village.event, Times(moved, 25, 5))
    with app.reading() as uow:
        event = uow.session.get_one(Event, village.event)
        meetings = uow.session.scalars(select(Meeting).order_by(Meeting.slot)).all()
        assert [(row.slot, row.state, row.sequence) for row in meetings] == [
            (0, "planned", 1),
            (1, "planned", 1),
        ]
        assert (event.first_day, event.call_until) == (DAY + week, DAY)
        assert (event.agenda[0].starts.date(), event.slots[0].starts.date()) == (DAY + week, DAY + week)
        assert uow.session.get_one(Attendee, village.people[0]).unavailable == [3]
    assert len(told(app, "event:moved")) == 3


def test_dropping_the_first_morning_moves_nothing(app: Application) -> None:
    village = docking(app, experts=1, problems=1, slots=12, tables=1)
    with app.reading() as uow:
        event = uow.session.get_one(Event, village.event)
        found = times_change(uow, event, Times(spans(12)[2:], 25, 5))
        assert (found.by, [found.places[at] for at in (0, 7, 8, 11)]) == (timedelta(), [None, None, 0, 3])


def test_a_table_taken_away_or_blocked_lets_its_meetings_fall(app: Application) -> None:
    village = docking(app, experts=2, problems=2, slots=2, tables=2)
    with_plan(app, village)
    wanted = [TableFacts("B1", unavailable=(0,), id=village.tables[0]), TableFacts("A01", room="小厅")]
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, village.event)
        found = tables_change(uow, event, wanted)
        assert len(found.fallen) == 3
        mark = mark_of(event, "tables")
        event_schedule.set_tables(uow, ORGANIZER, village.event, wanted, mark=mark, fallen=found.numbers)
    with app.reading() as uow:
        event = uow.session.get_one(Event, village.event)
        assert [(table.name, table.unavailable, table.room) for table in event.tables] == [
            ("B1", [0], ""), ("A01", [], "小厅"),
        ]  # fmt: skip


def test_what_took_place_cannot_fall(app: Application) -> None:
    village = docking(app, experts=1, problems=1, slots=2, tables=1)
    (number,) = with_plan(app, village).values()
    with app.unit_of_work() as uow:
        uow.session.get_one(Meeting, number).state = "held"
    later = Span(datetime.combine(DAY, time(9, 30)), datetime.combine(DAY, time(9, 55)))
    with pytest.raises(Conflict, match="已经进行"):
        save_times(app, village.event, Times([later], 25, 5), [number])


def test_faults_of_sessions_are_told_where_they_are(app: Application) -> None:
    number = made(app)
    nine, ten = datetime.combine(DAY, time(9)), datetime.combine(DAY, time(10))
    with pytest.raises(InvalidInput) as fault:
        save_times(app, number, Times([Span(nine, ten), Span(nine + timedelta(minutes=30), nine)], 25, 5))
    assert sorted(fault.value.fields) == ["session-1-ends"]
    with pytest.raises(InvalidInput):
        save_times(app, number, Times([], 25, 5))


def test_a_copy_moves_days_and_brings_no_people(app: Application) -> None:
    village = docking(app, slots=8, tables=3, call_until=DAY - timedelta(days=30))
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, village.event)
        event.tables[1].unavailable = [2]
        nine = datetime.combine(DAY, time(8, 30))
        uow.session.add(
            AgendaItem(event_id=event.id, title="开幕", starts=nine, ends=nine + timedelta(minutes=20))
        )
    next_year = DAY + timedelta(days=364)
    with app.unit_of_work() as uow:
        number = event_copying.copy(
            uow,
            ORGANIZER,
            village.event,
            title="下一届",
            first_day=next_year,
            today=TODAY,
            with_problems=True,
        ).id
    with app.reading() as uow:
        row = uow.session.get_one(Event, number)
        assert (row.state, row.copied_from, row.first_day, row.call_until) == (
            "draft", village.event, next_year, next_year - timedelta(days=30),
        )  # fmt: skip
        assert [table.unavailable for table in row.tables] == [[], [2], []]
        assert (row.slots[0].starts.date(), row.agenda[0].starts.date()) == (next_year, next_year)
        people = select(Attendee).where(Attendee.event_id == number)
        offers = select(EventProblem.state).where(EventProblem.event_id == number)
        assert (uow.session.scalars(people).all(), uow.session.scalars(offers).all()) == ([], ["offered"] * 2)


def test_steps_say_what_is_missing_and_who_was_faster(app: Application) -> None:
    number = made(app, venue="")
    with pytest.raises(Conflict, match="场地"), app.unit_of_work() as uow:
        event_steps.take(uow, ORGANIZER, number, "open", seen="draft")
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, number).venue = "会展中心"
        event_steps.take(uow, ORGANIZER, number, "open", seen="draft")
    with pytest.raises(Conflict, match="征集与邀请"), app.unit_of_work() as uow:
        event_steps.take(uow, ORGANIZER, number, "open", seen="draft")
    with pytest.raises(InvalidInput), app.unit_of_work() as uow:
        event_steps.take(uow, ORGANIZER, number, "back", seen="open")
    with app.unit_of_work() as uow:
        assert event_steps.take(uow, ORGANIZER, number, "back", seen="open", reason="改期").state == "draft"


def test_a_cancellation_tells_everybody_and_takes_meetings_out_of_calendars(app: Application) -> None:
    village = docking(app, experts=2, problems=1, slots=2, tables=1)
    with_plan(app, village)
    with app.unit_of_work() as uow:
        event_steps.take(uow, ORGANIZER, village.event, "cancel", seen="provisional", reason="台风")
    assert len(told(app, "event:cancelled")) == 3
    with app.reading() as uow:
        assert {(row.state, row.sequence) for row in uow.session.scalars(select(Meeting))} == {
            ("cancelled", 1)
        }


def test_docking_starts_with_a_plan_and_a_training_without(app: Application) -> None:
    village, training = docking(app, state="open"), made(app, title="培训", kind="training")
    with app.unit_of_work() as uow:
        event_steps.take(uow, ORGANIZER, training, "open", seen="draft")
        names = [
            step.name for step in event_steps.steps(uow, ORGANIZER, uow.session.get_one(Event, training))
        ]
        assert names == ["start", "back", "cancel"]
        assert event_steps.take(uow, ORGANIZER, training, "start", seen="open").state == "running"
        assert (
            event_steps.take(uow, ORGANIZER, training, "back", seen="running", reason="误点").state == "open"
        )
    with pytest.raises(Conflict), app.unit_of_work() as uow:
        event_steps.take(uow, ORGANIZER, village.event, "start", seen="open")


def agenda(hours: tuple[float, float], **parts: Any) -> dict[str, Any]:
    begin, end = (datetime.combine(DAY, time()) + timedelta(hours=hour) for hour in hours)
    return {
        "kind": "opening", "title": "开幕", "starts": begin, "ends": end, "room": "", "speaker": "", "note": "",
        "is_for_all": True, **parts,
    }  # fmt: skip


def test_an_item_of_the_agenda_tells_what_it_runs_into(app: Application) -> None:
    village = docking(app, experts=2, problems=2, slots=4, tables=2)
    with_plan(app, village)
    with app.unit_of_work() as uow:
        _row, found = event_agenda.save(uow, ORGANIZER, village.event, agenda((9, 9.75)))
        assert (found.rounds, found.meetings) == ((1, 2), 4)
        own = agenda((9, 10), title="推介", is_for_all=False)
        _row, found = event_agenda.save(
            uow, ORGANIZER, village.event, own, people=[village.representatives[0]]
        )
        assert (found.rounds, found.meetings, found.items) == ((1, 2), 2, ())
    with pytest.raises(InvalidInput) as fault, app.unit_of_work() as uow:
        event_agenda.save(uow, ORGANIZER, village.event, agenda((10, 9), title="", is_for_all=False))
    assert sorted(fault.value.fields) == ["ends", "people", "title"]


def test_registration_waits_for_the_office_and_both_are_told(app: Application) -> None:
    village = docking(app, experts=1, problems=1, state="open", call_until=DAY - timedelta(days=7))
    body = of(app, Attendee, village.people[0]).organization_id
    (newcomer,) = store(app, expert("新专家", organization_id=body, phone="13912340000"))
    liaison = village.actor("body")
    with app.unit_of_work() as uow:
        row = registering.register(uow, liaison, village.event, "expert", {"expert": newcomer}, today=TODAY)
        assert (row.state, row.name, row.phone) == ("registered", "新专家", "13912340000")
        number = row.id
    assert len(told(app, "event:registered")) == 1
    with pytest.raises(Conflict), app.unit_of_work() as uow:
        registering.register(uow, liaison, village.event, "expert", {"expert": newcomer}, today=TODAY)
    with pytest.raises(Conflict, match="截止"), app.unit_of_work() as uow:
        registering.register(uow, liaison, village.event, "expert", {"expert": newcomer}, today=LATE)
    with pytest.raises(InvalidInput), app.unit_of_work() as uow:
        registering.decide(uow, ORGANIZER, number, accept=False)
    with app.unit_of_work() as uow:
        registering.decide(uow, ORGANIZER, number, accept=False, reason="名额已满")
    assert len(told(app, "event:refused")) == 1
    with app.unit_of_work() as uow:
        again = registering.register(
            uow, ORGANIZER, village.event, "expert", {"expert": newcomer}, today=LATE
        )
        assert (again.id, again.state) == (number, "accepted")


def test_nobody_registers_for_others(app: Application) -> None:
    village = docking(app, experts=3, problems=1, state="open")
    firm = village.actor("firm")
    with pytest.raises(Forbidden), app.unit_of_work() as uow:
        registering.register(uow, firm, village.event, "expert", {"expert": village.experts[2]}, today=TODAY)
    with pytest.raises(Forbidden), app.unit_of_work() as uow:
        registering.register(uow, firm, village.event, "leader", {"name": "某局长"}, today=TODAY)
    with pytest.raises(NotFound), app.unit_of_work() as uow:
        registering.leave(uow, firm, village.people[0])


def test_a_full_event_takes_experts_only_from_the_office(app: Application) -> None:
    village = docking(app, experts=1, problems=1, state="open", most_experts=1, approves=False)
    (other,) = store(app, expert("第二位", organization_id=village.bodies[0]))
    with pytest.raises(Conflict, match="已满"), app.unit_of_work() as uow:
        registering.register(
            uow, village.actor("body"), village.event, "expert", {"expert": other}, today=TODAY
        )
    with app.unit_of_work() as uow:
        registering.register(uow, ORGANIZER, village.event, "expert", {"expert": other}, today=TODAY)


def test_an_owner_offers_his_problem_and_sends_one_person_for_two(app: Application) -> None:
    village = docking(app, experts=1, problems=1, state="open")
    own, foreign = store(
        app,
        problem("第二项", organization_id=village.firms[0]),
        problem("别人的", organization=organization("别家", kind="enterprise")),
    )
    firm = village.actor("firm")
    with app.unit_of_work() as uow:
        row = event_problems.offer(
            uow, firm, village.event, own, today=TODAY, people=[village.representatives[0]]
        )
        assert (row.state, [each.id for each in row.people]) == ("offered", [village.representatives[0]])
        number = row.id
    with pytest.raises(Forbidden), app.unit_of_work() as uow:
        event_problems.offer(uow, firm, village.event, foreign, today=TODAY)
    with app.unit_of_work() as uow:
        assert event_problems.decide(uow, ORGANIZER, number, accept=True).state == "accepted"
    assert len(told(app, "event:problem_accepted")) == 1
    facts = {"least": 1, "most": 3, "table_kind": "quiet", "priority": 2.0, "priority_reason": "县重点"}
    with app.unit_of_work() as uow:
        event_problems.change(uow, firm, number, facts, people=[])
    row = of(app, EventProblem, number)
    assert (row.most, row.table_kind, row.priority, row.priority_reason) == (3, "quiet", 1.0, "")
    with app.unit_of_work() as uow:
        assert event_problems.withdraw(uow, firm, number, "已解决").state == "withdrawn"


def test_an_unpublished_problem_waits_for_its_publication(app: Application) -> None:
    village = docking(app, experts=1, problems=1, state="open", approves=False)
    (own,) = store(
        app,
        problem(
            "草稿",
            organization_id=village.firms[0],
            state="draft",
            readers=f" org:{village.firms[0]} office ",
        ),
    )
    with app.unit_of_work() as uow:
        number = event_problems.offer(uow, village.actor("firm"), village.event, own, today=TODAY).id
    with pytest.raises(Conflict, match="还没有发布"), app.unit_of_work() as uow:
        event_problems.decide(uow, ORGANIZER, number, accept=True)
    with app.unit_of_work() as uow:
        uow.session.get_one(Problem, own).state = "published"
        assert event_problems.decide(uow, ORGANIZER, number, accept=True).state == "accepted"


def twins(app: Application) -> tuple[Docking, int]:
    village = docking(app, experts=2, problems=1, slots=4)
    other = made(app, title="同日培训", kind="training")
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, other).state = "open"
        registering.register(uow, ORGANIZER, other, "expert", {"expert": village.experts[0]}, today=TODAY)
    return village, other


def test_the_same_person_at_two_events_is_told(app: Application) -> None:
    village, _other = twins(app)
    with app.reading() as uow:
        event = uow.session.get_one(Event, village.event)
        assert [(clash.attendee.id, clash.other.title) for clash in clashes(uow, event)] == [
            (village.people[0], "同日培训")
        ]
        lines = [str(fact.text) for fact in event_readiness.people(uow, ORGANIZER, event) if not fact.is_good]
        assert lines == ["专家1同时要参加“同日培训”，请错开时间或更换人选"]
    with app.unit_of_work() as uow:
        uow.session.get_one(Attendee, village.people[0]).unavailable = [0, 1, 2, 3]
    with app.reading() as uow:
        assert clashes(uow, uow.session.get_one(Event, village.event)) == []


def test_stages_tell_what_is_missing(app: Application) -> None:
    village = docking(app, experts=1, problems=1, state="open", tables=1)
    with_plan(app, village, state="provisional")
    with app.unit_of_work() as uow:
        uow.session.get_one(EventProblem, village.offers[0]).people = []
        registering.leave(uow, ORGANIZER, village.people[0], "出差")
    with app.reading() as uow:
        event = uow.session.get_one(Event, village.event)
        found = {each.stage.name: each for each in event_stages.standing(uow, ORGANIZER, event)}
        assert [str(fact.text) for fact in found["people"].lacking] == ["1 场已排洽谈的一方不再参加"]
        assert [str(fact.text) for fact in found["problems"].lacking] == ["1 项难题还没有参会代表"]
        assert found["times"].place == "done"
    assert spans(9)[2].starts.date() == DAY + timedelta(days=1)
