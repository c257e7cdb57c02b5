"""What an event keeps of a problem and of people, when these are purged, merged or erased."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict
from matchmaker.models import Agreement, Attendee, Base, EventPair, Meeting, OutcomeCard, Problem
from matchmaker.permissions import ORGANIZER, Actor
from matchmaker.services import merging, person_erasing, purging
from tests.support.events import docking, with_plan

SECRET = "绝密词条"
ADMINISTRATOR = Actor("administrator", "管理员甲", account=1)


@pytest.fixture
def made(app):
    """An event whose first meeting is told of with words that must not remain."""
    made = docking(app, experts=2, problems=1)
    meeting = with_plan(app, made)[0, 0]
    with app.unit_of_work() as uow:
        uow.session.get(Problem, made.problems[0]).title = f"{SECRET}镀层"
        uow.session.get(Meeting, meeting).objection = SECRET
        uow.session.get(EventPair, made.pairs[0, 0]).why = {"quote": SECRET}
        uow.session.add(OutcomeCard(meeting_id=meeting, side="demand", note=SECRET, given_by=SECRET))
        uow.session.add(
            Agreement(
                title=f"{SECRET}镀层", meeting_id=meeting, problem_id=made.problems[0],
                expert_id=made.experts[0], event_id=made.event, began_on=app.today(), note=SECRET,
            )
        )  # fmt: skip
        uow.record(ORGANIZER, "meeting:told", f"meeting:{meeting}", note=SECRET)
    return made


def told(app):
    with app.reading() as uow:
        return json.dumps(
            {
                table.name: [str(tuple(row)) for row in uow.session.execute(select(table))]
                for table in Base.metadata.sorted_tables
            },
            ensure_ascii=False,
        )


def test_a_purged_problem_leaves_no_word_at_the_event(app, made):
    assert SECRET in told(app)
    with app.unit_of_work() as uow:
        purging.purge(uow, ADMINISTRATOR, f"problem:{made.problems[0]}", "误发，已登记")
    assert SECRET not in told(app)
    with app.reading() as uow:
        assert uow.session.query(Meeting).count() == 0
        assert uow.session.query(Agreement).one().event_id == made.event


def test_two_who_come_to_one_event_are_not_merged(app, made):
    with app.unit_of_work() as uow, pytest.raises(Conflict, match="参会名单"):
        merging.merge(uow, ORGANIZER, "expert", made.experts[0], made.experts[1], {}, today=app.today())


def test_an_erased_person_stays_only_as_a_number(app, made):
    with app.unit_of_work() as uow:
        person_erasing.erase(uow, ADMINISTRATOR, made.experts[0], "本人要求")
    with app.reading() as uow:
        row = uow.session.get(Attendee, made.people[0])
        assert (row.name, row.phone, row.email, row.title) == ("—", "", "", "")
        assert uow.session.query(OutcomeCard).one().note == ""
    assert "专家1" not in told(app)
