"""Events in the calendar and in the work list."""

from __future__ import annotations

from datetime import timedelta

from matchmaker.bootstrap import Application
from matchmaker.models import Attendee, Event, EventProblem
from matchmaker.permissions import ORGANIZER
from matchmaker.services import calendar, registering
from tests.support.events import DAY, docking

_KINDS = {"event", "event_call", "event_answer", "event_wishes"}


def test_days_and_last_days_stand_in_the_calendar(app: Application) -> None:
    until = {name: DAY - timedelta(days=days) for name, days in (("call_until", 20), ("prefer_until", 9))}
    made = docking(app, slots=12, state="open", **until)
    with app.reading() as uow:
        for who, kinds in (
            (ORGANIZER, ["event_call", "event_wishes", "event", "event"]),
            (made.actor("firm"), ["event_call", "event", "event"]),
        ):
            found = calendar.entries(uow, who, DAY - timedelta(days=30), DAY + timedelta(days=30))
            told = [(entry.day, entry.kind, entry.key) for entry in found if entry.at is None]
            assert [kind for _day, kind, _key in told if kind in _KINDS] == kinds
            assert len({key for _day, _kind, key in told}) == len(told)
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, made.event).state = "cancelled"
    with app.reading() as uow:
        found = calendar.entries(uow, ORGANIZER, DAY, DAY)
        assert [entry.is_cancelled for entry in found if entry.kind == "event" and entry.at is None] == [True]


def test_what_waits_for_validation_is_counted_over_all_events(app: Application) -> None:
    made = docking(app, experts=1, problems=2, state="open")
    with app.unit_of_work() as uow:
        uow.session.get_one(Attendee, made.representatives[0]).state = "registered"
        uow.session.get_one(EventProblem, made.offers[1]).state = "offered"
    with app.reading() as uow:
        assert registering.waiting(uow, ORGANIZER) == 2
