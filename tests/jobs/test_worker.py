"""The worker on a real index: batches, faults, leases, several workers, a killed one."""

from __future__ import annotations

import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from indexer.document import PUBLIC
from indexer.query import Filter
from matchmaker.errors import Conflict
from matchmaker.indexing import sync
from matchmaker.jobs import queue
from matchmaker.jobs.handlers import KINDS
from matchmaker.jobs.worker import Worker, index_lease, next_night
from matchmaker.models import Job, Lease, Problem, now
from tests.support.processes import installed, python
from tests.support.samples import problem

EVERYBODY = Filter(audiences=frozenset({PUBLIC}))


def add_problems(app, number, start=1):
    with app.unit_of_work() as uow:
        rows = [problem(f"难题 {start + at}") for at in range(number)]
        uow.session.add_all(rows)
        uow.session.flush()
        for row in rows:
            uow.enqueue("index", f"problem:{row.id}")


def states(app):
    with app.reading() as uow:
        return queue.counts(uow.session)


def versions(app):
    return dict(app.index.versions())


def make_due(app):
    with app.unit_of_work() as uow:
        uow.session.execute(update(Job).values(run_after=now() - timedelta(seconds=1)))


def test_an_idle_worker_does_nothing(app):
    assert (Worker(app).step(), Worker(app).drain()) == (False, 0)


def test_jobs_are_worked_off_in_batches_and_the_index_agrees(app):
    add_problems(app, 3)
    assert Worker(app).drain() == 1
    assert versions(app) == {"problem:1": 1, "problem:2": 1, "problem:3": 1}
    assert (states(app), sync.compare(app).total) == ({}, 0)


def test_a_changed_and_a_deleted_object_follow(app):
    add_problems(app, 2)
    Worker(app).drain()
    with app.unit_of_work() as uow:
        row = uow.session.get_one(Problem, 1)
        row.title, row.index_version = "改名", 2
        uow.session.delete(uow.session.get_one(Problem, 2))
        uow.enqueue("index", "problem:1")
        uow.enqueue("index", "problem:2", version=5)
    Worker(app).drain()
    assert versions(app) == {"problem:1": 2}
    assert app.index.get(["problem:1"])["problem:1"].title == "改名"


def test_what_the_index_refuses_stops_no_other_and_is_shown(app, caplog):
    """Half a character in a code, which JSON lets into the database, is refused by the index itself."""
    add_problems(app, 3)
    Worker(app).drain()
    with app.unit_of_work() as uow:
        uow.session.execute(update(Problem).values(index_version=2))
        uow.session.get_one(Problem, 2).fields = ["\ud800"]
        queue.enqueue_many(uow.session, "index", [(f"problem:{number}", {}) for number in (1, 2, 3)])
    with caplog.at_level(logging.CRITICAL, "matchmaker.jobs.worker"):
        for _ in range(queue.MOST_ATTEMPTS):
            Worker(app).drain()
            make_due(app)
    assert versions(app) == {"problem:1": 2, "problem:2": 1, "problem:3": 2}
    assert states(app) == {"index": {"failed": 1}}


def test_a_batch_with_one_bad_object_indexes_the_others_and_gives_the_bad_one_up(app, embedder, caplog):
    """The model stumbles over one text: the batch fails, then its jobs run one by one."""
    add_problems(app, 4)
    original = embedder.encode

    def encode(texts, use, progress=None):
        if any("难题 3" in text for text in texts):
            raise ZeroDivisionError("a text that the model cannot take")
        return original(texts, use, progress)

    embedder.encode = encode
    with caplog.at_level(logging.CRITICAL, "matchmaker.jobs.worker"):
        for _ in range(queue.MOST_ATTEMPTS):
            Worker(app).drain()
            make_due(app)
    assert set(versions(app)) == {"problem:1", "problem:2", "problem:4"}
    assert states(app) == {"index": {"failed": 1}}
    with app.reading() as uow:
        job = uow.session.scalars(select(Job)).one()
    assert (job.subject, job.error) == ("problem:3", "ZeroDivisionError: a text that the model cannot take")


def test_while_the_index_is_broken_jobs_wait_and_a_rebuild_lets_them_go_on(app, caplog):
    add_problems(app, 2)
    Worker(app).drain()
    (app.settings.index_folder / "manifest.json").write_text("{")
    add_problems(app, 1, start=3)
    with caplog.at_level(logging.CRITICAL, "matchmaker.jobs.worker"):
        for _ in range(queue.MOST_ATTEMPTS + 2):
            Worker(app).drain()
            make_due(app)
    assert states(app) == {"index": {"queued": 1}}
    with app.unit_of_work() as uow:
        uow.enqueue("rebuild", "all")
    Worker(app).drain()
    assert (states(app), sync.compare(app).total) == ({}, 0)
    assert app.index.count(EVERYBODY) == 3


