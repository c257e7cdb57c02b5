"""The day of an event: arriving, calling, tables, places that fall free, small changes, the board's words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import (
    Attendee,
    DayEntry,
    Event,
    EventPair,
    EventProblem,
    History,
    Job,
    Meeting,
    Outbox,
    Standby,
)
from matchmaker.permissions import ORGANIZER, VISITOR
from matchmaker.services import (
    board,
    calling,
    checking_in,
    day_entries,
    day_moves,
    day_state,
    standby,
    walking_in,
)
from matchmaker.services.calling import When
from matchmaker.services.walking_in import Guest
from tests.support.events import docking, with_plan

ZONE = "Asia/Shanghai"
#: 08:50 on the wall, ten minutes before the first slot.
EARLY = datetime(2027, 3, 18, 0, 50)  # noqa: DTZ001 - stored moments have no zone
NINE = datetime(2027, 3, 18, 1, 0)  # noqa: DTZ001 - stored moments have no zone


def when(minutes=0, start=EARLY):
    return When(start + timedelta(minutes=minutes), ZONE)


@pytest.fixture
def made(app):
    made = docking(app, experts=3, problems=2, slots=3, tables=2)
    with_plan(app, made, "running")
    return made


def day_of(app, made, at=EARLY):
    with app.reading() as uow:
        return day_state.load(uow, ORGANIZER, made.event, now=at, timezone=ZONE)


def arrive(app, made, *people, at=EARLY):
    for each in people:
        with app.unit_of_work() as uow:
            checking_in.check_in(uow, ORGANIZER, made.event, each, at=at)


def everybody(app, made):
    arrive(app, made, *made.people, *made.representatives)


def did(app, verb, *arguments, **more):
    with app.unit_of_work() as uow:
        return verb(uow, ORGANIZER, *arguments, **more)


def row(app, kind, number):
    with app.reading() as uow:
        return uow.session.get_one(kind, number)


def test_a_few_signs_mean_somebody(app, made):
    people = day_of(app, made).people
    for typed, names, sure in [
        ("1", ["专家1"], True),
        ("zj2", ["专家2"], True),
        ("zj", ["专家1", "专家2", "专家3"], False),
        ("zhuanjia3", ["专家3"], True),
        ("代表2", ["代表2"], True),
        ("0001", ["专家1", "专家2", "代表2"], False),
        ("没有此人", [], False),
        ("", [], False),
    ]:
        found = checking_in.find(people, typed)
        assert ([each.name for each in found.people], found.sure) == (names, sure), typed


def test_what_a_scanner_types_means_exactly_one(app, made):
    people = day_of(app, made).people
    found = checking_in.find(people, people[2].badge)
    assert ([each.id for each in found.people], found.sure) == ([people[2].id], True)


def test_arriving_twice_is_once_and_undone_is_never(app, made):
    person = made.people[0]
    live = row(app, Event, made.event).live
    assert did(app, checking_in.check_in, made.event, person, at=EARLY)[1] is True
    assert did(app, checking_in.check_in, made.event, person, at=NINE)[1] is False
    assert row(app, Attendee, person).arrived_at == EARLY
    did(app, checking_in.leave, made.event, person, at=NINE)
    assert row(app, Attendee, person).left_at == NINE
    did(app, checking_in.undo, made.event, person, at=NINE)
    did(app, checking_in.undo, made.event, person, at=NINE)
    assert (row(app, Attendee, person).arrived_at, row(app, Attendee, person).left_at) == (None, None)
    event = row(app, Event, made.event)
    assert (event.live - live, event.version) == (4, 2)
    with app.reading() as uow:
        told = uow.session.scalars(
            select(History.action).where(History.subject == f"attendee:{person}").order_by(History.id)
        ).all()
    assert [each for each in told if each.startswith("day:")] == [
        "day:here",
        "day:gone",
        "day:undo",
        "day:undo",
    ]


def test_two_desks_at_once_are_one_arrival(app, made):
    people = [made.people[0]] * 4 + [made.people[1]] * 4

    def desk(person):
        with app.unit_of_work() as uow:
            return checking_in.check_in(uow, ORGANIZER, made.event, person, at=EARLY)[1]

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(desk, people))
    assert sorted(done) == [False] * 6 + [True] * 2
    with app.reading() as uow:
        assert len(uow.session.scalars(select(DayEntry)).all()) == 2


def test_only_the_office_checks_in_and_only_who_comes(app, made):
    with pytest.raises(Forbidden), app.unit_of_work() as uow:
        checking_in.check_in(uow, made.actor("firm"), made.event, made.people[0], at=EARLY)
    with pytest.raises(NotFound), app.unit_of_work() as uow:
        checking_in.check_in(uow, ORGANIZER, made.event, 9999, at=EARLY)
    with app.unit_of_work() as uow:
        uow.session.get_one(Attendee, made.people[0]).state = "declined"
    with pytest.raises(Conflict), app.unit_of_work() as uow:
        checking_in.check_in(uow, ORGANIZER, made.event, made.people[0], at=EARLY)
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, made.event).state = "locked"
    with pytest.raises(Conflict), app.unit_of_work() as uow:
        checking_in.check_in(uow, ORGANIZER, made.event, made.people[1], at=EARLY)


def test_who_is_awaited_for_the_next_round(app, made):
    arrive(app, made, made.people[0], made.representatives[0])
    day = day_of(app, made)
    assert [(one.attendee.name, one.minutes) for one in checking_in.awaited(day, day.current)] == [
        ("专家2", 10),
        ("代表2", 10),
    ]
    assert [each.name for each in checking_in.absent(day)] == ["专家2", "代表2", "专家3"]
    found = checking_in.arrivals(day)
    assert (found.here, found.expected, found.per_minute) == (2, 5, 0.2)


def test_a_round_begins_late_and_keeps_its_length(app, made):
    everybody(app, made)
    day = did(app, calling.call, made.event, 0, when())
    assert {each.state for each in day.at_slot(0)} == {"called"}
    assert day.begins(0) == NINE
    day = did(app, calling.start, made.event, 0, when(6, NINE))
    assert {each.state for each in day.at_slot(0)} == {"held"}
    assert (day.begins(0), day.ends(0)) == (NINE + timedelta(minutes=6), NINE + timedelta(minutes=31))
    did(app, calling.stop, made.event, when(30, NINE))
    day = day_of(app, made, NINE + timedelta(minutes=30))
    assert {(each.state, each.ended_at) for each in day.at_slot(0)} == {
        ("held", NINE + timedelta(minutes=30))
    }
    assert (day.event.calling, day.current) == (None, 1)


def test_only_tables_with_both_sides_begin_with_the_round(app, made):
    arrive(app, made, made.people[0], made.representatives[0])
    day = did(app, calling.start, made.event, 0, when(0, NINE))
    assert [(each.meeting.state, each.missing) for each in calling.lines(day, 0)] == [
        ("held", ""),
        ("called", "both"),
    ]


def test_a_call_by_mistake_is_taken_back(app, made):
    did(app, calling.call, made.event, 2, when())
    day = did(app, calling.call, made.event, 0, when())
    assert {each.state for each in day.at_slot(2)} == {"planned"}


def test_somebody_was_missing_and_came_after_all(app, made):
    everybody(app, made)
    meeting = made.meetings[0, 0]
    did(app, calling.miss, made.event, meeting, "supply", when(5, NINE))
    held = row(app, Meeting, meeting)
    assert (held.state, held.missing) == ("missed", "supply")
    with pytest.raises(Conflict):
        did(app, calling.end, made.event, meeting, when(9, NINE))
    did(app, calling.begin, made.event, meeting, when(10, NINE))
    held = row(app, Meeting, meeting)
    assert (held.state, held.missing, held.began_at) == ("held", "", NINE + timedelta(minutes=10))
    did(app, calling.undo, made.event, meeting, when(11, NINE))
    assert row(app, Meeting, meeting).missing == "supply"
    did(app, calling.undo, made.event, meeting, when(12, NINE))
    assert (row(app, Meeting, meeting).state, row(app, Meeting, meeting).missing) == ("planned", "")
    with pytest.raises(InvalidInput):
        did(app, calling.miss, made.event, meeting, "nobody", when(12, NINE))
    with pytest.raises(NotFound):
        did(app, calling.begin, made.event, 9999, when(12, NINE))


def proposed(app, made, slot, **more):
    with app.reading() as uow:
        day = day_state.load(uow, ORGANIZER, made.event, now=NINE, timezone=ZONE)
        found = standby.proposals(day, standby.pairs(uow, made.event), slot, **more)
    return [(each.attendee.name, each.problem.problem.number, each.table.name) for each in found]


@pytest.fixture
def loose(app):
    """Two problems, four experts; only the first two pairs are planned, in slot 0."""
    made = docking(app, experts=4, problems=2, slots=3, tables=2)
    with_plan(app, made, "running")
    with app.unit_of_work() as uow:
        for (expert, problem), number in made.meetings.items():
            if expert != problem:
                uow.session.delete(uow.session.get_one(Meeting, number))
        for problem in (0, 1):
            row = uow.session.get_one(Meeting, made.meetings[problem, problem])
            row.slot, row.table_id = 0, made.tables[problem]
    everybody(app, made)
    return made


def test_a_free_table_is_offered_to_pairs_that_are_here_and_free(app, loose):
    made = loose
    assert proposed(app, made, 0) == []
    did(app, calling.miss, made.event, made.meetings[0, 0], "supply", when(5, NINE))
    assert proposed(app, made, 0) == [
        ("专家3", "2027-0001", "A01"), ("专家4", "2027-0001", "A01"),
    ]  # fmt: skip
    with app.unit_of_work() as uow:
        uow.session.add(
            Standby(event_id=made.event, slot=0, attendee_id=made.people[3], event_problem_id=made.offers[0])
        )
        uow.session.get_one(EventPair, made.pairs[2, 0]).problem_wish = "veto"
    assert proposed(app, made, 0) == [("专家4", "2027-0001", "A01")]
    with app.unit_of_work() as uow:
        uow.session.get_one(EventPair, made.pairs[3, 0]).barred = "apart"
    assert proposed(app, made, 0) == []


def test_nobody_is_offered_who_left_has_his_most_or_is_no_match(app, loose):
    made = loose
    did(app, calling.miss, made.event, made.meetings[0, 0], "supply", when(5, NINE))
    did(app, checking_in.leave, made.event, made.people[2], at=NINE)
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, made.event).min_score = 0.99
    assert proposed(app, made, 0) == []
    with app.unit_of_work() as uow:
        uow.session.get_one(EventPair, made.pairs[3, 0]).expert_wish = "must"
    assert proposed(app, made, 0) == [("专家4", "2027-0001", "A01")]
    with app.unit_of_work() as uow:
        uow.session.get_one(Attendee, made.people[3]).most = 0
    assert proposed(app, made, 0) == []


def test_a_standby_pair_takes_the_place_once_and_gives_it_back(app, loose):
    made = loose
    did(app, calling.miss, made.event, made.meetings[0, 0], "supply", when(5, NINE))
    place = (0, made.tables[0], made.people[2], made.offers[0])
    meeting = did(app, standby.accept, made.event, place, when(6, NINE))
    assert (meeting.slot, meeting.table_id, meeting.source) == (0, made.tables[0], "standby")
    with pytest.raises(Conflict):
        did(
            app,
            standby.accept,
            made.event,
            (0, made.tables[0], made.people[3], made.offers[0]),
            when(6, NINE),
        )
    with pytest.raises(Conflict):
        did(app, calling.undo, made.event, made.meetings[0, 0], when(7, NINE))
    did(app, standby.withdraw, made.event, meeting.id, when(8, NINE))
    did(app, calling.undo, made.event, made.meetings[0, 0], when(9, NINE))
    assert row(app, Meeting, made.meetings[0, 0]).state == "planned"
    again = did(
        app, standby.accept, made.event, (1, made.tables[1], made.people[2], made.offers[0]), when(9, NINE)
    )
    assert (again.id, again.sequence, again.slot) == (meeting.id, 2, 1)


def test_a_broken_table_sends_its_meetings_elsewhere_as_shown(app, made):
    day = day_of(app, made)
    table = day_moves.table_of(day, made.tables[0])
    changes = day_moves.closing(day, table)
    places = [(each.meeting.slot, each.slot, each.table.name if each.table else "") for each in changes]
    # three tables' worth of meetings in three slots: the other table is free in the last one only
    assert places == [(0, None, ""), (1, None, ""), (2, 2, "A02")]
    with pytest.raises(Conflict):
        did(app, day_moves.close_table, made.event, table.id, "other", when())
    did(app, day_moves.close_table, made.event, table.id, day_moves.fingerprint(changes), when())
    day = day_of(app, made)
    assert [(each.slot, each.table.name) for each in day.meetings] == [(0, "A02"), (1, "A02"), (2, "A02")]
    assert day.event.tables[0].is_closed
    assert all(each.table_id != table.id for each in day.meetings)
    did(app, day_moves.open_table, made.event, table.id, when())
    assert not day_of(app, made).event.tables[0].is_closed


def test_whoever_comes_late_meets_later_or_not(app, loose):
    made = loose
    day = day_of(app, made)
    person = day_moves.person_of(day, made.people[0])
    until = datetime(2027, 3, 18, 9, 20)  # noqa: DTZ001 - the clock on the wall
    changes = day_moves.late(day, person, until)
    assert [(each.meeting.id, each.slot) for each in changes] == [(made.meetings[0, 0], 1)]
    assert [each.name for each in changes[0].told] == ["专家1", "代表1"]
    shown = day_moves.fingerprint(changes)
    did(app, day_moves.be_late, made.event, made.people[0], until, shown, when())
    moved = row(app, Meeting, made.meetings[0, 0])
    assert (moved.slot, moved.sequence, row(app, Attendee, made.people[0]).arrives) == (1, 1, until)
    with app.reading() as uow:
        told = {each.recipient: each.kind for each in uow.session.scalars(select(Outbox))}
    assert told == {"专家1": "meeting:moved", "代表1": "meeting:moved"}
    gone = day_moves.late(day_of(app, made), row(app, Attendee, made.people[0]), None)
    assert [each.slot for each in gone] == [None]


def test_two_tables_are_exchanged(app, loose):
    made = loose
    day = day_of(app, made)
    first = calling.of_day(day, made.meetings[0, 0])
    changes = day_moves.swapped(day, first, day_moves.table_of(day, made.tables[1]))
    did(
        app,
        day_moves.change_table,
        made.event,
        first.id,
        made.tables[1],
        day_moves.fingerprint(changes),
        when(),
    )
    assert [row(app, Meeting, made.meetings[at, at]).table_id for at in (0, 1)] == made.tables[::-1]
    did(app, calling.begin, made.event, made.meetings[1, 1], when(0, NINE))
    day = day_of(app, made)
    with pytest.raises(Conflict):
        day_moves.swapped(day, calling.of_day(day, first.id), day_moves.table_of(day, made.tables[0]))


def test_a_firm_walks_in_with_a_problem(app, loose):
    made = loose
    guest = Guest("representative", "临时代表", "路过五金厂", "螺丝发黑", "13600000000")
    person = did(app, walking_in.walk_in, made.event, guest, when())
    with app.reading() as uow:
        offer = uow.session.scalars(select(EventProblem).order_by(EventProblem.id.desc())).first()
        jobs = uow.session.scalars(select(Job.subject).where(Job.kind == "pairs")).all()
        assert (offer.problem.title, offer.problem.organization.name) == ("螺丝发黑", "路过五金厂")
        body = offer.problem.organization_id
        assert (offer.problem.state, offer.problem.readers) == ("draft", f" office org:{body} ")
        assert board.demand_label(offer) == (offer.problem.number or f"#{offer.id}")
    assert (person.badge_number, person.source, person.arrived_at, jobs) == (
        7,
        "walkin",
        EARLY,
        [f"event:{made.event}"],
    )
    free = proposed(app, made, 1, only=[person.id], most=9)
    assert len(free) == 4
    assert {each[1] for each in free} == {offer.problem.number or ""}


def test_an_expert_of_ours_who_walks_in_is_that_expert(app, loose):
    made = loose
    with app.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(Attendee, made.people[3]))
    person = did(app, walking_in.walk_in, made.event, Guest("expert", "专家4", "第2大学"), when())
    assert person.expert_id == made.experts[3]
    with pytest.raises(InvalidInput) as fault:
        did(app, walking_in.walk_in, made.event, Guest("expert", "专家4", "第2大学"), when())
    assert str(person.badge_number) in str(fault.value)
    with pytest.raises(InvalidInput) as fault:
        did(app, walking_in.walk_in, made.event, Guest("representative", "", "", ""), when())
    assert set(fault.value.fields) == {"name", "body", "topic"}


def test_the_board_names_no_hidden_firm_and_no_contact(app):
    made = docking(app, experts=2, problems=2, slots=3, tables=2, anonymous=[1])
    with_plan(app, made, "running")
    day = day_of(app, made)
    shown = board.shown(day)
    assert [(cell.demand, cell.supply, cell.body) for cell in shown.now.cells] == [
        ("2027-0001 第1纽扣厂", "专家1", "第1大学"),
        ("2027-0002", "专家2", "第1大学"),
    ]
    assert [(table, str(who)) for table, who in shown.awaited] == [
        ("A01", "代表1"), ("A01", "专家1"), ("A02", "2027-0002 的代表"), ("A02", "专家2"),
    ]  # fmt: skip
    text = repr(shown.now) + repr(shown.then)
    for secret in ("第2纽扣厂", "代表2", "13700000001", "13900000001", "镀层变色"):
        assert secret not in text


def test_a_problem_hidden_from_rivals_is_a_number_on_the_wall(app, made):
    with app.unit_of_work() as uow:
        offer = uow.session.get_one(EventProblem, made.offers[0])
        offer.problem.hidden_from = " org:9 "
    assert board.shown(day_of(app, made)).now.cells[0].demand == "2027-0001"


def test_the_key_opens_the_board_and_nothing_else_until_revoked(app, made):
    with app.unit_of_work() as uow:
        key = board.new_key(uow, ORGANIZER, made.event).board_key
    with app.reading() as uow:
        assert board.opened(uow, VISITOR, made.event, key).id == made.event
        assert board.opened(uow, ORGANIZER, made.event, "").id == made.event
        for actor, number, wrong in [
            (VISITOR, made.event, ""), (VISITOR, made.event, key[:-1]), (ORGANIZER, made.event, "x"),
            (VISITOR, 999, key), (VISITOR, 2**40, key),
        ]:  # fmt: skip
            with pytest.raises(Forbidden):
                board.opened(uow, actor, number, wrong)
    did(app, board.revoke, made.event)
    with app.reading() as uow, pytest.raises(Forbidden):
        board.opened(uow, VISITOR, made.event, key)


def test_the_version_grows_with_changes_and_with_the_clock(app, made):
    def version(at):
        with app.reading() as uow:
            return board.version(uow, made.event, now=at, timezone=ZONE)[0]

    first = version(EARLY)
    assert version(EARLY + timedelta(minutes=1)) == first
    assert version(NINE + timedelta(minutes=25)) != first
    arrive(app, made, made.people[0])
    assert version(EARLY) != first


def test_entries_say_the_same_in_any_order():
    def entry(kind, minute, mark, **facts):
        return DayEntry(kind=kind, at=NINE + timedelta(minutes=minute), mark=mark, facts=facts)

    entries = [
        entry("here", 5, "a"), entry("here", 2, "b"), entry("gone", 9, "c"), entry("undo", 10, "d", marks=["c"]),
    ]  # fmt: skip
    for order in (entries, entries[::-1]):
        assert day_entries.presence(order) == day_entries.Presence(NINE + timedelta(minutes=2))
    table = [entry("began", 0, "a"), entry("missed", 1, "b", side="demand"), entry("ended", 9, "c")]
    for order in (table, table[::-1]):
        assert day_entries.course(order).state == "held"
