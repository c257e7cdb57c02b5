"""Several worker processes on one database: each job done once, whoever is killed."""

from __future__ import annotations

import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from matchmaker.jobs import queue
from matchmaker.jobs.worker import INDEX_LEASE
from matchmaker.models import Job, Lease, now
from tests.support.processes import installed, outcome, python

#: Claims by threes, and tells what it got; ``slow`` pauses with the jobs in hand.
CLAIMING = """
import sys, time
from pathlib import Path
from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.jobs import queue
app = build(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2]))
worker, slow = queue.holder_name(), sys.argv[3] == "slow"
print("ready", flush=True)
sys.stdin.readline()
while True:
    with app.unit_of_work() as uow:
        jobs = [(job.id, job.subject) for job in queue.claim(uow.session, "part", worker, 3, 300)]
    if not jobs:
        break
    print(*(subject for _id, subject in jobs), flush=True)
    if slow:
        time.sleep(60)
    with app.unit_of_work() as uow:
        queue.finish(uow.session, [number for number, _subject in jobs], worker)
app.close()
"""


@pytest.fixture
def parts(app):
    """Subjects of 300 jobs that wait."""
    subjects = [f"part:{number}" for number in range(300)]
    with app.unit_of_work() as uow:
        queue.enqueue_many(uow.session, "part", [(subject, {}) for subject in subjects])
    return subjects


def started(app, *speeds):
    workers = [python(CLAIMING, *installed(app), speed) for speed in speeds]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n", worker.stderr.read()
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return workers


def test_each_job_is_claimed_by_exactly_one_of_four_processes(app, parts):
    done = [outcome(worker).split() for worker in started(app, *["quick"] * 4)]
    assert Counter(subject for some in done for subject in some) == Counter(parts)
    assert sum(bool(some) for some in done) >= 2
    with app.reading() as uow:
        assert queue.counts(uow.session) == {}


def test_the_jobs_of_a_killed_process_return_when_its_lease_ends(app, parts):
    (slow,) = started(app, "slow")
    held = slow.stdout.readline().split()
    (quick,) = started(app, "quick")
    others = outcome(quick).split()
    slow.send_signal(signal.SIGKILL)
    slow.communicate()
    assert (sorted(held + others), len(held)) == (sorted(parts), 3)
    with app.unit_of_work() as uow:
        assert queue.claim(uow.session, "part", "w", 500, 60) == []
        uow.session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))
    with app.unit_of_work() as uow:
        returned = queue.claim(uow.session, "part", "w", 500, 60)
        assert [(job.subject, job.attempts, job.worker) for job in returned] == [
            (subject, 2, "w") for subject in held
        ]


def test_of_many_that_want_the_index_at_once_one_gets_it(app):
    for _ in range(5):

        def want(holder):
            with app.unit_of_work() as uow:
                return queue.hold(uow.session, INDEX_LEASE, holder, 300)

        with ThreadPoolExecutor(6) as pool:
            got = list(pool.map(want, [f"w{number}" for number in range(6)]))
        assert sorted(got) == [False] * 5 + [True]
        with app.unit_of_work() as uow:
            holder = uow.session.scalars(select(Lease.holder)).one()
            queue.release(uow.session, INDEX_LEASE, holder)
        assert holder == f"w{got.index(True)}"


def test_a_late_worker_that_renews_and_another_that_claims_never_wait_in_a_ring(app):
    """Both leases have ended, both act at the same moment: one of the two keeps the jobs."""
    for _ in range(5):
        with app.unit_of_work() as uow:
            queue.enqueue_many(uow.session, "part", [(f"part:{number}", {}) for number in range(20)])
            queue.hold(uow.session, INDEX_LEASE, "late", 300)
            ids = [job.id for job in queue.claim(uow.session, "part", "late", 500, 300)]
            ended = now() - timedelta(seconds=1)
            uow.session.execute(update(Job).values(lease_until=ended, attempts=3))
            uow.session.execute(update(Lease).values(until=ended))

        def renew(ids=ids):
            with app.unit_of_work() as uow:
                held = queue.hold(uow.session, INDEX_LEASE, "late", 300)
                return held and queue.extend(uow.session, ids, "late", 300)

        def take():
            with app.unit_of_work() as uow:
                held = queue.hold(uow.session, INDEX_LEASE, "next", 300)
                return held and bool(queue.claim(uow.session, "part", "next", 500, 300))

        with ThreadPoolExecutor(2) as pool:
            kept, taken = [answer.result() for answer in (pool.submit(renew), pool.submit(take))]
        assert kept != taken
        with app.unit_of_work() as uow:
            uow.session.execute(update(Job).values(worker="late", state="running"))
            queue.finish(uow.session, ids, "late")
            queue.release(uow.session, INDEX_LEASE, "late")
            queue.release(uow.session, INDEX_LEASE, "next")
