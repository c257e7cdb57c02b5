"""The worker: claims jobs, runs them, finishes or fails them; stops between two batches."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from indexer.engine import EngineBusy
from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict
from matchmaker.jobs import queue
from matchmaker.jobs.handlers import KINDS, Task
from matchmaker.messages import Message

log = logging.getLogger(__name__)

#: Name of the lease that the one writer of the index holds.
INDEX_LEASE = "index"


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
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"

    def run(self, *, pause: float = 1.0) -> None:
        """Works until stopped; a fault outside the jobs is logged and survived."""
        while not self._stop.is_set():
            try:
                busy = self.step()
            except Exception:
                log.exception("the worker stumbled; it goes on")
                busy = False
            if not busy:
                self._stop.wait(pause)

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
        with self._app.unit_of_work() as uow:
            if rule.writes_index and not queue.hold(
                uow.session, INDEX_LEASE, self.name, settings.lease_seconds
            ):
                return []
            jobs = queue.claim(uow.session, [kind], self.name, rule.batch, settings.lease_seconds)
            return [Task(job.id, job.kind, job.subject, dict(job.payload), job.attempts) for job in jobs]

    def _perform(self, kind: str, tasks: list[Task]) -> None:
        ids = [task.id for task in tasks]
        try:
            KINDS[kind].handler(self._app, tasks, lambda: self._beat(kind, ids))
        except LeaseLost:
            log.warning("%s jobs were taken over by another worker", kind)
        except Exception as fault:
            log.exception("%d %s jobs failed", len(ids), kind)
            busy = isinstance(fault, EngineBusy)
            with self._app.unit_of_work() as uow:
                if len(ids) > 1 and not busy:
                    queue.isolate(uow.session, ids, self.name, f"{type(fault).__name__}: {fault}")
                else:
                    queue.fail(uow.session, ids, self.name, f"{type(fault).__name__}: {fault}")
        else:
            with self._app.unit_of_work() as uow:
                queue.finish(uow.session, ids, self.name)
        finally:
            if KINDS[kind].writes_index:
                with self._app.unit_of_work() as uow:
                    queue.release(uow.session, INDEX_LEASE, self.name)

    def _beat(self, kind: str, ids: list[int]) -> None:
        seconds = self._app.settings.lease_seconds
        with self._app.unit_of_work() as uow:
            held = queue.extend(uow.session, ids, self.name, seconds)
            if held and KINDS[kind].writes_index:
                held = queue.hold(uow.session, INDEX_LEASE, self.name, seconds)
        if not held:
            raise LeaseLost


@contextmanager
def index_lease(app: Application) -> Iterator[Callable[[], None]]:
    """Holds the right to write the index for a command outside the worker; yields what renews it.

    Raises:
        Conflict: another process holds it.
    """
    holder, seconds = f"command-{os.getpid()}-{secrets.token_hex(3)}", app.settings.lease_seconds

    def renew() -> None:
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
