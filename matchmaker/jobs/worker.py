"""The worker: claims jobs, runs them, finishes or fails them; stops between two batches."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from indexer.embedder import EmbedderError
from indexer.engine import EngineError, EngineUnavailable
from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict, Unavailable
from matchmaker.jobs import queue
from matchmaker.jobs.handlers import KINDS, Task
from matchmaker.messages import Message
from matchmaker.services import codes

log = logging.getLogger(__name__)

#: Name of the lease that the one writer of the index holds.
INDEX_LEASE = "index"
#: Faults of a part that is away (index, model): the job is not to blame and waits for it.
OUTAGES = (EngineError, EmbedderError, Unavailable)
#: Hour of the office's clock at which index and database are compared.
VERIFY_HOUR = 3
#: Seconds between two looks whether the nightly comparison is planned.
PLAN_SECONDS = 3600.0
#: Seconds between two looks at the office's own codes.
CODES_SECONDS = 5.0


class LeaseLost(Exception):
    """Another worker has taken the jobs over: this one must not finish them."""


class Worker:
    """One worker of one application; several may run side by side.

    Args:
        app: the application.
        stop: set it to end after the batch in hand.
    """

    def __init__(self, app: Application, stop: threading.Event | None = None) -> None:
        self._app = app
        self._stop = stop or threading.Event()
        self._planned = -math.inf
        self._beaten = 0.0
        self._codes_read = -math.inf
        self._stumbled = False
        self.name = queue.holder_name()

    def run(self, *, pause: float = 1.0) -> None:
        """Works until stopped; a fault outside the jobs (the database is away) is logged and survived."""
        while not self._stop.is_set():
            try:
                self._give_back()
                self._plan()
                self._read_codes()
                busy = self.step()
            except Unavailable as fault:
                log.warning("the worker waits: %s", fault)
                self._stumbled, busy = True, False
            except Exception:
                log.exception("the worker stumbled; it goes on")
                self._stumbled, busy = True, False
            if not busy:
                self._stop.wait(pause)

    def _read_codes(self) -> None:
        """Codes that an office has imported meanwhile: documents and imports tell names by them."""
        if time.monotonic() - self._codes_read > CODES_SECONDS:
            with self._app.reading() as uow:
                codes.refresh(uow)
            self._codes_read = time.monotonic()

    def _give_back(self) -> None:
        """After a stumble: jobs that it could not return need not wait for the end of their lease."""
        if self._stumbled:
            with self._app.unit_of_work() as uow:
                queue.release(uow.session, INDEX_LEASE, self.name)
                ids = queue.held_by(uow.session, self.name)
                queue.fail(uow.session, ids, self.name, "the worker stumbled", gives_up=False)
            self._stumbled = False

    def drain(self, *, seconds: float = 3600) -> int:
        """Works until nothing is due; returns the number of batches."""
        batches, end = 0, time.monotonic() + seconds
        while time.monotonic() < end and not self._stop.is_set() and self.step():
            batches += 1
        return batches

    def step(self) -> bool:
        """One batch; False when nothing is due."""
        for kind in KINDS:
            tasks = self._claim(kind)
            if tasks:
                self._perform(kind, tasks)
                return True
        return False

    def _claim(self, kind: str) -> list[Task]:
        settings, rule = self._app.settings, KINDS[kind]
        with self._app.reading() as uow:
            if not queue.due(uow.session, kind):
                return []
        if rule.asks_index and self._index_is_away():
            return []
        with self._app.unit_of_work() as uow:
            if rule.writes_index and not queue.hold(
                uow.session, INDEX_LEASE, self.name, settings.lease_seconds
            ):
                return []
            jobs = queue.claim(uow.session, kind, self.name, rule.batch, settings.lease_seconds)
            if rule.writes_index and not jobs:
                queue.release(uow.session, INDEX_LEASE, self.name)
            return [Task(job.id, job.kind, job.subject, dict(job.payload), job.attempts) for job in jobs]

    def _index_is_away(self) -> bool:
        """Jobs then stay as they are, untried, however many and however long."""
        try:
            self._app.circuit.refuse()
        except EngineUnavailable:
            return True
        return False

    def _perform(self, kind: str, tasks: list[Task]) -> None:
        ids = [task.id for task in tasks]
        self._beaten = time.monotonic()
        try:
            self._handle(kind, tasks)
        except LeaseLost:
            log.warning("%s jobs were taken over by another worker", kind)
        except Exception as fault:  # noqa: BLE001 - whatever a job raises, it goes back into the queue
            self._return(kind, ids, fault)
        else:
            with self._app.unit_of_work() as uow:
                queue.finish(uow.session, ids, self.name)
        finally:
            if KINDS[kind].writes_index:
                with self._app.unit_of_work() as uow:
                    queue.release(uow.session, INDEX_LEASE, self.name)

    def _handle(self, kind: str, tasks: list[Task]) -> None:
        rule, ids = KINDS[kind], [task.id for task in tasks]
        if rule.asks_index:
            self._app.circuit.ask(lambda: rule.handler(self._app, tasks, lambda: self._beat(kind, ids)))
        else:
            rule.handler(self._app, tasks, lambda: self._beat(kind, ids))

    def _return(self, kind: str, ids: list[int], fault: Exception) -> None:
        """Jobs that failed go back: a batch one by one, a single one after a pause."""
        error, is_outage = f"{type(fault).__name__}: {fault}", isinstance(fault, OUTAGES)
        if is_outage:
            log.warning("%d %s jobs wait: %s", len(ids), kind, error)
        else:
            log.error("%d %s jobs failed", len(ids), kind, exc_info=fault)
        with self._app.unit_of_work() as uow:
            if len(ids) > 1 and not is_outage:
                queue.isolate(uow.session, ids, self.name, error)
            else:
                queue.fail(uow.session, ids, self.name, error, gives_up=not is_outage)

    def _plan(self) -> None:
        """Sees to it that the next night's work is queued: what its kind calls nightly."""
        if time.monotonic() < self._planned + PLAN_SECONDS:
            return
        with self._app.unit_of_work() as uow:
            for kind in KINDS:
                if KINDS[kind].nightly:
                    queue.schedule(uow.session, kind, "all", next_night(self._app.clock()))
        self._planned = time.monotonic()

    def _beat(self, kind: str, ids: list[int]) -> None:
        """Renews the leases in hand; called as often as one likes, it does so four times a lease."""
        seconds = self._app.settings.lease_seconds
        if time.monotonic() < self._beaten + seconds / 4:
            return
        self._beaten = time.monotonic()
        with self._app.unit_of_work() as uow:  # in the order of _claim: two workers never wait in a ring
            held = not KINDS[kind].writes_index or queue.hold(uow.session, INDEX_LEASE, self.name, seconds)
            held = held and queue.extend(uow.session, ids, self.name, seconds)
        if not held:
            raise LeaseLost


