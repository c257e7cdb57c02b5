"""The job that ranks experts for the problems of an event: what is missing or outdated, kept at once."""

from __future__ import annotations

from matchmaker.indexing import sync
from matchmaker.jobs import ranking
from matchmaker.jobs.worker import Worker
from matchmaker.models import Event, Expert, Job, Organization, Problem
from matchmaker.permissions import ORGANIZER
from matchmaker.services import candidates
from tests.support.events import docking
from tests.support.samples import store


def progress(app, event):
    with app.reading() as uow:
        found = candidates.progress(uow, event)
        return found.done, found.total, found.is_running


def test_missing_and_outdated_rankings_are_computed_and_kept(app):
    made = docking(app, experts=0, problems=2, state="open")
    body = Organization(name="临江大学", kind="university")
    store(
        app, *(Expert(name=f"某{at}", profile="研究电镀镀层盐雾变色", organization=body) for at in range(3))
    )
    sync.rebuild(app)
    assert progress(app, made.event) == (0, 2, False)
    with app.unit_of_work() as uow:
        candidates.request(uow, ORGANIZER, uow.session.get_one(Event, made.event))
    assert progress(app, made.event) == (0, 2, True)
    Worker(app).drain()
    assert progress(app, made.event) == (2, 2, False)
    with app.reading() as uow:
        scores = candidates.scores(uow, made.problems)
        assert {number: len(some) for number, some in scores.items()} == dict.fromkeys(made.problems, 3)
        assert all(0 <= one.score <= 1 for some in scores.values() for one in some.values())
    with app.unit_of_work() as uow:
        uow.session.get_one(Problem, made.problems[0]).index_version += 1
    assert progress(app, made.event) == (1, 2, False)
    assert ranking.rank(app, ["events"], lambda: None) == 1
    with app.unit_of_work() as uow:
        candidates.request(uow, ORGANIZER, uow.session.get_one(Event, made.event), anew=True)
        assert uow.session.query(Job).filter(Job.kind == "rank").count() >= 1
    assert progress(app, made.event)[0] == 0
