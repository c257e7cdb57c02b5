"""A day taken along as a file, noted apart, brought back: joined by moment and person, contradictions listed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.errors import Conflict, InvalidInput
from matchmaker.models import (
    Attendee,
    Base,
    DayEntry,
    EventProblem,
    Meeting,
    Organization,
    OutcomeCard,
    Problem,
)
from matchmaker.permissions import ORGANIZER, SYSTEM
from matchmaker.services import (
    board,
    calling,
    checking_in,
    day_bring,
    day_conflicts,
    day_files,
    day_moves,
    day_state,
    standby,
    walking_in,
)
from matchmaker.services.calling import When
from matchmaker.services.walking_in import Guest
from tests.support.embedder import HashEmbedder
from tests.support.events import docking, with_plan

ZONE = "Asia/Shanghai"
EARLY = datetime(2027, 3, 18, 0, 50)  # noqa: DTZ001 - stored moments have no zone
NINE = datetime(2027, 3, 18, 1, 0)  # noqa: DTZ001 - stored moments have no zone
HOUSE = "a" * 32


@pytest.fixture
def made(app):
    made = docking(app, experts=4, problems=2, slots=4, tables=3, anonymous=[1])
    with_plan(app, made, "running")
    return made


@pytest.fixture
def hall(app, tmp_path):
    made = build(Settings(home=tmp_path / "hall"), embedder=HashEmbedder())
    Base.metadata.create_all(made.database.engine)
    yield made
    made.close()


def taken(app, event=1, **more):
    with app.reading() as uow:
        return json.loads(json.dumps(day_files.take(uow, SYSTEM, event, house=HOUSE, at=EARLY, **more)))


def brought(app, data, house=HOUSE):
    with app.unit_of_work() as uow:
        return day_bring.bring(uow, SYSTEM, data, house=house, at=NINE)


def carried(app, hall, made, **more):
    return brought(hall, taken(app, made.event, **more), "hall")


def did(app, verb, *arguments, **more):
    with app.unit_of_work() as uow:
        return verb(uow, ORGANIZER, *arguments, **more)


def row(app, kind, number):
    with app.reading() as uow:
        return uow.session.get_one(kind, number)


def unsettled(app, made):
    with app.reading() as uow:
        day = day_state.load(uow, ORGANIZER, made.event, now=NINE, timezone=ZONE)
        return [str(each.text) for each in day_conflicts.open_conflicts(uow, day)]


def when(minutes=0):
    return When(NINE + timedelta(minutes=minutes), ZONE)


def test_an_empty_machine_becomes_a_copy_with_the_same_numbers_and_no_contacts(app, hall, made):
    did(app, checking_in.check_in, made.event, made.people[0], at=EARLY)
    report = carried(app, hall, made)
    assert (report.event, report.is_new) == (made.event, True)
    with hall.reading() as uow:
        day = day_state.load(uow, ORGANIZER, made.event, now=EARLY, timezone=ZONE)
        assert {each.id: (each.slot, each.table.name) for each in day.meetings} == {
            each.id: (each.slot, each.table.name) for each in _day(app, made).meetings
        }
        assert {each.phone + each.email for each in day.people} == {""}
        assert [each.name for each in day.people if each.arrived_at] == ["专家1"]
        assert [cell.demand for cell in board.shown(day).now.cells] == [
            "2027-0001 第1纽扣厂",
            "2027-0002",
            "",
        ]
        assert {each.readers for each in uow.session.scalars(select(Problem))} == {" office "}
        assert {each.readers for each in uow.session.scalars(select(Organization))} == {" office "}


def _day(app, made):
    with app.reading() as uow:
        return day_state.load(uow, ORGANIZER, made.event, now=EARLY, timezone=ZONE)


def test_contacts_go_along_only_where_they_are_asked_for(app, made):
    assert "13900000000" not in json.dumps(taken(app, made.event))
    assert "13900000000" in json.dumps(taken(app, made.event, contacts=True))


def test_a_machine_with_other_things_is_no_copy(app, hall, made):
    docking(hall, experts=1, problems=1)
    with pytest.raises(Conflict):
        carried(app, hall, made)


def test_what_happened_in_the_hall_comes_back_once(app, hall, made):
    carried(app, hall, made)
    for each in (*made.people, *made.representatives):
        did(hall, checking_in.check_in, made.event, each, at=EARLY)
    did(hall, calling.start, made.event, 0, when())
    did(hall, calling.miss, made.event, made.meetings[0, 1], "demand", when(35))
    back = taken(hall, made.event)
    assert (back["house"], back["is_copy"]) == (HOUSE, True)
    report = brought(app, back)
    assert (report.lines, report.conflicts) == ({"entries": 9}, [])
    assert {each.arrived_at for each in _day(app, made).people} == {EARLY}
    assert row(app, Meeting, made.meetings[0, 0]).began_at == NINE
    assert row(app, Meeting, made.meetings[0, 1]).missing == "demand"
    again = brought(app, back)
    assert (again.lines, again.conflicts) == ({}, [])
    with app.reading() as uow:
        assert len(uow.session.scalars(select(DayEntry)).all()) == 9


def test_the_first_arrival_counts_wherever_it_was_noted(app, hall, made):
    carried(app, hall, made)
    did(app, checking_in.check_in, made.event, made.people[0], at=NINE)
    did(hall, checking_in.check_in, made.event, made.people[0], at=EARLY)
    assert brought(app, taken(hall, made.event)).conflicts == []
    assert row(app, Attendee, made.people[0]).arrived_at == EARLY


def test_contradictions_are_listed_and_settled(app, hall, made):
    carried(app, hall, made)
    meeting, other = made.meetings[0, 0], made.meetings[1, 1]
    did(app, calling.miss, made.event, meeting, "supply", when(5))
    did(hall, calling.begin, made.event, meeting, when(8))
    did(app, calling.begin, made.event, other, when(9))
    did(hall, calling.miss, made.event, other, "both", when(7))
    back = taken(hall, made.event)
    assert len(brought(app, back).conflicts) == 2
    assert brought(app, back).conflicts == []
    assert unsettled(app, made) == [
        f"洽谈 {meeting}：本机为“专家未到”，带回的为“已洽谈”，现按“已洽谈”",
        f"洽谈 {other}：本机为“已洽谈”，带回的为“双方均未到”，现按“已洽谈”",
    ]
    did(app, calling.miss, made.event, meeting, "supply", when(60))
    with app.reading() as uow:
        entry = uow.session.scalars(
            select(DayEntry).where(DayEntry.meeting_id == other, DayEntry.kind == "conflict")
        ).one()
    assert len(unsettled(app, made)) == 1
    did(app, day_conflicts.settle, made.event, entry.id, at=when(61).now)
    assert unsettled(app, made) == []


def test_walk_ins_of_both_machines_are_all_there(app, hall, made):
    carried(app, hall, made)
    for each in (*made.people, *made.representatives):
        did(hall, checking_in.check_in, made.event, each, at=EARLY)
    at_home = did(app, walking_in.walk_in, made.event, Guest("expert", "在家的人", "某大学"), when())
    guest = did(
        hall, walking_in.walk_in, made.event, Guest("representative", "在场的人", "某厂", "螺丝发黑"), when()
    )
    assert at_home.badge_number == guest.badge_number
    with hall.reading() as uow:
        offer = uow.session.scalars(select(EventProblem.id).order_by(EventProblem.id.desc())).first()
        day = day_state.load(uow, ORGANIZER, made.event, now=NINE, timezone=ZONE)
        free = standby.proposals(day, standby.pairs(uow, made.event), 3, only=[guest.id], most=1)[0]
    did(hall, standby.accept, made.event, (3, free.table.id, free.attendee.id, offer), when(), "walkin")
    back = taken(hall, made.event)
    report = brought(app, back)
    assert report.renumbered == {"在场的人": (guest.badge_number, guest.badge_number + 1)}
    assert {name: report.lines[name] for name in ("people", "problems", "meetings")} == {
        "people": 1, "problems": 1, "meetings": 1,
    }  # fmt: skip
    day = _day(app, made)
    met = [each for each in day.meetings if each.source == "walkin"]
    assert [(each.event_problem.problem.title, each.slot, each.attendee.name) for each in met] == [
        ("螺丝发黑", 3, free.attendee.name)
    ]
    assert day_state.is_here(next(each for each in day.people if each.name == "在场的人"))
    assert brought(app, back).lines == {}


def test_changes_of_the_plan_come_back_unless_both_changed_it(app, hall, made):
    carried(app, hall, made)

    def swap(where, expert, problem, table):
        day = _day(where, made)
        meeting = made.meetings[expert, problem]
        changes = day_moves.swapped(
            day, calling.of_day(day, meeting), day_moves.table_of(day, made.tables[table])
        )
        did(
            where,
            day_moves.change_table,
            made.event,
            meeting,
            made.tables[table],
            day_moves.fingerprint(changes),
            when(),
        )

    swap(hall, 0, 0, 1)
    report = brought(app, taken(hall, made.event))
    assert (report.lines["moved"], report.conflicts) == (2, [])
    assert row(app, Meeting, made.meetings[0, 0]).table_id == made.tables[1]
    swap(hall, 0, 1, 1)
    day = _day(app, made)
    person = day_moves.person_of(day, made.people[0])
    changes = day_moves.late(day, person, None)
    did(app, day_moves.be_late, made.event, person.id, None, day_moves.fingerprint(changes), when())
    report = brought(app, taken(hall, made.event))
    assert [each.meeting_id for each in report.conflicts] == [made.meetings[0, 1]]
    assert row(app, Meeting, made.meetings[0, 1]).state == "cancelled"
    assert len(unsettled(app, made)) == 1


def test_cards_come_back_and_two_different_ones_are_both_kept(app, hall, made):
    meeting = made.meetings[0, 0]

    def card(where, side, result):
        with where.unit_of_work() as uow:
            held = uow.session.get_one(Meeting, meeting)
            known = {each.side: each for each in held.cards}
            if side in known:
                known[side].result = result
            else:
                held.cards.append(OutcomeCard(side=side, attended="met", result=result))

    card(app, "demand", "talk")
    carried(app, hall, made)
    card(hall, "demand", "intention")
    card(hall, "supply", "intention")
    back = taken(hall, made.event)
    assert (brought(app, back).lines, brought(app, back).lines) == ({"cards": 1}, {})
    with app.reading() as uow:
        held = uow.session.get_one(Meeting, meeting)
        assert ({each.side: each.result for each in held.cards}, held.outcome) == (
            {"demand": "intention", "supply": "intention"}, "intention",
        )  # fmt: skip
    card(app, "supply", "unfit")
    card(hall, "supply", "contacts")
    report = brought(app, taken(hall, made.event))
    assert [each.facts["card"]["result"] for each in report.conflicts] == ["contacts"]
    with app.reading() as uow:
        assert {each.result for each in uow.session.get_one(Meeting, meeting).cards} == {"intention", "unfit"}


def test_a_newer_file_of_the_house_brings_the_copy_up_to_date(app, hall, made):
    carried(app, hall, made)
    did(app, checking_in.check_in, made.event, made.people[1], at=EARLY)
    report = brought(hall, taken(app, made.event), "hall")
    assert (report.is_new, report.lines) == (False, {"entries": 1})
    assert row(hall, Attendee, made.people[1]).arrived_at == EARLY


def test_what_is_none_of_ours_is_refused_whole(app, made):
    known = {"format": day_files.FORMAT, "house": HOUSE}
    for data in (None, [], {}, {"format": "other"}, {"format": day_files.FORMAT}, known,
                 {**known, "number": made.event, "people": 3}):  # fmt: skip
        with pytest.raises(InvalidInput):
            brought(app, data)


def test_a_file_with_a_damaged_entry_changes_nothing(app, hall, made):
    carried(app, hall, made)
    did(hall, checking_in.check_in, made.event, made.people[0], at=EARLY)
    did(hall, checking_in.check_in, made.event, made.people[1], at=EARLY)
    for damage in ({"kind": "other"}, {"at": "gestern"}, {"who": "nobody"}):
        back = taken(hall, made.event)
        back["entries"][1].update(damage)
        with pytest.raises(InvalidInput):
            brought(app, back)
    with app.reading() as uow:
        assert uow.session.scalars(select(DayEntry)).all() == []
