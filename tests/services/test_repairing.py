"""Small changes of a published plan: proposed, looked at, accepted; two organizers at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict, Forbidden, InvalidInput
from matchmaker.models import Attendee, Event, EventPair, EventTable, Meeting, Outbox, PlanPin
from matchmaker.planning.checking import faults
from matchmaker.planning.instance import Meeting as Planned
from matchmaker.planning.reading import read
from matchmaker.planning.result import Effort
from matchmaker.services import events, plan_input, plan_runs, repairing
from matchmaker.services.repairing import Happened, Proposal
from tests.support.events import Docking, docking
from tests.support.plans import meetings, planned


@pytest.fixture
def made(app: Application) -> Docking:
    """Four experts and three problems at four tables, planned."""
    return planned(app, docking(app, experts=4, problems=3, slots=4, tables=4))


def proposal(app: Application, made: Docking, happened: Happened) -> tuple[Proposal, str]:
    with app.reading() as uow:
        found = repairing.situation(uow, events.get(uow, made.actor("office"), made.event), happened)
    effort = Effort(seconds=0.2, workers=1)
    return repairing.propose(found.inputs, found.happened, effort=effort), found.base


def kept(app: Application, made: Docking, happened: Happened) -> int:
    proposed, base = proposal(app, made, happened)
    who = made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event, to_change=True)
        return repairing.keep(uow, who, event, proposed, base=base, now=app.clock()).number


def accepted(app: Application, made: Docking, number: int) -> list[Any]:
    who = made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event, to_change=True)
        row = plan_runs.get(uow, who, event, number)
        return repairing.accept(uow, who, event, row, now=app.clock())


def holds(app: Application, made: Docking) -> list[str]:
    """Faults of the published plan against the event as it is."""
    with app.reading() as uow:
        asked = plan_input.build(uow, events.get(uow, made.actor("office"), made.event))
    held = [Planned(**row) for row in asked["published"]]
    return faults(read(asked), held)


def test_somebody_who_does_not_come_loses_his_meetings_and_others_stay(
    app: Application, made: Docking
) -> None:
    before = {key: (row.slot, row.table_id) for key, row in meetings(app, made).items()}
    number = kept(app, made, Happened("away", person=f"attendee:{made.people[0]}", slots=(0, 1, 2, 3)))
    assert {key: (row.slot, row.table_id) for key, row in meetings(app, made).items()} == before  # not yet
    accepted(app, made, number)
    rows = meetings(app, made)
    assert {key for key, row in rows.items() if row.state == "cancelled"} == {
        key for key in before if key[0] == 0
    }
    assert {key: (row.slot, row.table_id) for key, row in rows.items() if key in before and key[0]} == {
        key: place for key, place in before.items() if key[0]
    }
    with app.reading() as uow:
        assert uow.session.get_one(Attendee, made.people[0]).unavailable == [0, 1, 2, 3]
    assert holds(app, made) == []


def test_somebody_late_is_moved_with_little_else(app: Application, made: Docking) -> None:
    rows = meetings(app, made)
    key = next(key for key, row in rows.items() if row.slot == 0)
    accepted(
        app, made, kept(app, made, Happened("away", person=f"attendee:{made.people[key[0]]}", slots=(0,)))
    )
    after = meetings(app, made)
    assert after[key].state == "cancelled" or after[key].slot != 0
    assert holds(app, made) == []


def test_a_broken_table_is_closed_and_its_meetings_find_another_place(
    app: Application, made: Docking
) -> None:
    changed = accepted(app, made, kept(app, made, Happened("table", table="A01")))
    with app.reading() as uow:
        table = uow.session.get_one(EventTable, made.tables[0])
        assert (table.is_closed, table.unavailable) == (True, [0, 1, 2, 3])
        at = select(Meeting).where(Meeting.table_id == table.id, Meeting.state == "planned")
        assert uow.session.scalars(at).all() == []
    assert changed
    assert holds(app, made) == []


def test_a_meeting_moved_by_hand_is_pinned_where_it_was_put(app: Application, made: Docking) -> None:
    rows = meetings(app, made)
    key, row = next((key, row) for key, row in rows.items() if row.slot == 0)
    happened = Happened(
        "move",
        expert=f"attendee:{made.people[key[0]]}",
        problem=f"problem:{made.offers[key[1]]}",
        slot=3,
        table="A03",
    )
    number = kept(app, made, happened)
    changed = accepted(app, made, number)
    moved = meetings(app, made)[key]
    assert (moved.id, moved.slot, moved.table_id, moved.source) == (row.id, 3, made.tables[2], "hand")
    assert moved.sequence == row.sequence + 1
    assert (happened.expert, happened.problem) in {each.key for each in changed}
    with app.reading() as uow:
        pin = uow.session.scalars(select(PlanPin)).one()
        assert (pin.attendee_id, pin.slot, pin.table_id) == (made.people[key[0]], 3, made.tables[2])
    assert holds(app, made) == []


def test_a_meeting_may_be_added_and_cancelled(app: Application) -> None:
    made = docking(app, experts=2, problems=2, slots=4, tables=2)
    with app.unit_of_work() as uow:
        uow.session.get_one(EventPair, made.pairs[0, 0]).score = 0.01
    planned(app, made)
    assert (0, 0) not in meetings(app, made)
    pair = {"expert": f"attendee:{made.people[0]}", "problem": f"problem:{made.offers[0]}"}
    accepted(app, made, kept(app, made, Happened("add", **pair)))  # type: ignore[arg-type]
    assert meetings(app, made)[0, 0].state == "planned"
    accepted(app, made, kept(app, made, Happened("cancel", **pair)))  # type: ignore[arg-type]
    assert meetings(app, made)[0, 0].state == "cancelled"
    assert holds(app, made) == []


def test_two_organizers_at_once_and_the_second_is_told(app: Application, made: Docking) -> None:
    one = kept(app, made, Happened("table", table="A01", slots=(0,)))
    other = kept(app, made, Happened("table", table="A02", slots=(1,)))
    accepted(app, made, one)
    with pytest.raises(Conflict, match="刚被他人更改"):
        accepted(app, made, other)
    with app.reading() as uow:  # what happened is not written without its plan
        assert uow.session.get_one(EventTable, made.tables[1]).unavailable == []


def test_a_meeting_that_has_begun_is_not_undone_by_whoever_leaves(app: Application, made: Docking) -> None:
    row = next(row for key, row in meetings(app, made).items() if key[0] == 0)
    with app.unit_of_work() as uow:
        uow.session.get_one(Meeting, row.id).state = "held"
        event = uow.session.get_one(Event, made.event)
        event.state, event.calling = "running", row.slot
    person = f"attendee:{made.people[0]}"
    proposed, _base = proposal(app, made, Happened("away", person=person, slots=(0, 1, 2, 3)))
    mine = [one for one in proposed.result["meetings"] if one["expert"] == person]
    assert [one["slot"] for one in mine] == [row.slot]


def test_what_cannot_be_is_told_with_the_field(app: Application, made: Docking) -> None:
    wrong = {
        "person": Happened("away", person="attendee:999", slots=(0,)),
        "slots": Happened("away", person=f"attendee:{made.people[0]}"),
        "table": Happened("table", table="Z99"),
        "pair": Happened("move", expert="attendee:999", problem="problem:1", slot=1),
        "slot": Happened("move", expert=f"attendee:{made.people[0]}", problem=f"problem:{made.offers[0]}"),
    }
    for field, happened in wrong.items():
        with pytest.raises(InvalidInput) as told:
            proposal(app, made, happened)
        assert list(told.value.fields) == [field]


def test_a_place_where_it_cannot_be_is_refused(app: Application, made: Docking) -> None:
    with app.unit_of_work() as uow:
        uow.session.get_one(Attendee, made.people[0]).unavailable = [3]
    happened = Happened(
        "move", expert=f"attendee:{made.people[0]}", problem=f"problem:{made.offers[0]}", slot=3, table="A01"
    )
    with pytest.raises(Conflict, match="排不出可行"):
        proposal(app, made, happened)


def test_only_the_office_repairs_and_only_a_published_plan(app: Application, made: Docking) -> None:
    proposed, base = proposal(app, made, Happened("table", table="A01", slots=(0,)))
    for role in ("expert", "firm", "body"):
        with app.unit_of_work() as uow, pytest.raises(Forbidden):
            event = events.get(uow, made.actor(role), made.event)
            repairing.keep(uow, made.actor(role), event, proposed, base=base, now=app.clock())
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        event.state = "choosing"
        with pytest.raises(Conflict):
            repairing.require_changeable(made.actor("office"), event)


def test_after_the_tables_are_printed_a_change_of_table_is_told(app: Application, made: Docking) -> None:
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, made.event).state = "frozen"
        old = {row.id for row in uow.session.scalars(select(Outbox))}
    rows = meetings(app, made)
    key, row = next((key, row) for key, row in rows.items() if row.table_id == made.tables[0])
    taken = {(one.slot, one.table_id) for one in rows.values()}
    table = next(number for number in made.tables if (row.slot, number) not in taken)
    happened = Happened(
        "move", expert=f"attendee:{made.people[key[0]]}", problem=f"problem:{made.offers[key[1]]}",
        slot=row.slot, table=f"A0{made.tables.index(table) + 1}",
    )  # fmt: skip
    accepted(app, made, kept(app, made, happened))
    with app.reading() as uow:
        told = [each for each in uow.session.scalars(select(Outbox)) if each.id not in old]
    assert {each.kind for each in told} == {"meeting:moved"}
    assert {f"attendee:{made.people[key[0]]}", f"attendee:{made.representatives[key[1]]}"} <= {
        each.subject for each in told
    }
