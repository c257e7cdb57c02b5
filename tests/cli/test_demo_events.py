"""The demo's past event: its bulletin's sentence comes from its records, a second run changes nothing."""

from __future__ import annotations

from sqlalchemy import func, select

from matchmaker.bootstrap import Application
from matchmaker.cli import demo, demo_accounts, demo_events
from matchmaker.models import Agreement, Event, FollowUp, Meeting
from matchmaker.permissions import SYSTEM
from matchmaker.services import bulletin, event_figures, figure_locks

SENTENCE = "17 家高校院所的 43 位专家与 28 个企业项目对接，达成意向 18 项。"


def test_the_reference_sentence_is_counted(app: Application) -> None:
    demo.load_data(app)
    demo_accounts.make(app)
    with app.unit_of_work() as uow:  # the coming one needs an index; `make demo` makes it
        uow.session.add(Event(title=demo_events.COMING, run_id=1))
    said = demo_events.make(app)
    assert said[1].strip() == SENTENCE
    assert demo_events.make(app) == said
    with app.reading() as uow:
        event = uow.session.scalars(select(Event).where(Event.title == demo_events.PAST)).one()
        written = bulletin.read(uow, SYSTEM, event, app.today())
        assert written.text.splitlines()[1] == SENTENCE
        assert written.locked_at is not None
        told = {each["name"]: each for each in written.plain()["figures"]}
        assert {name: len(each["records"]) for name, each in told.items() if name in SHOWN} == SHOWN
        present = event_figures.of_event(uow, event, app.today())
        kept = event_figures.newest_lock(uow, event)
        assert kept is not None
        assert figure_locks.corrections(uow, kept, present) == []
        names = ("intention_needs", "intentions_pending", "needs_without_meeting", "experts_without_meeting")
        assert [present[name].value for name in names] == [18, 2, 0, 0]
        assert (present["noshow_demand"].value or 0) > 0
        assert (present["noshow_supply"].value or 0) > 0
        assert present["conversion_30"].value == 2
        assert uow.session.scalar(select(func.count()).select_from(Agreement)) == 18
        assert (
            uow.session.scalar(select(func.count()).select_from(Meeting))
            == present["meetings_scheduled"].value
        )
        assert uow.session.scalar(select(func.count()).where(FollowUp.done_at.is_not(None))) == 11


SHOWN = {"bodies_attended": 17, "experts_attended": 43, "needs_docked": 28, "intentions": 18}
