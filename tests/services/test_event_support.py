"""The event that tests make is one that could be: nobody twice at once."""

from __future__ import annotations

from matchmaker.bootstrap import Application
from matchmaker.models import Event, Meeting
from tests.support.events import docking, with_plan


def test_an_event_with_a_plan(app: Application) -> None:
    made = docking(app, experts=3, problems=2, slots=6, tables=2, anonymous=[1])
    meetings = with_plan(app, made)
    with app.reading() as uow:
        event = uow.session.get_one(Event, made.event)
        rows = [uow.session.get_one(Meeting, number) for number in meetings.values()]
        assert (event.state, len(event.slots), len(event.sessions), len(rows)) == ("provisional", 6, 2, 6)
        for side in ("attendee_id", "event_problem_id", "table_id"):
            assert len({(row.slot, getattr(row, side)) for row in rows}) == 6
    assert made.actor("firm", 1).liaison_of == (made.firms[1],)