def next_night(moment: datetime) -> datetime:
    """The next VERIFY_HOUR of the local clock; both moments in UTC without a zone."""
    local = moment.replace(tzinfo=UTC).astimezone()
    night = local.replace(hour=VERIFY_HOUR, minute=0, second=0, microsecond=0)
    night = night if night > local else night + timedelta(days=1)
    return night.astimezone(UTC).replace(tzinfo=None)


@contextmanager
def index_lease(app: Application) -> Iterator[Callable[[], None]]:
    """Holds the right to write the index for a command outside the worker; yields what renews it.

    What is yielded may be called as often as one likes.

    Raises:
        Conflict: another process holds it.
    """
    holder, seconds = queue.holder_name(), app.settings.lease_seconds

    renewed = -math.inf

    def renew() -> None:
        nonlocal renewed
        if time.monotonic() < renewed + seconds / 4:
            return
        renewed = time.monotonic()
        with app.unit_of_work() as uow:
            held = queue.hold(uow.session, INDEX_LEASE, holder, seconds)
        if not held:
            raise Conflict(
                Message("另一个进程正在写索引。"), hint=Message("请稍后再试，或停止正在运行的 worker。")
            )

    renew()
    try:
        yield renew
    finally:
        with app.unit_of_work() as uow:
            queue.release(uow.session, INDEX_LEASE, holder)
