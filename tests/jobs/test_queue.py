"""Job rows: one an object, leased, tried again, given up, never lost. Runs on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from matchmaker.jobs import queue
from matchmaker.models import Job, Lease, now
from tests.support.processes import python


@pytest.fixture
def jobs(any_app):
    """Calls a function of the queue in a unit of its own."""

    def call(function, *arguments, **named):
        with any_app.unit_of_work() as uow:
            return function(uow.session, *arguments, **named)

    return call


@pytest.fixture
def rows(any_app):
    def look():
        with any_app.reading() as uow:
            return list(uow.session.scalars(select(Job).order_by(Job.id)))

    return look


@pytest.fixture
def lapse(any_app):
    """Lets every lease end, as when its worker died long ago."""

    def act():
        with any_app.unit_of_work() as uow:
            uow.session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))

    return act


@pytest.fixture
def make_due(any_app):
    def act():
        with any_app.unit_of_work() as uow:
            uow.session.execute(update(Job).values(run_after=now() - timedelta(seconds=1)))

    return act


def claim(jobs, worker="w1", limit=500, kind="index"):
    return [job.subject for job in jobs(queue.claim, kind, worker, limit, 60)]


def ids(rows):
    return [row.id for row in rows()]


def test_a_second_request_renews_the_first(jobs, rows):
    jobs(queue.enqueue, "index", "problem:1", {"version": 1})
    jobs(queue.enqueue, "index", "problem:1", {"version": 2})
    jobs(queue.enqueue, "verify", "problem:1")
    assert [(row.kind, row.subject, row.payload) for row in rows()] == [
        ("index", "problem:1", {"version": 2}),
        ("verify", "problem:1", {}),
    ]


def test_many_are_put_in_at_once_with_repeats_in_different_batches(jobs, rows):
    jobs(queue.enqueue_many, "index", [(f"problem:{number}", {}) for number in range(1200)])
    jobs(queue.enqueue_many, "index", [(f"problem:{number}", {}) for number in range(1100, 1300)])
    assert len(rows()) == 1300


def test_the_oldest_come_first_and_nobody_gets_them_twice(jobs):
    for number in (3, 1, 2):
        jobs(queue.enqueue, "index", f"problem:{number}")
    assert [claim(jobs, "w1", 2), claim(jobs, "w2", 2), claim(jobs, "w3", 2)] == [
        ["problem:3", "problem:1"],
        ["problem:2"],
        [],
    ]


def test_an_object_changed_while_its_job_runs_gets_another(jobs, rows):
    jobs(queue.enqueue, "index", "problem:1")
    claim(jobs)
    jobs(queue.enqueue, "index", "problem:1")
    assert [row.state for row in rows()] == ["running", "queued"]
    jobs(queue.finish, ids(rows), "w1")
    assert [row.state for row in rows()] == ["queued"]


def test_a_scheduled_job_waits_for_its_time_and_is_planned_once(jobs, rows):
    later, much_later = now() + timedelta(hours=1), now() + timedelta(hours=2)
    jobs(queue.schedule, "verify", "all", later)
    jobs(queue.schedule, "verify", "all", much_later)
    assert [row.run_after for row in rows()] == [later]
    assert (claim(jobs, kind="verify"), jobs(queue.due, "verify")) == ([], False)
    jobs(queue.enqueue, "verify", "all")  # somebody asks for it now
    assert claim(jobs, kind="verify") == ["all"]


def test_the_job_of_a_dead_worker_returns_and_the_dead_cannot_finish_it(jobs, rows, lapse):
    jobs(queue.enqueue, "index", "problem:1")
    claim(jobs, "dead")
    lapse()
    assert jobs(queue.due, "index")
    assert claim(jobs, "alive") == ["problem:1"]
    jobs(queue.finish, ids(rows), "dead")
    jobs(queue.fail, ids(rows), "dead", "late")
    assert [(row.worker, row.state, row.error, row.attempts) for row in rows()] == [
        ("alive", "running", "", 2)
    ]


def test_a_renewed_lease_holds_and_a_lost_one_is_noticed(jobs, rows, lapse):
    jobs(queue.enqueue, "index", "problem:1")
    claim(jobs, "w1")
    lapse()
    assert jobs(queue.extend, ids(rows), "w1", 60) is True
    assert claim(jobs, "w2") == []
    lapse()
    claim(jobs, "w2")
    assert jobs(queue.extend, ids(rows), "w1", 60) is False


def test_what_kills_every_worker_runs_alone_and_is_given_up(jobs, rows, lapse):
    jobs(queue.enqueue_many, "index", [(f"problem:{number}", {}) for number in (1, 2, 3)])
    seen = []
    for _ in range(queue.MOST_ATTEMPTS + 1):
        seen.append(claim(jobs, "dying"))
        jobs(
            queue.finish,
            [row.id for row in rows() if row.state == "running" and row.subject != "problem:1"],
            "dying",
        )
        lapse()
    assert seen == [["problem:1", "problem:2", "problem:3"], *[["problem:1"]] * (queue.MOST_ATTEMPTS - 1), []]
    assert [(row.subject, row.state, row.error) for row in rows()] == [
        ("problem:1", "failed", "the worker died at every attempt")
    ]


def test_jobs_that_lost_their_worker_twice_come_one_by_one(jobs, lapse):
    jobs(queue.enqueue_many, "index", [("problem:1", {}), ("problem:2", {})])
    seen = []
    for _ in range(4):
        seen.append(claim(jobs, f"w{len(seen)}"))
        if len(seen) < 3:
            lapse()
    assert seen == [["problem:1", "problem:2"], ["problem:1", "problem:2"], ["problem:1"], ["problem:2"]]


def test_a_failed_job_waits_longer_each_time_and_is_given_up(jobs, rows, make_due):
    jobs(queue.enqueue, "index", "problem:1")
    pauses = []
    for _ in range(queue.MOST_ATTEMPTS):
        claim(jobs)
        before = now()
        jobs(queue.fail, ids(rows), "w1", "boom")
        pauses.append(round((rows()[0].run_after - before).total_seconds()))
        assert claim(jobs) == []
        make_due()
    assert pauses[:-1] == [2, 4, 8, 16, 32]
    assert [(row.state, row.error) for row in rows()] == [("failed", "boom")]


def test_an_outage_is_waited_for_without_end(jobs, rows, make_due):
    jobs(queue.enqueue, "index", "problem:1")
    for _ in range(3 * queue.MOST_ATTEMPTS):
        assert claim(jobs) == ["problem:1"]
        before = now()
        jobs(queue.fail, ids(rows), "w1", "index away", gives_up=False)
        pause = (rows()[0].run_after - before).total_seconds()
        make_due()
    assert (rows()[0].state, rows()[0].error, round(pause)) == ("queued", "index away", queue.OUTAGE_PAUSE)
    assert rows()[0].attempts == 0


def test_asking_again_for_a_job_that_was_given_up_starts_afresh(jobs, rows):
    jobs(queue.enqueue, "index", "problem:1")
    claim(jobs)
    for _ in range(queue.MOST_ATTEMPTS):
        jobs(queue.fail, ids(rows), "w1", "boom")
    jobs(queue.enqueue, "index", "problem:1")
    assert "problem:1" in claim(jobs)


def test_a_failed_job_whose_work_was_asked_for_again_leaves_it_to_the_new_one(jobs, rows):
    jobs(queue.enqueue, "index", "problem:1")
    claim(jobs)
    jobs(queue.enqueue, "index", "problem:1", {"version": 9})
    jobs(queue.fail, ids(rows), "w1", "boom")
    assert [(row.state, row.payload) for row in rows()] == [("queued", {"version": 9})]


def test_a_batch_that_failed_comes_back_one_by_one_without_stopping_others(jobs, rows):
    jobs(queue.enqueue_many, "index", [(f"problem:{number}", {}) for number in (1, 2)])
    claim(jobs)
    jobs(queue.isolate, ids(rows), "w1", "one of them is bad")
    jobs(queue.enqueue_many, "index", [(f"problem:{number}", {}) for number in (3, 4)])
    assert [claim(jobs), claim(jobs), claim(jobs)] == [
        ["problem:1"],
        ["problem:2"],
        ["problem:3", "problem:4"],
    ]


def test_isolated_jobs_in_the_middle_never_join_a_batch(jobs, rows, any_app):
    jobs(queue.enqueue_many, "index", [(f"problem:{number}", {}) for number in (1, 2, 3)])
    with any_app.unit_of_work() as uow:
        uow.session.execute(update(Job).where(Job.subject == "problem:2").values(alone=True))
    assert [claim(jobs), claim(jobs)] == [["problem:1", "problem:3"], ["problem:2"]]


def test_counts_by_kind_and_state(jobs):
    jobs(queue.enqueue_many, "index", [("problem:1", {}), ("problem:2", {})])
    jobs(queue.enqueue, "verify", "all")
    claim(jobs, limit=1)
    assert jobs(queue.counts) == {"index": {"queued": 1, "running": 1}, "verify": {"queued": 1}}


def test_one_holder_at_a_time_until_he_lets_go_or_his_lease_ends(jobs, any_app):
    assert [jobs(queue.hold, "index", who, 60) for who in ("a", "b", "a")] == [True, False, True]
    jobs(queue.release, "index", "b")
    assert jobs(queue.hold, "index", "b", 60) is False
    jobs(queue.release, "index", "a")
    assert jobs(queue.hold, "index", "b", 60) is True
    with any_app.unit_of_work() as uow:
        uow.session.execute(update(Lease).values(until=now() - timedelta(seconds=1)))
    assert jobs(queue.hold, "index", "a", 60) is True
    with any_app.reading() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Lease)) == 1


def test_a_lease_of_a_killed_process_is_free_at_once(app):
    ended = python("print(1)")
    ended.communicate()
    host, _process, use = queue.holder_name().rsplit("-", 2)
    dead, elsewhere = f"{host}-{ended.pid}-{use}", f"not-{host}-{ended.pid}-{use}"
    with app.unit_of_work() as uow:
        assert [
            queue.hold(uow.session, "index", name, 300) for name in (dead, "other", queue.holder_name())
        ] == [
            True,
            True,
            False,
        ]
        assert queue.hold(uow.session, "far", elsewhere, 300)
        assert not queue.hold(uow.session, "far", "other", 300)
    assert [queue.is_gone(name) for name in (dead, elsewhere, queue.holder_name(), "", "a-b", "x-y-z")] == [
        True, False, False, False, False, False,
    ]  # fmt: skip