def test_another_that_holds_the_index_is_waited_for(app):
    add_problems(app, 1)
    with index_lease(app) as renew:
        assert Worker(app).step() is False
        renew()
        with pytest.raises(Conflict), index_lease(app):
            pass
    assert Worker(app).step() is True


def test_the_lease_of_the_index_is_given_back(app):
    add_problems(app, 1)
    Worker(app).drain()
    with app.reading() as uow:
        assert uow.session.scalars(select(Lease)).all() == []


def test_a_worker_that_lost_its_jobs_does_not_finish_them(app, embedder, caplog):
    """The lease ends during the embedding and another takes over: the first one stops and touches nothing."""
    add_problems(app, 2)
    worker = Worker(app)
    original = embedder.encode

    def encode(texts, use, progress=None):
        with app.unit_of_work() as uow:
            uow.session.execute(update(Job).values(worker="another"))
        worker._beaten = -1e9
        return original(texts, use, progress)

    embedder.encode = encode
    with caplog.at_level(logging.WARNING, "matchmaker.jobs.worker"):
        worker.step()
    assert [record.getMessage() for record in caplog.records] == [
        "index jobs were taken over by another worker"
    ]
    with app.reading() as uow:
        assert [job.worker for job in uow.session.scalars(select(Job))] == ["another", "another"]


def test_two_workers_do_every_job_once(app, embedder):
    with app.unit_of_work() as uow:
        queue.enqueue_many(uow.session, "verify", [(f"part:{number}", {}) for number in range(30)])
    with ThreadPoolExecutor(2) as pool:
        done = sum(pool.map(lambda worker: worker.drain(), [Worker(app), Worker(app)]))
    assert (done, states(app)) == (30, {})


def test_the_nightly_comparison_is_always_planned_and_repairs(app):
    add_problems(app, 2)
    with app.unit_of_work() as uow:
        uow.session.execute(update(Job).values(kind="lost"))  # updates that never came
    worker = Worker(app)
    worker._plan()
    worker._plan()
    with app.reading() as uow:
        job = uow.session.scalars(select(Job).where(Job.kind == "verify")).one()
    assert job.run_after == next_night(app.clock()) > now()
    assert worker.drain() == 0
    make_due(app)
    nightly = [kind for kind, rule in KINDS.items() if rule.nightly]
    assert worker.drain() == len(nightly) + 1  # each of them once, then what the comparison found
    assert set(versions(app)) == {"problem:1", "problem:2"}


@pytest.mark.parametrize(("hour", "days"), [(1, 0), (2, 0), (3, 1), (23, 1)])
def test_the_next_night_is_three_oclock_by_the_offices_clock(hour, days):
    local = datetime(2026, 3, 5, hour, 30).astimezone()
    night = next_night(local.astimezone(UTC).replace(tzinfo=None)).replace(tzinfo=UTC).astimezone()
    assert (night.hour, night.minute, night.date() - local.date()) == (3, 0, timedelta(days=days))


def test_every_kind_of_job_tells_what_it_is_for():
    assert [kind for kind, rule in KINDS.items() if " / " not in rule.about] == []
    assert all(rule.batch >= 1 for rule in KINDS.values())


DYING = """
import sys, time
from pathlib import Path
from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.jobs.worker import Worker
from tests.support.embedder import HashEmbedder

class Slow(HashEmbedder):
    def encode(self, texts, use, progress=None):
        print("embedding", flush=True)
        time.sleep(60)

app = build(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2], lease_seconds=5), embedder=Slow())
Worker(app).drain()
"""


def test_the_jobs_of_a_worker_killed_in_the_middle_return(app):
    add_problems(app, 3)
    dying = python(DYING, *installed(app))
    assert dying.stdout.readline() == "embedding\n", dying.stderr.read()
    dying.send_signal(signal.SIGKILL)
    dying.communicate()
    assert states(app) == {"index": {"running": 3}}
    assert Worker(app).drain() == 0  # its lease still runs
    with app.unit_of_work() as uow:
        uow.session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))
        uow.session.execute(update(Lease).values(until=now() - timedelta(seconds=1)))
    assert Worker(app).drain() == 1
    assert (states(app), set(versions(app))) == ({}, {"problem:1", "problem:2", "problem:3"})
    with app.reading() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Lease)) == 0
